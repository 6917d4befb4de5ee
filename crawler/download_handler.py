"""RecordingHandler, a Scrapy download handler that records the exact bytes of every exchange before the answer is
used."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.defer import Deferred

from archive.warc.capture import REVISIT, Capture, capture_of
from archive.warc.http_message import HEAD_END, split_message
from archive.warc.writer import Exchange
from crawler.middlewares.politeness import SiteRefusesError, StoppingError
from crawler.scrapy_internals import MAX_HEADER_LINE_BYTES, ClientProtocol, install_protocol, tolerate_odd_headers
from crawler.session import Session

MAX_HEAD_BYTES = 2 * MAX_HEADER_LINE_BYTES
"""The largest head of an answer, all 1xx heads before it included: as much as two of the longest header lines."""
_MARK = b"X-Warta-Exchange"


class RecordingError(Exception):
    """An exchange could not be recorded, so its answer is not used. The message is one line for people."""


@dataclass
class Wire:
    """The bytes of one exchange, collected as they pass. `fault` says why the client ended it."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    started_at: datetime | None = None
    ip: str | None = None
    fault: str | None = None
    has_head: bool = False

    def begin(self, ip: str | None) -> None:
        """Called when the request is sent, and again when Twisted repeats it, because a kept connection was dead."""
        self.sent.clear()
        self.received.clear()
        self.started_at = datetime.now(UTC)
        self.ip = ip
        self.has_head = False

    def receive(self, data: bytes) -> None:
        """Keeps bytes that came; sets `fault` if the head of the answer is too large."""
        searched = max(0, len(self.received) - 3)
        self.received += data
        if not self.has_head:
            self.has_head = HEAD_END.search(self.received, searched) is not None
            if len(self.received) > MAX_HEAD_BYTES and not self.has_head:
                self.fault = f"the head of the answer has more than {MAX_HEAD_BYTES:,} bytes"

    def longest_header(self) -> int:
        """The length of the longest line of the answer's head, as far as it came, in bytes."""
        return max(map(len, split_message(bytes(self.received))[0].splitlines()), default=0)


class _Tee:
    """A Twisted transport that also copies what is written to it."""

    def __init__(self, transport: Any, kept: bytearray) -> None:
        self._transport = transport
        self._kept = kept

    def write(self, data: bytes) -> None:
        self._kept += data
        self._transport.write(data)

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802  (Twisted's name)
        parts = list(parts)
        self._kept += b"".join(parts)
        self._transport.writeSequence(parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _RecordingProtocol(ClientProtocol):
    """Copies the bytes of each request and answer of a connection to the Wire of that request."""

    _wire: Wire | None = None

    def __init__(self, quiescent_callback: Any, wires: dict[bytes, Wire]) -> None:
        super().__init__(quiescent_callback)  # type: ignore[no-untyped-call]
        self._wires = wires

    def request(self, request: Any) -> Deferred[Any]:
        # A header leads from Twisted's request to the Wire; it is removed before sending. When Twisted repeats a
        # request, it is the same object, on another connection.
        mark = getattr(request, "warta_mark", None)
        if mark is None:
            mark = request.headers.getRawHeaders(_MARK)[0]
            request.headers.removeHeader(_MARK)
            request.warta_mark = mark
        self._wire = self._wires[mark]
        transport: Any = self.transport
        self._wire.begin(getattr(transport.getPeer(), "host", None))
        self.transport = _Tee(transport, self._wire.sent)  # type: ignore[assignment]
        try:
            answer = super().request(request)
        finally:
            self.transport = transport
        tolerate_odd_headers(self)
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (Twisted's name)
        if self._wire is not None:
            self._wire.receive(data)
            if self._wire.fault is not None:
                transport: Any = self.transport
                transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class RecordingHandler(HTTP11DownloadHandler):
    """Records before it releases: the records are on disk and the capture's row is committed before `download_request`
    returns or raises. If recording fails, the request fails with RecordingError. The row is in
    `request.meta["capture"]`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._session = Session.of(crawler)
        self._wires: dict[bytes, Wire] = {}
        self._marks = count(1)
        install_protocol(self, lambda quiescent: _RecordingProtocol(quiescent, self._wires))

    async def download_request(self, request: Request) -> Response:
        if self._session.refused:  # checked here, so that requests already in the queue are not sent either
            raise SiteRefusesError(self._session.refused)
        if self._session.stopping:
            raise StoppingError("the run was asked to stop")
        mark, wire = str(next(self._marks)).encode(), Wire()
        self._wires[mark] = wire
        request.headers[_MARK] = mark
        request.meta.pop("capture", None)
        truncated: Literal["length", "time", "unspecified"] | None = "unspecified"
        try:
            response = await self._unless_cut_short(super().download_request(request))
            truncated = None
        except DownloadTimeoutError:
            truncated = "time"
            raise
        except DownloadCancelledError:
            truncated = "length"
            raise
        except DownloadFailedError as error:
            if wire.longest_header() > MAX_HEADER_LINE_BYTES:
                wire.fault = wire.fault or f"a header of the answer has more than {MAX_HEADER_LINE_BYTES:,} bytes"
            if wire.fault is None:
                raise
            truncated = "length"
            raise DownloadCancelledError(wire.fault) from error
        finally:
            del self._wires[mark], request.headers[_MARK]
            self._session.report.requests += wire.started_at is not None
            self._session.report.bytes += len(wire.received)
            if wire.received and wire.started_at:
                exchange = Exchange(
                    request.url, bytes(wire.sent), bytes(wire.received), wire.started_at, wire.ip, truncated
                )
                request.meta["capture"] = self._record(exchange, request.meta.get("earlier"))
        return response

    async def _unless_cut_short(self, exchange: Coroutine[Any, Any, Response]) -> Response:
        """Awaits an exchange. Raises StoppingError if the session cuts it short, because the run is to stop."""
        task = asyncio.ensure_future(exchange)
        self._session.in_flight.add(task)
        try:
            return await task
        except asyncio.CancelledError as error:
            if not self._session.stopping:
                raise
            raise StoppingError("the run was asked to stop") from error
        finally:
            self._session.in_flight.discard(task)

    def _record(self, exchange: Exchange, earlier: Capture | None) -> Capture:
        """Writes the records and the row of an exchange. `earlier` is the capture whose validators the request had, if
        any; a 304 becomes a revisit of it. An answer without validators is compared with the last capture of the URL,
        unless that one's payload is missing: then the payload is stored again."""
        session = self._session
        try:
            if earlier is None:
                earlier = session.if_intact(session.archive.last_capture(exchange.url))
            elif earlier.record_type == REVISIT:
                earlier = session.archive.last_capture(exchange.url, payload_digest=earlier.payload_digest)
            record = session.writer.write(exchange, earlier=earlier)
            session.last_exchange = exchange.started_at
            capture = capture_of(record, site=session.site.name, warc=session.writer.name)
            if capture.status == 304 and earlier is not None:
                session.report.saved += max(0, earlier.received - capture.received)
            return session.archive.add_capture(replace(capture, run_id=session.run_id))
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise RecordingError(f"cannot record what the site sends: {reason}") from error
