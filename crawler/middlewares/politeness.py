"""Politeness: never off the site's own hosts, never without a pause, and Retry-After kept."""

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
"""A site that asks for a longer pause is left alone until a later run."""
_MAX_DIGITS = 9
"""Digits of a Retry-After that are read: they are thirty years."""


class RefusedError(IgnoreRequest):
    """The site does not want this request, or it leads off the site's own hosts."""


class SiteRefusesError(RefusedError):
    """The site wants no requests at all for now."""


class StoppingError(IgnoreRequest):
    """The run was asked to stop, so nothing more is sent."""


class GuardMiddleware:
    """Lets through only what is on the site's own hosts, first requests, links and redirects alike, and only with a
    pause between two of them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not Session.of(self._crawler).allows(request.url):
            raise RefusedError(f"{request.url} is not on the site's own hosts")
        if not is_loopback(request.url):
            raise_delay(self._crawler, request, WARTA_MIN_DELAY_SECONDS)


class RetryAfter:
    """An extension that pauses a host's download slot for as long as its 429 or 503 asks (RFC 9110, 10.2.3). A longer
    pause than a run waits for, or a 429 that names none, ends the asking; a named pause holds for later runs, too.

    It listens to response_downloaded, which is sent before the slot takes its next request: so the pause holds for
    that one, also without a delay.
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
        if not seconds:
            return
        if seconds > MAX_RETRY_AFTER_SECONDS:
            session.leave_alone(seconds, f"HTTP {response.status}: the site asks for a pause of {seconds:.0f} s")
            return
        pause_host(self._crawler, request, seconds)


def retry_after(response: Response) -> float | None:
    """The seconds a response asks to wait: a number, or an HTTP date against our clock; None without a valid one."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:_MAX_DIGITS])
    moment = read_http_date(value)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None
