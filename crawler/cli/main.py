"""`warta crawl`, added to the commands that only read the archive."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import click
from rich.console import Console

from archive.cli.ingest import import_command, rebuild_command
from archive.cli.main import cli
from archive.cli.options import data_option
from archive.cli.search import search_command
from archive.extract.listings import Listed
from archive.sites import SITES
from archive.store.database import ArchiveError
from crawler.cli.options import origin_option
from crawler.cli.read import read_command
from crawler.verdict import WELL

cli.add_command(read_command)
cli.add_command(rebuild_command)
cli.add_command(import_command)

EXIT_TROUBLE = 1
POLITE_DELAY = 1.0
FIRST_STORY = date(2012, 1, 1)
FIRST_DAY = date(1990, 1, 1)
SAMPLE = "stunting"  # a word of the newsroom's stock
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def main() -> None:
    """The entry point `warta`."""
    cli(prog_name="warta")


def _sites(_context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in SITES]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no site. Sites: {', '.join(SITES)}.")
    return tuple(dict.fromkeys(names)) or tuple(SITES)


@cli.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...", callback=_sites)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Look back to this day (default: 30 days)."
)
@click.option("--max-articles", type=click.IntRange(min=1), metavar="N", help="Fetch at most N articles of each site.")
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Between two requests to a site (default: 1; never under its robots.txt).",
)
@origin_option
@click.option(
    "--urls",
    type=click.File("rb"),
    metavar="FILE",
    help="Fetch the articles whose addresses stand in FILE (any text; - is standard input), not what listings name.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write verdicts and counts to FILE as JSON, for a monitor.",
)
@data_option
def crawl(
    sites: tuple[str, ...],
    since: datetime | None,
    max_articles: int | None,
    delay: float | None,
    origins: dict[str, str],
    urls: BinaryIO | None,
    report: Path | None,
    data: Path,
) -> None:
    """Crawl the sites (all, unless some are named), keep every page and fill the archive.

    Exit code: 0 all went well, 1 a site went wrong (the summary says how), 2 usage, 75 another run holds the archive.
    """
    if delay is not None and delay < POLITE_DELAY:
        for site in sites:
            if urlsplit(origins.get(site, "")).hostname not in LOOPBACK:
                raise click.UsageError(
                    f"a delay below {POLITE_DELAY:g} second is for servers of your own (--origin {site}=http://127.0.0.1:…)."
                )
    if since is not None and since.date() < FIRST_DAY:
        raise click.UsageError(f"--since: no news site is older than {FIRST_DAY}.")
    if report is not None:
        report.parent.mkdir(parents=True, exist_ok=True)  # what fails here should not fail after the crawl
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    options: dict[str, Any] = {
        "since": since.date() if since else None,
        "max_articles": max_articles,
        "delay": delay,
        "origins": origins,
    }
    if urls is not None:
        named, strange = addresses_in(text_of(urls.read()), sites)
        console.print(f"{sum(map(len, named.values()))} articles named, {strange} addresses are none of these sites'.")
        sites, options["named"] = tuple(named), named
        if not sites:
            raise click.UsageError(f"{urls.name} names no article of {', '.join(SITES)}.")
    sys.exit(_crawl(sites, data, console, report=report, **options))


@cli.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="The folder of the demonstration's archive.",
)
@click.pass_context
def demo(context: click.Context, data: Path) -> None:
    """Show the whole job without a network: crawl made-up news from this machine, then search it."""
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print("A newsroom with made-up stories stands in for both sites, on this machine alone.")
    with newsroom_process() as origins:
        code = _crawl(tuple(SITES), data, console, since=FIRST_STORY, delay=0, origins=origins)
    if code:
        sys.exit(code)
    console.print(f"\n$ warta search {SAMPLE} --limit 3 --data {data}", style="bold", markup=False)
    context.invoke(search_command, words=(SAMPLE,), limit=3, data=data)
    console.print(f"\nBrowse it:          warta serve --data {data}", markup=False)
    console.print(f"Read one story:     warta show ID --data {data}", markup=False)
    console.print("The real sites:     warta crawl   (set WARTA_CONTACT first; see README)", markup=False)


@contextmanager
def newsroom_process() -> Iterator[dict[str, str]]:
    """The newsroom in a process of its own, so that it takes no time from the crawl; yields site -> origin."""
    command = [sys.executable, "-m", "crawler.newsroom"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline().strip() for _ in SITES]
            if not all(lines):
                raise ArchiveError("The newsroom did not start.")
            yield dict(line.split("=", 1) for line in lines)
        finally:
            process.terminate()


def text_of(stored: bytes) -> str:
    """A list of addresses as spreadsheets and people store it: UTF-8, or UTF-16 with its mark."""
    coding = "utf-16" if stored[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return stored.decode(coding, "replace")


def addresses_in(text: str, sites: Sequence[str]) -> tuple[dict[str, list[Listed]], int]:
    """(site -> the articles that a text names, how many web addresses in it are none of theirs). The text may be a
    list, a spreadsheet or a CDX index, its addresses may lack their scheme or stand at the end of a web archive's."""
    hosts = "|".join(re.escape(host) for site in sites for host in SITES[site].hosts)
    named: dict[str, dict[str, Listed]] = {}
    strange = 0
    for found in re.findall(rf"https?://[^\s\"'<>,;|]+|(?<![\w.-])(?:{hosts})/[^\s\"'<>,;|]*", text):
        own = found[max(found.rfind("http://"), found.rfind("https://"), 0) :].rstrip(".:!?)]}*_")
        for site in sites:
            if address := SITES[site].identify(own if "://" in own else f"https://{own}"):
                named.setdefault(site, {})[address.url] = Listed(address=address)
                break
        else:
            strange += 1
    return {site: list(listed.values()) for site, listed in named.items()}, strange


@contextmanager
def stopping_before_it_began() -> Iterator[None]:
    """SIGTERM while the parts of a run are loaded, which takes a second, ends it as well as later on."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        click.echo("The run was asked to stop before it began.")
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    yield
    signal.signal(signal.SIGTERM, before)


def _crawl(sites: Sequence[str], data: Path, console: Console, *, report: Path | None = None, **options: Any) -> int:
    with stopping_before_it_began():
        from crawler import run

    runs = run.crawl(sites, data=data, console=console, **options)
    troubled = False
    for site_run in runs:
        verdict, _ = site_run.report.verdict()
        if verdict == WELL:
            console.print(site_run.headline(), style="green", markup=False, soft_wrap=True)
        else:
            troubled = True
            click.secho(site_run.headline(), err=True, fg="red")
        console.print(f"  {site_run.summary()}", markup=False, soft_wrap=True)
    if report is not None:
        # A monitor that reads at any moment finds the old report or the new one, whole.
        fresh = report.with_name(report.name + ".new")
        fresh.write_text(run.as_json(runs))
        fresh.replace(report)
    return EXIT_TROUBLE if troubled else 0
