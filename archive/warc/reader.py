"""Records of WARC files as they are read back: where they stand, what they hold.

Any writer's files are read (ISO 28500:2017 and its predecessors), each record a gzip member of its own. A record that
is damaged, cut off or another one than expected is a WarcError, here and so for everyone: nothing is concluded from
a part of a record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from archive.warc.capture import RESPONSE, REVISIT, Capture
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
"""Bytes of a record's block that are held in memory. Of a larger one (a video) the head is read and no more."""
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""A WARC-Date outside these years is none: the web is not older, and SQLite and Python's time zones end before 9999."""

_HEAD_PARSER = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"])
_TIMESTAMP = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?|(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)"
)

WIRE_LENGTH = "Warta-Wire-Length"
"""A named field of warta's own response records: bytes that came over the wire, before chunk framing was taken off."""


class WarcError(Exception):
    """A record cannot be read where it should be; the message is one line for people."""


class UndecodableError(WarcError):
    """A whole record holds a body that cannot be decoded: the site sent it so."""


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record as it is read back: its digest is right and nothing of it is missing.

    `offset` and `length` are bytes in the compressed file. `block` is what the record holds, for a response the head
    and the coded body; `is_cut` tells that it was too large to be held and only its beginning is here.
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
    def head(self) -> Head:
        return parse_head(self.block)

    @property
    def truncated(self) -> str | None:
        """Why the answer did not come whole, if who wrote the record says so (WARC 1.1, 5.13)."""
        return self.header("WARC-Truncated")

    @property
    def was_released(self) -> bool:
        """Whether the answer was used by who asked. What took too long, was too large or was no HTTP was not; what
        broke off may show its own end."""
        return self.truncated in (None, "disconnect")

    @property
    def payload_digest(self) -> str:
        return self.header("WARC-Payload-Digest") or digest(b"")

    @property
    def wire_length(self) -> int:
        told = self.header(WIRE_LENGTH) or ""
        return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else len(self.block)

    def body(self, *, max_bytes: int = MAX_BODY_BYTES) -> Body:
        """The decoded body of a response. Raises UndecodableError for one that cannot be decoded or is too large."""
        if self.is_cut:
            raise UndecodableError(f"the record has more than {MAX_BLOCK_BYTES:,} bytes")
        try:
            return decoded(self.head, split_message(self.block)[1], max_bytes=max_bytes)
        except CodingError as error:
            raise UndecodableError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Payload:
    """What a capture holds: the decoded body and what the server said of it.

    `is_broken` tells that the answer broke off before its announced end, or its coding did; `is_endless` that it
    announced no end, or a wrong one, so that nobody can tell. What may have been cut off counts only if it shows its
    own end.
    """

    content: bytes
    content_type: str | None
    is_broken: bool = False
    is_endless: bool = False

    @property
    def is_whole(self) -> bool:
        return not (self.is_broken or self.is_endless)


def payload_of(record: Record, *, is_foreign: bool) -> Payload:
    """The payload of a response record. Other programs keep other headers than came over the wire, so of their
    records (`is_foreign`) only what they themselves mark as cut off is. Raises UndecodableError.
    """
    head, body = record.head, record.body()
    # More came than was announced, so where the answer ends was not told rightly. Chunk framing is bytes, too.
    is_longer = record.wire_length > len(record.block) and head.get("X-Archive-Orig-Transfer-Encoding") is None
    endless = is_longer or (not is_foreign and not announces_end(head))
    return Payload(
        content=body.content,
        content_type=head.get("Content-Type"),
        is_broken=not body.whole or (record.truncated is not None and not body.ends_itself),
        is_endless=endless and not body.ends_itself,
    )


def find(root: Path, warc: str) -> Path:
    """The file of a capture: sealed, or still being written. Raises WarcError when it is gone."""
    for path in (root / warc, root / f"{warc}.part"):
        if path.exists():
            return path
    raise WarcError(f"The WARC file {warc} is missing from {root}.")


def read_record(path: Path, offset: int) -> Record:
    """The record that begins at byte `offset` of the compressed file. Raises WarcError unless it is whole there: a
    gzip member that is one record, with the length and the digest that its head says."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return _record(read_member(file, b"", MAX_BLOCK_BYTES), offset)
    except NotWholeError as error:
        raise WarcError(f"{path.name} has no whole record at {offset}: {error}.") from error
    except OSError as error:
        raise WarcError(f"{path.name} cannot be read at {offset}: {error.strerror}.") from error


def read_captured(root: Path, capture: Capture) -> Record:
    """The record of a capture. Raises WarcError where it is gone or damaged, or another record stands in its place."""
    path = find(root, capture.warc)
    record = read_record(path, capture.offset)
    if record.type not in (RESPONSE, REVISIT) or capture.record_id not in (record.id, capture.place):
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
        url=url.strip().removeprefix("<").removesuffix(">") if url else None,
        date=_date(headers.get("WARC-Date") or ""),
        headers=parsed.headers,
        block=member.block,
        offset=offset,
        length=member.length,
        is_cut=len(member.block) < member.block_size,
    )


def _date(text: str) -> datetime:
    """A WARC-Date (WARC 1.1, 5.4: W3C's profile of ISO 8601, down to a year alone), aware, in UTC."""
    match = _TIMESTAMP.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        if match[4]:
            moment = datetime.fromisoformat(match[4])
        else:
            moment = datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1))  # noqa: DTZ001  (made aware below)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotWholeError(f"its date is none: {text[:40]!r}") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NotWholeError(f"its date is none: {text[:40]!r}")
    return moment
