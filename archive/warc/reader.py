"""Reads WARC files of any program (ISO 28500:2017 and its predecessors): finds the records, checks them, decodes them.

Each record must be a gzip member of its own (archive.ingest.imports makes other files so). A record that is damaged,
cut off or another one than expected raises WarcError: nothing is concluded from a part of a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from archive.warc.capture import CONVERSION, PAGE_TYPES, RESOURCE, REVISIT, Capture
from archive.warc.http_message import (
    MAX_BODY_BYTES,
    Body,
    CodingError,
    Head,
    Headers,
    announces_end,
    decoded,
    parse_head,
    split_message,
)
from archive.warc.members import NotWholeError, WholeMember, digest, read_member

MAX_BLOCK_BYTES = 64 << 20
"""The largest block of a record that is held in memory. Of a larger one (a video) only the beginning is."""
_BEGINNING_BYTES = 1 << 16
"""How much of each block is held where all records of a file are gone through: a warcinfo's is shorter."""
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""A time outside these years is not valid: the web is not older, and SQLite and Python's time zones end before 9999."""

_HEAD_PARSER = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"])
_TIMESTAMP = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
    r"|(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?"
    r"|(\d{14})",
    re.IGNORECASE,
)
"""A date as the standard has it; and as some programs write it: with a space for the T, without a zone (it is UTC), or
as 14 digits."""

WIRE_LENGTH = "Warta-Wire-Length"
"""A named field of warta's response records: the number of bytes on the wire, before chunk framing was removed."""


class WarcError(Exception):
    """A record cannot be read where it should be. The message is one line for people."""


class UndecodableError(WarcError):
    """The record is whole, but its body cannot be decoded: the site sent it so."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record that is whole in its file, with the length and the digest that it declares.

    `offset` and `length` are bytes in the compressed file. `block` is the content, for a response the HTTP head and the
    coded body; `is_cut` is True if it was larger than MAX_BLOCK_BYTES and `block` has only its beginning.
    """

    type: str
    url: str | None
    date: datetime
    headers: Headers
    block: bytes
    offset: int = 0
    length: int = 0
    is_cut: bool = False

    def header(self, name: str) -> str | None:
        return Head(None, self.headers).get(name)

    @property
    def id(self) -> str | None:
        return self.header("WARC-Record-ID")

    @property
    def refers_to(self) -> tuple[str, datetime] | None:
        """The address and the date of the capture that a revisit refers to, if it says both (WARC 1.1, 5.14)."""
        url, told = self.header("WARC-Refers-To-Target-URI"), self.header("WARC-Refers-To-Date")
        try:
            return (_bare(url), _date(told)) if url and told else None
        except NotWholeError:
            return None

    @property
    def has_http_head(self) -> bool:
        """Whether the block begins with an HTTP head. Those of resources and conversions do not, unless they say so."""
        if self.type not in (RESOURCE, CONVERSION):
            return True
        says_so = (self.header("Content-Type") or "").lower().startswith("application/http")
        return says_so and self.block[:5].upper() == b"HTTP/"

    @property
    def head(self) -> Head:
        if self.has_http_head:
            return parse_head(self.block)
        kind = self.header("Content-Type")
        return Head(200, [("Content-Type", kind)] if kind else [])

    @property
    def truncated(self) -> str | None:
        """Why the answer is not whole, if the record says so (WARC-Truncated, WARC-Segment-Number; WARC 1.1, 5.13 and
        5.18)."""
        return self.header("WARC-Truncated") or ("segment" if self.header("WARC-Segment-Number") else None)

    @property
    def was_released(self) -> bool:
        """Whether the client used the answer. It does not use what took too long, was too large or was no HTTP; an
        answer whose connection broke may still be whole."""
        return self.truncated in (None, "disconnect")

    @property
    def payload_digest(self) -> str | None:
        """The digest of the payload as stored, reckoned if the record does not say it; None for a revisit that does
        not."""
        told = self.header("WARC-Payload-Digest")
        if told is None and (self.header("WARC-Profile") or "").endswith("/server-not-modified"):
            return digest(b"")
        return told if told is not None or self.type == REVISIT or self.is_cut else digest(self.coded_body)

    @property
    def coded_body(self) -> bytes:
        return split_message(self.block)[1] if self.has_http_head else self.block

    @property
    def wire_length(self) -> int:
        """Bytes on the wire; for other programs' records, the length of the block."""
        length = self.header(WIRE_LENGTH) or ""
        return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else len(self.block)

    def body(self, *, max_bytes: int = MAX_BODY_BYTES) -> Body:
        """The decoded body. Raises UndecodableError if it cannot be decoded or is larger than
        `max_bytes`."""
        if self.is_cut:
            raise UndecodableError(f"the record has more than {MAX_BLOCK_BYTES:,} bytes")
        try:
            return decoded(self.head, self.coded_body, max_bytes=max_bytes)
        except CodingError as error:
            raise UndecodableError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload of a capture: the decoded body, and its Content-Type.

    `is_broken` is True if the answer or its coding broke off before its end; `is_endless` if the answer announced no
    end, or a wrong one, so that nobody can tell. In both cases a page is used only if its text shows its own end
    (archive.extract.page).
    """

    content: bytes
    content_type: str | None
    is_broken: bool = False
    is_endless: bool = False

    @property
    def is_whole(self) -> bool:
        return not (self.is_broken or self.is_endless)


def payload_of(record: Record, *, is_foreign: bool) -> Payload:
    """The payload of a response record. Raises UndecodableError.

    Other programs change the headers that came over the wire, so of their records (`is_foreign`) a missing length means
    nothing; only those that they mark as truncated are taken to be cut off.
    """
    head, body = record.head, record.body()
    # More bytes came than were stored, although there was no chunk framing: the announced length was too short, or 1xx
    # heads came before the answer.
    is_longer = record.wire_length > len(record.block) and head.get("X-Archive-Orig-Transfer-Encoding") is None
    endless = is_longer or (not is_foreign and not announces_end(head))
    return Payload(
        content=body.content,
        content_type=head.get("Content-Type"),
        is_broken=not body.whole or (record.truncated is not None and not body.ends_itself),
        is_endless=endless and not body.ends_itself,
    )


def find(root: Path, warc: str) -> Path:
    """The path of a capture's WARC file, which is sealed or still being written (….part). Raises WarcError if it is
    missing."""
    for path in (root / warc, root / f"{warc}.part"):
        if path.exists():
            return path
    raise WarcError(f"The WARC file {warc} is missing from {root}.")


def read_record(path: Path, offset: int) -> Record:
    """The record that begins at byte `offset` of the compressed file. Raises WarcError unless a gzip member begins
    there that is one whole record, with the length and the digest that its head declares."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return _record(read_member(file, b"", MAX_BLOCK_BYTES), offset)
    except NotWholeError as error:
        raise WarcError(f"{path.name} has no whole record at {offset}: {error}.") from error
    except OSError as error:
        raise WarcError(f"{path.name} cannot be read at {offset}: {error.strerror}.") from error


def read_all(path: Path) -> Iterator[Record]:
    """All records of a file in their order, of large blocks only the beginning. Raises WarcError where a part of the
    file is no whole record, and if it cannot be read."""
    offset, pending = 0, b""
    try:
        with path.open("rb") as file:
            while pending or (pending := file.read(1)):
                member = read_member(file, pending, _BEGINNING_BYTES)
                yield _record(member, offset)
                offset, pending = offset + member.length, member.following
    except NotWholeError as error:
        raise WarcError(f"{path.name} has no whole record at {offset}: {error}.") from error
    except OSError as error:
        raise WarcError(f"{path.name} cannot be read at {offset}: {error.strerror}.") from error


def read_captured(root: Path, capture: Capture) -> Record:
    """The record of a capture. Raises WarcError if it is missing or damaged, or another record is in its place."""
    path = find(root, capture.warc)
    record = read_record(path, capture.offset)
    if record.type not in PAGE_TYPES or capture.record_id not in (record.id, capture.place):
        raise WarcError(f"{path.name} has another record at {capture.offset} than the capture of {capture.url}.")
    return record


def _record(member: WholeMember, offset: int) -> Record:
    try:
        parsed = _HEAD_PARSER.parse(BytesIO(member.head))
    except (StatusAndHeadersParserException, EOFError) as error:
        raise NotWholeError("it has no head of a WARC record") from error
    headers = Head(None, parsed.headers)
    url = headers.get("WARC-Target-URI")
    return Record(
        type=(headers.get("WARC-Type") or "").lower(),
        url=_bare(url) if url else None,
        date=_date(headers.get("WARC-Date") or ""),
        headers=parsed.headers,
        block=member.block,
        offset=offset,
        length=member.length,
        is_cut=len(member.block) < member.block_size,
    )


def _bare(url: str) -> str:
    """An address without the brackets that some programs write around it."""
    return url.strip().removeprefix("<").removesuffix(">").strip()


def _date(text: str) -> datetime:
    """A WARC-Date (WARC 1.1, 5.4: W3C's profile of ISO 8601, which may be a year alone), aware, in UTC."""
    match = _TIMESTAMP.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        if match[7]:
            moment = datetime.strptime(match[7], "%Y%m%d%H%M%S")  # noqa: DTZ007  (made aware below)
        elif match[4]:
            zone = match[6] if (match[6] or "").startswith(("+", "-")) else ""
            moment = datetime.fromisoformat(f"{match[4]}T{match[5].replace(',', '.')}{zone}")
        else:
            moment = datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1))  # noqa: DTZ001  (made aware below)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotWholeError(f"its date is none: {text[:40]!r}") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NotWholeError(f"its date is none: {text[:40]!r}")
    return moment
