"""An HTTP answer as bytes: its head, its framing, its content codings (RFC 9110, RFC 9112).

This is the only decoder. The crawl, a rebuild, an import and the reading room all get a page's bytes from it, so what
one of them reads the others read, too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli
import zstandard

MAX_BODY_BYTES = 64 << 20
"""Bytes that a decoded body may have: a record of 1.4 kB can expand to 512 MB."""

HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.\d 1\d\d\b", re.IGNORECASE)
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? +(\d{3})(?!\d)", re.IGNORECASE)
_CHUNKED_NAME = re.compile(rb"(?im)^(transfer-encoding)(?=[ \t]*:(?:[^\r\n]|\r?\n[ \t])*\bchunked\b)")
_CHUNK_LINE = re.compile(rb"[0-9a-fA-F]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
_MAX_LENGTH_DIGITS = 15

Headers = list[tuple[str, str]]


class CodingError(Exception):
    """A body cannot be decoded; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP answer. `status` is None where the first line names no status of three digits."""

    status: int | None
    headers: Headers

    def get(self, name: str) -> str | None:
        """The value of the first header of this name."""
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body. `whole` is False where its last bytes are missing: a gzip stream without its end, chunks
    without the last one. `ends_itself` tells that its coding says where it ends, so that it is whole whatever the
    framing says."""

    content: bytes
    whole: bool
    ends_itself: bool = False


def split_message(message: bytes) -> tuple[bytes, bytes]:
    """(head with the empty line that ends it, the rest); the head alone where no empty line ends it."""
    match = HEAD_END.search(message)
    return (message[: match.end()], message[match.end() :]) if match else (message, b"")


def parse_head(message: bytes) -> Head:
    """The status and headers of an HTTP answer, read as Latin-1 so that no byte is lost. A line that begins with a
    space goes on with the one before (RFC 9112, 5.2)."""
    match = HEAD_END.search(message)
    first, *lines = re.split(r"\r?\n", message[: match.start() if match else len(message)].decode("latin-1"))
    status = _STATUS_LINE.match(first)
    headers: Headers = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}".strip())
        elif ":" in line:
            name, _, value = line.partition(":")
            headers.append((name.strip(), value.strip()))
    return Head(int(status[1]) if status else None, headers)


def unframed(answer: bytes) -> tuple[bytes, bytes, bool]:
    """(head, body, whole) of an answer as it came over the wire: without 1xx heads, without chunk framing, whose
    header is renamed X-Archive-Orig-Transfer-Encoding, and without bytes that came after the answer's end (RFC 9112,
    6.3). `whole` is False where the answer broke off before its end, as far as it announced one."""
    head, body = split_message(answer)
    while _INTERIM.match(head) and body:
        head, body = split_message(body)
    parsed = parse_head(head)
    if parsed.status in (204, 304):
        return head, b"", True
    if _CHUNKED_NAME.search(head):
        content, whole = dechunked(body)
        return _CHUNKED_NAME.sub(rb"X-Archive-Orig-\1", head), content, whole
    length = content_length(parsed)
    if length is None:
        return head, body, True
    return head, body[:length], len(body) >= length


def content_length(head: Head) -> int | None:
    """The length that a head announces; None where it announces none, or several that differ."""
    told = {value.strip() for values in head.get_all("Content-Length") for value in values.split(",")}
    text = told.pop() if len(told) == 1 else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_LENGTH_DIGITS else None


def announces_end(head: Head) -> bool:
    """Whether an answer says where it ends; else the end of the connection is its end, wherever that comes."""
    return content_length(head) is not None or head.get("X-Archive-Orig-Transfer-Encoding") is not None


def dechunked(body: bytes) -> tuple[bytes, bool]:
    """(content, whether the last chunk is there) of a chunked body (RFC 9112, 7.1). What is cut off in the middle is
    kept as far as it came."""
    parts, position = list[bytes](), 0
    while (line_end := body.find(b"\n", position)) >= 0:
        try:
            size = int(body[position:line_end].split(b";")[0].strip(), 16)
        except ValueError:
            break
        position = line_end + 1
        if size <= 0:
            return b"".join(parts), size == 0
        parts.append(body[position : position + size])
        position += size
        after = _LINE_END.match(body, position)
        if after is None:
            break
        position = after.end()
    return b"".join(parts), False


def decoded(head: Head, body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Body:
    """The content of a stored body: chunk framing that another program left in it is taken off, and so are all content
    codings, the last one first (RFC 9110, 8.4).

    A coding that is named and was not applied, as in records of programs that store what they decoded, is passed
    over; so is a name that is no coding at all, as "utf-8". Raises CodingError for a coding nobody here reads, a
    stream that is damaged, and more than `max_bytes`.
    """
    whole, ends_itself = True, False
    if "chunked" in ", ".join(head.get_all("Transfer-Encoding")).lower() and _CHUNK_LINE.match(body):
        body, whole = dechunked(body)
    for coding in reversed(_codings(head)):
        pieces = _DECODERS[coding](body)
        if pieces is not None:
            content = _joined(pieces, coding, max_bytes)
            body, whole, ends_itself = content.content, content.whole, content.whole
    if len(body) > max_bytes:
        raise CodingError(f"the body is larger than {max_bytes:,} bytes")
    return Body(body, whole, ends_itself)


def _codings(head: Head) -> list[str]:
    """The content codings that were applied, in their order."""
    named = [name.strip().lower() for value in head.get_all("Content-Encoding") for name in value.split(",")]
    for name in named:
        if name in _UNREAD_CODINGS:
            raise CodingError(f"the body is coded with {name}, which nothing here reads")
    return [name for name in named if name in _DECODERS]


_UNREAD_CODINGS = frozenset("aes128gcm compress dcb dcz exi pack200-gzip sdch x-compress".split())
"""Content codings (IANA's registry, and sdch) that change the bytes and have no decoder here."""


def gunzipped(content: bytes) -> bytes:
    """A file that is gzip itself, as sitemap.xml.gz; any other as it is. Raises CodingError."""
    return decoded(Head(200, [("Content-Encoding", "gzip")]), content).content


Pieces = Iterator[bytes | None]
"""Decoded bytes piece by piece; None as the last piece says that the stream breaks off."""

_INPUT_BYTES = 1 << 10
"""Bytes decoded at a time where a decoder cannot be told to stop: zstd makes 32 MB of so many at most."""
_OUTPUT_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""A frame, or one to be skipped (RFC 8878, 3.1)."""
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SNIFFED_BYTES = 1445
"""What tells text from binary data, and how many bytes are looked at (WHATWG MIME Sniffing, 3 and 5)."""


def _joined(pieces: Pieces, coding: str, max_bytes: int) -> Body:
    parts, size = list[bytes](), 0
    try:
        for piece in pieces:
            if piece is None:
                return Body(b"".join(parts), whole=False)
            parts.append(piece)
            size += len(piece)
            if size > max_bytes:
                raise CodingError(f"the body is larger than {max_bytes:,} bytes")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise CodingError(f"the body's {coding} stream is damaged: {error}") from error
    return Body(b"".join(parts), whole=True)


def _gzip(body: bytes) -> Pieces | None:
    """All members (RFC 1952, 2.2); what follows the last one and is none is passed over, as browsers do."""
    return _inflated(body, zlib.MAX_WBITS | 16) if body.startswith(_GZIP_MAGIC) else None


def _deflate(body: bytes) -> Pieces | None:
    """zlib's format, as the standard says, or the bare stream, as some servers send it (RFC 9110, 8.4.1.2)."""
    for window_bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            zlib.decompressobj(window_bits).decompress(body, _INPUT_BYTES)
        except zlib.error:
            continue
        return _inflated(body, window_bits)
    _refuse_binary(body, "deflate")
    return None


def _inflated(body: bytes, window_bits: int) -> Pieces:
    while True:
        inflate = zlib.decompressobj(window_bits)
        while not inflate.eof:
            piece = inflate.decompress(body, _OUTPUT_BYTES)
            body = inflate.unconsumed_tail
            if piece:
                yield piece
            elif not inflate.eof and not body:
                yield None
                return
        body = inflate.unused_data
        if window_bits != zlib.MAX_WBITS | 16 or not body.startswith(_GZIP_MAGIC):
            return


def _br(body: bytes) -> Pieces | None:
    """Brotli's streams have no signature, so a body is taken for plain text where it is no stream and looks so."""
    try:
        brotli.Decompressor().process(body[:_SNIFFED_BYTES], output_buffer_limit=_INPUT_BYTES)
    except brotli.error:
        _refuse_binary(body, "br")
        return None
    return _unbrotlied(body)


def _unbrotlied(body: bytes) -> Pieces:
    decoder = brotli.Decompressor()
    piece = decoder.process(body, output_buffer_limit=_OUTPUT_BYTES)
    while piece:
        yield piece
        piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=_OUTPUT_BYTES)
    if not decoder.is_finished():
        yield None


def _zstd(body: bytes) -> Pieces | None:
    """All frames (RFC 8878, 3.1)."""
    return _unzstd(body) if _ZSTD_MAGIC.match(body) else None


def _unzstd(body: bytes) -> Pieces:
    decoder, position, begun = zstandard.ZstdDecompressor().decompressobj(), 0, False
    while position < len(body):
        data = body[position : position + _INPUT_BYTES]
        position += len(data)
        begun = True
        yield decoder.decompress(data)
        if decoder.eof:
            position -= len(decoder.unused_data)
            if not _ZSTD_MAGIC.match(body, position):
                return
            decoder, begun = zstandard.ZstdDecompressor().decompressobj(), False
    if begun:
        yield None


def _refuse_binary(body: bytes, coding: str) -> None:
    """Raises CodingError for what is neither a stream of the coding named nor text that was not coded at all."""
    if _BINARY.search(body, 0, _SNIFFED_BYTES):
        raise CodingError(f"the body's {coding} stream is damaged at its beginning")


_DECODERS: dict[str, Callable[[bytes], Pieces | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
"""Content coding -> its decoder, which gives None for a body that was not coded so."""
