"""A capture: one exchange with a site, and where in the WARC files it is kept."""

from dataclasses import dataclass
from datetime import datetime

FOREIGN = "imported"
"""The folder below warc/ of other programs' files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One row of the table `captures`: an exchange that is whole on disk in a WARC file.

    `fetched_at` is aware, UTC, with microseconds, and equals the WARC-Date of the record.
    `warc` is the path of the file below the archive's `warc/` folder; `offset` and `length` are bytes of the
    response (or revisit) record in the compressed file. `payload_digest` is "sha1:BASE32" of the payload as it is
    stored (chunk framing off, Content-Encoding on). `record_type` is "response" or "revisit".
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
    received: int = 0  # bytes on the wire, head and coded body
    run_id: int | None = None
    article_id: str | None = None
    id: int | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether another program wrote the file, or another warta."""
        return self.warc.startswith(f"{FOREIGN}/")
