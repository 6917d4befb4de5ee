"""`warta crawl`: crawls the sites and prints a verdict for each."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

import click
from rich.console import Console

from archive.cli.options import data_option
from archive.extract.urls import is_loopback
from archive.ingest.pipeline import StoppedError
from archive.sites import SITES
from archive.store.runs import Verdict
from crawler.cli.options import origin_option
from crawler.cli.url_list import addresses_in, text_of
from crawler.settings import WARTA_MIN_DELAY_SECONDS

EXIT_TROUBLE = 1
FIRST_DAY = date(1990, 1, 1)
BEFORE_IT_BEGAN = "The run was asked to stop before it began."


def _sites(_context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in SITES]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no site. Sites: {', '.join(SITES)}.")
    return tuple(dict.fromkeys(names)) or tuple(SITES)


@click.command(
    "crawl", epilog="\b\nExamples:\n  warta crawl\n  warta crawl antara-kaltim --since 2026-01-01 --data /srv/news"
)
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
@click.option("--now", is_flag=True, help="Do not wait until the site wants to be asked again: forget its pause.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write verdicts and counts to FILE as JSON, for a monitor.",
)
@data_option
def crawl_command(
    sites: tuple[str, ...],
    since: datetime | None,
    max_articles: int | None,
    delay: float | None,
    origins: dict[str, str],
    urls: BinaryIO | None,
    now: bool,
    report: Path | None,
    data: Path,
) -> None:
    """Crawl the sites (all, unless some are named), keep every page and fill the archive.

    Exit code: 0 all went well, 1 a site went wrong (the summary says how), 2 usage, 75 another run holds the archive.
    """
    if delay is not None and delay < WARTA_MIN_DELAY_SECONDS:
        for site in sites:
            if not is_loopback(origins.get(site, "")):
                raise click.UsageError(
                    f"a delay below {WARTA_MIN_DELAY_SECONDS:g} second is for servers of your own (--origin {site}=http://127.0.0.1:…)."
                )
    if since is not None and since.date() < FIRST_DAY:
        raise click.UsageError(f"--since: no news site is older than {FIRST_DAY}.")
    if report is not None:
        report.parent.mkdir(parents=True, exist_ok=True)  # now, so that it does not fail after hours of crawling
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    options: dict[str, Any] = {
        "since": since.date() if since else None,
        "max_articles": max_articles,
        "delay": delay,
        "origins": origins,
        "now": now,
    }
    if urls is not None:
        named, strange = addresses_in(text_of(urls.read()), sites)
        console.print(f"{sum(map(len, named.values()))} articles named, {strange} addresses are none of these sites'.")
        sites, options["named"] = tuple(named), named
        if not sites:
            raise click.UsageError(f"{urls.name} names no article of {', '.join(SITES)}.")
    _leave(run_and_tell(sites, data, console, report=report, **options))


def _leave(code: int) -> None:
    """Ends the program, also if a thread still looks up a host's name after the run was stopped: nothing waits for
    it."""
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


@contextmanager
def stopping_before_it_began() -> Iterator[None]:
    """Within the block, SIGTERM ends the program with exit code 0, as it does during a run. Importing Scrapy takes a
    second, and a signal may come within it."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        click.echo(BEFORE_IT_BEGAN)
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_and_tell(
    sites: Sequence[str], data: Path, console: Console, *, report: Path | None = None, **options: Any
) -> int:
    """Crawls the sites, prints a verdict for each, and returns the exit code. `options` are those of
    crawler.run.crawl."""
    with stopping_before_it_began():
        from crawler import run

    try:
        runs = run.crawl(sites, data=data, console=console, **options)
    except StoppedError:  # while it recovered what an earlier run left
        click.echo(BEFORE_IT_BEGAN)
        return 0
    troubled = False
    for site_run in runs:
        verdict, _ = site_run.report.verdict()
        if verdict is Verdict.WELL:
            console.print(site_run.headline(), style="green", markup=False, soft_wrap=True)
        else:
            troubled = True
            click.secho(site_run.headline(), err=True, fg="red")
        console.print(f"  {site_run.summary()}", markup=False, soft_wrap=True)
    if report is not None:
        # Replaced in one step, so that a monitor always reads a whole report.
        fresh = report.with_name(report.name + ".new")
        fresh.write_text(run.as_json(runs))
        fresh.replace(report)
    return EXIT_TROUBLE if troubled else 0
