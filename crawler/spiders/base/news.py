"""NewsSpider, the base of all spiders of news sites. A subclass for each CMS says where it lists its articles."""

from __future__ import annotations

import asyncio
import sqlite3
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings

from archive.extract.exchange import Reading
from archive.extract.listings import Listed, Listing, ListingError
from archive.sites import SITES
from archive.store.articles import Meaning
from archive.store.database import ROW_ERRORS, CorruptDatabaseError
from archive.store.frontier import Noticed, Walk
from archive.store.outcome import Outcome
from archive.store.pages import Page
from archive.warc.capture import Capture
from archive.warc.reader import WarcError
from crawler.fetching import FetchError, fetch
from crawler.session import Session
from crawler.verdict import Trouble

DUE_BATCH_PAGES = 100
"""Pages taken from the frontier at a time. Chosen, not measured."""
LAST_ITEM_WAIT_SECONDS = 0.05
"""How long `start` waits for the last item to pass the pipelines. Scrapy checks whether all is done when `start` ends,
and else only five seconds later. Chosen, not measured."""
MAX_FAILURES_IN_A_ROW = 10
"""After so many articles in a row that could not be fetched, a run gives the site up. Chosen, not measured."""


class NewsSpider(Spider):
    """Walks a site's listings, adds the articles they name to the frontier, and fetches, reads and stores what is due.

    Everything is one request after the other: a guest asks for one page at a time. Arguments: `since` (YYYY-MM-DD; by
    default WARTA_LOOK_BACK_DAYS before today), `max_articles` (fetch at most so many), `origin` (another server in
    the site's place), `named` (articles that a person put on the list: then the listings are left alone), `now` (forget
    the pause that the site asked for). Items are articles as dicts, so that feed exports work.
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
        named: Sequence[Listed] | None = None,
        now: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.origin = origin
        self.now = now
        self.named = named
        self._asked: dict[str, Capture] = {}
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
        except (sqlite3.Error, CorruptDatabaseError) as error:
            raise CloseSpider(f"the archive cannot be used: {error}") from error
        await asyncio.sleep(LAST_ITEM_WAIT_SECONDS)

    async def walk_and_fetch(self) -> AsyncIterator[dict[str, Any]]:
        if self.named is not None:
            self.session.add_named(self.named)
        else:
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
                    if error.kind is Trouble.STOPPING:
                        return
                    failures += 1
                    if error.of_site or failures == MAX_FAILURES_IN_A_ROW:
                        self.session.give_up()
                        return
                else:
                    failures = 0
                    if article is not None:
                        yield article

    async def fetch_page(self, page: Page) -> dict[str, Any] | None:
        """Fetches a page of the frontier and carries out what its answer means; the article as a dict, None where
        there is nothing new to read. Raises FetchError, noted as well unless the run is to stop."""
        session = self.session
        session.asking(page.url, again=page.was_read)
        try:
            reading = await self.read_page(page.url)
            outcome = self._settle(reading, page)
            if reading.is_challenge:
                raise FetchError(Trouble.REFUSED, reading.reason or "", reading.capture, is_settled=True)
            if outcome.meaning is Meaning.NOTHING:
                raise FetchError(Trouble.UNREAD, "the answer is no page of a story", reading.capture)
        except FetchError as error:
            if error.kind is Trouble.MISSING and error.capture is not None:
                self._settle(self._read(error.capture), page)
                return None
            if error.kind is not Trouble.STOPPING and not error.is_settled:
                session.fail(page, error)
            raise
        return asdict(outcome.article) if outcome.article is not None else None

    async def read_page(self, url: str) -> Reading:
        """What the page at an address of the site says, or that it is as it was. Raises FetchError."""
        session = self.session
        address = session.to_wire(url)
        earlier = session.if_intact(
            session.archive.last_reading(address)
        )  # "as it was" says nothing of a text that is lost
        reading = self._read(await fetch(self.crawler, address, earlier=earlier, of_story=True))
        for _ in range(self.crawler.settings.getint("REDIRECT_MAX_TIMES")):
            if reading.location is None or reading.away is not None:
                return reading
            # The page sends its reader on by itself (meta refresh).
            reading = self._read(await fetch(self.crawler, session.to_wire(reading.location), of_story=True))
        if reading.location is not None:
            raise FetchError(Trouble.BROKEN, "pages redirect to each other without an end", reading.capture)
        return reading

    def _read(self, capture: Capture) -> Reading:
        try:
            return self.session.read(capture)
        except WarcError as error:
            raise FetchError(Trouble.BROKEN, str(error), capture) from error

    def _settle(self, reading: Reading, page: Page) -> Outcome:
        """One page that nobody expected stops nothing: it is this page's failure."""
        try:
            return self.session.settle(reading, page)
        except (sqlite3.Error, OSError, CorruptDatabaseError) as error:
            if isinstance(error, ROW_ERRORS):
                raise FetchError(Trouble.UNREAD, f"an error in warta itself: {error!r}") from error
            raise  # the disk is full, another program holds the database, or it is damaged
        except Exception as error:
            self.logger.exception("an error in warta itself, at %s", page.url)
            raise FetchError(Trouble.UNREAD, f"an error in warta itself: {error!r}") from error

    async def ask(self, path: str, *, conditional: bool) -> Listing | None:
        """Fetches a listing and reads it; None when `conditional` and it is as it was when all of it was known. Raises
        FetchError or ListingError."""
        session = self.session
        address = session.to_wire(urljoin(session.site.origin, path))
        assert self.since is not None
        earlier = session.if_intact(session.archive.known_listing(address, since=self.since) if conditional else None)
        capture = self._asked[path] = await fetch(self.crawler, address, earlier=earlier)
        reading = self._read(capture)
        session.server_time = reading.server_time
        if capture.status == 304:
            return None
        landed = urlsplit(capture.url)
        if capture.url != address and session.site.listing_kind(landed._replace(scheme="", netloc="").geturl()) is None:
            raise FetchError(Trouble.MISSING, f"leads to {capture.url}, which is no listing", capture)
        if reading.is_challenge:
            raise FetchError(Trouble.REFUSED, reading.reason or "", capture)
        if reading.listing is None:
            raise ListingError(reading.reason or f"{path} is not known to be a listing")
        if earlier is not None and capture.payload_digest == earlier.payload_digest:
            self.note(reading.listing.entries, on=path)
            return None
        for why in reading.listing.refused:
            session.entry_refused(path, why)
        if reading.listing.left:
            read, left = len(reading.listing.entries), reading.listing.left
            error = ListingError(f"names {left} articles more than the {read} that are read of it")
            session.listing_failed(path, error)
        return reading.listing

    def all_known(self, path: str) -> None:
        """Records that all articles named by the listing last fetched at `path`, and by those after it, are in the
        frontier. The next run can then stop there if the listing has not changed."""
        assert self.since is not None
        capture = self._asked.get(path)
        if capture is not None and capture.status == 200:
            self.session.archive.keep_listing(capture, since=self.since)

    def wants(self, item: Listed) -> bool:
        """Whether an article was published or changed on or after `since`; also if its listing gives no date."""
        assert self.since is not None
        return item.stands_at is None or item.stands_at >= self.since

    def note(self, listed: Sequence[Listed], *, on: str, walked: tuple[str, Walk] | None = None) -> list[Noticed]:
        """Keeps in the frontier what listing `on` named and the run wants."""
        wanted = [item for item in listed if self.wants(item)]
        noticed = self.session.frontier.discover(
            wanted, on=on.removeprefix(self.session.site.origin), at=self.session.last_exchange, walked=walked
        )
        self.session.report.named = self.session.report.named or bool(listed)
        self.session.listed(wanted, unknown=sum(item.unknown for item in noticed))
        return noticed
