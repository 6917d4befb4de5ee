"""AntaraSpider, for the regional bureaus of ANTARA, the national agency: one CMS on many hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator

from archive.extract.listings import ListingError
from crawler.fetching import FetchError
from crawler.listing_walk import ListingWalk
from crawler.spiders.base.news import NewsSpider

# FACTS, section 1: the feed has 20 items, about a day of a bureau; the server may ignore ?page=N.
FEED = "/rss/terkini.xml"
LISTING = "/terkini"  # page N is /terkini/N


class AntaraSpider(NewsSpider):
    """Reads the feed first, since it has exact times, then walks the listing back to `since`."""

    async def discover(self) -> AsyncIterator[None]:
        try:
            listing = await self.ask(FEED, conditional=True)
            if listing is not None:
                self.note(listing.entries, on=FEED)
            self.all_known(FEED)
            self.session.served_by("feed")
        except (FetchError, ListingError) as error:
            self.session.listing_failed(FEED, error)
        yield
        walk = ListingWalk(self, _page, way="listing")
        try:
            async for _ in walk.pages():
                yield
        except (FetchError, ListingError) as error:
            self.session.listing_failed(LISTING, error)


def _page(number: int) -> str:
    return LISTING if number == 1 else f"{LISTING}/{number}"
