"""Every private name of Scrapy and Twisted that warta uses, in one place. The minor version of Scrapy is pinned for
their sake, and tests/crawler/test_scrapy_internals.py says which must be there.
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
"""Bytes of a header line: Twisted gives up at 16 kB, which policies and cookies exceed; browsers take this much."""

ClientProtocol = _LenientHTTP11ClientProtocol
"""The protocol of one connection. `request(request)` sends, `dataReceived(data)` gets what comes."""


def install_protocol(handler: HTTP11DownloadHandler, make: Callable[[Any], ClientProtocol]) -> None:
    """Makes a download handler use the protocol that `make(quiescent_callback)` gives for each connection."""

    class Factory(_LenientHTTP11ClientFactory):
        def buildProtocol(self, addr: Any) -> ClientProtocol:  # noqa: ARG002, N802  (Twisted's name)
            return make(self._quiescentCallback)

    factory: Any = Factory
    handler._pool._factory = factory


def tolerate_odd_headers(protocol: ClientProtocol) -> None:
    """After a request was sent: its answer may have long header lines, and header names that are none are passed over,
    as browsers do. What is recorded is what came."""
    parser: Any = getattr(protocol, "_parser", None)  # none where the connection took no request
    if parser is None:
        return
    parser.MAX_LENGTH = MAX_HEADER_LINE_BYTES
    received = parser.headerReceived

    def header_received(name: bytes, value: bytes) -> None:
        with suppress(ValueError):
            received(name, value)

    parser.headerReceived = header_received


def raise_delay(crawler: Crawler, request: Request, seconds: float) -> bool:
    """Makes the pause between two requests to a host at least so long, never shorter; whether it was shorter."""
    engine = crawler.engine
    assert engine is not None
    _, slot = engine.downloader._get_slot(request)
    if seconds <= slot.delay:
        return False
    slot.delay = float(seconds)
    return True


def pause_host(crawler: Crawler, request: Request, seconds: float) -> None:
    """Sends nothing to the host of a request for so long."""
    engine = crawler.engine
    assert engine is not None
    downloader = engine.downloader
    slot = downloader.slots[request.meta[downloader.DOWNLOAD_SLOT]]
    if slot.latercall:
        slot.latercall.cancel()
    slot.latercall = call_later(seconds, downloader._latercall, slot)


def end_pauses(crawler: Crawler) -> None:
    """What waits for a pause to end is taken now: for a run that is to stop, whose recorder sends nothing any more."""
    engine = crawler.engine
    assert engine is not None
    downloader = engine.downloader
    for slot in downloader.slots.values():
        if slot.latercall:
            slot.latercall.cancel()
            downloader._latercall(slot)
