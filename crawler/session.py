"""Session, which the parts of one spider's run share: the site, the archive, the run's row, its report, its WARC
files."""

from __future__ import annotations

import asyncio
import json
import logging
import platform
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from archive.extract.article import Article
from archive.extract.exchange import Reading, Source, read_exchange
from archive.extract.listings import Listed
from archive.extract.urls import is_loopback
from archive.sites import SITES, Site
from archive.store import runs
from archive.store.articles import Meaning
from archive.store.database import Archive, Row
from archive.store.frontier import FROM_LIST, LONGEST_RETRY_AFTER, Frontier
from archive.store.lock import hold
from archive.store.outcome import Failure, Outcome, settle, settle_failure
from archive.store.pages import Page
from archive.store.payload import payload, payload_record
from archive.store.timestamps import iso_utc
from archive.warc.account import FAILURE, NAMED, RUN_END, RunStart
from archive.warc.capture import Capture
from archive.warc.reader import UndecodableError, WarcError, read_captured
from archive.warc.writer import WarcWriter
from crawler.anomalies import shortfalls
from crawler.verdict import RunReport, Trouble

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


class FetchFailure(Protocol):
    """The attributes of crawler.fetching.FetchError that are used here; importing it would be circular."""

    kind: Trouble
    of_site: bool


class Session:
    """The session of one crawler. The first call of `Session.of(crawler)` opens it, `close` ends the run.

    `origin` is the server that is requested: the site's own, or another one in its place (the newsroom, a local
    mirror). Records have the URLs that were really requested; `to_site` turns them into addresses on the site itself.
    """

    _sessions: ClassVar[WeakKeyDictionary[Crawler, Session]] = WeakKeyDictionary()

    def __init__(
        self,
        site: Site,
        archive: Archive,
        *,
        start: RunStart,
        info: dict[str, str],
    ) -> None:
        self.site = site
        self.archive = archive
        self.report = RunReport()
        self.frontier = Frontier(archive, site)
        self.refused: str | None = None  # why the site wants no more requests in this run
        self.stopping = False  # whether no more requests are to be sent
        self.in_flight = set[asyncio.Future[Any]]()  # exchanges that are going on
        self.server_time: datetime | None = None  # the time on the site's clock, from its last listing
        self._articles_listed: set[str] = set()
        self.last_exchange = datetime.now(UTC)  # when the last exchange began, which dates what it says
        self.origin = start.origin
        self.started_at = start.started_at
        self._source = Source(site.name, start.origin, start.since, start.started_at)
        until = None if "now" in start.arguments else runs.left_alone_until(archive, site)
        if until and until > self.started_at:
            self.refused = f"the site asked to be left alone until {iso_utc(until)[:16]}Z"
        self.run_id = runs.start_run(archive, start)
        self.writer = WarcWriter(archive.warc_root, site.name, info=start.fields() | info)
        self._allowed = {_endpoint(start.origin)}
        if start.origin == site.origin:
            self._allowed = {(scheme, host, port) for host in site.hosts for scheme, port in _PORTS.items()}

    @classmethod
    def of(cls, crawler: Crawler) -> Session:
        """The crawler's session, opened if there is none yet. Raises ArchiveError or ArchiveBusyError."""
        session = cls._sessions.get(crawler)
        if session is None:
            session = cls._sessions[crawler] = cls._open(crawler)
        return session

    @classmethod
    def find(cls, crawler: Crawler) -> Session | None:
        """The crawler's session, if it was ever opened."""
        return cls._sessions.get(crawler)

    @classmethod
    def _open(cls, crawler: Crawler) -> Self:
        spider, settings = crawler.spider, crawler.settings
        assert spider is not None
        site = SITES[getattr(spider, "site")]  # noqa: B009
        origin = (getattr(spider, "origin", None) or site.origin).rstrip("/")
        arguments = {
            name: str(value) for name in ("since", "max_articles") if (value := getattr(spider, name, None)) is not None
        }
        if origin != site.origin:
            arguments["origin"] = origin
        if getattr(spider, "now", None):
            arguments["now"] = "1"
        if not settings["WARTA_CONTACT"] and not is_loopback(origin):
            logger.warning(
                "%s: no contact is set, so the publisher cannot reach you: set WARTA_CONTACT to an address of yours",
                site.name,
            )
        info = {
            "software": f"warta/{version('warta')} Scrapy/{version('scrapy')} warcio/{version('warcio')} "
            f"Python/{platform.python_version()}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "classic",
            "http-header-user-agent": settings["USER_AGENT"],
        }
        if settings["WARTA_CONTACT"]:
            info["operator"] = settings["WARTA_CONTACT"]
        data = Path(settings["WARTA_DATA"])
        hold(data)
        archive = Archive.open(data)
        return cls(site, archive, start=RunStart(site.name, origin, datetime.now(UTC), arguments), info=info)

    def stop(self) -> None:
        """Asks the run to stop: the page in progress is finished, and no more requests are sent."""
        self.stopping = True
        self.report.interrupted = True

    def cut_short(self) -> None:
        """Ends the exchanges that are still going on after the run was asked to stop."""
        for exchange in list(self.in_flight):
            exchange.cancel()

    def leave_alone(self, seconds: float, reason: str) -> None:
        """Stops requests because the site asks for a pause of `seconds`, and stores until when, for later runs."""
        self.refused = reason
        pause = timedelta(seconds=min(seconds, LONGEST_RETRY_AFTER.total_seconds()))
        runs.leave_alone(self.archive, self.run_id, until=datetime.now(UTC) + pause)

    def give_up(self) -> None:
        """Stops requests because the site failed page after page."""
        self.stopping = True
        self.report.given_up = True

    def allows(self, url: str) -> bool:
        """Whether a URL may be requested: scheme, host and port are the site's own, or those of `origin`."""
        return _endpoint(url) in self._allowed

    def to_wire(self, url: str) -> str:
        """The URL to request for an address on the site: the same path at `origin`."""
        parts = urlsplit(url)
        if parts.hostname in self.site.hosts:
            return self.origin + urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return url

    def to_site(self, url: str) -> str:
        """The address on the site itself of a URL requested at `origin`."""
        return self.site.own_address(url, origin=self.origin)

    # What an exchange says and means

    def read(self, capture: Capture) -> Reading:
        """Reads a capture of this run from its record, as every later rebuild does. Raises WarcError if the record, or
        the one it refers to, is damaged or missing."""
        record = read_captured(self.archive.warc_root, capture)
        holding = payload_record(self.archive, capture, record) if capture.status == 200 else None
        reading = read_exchange(capture, record, holding, self._source)
        assert reading is not None  # the site is a described one
        return reading

    def settle(self, reading: Reading, page: Page) -> Outcome:
        """Updates the page and its story for an exchange (archive.store.outcome), and counts the outcome."""
        outcome = settle(self.archive, self.site, reading, page_url=page.url, in_order=True)
        if outcome.damage:
            self.damaged(outcome.damage)
        match outcome.meaning:
            case Meaning.UNREAD:
                kind = Trouble.REFUSED if reading.is_challenge else Trouble.UNREAD
                self.article_failed(page.url, kind, outcome.reason or "")
                self.report.something_else += outcome.is_something_else
            case Meaning.UNCHANGED:
                self.report.read += 1
            case Meaning.MISSING | Meaning.GONE:
                self._missing(page, reason=outcome.reason or "", gone=outcome.meaning is Meaning.GONE)
            case _ if outcome.article is not None:
                self._shelved(outcome.article, outcome.meaning)
                if reading.note is not None:
                    self.report.noted(page.url, reading.note)
        for url, is_new in outcome.taken_back:
            self.report.taken_back(is_new=is_new)
            self.article_failed(url, Trouble.UNREAD, outcome.reason or "")
        return outcome

    def if_intact(self, capture: Capture | None) -> Capture | None:
        """The capture if its payload is there whole, so that a revisit can refer to it; else None. A record that cannot
        be read is reported."""
        if capture is None:
            return None
        try:
            return None if payload(self.archive, capture).is_broken else capture
        except UndecodableError:
            return capture  # it is stored whole; the site sent it undecodable
        except WarcError as error:
            self.damaged(str(error))
            return None

    def damaged(self, why: str) -> None:
        """Reports that a record of the archive that was needed cannot be read."""
        logger.warning("%s: %s", self.site.name, why)
        self.report.damaged[why] = None

    def fail(self, page: Page, error: FetchFailure) -> None:
        """Stores a failed request in the WARC file and in the frontier, and counts it."""
        failure = Failure(self.site.name, page.url, datetime.now(UTC), str(error), error.of_site)
        account = {"site": failure.site, "url": failure.url, "reason": failure.reason, "of_site": failure.of_site}
        self.writer.write_account(FAILURE, account, at=failure.at)
        settle_failure(self.archive, failure)
        self.article_failed(page.url, error.kind, str(error))

    def add_named(self, listed: Sequence[Listed]) -> None:
        """Stores articles that a person named in the WARC file and in the frontier."""
        now = datetime.now(UTC)
        account = {"site": self.site.name, "urls": [item.address.url for item in listed]}
        self.writer.write_account(NAMED, account, at=now)
        self.frontier.discover(listed, on=FROM_LIST, at=now)

    # What the spider reports of the run

    def served_by(self, way: str) -> None:
        """Reports that a way of discovery works."""
        if way not in self.report.ways:
            logger.info("%s: articles are named by %s", self.site.name, way)
        self.report.ways[way] = None

    def listed(self, listed: Sequence[Listed], *, unknown: int) -> None:
        """Counts articles that a listing named, of which `unknown` were not in the frontier before."""
        self._articles_listed.update(str(item.address.number or item.address.url) for item in listed)
        self.report.found = len(self._articles_listed)
        self.report.new += unknown

    def listing_failed(self, path: str, error: Exception) -> None:
        if getattr(error, "kind", None) is Trouble.STOPPING:
            return
        logger.info("%s: %s: %s", self.site.name, path, error)
        self.report.listing_failed(path, getattr(error, "kind", Trouble.BROKEN), str(error))

    def link_unread(self, path: str, url: str) -> None:
        """Reports a link to an article on a listing page that is in no form of card that is known."""
        logger.info("%s: %s: a link to an article is not read: %s", self.site.name, path, url)
        self.report.unread_links.setdefault(url, path)

    def asking(self, url: str, *, again: bool) -> None:
        """Counts a page that is about to be requested; `again` if it was read before."""
        self.report.fetched += 1
        self.report.checked += again
        self.report.page = url

    def entry_refused(self, path: str, why: str) -> None:
        """Reports one entry of a listing that cannot be read."""
        logger.info("%s: %s: %s", self.site.name, path, why)
        self.report.entry_refused(path, why)

    def _shelved(self, article: Article, meaning: Meaning) -> None:
        self.report.read += 1
        if article.goes_on_at:
            self.report.continued[article.goes_on_at] = article.id
        self.report.count_fields(article, now=self.server_time or datetime.now(UTC))
        match meaning:
            case Meaning.NEW:
                self.report.added += 1
            case Meaning.CHANGED:
                self.report.changed += 1
                self._log_change("changed", article.id)
            case Meaning.MOVED:
                self.report.moved += 1
                self._log_change("moved", article.id)

    def _missing(self, page: Page, *, reason: str, gone: bool) -> None:
        if page.was_read:
            self.report.missing += 1
            self.report.gone += gone
            if gone:
                self._log_change("withdrawn", page.article_id or page.url)
        elif page.missing_since is None:
            self.article_failed(page.url, Trouble.MISSING, f"{reason} for a story that a listing named")

    def _log_change(self, what: str, article_id: str) -> None:
        logger.info("%s: %s %s", self.site.name, article_id, what)

    def article_failed(self, url: str, kind: Trouble, reason: str) -> None:
        logger.info("%s: %s: %s", self.site.name, url, reason)
        self.report.article_failed(url, kind, reason)

    def close(self) -> None:
        """Ends the run: stores its verdict and its account, seals the WARC files, closes the archive."""
        report, now = self.report, datetime.now(UTC)
        site_time = self.server_time or now
        report.past = shortfalls(self.archive, self.site, report, before_run=self.run_id, now=site_time)
        verdict, reason = report.verdict()
        values: Row = {"verdict": verdict, "reason": reason, "discovery": report.discovery()}
        values |= {"complete": int(report.complete), "filled": json.dumps(report.shares())}
        values |= report.counts() | {"finished_at": iso_utc(now)}
        run = {"id": self.run_id, "site": self.site.name, "started_at": iso_utc(self.started_at)}
        try:
            self.writer.write_account(RUN_END, runs.account_of(self.archive, run, values), at=now)
        finally:
            for sealed in self.writer.close():
                # The next run recovers files without a row: after an error the database may lack what is in them.
                if not report.stopped:
                    self.archive.add_warc(sealed, at=now)
            runs.end_run(self.archive, self.run_id, values)
            self.archive.close()


def _endpoint(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of a URL; None for one that is not http or https."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        return None
    return (parts.scheme, parts.hostname or "", port)
