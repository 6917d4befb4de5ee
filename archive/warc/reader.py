"""Records of WARC files as they are read back: where they stand, what they hold, their bodies decoded.

Any writer's files are read (ISO 28500:2017 and its predecessors), each record a gzip member of its own. What warta
writes has no chunk framing; other writers keep it, or keep its header alone.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import brotli
import zstandard
from warcio.archiveiterator import ArchiveIterator

LARGEST_BODY = 64 << 20
"""Bytes a body may have when it is read: a record of 1.4 kB can expand to 512 MB."""

_AT_ONCE = 1 << 16
"""Bytes read at a time; a record may begin anywhere in them."""
_LONGEST_HEAD = 1 << 20
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$")
_MEMBER = b"\x1f\x8b\x08"
"""How a gzip member begins (RFC 1952, 2.3)."""
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
HEAD_END = re.compile(rb"\r?\n\r?\n")

Headers = list[tuple[str, str]]


class WarcError(Exception):
    """A record cannot be read where it should be; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP response. `status` is None where the bytes are no HTTP."""

    status: int | None
    headers: Headers

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it is read back. `block` is what the record holds, for a response the head and the coded body."""

    type: str
    url: str | None
    date: datetime
    headers: Headers
    block: bytes

    def header(self, name: str) -> str | None:
        return Head(None, self.headers).get(name)

    @property
    def head(self) -> Head:
        return read_head(self.block)

    def body(self, *, largest: int = LARGEST_BODY) -> bytes:
        """The decoded body of a response. Raises WarcError for a coding nobody here reads, or more than `largest`."""
        match, head = HEAD_END.search(self.block), self.head
        body = self.block[match.end() :] if match else b""
        if "chunked" in (head.get("Transfer-Encoding") or "").lower() and _CHUNK_SIZE.match(body):
            body = dechunked(body)
        return _decoded(body, head.get("Content-Encoding"), largest)


def find(root: Path, warc: str) -> Path:
    """The file of a capture: sealed, or still being written. Raises WarcError when it is gone."""
    for path in (root / warc, root / f"{warc}.part"):
        if path.exists():
            return path
    raise WarcError(f"The WARC file {warc} is missing from {root}.")


def read_record(path: Path, offset: int) -> Record:
    """The record that begins at byte `offset` of the compressed file. Raises WarcError where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file, no_record_parse=True)), None)
            if record is None:
                raise WarcError(f"{path.name} has no record at {offset}.")
            headers = record.rec_headers
            date = datetime.fromisoformat(headers.get_header("WARC-Date"))
            return Record(
                type=record.rec_type,
                url=headers.get_header("WARC-Target-URI"),
                date=date.replace(tzinfo=date.tzinfo or UTC),
                headers=list(headers.headers),
                block=record.raw_stream.read(LARGEST_BODY),
            )
    except (OSError, ValueError, TypeError, EOFError, zlib.error) as error:
        raise WarcError(f"{path.name} cannot be read at {offset}: {error}") from error
    except Exception as error:
        if isinstance(error, WarcError):
            raise
        raise WarcError(f"{path.name} has no whole record at {offset}: {error}") from error


@dataclass(frozen=True, slots=True)
class Member:
    """Bytes of a compressed file that are one whole record, or damaged and none."""

    offset: int
    length: int
    whole: bool


def walk(path: Path, *, start: int = 0, end: int | None = None) -> Iterator[Member]:
    """All bytes of a file of one record a gzip member, as records and what is damaged between them; with `start` and
    `end`, which are where records begin, the part between."""
    end = path.stat().st_size if end is None else end
    while start < end:
        for offset, length in whole_members(path, start=start):
            if offset >= end:
                return
            yield Member(offset, length, whole=True)
            start = offset + length
        if start < end:
            following = _next_record(path, start + 1)
            yield Member(start, following - start, whole=False)
            start = following


def _next_record(path: Path, start: int) -> int:
    """Where the next record begins; the file's size where there is none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while (start := data.find(_MEMBER, start)) >= 0:
            try:
                if zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[start : start + _AT_ONCE], 5) == b"WARC/":
                    return start
            except zlib.error:
                pass
            start += 1
        return len(data)


def whole_members(path: Path, *, start: int = 0) -> Iterator[tuple[int, int]]:
    """(offset, length) of the gzip members from `start` on that are one whole record; stops at the first that is
    not."""
    with path.open("rb") as file:
        file.seek(start)
        offset, pending = start, b""
        while True:
            inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            length, size, head, end = 0, 0, b"", None
            while not inflate.eof:
                pending = pending or file.read(_AT_ONCE)
                if not pending:
                    return
                try:
                    text = inflate.decompress(pending)
                except zlib.error:
                    return
                length += len(pending) - len(inflate.unused_data)
                pending = inflate.unused_data
                size += len(text)
                if end is None and len(head) < _LONGEST_HEAD:
                    head += text
                    end = end_of_record(head)
            if size != end:
                return
            yield offset, length
            offset += length


def end_of_record(head: bytes) -> int | None:
    """How many bytes the record has that begins so, with the two line ends after it; None where that is not said."""
    match = HEAD_END.search(head)
    if match is None or not head.startswith(b"WARC/"):
        return None
    content = _CONTENT_LENGTH.search(head, 0, match.end())
    return match.end() + int(content[1]) + 4 if content else None


def read_head(block: bytes) -> Head:
    """The status and headers of an HTTP response, read as Latin-1 so that no byte is lost."""
    match = HEAD_END.search(block)
    lines = re.split(r"\r?\n", block[: match.start() if match else len(block)].decode("latin-1"))
    status = re.match(r"HTTP/\d(?:\.\d)? (\d{3})", lines[0])
    headers = [
        (name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines[1:]) if colon
    ]
    return Head(int(status[1]) if status else None, headers)


def dechunked(body: bytes) -> bytes:
    """RFC 9112, 7.1. What is cut off in the middle is kept as far as it came."""
    parts, position = [], 0
    while (line_end := body.find(b"\n", position)) >= 0:
        try:
            size = int(body[position:line_end].split(b";")[0].strip(), 16)
        except ValueError:
            break
        position = line_end + 1
        if size == 0:
            break
        parts.append(body[position : position + size])
        position += size + 2
    return b"".join(parts)


def _decoded(body: bytes, coding: str | None, largest: int) -> bytes:
    """Content-Encoding (RFC 9110, 8.4.1). A record that names gzip and holds none was decoded by who wrote it."""
    match (coding or "identity").strip().lower():
        case "identity" | "" | "none":
            result = body
        case "gzip" | "x-gzip" if body[:2] != _MEMBER[:2]:
            result = body
        case "gzip" | "x-gzip":
            result = _inflated(body, zlib.MAX_WBITS | 16, largest)
        case "deflate":
            raw = body[:1] and (body[0] & 0x0F) != 8
            result = _inflated(body, -zlib.MAX_WBITS if raw else zlib.MAX_WBITS, largest)
        case "br":
            try:
                result = brotli.Decompressor().process(body, output_buffer_limit=largest + 1)
            except brotli.error as error:
                raise WarcError(f"The body cannot be decoded: {error}.") from error
        case "zstd":
            try:
                result = zstandard.ZstdDecompressor().stream_reader(BytesIO(body)).read(largest + 1)
            except zstandard.ZstdError as error:
                raise WarcError(f"The body cannot be decoded: {error}.") from error
        case other:
            raise WarcError(f"The body is coded with {other}, which nothing here reads.")
    if len(result) > largest:
        raise WarcError(f"The body is larger than {largest} bytes.")
    return result


def _inflated(body: bytes, window: int, largest: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(body, largest + 1)
    except zlib.error as error:
        raise WarcError(f"The body cannot be decoded: {error}.") from error


def digest(data: bytes) -> str:
    """SHA-1 in base 32, as WARC readers expect it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
