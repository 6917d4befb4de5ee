"""A capture: an exchange with a site, and the place of its record in the WARC files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.warc.reader import Record

FOREIGN = "imported"
"""The folder below warc/ for imported files, of other programs or of another archive."""

RESPONSE, REVISIT, RESOURCE, CONVERSION = "response", "revisit", "resource", "conversion"
PAGE_TYPES = frozenset({RESPONSE, REVISIT, RESOURCE, CONVERSION})
"""The types of records that may hold a page. Resources and conversions have no HTTP head; they count as answers of
status 200 with the record's Content-Type, as indexes of web archives have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A row of the table `captures`: an exchange whose record is whole on disk.

    `fetched_at` is aware, in UTC, with microseconds, and equals the record's WARC-Date. `warc` is the path of the file
    below the archive's `warc/` folder; `offset` and `length` are those of the record, in bytes of the compressed file.
    `payload_digest` is "sha1:BASE32" of the payload as stored: without chunk framing, with its Content-Encoding; None
    for another program's revisit that does not say it. `record_type` is one of PAGE_TYPES. `record_id` is the record's
    WARC-Record-ID, or `place` if it has none or another capture has the same one. `received` is the number of bytes on
    the wire: head, framing and coded body.
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
        """Whether the file was imported."""
        return self.warc.startswith(f"{FOREIGN}/")

    @property
    def place(self) -> str:
        """ "<file#offset>", which identifies a record that has no id of its own."""
        return f"<{self.warc}#{self.offset}>"


def capture_of(record: Record, *, site: str, warc: str) -> Capture:
    """The row of a record that may hold a page; the ids that the database gives are None."""
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
