"""The answers of ANTARA Kaltim: articles under any slug, AMP pages, the feed, listings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from crawler.newsroom.antara_pages import (
    article_page,
    bureau_listing_page,
    feed,
    listing_page,
    older_listing_page,
    past_the_end,
)
from crawler.newsroom.antara_stock import SECTIONS
from crawler.newsroom.server import NOT_FOUND, Answer
from crawler.newsroom.story import Story

ROBOTS = """User-agent: *
Allow: /
Disallow: /ajax/*
Disallow: /ucnews/*

User-agent: BLP_bbot
Disallow: /
"""
FEED_ITEMS = 20
_PAGES = {"bureau": (bureau_listing_page, 11), "2026": (listing_page, 15), "2020": (older_listing_page, 15)}
"""How a listing page is printed, and how many cards it has."""
_ARTICLE = re.compile(r"/(?P<amp>amp/)?(?:berita|foto|video)/(?P<number>\d+)(?:/.*)?")
_LISTING = re.compile(r"/(?P<section>[a-z-]+)(?:/(?P<page>\d+))?")


class AntaraSite:
    """`edition` changes what is printed around the stories; `gone_status` is the status of withdrawn pages; `markup` is
    the generation of the listings. A bureau's listing ends with a 404, the others repeat their last page for ever."""

    def __init__(self, stories: list[Story], clock: Callable[[], datetime]) -> None:
        self._stories = stories
        self._clock = clock
        self.edition = 0
        self.robots = ROBOTS
        self.gone_status = 404
        self.markup: Literal["bureau", "2026", "2020"] = "bureau"
        self.refresh()

    def refresh(self) -> None:
        """To be called after any change of the stories."""
        self._by_number = {story.number: story for story in self._stories}
        self._place = {story.number: place for place, story in enumerate(self._stories)}
        self._newest_first = [story for story in reversed(self._stories) if not story.withdrawn]

    def answer(self, target: str) -> Answer:
        path = urlsplit(target).path
        if path == "/robots.txt":
            return Answer(self.robots.encode(), content_type="text/plain")
        if path == "/rss/terkini.xml":
            text = feed(self._newest_first[:FEED_ITEMS], now=self._newest_first[0].instant)
            return Answer(text.encode(), content_type="text/xml; charset=UTF-8")
        if match := _ARTICLE.fullmatch(path):
            return self._article(int(match["number"]), amp=bool(match["amp"]))
        if match := _LISTING.fullmatch(path):
            return self._listing(match["section"], int(match["page"] or 1))
        return NOT_FOUND

    def _article(self, number: int, *, amp: bool) -> Answer:
        story = self._by_number.get(number)
        if story is None:
            return NOT_FOUND
        if story.withdrawn:
            return replace(NOT_FOUND, status=self.gone_status)
        place = self._place[number]
        others = [self._stories[(place + step) % len(self._stories)] for step in (-1, -2, -3, -5)]
        html = article_page(story.as_amp() if amp else story, others=others, edition=self.edition)
        if "windows-1252" in story.traps and not amp:
            body = html.encode("windows-1252", "xmlcharrefreplace")
            return Answer(body, content_type="text/html", modified=story.modified)
        return Answer(html.encode(), modified=story.modified)

    def _listing(self, section: str, page: int) -> Answer:
        stories: Sequence[Story] = self._newest_first
        if section != "terkini":
            names = {name for name, path in SECTIONS.values() if path == f"/{section}"}
            stories = [story for story in stories if story.section in names]
        if not stories:
            return NOT_FOUND
        prints, size = _PAGES[self.markup]
        pages = (len(stories) + size - 1) // size
        if self.markup == "bureau" and page > pages:
            return Answer(past_the_end(stories[: 2 * size]).encode(), 404)
        page = min(max(page, 1), pages)
        html = prints(
            stories[(page - 1) * size : page * size],
            page=page,
            pages=pages,
            path=f"/{section}",
            now=self._clock(),
            popular=stories[len(stories) // 2],
        )
        return Answer(html.encode())
