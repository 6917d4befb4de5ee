"""SessionKeeper, a Scrapy extension that opens the session of a crawler, and ends it whenever and however the spider
closes."""

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
        Session.of(crawler)  # opened here, because an error in a component made later would only be logged by Scrapy
        keeper = cls(crawler)
        crawler.signals.connect(keeper.spider_closed, signal=signals.spider_closed)
        return keeper

    def spider_closed(self, reason: str) -> None:
        """Ends the session; all exchanges are over by now. "finished" is the reason of a run that ended by itself,
        "shutdown" that of a signal. Any other reason is an error that stopped the run."""
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
            # The verdict could not be stored, so the command at least prints it.
            report.stopped = report.stopped or f"the run could not be closed: {error}"
