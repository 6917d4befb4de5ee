"""Loads WARC files into the database, for rebuild, import and recovery: workers read slices of the files, the spool
keeps their events on disk, and the loader takes these in the order of their dates."""

from __future__ import annotations

import errno
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from archive.extract.exchange import Reading
from archive.ingest.diff_report import Comparison
from archive.ingest.loader import Loader, UnloadableError
from archive.ingest.scan import Event, Named, RunBegan, RunEnded, Slice, slices
from archive.ingest.spool import Spool, throw_away_spool
from archive.ingest.workers import executor_of, read_slices
from archive.store.database import Archive, ArchiveError
from archive.store.outcome import Failure
from archive.warc.sealing import describe

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors that mean that no more can be written: no space left, a quota, a limit on the size of files."""
_AFTER_ALL_DATES = "~"
"""A text that sorts after every date."""


class StoppedError(Exception):
    """The work was asked to stop. The same call continues it later."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that cannot be read or loaded: its file, its offset in bytes of the compressed file, and why."""

    warc: str
    offset: int
    why: str


@dataclass
class Report:
    """The result of loading files.

    `read` counts pages with a story, `unread` pages that should have one and do not, `new` new stories, `known` records
    that were in the archive already, `listings` those that name stories. `nothing` counts why records gave nothing, and
    `examples` has an address for some of the reasons; `gave` are the files of which a record gave something.
    `unknown_layouts` are the addresses of the pages of described sites that were in no layout that is known.
    `faulty_files` are lines for people about files that are missing or altered, `unreadable_files` the names of files
    that could not be opened. `previous_warcs` are the files that the accounts of runs name as "previous",
    `packed_warcs` the names without folders of those that are parts of packed files now. For a rebuild, `kept` are the
    ids of stories that stay as they were because a record is missing, and `comparison` is with the old database.
    """

    read: int = 0
    unread: int = 0
    new: int = 0
    known: int = 0
    damaged: list[Damage] = field(default_factory=list)
    faulty_files: list[str] = field(default_factory=list)
    listings: int = 0
    nothing: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    gave: set[str] = field(default_factory=set)
    unknown_layouts: list[str] = field(default_factory=list)
    previous_warcs: set[str] = field(default_factory=set)
    packed_warcs: set[str] = field(default_factory=set)
    unreadable_files: set[str] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)
    comparison: Comparison | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no file, record or story was missing or damaged."""
        return not (self.damaged or self.faulty_files or self.kept)


OnProgress = Callable[[int, int, int], None]
"""Called after each slice with (bytes done, bytes in all, pages read)."""


def read_into(
    archive: Archive,
    warcs: list[str],
    spool: Spool,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    on_progress: OnProgress = lambda done, total, pages: None,  # noqa: ARG005
    only: str | None = None,
) -> Report:
    """Loads files into an archive in the order of dates; only the events of one site if `only` names it. While slices
    are still being read, events older than all slices to come are already loaded, so that both go on at once and memory
    does not grow. Raises StoppedError after SIGTERM or SIGINT."""
    report = Report()
    parts = sorted(_slices(archive.warc_root, warcs, report), key=lambda part: part.begins)
    total, done, pages = sum(part.end - part.start for part in parts), 0, 0
    spool.keep_only(parts)
    loader, watermark = Loader(archive), _Watermark(parts)

    def load(until: str) -> None:
        with archive.writing():
            for warc, dated in spool.take(until=until):
                if only is not None and site_of_event(dated.event) != only:
                    continue
                try:
                    if loader.take(dated.event):
                        report.gave.add(warc)
                except UnloadableError as error:
                    report.damaged.append(Damage(warc, dated.offset, str(error)))
            loader.replay_older()

    with stopping() as is_stopping, executor_of(workers, scheduler) as (executor, processes):
        fresh = []
        for part in parts:
            if not spool.holds(part):
                fresh.append(part)
                continue
            watermark.read(part)
            done, pages = done + part.end - part.start, pages + spool.pages(part)
        for part, result in read_slices(fresh, executor, processes):
            spool.add(part, result)
            watermark.read(part)
            done, pages = done + part.end - part.start, pages + result.pages
            on_progress(done, total, pages)
            if is_stopping():
                raise StoppedError
            load(watermark.date())
        load(_AFTER_ALL_DATES)
    report.read, report.unread, report.new, report.known = loader.read, loader.unread, loader.new, loader.known
    report.damaged += [Damage(*damage) for damage in spool.damaged()]
    report.damaged.sort(key=lambda damage: (damage.warc, damage.offset))
    report.listings, report.examples = loader.listings, loader.examples
    report.nothing = loader.nothing + spool.others()
    report.unknown_layouts = loader.unknown_layouts
    report.previous_warcs, report.packed_warcs = loader.previous_warcs, loader.packed_warcs
    return report


def site_of_event(event: Event) -> str:
    match event:
        case Reading():
            return event.capture.site
        case RunBegan():
            return event.start.site
        case RunEnded():
            return str(event.account.get("site"))
        case Failure() | Named():
            return event.site


def register_warcs(archive: Archive, names: Iterable[str], spool: Spool, report: Report) -> None:
    """Inserts the rows of files that were read, in the table `warcs`: number of records, size, digest."""
    for name in names:
        if name not in report.unreadable_files:
            archive.add_warc(describe(archive.warc_root / name, name, spool.records(name)), at=datetime.now(UTC))


def warcs_in(root: Path) -> tuple[list[str], list[str]]:
    """(names of the WARC files below the folder `root`, lines for people about files whose names are not UTF-8)."""
    names, odd = list[str](), list[str]()
    for path in sorted(root.glob("*/*/*.warc.gz")):
        name = path.relative_to(root).as_posix()
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = name.encode(errors="surrogateescape").decode(errors="replace")
            odd.append(f"{shown} is not read: its name is not UTF-8, so give it another.")
        else:
            names.append(name)
    return names, odd


@contextmanager
def spooling(folder: Path, *files: Path) -> Iterator[Spool]:
    """A spool in a folder. Where the disk is full, takes away what the work itself put there (the spool, and `files`),
    so that the archive can be read and written again, and raises ArchiveError with that said."""
    try:
        with closing(Spool(folder)) as spool:
            yield spool
    except (OSError, sqlite3.OperationalError) as error:
        full = isinstance(error, OSError) and error.errno in FULL_DISK
        # SQLite says "disk I/O error" where it cannot even make the file for its lock.
        full = full or getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
        if not full:
            raise
        for file in files:
            file.unlink(missing_ok=True)
        throw_away_spool(folder)
        raise ArchiveError("The disk is full. What was begun is taken back; make room and start again.") from error


def _slices(root: Path, warcs: list[str], report: Report) -> Iterator[Slice]:
    for name in warcs:
        try:
            yield from slices(root, name)
        except OSError as error:
            report.unreadable_files.add(name)
            report.faulty_files.append(f"{name} cannot be read: {error.strerror}.")


class _Watermark:
    """The date before which all events are read, while the slices are read in any order."""

    def __init__(self, parts: list[Slice]) -> None:
        self._parts = parts  # in the order of their dates
        self._read: set[Slice] = set()
        self._first = 0  # the first of the parts that is not read

    def read(self, part: Slice) -> None:
        self._read.add(part)
        while self._first < len(self._parts) and self._parts[self._first] in self._read:
            self._read.remove(self._parts[self._first])
            self._first += 1

    def date(self) -> str:
        return self._parts[self._first].begins if self._first < len(self._parts) else _AFTER_ALL_DATES


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Within the block, SIGTERM and SIGINT are only remembered; the yielded function says whether one came. A second
    one acts as usual."""
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
