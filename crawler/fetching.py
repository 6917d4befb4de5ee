"""One request through Scrapy's downloader, and what can go wrong with it in words for people."""

from __future__ import annotations

from typing import Literal

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from archive.warc.capture import Capture
from crawler.download_handler import RecordingError
from crawler.middlewares.politeness import RefusedError, SiteRefusesError, StoppingError
from crawler.middlewares.robots import UnreachableError

Kind = Literal["unreachable", "refused", "missing", "broken", "stopping"]

REFUSALS = frozenset({401, 403, 407, 429, 451})
CHALLENGES = (
    "/cdn-cgi/challenge-platform/",
    "cf-chl-",
    "cf-turnstile",
    "_Incapsula_Resource",
    "/.well-known/sgcaptcha/",
    "g-recaptcha",
    "h-captcha",
)
"""What pages of bot defences hold. Beside a story it means nothing."""
MISSING = frozenset({404, 410})


class FetchError(Exception):
    """An address could not be fetched: the host was unreachable, refused, has no such page, or sent a broken answer.

    `status` is HTTP's, None where no answer came. `of_site` tells that it is no matter of this one address: whatever
    is asked for next will fail as well. The message is one line for people.
    """

    def __init__(self, kind: Kind, reason: str, status: int | None = None, *, of_site: bool = False) -> None:
        super().__init__(reason)
        self.kind = kind
        self.status = status
        self.of_site = of_site


async def fetch(crawler: Crawler, url: str, *, earlier: Capture | None = None) -> Response:
    """The recorded answer with status 200, redirects followed; with `earlier`, a capture whose validators are sent
    along, also one with status 304. Raises FetchError for everything else."""
    assert crawler.engine is not None
    request = Request(url, headers=_conditions(earlier), dont_filter=True)
    if earlier is not None:
        request.meta["earlier"] = earlier
    try:
        response = await crawler.engine.download_async(request)
    except IgnoreRequest as error:
        kind: Kind = "broken"  # as a redirect loop
        if isinstance(error, RefusedError):
            kind = "refused"
        elif isinstance(error, UnreachableError):
            kind = "unreachable"
        elif isinstance(error, StoppingError):
            kind = "stopping"
        of_site = isinstance(error, UnreachableError | SiteRefusesError)
        raise FetchError(kind, str(error), of_site=of_site) from error
    except RecordingError as error:
        raise CloseSpider(str(error)) from error
    except CannotResolveHostError as error:
        raise FetchError("unreachable", "the host's name cannot be resolved", of_site=True) from error
    except DownloadConnectionRefusedError as error:
        raise FetchError("unreachable", "the host refused the connection", of_site=True) from error
    except DownloadTimeoutError as error:
        raise FetchError("unreachable", "no whole answer in time") from error
    except (DownloadFailedError, ResponseDataLossError) as error:
        raise FetchError("unreachable", f"the connection broke: {error}") from error
    except DownloadCancelledError as error:
        raise FetchError("broken", f"the answer was cut off: {error}") from error
    if response.status in REFUSALS:
        raise FetchError("refused", f"HTTP {response.status}", response.status, of_site=response.status == 429)
    if response.status in MISSING:
        raise FetchError("missing", f"HTTP {response.status}", response.status)
    if response.status == 304 and earlier is not None:
        return response
    if response.status != 200:
        raise FetchError("broken", f"HTTP {response.status}", response.status)
    return response


def refuse_challenge(text: str) -> None:
    """Raises FetchError for a page without a story that asks whether a person is reading."""
    if any(mark in text for mark in CHALLENGES):
        raise FetchError("refused", "a challenge page in place of the answer")


def capture_of(response: Response) -> Capture:
    """The row of the exchange that brought this response."""
    assert response.request is not None
    capture: Capture = response.request.meta["capture"]
    return capture


def _conditions(earlier: Capture | None) -> dict[str, str]:
    """If-None-Match and If-Modified-Since (RFC 9110, 13.1) from the validators of an earlier capture."""
    conditions = {}
    if earlier is not None and earlier.etag:
        conditions["If-None-Match"] = earlier.etag
    if earlier is not None and earlier.last_modified:
        conditions["If-Modified-Since"] = earlier.last_modified
    return conditions
