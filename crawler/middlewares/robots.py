"""RobotsMiddleware applies robots.txt (RFC 9309) to every request, from the first one on."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archive.extract.encoding import decode_page
from archive.store.payload import payload
from archive.warc.reader import Payload, WarcError
from crawler.download_handler import RecordingError
from crawler.middlewares.politeness import LONGEST_PAUSE_SECONDS, RefusedError, SiteRefusesError, StoppingError
from crawler.plain_words import in_plain_words
from crawler.robots_txt import Rules, read_rules
from crawler.scrapy_internals import raise_delay
from crawler.session import Session

logger = logging.getLogger(__name__)

MAX_ROBOTS_BYTES = 500 * 1024
"""How much of robots.txt is parsed (RFC 9309, 2.5: at least 500 KiB)."""

_ROBOTS = "warta_robots"
"""Key in `request.meta` of the requests for robots.txt itself."""


class UnreachableError(IgnoreRequest):
    """robots.txt could not be fetched because of a network error, so nothing may be requested."""


@dataclass(frozen=True)
class Policy:
    """What robots.txt of a host allows: what its `rules` say, everything if there are none, nothing if there is an
    `error`, which is raised for each request."""

    rules: Rules | None
    error: IgnoreRequest | None = None


class RobotsMiddleware:
    """A downloader middleware that makes all requests wait for robots.txt of their host. That is fetched once in a run,
    through the engine, so that it is recorded. After a 4xx answer everything is allowed; after 5xx, or if the host is
    unreachable or redirects to a host that is not the site's, nothing is (RFC 9309, 2.3.1). Crawl-delay can raise the
    delay between requests, but not lower it; one of more than a day ends the run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._policies: dict[str, asyncio.Future[Policy]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(_ROBOTS):
            return
        parts = urlsplit(request.url)
        host = f"{parts.scheme}://{parts.netloc}"
        future = self._policies.get(host)
        if future is None:
            # Stored before the first await, so that requests that come meanwhile wait for the same fetch.
            future = self._policies[host] = asyncio.get_running_loop().create_future()
            try:
                future.set_result(await self._fetch(host))
            except BaseException as error:
                future.set_exception(error)
                raise
        policy = await asyncio.shield(future)
        if policy.error is not None:
            raise policy.error
        if policy.rules is not None:
            if not policy.rules.allow(request.url):
                raise RefusedError(f"robots.txt forbids {request.url}")
            self._keep_crawl_delay(request, policy.rules)

    async def _fetch(self, host: str) -> Policy:
        engine = self._crawler.engine
        assert engine is not None
        request = Request(f"{host}/robots.txt", callback=NO_CALLBACK, meta={_ROBOTS: True}, priority=1000)
        try:
            response: Response = await engine.download_async(request)
        except (RecordingError, StoppingError):
            raise
        except IgnoreRequest as error:
            why = in_plain_words(error)
            return Policy(None, SiteRefusesError(f"robots.txt cannot be had, so nothing is fetched: {why}"))
        except Exception as error:
            if Session.of(self._crawler).stopping:
                raise StoppingError("the run was asked to stop") from error
            why = in_plain_words(error)
            if request.meta.get("capture") is None:
                return Policy(None, UnreachableError(f"the host cannot be reached: {why}"))
            return Policy(None, UnreachableError(f"robots.txt cannot be had, so nothing is fetched: {why}"))
        if response.status >= 500:
            return Policy(None, SiteRefusesError(f"robots.txt answers HTTP {response.status}, so nothing is fetched"))
        if not 200 <= response.status < 300:
            return Policy(None)
        session = Session.of(self._crawler)
        try:
            assert response.request is not None
            content = payload(session.archive, response.request.meta["capture"])
        except WarcError as error:
            return Policy(None, SiteRefusesError(f"robots.txt cannot be read, so nothing is fetched: {error}"))
        rules = read_rules(decode_page(content.content[:MAX_ROBOTS_BYTES], content.content_type))
        if content.is_broken and not _ends_with_a_line(content, rules):
            return Policy(None, SiteRefusesError("robots.txt breaks off before its end, so nothing is fetched"))
        return Policy(rules)

    def _keep_crawl_delay(self, request: Request, rules: Rules) -> None:
        delay = rules.crawl_delay
        if delay is None:
            return
        if delay > LONGEST_PAUSE_SECONDS:
            session = Session.of(self._crawler)
            session.refused = f"robots.txt asks for {delay:,.0f} s between two requests, longer than a day"
            raise SiteRefusesError(session.refused)
        if raise_delay(self._crawler, request, delay):
            logger.info("%s asks for %g s between requests", urlsplit(request.url).netloc, delay)


def _ends_with_a_line(content: Payload, rules: Rules) -> bool:
    """Whether a robots.txt whose framing broke off seems whole all the same: it has rules for us, and the last line
    that came is a whole one. It has no other mark of its end; what breaks off within a line may lack a prohibition."""
    return rules.are_ours and content.content.rstrip(b" \t\0").endswith((b"\n", b"\r"))
