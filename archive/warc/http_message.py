"""Parses the bytes of an HTTP answer: its head, its framing, its content codings (RFC 9110, RFC 9112).

This is the only decoder. The crawl, a rebuild, an import and the reading room all use it, so that they get the same
bytes of a page.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli
import zstandard

MAX_BODY_BYTES = 64 << 20
"""The largest decoded body: a record of 1.4 kB can expand to 512 MB."""

HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.\d 1\d\d\b", re.IGNORECASE)
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? +(\d{3})(?!\d)", re.IGNORECASE)
_CHUNKED_NAME = re.compile(rb"(?im)^(transfer-encoding)(?=[ \t]*:(?:[^\r\n]|\r?\n[ \t])*\bchunked\b)")
_CHUNK_LINE = re.compile(rb"[0-9a-fA-F]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
_MAX_LENGTH_DIGITS = 15

Headers = list[tuple[str, str]]


class CodingError(Exception):
    """A body cannot be decoded. The message is one line for people."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP answer. `status` is None if the first line has no status of three digits."""

    status: int | None
    headers: Headers

    def get(self, name: str) -> str | None:
        """The value of the first header of this name."""
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body. `whole` is False if its last bytes are missing: a gzip stream without its end, chunks without the
    last one. `ends_itself` is True if the content coding marks its own end, which was there: such a body is whole even
    if the framing says otherwise."""

    content: bytes
    whole: bool
    ends_itself: bool = False


def split_message(message: bytes) -> tuple[bytes, bytes]:
    """(head with the empty line after it, the rest); (message, b"") if there is no empty line."""
    match = HEAD_END.search(message)
    return (message[: match.end()], message[match.end() :]) if match else (message, b"")


def parse_head(message: bytes) -> Head:
    """The status and the headers of an HTTP answer, decoded as Latin-1 so that no byte is lost. A line that begins with
    a space or a tab continues the line before (RFC 9112, 5.2)."""
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
    """(head, body, whole) of an answer as it came over the wire, without 1xx heads, chunk framing and bytes after the
    answer's end (RFC 9112, 6.3). The header of the chunk framing is renamed X-Archive-Orig-Transfer-Encoding. `whole`
    is False if the answer announced an end and broke off before it."""
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
    """The value of Content-Length in bytes; None if there is none, or several that differ."""
    lengths = {value.strip() for values in head.get_all("Content-Length") for value in values.split(",")}
    text = lengths.pop() if len(lengths) == 1 else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_LENGTH_DIGITS else None


def announces_end(head: Head) -> bool:
    """Whether an answer says where it ends, by its length or by chunks. Else it ends with the connection, and nobody
    can tell whether it is whole."""
    return content_length(head) is not None or head.get("X-Archive-Orig-Transfer-Encoding") is not None


def dechunked(body: bytes) -> tuple[bytes, bool]:
    """(content, whether the last chunk is there) of a chunked body (RFC 9112, 7.1); of a body that was cut off, the
    content that came."""
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
    """Decodes a stored body: removes chunk framing that another program left in it, and all content codings, the last
    one first (RFC 9110, 8.4).

    A coding that is named but was not applied is ignored, since some programs store decoded bodies with the original
    head; so is a name that is no coding, such as "utf-8". A gzip or zstd stream is decoded by its signature whichever
    other coding is named, and a gzip stream also where none is named and the body should be text. Raises CodingError
    for a coding without a decoder here, a damaged stream, and more than `max_bytes` of content.
    """
    whole, ends_itself = True, False
    if "chunked" in ", ".join(head.get_all("Transfer-Encoding")).lower() and _CHUNK_LINE.match(body):
        body, whole = dechunked(body)
    for coding in reversed(_codings(head) or _unnamed_coding(head, body)):
        pieces = _DECODERS[_signed_coding(body) or coding](body)
        if pieces is not None:
            content = _joined(pieces, coding, max_bytes)
            body, whole, ends_itself = content.content, content.whole, content.whole
    if len(body) > max_bytes:
        raise CodingError(f"the body is larger than {max_bytes:,} bytes")
    return Body(body, whole, ends_itself)


def _codings(head: Head) -> list[str]:
    """The content codings that the head names, in the order in which they were applied."""
    named = [name.strip().lower() for value in head.get_all("Content-Encoding") for name in value.split(",")]
    for name in named:
        if name in _UNREAD_CODINGS:
            raise CodingError(f"the body is coded with {name}, which nothing here reads")
    return [name for name in named if name in _DECODERS]


def _signed_coding(body: bytes) -> str | None:
    """The coding whose signature a body begins with; None for codings without one."""
    if body.startswith(_GZIP_MAGIC + b"\x08"):
        return "gzip"
    return "zstd" if _ZSTD_MAGIC.match(body) else None


def _unnamed_coding(head: Head, body: bytes) -> list[str]:
    """Text never begins as a gzip stream does: such a body was packed, and its head does not say so."""
    kind = (head.get("Content-Type") or "").lower()
    packed = body.startswith(_GZIP_MAGIC + b"\x08") and _TEXTUAL.search(kind) is not None
    return ["gzip"] if packed and head.get("Content-Encoding") is None else []


_UNREAD_CODINGS = frozenset("aes128gcm compress dcb dcz exi pack200-gzip sdch x-compress".split())
"""Content codings (of IANA's registry, and sdch) without a decoder here. A name that is in neither list is ignored."""


def gunzipped(content: bytes) -> bytes:
    """The decompressed content of a gzip file, such as sitemap.xml.gz; other content as it is. Raises CodingError."""
    return decoded(Head(200, [("Content-Encoding", "gzip")]), content).content


Pieces = Iterator[bytes | None]
"""Decoded bytes in pieces; a last piece None means that the stream was cut off."""

_INPUT_BYTES = 1 << 10
"""Input of a decoder at a time, if its output cannot be limited: zstd makes at most 32 MB of it."""
_OUTPUT_BYTES = 1 << 20
"""Output of a decoder at a time, if it can be limited."""
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""The beginning of a frame, or of a skippable frame (RFC 8878, 3.1)."""
_TEXTUAL = re.compile(r"^text/|html|xml|json|javascript")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SNIFFED_BYTES = 1445
"""Bytes that occur in binary data only, and how many of the first bytes are searched for them (WHATWG MIME Sniffing, 3
and 5)."""


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
    """Decodes all members (RFC 1952, 2.2); other bytes after the last one are ignored, as browsers do."""
    return _inflated(body, zlib.MAX_WBITS | 16) if body.startswith(_GZIP_MAGIC) else None


def _deflate(body: bytes) -> Pieces | None:
    """Decodes the zlib format, as the standard says, or a bare deflate stream, as some servers send it (RFC 9110,
    8.4.1.2)."""
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
    """Decodes Brotli. Its streams have no signature, so a body that is no stream and looks like text was not coded."""
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
    """Decodes all frames (RFC 8878, 3.1)."""
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
    """Raises CodingError for binary data: it is neither a stream of the named coding nor text that was not coded."""
    if _BINARY.search(body, 0, _SNIFFED_BYTES):
        raise CodingError(f"the body's {coding} stream is damaged at its beginning")


_DECODERS: dict[str, Callable[[bytes], Pieces | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
"""Content coding -> its decoder, which returns None for a body to which the coding was not applied."""
