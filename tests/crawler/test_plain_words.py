"""Whatever an exchange fails of, the reason is a sentence for people."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from twisted.internet import error
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed, ResponseNeverReceived
from twisted.web.http import _DataLoss

from crawler.plain_words import in_plain_words

PARSE_ERROR = ParseError("wrong number of parts", b"x")  # type: ignore[no-untyped-call]


def wrapped(cause: Exception, kind: type[ResponseFailed]) -> Exception:
    """The error as Scrapy raises it."""
    try:
        try:
            raise kind([Failure(cause)])  # type: ignore[no-untyped-call]
        except ResponseFailed as failed:
            raise DownloadFailedError(str(failed)) from failed
    except DownloadFailedError as failed:
        return failed


@pytest.mark.parametrize("kind", [ResponseFailed, ResponseNeverReceived])
@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ValueError("Invalid response: conflicting Content-Length headers: [b'1', b'2']"), "two lengths that differ"),
        (error.ConnectionLost(), "the connection broke"),
        (error.ConnectionDone(), "the connection broke"),
        (error.ConnectionAborted(), "the connection broke"),
        (PARSE_ERROR, "does not begin as one of HTTP does"),
        (SSL.Error([("SSL routines", "", "certificate verify failed")]), "certificate verify failed"),
        (SSL.SysCallError(-1, "Unexpected EOF"), "no secure connection"),
        (_DataLoss("Chunked decoder in 'CHUNK_LENGTH' state"), "chunks of the answer are damaged"),
        (ValueError(""), "nothing says why"),
        (RuntimeError("<twisted.web.client.Agent object at 0x7f00>"), "nothing says why"),
    ],
)
def test_a_broken_answer(cause: Exception, words: str, kind: type[ResponseFailed]) -> None:
    said = in_plain_words(wrapped(cause, kind))
    assert words in said
    assert not {"twisted", "Failure", "<", "[", "\n"} & {
        part for part in ("twisted", "Failure", "<", "[", "\n") if part in said
    }


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (CannotResolveHostError("DNS lookup failed: no results for hostname lookup: x."), "name cannot be resolved"),
        (DownloadTimeoutError("Getting https://x/ took longer than 60.0 seconds."), "no whole answer in time"),
        (DownloadCancelledError("the head of the answer has more than 9 bytes"), "more than 9 bytes"),
        (IgnoreRequest("max redirections reached"), "redirects in a circle"),
        (IgnoreRequest("robots.txt forbids https://x/"), "robots.txt forbids https://x/"),
        (Exception(), "nothing says why"),
    ],
)
def test_what_is_raised_itself(raised: Exception, words: str) -> None:
    assert words in in_plain_words(raised)
