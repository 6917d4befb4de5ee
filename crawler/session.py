"""Session: what the parts of one spider's run share: its site, the archive, the run's row, the WARC files."""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from archive.database import Archive, warc_root
from archive.listings import Listed
from archive.sites import SITES, Site
from archive.warc import WarcWriter
from crawler.health import RunReport

logger = logging.getLogger(__name__)

_PORTS = {"http": 80, "https": 443}


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
        self.refused: str | None = None  # why the site wants no more requests in this run
        self._named: set[str] = set()
        self.origin = origin
        self.started_at = datetime.now(UTC)
        self.run_id = archive.start_run(site, at=self.started_at, since=since, arguments=arguments)
        self.writer = WarcWriter(warc_root(archive.data), site.name, info=info)
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
        archive = Archive.open(Path(settings["WARTA_DATA"]))
        return cls(site, archive, origin=origin, since=getattr(spider, "since"), arguments=arguments, info=info)  # noqa: B009

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
        if _endpoint(url) == _endpoint(self.origin):
            parts = urlsplit(url)
            return self.site.origin + urlunsplit(("", "", parts.path, parts.query, parts.fragment))
        return url

    # What the spider tells of the run

    def served_by(self, way: str) -> None:
        if way not in self.report.ways:
            logger.info("%s: articles are named by %s", self.site.name, way)
        self.report.ways[way] = None

    def listed(self, listed: list[Listed], unknown: int) -> None:
        self._named.update(str(item.address.number or item.address.url) for item in listed)
        self.report.found = len(self._named)
        self.report.new += unknown

    def listing_failed(self, path: str, error: Exception) -> None:
        logger.warning("%s: %s: %s", self.site.name, path, error)
        self.report.listing_troubles[getattr(error, "kind", "broken"), f"{path}: {error}"] += 1

    def asking(self, url: str) -> None:
        self.report.fetched += 1
        self.report.page = url

    def shelved(self, outcome: Literal["new", "changed", "same"]) -> None:
        self.report.read += 1
        self.report.added += outcome == "new"
        self.report.changed += outcome == "changed"

    def article_failed(self, url: str, error: Exception) -> None:
        logger.warning("%s: %s: %s", self.site.name, url, error)
        self.report.failed += 1
        self.report.article_troubles[getattr(error, "kind", "unread"), str(error)] += 1

    def close(self) -> None:
        """Ends the run: keeps its verdict, seals the WARC files, notes their digests and closes the archive."""
        report = self.report
        verdict, reason = report.verdict()
        now = datetime.now(UTC)
        for sealed in self.writer.close():
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
                "discovery": "; ".join(report.ways) or None,
                "complete": int(report.complete),
                "requests": report.requests,
                "bytes": report.bytes,
                "found": report.found,
                "new": report.added,
                "read": report.read,
                "changed": report.changed,
                "failed": report.failed,
            },
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
