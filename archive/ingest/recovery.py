"""Recovers what a crashed run left: seals its WARC files, and loads what is in them but not in the database, without
requesting it from the site again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.ingest.packing import take_up_packing
from archive.ingest.pipeline import read_into, register_warcs, spooling, warcs_in
from archive.sites import SITES
from archive.store.database import Archive, ArchiveError
from archive.store.frontier import reset_future_times
from archive.store.runs import CUT_OFF, account_of, end_run, start_of, unfinished
from archive.store.timestamps import iso_utc
from archive.warc.account import RUN_END
from archive.warc.sealing import recover
from archive.warc.writer import WarcWriter

EARLIEST_CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
"""This version of warta is not older than this date: a clock that says an earlier time is not set."""


def recover_runs(archive: Archive) -> Iterator[str]:
    """Recovers what runs that were cut off left; yields lines for people about what it did. Raises ArchiveError if the
    clock is wrong or the disk is full, StoppedError if it was asked to stop."""
    now = datetime.now(UTC)
    if now < EARLIEST_CLOCK:
        raise ArchiveError(f"The clock says {now:%Y-%m-%d %H:%M}Z: set it first, every record bears its time.")
    yield from take_up_packing(archive)
    yield from seal_parts(archive.warc_root)
    yield from _load_new_files(archive)
    if mended := reset_future_times(archive, now):
        yield (
            f"{mended} pages were noted at times that lie ahead, by an earlier run whose clock was wrong: they are due"
            " again."
        )
    for run in unfinished(archive):
        _end_run(archive, run, now)


def seal_parts(root: Path) -> Iterator[str]:
    """Seals the files that runs left open; yields a line for people about each."""
    for part in sorted(root.glob("*/*/*.warc.gz.part")):
        try:
            yield f"An earlier run was cut off: {recover(part)}"
        except OSError as error:
            yield f"{part.name} stays as it is: {error.strerror}."


def _load_new_files(archive: Archive) -> Iterator[str]:
    """Loads the files of the archive's own runs that the database does not know; yields lines for people."""
    noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
    names, odd = warcs_in(archive.warc_root)
    yield from odd
    fresh = [name for name in names if name not in noted and name.partition("/")[0] in SITES]
    if not fresh:
        return
    with spooling(archive.data / "recovery") as spool:
        report = read_into(archive, fresh, spool)
        register_warcs(archive, fresh, spool, report)
        spool.remove()
    if report.read:
        stories = "1 story was" if report.read == 1 else f"{report.read} stories were"
        files = fresh[0].rpartition("/")[2] if len(fresh) == 1 else f"{len(fresh)} files"
        yield f"{stories} taken in from {files}, without asking the site again."
    for name in dict.fromkeys(damage.warc for damage in report.damaged):
        damaged = [damage for damage in report.damaged if damage.warc == name]
        file = name.rpartition("/")[2]
        yield f"{file}: {len(damaged)} records cannot be read, the first at byte {damaged[0].offset}."
    yield from report.faulty_files


def _end_run(archive: Archive, run: dict[str, object], now: datetime) -> None:
    """Ends the row of a run that was cut off, and writes its account to a WARC file, as a run does at its end."""
    values = CUT_OFF | {"finished_at": iso_utc(now)}
    site = SITES.get(str(run["site"]))
    if site is not None:
        writer = WarcWriter(archive.warc_root, site.name, info=start_of(run, origin=site.origin).fields())
        writer.write_account(RUN_END, account_of(archive, run, values), at=now)
        for sealed in writer.close():
            archive.add_warc(sealed, at=now)
    end_run(archive, int(str(run["id"])), values)
