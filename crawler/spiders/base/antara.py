"""AntaraSpider: the regional bureaus of the national agency, one content management system on many hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator

from archive.extract.listings import Listed, ListingError, ListingPage, read_cards, read_feed
from crawler.fetching import FetchError
from crawler.listing_walk import ListingWalk
from crawler.spiders.base.news import NewsSpider

FEED = "/rss/terkini.xml"  # 20 items, about a day of a bureau
LISTING = "/terkini"  # page N is /terkini/N; ?page=N may be ignored by the server


class AntaraSpider(NewsSpider):
    """The feed first, for its exact times, then the listing back to `since`."""

    async def discover(self) -> AsyncIterator[None]:
        try:
            listed = await self.ask(FEED, read_feed, conditional=True)
            self.note(listed or [], on=FEED)
            self.all_known(FEED)
            self.session.served_by("feed")
        except (FetchError, ListingError) as error:
            self.session.listing_failed(FEED, error)
        yield
        walk = ListingWalk(self, _page, self.read_listing, way="listing")
        try:
            async for _ in walk.pages():
                yield
        except (FetchError, ListingError) as error:
            self.session.listing_failed(LISTING, error)

    def read_listing(self, page: ListingPage) -> list[Listed]:
        markup, listed = read_cards(page)
        if listed:
            self.session.report.markup = markup
        return listed


def _page(number: int) -> str:
    return LISTING if number == 1 else f"{LISTING}/{number}"
