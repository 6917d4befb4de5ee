"""SessionKeeper: a Scrapy extension that opens a session with its crawler and ends it when the spider closes, however
it closes."""

from __future__ import annotations

import sqlite3
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.session import Session


class SessionKeeper:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        Session.of(crawler)  # what fails here fails the run; Scrapy would only log it of a part that is made later
        keeper = cls(crawler)
        crawler.signals.connect(keeper.spider_closed, signal=signals.spider_closed)
        return keeper

    def spider_closed(self, reason: str) -> None:
        """Every exchange is over by now. "finished" and "shutdown" (a signal) are no trouble in themselves: what is
        due stays due. Any other reason is why the run was stopped."""
        session, stats = Session.of(self._crawler), self._crawler.stats
        assert stats is not None
        report = session.report
        if reason == "start_error" or stats.get_value("spider_exceptions/count"):
            report.stopped = report.stopped or "an error in warta itself, see the log"
        elif reason == "shutdown":
            report.interrupted = True
        elif reason != "finished":
            report.stopped = report.stopped or reason
        try:
            session.close()
        except (OSError, sqlite3.Error) as error:
            # The verdict cannot be kept, so it is at least told.
            report.stopped = report.stopped or f"the run could not be closed: {error}"
