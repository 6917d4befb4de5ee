"""Politeness: requests only to the site's own hosts, pauses between them, Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.extract.dates import read_http_date
from archive.extract.urls import is_loopback
from crawler.scrapy_internals import pause_host, raise_delay
from crawler.session import Session
from crawler.settings import WARTA_MIN_DELAY_SECONDS

MAX_RETRY_AFTER_SECONDS = 300
"""The longest pause that a run waits for. A site that asks for a longer one is requested again by a later run. Chosen,
not measured."""
LONGEST_PAUSE_SECONDS = 24 * 3600
"""The longest Crawl-delay that a run keeps: with pauses of days no run would end."""
_MAX_DIGITS = 9
"""How many digits of Retry-After's seconds are read: enough for thirty years."""


class RefusedError(IgnoreRequest):
    """The request is not sent: robots.txt forbids it, or its host is not the site's own."""


class SiteRefusesError(RefusedError):
    """The request is not sent: the site wants no requests at all for now."""


class StoppingError(IgnoreRequest):
    """The request is not sent: the run was asked to stop."""


class GuardMiddleware:
    """A downloader middleware that lets only requests to the site's own hosts pass, also after redirects, and makes the
    pause between two requests at least WARTA_MIN_DELAY_SECONDS, unless the host is this machine."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        session = Session.of(self._crawler)
        if session.stopping:  # before anything makes it wait
            raise StoppingError("the run was asked to stop")
        if not session.allows(request.url):
            raise RefusedError(f"{request.url} is not on the site's own hosts")
        if not is_loopback(request.url):
            raise_delay(self._crawler, request, WARTA_MIN_DELAY_SECONDS)


class RetryAfter:
    """An extension that keeps the Retry-After of 429 and 503 answers (RFC 9110, 10.2.3): it pauses the host's download
    slot for that time. After a pause longer than MAX_RETRY_AFTER_SECONDS, or a 429 without one, the run sends no more
    requests; later runs keep a pause, too.

    It listens to the signal response_downloaded, which comes before the slot takes its next request, so that the pause
    holds for that one even if there is no delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.response_downloaded, signal=signals.response_downloaded)
        return extension

    def response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:  # noqa: ARG002
        seconds = retry_after(response) if response.status in (429, 503) else None
        session = Session.of(self._crawler)
        if response.status == 429 and seconds is None:
            session.refused = "HTTP 429: the site asks for fewer requests"
        if not seconds or session.stopping:
            return
        if seconds > MAX_RETRY_AFTER_SECONDS:
            session.leave_alone(seconds, f"HTTP {response.status}: the site asks for a pause of {seconds:.0f} s")
            return
        pause_host(self._crawler, request, seconds)


def retry_after(response: Response) -> float | None:
    """The seconds of a Retry-After header: given as a number, or as an HTTP date and compared with our clock. None if
    there is no valid one."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:_MAX_DIGITS])
    moment = read_http_date(value)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None
