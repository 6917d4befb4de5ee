"""The forms in which one answer can come over the wire: codings, framing, heads and charsets, as servers send them and
as they get them wrong. Each form gives the exact bytes of an answer."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import brotli
import zstandard

Becomes = Literal["read", "failed", "read or failed"]
"""What has to become of a page that is answered so. "read": its whole text is there. "failed": it is noted as failed,
with a reason. "read or failed": one of the two, the same in every reading; the bytes allow either. Half a text is there
in no case."""
Of = Literal["text", "markup", "page"]
"""What can be answered so: any text; only what itself says where it ends (a page, a feed, JSON); only a page."""

BROKEN = b"\xe2\x80"
"""A letter of UTF-8 that was cut in the middle, as a program that counts bytes cuts a text."""
BOMB = 300 << 20
_MEGABYTE = bytes(1 << 20)


@dataclass(frozen=True)
class Form:
    """`answer` makes the bytes from a text and its media type. `decided` says by what, where one could think otherwise
    about what becomes of it."""

    answer: Callable[[str, str], bytes]
    becomes: Becomes = "read"
    of: Of = "text"
    decided: str = ""
    keeps: bool = False  # the connection, for what is asked for next


def http(
    body: bytes,
    *fields: str,
    kind: str | None = "text/html; charset=utf-8",
    status: str = "HTTP/1.1 200 OK",
    length: int | str | None = -1,
) -> bytes:
    """An answer, after which the server closes. A `length` of -1 is the right one; None says none."""
    lines = [status]
    if kind is not None:
        lines.append(f"Content-Type: {kind}")
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    return "\r\n".join([*lines, *fields, "Connection: close", "", ""]).encode("latin-1") + body


def chunked(
    body: bytes, *, size: int = 700, extension: str = "", last: bytes = b"0\r\n\r\n", line: str = "\r\n"
) -> bytes:
    """Chunk framing (RFC 9112, 7.1)."""
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    end = line.encode()
    return b"".join(f"{len(piece):x}{extension}".encode() + end + piece + end for piece in pieces) + last


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def two_members(body: bytes) -> bytes:
    return gzip.compress(body[: len(body) // 2]) + gzip.compress(body[len(body) // 2 :])


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def wrong_checksum(body: bytes) -> bytes:
    stream = bytearray(gzip.compress(body))
    stream[-8] ^= 0xFF
    return bytes(stream)


def zstd_frames(body: bytes) -> bytes:
    middle = len(body) // 2
    return zstandard.compress(body[:middle]) + zstandard.compress(body[middle:])


def zstd_of_unknown_size(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(body) + packer.flush()


def zstd_with_skippable_frame(body: bytes) -> bytes:
    """A frame of user data (RFC 8878, 3.1.2) before the content and one after it."""
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"info"
    return skippable + zstandard.compress(body) + skippable


@cache
def gzip_bomb() -> bytes:
    """A gzip member of 300 MB of zeros: one block, said over and over."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    first = packer.compress(_MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(_MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    times, checksum = BOMB // len(_MEGABYTE), 0
    for _ in range(times):
        checksum = zlib.crc32(_MEGABYTE, checksum)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    end = checksum.to_bytes(4, "little") + BOMB.to_bytes(4, "little")
    return head + first + again * (times - 1) + packer.flush() + end


@cache
def br_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    pieces: Iterator[bytes] = (packer.process(_MEGABYTE) for _ in range(BOMB // len(_MEGABYTE)))
    return b"".join([*pieces, packer.finish()])


@cache
def zstd_bomb() -> bytes:
    return zstandard.compress(_MEGABYTE) * (BOMB // len(_MEGABYTE))


def coded(pack: Callable[[bytes], bytes], *codings: str) -> Callable[[str, str], bytes]:
    """An answer with each of these Content-Encoding headers, its body packed so."""

    def answer(text: str, kind: str) -> bytes:
        return http(pack(text.encode()), *(f"Content-Encoding: {coding}".rstrip() for coding in codings), kind=kind)

    return answer


def plain(body: bytes) -> bytes:
    return body


def with_fields(*fields: str) -> Callable[[str, str], bytes]:
    return lambda text, kind: http(text.encode(), *fields, kind=kind)


def with_status(status: str) -> Callable[[str, str], bytes]:
    return lambda text, kind: http(text.encode(), kind=kind, status=status)


def in_chunks(
    frame: Callable[[bytes], bytes], *fields: str, said: str = "Transfer-Encoding: chunked"
) -> Callable[[str, str], bytes]:
    return lambda text, kind: http(frame(text.encode()), said, *fields, kind=kind, length=None)


def of_type(*kinds: str) -> Callable[[str, str], bytes]:
    """An answer that says these media types, none of which need be its own."""
    return lambda text, kind: http(text.encode(), *(f"Content-Type: {said}" for said in kinds), kind=None)


def in_charset(charset: str, *, header: str = "", meta: str = "") -> Callable[[str, str], bytes]:
    """A page in a charset, which its header or a meta element names."""

    def answer(text: str, kind: str) -> bytes:
        if meta:
            text = text.replace("<head>", f'<head><meta charset="{meta}">', 1)
        return http(text.encode(charset), kind="text/html" + (f"; charset={header}" if header else ""))

    return answer


def with_broken_letter(*, header: str = "", meta: str = "") -> Callable[[str, str], bytes]:
    def answer(text: str, kind: str) -> bytes:
        whole = in_charset("utf-8", header=header, meta=meta)(text, kind)
        _, _, body = whole.partition(b"\r\n\r\n")
        kind = "text/html" + (f"; charset={header}" if header else "")
        return http(body.replace(b" dibuka", b" dibuka " + BROKEN), kind=kind)

    return answer


def after(heads: bytes) -> Callable[[str, str], bytes]:
    return lambda text, kind: heads + http(text.encode(), kind=kind)


def without_carriage_returns(text: str, kind: str) -> bytes:
    head, _, body = http(text.encode(), kind=kind).partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body


def with_raw_field(field: bytes) -> Callable[[str, str], bytes]:
    def answer(text: str, kind: str) -> bytes:
        status, _, rest = http(text.encode(), kind=kind).partition(b"\r\n")
        return status + b"\r\n" + field + b"\r\n" + rest

    return answer


def announced(
    length: Callable[[bytes], int | str | None],
    sent: Callable[[bytes], bytes] = plain,
    pack: Callable[[bytes], bytes] = plain,
    *fields: str,
    status: str = "HTTP/1.1 200 OK",
) -> Callable[[str, str], bytes]:
    """An answer that says a length made from its packed body, of which only a part need be `sent`."""

    def answer(text: str, kind: str) -> bytes:
        body = pack(text.encode())
        return http(sent(body), *fields, kind=kind, length=length(body), status=status)

    return answer


def of_kept_connection(text: str, kind: str) -> bytes:
    """More than announced, and the connection goes on: the surplus belongs to no answer."""
    body = text.encode()
    return http(body + b"<p>Sisa</p>", kind=kind, length=len(body)).replace(b"Connection: close\r\n", b"")


NAMED_GZIP = "Content-Encoding: gzip"
LONGER = 300
NOT_BORNE_OUT = "the label is wrong and the text is there; browsers show nothing"

FORMS: dict[str, Form] = {
    # Content codings (RFC 9110, 8.4)
    "plain": Form(coded(plain)),
    "gzip": Form(coded(gzip.compress, "gzip")),
    "x-gzip": Form(coded(gzip.compress, "x-gzip")),
    "gzip in capitals": Form(coded(gzip.compress, "GZIP")),
    "gzip of two members": Form(coded(two_members, "gzip"), decided="RFC 1952, 2.2: members follow each other"),
    "gzip, gzip": Form(coded(lambda body: gzip.compress(gzip.compress(body)), "gzip, gzip")),
    "gzip, gzip and packed once": Form(coded(gzip.compress, "gzip, gzip"), "read or failed", decided=NOT_BORNE_OUT),
    "two headers, gzip and gzip": Form(coded(lambda body: gzip.compress(gzip.compress(body)), "gzip", "gzip")),
    "two headers, gzip and identity": Form(coded(gzip.compress, "gzip", "identity")),
    "two headers, identity and gzip": Form(coded(gzip.compress, "identity", "gzip")),
    "aws-chunked,gzip": Form(
        coded(gzip.compress, "aws-chunked,gzip"), decided="the last coding is known, the other none"
    ),
    "coding utf-8": Form(coded(plain, "utf-8"), decided="a charset is no coding"),
    "coding UTF-8": Form(coded(plain, "UTF-8"), decided="a charset is no coding"),
    "coding left empty": Form(coded(plain, "")),
    "coding identity": Form(coded(plain, "identity")),
    "gzip named, plain sent": Form(coded(plain, "gzip"), decided=NOT_BORNE_OUT),
    "deflate": Form(coded(zlib.compress, "deflate")),
    "deflate without zlib's head": Form(coded(raw_deflate, "deflate")),
    "deflate named, plain sent": Form(coded(plain, "deflate"), "read or failed", decided=NOT_BORNE_OUT),
    "br": Form(coded(brotli.compress, "br")),
    "br named, plain sent": Form(coded(plain, "br"), "read or failed", decided=NOT_BORNE_OUT),
    "zstd": Form(coded(zstandard.compress, "zstd")),
    "zstd of unknown size": Form(coded(zstd_of_unknown_size, "zstd")),
    "zstd of two frames": Form(coded(zstd_frames, "zstd")),
    "zstd with skippable frames": Form(coded(zstd_with_skippable_frame, "zstd")),
    "zstd named, plain sent": Form(coded(plain, "zstd"), "read or failed", decided=NOT_BORNE_OUT),
    "gzip and rubbish": Form(coded(lambda body: gzip.compress(body) + b"rubbish", "gzip")),
    "gzip and zeros": Form(coded(lambda body: gzip.compress(body) + bytes(512), "gzip")),
    "gzip cut short": Form(coded(lambda body: half(gzip.compress(body)), "gzip"), "failed"),
    "gzip without its trailer": Form(
        coded(lambda body: gzip.compress(body)[:-8], "gzip"),
        "read or failed",
        decided="whole, but not known to be right",
    ),
    "gzip whose second member is cut short": Form(
        coded(lambda body: gzip.compress(half(body)) + half(gzip.compress(body[len(body) // 2 :])), "gzip"), "failed"
    ),
    "gzip with a wrong checksum": Form(coded(wrong_checksum, "gzip"), "failed", decided="the damage may be anywhere"),
    "deflate cut short": Form(coded(lambda body: half(zlib.compress(body)), "deflate"), "failed"),
    "br cut short": Form(coded(lambda body: half(brotli.compress(body)), "br"), "failed"),
    "zstd cut short": Form(coded(lambda body: half(zstandard.compress(body)), "zstd"), "failed"),
    "a coding that nobody reads": Form(coded(lambda body: bytes(byte ^ 0xA5 for byte in body), "compress"), "failed"),
    "gzip of 300 MB": Form(lambda text, kind: http(gzip_bomb(), NAMED_GZIP, kind=kind), "failed"),
    "gzip of gzip of 300 MB": Form(
        lambda text, kind: http(gzip.compress(gzip_bomb()), "Content-Encoding: gzip, gzip", kind=kind), "failed"
    ),
    "br of 300 MB": Form(lambda text, kind: http(br_bomb(), "Content-Encoding: br", kind=kind), "failed"),
    "zstd of 300 MB": Form(lambda text, kind: http(zstd_bomb(), "Content-Encoding: zstd", kind=kind), "failed"),
    "gzip of 30 MB, nearly all of it empty lines": Form(
        coded(lambda body: gzip.compress(body + b"\n" * (30 << 20), 1), "gzip"), "read or failed", of="markup"
    ),
    # Content-Type
    "no media type": Form(of_type()),
    "application/octet-stream": Form(
        of_type("application/octet-stream"), decided="a listing named it as a story, and it is one"
    ),
    "text/plain": Form(of_type("text/plain"), decided="a listing named it as a story, and it is one"),
    "text/plain, then text/html": Form(of_type("text/plain", "text/html; charset=utf-8")),
    "text/html, then text/plain": Form(of_type("text/html; charset=utf-8", "text/plain")),
    "a charset without a media type": Form(of_type("charset=utf-8")),
    "media type on a folded line": Form(
        lambda text, kind: http(text.encode(), f"Content-Type: {kind.split(';')[0]};\r\n charset=utf-8", kind=None)
    ),
    # Where the answer ends (RFC 9112, 6.3)
    "two equal lengths": Form(
        lambda text, kind: http(text.encode(), f"Content-Length: {len(text.encode())}", kind=kind)
    ),
    "one length said twice in a header": Form(announced(lambda body: f"{len(body)}, {len(body)}")),
    "two lengths that differ": Form(
        lambda text, kind: http(text.encode(), f"Content-Length: {len(text.encode()) + LONGER}", kind=kind),
        "failed",
        decided="RFC 9112, 6.3: an unrecoverable error",
    ),
    "length shorter than sent, by what is behind the page": Form(
        lambda text, kind: http(text.encode() + b"\n<!-- 0.2 s -->\n", kind=kind, length=len(text.encode()))
    ),
    "length shorter than sent, on a kept connection": Form(of_kept_connection, keeps=True),
    "length shorter than sent, by half the page": Form(
        announced(lambda body: len(body) // 2),
        "read or failed",
        of="markup",
        decided="what was announced is half a page, what was sent a whole one",
    ),
    "length of nothing": Form(
        announced(lambda body: 0),
        "read or failed",
        of="markup",
        decided="what was announced is no page, what was sent a whole one",
    ),
    "length that is no number": Form(
        announced(lambda body: "banyak"), "read or failed", decided="RFC 9112, 6.3: an unrecoverable error"
    ),
    "length longer than sent": Form(
        announced(lambda body: len(body) + LONGER), of="markup", decided="the page says where it ends"
    ),
    "length longer than sent, gzip": Form(
        announced(lambda body: len(body) + LONGER, plain, gzip.compress, NAMED_GZIP),
        decided="the gzip stream says where it ends",
    ),
    "length longer than sent, broken off": Form(announced(len, half), "failed"),
    "length longer than sent, gzip broken off": Form(announced(len, half, gzip.compress, NAMED_GZIP), "failed"),
    "no length": Form(announced(lambda body: None)),
    "no length, broken off": Form(announced(lambda body: None, half), "failed", of="markup"),
    "no length, gzip": Form(announced(lambda body: None, plain, gzip.compress, NAMED_GZIP)),
    "no length, gzip broken off": Form(announced(lambda body: None, half, gzip.compress, NAMED_GZIP), "failed"),
    "HTTP/1.0 without a length": Form(announced(lambda body: None, status="HTTP/1.0 200 OK")),
    "chunked": Form(in_chunks(chunked)),
    "chunked in capitals": Form(in_chunks(chunked, said="TRANSFER-ENCODING: CHUNKED")),
    "chunked and gzip": Form(in_chunks(lambda body: chunked(gzip.compress(body)), NAMED_GZIP)),
    "chunked with a wrong length": Form(
        in_chunks(chunked, "Content-Length: 120"), decided="RFC 9112, 6.3: Transfer-Encoding overrides"
    ),
    "chunk extensions": Form(in_chunks(lambda body: chunked(body, extension=';nama="nilai";satu'))),
    "chunk sizes with spaces behind": Form(in_chunks(lambda body: chunked(body, extension="   "))),
    "chunk sizes with zeros before": Form(in_chunks(lambda body: b"00000%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))),
    "chunk lines ended by LF alone": Form(
        in_chunks(lambda body: chunked(body, line="\n", last=b"0\n\n")),
        "read or failed",
        decided="RFC 9112, 2.2 lets CR be missing in the head alone",
    ),
    "trailers": Form(
        in_chunks(lambda body: chunked(body, last=b"0\r\nX-Sum: 1\r\nX-Time: 2\r\n\r\n"), "Trailer: X-Sum")
    ),
    "rubbish behind the last chunk": Form(in_chunks(lambda body: chunked(body) + b"rubbish")),
    "no last chunk": Form(in_chunks(lambda body: chunked(body, last=b"")), of="markup"),
    "no last chunk, gzip": Form(in_chunks(lambda body: chunked(gzip.compress(body), last=b""), NAMED_GZIP)),
    "a chunk shorter than it says": Form(
        in_chunks(lambda body: b"%x\r\n" % (len(body) + LONGER) + body),
        of="markup",
        decided="the page says where it ends",
    ),
    "no last chunk, broken off": Form(in_chunks(lambda body: half(chunked(body))), "failed"),
    "no last chunk, gzip broken off": Form(
        in_chunks(lambda body: half(chunked(gzip.compress(body))), NAMED_GZIP), "failed"
    ),
    "a chunk size that is no number": Form(
        in_chunks(
            lambda body: chunked(half(body), last=b"") + b"bukan\r\n" + body[len(body) // 2 :] + b"\r\n0\r\n\r\n"
        ),
        "failed",
    ),
    "chunked named, plain sent": Form(in_chunks(plain), "read or failed", decided=NOT_BORNE_OUT),
    "chunked on a folded line": Form(in_chunks(chunked, said="Transfer-Encoding:\r\n chunked")),
    "chunked with a space before the colon": Form(in_chunks(chunked, said="Transfer-Encoding : chunked")),
    # The head
    "lines ended by LF alone": Form(without_carriage_returns),
    "no reason": Form(with_status("HTTP/1.1 200")),
    "no reason and a space": Form(with_status("HTTP/1.1 200 ")),
    "http in small letters": Form(with_status("http/1.1 200 OK"), decided="browsers read it"),
    "status 2000": Form(with_status("HTTP/1.1 2000 OK"), "failed", decided="RFC 9110, 15: an invalid status is a 5xx"),
    "status 203": Form(with_status("HTTP/1.1 203 Non-Authoritative"), "failed", decided="what is not 200 is no story"),
    "status 206": Form(with_status("HTTP/1.1 206 Partial Content"), "failed", decided="what is not 200 is no story"),
    "status 299": Form(with_status("HTTP/1.1 299 Baik"), "failed", decided="what is not 200 is no story"),
    "a header of 20 kB": Form(with_fields("Content-Security-Policy: " + "a" * 20_000)),
    "300 headers": Form(with_fields(*(f"Set-Cookie: nama{n}=nilai; Path=/" for n in range(300)))),
    "a header folded": Form(with_fields("X-Info: satu,\r\n\tdua,\r\n  tiga")),
    "a header without a colon": Form(with_fields("Bukan header")),
    "a header's name in curly quotes": Form(with_raw_field("\u2018x-a\u2019: *".encode())),
    "a header with a space before the colon": Form(with_fields("X-Info : satu")),
    "gzip with a space before the colon": Form(
        lambda text, kind: http(gzip.compress(text.encode()), "Content-Encoding : gzip", kind=kind)
    ),
    "gzip on a folded line": Form(
        lambda text, kind: http(gzip.compress(text.encode()), "Content-Encoding:\r\n gzip", kind=kind)
    ),
    "length with a space before the colon": Form(
        lambda text, kind: http(text.encode(), f"Content-Length : {len(text.encode())}", kind=kind, length=None)
    ),
    "Latin-1 in a header": Form(with_raw_field(b'X-Place: Caf\xe9\r\nETag: "caf\xe9"')),
    "a zero byte in a header": Form(with_raw_field(b"X-Info: satu\0dua"), "read or failed", decided="RFC 9110, 5.5"),
    "100 before": Form(after(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "103 before": Form(after(b"HTTP/1.1 103 Early Hints\r\nLink: </gaya.css>; rel=preload\r\n\r\n")),
    "100 and 103 before": Form(
        after(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </gaya.css>\r\n\r\n")
    ),
    # Charsets of a page
    "UTF-8 with a mark": Form(in_charset("utf-8-sig"), of="page"),
    "UTF-8 of which only meta speaks": Form(in_charset("utf-8", meta="utf-8"), of="page"),
    "UTF-8 said to be Latin-1": Form(in_charset("utf-8", header="iso-8859-1"), of="page"),
    "a broken letter, UTF-8 by meta": Form(with_broken_letter(meta="utf-8"), of="page"),
    "a broken letter, no charset": Form(with_broken_letter(), of="page", decided="one letter is lost, not all"),
    "a broken letter, Latin-1 by header": Form(
        with_broken_letter(header="iso-8859-1", meta="utf-8"), of="page", decided="one letter is lost, not all"
    ),
    "UTF-16 with a mark": Form(in_charset("utf-16"), of="page"),
    "windows-1252 by header": Form(in_charset("windows-1252", header="windows-1252"), of="page"),
    "windows-1252 by meta": Form(in_charset("windows-1252", meta="windows-1252"), of="page"),
    "nothing": Form(lambda text, kind: http(b"", kind=kind), "failed", of="page"),
    "nothing, gzip named": Form(lambda text, kind: http(b"", NAMED_GZIP, kind=kind), "failed", of="page"),
}
