"""Rebuild: all WARC files are read again into a fresh database, which takes the old one's place when it is whole."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from archive.ingest.carry_over import beside, take_other_sites, take_over
from archive.ingest.diff_report import Comparison, compared, write_changed
from archive.ingest.loader import Replay
from archive.ingest.recovery import seal_parts, take_up
from archive.ingest.scan import Slice, slices
from archive.ingest.spool import Staging
from archive.ingest.workers import executor_of, read_slices
from archive.search.vocabulary import update_terms
from archive.store.database import Archive, ArchiveError, database_path
from archive.store.lock import hold
from archive.warc.capture import FOREIGN

_LAST = "~"
"""Comes after every date."""


class StoppedError(Exception):
    """The work was asked to stop; it can be gone on with."""


@dataclass
class Outcome:
    """What came of reading files: pages with a story, pages that should have one and do not, new stories, records that
    were there already, what is damaged as (file, offset, why), other records by kind; and of a rebuild, the stories
    that stay as they were for want of a record, and what reads otherwise."""

    read: int = 0
    unread: int = 0
    new: int = 0
    known: int = 0
    damaged: list[tuple[str, int, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    comparison: Comparison | None = None


Tell = Callable[[int, int, int], None]
"""Told after each slice: bytes done, bytes in all, pages read."""


def rebuild(
    data: Path,
    *,
    site: str | None,
    only_changed: bool,
    dry_run: bool,
    workers: int,
    scheduler: str | None,
    tell: Tell,
    say: Callable[[str], None],
) -> Outcome:
    """Reads all WARC files of the archive in `data` (of one `site`, its own and imported ones). Raises StoppedError on
    SIGTERM and SIGINT, with the old database as it was and what was read kept for the next time; ArchiveError where
    there is nothing to rebuild; ArchiveBusyError where a run holds the archive."""
    root, folder, fresh = data / "warc", data / "rebuild", data / "rebuild" / "archive.db"
    if not root.is_dir():
        raise ArchiveError(f"There are no WARC files in {data}: --data names another folder.")
    hold(data)
    has_old = database_path(data).exists()
    if has_old:
        with Archive.open(data) as old:
            for line in take_up(old):
                say(line)
    else:
        for line in seal_parts(root):
            say(line)
    warcs = [name for name in _files(root) if site is None or name.partition("/")[0] in (site, FOREIGN)]
    staging = Staging(folder)
    for path in folder.glob("archive.db*"):
        path.unlink()
    with Archive.open(data, database=fresh) as archive:
        for pragma in ("journal_mode = memory", "synchronous = off"):  # it is nothing until it is whole
            archive.db.execute(f"PRAGMA {pragma}")
        if site is not None and has_old:
            with beside(archive, database_path(data)):
                take_other_sites(archive, site)
        outcome = read_into(archive, warcs, staging, workers, scheduler, tell, only=site)
        if has_old:
            with beside(archive, database_path(data)):
                outcome.kept = take_over(archive)
                outcome.comparison = compared(archive)
        noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
        for name in warcs:
            if name not in noted and (site is None or name.partition("/")[0] == site):  # the others only in part
                note(archive, name, staging.records(name))
        update_terms(archive)
    if dry_run:
        fresh.unlink()
        staging.close()
        return outcome
    if only_changed and has_old:
        with Archive.open(data) as archive, beside(archive, fresh, name="rebuilt"):
            write_changed(archive)
            update_terms(archive)
    else:
        _swap(fresh, database_path(data))
    staging.remove()
    return outcome


def read_into(
    archive: Archive,
    warcs: list[str],
    staging: Staging,
    workers: int,
    scheduler: str | None,
    tell: Tell,
    *,
    only: str | None = None,
) -> Outcome:
    """Reads files into an archive, in the order of dates. While the next slices are read, what is older than all that
    is still to come is put into the database: so both are done at once, and memory stays flat."""
    parts = sorted((part for name in warcs for part in slices(archive.warc_root, name)), key=lambda part: part.begins)
    total, done, pages = sum(part.end - part.start for part in parts), 0, 0
    staging.keep_only(parts)
    replay, in_order = Replay(archive), _InOrder(parts)
    with _stopping() as is_stopping, executor_of(workers, scheduler) as (executor, processes):
        fresh = []
        for part in parts:
            if not staging.holds(part):
                fresh.append(part)
                continue
            in_order.read(part)
            done, pages = done + part.end - part.start, pages + staging.pages(part)
        for part, result in read_slices(fresh, executor, processes):
            staging.add(part, result)
            in_order.read(part)
            done, pages = done + part.end - part.start, pages + result.pages
            tell(done, total, pages)
            if is_stopping():
                raise StoppedError
            _put(replay, staging, in_order.all_before(), only)
        _put(replay, staging, _LAST, only)
    return Outcome(replay.read, replay.unread, replay.new, replay.known, staging.damaged(), staging.others())


class _InOrder:
    """Up to which date everything is read, while slices are done in any order."""

    def __init__(self, parts: list[Slice]) -> None:
        self._parts = parts  # in the order of their dates
        self._read: set[Slice] = set()
        self._first = 0  # the first of the parts that is not read

    def read(self, part: Slice) -> None:
        self._read.add(part)
        while self._first < len(self._parts) and self._parts[self._first] in self._read:
            self._read.remove(self._parts[self._first])
            self._first += 1

    def all_before(self) -> str:
        return self._parts[self._first].begins if self._first < len(self._parts) else _LAST


def _put(replay: Replay, staging: Staging, until: str, only: str | None) -> None:
    with replay.archive.writing():
        for reading in staging.take(until=until):
            if only is None or reading.capture.site == only:
                replay.take(reading)
        replay.settle_older()


def note(archive: Archive, name: str, records: int) -> None:
    """Notes a file that was read in full: how many records it has, its size and digest."""
    path = archive.warc_root / name
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size, site = path.stat().st_size, name.partition("/")[0]
    archive.add_warc(name, site=site, records=records, size=size, sha256=sha256, at=datetime.now(UTC))


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.glob("*/*/*.warc.gz"))


def _swap(fresh: Path, place: Path) -> None:
    """The rebuilt database takes the old one's place: in one transaction, so that whoever reads the old one goes on
    with it and then sees the new one whole, and a crash leaves the one or the other."""
    if not place.exists():
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        for log in ("-wal", "-shm", "-journal"):  # of a database that was lost; it would be laid over the new one
            place.with_name(place.name + log).unlink(missing_ok=True)
        fresh.replace(place)
        return
    source, target = sqlite3.connect(fresh), sqlite3.connect(place, timeout=60)
    try:
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(truncate)")
    finally:
        source.close()
        target.close()


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """While it lasts, SIGTERM and SIGINT are noted, and asked for by what it yields; a second one is Python's own."""
    stopped = []

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stopped.append(number)
        for signal_number, handler in before.items():
            signal.signal(signal_number, handler)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(stopped)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
