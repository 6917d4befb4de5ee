"""`fetch` sends one request through Scrapy's downloader; FetchError says in words for people what went wrong."""

from __future__ import annotations

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
from crawler.middlewares.redirects import AWAY, OF_STORY
from crawler.middlewares.robots import UnreachableError
from crawler.plain_words import in_plain_words
from crawler.verdict import Trouble

REFUSALS = frozenset({401, 403, 407, 429, 451})
MISSING = frozenset({404, 410})


class FetchError(Exception):
    """A URL could not be fetched: the host was unreachable, refused, has no such page, or sent a broken answer.

    `capture` is the row of the answer, if a whole one came. `of_site` is True if the whole site fails: further requests
    would fail, too. `is_settled` is True if what it means for its page is stored already. The message is one line for
    people.
    """

    def __init__(
        self,
        kind: Trouble,
        reason: str,
        capture: Capture | None = None,
        *,
        of_site: bool = False,
        is_settled: bool = False,
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.capture = capture
        self.of_site = of_site
        self.is_settled = is_settled

    @property
    def status(self) -> int | None:
        """The HTTP status; None if no whole answer came."""
        return self.capture.status if self.capture else None


async def fetch(crawler: Crawler, url: str, *, earlier: Capture | None = None, of_story: bool = False) -> Capture:
    """Fetches a URL, follows redirects, and returns the capture of the answer with status 200. With `earlier`, a
    capture whose validators make the request conditional, the answer may also be 304. A redirect of a story
    (`of_story`) to what is no story is an answer of its own: the story is missing. Raises FetchError for all other
    answers and for none, CloseSpider if the answer cannot be recorded."""
    assert crawler.engine is not None
    try:
        request = Request(url, headers=_conditions(earlier), dont_filter=True, meta={OF_STORY: of_story})
        if earlier is not None:
            request.meta["earlier"] = earlier
        response: Response = await crawler.engine.download_async(request)
    except IgnoreRequest as error:
        kind = Trouble.BROKEN  # such as a redirect loop
        if isinstance(error, RefusedError):
            kind = Trouble.REFUSED
        elif isinstance(error, UnreachableError):
            kind = Trouble.UNREACHABLE
        elif isinstance(error, StoppingError):
            kind = Trouble.STOPPING
        of_site = isinstance(error, UnreachableError | SiteRefusesError)
        raise FetchError(kind, in_plain_words(error), of_site=of_site) from error
    except RecordingError as error:
        raise CloseSpider(str(error)) from error
    except (CannotResolveHostError, DownloadConnectionRefusedError) as error:
        raise FetchError(Trouble.UNREACHABLE, in_plain_words(error), of_site=True) from error
    except (DownloadTimeoutError, DownloadFailedError, ResponseDataLossError) as error:
        raise FetchError(Trouble.UNREACHABLE, in_plain_words(error)) from error
    except DownloadCancelledError as error:
        raise FetchError(Trouble.BROKEN, f"the answer was cut off: {in_plain_words(error)}") from error
    except ValueError as error:  # a URL that Scrapy does not accept
        raise FetchError(Trouble.BROKEN, f"the address cannot be asked for: {in_plain_words(error)}") from error
    except Exception as error:  # one bad answer is one bad answer
        raise FetchError(Trouble.BROKEN, in_plain_words(error)) from error
    capture = _capture_of(response)
    status = capture.status
    if status in REFUSALS:
        raise FetchError(Trouble.REFUSED, f"HTTP {status}", capture, of_site=status == 429)
    if status in MISSING:
        raise FetchError(Trouble.MISSING, f"HTTP {status}", capture)
    assert response.request is not None
    if away := response.request.meta.get(AWAY):
        raise FetchError(Trouble.MISSING, f"it redirects to {away}", capture)
    if status != 200 and not (status == 304 and earlier is not None):
        raise FetchError(Trouble.BROKEN, f"HTTP {status}" if status else "an answer without an HTTP status", capture)
    return capture


def _capture_of(response: Response) -> Capture:
    """The capture of the exchange in which this response came."""
    assert response.request is not None
    capture: Capture = response.request.meta["capture"]
    return capture


def _conditions(earlier: Capture | None) -> dict[str, str]:
    """The headers If-None-Match and If-Modified-Since (RFC 9110, 13.1) for the validators of an earlier capture."""
    conditions = {}
    if earlier is not None and earlier.etag:
        conditions["If-None-Match"] = earlier.etag
    if earlier is not None and earlier.last_modified:
        conditions["If-Modified-Since"] = earlier.last_modified
    return conditions
