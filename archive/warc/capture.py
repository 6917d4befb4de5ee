"""A capture: one exchange with a site, and where in the WARC files it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.warc.reader import Record

FOREIGN = "imported"
"""The folder below warc/ of other programs' files."""

RESPONSE, REVISIT = "response", "revisit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One row of the table `captures`: an exchange that is whole on disk in a WARC file.

    `fetched_at` is aware, UTC, with microseconds, and equals the WARC-Date of the record. `warc` is the path of the
    file below the archive's `warc/` folder; `offset` and `length` are bytes of the response (or revisit) record in
    the compressed file. `payload_digest` is "sha1:BASE32" of the payload as it is stored (chunk framing off,
    Content-Encoding on). `record_type` is "response" or "revisit". `record_id` is the record's own, or the name of
    its place where it has none or shares it with another capture. `received` counts the bytes on the wire, head,
    framing and coded body.
    """

    site: str
    url: str
    fetched_at: datetime
    status: int | None
    content_type: str | None
    record_type: str
    payload_digest: str | None
    warc: str
    offset: int
    length: int
    record_id: str
    etag: str | None = None
    last_modified: str | None = None
    received: int = 0
    run_id: int | None = None
    article_id: str | None = None
    id: int | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether another program wrote the file, or another warta."""
        return self.warc.startswith(f"{FOREIGN}/")

    @property
    def place(self) -> str:
        """The name of the record's place: what identifies a record without an id of its own."""
        return f"<{self.warc}#{self.offset}>"


def capture_of(record: Record, *, site: str, warc: str) -> Capture:
    """The row of a response or revisit record, without the ids of the database."""
    head = record.head
    return Capture(
        site=site,
        url=record.url or "",
        fetched_at=record.date,
        status=head.status,
        content_type=head.get("Content-Type"),
        record_type=record.type,
        payload_digest=record.payload_digest,
        warc=warc,
        offset=record.offset,
        length=record.length,
        record_id=record.id or f"<{warc}#{record.offset}>",
        etag=head.get("ETag"),
        last_modified=head.get("Last-Modified"),
        received=record.wire_length,
    )
