"""The answers of MC Kominfo Paser: posts, REST, sitemaps, feed and listing, and redirects from old permalinks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from crawler.newsroom.paser_pages import article_page, feed, listing_page, posts, sitemap_index, sitemap_part
from crawler.newsroom.paser_stock import HOST
from crawler.newsroom.server import NOT_FOUND, Answer
from crawler.newsroom.story import Story

ROBOTS = f"""User-agent: *
Disallow: /wp-admin/
Allow: /wp-admin/admin-ajax.php

Sitemap: {HOST}/wp-sitemap.xml
"""
URLS_PER_SITEMAP = 2000
POSTS_PER_PAGE = 10
_PAGE_OUT_OF_RANGE = (
    '{"code":"rest_post_invalid_page_number","message":"Nomor halaman tidak valid.","data":{"status":400}}'
)


class PaserSite:
    """`edition` changes what is printed around the posts."""

    def __init__(self, stories: list[Story], clock: Callable[[], datetime]) -> None:
        self._stories = stories
        self._clock = clock
        self.edition = 0
        self.robots = ROBOTS
        self.refresh()

    def refresh(self) -> None:
        """To be called after any change of the stories."""
        self._by_number = {story.number: story for story in self._stories}
        self._by_slug = {story.slug: story for story in self._stories}
        self._place = {story.number: place for place, story in enumerate(self._stories)}
        self._shown = [story for story in self._stories if not story.withdrawn]

    def answer(self, target: str) -> Answer:
        parts = urlsplit(target)
        path, query = parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}
        if path == "/robots.txt":
            return Answer(self.robots.encode(), content_type="text/plain; charset=utf-8")
        if path == "/wp-json/wp/v2/posts":
            return self._rest(query)
        if path == "/wp-sitemap.xml":
            return _xml(sitemap_index(max(1, (len(self._shown) + URLS_PER_SITEMAP - 1) // URLS_PER_SITEMAP)))
        if path.startswith("/wp-sitemap-posts-post-"):
            return self._sitemap(path)
        if path == "/feed/":
            return self._feed(_number(query.get("paged"), 1))
        if path in ("/", "") and "p" in query:
            story = self._by_number.get(_number(query["p"], 0))
            return NOT_FOUND if story is None or story.withdrawn else _moved(story)
        if path.startswith("/berita/page/"):
            return self._listing(_number(path.removeprefix("/berita/page/").strip("/"), 1))
        if path.rstrip("/") == "/berita":
            return self._listing(1)
        if path.startswith("/berita/"):
            return self._article(path)
        return NOT_FOUND

    def _article(self, path: str) -> Answer:
        """/berita/{slug} and /berita/{category}/{slug} serve the post, with and without the last slash. A category that
        the post was moved from redirects to its present permalink."""
        *categories, slug = path.removeprefix("/berita/").strip("/").split("/")
        story = self._by_slug.get(slug)
        if story is None or story.withdrawn or len(categories) > 1:
            return NOT_FOUND
        if categories and f"/berita/{categories[0]}/" not in story.url:
            return _moved(story)
        place = self._place[story.number]
        others = [self._stories[(place + step) % len(self._stories)] for step in (-1, -2, -3, -5)]
        return Answer(article_page(story, others=others, edition=self.edition).encode(), modified=story.modified)

    def _rest(self, query: dict[str, str]) -> Answer:
        size, page = min(100, _number(query.get("per_page"), 10)), _number(query.get("page"), 1)
        by_change = query.get("orderby") == "modified"
        stories = sorted(
            self._shown,
            key=lambda s: (s.modified if by_change else s.instant, s.number),
            reverse=query.get("order") != "asc",
        )
        pages = (len(stories) + size - 1) // size
        content_type = "application/json; charset=UTF-8"
        if page > max(1, pages):
            return Answer(_PAGE_OUT_OF_RANGE.encode(), 400, content_type)
        fields = [name for name in query.get("_fields", "").split(",") if name]
        body = posts(stories[(page - 1) * size : page * size], fields=fields)
        headers = (("X-WP-Total", str(len(stories))), ("X-WP-TotalPages", str(pages)))
        return Answer(body.encode(), content_type=content_type, headers=headers)

    def _sitemap(self, path: str) -> Answer:
        part = _number(path.removeprefix("/wp-sitemap-posts-post-").removesuffix(".xml"), 0)
        shown = self._shown[(part - 1) * URLS_PER_SITEMAP : part * URLS_PER_SITEMAP] if part > 0 else []
        return _xml(sitemap_part(shown)) if shown else NOT_FOUND

    def _feed(self, page: int) -> Answer:
        newest = self._shown[::-1][(page - 1) * POSTS_PER_PAGE : page * POSTS_PER_PAGE]
        return Answer(feed(newest).encode(), content_type="application/rss+xml; charset=UTF-8") if newest else NOT_FOUND

    def _listing(self, page: int) -> Answer:
        newest = self._shown[::-1][(page - 1) * POSTS_PER_PAGE : page * POSTS_PER_PAGE]
        return Answer(listing_page(newest, page=page).encode()) if newest else NOT_FOUND


def _moved(story: Story) -> Answer:
    return Answer(b"", 301, location=story.url.removeprefix(HOST))


def _xml(text: str) -> Answer:
    return Answer(text.encode(), content_type="application/xml; charset=UTF-8")


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise
