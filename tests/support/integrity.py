"""Checks that an archive is consistent: every WARC file, every row, nothing twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from archive.store.database import Archive
from archive.warc.members import whole_members
from archive.warc.reader import find, read_record


def assert_whole(data: Path) -> None:
    """Asserts that every record is whole and has its digests, every capture points at its record, and every response or
    revisit record has a row."""
    with Archive.open_reading(data) as archive:
        assert archive.row("PRAGMA integrity_check") == {"integrity_check": "ok"}
        captures = {row["record_id"]: row for row in archive.rows("SELECT * FROM captures")}
        noted = {row["name"]: row for row in archive.rows("SELECT * FROM warcs")}
        read = archive.rows(
            "SELECT articles.id FROM articles JOIN captures ON captures.id = capture_id"
            " WHERE captures.article_id IS NOT articles.id"
        )
    assert read == [], "articles whose capture is not theirs"
    root = data / "warc"
    assert list(root.rglob("*.part")) == []
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.warc.gz")}
    assert set(files) == set(noted)
    answers = set[str]()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == noted[name]["sha256"]
        assert sum(length for _, length in whole_members(path)) == path.stat().st_size
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                if record.rec_type in ("response", "revisit"):
                    record_id = record.rec_headers.get_header("WARC-Record-ID")
                    assert record_id not in answers
                    answers.add(record_id)
    assert answers == set(captures)
    for record_id, row in captures.items():
        assert read_record(find(root, row["warc"]), row["offset"]).header("WARC-Record-ID") == record_id
