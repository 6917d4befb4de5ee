"""Gzip members of WARC files: where whole records stand, and what is damaged between them.

A member is a whole record when its length and its digest are what its head says (WARC 1.1, 4 and 5.8).
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from archive.warc.http_message import HEAD_END

_READ_BYTES = 1 << 16
"""Bytes read from a file at a time; a record may begin anywhere in them."""
_SEARCHED_BYTES = 1 << 20
"""Bytes of damaged parts that are searched at a time."""
_BEGINNING_BYTES = 1 << 16
"""What is held of a block that is too large to be held whole: its HTTP head is in it."""
_EXPANDED_BYTES = 1 << 20
"""Bytes decompressed at a time: some kilobytes may expand to a thousand times as many."""
_MAX_HEAD_BYTES = 1 << 20
_MAX_END_BYTES = 16
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$")
_WARCINFO = re.compile(rb"(?im)^warc-type[ \t]*:[ \t]*warcinfo[ \t]*\r?$")
_BLOCK_DIGEST = re.compile(rb"(?im)^warc-block-digest[ \t]*:[ \t]*([a-z0-9-]+):([a-z0-9+/=]+)[ \t]*\r?$")
KNOWN_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.1[78])(?=[ \t]*\r?\n)")
"""The versions that readers in the field know."""
_MEMBER_MAGIC = b"\x1f\x8b\x08"
"""How a gzip member begins (RFC 1952, 2.3)."""


@dataclass(frozen=True, slots=True)
class Member:
    """Bytes of a compressed file that are one whole record, or damaged and none. `is_info` says whether the record is a
    warcinfo."""

    offset: int
    length: int
    whole: bool
    is_info: bool = False


def walk(path: Path, *, start: int = 0, end: int | None = None) -> Iterator[Member]:
    """All bytes of a file of one record a gzip member, as records and what is damaged between them; with `start` and
    `end`, which are where records begin, the part between."""
    end = path.stat().st_size if end is None else end
    while start < end:
        for offset, member in _whole_members(path, start):
            if offset >= end:
                return
            yield Member(offset, member.length, whole=True, is_info=_WARCINFO.search(member.head) is not None)
            start = offset + member.length
        if start < end:
            following = _next_record(path, start + 1)
            yield Member(start, following - start, whole=False)
            start = following


def _next_record(path: Path, start: int) -> int:
    """Where the next record begins; the file's size where there is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while start < size:
            file.seek(start)
            window, position = file.read(_SEARCHED_BYTES), -1
            while (position := window.find(_MEMBER_MAGIC, position + 1)) >= 0:
                file.seek(start + position)
                try:
                    beginning = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(file.read(_READ_BYTES), 5)
                except zlib.error:
                    continue
                if beginning == b"WARC/":
                    return start + position
            start += max(len(window) - len(_MEMBER_MAGIC) + 1, 1)
    return size


def whole_members(path: Path, *, start: int = 0) -> Iterator[tuple[int, int]]:
    """(offset, length) of the gzip members from `start` on that are one whole record; stops at the first that is
    not."""
    for offset, member in _whole_members(path, start):
        yield offset, member.length


def _whole_members(path: Path, start: int) -> Iterator[tuple[int, WholeMember]]:
    with path.open("rb") as file:
        file.seek(start)
        offset, pending = start, b""
        while True:
            try:
                member = read_member(file, pending, 0)
            except NotWholeError:
                return
            yield offset, member
            offset, pending = offset + member.length, member.following


class NotWholeError(Exception):
    """Bytes are no whole record; the message says why, as part of a sentence."""


@dataclass(frozen=True, slots=True)
class WholeMember:
    """A whole record: its head, the first bytes of its block, the block's size, the member's compressed length, and
    compressed bytes already read that follow it."""

    head: bytes
    block: bytes
    block_size: int
    length: int
    following: bytes


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> _Hash: ...


def read_member(file: BinaryIO, pending: bytes, held_bytes: int) -> WholeMember:
    """Reads one gzip member to its end, holding its block, or the beginning of one that is larger than `held_bytes`.
    `pending` was already read from the file. Raises NotWholeError unless it is one record whose length and digest are
    as its head says."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length, head, size, block, end = 0, b"", -1, bytearray(), bytearray()
    seen, checked, told = 0, None, b""
    has_more = False
    while not inflate.eof:
        if not pending and not has_more:
            pending = file.read(_READ_BYTES)
            if not pending:
                raise NotWholeError("the file ends within it" if length else "the file ends there")
        try:
            text = inflate.decompress(pending, _EXPANDED_BYTES)
        except zlib.error as error:
            raise NotWholeError("its bytes are damaged") from error
        has_more = len(text) == _EXPANDED_BYTES
        length += len(pending) - len(inflate.unused_data) - len(inflate.unconsumed_tail)
        pending = inflate.unused_data or inflate.unconsumed_tail
        if size < 0:
            head += text
            match = HEAD_END.search(head)
            if match is None:
                if len(head) > _MAX_HEAD_BYTES:
                    raise NotWholeError("its head has no end")
                continue
            size = _block_size(head[: match.end()])
            if size > held_bytes:
                held_bytes = min(held_bytes, _BEGINNING_BYTES)
            checked, told = block_digest(head[: match.end()])
            head, text = head[: match.end()], head[match.end() :]
        part = text[: size - seen]
        seen += len(part)
        if checked is not None:
            checked.update(part)
        block += part[: max(0, held_bytes - len(block))]
        end += text[len(part) :][: _MAX_END_BYTES + 1 - len(end)]
        if len(end) > _MAX_END_BYTES or end.strip(b"\r\n"):
            raise NotWholeError("its length is not what its head says")
    if size < 0:
        raise NotWholeError("it has no head")
    if seen < size:
        raise NotWholeError("its length is not what its head says")
    if checked is not None and not is_digest(checked, told):
        raise NotWholeError("its digest is not what its head says")
    return WholeMember(head, bytes(block), size, length, pending)


def _block_size(head: bytes) -> int:
    match = _CONTENT_LENGTH.search(head)
    if match is None or not KNOWN_VERSION.match(head):
        raise NotWholeError("it has no head of a WARC record")
    return int(match[1])


def block_digest(head: bytes) -> tuple[_Hash | None, bytes]:
    """(what reckons the digest that a head names, the digest it names); None for a kind that Python does not have."""
    match = _BLOCK_DIGEST.search(head)
    name = match[1].decode().lower().replace("-", "") if match else ""
    if match is None or name not in ("md5", "sha1", "sha256", "sha512"):
        return None, b""
    return hashlib.new(name, usedforsecurity=False), match[2]


def is_digest(checked: _Hash, told: bytes) -> bool:
    """Digests are written in base 32 or in hex."""
    base32 = base64.b32encode(checked.digest()).rstrip(b"=")
    return told.upper().rstrip(b"=") == base32 or told.lower() == checked.hexdigest().encode()


def digest(data: bytes) -> str:
    """SHA-1 in base 32, as WARC readers expect it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def digest_of(block: IO[bytes], size: int) -> str:
    """The digest of the next `size` bytes of a file."""
    reckoned = hashlib.sha1(usedforsecurity=False)
    while size and (piece := block.read(min(size, _READ_BYTES))):
        reckoned.update(piece)
        size -= len(piece)
    return "sha1:" + base64.b32encode(reckoned.digest()).decode()
