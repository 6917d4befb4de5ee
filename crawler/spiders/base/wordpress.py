"""WordpressSpider, for news sites on WordPress. A site can switch off any of its ways to list posts, so they are tried
in order, and the run reports which one worked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from archive.extract.listings import ListingError
from crawler.fetching import FetchError
from crawler.listing_walk import ListingWalk
from crawler.spiders.base.news import NewsSpider
from crawler.verdict import Trouble

REST = "/wp-json/wp/v2/posts?per_page=100&page={}&orderby=modified&_fields=id,date_gmt,modified_gmt,link,title"
SITEMAPS = ("/wp-sitemap.xml", "/sitemap_index.xml")  # of WordPress itself; of the Yoast plugin
_POSTS = re.compile(r"(?<!taxonomies-)post(?!s)[^/]*$")
"""Sitemaps of posts: wp-sitemap-posts-post-1.xml and post-sitemap2.xml, but not wp-sitemap-posts-page-1.xml."""
_NO_POSTS = re.compile(r"posts-|page|categor|tag|tax|author|user|product|attachment|image|video|archive")
"""Names of sitemaps of something else."""
MAX_PARTS = 200
"""So many parts of a sitemap are asked for in a run: 200,000 posts with the Yoast plugin. Chosen, not measured."""
MAX_DEPTH = 3
"""Index of a sitemap within index: the protocol allows none, plugins make one. Chosen, not measured."""
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
        parts = [(part, 1) for part in _of_posts(index.parts)] or ([(SITEMAPS[0], 1)] if index.entries else [])
        if not parts:
            raise ListingError("the sitemap has no part that names posts")
        asked, failed = set[str](), list[FetchError | ListingError]()
        while parts:
            part, depth = parts.pop()
            if part in asked:
                continue
            if len(asked) == MAX_PARTS:
                raise ListingError(f"the sitemap has more than {MAX_PARTS} parts: the older ones are not asked for")
            asked.add(part)
            try:
                named = await self.ask(part, conditional=True)
            except (FetchError, ListingError) as error:
                if isinstance(error, FetchError) and (error.of_site or error.kind is Trouble.STOPPING):
                    raise
                failed.append(error)
                continue
            session.served_by("sitemap")
            if named is None:
                session.report.unchanged = True
                continue
            if named.parts and depth == MAX_DEPTH:
                raise ListingError(f"the sitemap's parts are more than {MAX_DEPTH} deep")
            parts += [(deeper, depth + 1) for deeper in _of_posts(named.parts)]
            self.note(named.entries, on=part)
            self.all_known(part)
            yield
            assert self.since is not None
            days = [item.stands_at for item in named.entries]
            if days and all(day is not None and day < self.since for day in days):
                break
        if failed:
            raise failed[0]  # the next way names what these parts would have
        session.report.complete = True


def _of_posts(parts: Sequence[str]) -> list[str]:
    """The parts of a sitemap that name posts: by their names; where no name says so, those that say nothing else."""
    names = {part: urlsplit(part).path.rpartition("/")[2] for part in parts}
    return [part for part, name in names.items() if _POSTS.search(name)] or [
        part for part, name in names.items() if not _NO_POSTS.search(name)
    ]
