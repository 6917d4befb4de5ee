"""WordpressSpider, for news sites on WordPress. A site can switch off any of its ways to list posts, so they are tried
in order, and the run reports which one worked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import ClassVar
from urllib.parse import urlsplit

from archive.extract.listings import ListingError
from crawler.fetching import FetchError
from crawler.listing_walk import ListingWalk
from crawler.spiders.base.news import NewsSpider

REST = "/wp-json/wp/v2/posts?per_page=100&page={}&orderby=modified&_fields=id,date_gmt,modified_gmt,link,title"
SITEMAPS = ("/wp-sitemap.xml", "/sitemap_index.xml")  # of WordPress itself; of the Yoast plugin
_POSTS = re.compile(r"post(?!s)[^/]*$")
"""Sitemaps of posts: wp-sitemap-posts-post-1.xml and post-sitemap2.xml, but not wp-sitemap-posts-page-1.xml."""
FEED = "/feed/?paged={}"


class WordpressSpider(NewsSpider):
    """Uses the first that works of REST, the sitemap, the feed and the listing pages. `listing` is the path of a
    listing page, with {} for its number."""

    listing: ClassVar[str] = "/page/{}/"

    async def discover(self) -> AsyncIterator[None]:
        ways: dict[str, Callable[[], AsyncIterator[None]]] = {
            "REST": ListingWalk(self, REST.format, way="REST").pages,
            "sitemap": self.walk_sitemap,
            "feed": ListingWalk(self, FEED.format, way="feed").pages,
            "listing": ListingWalk(self, self.listing.format, way="listing").pages,
        }
        for way, walk in ways.items():
            try:
                async for _ in walk():
                    yield
            except (FetchError, ListingError) as error:
                self.session.listing_failed(way, error)
                continue
            return

    async def walk_sitemap(self) -> AsyncIterator[None]:
        """Walks the parts of the sitemap from the last one back: posts are in order of id, so new ones are there."""
        session = self.session
        try:
            index = await self.ask(SITEMAPS[0], conditional=False)
        except (FetchError, ListingError):
            index = await self.ask(SITEMAPS[1], conditional=False)
        assert index is not None
        posts = [part for part in index.parts if _POSTS.search(urlsplit(part).path)]
        if not posts:
            posts = [SITEMAPS[0]] if index.entries else []
        for part in reversed(posts):
            named = await self.ask(part, conditional=True)
            session.served_by("sitemap")
            if named is None:
                session.report.unchanged = True
                continue
            self.note(named.entries, on=part)
            self.all_known(part)
            yield
            assert self.since is not None
            days = [item.stands_at for item in named.entries]
            if days and all(day is not None and day < self.since for day in days):
                break
        if not posts:
            raise ListingError("the sitemap has no part that names posts")
        session.report.complete = True
