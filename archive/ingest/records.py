"""The records of foreign files, WARC and ARC, however their writers end and count them, rewritten so that each is one
whole record in a gzip member of its own, as archive.warc.reader reads them. A block is kept byte for byte.

A record is whole if something that ends records stands behind the block: line ends, the next record, the end of the
file. Where the count of bytes in its head leads elsewhere, it is mended only if it is all but right, or if a digest or
the HTTP head says the same; else the record is damaged, and what follows is searched for the next one.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol

from archive.ingest.heads import ARC_HEAD, WARC_HEAD, RecordHead, arc_head, warc_head
from archive.ingest.lookahead import PIECE_BYTES, Stream, Text
from archive.warc.http_message import HEAD_END, content_length, parse_head
from archive.warc.members import block_digest, is_digest

_MAX_HEAD_BYTES = 1 << 20
_MISCOUNT = 4
"""By so many bytes a Content-Length may be wrong, if nothing else says how long the block is: writers count the line
ends behind it, or leave the last byte out."""
_WINDOW_BYTES = 32
"""Bytes on both sides of where a block ends that are looked at for the next record's first line."""
_SEARCHED_BYTES = 1 << 20
"""How far behind a block its true end is searched."""
_MAX_SEARCHES, _MAX_SEARCHED_BYTES = 100, 1 << 32
"""A block whose length is wrong is searched for the records that it covers, until so many blocks and bytes were."""

_LINE = re.compile(rb"\r?\n")
_NEXT_WARC = re.compile(rb"(?<=\n)(?=" + WARC_HEAD.pattern + rb")")
_NEXT_ARC = re.compile(rb"(?<=\n)(?=" + ARC_HEAD.pattern + rb")")
_END_BEFORE_WARC = re.compile(rb"(?:\r?\n){1,2}(?=" + WARC_HEAD.pattern + rb"|\Z)")
_END_BEFORE_ARC = re.compile(rb"(?:\r?\n){1,2}(?=" + ARC_HEAD.pattern + rb"|\Z)")
_LINE_ENDS = re.compile(rb"(?:[ \t]*\r?\n)+|\r+\Z")
_BEFORE = re.compile(rb"\A(?:\xef\xbb\xbf|[\s\x00])+")
RECORD_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|[\s\x00])*(?:" + WARC_HEAD.pattern + rb"|" + ARC_HEAD.pattern + rb")")
"""What may stand before a record: line ends, white space, a mark of the byte order, the zeros that fill up a tape."""


class _Sink(Protocol):
    def write(self, content: bytes, /) -> int: ...


@dataclass
class Rewritten:
    """What was written so far: the number of whole records, and of pieces that are none; where the last whole
    record begins in the output and ends in the stream, and whether it is sure to be whole if the compressed bytes turn
    out to be damaged there. `is_arc` is None before the first record."""

    whole: int = 0
    damaged: int = 0
    last: int = 0
    last_end: int = 0
    is_last_sure: bool = False
    is_arc: bool | None = None
    searched_again: int = 0
    bytes_searched_again: int = 0

    def none(self) -> None:
        """A piece that is no record comes next; the record before it ended well."""
        self.damaged, self.is_last_sure = self.damaged + 1, True

    @property
    def may_search(self) -> bool:
        return self.searched_again <= _MAX_SEARCHES or self.bytes_searched_again <= _MAX_SEARCHED_BYTES


def is_archive(beginning: bytes) -> bool:
    """Whether bytes begin as the content of a WARC or an ARC file does."""
    return RECORD_BEGINS.match(beginning) is not None


def rewrite(text: Text, out: BinaryIO, so_far: Rewritten) -> None:
    """Writes all that a stream has to `out`: each record as a gzip member of its own, what stands between records and
    is more than white space as one, too, which is no record."""
    while True:
        while before := _BEFORE.match(text.ahead(PIECE_BYTES)):
            text.read(before.end())
        beginning = text.ahead(PIECE_BYTES)
        if not beginning:
            return
        if WARC_HEAD.match(beginning):
            so_far.is_arc = False
            _rewrite_record(text, out, so_far, head_end=HEAD_END, head_of=warc_head)
        elif so_far.is_arc is not False and ARC_HEAD.match(beginning):
            so_far.is_arc = True
            _rewrite_record(text, out, so_far, head_end=_LINE, head_of=arc_head)
        else:
            so_far.none()
            with _member(out) as member:
                _copy_rest(text, member, so_far)


def _rewrite_record(
    text: Text,
    out: BinaryIO,
    so_far: Rewritten,
    *,
    head_end: re.Pattern[bytes],
    head_of: Callable[[bytes], RecordHead],
) -> None:
    end = head_end.search(text.ahead(PIECE_BYTES)) or head_end.search(text.ahead(_MAX_HEAD_BYTES))
    if end and (cut := _NEXT_WARC.search(text.ahead(end.end()), 1)):
        so_far.none()  # a head without an end, and the next record's
        with _member(out) as member:
            member.write(text.read(cut.start()))
        return
    head = head_of(text.read(end.end())) if end else None
    if head is None or head.length is None:
        so_far.none()
        with _member(out) as member:
            member.write(head.said if head else text.read(1))
            _copy_rest(text, member, so_far)
        return
    block = text.held()
    size = _copy(text, block, head.length)
    fitting = _by_digest(head, block, size)
    extent = fitting if fitting is not None else _extent(text, block, head, size, so_far)
    if extent is None:
        so_far.none()
        block.seek(0)
        text.put_back(block)
        with _member(out) as member:
            member.write(head.said)
            _search_again(text, member, so_far, size)
        return
    _copy(text, block, extent - size)
    so_far.whole, so_far.last, so_far.is_last_sure = so_far.whole + 1, out.tell(), fitting is not None
    so_far.last_end = text.position
    with _member(out) as member:
        member.write(head.written(block, extent))
        block.seek(0)
        _copy(block, member, extent)
        member.write(b"\r\n\r\n")
    if extent < size:
        block.seek(extent)
        text.put_back(block)
    else:
        block.close()


def _extent(text: Text, block: IO[bytes], head: RecordHead, size: int, so_far: Rewritten) -> int | None:
    """How many bytes the block has in truth, of which `size` are in `block` and others may follow in `text`; it has
    not the digest that its head says, if any. None where nobody can say: the record is damaged."""
    has_digest = block_digest(head.said)[0] is not None
    missing = (head.length or 0) - size
    tail = _tail(block, size, _WINDOW_BYTES)
    if not missing and not has_digest and _ends_here(text, head, so_far):
        return size
    announced = None if has_digest else _announced(block)
    if announced is not None and announced <= size and _ends_at(text, block, announced, so_far):
        return announced
    if missing:
        # The line ends behind the block were counted, too, and more than is there at the file's end.
        line_ends = len(tail) - len(tail.rstrip(b"\r\n"))
        is_counted = missing <= _MISCOUNT and tail.endswith((b"\r\n\r\n", b"\n\n")) and not has_digest
        return size - min(line_ends, _MISCOUNT) if is_counted else None
    swallowed = 0 if so_far.is_arc else _swallowed(tail + text.ahead(_WINDOW_BYTES), len(tail))
    if swallowed:
        return _by_digest(head, block, size - swallowed) if has_digest else size - swallowed
    more = _left_out(text, so_far)
    if more is None:
        return None
    is_near = head.is_preamble or (more <= _MISCOUNT and not has_digest)
    return size + more if is_near or _is_confirmed(head, block, text.ahead(more)) else None


def _ends_at(text: Text, block: IO[bytes], end: int, so_far: Rewritten) -> bool:
    """Whether what stands behind a place in a block may stand behind a record: line ends and the next record or the
    file's end."""
    block.seek(end)
    following = block.read(PIECE_BYTES)
    if len(following) < PIECE_BYTES:
        following += text.ahead(PIECE_BYTES)
    following = following.lstrip(b"\r\n")
    return not following or (ARC_HEAD if so_far.is_arc else WARC_HEAD).match(following) is not None


def _left_out(text: Text, so_far: Rewritten) -> int | None:
    """How many bytes of the block stand behind what the head counts: all before the line ends and the next record or
    the end of the file. None where that is too far."""
    window = text.ahead(_SEARCHED_BYTES)
    for more in range(1, _MISCOUNT + 1):
        if more == len(window) or (ARC_HEAD if so_far.is_arc else WARC_HEAD).match(window, more):
            return more
    found = (_END_BEFORE_ARC if so_far.is_arc else _END_BEFORE_WARC).search(window)
    return None if found is None or found.end() == len(window) == _SEARCHED_BYTES else found.start()


def _ends_here(text: Text, head: RecordHead, so_far: Rewritten) -> bool:
    """Whether what follows may stand behind a record: nothing, an empty line, or the next record."""
    next_head = ARC_HEAD if so_far.is_arc else WARC_HEAD
    ahead = text.ahead(PIECE_BYTES)
    ends = _LINE_ENDS.match(ahead)
    position = ends.end() if ends else 0
    if position == len(ahead) or next_head.match(ahead, position):
        return True
    return ends is not None and ends[0].count(b"\n") > 1 and not head.is_preamble


def _swallowed(window: bytes, position: int) -> int:
    """How many bytes before `position` are not the block's, because the next WARC record begins there; 0 for none."""
    for start in range(max(0, position - _WINDOW_BYTES // 2), position):
        if WARC_HEAD.match(window, start):
            before = window[:start]
            return position - start + min(len(before) - len(before.rstrip(b"\r\n")), _MISCOUNT)
    return 0


def _by_digest(head: RecordHead, block: IO[bytes], size: int) -> int | None:
    """The length at which the block has the digest that the head says: all of it, or without line ends behind it."""
    reckoned, told = block_digest(head.said)
    if reckoned is None:
        return None
    block.seek(0)
    left = size - _MISCOUNT
    while left > 0 and (piece := block.read(min(left, PIECE_BYTES))):
        reckoned.update(piece)
        left -= len(piece)
    tail, found = block.read(), None
    for count in range(len(tail) + 1):
        one = reckoned.copy()
        one.update(tail[:count])
        if is_digest(one, told) and not tail[count:].strip(b"\r\n"):
            found = size - len(tail) + count
    return found


def _is_confirmed(head: RecordHead, block: IO[bytes], more: bytes) -> bool:
    """Whether a block that goes on with `more` is what its digest, or else the length in its HTTP head, says."""
    reckoned, told = block_digest(head.said)
    block.seek(0)
    beginning = block.read(PIECE_BYTES)
    if reckoned is not None:
        while beginning:
            reckoned.update(beginning)
            beginning = block.read(PIECE_BYTES)
        reckoned.update(more)
        return is_digest(reckoned, told)
    return _announced(block) == block.seek(0, 2) + len(more)


def _announced(block: IO[bytes]) -> int | None:
    """How long the block is by its HTTP head and the Content-Length in it; None if it has none."""
    block.seek(0)
    beginning = block.read(PIECE_BYTES)
    end = HEAD_END.search(beginning)
    if end is None or not beginning.startswith(b"HTTP/"):
        return None
    announced = content_length(parse_head(beginning[: end.end()]))
    return None if announced is None else end.end() + announced


def _search_again(text: Text, member: _Sink, so_far: Rewritten, size: int) -> None:
    """Writes what is no record's from a block of a wrong length that was put back; what follows is searched for
    records, those in the block included. Where that was done too often, the block is passed over."""
    so_far.searched_again += 1
    so_far.bytes_searched_again += size
    if not so_far.may_search:
        _copy(text, member, size)
    _copy_rest(text, member, so_far)


def _copy_rest(text: Text, member: _Sink, so_far: Rewritten) -> None:
    """Copies up to where a record begins after a line end."""
    begins = _NEXT_ARC if so_far.is_arc else _NEXT_WARC
    before = b"\n"
    while window := text.ahead(PIECE_BYTES):
        found = begins.search(before + window)
        if found is not None:
            member.write(text.read(found.start() - len(before)) if found.start() > len(before) else b"")
            return
        # A line that may be the beginning of a head is looked at again with what follows it.
        kept = len(window) - window.rfind(b"\n") - 1
        size = len(window) - (kept if kept < min(4096, len(window)) and len(window) == PIECE_BYTES else 0)
        before = (before + window[:size])[-1:]
        member.write(text.read(size))


def _copy(source: Stream, target: _Sink, size: int) -> int:
    """Copies up to `size` bytes; how many there were."""
    left = size
    while left and (piece := source.read(min(left, PIECE_BYTES))):
        target.write(piece)
        left -= len(piece)
    return size - left


def _tail(block: IO[bytes], size: int, count: int) -> bytes:
    block.seek(max(0, size - count))
    return block.read(count)


def _member(out: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6)
