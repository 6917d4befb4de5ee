"""The compressions of foreign files: gzip members (RFC 1952) and Zstandard frames (RFC 8878; the IIPC's proposal
"Zstandard Compression for WARC Files 1.0"), expanded piece by piece."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import zstandard

GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""The beginning of a frame, or of a skippable frame (RFC 8878, 3.1)."""
_DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
"""The skippable frame at the beginning of a .warc.zst that holds its dictionary."""
_MAX_DICTIONARY_BYTES = 16 << 20
_MAX_WINDOW_BYTES = 1 << 27
"""The largest window of a Zstandard frame: what the zstd program reads without being told to take more."""
_MAX_RATIO, _UNCHECKED_BYTES = 500, 1 << 30
"""A file that gets more than so many times larger is a bomb; it is not asked before it has so many bytes."""
_SEARCH_BYTES = 1 << 20
_NOT_ZERO = re.compile(rb"[^\x00]")


class _Expander(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Compression:
    """A way in which a file is compressed. `begins` matches where a member or frame begins; `input_bytes` are given to
    an expander at a time, so that it gives no more than some 32 MB back."""

    begins: re.Pattern[bytes]
    input_bytes: int
    expander: Callable[[], _Expander]


GZIP = Compression(re.compile(re.escape(GZIP_MAGIC)), 1 << 13, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16))


def compression_of(file: BinaryIO) -> Compression | None:
    """The compression of a file, by its first bytes; None for one that is not compressed."""
    file.seek(0)
    beginning = file.read(8)
    if beginning.startswith(GZIP_MAGIC):
        return GZIP
    if not _ZSTD_MAGIC.match(beginning):
        return None
    dictionary = None
    size = int.from_bytes(beginning[4:], "little")
    if beginning.startswith(_DICTIONARY_MAGIC) and size <= _MAX_DICTIONARY_BYTES:
        dictionary = _dictionary(file.read(size))
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_MAX_WINDOW_BYTES)
    return Compression(_ZSTD_MAGIC, 1 << 10, decompressor.decompressobj)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict | None:
    """The dictionary in a file's first frame, which may be compressed itself. None for what is none: the frames that
    need it are then damaged."""
    try:
        if content.startswith(zstandard.FRAME_HEADER):
            with zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).stream_reader(content) as reader:
                content = reader.read(_MAX_DICTIONARY_BYTES)
        return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_AUTO)
    except (zstandard.ZstdError, ValueError):
        return None


class Expanded(io.RawIOBase):
    """A stream of the content of the members or frames of a part of a file, up to where one is damaged.

    `damage` is where the damaged one begins and `damaged_at` about where the damage is, in bytes of the file; `why`
    says what is wrong. `damage` is None if all is whole. `given_before` is the size of the content of all members
    before the one that was begun last. Zeros behind a member are no damage: tapes and disks are filled up with them.
    """

    def __init__(self, file: BinaryIO, start: int, end: int, compression: Compression) -> None:
        self._file, self._position, self._end, self._compression = file, start, end, compression
        self._expander: _Expander | None = None
        self._input = self._text = b""
        self._member = start
        self.given_before = 0
        self._read = self._given = 0
        self.damage: int | None = None
        self.damaged_at = start
        self.why = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._text:
            self._text = self._expand()
            at_end = self._expander is None and not self._input and self._position >= self._end
            if not self._text and (self.damage is not None or at_end):
                return 0
        size = min(len(buffer), len(self._text))
        buffer[:size], self._text = self._text[:size], self._text[size:]
        return size

    def _expand(self) -> bytes:
        """The next piece; b"" at the end and where there is damage, but also between."""
        if not self._input:
            self._file.seek(self._position)
            self._input = self._file.read(min(self._compression.input_bytes, self._end - self._position))
            self._position += len(self._input)
            self._read += len(self._input)
        if self._expander is None and not self._begin():
            return b""
        assert self._expander is not None
        if not self._input:
            return self._damaged("the file ends within it")
        try:
            text = self._expander.decompress(self._input)
        except (zlib.error, zstandard.ZstdError) as error:
            return self._damaged(str(error))
        self._input = self._expander.unused_data
        self._given += len(text)
        if self._given > max(_UNCHECKED_BYTES, _MAX_RATIO * self._read):
            return self._damaged(f"it gets more than {_MAX_RATIO} times larger")
        if self._expander.eof:
            self._expander = None
        return text

    def _begin(self) -> bool:
        """Begins the next member; False where the input is used up, or no member begins there."""
        content = _NOT_ZERO.search(self._input)
        self._input = self._input[content.start() :] if content else b""
        if not self._input:
            return False
        if len(self._input) < 4 and self._position < self._end:
            self._file.seek(self._position)
            more = self._file.read(min(4, self._end - self._position))
            self._input += more
            self._position += len(more)
        self._member, self.given_before = self._position - len(self._input), self._given
        if not self._compression.begins.match(self._input):
            self._damaged("other bytes stand there")
            return False
        self._expander = self._compression.expander()
        return True

    def _damaged(self, why: str) -> bytes:
        self.damage, self.why, self._input = self._member, why, b""
        self.damaged_at = self._position
        return b""


def next_member(file: BinaryIO, start: int, end: int, compression: Compression, begins: re.Pattern[bytes]) -> int:
    """Where the next member begins whose content matches `begins`, from `start` on; `end` where there is none."""
    while start < end:
        file.seek(start)
        piece = file.read(min(_SEARCH_BYTES, end - start))
        for match in compression.begins.finditer(piece):
            if begins.match(_beginning(file, start + match.start(), end, compression)):
                return start + match.start()
        start += max(len(piece) - 3, 1) if start + len(piece) < end else len(piece)
    return end


def _beginning(file: BinaryIO, start: int, end: int, compression: Compression) -> bytes:
    with Expanded(file, start, min(end, start + (1 << 16)), compression) as expanded:
        return expanded.read(1 << 12) or b""
