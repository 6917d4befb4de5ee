"""WARC files: write exchanges as they went over the wire, recover what a crash left.

The files follow WARC/1.1 (ISO 28500:2017). Each record is a gzip member of its own. Of a response only the chunk
framing is taken off (its header is renamed X-Archive-Orig-Transfer-Encoding) and leading 1xx heads are dropped: so
the digests agree for every reader. Content-Encoding and the coded body stay.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.capture import RESPONSE, REVISIT, Capture
from archive.warc.http_message import parse_head, unframed
from archive.warc.members import digest
from archive.warc.reader import WIRE_LENGTH, Record
from archive.warc.sealing import Sealed, seal

MAX_FILE_BYTES = 1 << 30
"""At this size the next file begins, as is usual with WARC files (WARC 1.1, annex C.1)."""

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went over the wire for one request: raw bytes both ways, chunk framing and 1xx heads included.

    `started_at` is aware and taken before sending. `truncated` tells why the response is not whole, in the words of
    WARC-Truncated, as far as the client knows; that fewer bytes came than were announced is seen here.
    """

    url: str
    request: bytes
    response: bytes
    started_at: datetime
    ip: str | None = None
    truncated: Literal["length", "time", "unspecified"] | None = None


class WarcWriter:
    """Writes one site's exchanges of one run below `root`: {site}/{yyyy}/{site}-{yyyymmddhhmmss}-{nnnnn}.warc.gz.

    A file is called ….part until `close` or until the next one begins at `max_file_bytes`; it is never appended to
    later, because after a cut member no reader sees what follows. `info` goes into the warcinfo record. Nothing is
    created before the first exchange.
    """

    def __init__(self, root: Path, site: str, *, info: Mapping[str, str], max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self._root = root
        self._site = site
        self._info = info
        self._max_file_bytes = max_file_bytes
        self._file: BinaryIO | None = None
        self._name = ""
        self._records = 0
        self._serial = 0
        self._sealed: list[Sealed] = []

    @property
    def name(self) -> str:
        """The path below `root` of the file that was last written to."""
        return self._name

    def write(self, exchange: Exchange, *, earlier: Capture | None = None) -> Record:
        """Writes the response and its request; they are whole on disk when this returns the response's record.

        `earlier` is the last capture of the same URL with a stored payload: an answer 304, or one with the same
        payload, becomes a revisit of it. Raises OSError, with the file cut back to its last whole record.
        """
        headers, block = _response(exchange, earlier)
        request = {
            "WARC-Type": "request",
            "WARC-Record-ID": _record_id(),
            "WARC-Target-URI": exchange.url,
            "WARC-Date": headers["WARC-Date"],
            "WARC-Concurrent-To": headers["WARC-Record-ID"],
        }
        offset, length = self._append(
            (headers, "application/http;msgtype=response", block),
            (request, "application/http;msgtype=request", exchange.request),
        )
        return Record(
            type=headers["WARC-Type"],
            url=exchange.url,
            date=exchange.started_at,
            headers=list(headers.items()),
            block=block,
            offset=offset,
            length=length,
        )

    def write_account(self, target: str, content: Mapping[str, Any], *, at: datetime) -> None:
        """Writes a metadata record (see archive.warc.account). Raises OSError as `write` does."""
        headers = {
            "WARC-Type": "metadata",
            "WARC-Record-ID": _record_id(),
            "WARC-Target-URI": target,
            "WARC-Date": _warc_date(at),
        }
        self._append((headers, "application/json", json.dumps(content, ensure_ascii=True).encode()))

    def close(self) -> list[Sealed]:
        """Seals the open file; returns all files of this writer."""
        self._seal()
        return self._sealed

    def _append(self, *records: tuple[dict[str, str], str, bytes]) -> tuple[int, int]:
        """Writes records (headers, content type, block), all or none; (offset, length) of the first."""
        file = self._open()
        start = file.tell()
        try:
            _write_record(file, *records[0])
            length = file.tell() - start
            for record in records[1:]:
                _write_record(file, *record)
            os.fsync(file.fileno())
        except BaseException:
            self._cut_back(start)
            raise
        self._records += len(records)
        return start, length

    def _open(self) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self._max_file_bytes:
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
        self._sealed.append(seal(self._root / f"{self._name}.part", self._name, self._records))


def _response(exchange: Exchange, earlier: Capture | None) -> tuple[dict[str, str], bytes]:
    """(headers, block) of the response record, or of the revisit record that stands for it."""
    head, body, is_whole = unframed(exchange.response)
    truncated = exchange.truncated or (None if is_whole else "disconnect")
    headers = {
        "WARC-Type": RESPONSE,
        "WARC-Record-ID": _record_id(),
        "WARC-Target-URI": exchange.url,
        "WARC-Date": _warc_date(exchange.started_at),
        "WARC-Payload-Digest": digest(body),
        WIRE_LENGTH: str(len(exchange.response)),
    }
    if exchange.ip:
        headers["WARC-IP-Address"] = exchange.ip
    if truncated:
        headers["WARC-Truncated"] = truncated
    if earlier is None or truncated:
        return headers, head + body
    if parse_head(head).status == 304:
        profile = "server-not-modified"
        del headers["WARC-Payload-Digest"]  # a 304 has no payload, and the earlier one is not in hand
    elif body and earlier.payload_digest == headers["WARC-Payload-Digest"]:
        profile = "identical-payload-digest"
    else:
        return headers, head + body
    headers |= {
        "WARC-Type": REVISIT,
        "WARC-Profile": _PROFILE + profile,
        "WARC-Refers-To": earlier.record_id,
        "WARC-Refers-To-Target-URI": earlier.url,
        "WARC-Refers-To-Date": _warc_date(earlier.fetched_at),
    }
    return headers, head


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


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _warc_date(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
