"""NewsSpider, the base of all spiders of news sites. A subclass for each CMS says where it lists its articles."""

from __future__ import annotations

import asyncio
import sqlite3
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urljoin

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.extract.article import ReadingError, read_article
from archive.extract.encoding import decode_page
from archive.extract.listings import Listed, ListingError, ListingPage
from archive.extract.urls import absolute
from archive.sites import SITES
from archive.store.articles import shelve
from archive.store.database import Row
from archive.store.frontier import Noticed, Walk
from archive.store.payload import refuse_broken_off
from archive.store.timestamps import http_date
from archive.warc.capture import Capture
from crawler.fetching import FetchError, capture_of, fetch, refuse_challenge
from crawler.session import Session

T = TypeVar("T")

DUE_BATCH_PAGES = 100
"""Pages taken from the frontier at a time. Chosen, not measured."""
LAST_ITEM_WAIT_SECONDS = 0.05
"""How long `start` waits for the last item to pass the pipelines. Scrapy checks whether all is done when `start` ends,
and else only five seconds later. Chosen, not measured."""
MAX_FAILURES_IN_A_ROW = 10
"""After so many articles in a row that could not be fetched, a run gives the site up. Chosen, not measured."""


class NewsSpider(Spider):
    """Walks a site's listings, adds the articles they name to the frontier, and fetches, reads and stores what is due.

    It sends one request at a time, so as not to burden the site. Arguments: `since` (YYYY-MM-DD; by default
    WARTA_LOOK_BACK_DAYS before today), `max_articles` (fetch at most so many), `origin` (another server in the site's
    place), `discovers` (False: fetch what is due, but walk no listing). Items are articles as dicts, so that Scrapy's
    feed exports work.
    """

    site: str
    session: Session

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if getattr(cls, "name", None) and getattr(cls, "site", None) not in SITES:
            raise TypeError(f"{cls.__name__} names no site that archive.sites knows: set `site` to one of its names")

    def __init__(
        self,
        since: str | None = None,
        max_articles: str | None = None,
        origin: str | None = None,
        discovers: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.origin = origin
        self._listing_captures: dict[str, Capture] = {}
        self.discovers = discovers
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
        """Walks the listings and calls `note` with what each names. It yields after each listing, so that due articles
        are fetched in between, and sets `session.report.complete` when it has reached the end.
        """

    async def start(self) -> AsyncIterator[Any]:
        self.session = Session.of(self.crawler)
        if not SITES[self.site].verify_certificates:
            self.logger.warning("certificates of %s are not checked: its chain is known to be broken", self.site)
        try:
            async for article in self.walk_and_fetch():
                yield article
        except sqlite3.Error as error:
            raise CloseSpider(f"the archive cannot be written: {error}") from error
        await asyncio.sleep(LAST_ITEM_WAIT_SECONDS)

    async def walk_and_fetch(self) -> AsyncIterator[dict[str, Any]]:
        if self.discovers:
            async for _ in self.discover():
                # With max_articles, rechecks of known articles would take the places of new ones.
                async for article in self.fetch_due(untried=self.max_articles is not None):
                    yield article
                if self.enough() or self.session.stopping:
                    return
        async for article in self.fetch_due():
            yield article

    def enough(self) -> bool:
        return self.max_articles is not None and self.session.report.fetched >= self.max_articles

    async def fetch_due(self, *, untried: bool = False) -> AsyncIterator[dict[str, Any]]:
        """Fetches, reads and stores the pages of the frontier that are due, the newest first; with `untried`, only
        those never requested before."""
        failures = 0
        if self.session.report.is_turned_away():
            return
        frontier, started_at = self.session.frontier, self.session.started_at
        while due := frontier.due(before=started_at, limit=DUE_BATCH_PAGES, untried=untried):
            for page in due:
                if self.enough():
                    return
                try:
                    article = await self.fetch_page(page)
                except FetchError as error:
                    if error.kind == "stopping":
                        return
                    failures += 1
                    if error.of_site or failures == MAX_FAILURES_IN_A_ROW:
                        self.session.give_up()
                        return
                else:
                    failures = 0
                    if article is not None:
                        yield article

    async def fetch_page(self, page: Row) -> dict[str, Any] | None:
        """Fetches a page of the frontier and records the outcome there. None if there is nothing new to read. Raises
        FetchError, which is recorded, too, unless the run is stopping."""
        session, url = self.session, page["url"]
        session.asking(url, again=page["first_read_at"] is not None)
        try:
            return await self.fetch_article(url)
        except ReadingError as error:
            session.frontier.failed(url, at=session.last_exchange, reason=str(error), of_site=False)
            session.article_failed(url, "unread", str(error))
        except FetchError as error:
            if error.kind == "missing" and error.status is not None:
                gone = session.frontier.missing(url, at=session.last_exchange, status=error.status)
                session.missing(page, status=error.status, gone=gone)
                return None
            if error.kind != "stopping":
                session.frontier.failed(url, at=datetime.now(UTC), reason=str(error), of_site=error.of_site)
                session.article_failed(url, error.kind, str(error))
            raise
        return None

    async def fetch_article(self, url: str) -> dict[str, Any] | None:
        """The article as a dict; None if the server answered 304, not modified. Raises FetchError or ReadingError."""
        session = self.session
        address = session.to_wire(url)
        earlier = session.archive.last_reading(address)
        response = await fetch(self.crawler, address, earlier=earlier)
        capture = capture_of(response)
        if response.status == 304 and earlier is not None and earlier.article_id is not None:
            session.frontier.unchanged(url, earlier.article_id, at=capture.fetched_at)
            session.unchanged()
            return None
        text, address = decode_page(response.body, capture.content_type), session.to_site(response.url)
        refuse_broken_off(text, length_was_announced="partial" not in response.flags)
        try:
            article = read_article(text, url=address, site=session.site, fetched_at=capture.fetched_at)
        except ReadingError:
            refuse_challenge(text)
            raise
        session.shelved(article, shelve(session.archive, article, capture, page_url=url))
        return asdict(article)

    async def ask(self, path: str, read: Callable[[ListingPage], T], *, conditional: bool) -> T | None:
        """Fetches and reads a listing. With `conditional`, None if it has not changed since all that it names was known
        (see `all_known`). Raises FetchError or ListingError."""
        session = self.session
        address = session.to_wire(urljoin(session.site.origin, path))
        assert self.since is not None
        earlier = session.archive.known_listing(address, since=self.since) if conditional else None
        response = await fetch(self.crawler, address, earlier=earlier)
        capture = self._listing_captures[path] = capture_of(response)
        session.server_time = server_clock(response)
        if response.status == 304 or (earlier is not None and capture.payload_digest == earlier.payload_digest):
            return None
        page = ListingPage(
            text=decode_page(response.body, capture.content_type),
            site=session.site,
            resolve=lambda target: session.to_site(absolute(response.url, target)),
            now=session.server_time,
        )
        try:
            found = read(page)
        except ListingError:
            refuse_challenge(page.text)
            raise
        if not found:
            refuse_challenge(page.text)
        return found

    def all_known(self, path: str) -> None:
        """Records that all articles named by the listing last fetched at `path`, and by those after it, are in the
        frontier. The next run can then stop there if the listing has not changed."""
        assert self.since is not None
        capture = self._listing_captures.get(path)
        if capture is not None and capture.status == 200:
            self.session.archive.keep_listing(capture, since=self.since)

    def wants(self, item: Listed) -> bool:
        """Whether an article was published or changed on or after `since`; also if its listing gives no date."""
        assert self.since is not None
        return item.stands_at is None or item.stands_at >= self.since

    def note(self, listed: list[Listed], *, on: str, walked: tuple[str, Walk] | None = None) -> list[Noticed]:
        """Adds to the frontier the articles of listing `on` that the run wants."""
        wanted = [item for item in listed if self.wants(item)]
        noticed = self.session.frontier.discover(
            wanted, on=on.removeprefix(self.session.site.origin), at=self.session.last_exchange, walked=walked
        )
        self.session.report.named = self.session.report.named or bool(listed)
        self.session.listed(wanted, unknown=sum(item.unknown for item in noticed))
        return noticed


def server_clock(response: Response) -> datetime:
    """The time of the Date header, to which "21 jam lalu" (21 hours ago) is relative; the local time without one."""
    return http_date((response.headers.get("Date") or b"").decode("latin-1")) or datetime.now(UTC)
