"""NewsSpider: what every news site's spider does; a class per CMS says where that CMS lists its articles."""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.article import ReadingError, read_article
from archive.charset import decode_page
from archive.listings import Listed, ListingError, ListingPage
from archive.sites import SITES
from crawler.fetching import FetchError, fetch
from crawler.session import Session

T = TypeVar("T")

KNOWN_PAGES_IN_A_ROW = 3
"""After so many listing pages without an unknown article the rest is taken for known."""
FAILURES_IN_A_ROW = 10
"""After so many articles that could not be fetched, one after the other, a run gives the site up."""


class NewsSpider(Spider):
    """Walks a site's listings, keeps what they name in the frontier, fetches what is due, reads and shelves it.

    Everything is one request after the other: a guest asks for one page at a time. Arguments: `since` (YYYY-MM-DD; by
    default WARTA_LOOK_BACK_DAYS before today), `max_articles` (fetch at most so many), `origin` (another server in
    the site's place). Items are articles as dicts, so that feed exports work.
    """

    site: str
    session: Session

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if getattr(cls, "name", None) and getattr(cls, "site", None) not in SITES:
            raise TypeError(f"{cls.__name__} names no site that archive.sites knows: set `site` to one of its names")

    def __init__(
        self, since: str | None = None, max_articles: str | None = None, origin: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.origin = origin
        try:
            self.since = date.fromisoformat(since) if since else None
            self.max_articles = int(max_articles) if max_articles is not None else None
        except ValueError as error:
            raise ValueError(f"since is a date as 2026-09-30, max_articles a number: {error}") from error

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        if not SITES[cls.site].verify_certificates:
            settings.set("DOWNLOAD_VERIFY_CERTIFICATES", False, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.since is None:
            zone = SITES[cls.site].timezone
            spider.since = datetime.now(zone).date() - timedelta(days=crawler.settings.getint("WARTA_LOOK_BACK_DAYS"))
        return spider

    @abstractmethod
    def discover(self) -> AsyncIterator[None]:
        """Walks the listings, `note`s what they name, and yields after each so that due articles are fetched between.

        Sets `session.report.complete` when it came to its end.
        """

    async def start(self) -> AsyncIterator[Any]:
        self.session = Session.of(self.crawler)
        if not SITES[self.site].verify_certificates:
            self.logger.warning("certificates of %s are not checked: its chain is known to be broken", self.site)
        try:
            async for _ in self.discover():
                async for article in self.fetch_due():
                    yield article
                if self.enough():
                    return
            async for article in self.fetch_due():
                yield article
        except sqlite3.Error as error:
            raise CloseSpider(f"the archive cannot be written: {error}") from error

    def enough(self) -> bool:
        return self.max_articles is not None and self.session.report.fetched >= self.max_articles

    async def fetch_due(self) -> AsyncIterator[dict[str, Any]]:
        """Fetches, reads and shelves what the frontier says is due, newest first."""
        session, failures = self.session, 0
        while not self.enough():
            due = session.archive.due(session.site, before=session.started_at, limit=1)
            if not due:
                return
            url = due[0]["url"]
            session.asking(url)
            try:
                article = await self.fetch_article(url)
            except (FetchError, ReadingError) as error:
                session.archive.page_failed(url, at=datetime.now(UTC), reason=str(error))
                session.article_failed(url, error)
                failures = failures + 1 if isinstance(error, FetchError) else 0
                if failures == FAILURES_IN_A_ROW:
                    raise CloseSpider(f"{FAILURES_IN_A_ROW} articles in a row could not be fetched") from error
            else:
                failures = 0
                yield article

    async def fetch_article(self, url: str) -> dict[str, Any]:
        session = self.session
        response = await fetch(self.crawler, Request(session.to_wire(url), dont_filter=True))
        capture = response.request.meta["capture"]  # type: ignore[union-attr]
        article = read_article(
            decode_page(response.body, capture.content_type),
            url=session.to_site(response.url),
            site=session.site,
            fetched_at=capture.fetched_at,
        )
        session.shelved(session.archive.shelve(article, capture, page_url=url))
        return asdict(article)

    async def ask(self, path: str, read: Callable[[ListingPage], T]) -> T:
        """Fetches a listing and reads it. Raises FetchError or ListingError."""
        session = self.session
        response = await fetch(
            self.crawler, Request(session.to_wire(urljoin(session.site.origin, path)), dont_filter=True)
        )
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return read(
            ListingPage(
                text=decode_page(response.body, content_type),
                site=session.site,
                resolve=lambda target: session.to_site(urljoin(response.url, target.strip())),
                now=server_clock(response),
            )
        )

    def note(self, listed: list[Listed], *, on: str) -> int:
        """Keeps in the frontier what listing `on` named, unless it is older than `since`; returns how many were
        unknown."""
        assert self.since is not None
        wanted = [item for item in listed if item.published_by is None or item.published_by >= self.since]
        unknown = self.session.archive.discover(self.session.site, wanted, on=on, at=datetime.now(UTC))
        self.session.listed(wanted, unknown)
        return unknown

    def known_means_complete(self) -> bool:
        """Whether pages full of known articles end the walk: only if the walk before came to its end, as far back."""
        walked = self.session.archive.walked_back_to(self.session.site, before_run=self.session.run_id)
        return walked is not None and self.since is not None and walked <= self.since

    async def walk(
        self, paths: Iterable[str], read: Callable[[ListingPage], list[Listed]], *, way: str | None = None
    ) -> AsyncIterator[None]:
        """Listing page after listing page until one is empty, one repeats the page before, all of it is older than
        `since`, or several in a row bring nothing unknown. Yields after noting what each named.

        `way` names the way of discovery that serves, unless `read` says it itself. The first page must serve: its
        FetchError or ListingError goes to the caller. A later one that fails ends the walk, which then does not count
        as complete.
        """
        previous: list[Listed] = []
        known, may_stop = 0, self.known_means_complete()
        for path in paths:
            try:
                listed = await self.ask(path, read)
            except (FetchError, ListingError) as error:
                if not previous:
                    raise
                if isinstance(error, FetchError) and error.status in (400, 404):
                    break  # past its last page WordPress says so
                self.session.listing_failed(path, error)
                return
            if way:
                self.session.served_by(way)
            if not listed or [item.address for item in listed] == [item.address for item in previous]:
                break
            unknown = self.note(listed, on=path)
            yield
            known = 0 if unknown else known + 1
            if (may_stop and known >= KNOWN_PAGES_IN_A_ROW) or self.all_older(listed):
                break
            previous = listed
        self.session.report.complete = True

    def all_older(self, listed: list[Listed]) -> bool:
        """Whether a page is wholly before `since`."""
        assert self.since is not None
        return all(item.stands_at is not None and item.stands_at < self.since for item in listed)


def server_clock(response: Response) -> datetime:
    """The server's own time, to which "21 jam lalu" is relative; ours where it says none."""
    try:
        return parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
    except ValueError:
        return datetime.now(UTC)
