"""WARC files: write exchanges as they went over the wire, recover what a crash left.

The files follow WARC/1.1 (ISO 28500:2017). Each record is a gzip member of its own. Of a response only the chunk
framing is taken off (its header is renamed X-Archive-Orig-Transfer-Encoding) and leading 1xx heads are dropped: so
the digests agree for every reader. Content-Encoding and the coded body stay.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.capture import Capture
from archive.warc.reader import HEAD_END, Head, dechunked, digest, read_head, whole_members

GIGABYTE = 1 << 30

_REVISIT = "http://netpreserve.org/warc/1.1/revisit/"
_CHUNKED = re.compile(rb"(?im)^(transfer-encoding)(?=[ \t]*:[^\r\n]*\bchunked\b)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went over the wire for one request: raw bytes both ways, chunk framing and 1xx heads included.

    `started_at` is aware and taken before sending. `truncated` tells why the response is not whole, in the words of
    WARC-Truncated.
    """

    url: str
    request: bytes
    response: bytes
    started_at: datetime
    ip: str | None = None
    truncated: Literal["length", "time", "disconnect"] | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the response of an exchange stands: file below the warc folder, bytes in the compressed file."""

    warc: str
    offset: int
    length: int
    record_id: str
    record_type: Literal["response", "revisit"]
    payload_digest: str
    head: Head


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished file: records, size in bytes, sha256 in hex."""

    warc: str
    records: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a file that a crash left open: sealed with its whole records, the cut tail set aside."""

    part: Path
    sealed: Sealed | None
    tail: Path | None
    tail_bytes: int

    def __str__(self) -> str:
        kept = f"{self.sealed.records} whole records kept" if self.sealed else "no whole record"
        cut = f", a cut tail of {self.tail_bytes} bytes set aside in {self.tail.name}" if self.tail else ""
        return f"{self.part.name}: {kept}{cut}."


class WarcWriter:
    """Writes one site's exchanges of one run below `root`: {site}/{yyyy}/{site}-{yyyymmddhhmmss}-{nnnnn}.warc.gz.

    A file is called ….part until `close` or until the next one begins at `largest` bytes; it is never appended to
    later, because after a cut member no reader sees what follows. `info` goes into the warcinfo record. Nothing is
    created before the first exchange.
    """

    def __init__(self, root: Path, site: str, *, info: Mapping[str, str], largest: int = GIGABYTE) -> None:
        self._root = root
        self._site = site
        self._info = info
        self._largest = largest
        self._file: BinaryIO | None = None
        self._name = ""
        self._records = 0
        self._serial = 0
        self._sealed: list[Sealed] = []

    def write(self, exchange: Exchange, *, earlier: Capture | None = None) -> Stored:
        """Writes the response and its request; they are whole on disk when this returns.

        `earlier` is the last capture of the same URL with a stored payload: an answer 304, or one with the same
        payload, becomes a revisit of it. Raises OSError, with the file cut back to its last whole record.
        """
        file = self._open()
        start = file.tell()
        try:
            stored, count = self._write(file, start, exchange, earlier)
            os.fsync(file.fileno())
        except BaseException:
            self._cut_back(start)
            raise
        self._records += count
        return stored

    def close(self) -> list[Sealed]:
        """Seals the open file; returns all files of this writer."""
        self._seal()
        return self._sealed

    def _write(self, file: BinaryIO, start: int, exchange: Exchange, earlier: Capture | None) -> tuple[Stored, int]:
        block, body = _as_stored(exchange.response)
        head = read_head(block)
        payload_digest = digest(body)
        headers = {
            "WARC-Type": "response",
            "WARC-Record-ID": _record_id(),
            "WARC-Target-URI": exchange.url,
            "WARC-Date": _warc_date(exchange.started_at),
            "WARC-Payload-Digest": payload_digest,
        }
        if exchange.ip:
            headers["WARC-IP-Address"] = exchange.ip
        if exchange.truncated:
            headers["WARC-Truncated"] = exchange.truncated
        profile = None
        if earlier is not None and not exchange.truncated:
            if head.status == 304:
                profile = "server-not-modified"
                del headers["WARC-Payload-Digest"]  # a 304 has no payload, and the earlier one is not in hand
            elif body and earlier.payload_digest == payload_digest:
                profile = "identical-payload-digest"
        if profile is not None and earlier is not None:
            block = block[: len(block) - len(body)]
            headers |= {
                "WARC-Type": "revisit",
                "WARC-Profile": _REVISIT + profile,
                "WARC-Refers-To": earlier.record_id,
                "WARC-Refers-To-Target-URI": earlier.url,
                "WARC-Refers-To-Date": _warc_date(earlier.fetched_at),
            }
        _write_record(file, headers, "application/http;msgtype=response", block)
        length = file.tell() - start
        request = {
            "WARC-Type": "request",
            "WARC-Record-ID": _record_id(),
            "WARC-Target-URI": exchange.url,
            "WARC-Date": headers["WARC-Date"],
            "WARC-Concurrent-To": headers["WARC-Record-ID"],
        }
        _write_record(file, request, "application/http;msgtype=request", exchange.request)
        record_type: Literal["response", "revisit"] = "revisit" if profile else "response"
        return Stored(self._name, start, length, headers["WARC-Record-ID"], record_type, payload_digest, head), 2

    def _open(self) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self._largest:
            self._seal()
        if self._file is None:
            self._file = self._create()
            info = "".join(f"{name}: {value}\r\n" for name, value in self._info.items()).encode()
            headers = {
                "WARC-Type": "warcinfo",
                "WARC-Record-ID": _record_id(),
                "WARC-Date": _warc_date(datetime.now(UTC)),
                "WARC-Filename": Path(self._name).name,
            }
            try:
                _write_record(self._file, headers, "application/warc-fields", info)
            except BaseException:
                self._cut_back(0)
                raise
            self._records = 1
        return self._file

    def _create(self) -> BinaryIO:
        now = datetime.now(UTC)
        folder = self._root / self._site / f"{now:%Y}"
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._serial += 1
            name = f"{self._site}-{now:%Y%m%d%H%M%S}-{self._serial:05}.warc.gz"
            if (folder / name).exists():
                continue
            try:
                file = (folder / f"{name}.part").open("xb")
            except FileExistsError:
                continue
            self._name = f"{self._site}/{now:%Y}/{name}"
            return file

    def _cut_back(self, start: int) -> None:
        """After a failed write: to the last whole record, or away with the file if there is none."""
        file, self._file = self._file, None
        if file is None:
            return
        path = self._root / f"{self._name}.part"
        with suppress(OSError):  # the buffer that could not be written goes with the cut
            file.close()
        if start:
            os.truncate(path, start)
            self._file = path.open("r+b")
            self._file.seek(0, os.SEEK_END)
        else:
            path.unlink()

    def _seal(self) -> None:
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self._sealed.append(_seal(self._root / f"{self._name}.part", self._name, self._records))


def recover(part: Path) -> Recovered:
    """Seals a ….part file that a crash left: whole records stay, a cut tail goes to a file ….tail beside it."""
    end, records = 0, 0
    for offset, length in whole_members(part):
        end, records = offset + length, records + 1
    size = part.stat().st_size
    tail = None
    if end < size:
        tail = part.with_suffix(".tail")
        with part.open("r+b") as file:
            file.seek(end)
            tail.write_bytes(file.read())
            file.truncate(end)
    name = part.relative_to(part.parents[2]).with_suffix("").as_posix()
    if records:
        sealed = _seal(part, name, records)
    else:
        part.unlink()
        sealed = None
    return Recovered(part, sealed, tail, size - end)


def _as_stored(response: bytes) -> tuple[bytes, bytes]:
    """(block, body): without 1xx heads and chunk framing."""
    match = HEAD_END.search(response)
    while match and re.match(rb"HTTP/1\.\d 1\d\d", response):
        response = response[match.end() :]
        match = HEAD_END.search(response)
    if match is None:
        return response, b""
    head, body = response[: match.end()], response[match.end() :]
    if _CHUNKED.search(head):
        head = _CHUNKED.sub(rb"X-Archive-Orig-\1", head)
        body = dechunked(body)
    return head + body, body


def _write_record(file: BinaryIO, headers: dict[str, str], content_type: str, block: bytes) -> None:
    """Writes a record built directly: warcio's own builders parse and re-write the HTTP head, and a Latin-1 byte in
    it comes out changed. warcio writes the head only of what it takes for a revisit, so it is told "response"."""
    headers = headers | {"WARC-Block-Digest": digest(block)}
    # warcio fills in a payload digest where there is none; only records with a payload should have one.
    kind = "response" if "WARC-Payload-Digest" in headers else "warcinfo"
    record = ArcWarcRecord(
        "warc",
        kind,
        StatusAndHeaders("", list(headers.items()), protocol="WARC/1.1"),
        BytesIO(block),
        None,
        content_type,
        len(block),
    )
    WARCWriter(file, gzip=True, warc_version="WARC/1.1").write_record(record)


def _seal(part: Path, name: str, records: int) -> Sealed:
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    part.rename(part.with_suffix(""))
    folder = os.open(part.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Sealed(name, records, size, sha256)


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _warc_date(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
