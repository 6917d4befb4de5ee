"""An HTTP server for one site on loopback. It sends validators, gzip and the newsroom's time, and logs its requests."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MIN_GZIP_BYTES = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answers. `modified` becomes Last-Modified, `location` is the target of a redirect."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    modified: datetime | None = None
    location: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request and the status of its answer, 0 where a fault answered. `path` is with the query; `agent` is the
    User-Agent; `conditional` requests have If-None-Match or If-Modified-Since."""

    path: str
    agent: str
    conditional: bool
    status: int


Fault = Callable[[BaseHTTPRequestHandler], bool]
"""Gets each request before the site does. True: it has dealt with the request, and the site must not answer."""


@dataclass
class SiteServer:
    """`answer(path)` gives the site's answers. A path that begins with a prefix in `switched_off` gets 404. `fault`, if
    set, gets each request first."""

    answer: Callable[[str], Answer]
    clock: Callable[[], datetime]
    log: list[LoggedRequest] = field(default_factory=list)
    switched_off: set[str] = field(default_factory=set)
    fault: Fault | None = None

    @property
    def asked(self) -> list[str]:
        """The paths of all requests, in order."""
        return [request.path for request in self.log]

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def _handler(site: SiteServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "nginx"
        sys_version = ""
        wbufsize = 1 << 16  # head and body leave in one packet, so that no delayed acknowledgement is waited for
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if site.fault is not None and site.fault(self):
                site.log.append(LoggedRequest(self.path, self.headers["User-Agent"] or "", False, 0))
                return
            off = any(self.path.startswith(prefix) for prefix in site.switched_off)
            answer = NOT_FOUND if off else site.answer(self.path)
            etag = f'"{sha256(answer.body).hexdigest()[:16]}"'
            conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
            status = 304 if answer.status == 200 and self._unchanged(etag, answer.modified) else answer.status
            site.log.append(LoggedRequest(self.path, self.headers["User-Agent"] or "", conditional, status))
            body = answer.body
            self.send_response(status)
            if answer.location:
                self.send_header("Location", answer.location)
            if answer.status == 200:
                self.send_header("ETag", etag)
                if answer.modified:
                    self.send_header("Last-Modified", _http_date(answer.modified))
            for name, value in answer.headers:
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Type", answer.content_type)
                if len(body) >= MIN_GZIP_BYTES and "gzip" in (self.headers["Accept-Encoding"] or ""):
                    body = gzip.compress(body, 5, mtime=0)
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        def _unchanged(self, etag: str, modified: datetime | None) -> bool:
            """If-None-Match takes precedence over If-Modified-Since (RFC 9110, 13.2.2)."""
            if (held := self.headers["If-None-Match"]) is not None:
                return held == etag
            return modified is not None and self.headers["If-Modified-Since"] == _http_date(modified)

        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002
            return _http_date(site.clock())

        def log_message(self, *args: object) -> None:
            """Nothing is printed: the requests are in `SiteServer.log`."""

    return Handler


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


NOT_FOUND = Answer(b"<html><head><title>404</title></head><body><h1>Halaman tidak ditemukan</h1></body></html>", 404)
