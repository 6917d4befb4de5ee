"""Records of any writer's WARC files, as bytes."""

from __future__ import annotations

import gzip

DATE = "2026-09-30T04:00:00Z"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n<p>Kabar Kuaro</p"


def record(
    block: bytes = ANSWER,
    *fields: str,
    kind: str = "response",
    url: str = "http://x/berita/1",
    date: str = DATE,
    end: bytes = b"\r\n\r\n",
    version: str = "WARC/1.1",
    length: int | None = None,
) -> bytes:
    """A record as it stands in a plain file."""
    head = [version, f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", f"WARC-Date: {date}"]
    head += ["WARC-Record-ID: <urn:uuid:1>", *fields]
    head += [f"Content-Length: {len(block) if length is None else length}", "", ""]
    return "\r\n".join(head).encode() + block + end


def packed(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)
