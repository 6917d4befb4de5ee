"""Writes exchanges to WARC files as they went over the wire, and recovers files that a crash left open.

The files follow WARC/1.1 (ISO 28500:2017). Each record is a gzip member of its own. A response is stored without chunk
framing (its header is renamed X-Archive-Orig-Transfer-Encoding) and without 1xx heads before it, so that every reader
computes the same digests. The body stays coded as it came.
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
"""From this size on the next file begins: a gigabyte, as is usual with WARC files (WARC 1.1, annex C.1)."""

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went over the wire for one request: the raw bytes sent and received, with chunk framing and 1xx heads.

    `started_at` is aware, and from before the sending. `truncated` is the value of WARC-Truncated if the client ended
    the response; the writer itself notices a response with fewer bytes than announced.
    """

    url: str
    request: bytes
    response: bytes
    started_at: datetime
    ip: str | None = None
    truncated: Literal["length", "time", "unspecified"] | None = None


class WarcWriter:
    """Writes the exchanges of one run with one site to files {site}/{yyyy}/{site}-{yyyymmddhhmmss}-{nnnnn}.warc.gz
    below the folder `root`.

    The name of a file ends with .part until it is sealed: by `close`, or when the next one begins at `max_file_bytes`.
    A later run does not append to it, because readers do not see what comes after a member that was cut off. `info`
    are the fields of the warcinfo record. No file is created before the first record.
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
        """The path below `root` of the last file written to."""
        return self._name

    def write(self, exchange: Exchange, *, earlier: Capture | None = None) -> Record:
        """Writes the response and its request, and returns the record of the response once both are on disk.

        `earlier` is the last capture of the same URL with a stored payload. An answer 304, or one with the same
        payload, becomes a revisit of it. Raises OSError; the file is then cut back to its last whole record.
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
        """Writes an account, a metadata record (see archive.warc.account). Raises OSError as `write` does."""
        headers = {
            "WARC-Type": "metadata",
            "WARC-Record-ID": _record_id(),
            "WARC-Target-URI": target,
            "WARC-Date": _warc_date(at),
        }
        self._append((headers, "application/json", json.dumps(content, ensure_ascii=True).encode()))

    def close(self) -> list[Sealed]:
        """Seals the open file, and returns all files of this writer."""
        self._seal()
        return self._sealed

    def _append(self, *records: tuple[dict[str, str], str, bytes]) -> tuple[int, int]:
        """Writes records (headers, content type, block), all or none; returns (offset, length) of the first."""
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
        """Removes what a failed write left: cuts the file at `start`, or deletes it if `start` is 0."""
        file, self._file = self._file, None
        if file is None:
            return
        path = self._root / f"{self._name}.part"
        with suppress(OSError):  # closing writes the buffer, which may fail; those bytes are cut off anyway
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
    """(headers, block) of the response record, or of a revisit record in its stead."""
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
        del headers["WARC-Payload-Digest"]  # a 304 has no payload
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
    """Writes a record. It is made without warcio's builders, which parse and rewrite the HTTP head and change Latin-1
    bytes in it. The record's type for warcio is never "revisit", since of these it would write only the HTTP head."""
    headers = headers | {"WARC-Block-Digest": digest(block)}
    # warcio adds a missing payload digest to a "response", but a record without a payload should have none.
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
