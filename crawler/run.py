"""`crawl`, the work of `warta crawl`: locks the archive, crawls all sites in one process, shows progress, returns a
report for each site."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.asyncio import call_later
from scrapy.utils.project import get_project_settings

from archive.extract.listings import Listed
from archive.ingest.packing import BYTES_OF_A_RUN, pack
from archive.ingest.recovery import recover_runs
from archive.search.vocabulary import update_terms
from archive.sites import SITES
from archive.store.database import Archive, ArchiveError
from archive.store.lock import hold
from archive.store.timestamps import iso_utc
from crawler.progress import log_to, progress
from crawler.scrapy_internals import end_pauses, let_threads_go
from crawler.session import Session
from crawler.verdict import RunReport

STOP_SECONDS = 2
"""How long an exchange may still take after the run was asked to stop. Chosen, not measured."""


@dataclass(frozen=True)
class SiteRun:
    """The run of one site: its report, when it began, and how long it took."""

    site: str
    report: RunReport
    started_at: datetime
    seconds: float

    def headline(self) -> str:
        """ "antara-kaltim: degraded: HTTP 404 …" """
        verdict, reason = self.report.verdict()
        return f"{self.site}: {verdict}" + (f": {reason}" if reason else "")

    def summary(self) -> str:
        """The counts of the run, as a line for people."""
        report = self.report
        return (
            f"{report.added} new, {report.changed} edited, {report.moved} moved, {report.gone} withdrawn,"
            f" {report.failed} failed; {report.found} named, {report.checked} checked again;"
            f" {report.requests} requests, {report.bytes / 1000:.0f} kB received, {report.saved / 1000:.0f} kB saved,"
            f" {self.seconds:.1f} s"
        )

    def plain(self) -> dict[str, Any]:
        """The run as a JSON object for a monitor: verdict, reason in words, ways of discovery, times, all counts."""
        verdict, reason = self.report.verdict()
        return (
            {"site": self.site, "verdict": verdict, "reason": reason, "discovery": self.report.discovery()}
            | {"started_at": iso_utc(self.started_at)}
            | self.report.counts()
            | {"filled": self.report.shares(), "seconds": round(self.seconds, 1)}
        )


def crawl(
    sites: Sequence[str],
    *,
    data: Path,
    console: Console,
    since: date | None = None,
    max_articles: int | None = None,
    delay: float | None = None,
    origins: dict[str, str] | None = None,
    named: dict[str, list[Listed]] | None = None,
    now: bool = False,
) -> list[SiteRun]:
    """Crawls the sites concurrently in this process, and returns their runs in the order of `sites`. `origins` is site
    -> the server to request instead of the site's own. With `named` (site -> articles), listings are not walked: these
    articles are added to the frontier, and what is due is fetched. `delay` is in seconds. `now` forgets the pauses that
    sites asked for.

    After SIGTERM or SIGINT the pages in progress are finished, if that takes no longer than STOP_SECONDS, and all files
    are sealed; a second signal ends it at once.
    Raises ArchiveBusyError if another run has the archive, ArchiveError if it cannot be opened. A process can call this
    once only, because Twisted's reactor does not start again.
    """
    hold(data)
    with Archive.open(data) as archive:
        for line in recover_runs(archive):
            console.print(line, markup=False, soft_wrap=True)
        update_terms(archive)  # for stories of a run that was cut off; after an update of warta, for all stories
    settings = get_project_settings()
    settings.setmodule("crawler.settings")
    settings.set("WARTA_DATA", str(data), priority="cmdline")
    if delay is not None:
        settings.set("DOWNLOAD_DELAY", delay, priority="cmdline")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    log_to(console)
    spiders = {_site_of(name): name for name in get_spider_loader(settings).list()}
    arguments: dict[str, Any] = {
        "since": since.isoformat() if since else None,
        "max_articles": str(max_articles) if max_articles else None,
        "now": "1" if now else None,
    }
    crawlers = {site: process.create_crawler(spiders[site]) for site in sites}
    started = time.monotonic()
    seconds: dict[str, float] = {}
    tasks = {}
    with progress(crawlers, console) as on_page:
        for site, crawler in crawlers.items():
            _listen(crawler, site, on_page, lambda site: seconds.update({site: time.monotonic() - started}))
            tasks[site] = process.crawl(
                crawler, **arguments, origin=(origins or {}).get(site), named=named[site] if named is not None else None
            )
        with stopping_gently(crawlers.values()):
            process.start(install_signal_handlers=False)
    errors = [task.exception() for task in tasks.values()]  # all are retrieved; else asyncio logs them as lost
    for error in filter(None, errors):
        raise error
    try:
        with Archive.open(data) as archive:
            update_terms(archive)
    except sqlite3.Error as error:  # such as a full disk: the stories are stored, and the next run counts their words
        console.print(f"The words of new stories are not counted yet: {error}.", markup=False, soft_wrap=True)
    sessions = {site: Session.of(crawler) for site, crawler in crawlers.items()}
    if not any(session.stopping for session in sessions.values()):
        _pack_due(data, console)
    return [
        SiteRun(site, session.report, session.started_at, seconds.get(site, 0)) for site, session in sessions.items()
    ]


def _pack_due(data: Path, console: Console) -> None:
    """Packs WARC files of days that are over. What stays as it is is said; it is nothing that went wrong with this
    run."""
    try:
        with Archive.open(data) as archive:
            packing = pack(archive, now=datetime.now(UTC), max_bytes=BYTES_OF_A_RUN)
    except (ArchiveError, sqlite3.Error) as error:
        console.print(f"Nothing more is packed: {error}", markup=False, soft_wrap=True)
        return
    if packing.packed:
        console.print(str(packing), markup=False, soft_wrap=True)
    for line in packing.refused:
        console.print(line, markup=False, soft_wrap=True)


@contextmanager
def stopping_gently(crawlers: Iterable[Crawler]) -> Iterator[None]:
    """Within the block, the first SIGTERM or SIGINT asks every session to stop; a second one acts as usual."""
    from twisted.internet import reactor

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        restore()
        reactor.callFromThread(stop_all)  # wakes the event loop if it is waiting

    def stop_all() -> None:
        for crawler in crawlers:
            if session := Session.find(crawler):
                session.stop()
                end_pauses(crawler)
                call_later(STOP_SECONDS, session.cut_short)
        call_later(STOP_SECONDS, let_threads_go)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()


def as_json(runs: Sequence[SiteRun]) -> str:
    """The runs as a JSON array, an object for each site (see SiteRun.plain)."""
    return json.dumps([run.plain() for run in runs], ensure_ascii=False, indent=2) + "\n"


def _listen(crawler: Crawler, site: str, on_page: Callable[[str], None], on_end: Callable[[str], None]) -> None:
    def scraped(spider: Spider) -> None:  # noqa: ARG001
        on_page(site)

    def closed(spider: Spider) -> None:  # noqa: ARG001
        on_end(site)

    crawler.signals.connect(scraped, signal=signals.item_scraped, weak=False)
    crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)


def _site_of(spider: str) -> str:
    """The site of a spider: spiders are named after their sites, with underscores instead of hyphens."""
    site = spider.replace("_", "-")
    assert site in SITES, f"the spider {spider} is named like no site"
    return site
