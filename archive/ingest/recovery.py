"""What a crash left: WARC files are sealed, and what stands in them but not in the database is taken in without asking
the site again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.extract.article import ReadingError
from archive.sites import SITES, Site
from archive.store.articles import shelve
from archive.store.database import Archive
from archive.store.frontier import Frontier
from archive.store.payload import read_stored
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import Head, Record, WarcError, digest, read_record, whole_members
from archive.warc.writer import recover

_ORIGIN = re.compile(r"^description: origin=(\S+)", re.MULTILINE)


def take_up(archive: Archive) -> Iterator[str]:
    """Puts in order what runs that were cut off left behind; yields what it did, a line for people each."""
    root = archive.warc_root
    yield from seal_parts(root)
    noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
    for path in sorted(root.glob("*/*/*.warc.gz")):
        name = path.relative_to(root).as_posix()
        site = SITES.get(name.partition("/")[0])
        if name in noted or site is None:
            continue
        taken = _take_in(archive, site, path, name)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size, now = path.stat().st_size, datetime.now(UTC)
        archive.add_warc(name, site=site.name, records=taken.records, size=size, sha256=sha256, at=now)
        if taken.stories:
            stories = "1 story was" if taken.stories == 1 else f"{taken.stories} stories were"
            yield f"{stories} taken in from {path.name}, without asking the site again."
        if taken.damaged:
            yield f"{path.name}: {taken.damaged} records cannot be read, the first at byte {taken.first_damaged}."
    with archive.writing():
        archive.db.execute(
            "UPDATE runs SET finished_at = ?, verdict = 'stopped', reason = 'cut off' WHERE finished_at IS NULL",
            [iso_utc(datetime.now(UTC))],
        )


def seal_parts(root: Path) -> Iterator[str]:
    """Seals the files that runs left open; yields what it did, a line for people each."""
    for part in sorted(root.glob("*/*/*.warc.gz.part")):
        yield f"An earlier run was cut off: {recover(part)}"


@dataclass
class _Taken:
    """What was found in a file: whole records, stories that the database had not seen, records that cannot be read."""

    records: int = 0
    stories: int = 0
    damaged: int = 0
    first_damaged: int = 0


def _take_in(archive: Archive, site: Site, path: Path, name: str) -> _Taken:
    taken = _Taken()
    origin = site.origin
    for offset, length in whole_members(path):
        taken.records += 1
        try:
            record = read_record(path, offset)
            head = record.head
        except WarcError:
            taken.first_damaged = taken.first_damaged if taken.damaged else offset
            taken.damaged += 1
            continue
        if record.type == "warcinfo" and (match := _ORIGIN.search(record.block.decode("utf-8", "replace"))):
            origin = match[1]
        if record.type not in ("response", "revisit") or record.url is None:
            continue
        row = archive.row("SELECT id FROM captures WHERE record_id = ?", [record.header("WARC-Record-ID")])
        capture = archive.capture(row["id"]) if row else None
        if capture is None:
            capture = archive.add_capture(_capture(archive, site, record, head, name, offset, length))
        taken.stories += _shelve(archive, site, record, capture, site.own_address(record.url, origin=origin))
    return taken


def _shelve(archive: Archive, site: Site, record: Record, capture: Capture, url: str) -> bool:
    """Whether a story was read from the record that the database had not seen."""
    if capture.article_id is not None or record.header("WARC-Truncated") or capture.status not in (200, 304):
        return False
    address = site.identify(url)
    if address is None:
        return False
    page = archive.row("SELECT * FROM pages WHERE url = ? OR article_id = ?", [address.url, site.article_id(address)])
    if page is not None and page["checked_at"] and page["checked_at"] >= iso_utc(capture.fetched_at):
        return False
    if capture.status == 304:
        earlier = archive.row("SELECT * FROM captures WHERE record_id = ?", [record.header("WARC-Refers-To")])
        if page is not None and earlier is not None and earlier["article_id"]:
            Frontier(archive, site).unchanged(page["url"], earlier["article_id"], at=capture.fetched_at)
        return False
    try:
        article = read_stored(archive, capture, url=url, site=site)
        if page is None:  # a redirect led to an address that no listing named
            page = archive.row("SELECT * FROM pages WHERE article_id = ?", [article.id])
        shelve(archive, article, capture, page_url=page["url"] if page else address.url)
    except (ReadingError, WarcError):
        return False  # the page stays due, and the next asking says what is wrong with it
    return True


def _capture(archive: Archive, site: Site, record: Record, head: Head, name: str, offset: int, length: int) -> Capture:
    run = archive.row(
        "SELECT id FROM runs WHERE site = ? AND started_at <= ? ORDER BY id DESC LIMIT 1",
        [site.name, iso_utc(record.date)],
    )
    return Capture(
        site=site.name,
        url=record.url or "",
        fetched_at=record.date,
        status=head.status,
        content_type=head.get("Content-Type"),
        record_type=record.type,
        payload_digest=record.header("WARC-Payload-Digest") or digest(b""),
        warc=name,
        offset=offset,
        length=length,
        record_id=record.header("WARC-Record-ID") or "",
        etag=head.get("ETag"),
        last_modified=head.get("Last-Modified"),
        received=len(record.block),
        run_id=run["id"] if run else None,
    )
