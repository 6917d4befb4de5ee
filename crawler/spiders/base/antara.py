"""AntaraSpider: the regional bureaus of the national agency, one content management system on many hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

from archive.listings import Listed, ListingError, ListingPage, read_cards, read_feed
from crawler.fetching import FetchError
from crawler.spiders.base.news import NewsSpider

FEED = "/rss/terkini.xml"  # 20 items, about a day of a bureau
LISTING = "/terkini"  # page N is /terkini/N; ?page=N may be ignored by the server


class AntaraSpider(NewsSpider):
    """The feed first, for its exact times, then the listing back to `since`."""

    async def discover(self) -> AsyncIterator[None]:
        try:
            self.note(await self.ask(FEED, read_feed), on=FEED)
            self.session.served_by("feed")
        except (FetchError, ListingError) as error:
            self.session.listing_failed(FEED, error)
        yield
        pages = (LISTING if number == 1 else f"{LISTING}/{number}" for number in count(1))
        try:
            async for _ in self.walk(pages, self.read_listing):
                yield
        except (FetchError, ListingError) as error:
            self.session.listing_failed(LISTING, error)

    def read_listing(self, page: ListingPage) -> list[Listed]:
        markup, listed = read_cards(page)
        if listed:
            self.session.served_by(f"listing, {markup}")
        return listed
