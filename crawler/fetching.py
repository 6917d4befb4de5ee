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

from crawler.manners import RefusedError
from crawler.recorder import RecordingError
from crawler.robots import UnreachableError

Kind = Literal["unreachable", "refused", "missing", "broken"]

REFUSALS = frozenset({401, 403, 407, 429, 451})
MISSING = frozenset({404, 410})


class FetchError(Exception):
    """An address could not be fetched: the host was unreachable, refused, has no such page, or sent a broken answer.

    `status` is HTTP's, None where no answer came. The message is one line for people.
    """

    def __init__(self, kind: Kind, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.status = status


async def fetch(crawler: Crawler, request: Request) -> Response:
    """The recorded answer with status 200, redirects followed. Raises FetchError for everything else."""
    assert crawler.engine is not None
    try:
        response = await crawler.engine.download_async(request)
    except IgnoreRequest as error:
        kind: Kind = "broken"  # as a redirect loop
        if isinstance(error, RefusedError):
            kind = "refused"
        elif isinstance(error, UnreachableError):
            kind = "unreachable"
        raise FetchError(kind, str(error)) from error
    except RecordingError as error:
        raise CloseSpider(str(error)) from error
    except CannotResolveHostError as error:
        raise FetchError("unreachable", "the host's name cannot be resolved") from error
    except DownloadConnectionRefusedError as error:
        raise FetchError("unreachable", "the host refused the connection") from error
    except DownloadTimeoutError as error:
        raise FetchError("unreachable", "no whole answer in time") from error
    except (DownloadFailedError, ResponseDataLossError) as error:
        raise FetchError("unreachable", f"the connection broke: {error}") from error
    except DownloadCancelledError as error:
        raise FetchError("broken", f"the answer was cut off: {error}") from error
    if response.status in REFUSALS:
        raise FetchError("refused", f"HTTP {response.status}", response.status)
    if response.status in MISSING:
        raise FetchError("missing", f"HTTP {response.status}", response.status)
    if response.status != 200:
        raise FetchError("broken", f"HTTP {response.status}", response.status)
    return response
