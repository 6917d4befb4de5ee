"""Keeps the gold cases and measures how well pages are read: python -m tests.reading --help"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from difflib import unified_diff
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import click

from archive.extract.article import ReadingError
from archive.sites import SITES
from archive.store.database import Archive
from archive.warc.reader import find
from crawler.cli.read import keep_case, pretty
from crawler.newsroom.story import SiteName
from tests.reading import quality
from tests.reading.cases import ROOT, Case, all_cases


@click.group()
def main() -> None:
    """Keep gold cases, and measure how well the newsroom's pages are read."""


@main.command()
@click.argument("name", metavar="SITE/CASE")
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--url", help="The page's address on the site.")
@click.option("--content-type", default="text/html; charset=utf-8", show_default=True, help="As the server said it.")
@click.option("--fetched-at", type=click.DateTime(), help="When the page was fetched, in UTC (default: now).")
@click.option("--data", type=click.Path(path_type=Path), help="Take the page from the archive in this folder.")
@click.option("--id", "article_id", help="The archive's article to take, as antara-kaltim/67123.")
def add(
    name: str,
    page: Path | None,
    url: str | None,
    content_type: str,
    fetched_at: datetime | None,
    data: Path | None,
    article_id: str | None,
) -> None:
    """Make the case SITE/CASE from the file PAGE and its --url, or from an archive's --data and --id."""
    case = Case(name)
    if name.count("/") != 1 or name.partition("/")[0] not in SITES:
        raise click.BadParameter(f"{name!r} is not SITE/CASE. Sites: {', '.join(SITES)}.")
    if case.folder.exists():
        raise click.UsageError(f"{case.folder} is there already.")
    if page is not None and url is not None:
        moment = fetched_at.replace(tzinfo=UTC) if fetched_at else datetime.now(UTC)
        stored, suffix = page.read_bytes(), "html"
    elif data is not None and article_id is not None:
        stored, url, moment, content_type = _from_archive(data, article_id)
        suffix = "warc.gz"
    else:
        raise click.UsageError("name a PAGE with its --url, or --data and --id.")
    keep_case(case.folder, f"page.{suffix}", stored, url=url, content_type=content_type, at=moment)
    try:
        case.write(case.read())
    except ReadingError as error:
        shutil.rmtree(case.folder)
        raise click.ClickException(f"nothing can be read from the page: {error}.") from error
    click.echo((case.folder / "article.json").read_text())
    click.echo(f"Look at every field, and mend {(case.folder / 'article.json').relative_to(ROOT.parents[1])} by hand.")


def _from_archive(data: Path, article_id: str) -> tuple[bytes, str, datetime, str]:
    """(WARC record, URL, time, Content-Type) of the capture that the article was read from."""
    with Archive.open_reading(data) as archive:
        article = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
        if article is None:
            raise click.BadParameter(f"no article {article_id!r} in {data}.")
        capture = archive.capture(article["capture_id"])
        assert capture is not None
        with find(archive.warc_root, capture.warc).open("rb") as file:
            file.seek(capture.offset)
            return file.read(capture.length), article["url"], capture.fetched_at, capture.content_type or ""


@main.command()
@click.argument("names", nargs=-1, metavar="[SITE/CASE]...")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def rewrite(names: tuple[str, ...], dry_run: bool) -> None:
    """Write what is read now into the golden articles of the cases (by default of all), and show the differences."""
    changed = 0
    for case in [Case(name) for name in names] or all_cases():
        old, new = (case.folder / "article.json").read_text(), pretty(case.read())
        if old == new:
            continue
        changed += 1
        click.echo("".join(unified_diff(old.splitlines(True), new.splitlines(True), case.name, case.name, n=1)))
        if not dry_run:
            case.write(json.loads(new))
    click.echo(f"{changed} goldens {'would change' if dry_run else 'changed'}.")


@main.command("measure")
@click.option("--stories", default=quality.STORIES, show_default=True, help="Stories of the newsroom.")
def measure_command(stories: int) -> None:
    """Show for each field the share of pages where it is read right, and examples of wrong ones."""
    measured = quality.measure(quality.warta, stories)
    for site, shares in measured.shares().items():
        click.echo(f"{site}, {measured.sums[site]['pages']} pages")
        for name, share in shares.items():
            click.echo(f"  {name:20} {share:.4f}")
    for (site, name), examples in measured.wrong.items():
        click.echo("".join(f"\n{site} {name}: {example}" for example in examples))


@main.command()
def pin() -> None:
    """Write the shares measured now as floors, which a test holds; refused if any would become lower."""
    shares, pinned = quality.measure(quality.warta).shares(), quality.floors() if quality.FLOORS.exists() else {}
    lower = [
        f"{site} {name}: {shares[site][name]} is below {floor}"
        for site, floors in pinned.items()
        for name, floor in floors.items()
        if shares[site][name] < floor
    ]
    if lower:
        raise click.ClickException("the floors stay as they are:\n" + "\n".join(lower))
    quality.FLOORS.write_text(json.dumps(shares, indent=2) + "\n")
    click.echo(f"Pinned in {quality.FLOORS.name}.")


@main.command()
@click.option("--stories", default=300, show_default=True, help="Stories of the newsroom.")
def compare(stories: int) -> None:
    """Measure warta and other readers on the same pages (needs the extra `peers`)."""
    from tests.reading import peers

    try:
        readers = peers.readers()
    except ImportError as error:
        raise click.ClickException(f"{error.name} is missing: pip install -r tests/reading/peers.txt.") from error
    columns = {f"warta {version('warta')}": quality.warta} | readers
    results = {name: quality.measure(reader, stories) for name, reader in columns.items()}
    for site in get_args(SiteName):
        click.echo(f"\n| {site} | " + " | ".join(results) + " |")
        click.echo("|---" * (len(results) + 1) + "|")
        for name in peers.COMMON:
            cells = (f"{measured.shares()[site][name]:.4f}" for measured in results.values())
            click.echo(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
