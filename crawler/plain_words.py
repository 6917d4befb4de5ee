"""Says in words for people why an exchange failed, whatever Scrapy, Twisted or OpenSSL raised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet import error as connection
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed, ResponseNeverReceived

_OF_TYPE: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((CannotResolveHostError, connection.DNSLookupError), "the host's name cannot be resolved"),
    ((DownloadConnectionRefusedError, connection.ConnectionRefusedError), "the host refused the connection"),
    ((DownloadTimeoutError, connection.TimeoutError, TimeoutError), "no whole answer in time"),
    ((connection.NoRouteError,), "there is no way to the host"),
    ((VerificationError,), "the certificate is another host's"),
    ((ResponseDataLossError, connection.ConnectionClosed), "the connection broke before a whole answer came"),
)
_OF_TEXT = (
    ("max redirections reached", "it redirects in a circle, or more often than is followed"),
    ("conflicting Content-Length", "the answer gives two lengths that differ (Content-Length)"),
    ("Invalid Content-Length", "the answer's length is no number (Content-Length)"),
    ("Content-Length", "the answer's length makes no sense (Content-Length)"),
    ("ParseError", "the answer does not begin as one of HTTP does"),
    ("wrong number of parts", "the answer does not begin as one of HTTP does"),
    ("Bad version", "the answer does not begin as one of HTTP does"),
    ("invalid literal for int", "the answer does not begin as one of HTTP does"),
    ("hunk", "the chunks of the answer are damaged"),
    ("DataLoss", "the connection broke before a whole answer came"),
)
"""A piece of a message, or of the error's name -> what it means."""
_OF_A_PROGRAM = re.compile(r"<[\w.]+ |\b(?:twisted|scrapy|builtins|OpenSSL)\.|object at 0x", re.IGNORECASE)


def in_plain_words(error: BaseException) -> str:
    """What an error means, in one line, which is never empty and names no part of a program."""
    words = ""
    for cause in _causes(error):
        for types, meaning in _OF_TYPE:
            if isinstance(cause, types):
                words = words or meaning
        text = " ".join(str(cause).split())
        if isinstance(cause, SSL.Error):
            return f"no secure connection: {_of_openssl(cause)}"
        for piece, meaning in _OF_TEXT:
            if piece in text or piece in type(cause).__name__:
                return meaning
        if text and not words and not _OF_A_PROGRAM.search(text) and not isinstance(cause, connection.ConnectError):
            words = text[:300]
    return words or "the exchange failed, and nothing says why"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors of which an error is made, the innermost first."""
    cause = error.__cause__
    if cause is not None and not isinstance(error, IgnoreRequest | DownloadCancelledError):
        yield from _causes(cause)
    if isinstance(error, ResponseFailed | ResponseNeverReceived):
        for reason in error.reasons:
            if isinstance(reason, Failure) and reason.value is not None:
                yield from _causes(reason.value)
        return
    yield error


def _of_openssl(error: SSL.Error) -> str:
    """The reason in [("SSL routines", "", "certificate verify failed")]."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    reasons = [str(part[-1]) for part in queue if part]
    return reasons[-1] if reasons else "the host ended it"
