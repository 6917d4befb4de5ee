"""`warta read`: prints what is read from a page, and where each value was found."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from archive.extract.article import Article, ReadingError, explain_article, stated_address
from archive.extract.encoding import decode_page
from archive.extract.listings import Listed
from archive.sites import SITES, Site, site_of
from archive.store.database import Archive
from archive.store.payload import payload
from crawler.cli.options import origin_option

CASES = Path("tests/reading")
_CASE_NAME = re.compile(r"[\w-]+")
_SHOWN = 3
"""How many paragraphs are printed from each end of a story."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to read. `name` is how the person named it on the command line."""

    name: str
    url: str
    site: Site
    body: bytes
    content_type: str | None
    fetched_at: datetime

    @property
    def text(self) -> str:
        return decode_page(self.body, self.content_type)


@click.command(
    "read",
    epilog="\b\nExamples:\n  warta read https://kaltim.antaranews.com/berita/67123/judul\n  warta read page.html --url https://example.org/story",
)
@click.argument("pages", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--url", help="The address of the page in FILE (default: what the page says is its own).")
@click.option("--content-type", help="As the server said it of FILE; its charset counts.")
@click.option("--case", metavar="NAME", help="Keep the page in this checkout's tests/reading/, as the gold case NAME.")
@origin_option
def read_command(
    pages: tuple[str, ...], url: str | None, content_type: str | None, case: str | None, origins: dict[str, str]
) -> None:
    """Show what is read from pages, field by field, with the layout and what gave each value.

    A FILE is a stored page of any site (- is standard input). A URL must be an article of a known site; it is fetched
    as a crawl does, and nothing is kept but with --case. Exit code: 0 all were read, 1 a page holds no story or could
    not be had.
    """
    if case is not None and len(pages) != 1:
        raise click.UsageError("--case keeps one page.")
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    addresses = [page for page in pages if "://" in page]
    read = 0
    stored = [_from_file(page, url, content_type) for page in pages if page not in addresses]
    for page in [*stored, *_from_sites(addresses, origins)]:
        try:
            article, rules = explain_article(page.text, url=page.url, site=page.site, fetched_at=page.fetched_at)
        except ReadingError as error:
            click.echo(f"{page.name}: {error}.", err=True)
        else:
            read += 1
            _show(console, page.name, article, rules)
            if case is not None:
                _keep(page, article, case)
    sys.exit(int(read < len(pages)))


def _from_file(name: str, url: str | None, content_type: str | None) -> Page:
    body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    text = decode_page(body, content_type)
    url = url or stated_address(text)
    if url is None:
        raise click.UsageError(f"{name} does not say its own address: name it with --url.")
    try:
        site = site_of(url)
    except ValueError as error:
        raise click.UsageError(f"--url: {error}.") from error
    return Page(name, url, site, body, content_type, datetime.now(UTC))


def _from_sites(addresses: list[str], origins: dict[str, str]) -> Iterator[Page]:
    """Fetches articles of known sites, by way of a temporary archive."""
    named: dict[str, list[Listed]] = {}
    for url in addresses:
        site, address = next(((s, a) for s in SITES.values() if (a := s.identify(url))), (None, None))
        if site is None or address is None:
            raise click.UsageError(f"{url} is no article of {', '.join(SITES)}: store the page and name the file.")
        named.setdefault(site.name, []).append(Listed(address=address))
    if not named:
        return
    from crawler import run

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        for site_run in run.crawl(tuple(named), data=data, console=Console(quiet=True), origins=origins, named=named):
            if site_run.report.failed or site_run.report.stopped:
                click.echo(site_run.headline(), err=True)
        with Archive.open_reading(data) as archive:
            for row in archive.rows("SELECT id FROM captures WHERE status = 200 AND url NOT LIKE '%/robots.txt'"):
                capture = archive.capture(row["id"])
                assert capture is not None
                site, content = SITES[capture.site], payload(archive, capture)
                url = site.own_address(capture.url, origin=origins.get(site.name, site.origin))
                yield Page(url, url, site, content.content, content.content_type, capture.fetched_at)


def _keep(page: Page, article: Article, name: str) -> None:
    if not CASES.is_dir():
        raise click.UsageError(f"--case: there is no {CASES} here; it is for a checkout of warta.")
    if page.site.name not in SITES or not _CASE_NAME.fullmatch(name):
        raise click.UsageError(f"--case NAME is one word, for a page of {', '.join(SITES)} (not {page.site.name}).")
    folder = CASES / page.site.name / name
    if folder.exists():
        raise click.UsageError(f"{folder} is there already.")
    keep_case(folder, "page.html", page.body, url=page.url, content_type=page.content_type or "", at=page.fetched_at)
    (folder / "article.json").write_text(pretty(plain(article)))
    click.echo(
        f"Kept. Look at every field, and mend {folder / 'article.json'} by hand where it is not what is printed."
    )


def keep_case(folder: Path, name: str, stored: bytes, *, url: str, content_type: str, at: datetime) -> None:
    """Makes the folder of a gold case with the stored page or record in the file `name`, and its source.json; without
    article.json."""
    folder.mkdir(parents=True)
    (folder / name).write_bytes(stored)
    source = {"url": url, "content_type": content_type, "fetched_at": at.isoformat(timespec="seconds")}
    (folder / "source.json").write_text(pretty(source))


def plain(article: Article) -> dict[str, Any]:
    """An article as an object for JSON."""
    values = asdict(article)
    values["tags"] = list(article.tags)
    for name in ("published_at", "modified_at"):
        values[name] = values[name].isoformat() if values[name] else None
    return values


def pretty(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _show(console: Console, name: str, article: Article, rules: dict[str, str]) -> None:
    console.print(Text(name, style="bold"))
    for field, value in asdict(article).items():
        if field == "body":
            continue
        shown = ", ".join(value) if field == "tags" else value
        line = Text(f"  {field:14} ").append("-" if shown in (None, "") else str(shown), "" if shown else "dim")
        if shown and field in rules:
            line.append(f"   [{rules[field]}]", style="dim")
        console.print(line, soft_wrap=True)
    paragraphs = article.body.split("\n\n")
    left_out = len(paragraphs) - 2 * _SHOWN
    size = Text(f"  {'body':14} {len(paragraphs)} paragraphs, {article.word_count} words")
    console.print(size.append(f"   [{rules['body']}]", style="dim"))
    if left_out > 0:
        paragraphs[_SHOWN:-_SHOWN] = [f"... {left_out} more ..."]
    for paragraph in paragraphs:
        console.print(Text(f"    {paragraph}"), soft_wrap=True)
