"""WordpressSpider: a news site on WordPress. Any of its ways to list posts can be switched off, so they are tried in
order, and the run says which served."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import ClassVar
from urllib.parse import urlsplit

from archive.listings import Listed, ListingError, ListingPage, read_archive_page, read_feed, read_posts, read_sitemap
from crawler.fetching import FetchError
from crawler.spiders.base.news import NewsSpider

REST = "/wp-json/wp/v2/posts?per_page=100&page={}&orderby=modified&_fields=id,date_gmt,modified_gmt,link,title"
SITEMAPS = ("/wp-sitemap.xml", "/sitemap_index.xml")  # WordPress's own; the Yoast plugin's
_POSTS = re.compile(r"post(?!s)[^/]*$")
"""wp-sitemap-posts-post-1.xml and post-sitemap2.xml, not wp-sitemap-posts-page-1.xml."""
FEED = "/feed/?paged={}"


class WordpressSpider(NewsSpider):
    """REST, else the sitemap, else the feed, else the pages of `listing`: the first that serves."""

    listing: ClassVar[str] = "/page/{}/"

    async def discover(self) -> AsyncIterator[None]:
        ways: dict[str, Callable[[], AsyncIterator[None]]] = {
            "REST": lambda: self.walk(_numbered(REST), read_posts, way="REST"),
            "sitemap": self.walk_sitemap,
            "feed": lambda: self.walk(_numbered(FEED), read_feed, way="feed"),
            "listing": lambda: self.walk(_numbered(self.listing), read_archive_page, way="listing"),
        }
        for way, walk in ways.items():
            try:
                async for _ in walk():
                    yield
            except (FetchError, ListingError) as error:
                self.session.listing_failed(way, error)
                continue
            if self.session.report.found:
                return
            # A way that answers and names nothing may be half switched off: the next one may know more.

    async def walk_sitemap(self) -> AsyncIterator[None]:
        """The newest part first: parts are filled by post id, so the last one grows."""
        try:
            parts, listed = await self.ask(SITEMAPS[0], read_sitemap)
        except (FetchError, ListingError):
            parts, listed = await self.ask(SITEMAPS[1], read_sitemap)
        posts = [part for part in parts if _POSTS.search(urlsplit(part).path)]
        if not posts:
            posts = [SITEMAPS[0]] if listed else []
        async for _ in self.walk(reversed(posts), _articles_of_sitemap, way="sitemap"):
            yield


def _articles_of_sitemap(page: ListingPage) -> list[Listed]:
    return read_sitemap(page)[1]


def _numbered(path: str) -> Iterator[str]:
    return (path.format(number) for number in count(1))
