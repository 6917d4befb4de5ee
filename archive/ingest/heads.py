"""The heads of records in foreign files: WARC's, and the lines of ARC (1.0, 1.1 and 2), the format before it.

warcio reads ARC, too, but neither its version 2 nor anything behind a wrong length.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from archive.warc.members import KNOWN_VERSION, digest_of

WARC_HEAD = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
ARC_HEAD = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,20}:[^\r\n]{1,8000}?)[ ](?P<ip>[0-9A-Fa-f.:]{2,45}|-)[ ](?P<date>\d{8,17})"
    rb"[ ](?P<type>[^\r\n]{0,1000}?)[ ]?(?P<length>-?\d{1,18})[ \t]*\r?\n"
)
"""URL IP-address Archive-date Content-type Archive-length. Addresses and types have spaces in some files; what version
2 has behind the type is taken for a part of it."""
_CONTENT_LENGTH = re.compile(rb"(?im)^(content-length[ \t]*:)[ \t]*(\d{1,15})[ \t]*(?=\r?$)")
_MAX_LENGTH = 1 << 40
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_BEGINNING_BYTES = 5


@dataclass(frozen=True, slots=True)
class RecordHead:
    """The head of a record: `said`, as it stands in the file; `length`, how long it says that the block is, None if
    that cannot be; `written(block, size)`, the head to write before a block of that size. `is_preamble` is True for the
    first record of an ARC file, of which some writers count only a part.
    """

    said: bytes
    length: int | None
    written: Callable[[IO[bytes], int], bytes]
    is_preamble: bool = False


def warc_head(said: bytes) -> RecordHead:
    """A WARC head; it is written as it stands, but for a length that was wrong and a version that readers do not
    know."""
    match = _CONTENT_LENGTH.search(said)

    def written(block: IO[bytes], size: int) -> bytes:  # noqa: ARG001
        head = said
        if match is not None and size != int(match[2]):
            head = said[: match.start()] + match[1] + b" %d" % size + said[match.end() :]
        return head if KNOWN_VERSION.match(head) else WARC_HEAD.sub(b"WARC/1.0\r\n", head, count=1)

    length = int(match[2]) if match else _MAX_LENGTH
    return RecordHead(said, length if length < _MAX_LENGTH else None, written)


def arc_head(said: bytes) -> RecordHead:
    """An ARC head; it is written as that of a WARC record: of a response if the block has an HTTP head, of a resource
    if it has none."""
    match = ARC_HEAD.match(said)
    assert match is not None
    url = match["url"].decode("utf-8", "replace").replace(" ", "%20").replace("\t", "%09")
    is_preamble = url.startswith("filedesc:")

    def written(block: IO[bytes], size: int) -> bytes:
        block.seek(0)
        beginning = block.read(_BEGINNING_BYTES)
        block.seek(0)
        digest = digest_of(block, size)
        date = _iso(match["date"].decode())
        named = match["type"].decode("utf-8", "replace").partition(" ")[0]
        if is_preamble:
            kind, content = "warcinfo", "text/plain"
        elif url[:4].lower() == "http" and beginning.upper() == b"HTTP/":
            kind, content = "response", "application/http;msgtype=response"
        else:
            kind, content = "resource", named if _TYPE.fullmatch(named) else "application/octet-stream"
        # The same record gets the same id wherever it is taken from.
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{url} {date} {digest}")
        fields = {
            "WARC-Type": kind,
            "WARC-Record-ID": f"<urn:uuid:{name}>",
            "WARC-Filename" if is_preamble else "WARC-Target-URI": url.removeprefix("filedesc://"),
            "WARC-Date": date,
            "WARC-Block-Digest": digest,
            "Content-Type": content,
            "Content-Length": size,
        }
        ip = match["ip"].decode()
        if ip not in ("-", "0.0.0.0"):
            fields["WARC-IP-Address"] = ip
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"WARC/1.0\r\n{lines}\r\n".encode()

    length = int(match["length"])
    return RecordHead(said, length if 0 <= length < _MAX_LENGTH else None, written, is_preamble)


def _iso(digits: str) -> str:
    """An ARC date (YYYYMMDDhhmmss, in UTC) as WARC writes it; one that is no date as it stands."""
    try:
        return datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
    except ValueError:
        return digits
