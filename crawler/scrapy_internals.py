"""All uses of private names of Scrapy and Twisted are in this module. Because of them the minor version of Scrapy is
pinned, and tests/crawler/test_scrapy_internals.py checks that the names are there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import call_later

MAX_HEADER_LINE_BYTES = 256 * 1024
"""The longest header line. Twisted's limit is 16 kB, which security policies and cookies exceed; browsers accept
256 kB."""

ClientProtocol = _LenientHTTP11ClientProtocol
"""The protocol of one connection: `request(request)` sends a request, `dataReceived(data)` is called with the
answer."""


def install_protocol(handler: HTTP11DownloadHandler, make: Callable[[Any], ClientProtocol]) -> None:
    """Makes a download handler use the protocol that `make(quiescent_callback)` returns, for each connection."""

    class Factory(_LenientHTTP11ClientFactory):
        def buildProtocol(self, addr: Any) -> ClientProtocol:  # noqa: ARG002, N802  (Twisted's name)
            return make(self._quiescentCallback)

    factory: Any = Factory
    handler._pool._factory = factory


def tolerate_odd_headers(protocol: ClientProtocol) -> None:
    """To be called after a request was sent: makes its answer's parser accept long header lines and ignore invalid
    header names, as browsers do. The record has the bytes as they came."""
    parser: Any = getattr(protocol, "_parser", None)  # None if the connection did not accept the request
    if parser is None:
        return
    parser.MAX_LENGTH = MAX_HEADER_LINE_BYTES
    received = parser.headerReceived

    def header_received(name: bytes, value: bytes) -> None:
        with suppress(ValueError):
            received(name, value)

    parser.headerReceived = header_received


def raise_delay(crawler: Crawler, request: Request, seconds: float) -> bool:
    """Raises the pause between two requests to a host to `seconds`, but never lowers it. Returns whether it did."""
    engine = crawler.engine
    assert engine is not None
    _, slot = engine.downloader._get_slot(request)
    if seconds <= slot.delay:
        return False
    slot.delay = float(seconds)
    return True


def pause_host(crawler: Crawler, request: Request, seconds: float) -> None:
    """Sends nothing to the host of a request for `seconds`."""
    engine = crawler.engine
    assert engine is not None
    downloader = engine.downloader
    slot = downloader.slots[request.meta[downloader.DOWNLOAD_SLOT]]
    if slot.latercall:
        slot.latercall.cancel()
    slot.latercall = call_later(seconds, downloader._latercall, slot)


def let_threads_go() -> None:
    """Lets the reactor stop without waiting for its threads. One that looks up a host's name cannot be ended, and may
    take half a minute."""
    from twisted.internet import reactor

    threads: Any = getattr(reactor, "getThreadPool")()  # noqa: B009  (not in the interface of a reactor)
    threads.threads.clear()


def end_pauses(crawler: Crawler) -> None:
    """Ends all pauses of hosts, so that a run that was asked to stop need not wait for them. The waiting requests are
    not sent: the download handler refuses them then."""
    engine = crawler.engine
    assert engine is not None
    downloader = engine.downloader
    for slot in downloader.slots.values():
        slot.delay = 0.0
        if slot.latercall:
            slot.latercall.cancel()
            downloader._latercall(slot)
