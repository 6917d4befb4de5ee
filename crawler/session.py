"""Session: what the parts of one spider's run share: its site, the archive, the run's row, the WARC files."""

from __future__ import annotations

import json
import logging
import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from archive.extract.article import Article
from archive.extract.listings import Listed
from archive.search.vocabulary import update_terms
from archive.sites import SITES, Site
from archive.store.articles import Outcome
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier
from archive.store.lock import hold
from archive.store.timestamps import iso_utc
from archive.warc.writer import WarcWriter
from crawler.anomalies import shortfalls
from crawler.verdict import RunReport

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}
UNCOUNTED = 200
"""Stories whose words wait to be counted: the first run of a site takes days, and is searched meanwhile."""


class Session:
    """`Session.of(crawler)` opens it at the first call; `close` seals the WARC files. One a crawler.

    `origin` is where the site is asked for: the site's own origin, or another server in its place (the newsroom, a
    local mirror). What is recorded is what was really asked; `to_site` gives an address on the site itself.
    """

    _sessions: ClassVar[WeakKeyDictionary[Crawler, Session]] = WeakKeyDictionary()

    def __init__(
        self,
        site: Site,
        archive: Archive,
        *,
        origin: str,
        since: date,
        arguments: dict[str, Any],
        info: Mapping[str, str],
    ):
        self.site = site
        self.archive = archive
        self.report = RunReport()
        self.frontier = Frontier(archive, site)
        self.refused: str | None = None  # why the site wants no more requests in this run
        self.stopping = False  # the page in hand is finished, nothing more is asked for
        self.server_time: datetime | None = None  # the site's own clock, as its last listing told it
        self._named: set[str] = set()
        self.last_exchange = datetime.now(UTC)  # when the last one began; what it tells is noted as of then
        self.origin = origin
        self.started_at = datetime.now(UTC)
        if (until := archive.left_alone_until(site)) and until > self.started_at:
            self.refused = f"the site asked to be left alone until {iso_utc(until)[:16]}Z"
        self.run_id = archive.start_run(site, at=self.started_at, since=since, arguments=arguments)
        self.writer = WarcWriter(archive.warc_root, site.name, info=info)
        self._allowed = {_endpoint(origin)}
        if origin == site.origin:
            self._allowed = {(scheme, host, port) for host in site.hosts for scheme, port in _PORTS.items()}

    @classmethod
    def of(cls, crawler: Crawler) -> Session:
        session = cls._sessions.get(crawler)
        if session is None:
            session = cls._sessions[crawler] = cls._open(crawler)
        return session

    @classmethod
    def find(cls, crawler: Crawler) -> Session | None:
        """The crawler's session if it is open or has been."""
        return cls._sessions.get(crawler)

    @classmethod
    def _open(cls, crawler: Crawler) -> Self:
        spider, settings = crawler.spider, crawler.settings
        assert spider is not None
        site = SITES[getattr(spider, "site")]  # noqa: B009
        origin = (getattr(spider, "origin", None) or site.origin).rstrip("/")
        arguments = {
            name: str(value)
            for name in ("since", "max_articles", "origin")
            if (value := getattr(spider, name, None)) is not None
        }
        info = {
            "software": f"warta/{version('warta')} Scrapy/{version('scrapy')} warcio/{version('warcio')} "
            f"Python/{platform.python_version()}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "classic",
            "http-header-user-agent": settings["USER_AGENT"],
            "isPartOf": site.name,
            "description": f"origin={origin}" + "".join(f" {name}={value}" for name, value in arguments.items()),
        }
        if settings["WARTA_CONTACT"]:
            info["operator"] = settings["WARTA_CONTACT"]
        data = Path(settings["WARTA_DATA"])
        hold(data)
        archive = Archive.open(data)
        return cls(site, archive, origin=origin, since=getattr(spider, "since"), arguments=arguments, info=info)  # noqa: B009

    def stop(self) -> None:
        """Asks the run to stop: the page in hand is finished, nothing more is sent."""
        self.stopping = True
        self.report.interrupted = True

    def leave_alone(self, seconds: float, reason: str) -> None:
        """The site asks for a pause that outlasts this run: later ones keep it, too."""
        self.refused = reason
        self.archive.leave_alone(self.run_id, until=datetime.now(UTC) + timedelta(seconds=seconds))

    def give_up(self) -> None:
        """Nothing more is asked of a site that failed page after page."""
        self.stopping = True
        self.report.given_up = True

    def allows(self, url: str) -> bool:
        """Whether a URL is on the site's own hosts: scheme, host and port."""
        return _endpoint(url) in self._allowed

    def to_wire(self, url: str) -> str:
        """The address to ask for: the site's own hosts give way to `origin`."""
        parts = urlsplit(url)
        if parts.hostname in self.site.hosts:
            return self.origin + urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return url

    def to_site(self, url: str) -> str:
        """The address on the site itself of what was asked for at `origin`."""
        return self.site.own_address(url, origin=self.origin)

    # What the spider tells of the run

    def served_by(self, way: str) -> None:
        if way not in self.report.ways:
            logger.info("%s: articles are named by %s", self.site.name, way)
        self.report.ways[way] = None

    def listed(self, listed: list[Listed], *, unknown: int) -> None:
        self._named.update(str(item.address.number or item.address.url) for item in listed)
        self.report.found = len(self._named)
        self.report.new += unknown

    def listing_failed(self, path: str, error: Exception) -> None:
        if getattr(error, "kind", None) == "stopping":
            return
        logger.info("%s: %s: %s", self.site.name, path, error)
        self.report.listing_failed(path, getattr(error, "kind", "broken"), str(error))

    def asking(self, url: str, *, again: bool) -> None:
        self.report.fetched += 1
        self.report.checked += again
        self.report.page = url

    def shelved(self, article: Article, outcome: Outcome) -> None:
        self.report.read += 1
        self.report.count_fields(article, now=self.server_time or datetime.now(UTC))
        match outcome:
            case "new":
                self.report.added += 1
            case "changed":
                self.report.changed += 1
                self._log_change("changed", article.id)
            case "moved":
                self.report.moved += 1
                self._log_change("moved", article.id)
        if self.archive.row("SELECT 1 FROM uncounted LIMIT 1 OFFSET ?", [UNCOUNTED - 1]):
            update_terms(self.archive)

    def unchanged(self) -> None:
        """The site said 304."""
        self.report.read += 1

    def missing(self, page: Row, *, status: int, gone: bool) -> None:
        if page["first_read_at"] is not None:
            self.report.missing += 1
            self.report.gone += gone
            if gone:
                self._log_change("withdrawn", page["article_id"] or page["url"])
        elif page["missing_since"] is None:
            self.article_failed(page["url"], "missing", f"HTTP {status} for a story that a listing named")

    def _log_change(self, what: str, article_id: str) -> None:
        logger.info("%s: %s %s", self.site.name, article_id, what)

    def article_failed(self, url: str, kind: str, reason: str) -> None:
        logger.info("%s: %s: %s", self.site.name, url, reason)
        self.report.article_failed(url, kind, reason)

    def close(self) -> None:
        """Ends the run: keeps its verdict, seals the WARC files, notes their digests and closes the archive."""
        report = self.report
        now = datetime.now(UTC)
        site_time = self.server_time or now
        report.past = shortfalls(self.archive, self.site, report, before_run=self.run_id, now=site_time)
        verdict, reason = report.verdict()
        for sealed in self.writer.close():
            if report.stopped:
                continue  # the next run takes in what the archive did not get of it
            self.archive.add_warc(
                sealed.warc,
                site=self.site.name,
                records=sealed.records,
                size=sealed.size,
                sha256=sealed.sha256,
                at=now,
            )
        self.archive.finish_run(
            self.run_id,
            at=now,
            values={
                "verdict": verdict,
                "reason": reason,
                "discovery": report.discovery(),
                "complete": int(report.complete),
                "filled": json.dumps(report.shares()),
            }
            | report.counts(),
        )
        self.archive.close()


def _endpoint(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port); None for what is no http address."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        return None
    return (parts.scheme, parts.hostname or "", port)
