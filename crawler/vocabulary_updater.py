"""VocabularyUpdater, a Scrapy extension that counts the words of new stories during a run, because the first run of a
site may take days, and people search meanwhile."""

from __future__ import annotations

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archive.search.vocabulary import update_terms
from crawler.session import Session

MAX_UNCOUNTED_STORIES = 200
"""At this number of stories whose words are not counted yet, they are counted. Chosen, not measured."""


class VocabularyUpdater:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        updater = cls(crawler)
        crawler.signals.connect(updater.item_scraped, signal=signals.item_scraped)
        return updater

    def item_scraped(self) -> None:
        archive = Session.of(self._crawler).archive
        if archive.row("SELECT 1 FROM uncounted LIMIT 1 OFFSET ?", [MAX_UNCOUNTED_STORIES - 1]):
            update_terms(archive)
