"""Rebuild: all WARC files are read again into a fresh database, which takes the old one's place when it is whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.ingest.carry_over import attached, carry_over, copy_other_sites, copy_runs
from archive.ingest.diff_report import compared, write_changed
from archive.ingest.pipeline import OnProgress, Report, read_into, register_warcs, spooling, warcs_in
from archive.ingest.recovery import recover_runs, seal_parts
from archive.ingest.spool import Spool
from archive.search.vocabulary import update_terms
from archive.store.database import Archive, ArchiveError, CorruptDatabaseError, check_integrity, database_path
from archive.store.lock import hold
from archive.store.runs import forget_listings
from archive.warc.capture import FOREIGN
from archive.warc.sealing import describe

_DATABASE_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""What SQLite writes beside a database."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is rebuilt and how; `has_old` tells that there is a database to take over from."""

    data: Path
    site: str | None
    only_changed: bool
    dry_run: bool
    workers: int
    scheduler: str | None
    has_old: bool

    @property
    def database(self) -> Path:
        return database_path(self.data)


def rebuild(
    data: Path,
    *,
    site: str | None,
    only_changed: bool,
    dry_run: bool,
    workers: int,
    scheduler: str | None,
    on_progress: OnProgress,
    say: Callable[[str], None],
) -> Report:
    """Reads all WARC files of the archive in `data` (of one `site`, its own and imported ones).

    A database that is damaged is set aside under another name, and the files alone are read. Raises StoppedError on
    SIGTERM and SIGINT, with the old database as it was and what was read kept for the next time; ArchiveError where
    there is nothing to rebuild or the disk is full; ArchiveBusyError where a run holds the archive.
    """
    if not (data / "warc").is_dir():
        raise ArchiveError(f"There are no WARC files in {data}: --data names another folder.")
    hold(data)
    faulty = list(_set_aside_damaged(database_path(data), dry_run=dry_run))
    has_old = database_path(data).exists() and not faulty
    if not dry_run:
        for line in _recovered(data, has_old=has_old):
            say(line)
    plan = _Plan(data, site, only_changed, dry_run, workers, scheduler, has_old)
    folder = data / "rebuild"
    fresh = folder / "archive.db"
    fresh_files = [folder / f"archive.db{log}" for log in _DATABASE_SUFFIXES]
    with spooling(folder, *fresh_files) as spool:
        for path in fresh_files:
            path.unlink(missing_ok=True)
        report = _make_database(plan, fresh, spool, on_progress)
        report.faulty_files[:0] = faulty
        if dry_run:
            fresh.unlink()
            return report
        if only_changed and has_old:
            with Archive.open(data) as archive, attached(archive, fresh, name="rebuilt"):
                write_changed(archive)
                update_terms(archive)
            fresh.unlink()
        else:
            _swap(fresh, plan.database)
        spool.remove()
    return report


def _recovered(data: Path, *, has_old: bool) -> Iterator[str]:
    """Puts in order what runs that were cut off left; lines for people."""
    if has_old:
        with Archive.open(data) as old:
            yield from recover_runs(old)
    else:
        yield from seal_parts(data / "warc")


def _make_database(plan: _Plan, fresh: Path, spool: Spool, on_progress: OnProgress) -> Report:
    """Makes the fresh database from the files, and from the old one what they do not tell."""
    with Archive.open(plan.data, database=fresh) as archive:
        for pragma in ("journal_mode = memory", "synchronous = off"):  # it is nothing until it is whole
            archive.db.execute(f"PRAGMA {pragma}")
        with _old_attached(archive, plan):
            names, odd = warcs_in(archive.warc_root)
            warcs = [name for name in names if plan.site is None or name.partition("/")[0] in (plan.site, FOREIGN)]
            faulty = odd + list(_altered_files(archive, plan, warcs))
            if plan.has_old:
                copy_runs(archive)
                if plan.site is not None:
                    copy_other_sites(archive, plan.site)
            report = read_into(
                archive,
                warcs,
                spool,
                workers=plan.workers,
                scheduler=plan.scheduler,
                on_progress=on_progress,
                only=plan.site,
            )
            report.faulty_files[:0] = faulty
            if plan.has_old:
                report.kept = carry_over(archive)
                report.comparison = compared(archive)
            else:
                missing = sorted(report.previous_warcs - set(names))
                report.faulty_files += [f"{name} is missing: a later run names it." for name in missing]
                forget_listings(archive, {name.partition("/")[0] for name in (*missing, *_damaged_warcs(report))})
        noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
        fresh_names = [name for name in warcs if name not in noted]
        if plan.site is not None:  # other programs' files are read in part only
            fresh_names = [name for name in fresh_names if not name.startswith(f"{FOREIGN}/")]
        register_warcs(archive, fresh_names, spool, report)
        update_terms(archive)
    return report


@contextmanager
def _old_attached(archive: Archive, plan: _Plan) -> Iterator[None]:
    """While it lasts, the old database, if there is one, is attached as `old`."""
    if not plan.has_old:
        yield
        return
    with attached(archive, plan.database):
        yield


def _damaged_warcs(report: Report) -> set[str]:
    return {damage.warc for damage in report.damaged}


def _altered_files(archive: Archive, plan: _Plan, warcs: list[str]) -> Iterator[str]:
    """Lines on the files to be read that the old database knows otherwise: missing, or not what they were when they
    were sealed."""
    if not plan.has_old:
        return
    of_site = "" if plan.site is None else f"WHERE site IN (:site, '{FOREIGN}')"
    for row in archive.rows(f"SELECT * FROM old.warcs {of_site} ORDER BY name", {"site": plan.site}):
        name = row["name"]
        if name not in warcs:
            yield f"{name} is missing."
            continue
        try:
            now = describe(archive.warc_root / name, name, row["records"])
        except OSError as error:
            yield f"{name} cannot be read: {error.strerror}."
            continue
        if now.size != row["size"]:
            yield f"{name} has {now.size:,} bytes, when it was sealed it had {row['size']:,}."
        elif now.sha256 != row["sha256"]:
            yield f"{name} is not what it was when it was sealed: its sha256 is another one."


def _set_aside_damaged(database: Path, *, dry_run: bool) -> Iterator[str]:
    """Gives a database that SQLite finds damaged another name, with its logs, so that nothing of it is lost; a line
    for people on that. A dry run leaves it where it is."""
    if not database.exists():
        return
    try:
        check_integrity(database)
    except CorruptDatabaseError as error:
        if dry_run:
            yield f"{database} is damaged: {error}. A rebuild would set it aside."
            return
        place = database.with_name(f"{database.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        for log in _DATABASE_SUFFIXES:
            if (path := database.with_name(database.name + log)).exists():
                path.rename(place.with_name(place.name + log))
        yield f"{database} was damaged: {error}. It is set aside as {place.name}; the WARC files alone are read."


def _swap(fresh: Path, place: Path) -> None:
    """The rebuilt database takes the old one's place: in one transaction, so that whoever reads the old one goes on
    with it and then sees the new one whole, and a crash leaves the one or the other."""
    if not place.exists():
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        for log in _DATABASE_SUFFIXES[1:]:  # of a database that was lost; it would be laid over the new one
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
    fresh.unlink()
