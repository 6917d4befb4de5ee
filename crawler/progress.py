"""What a person sees while sites are crawled: a live table on a terminal, else a line now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Console
from rich.live import Live
from rich.logging import RichHandler
from rich.table import Table
from scrapy.crawler import Crawler

from crawler.session import Session
from crawler.verdict import RunReport

PLAIN_EVERY = 50
"""Pages between two progress lines where the output is no terminal."""


def log_to(console: Console) -> None:
    """Warnings go above the progress display, or to standard error where there is none; what a run's report says is
    not told twice."""
    handler: logging.Handler = logging.StreamHandler()
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False, show_time=False, markup=False)
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    for name in ("scrapy.core.downloader", "scrapy.downloadermiddlewares", "py.warnings"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def progress(crawlers: dict[str, Crawler], console: Console) -> Iterator[Callable[[str], None]]:
    """Live progress on a terminal, else a plain line now and then; yields what to call after each page of a site."""

    def report_of(site: str) -> RunReport:
        session = Session.find(crawlers[site])
        return session.report if session else RunReport()

    def table() -> Table:
        shown = Table("site", *("found", "new", "read", "failed"), "page", box=None, pad_edge=False)
        for site in crawlers:
            report = report_of(site)
            counts = (str(n) for n in (report.found, report.new, report.read, report.failed))
            shown.add_row(site, *counts, report.page, style=None)
        return shown

    def plain(site: str) -> None:
        report = report_of(site)
        if report.fetched % PLAIN_EVERY == 0:
            console.print(
                f"{site}: found {report.found}, new {report.new}, read {report.read}, failed {report.failed}, "
                f"at {report.page}",
                soft_wrap=True,
            )

    live: AbstractContextManager[object] = nullcontext()
    if console.is_terminal:
        live = Live(get_renderable=table, console=console, refresh_per_second=4, transient=True)
    with live:
        yield (lambda site: None) if console.is_terminal else plain  # noqa: ARG005
