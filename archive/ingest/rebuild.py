"""`warta rebuild`: reads all WARC files into a new database, which replaces the old one when it is complete."""

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
from archive.ingest.packing import finish_packing
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
"""Suffixes of the files that make up an SQLite database."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is rebuilt and how. `has_old` is True if there is an old database that can be read."""

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
    """Rebuilds the database of the archive in the folder `data` from its WARC files; with `site`, only the stories of
    that site, from its own and imported files. With `only_changed`, stories that differ are copied into the old
    database instead of replacing it. `say` gets lines for people.

    A damaged database is renamed, and the files alone are read. Raises StoppedError after SIGTERM or SIGINT: the old
    database is unchanged, and what was read is kept for the next call. Raises ArchiveError if there are no WARC files
    or the disk is full, ArchiveBusyError if another run has the archive.
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
    """Recovers what runs that were cut off left; yields lines for people."""
    if has_old:
        with Archive.open(data) as old:
            yield from recover_runs(old)
    else:
        yield from finish_packing(data / "warc")
        yield from seal_parts(data / "warc")


def _make_database(plan: _Plan, fresh: Path, spool: Spool, on_progress: OnProgress) -> Report:
    """Makes the new database at `fresh` from the files, and completes it from the old one."""
    with Archive.open(plan.data, database=fresh) as archive:
        for pragma in ("journal_mode = memory", "synchronous = off"):  # after a crash it is made again anyway
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
                named = sorted(report.previous_warcs - set(names))
                missing = [name for name in named if Path(name).name not in report.packed_warcs]
                report.faulty_files += [f"{name} is missing: a later run names it." for name in missing]
                forget_listings(archive, {name.partition("/")[0] for name in (*missing, *_damaged_warcs(report))})
        noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
        fresh_names = [name for name in warcs if name not in noted]
        if plan.site is not None:  # of imported files only one site's events were loaded
            fresh_names = [name for name in fresh_names if not name.startswith(f"{FOREIGN}/")]
        register_warcs(archive, fresh_names, spool, report)
        update_terms(archive)
    return report


@contextmanager
def _old_attached(archive: Archive, plan: _Plan) -> Iterator[None]:
    """Attaches the old database as `old` for the time of the block, if there is one."""
    if not plan.has_old:
        yield
        return
    with attached(archive, plan.database):
        yield


def _damaged_warcs(report: Report) -> set[str]:
    return {damage.warc for damage in report.damaged}


def _altered_files(archive: Archive, plan: _Plan, warcs: list[str]) -> Iterator[str]:
    """Lines for people about files that are missing, or not as the old database has them: altered since they were
    sealed."""
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
    """Renames a database that is damaged, with its log files, so that nothing of it is lost; yields a line for people
    about that. A dry run does not rename it."""
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
    """Replaces the database at `place` by the one at `fresh`. Where there is a database, its content is replaced in one
    transaction: a program that has it open sees the old content and then the new one, and after a crash there is one or
    the other."""
    if not place.exists():
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        for log in _DATABASE_SUFFIXES[1:]:  # a lost database's log, which SQLite would apply to the new one
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
