"""The spool keeps the events of WARC files on disk until they are loaded into the database, so that an interrupted
rebuild or import can go on, and memory does not grow with the number of events."""

from __future__ import annotations

import hashlib
import json
import pickle
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from archive.ingest.scan import DatedEvent, Slice, read_slice
from archive.store.database import ArchiveError
from archive.store.timestamps import iso_utc

_TABLES = """
    CREATE TABLE IF NOT EXISTS reader (identity TEXT);
    CREATE TABLE IF NOT EXISTS slices (
        warc TEXT, start INTEGER, end INTEGER, stamp TEXT,
        records INTEGER, pages INTEGER, damaged TEXT, others TEXT, PRIMARY KEY (warc, start)
    );
    CREATE TABLE IF NOT EXISTS told (taken INTEGER, date TEXT, warc TEXT, offset INTEGER, told BLOB);
    CREATE INDEX IF NOT EXISTS told_date ON told (taken, date, warc, offset);
"""


@dataclass(slots=True)
class Packed:
    """What was read from a slice, as SliceRead, but with the events pickled by the process that read them: (date as of
    iso_utc, offset, pickled DatedEvent). `reader` is its reader_identity()."""

    reader: str
    events: list[tuple[str, int, bytes]]
    records: int
    pages: int
    damaged: list[tuple[int, str]]
    others: Counter[str]


def _slice_key(part: Slice) -> tuple[str, int, int, str]:
    return part.warc, part.start, part.end, part.stamp


def read_packed(part: Slice) -> Packed:
    """`read_slice` for worker processes: pickling is their work, too."""
    read = read_slice(part)
    events = [(iso_utc(one.at), one.offset, pickle.dumps(one)) for one in read.events]
    return Packed(reader_identity(), events, read.records, read.pages, read.damaged, read.others)


_FILES = tuple(f"{name}{log}" for name in ("spool.db", "readings.db") for log in ("", "-wal", "-shm"))
"""The files of a spool, of this version and the one before."""


class Spool:
    """The spool in a folder of the archive, with the events of slices that were read in full. What another version of
    the readers left, or what a full disk damaged, is deleted; other files in the folder stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            _delete_files(folder)
            self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        """Raises sqlite3.DatabaseError for a file that is damaged."""
        db = sqlite3.connect(self._folder / "spool.db")
        try:
            db.execute("PRAGMA journal_mode = wal")
            db.execute("PRAGMA synchronous = normal")
            db.executescript(_TABLES)
            if db.execute("SELECT identity FROM reader").fetchone() != (reader_identity(),):
                with db:
                    for table in ("reader", "slices", "told"):
                        db.execute(f"DELETE FROM {table}")
                    db.execute("INSERT INTO reader VALUES (?)", [reader_identity()])
            with db:
                db.execute("UPDATE told SET taken = 0 WHERE taken")
        except BaseException:
            db.close()
            raise
        return db

    def keep_only(self, parts: Iterable[Slice]) -> None:
        """Deletes what was read from files that have changed since or are missing now."""
        wanted = {_slice_key(part) for part in parts}
        with self._db:
            for place in self._db.execute("SELECT warc, start, end, stamp FROM slices").fetchall():
                if place not in wanted:
                    self._db.execute("DELETE FROM slices WHERE warc = ? AND start = ?", place[:2])
                    self._db.execute("DELETE FROM told WHERE warc = ? AND offset >= ? AND offset < ?", place[:3])

    def holds(self, part: Slice) -> bool:
        key = (part.warc, part.start)
        return self._db.execute("SELECT 1 FROM slices WHERE warc = ? AND start = ?", key).fetchone() is not None

    def add(self, part: Slice, packed: Packed) -> None:
        """Stores what was read from a slice, in one transaction. Raises ArchiveError if another version of warta read
        it."""
        if packed.reader != reader_identity():
            raise ArchiveError("A worker of the cluster has another version of warta or of its libraries.")
        with self._db:
            counts = (packed.records, packed.pages, json.dumps(packed.damaged), json.dumps(packed.others))
            self._db.execute("INSERT INTO slices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*_slice_key(part), *counts))
            self._db.executemany(
                "INSERT INTO told VALUES (0, ?, ?, ?, ?)",
                [(date, part.warc, offset, event) for date, offset, event in packed.events],
            )

    def pages(self, part: Slice) -> int:
        """How many stories were read from a slice."""
        key = (part.warc, part.start)
        return int(self._db.execute("SELECT pages FROM slices WHERE warc = ? AND start = ?", key).fetchone()[0])

    def records(self, warc: str) -> int:
        """How many whole records a file has."""
        return int(self._db.execute("SELECT total(records) FROM slices WHERE warc = ?", [warc]).fetchone()[0])

    def take(self, *, until: str) -> Iterator[tuple[str, DatedEvent]]:
        """(file, event) of all events before `until` (as of iso_utc) that were not taken yet, in the order of dates."""
        due = "taken = 0 AND date < ?"
        in_order = f"SELECT warc, told FROM told WHERE {due} ORDER BY date, warc, offset"
        for warc, blob in self._db.execute(in_order, [until]):
            yield warc, pickle.loads(blob)  # safe: written by this version of warta
        with self._db:
            self._db.execute(f"UPDATE told SET taken = 1 WHERE {due}", [until])

    def damaged(self) -> list[tuple[str, int, str]]:
        """(file, offset, why) of each record that cannot be read."""
        rows = self._db.execute("SELECT warc, damaged FROM slices WHERE damaged <> '[]' ORDER BY warc, start")
        return [(warc, offset, why) for warc, damaged in rows for offset, why in json.loads(damaged)]

    def others(self) -> Counter[str]:
        """Kind of record without an event -> number."""
        total: Counter[str] = Counter()
        for (others,) in self._db.execute("SELECT others FROM slices"):
            total.update(json.loads(others))
        return total

    def close(self) -> None:
        self._db.close()

    def remove(self) -> None:
        self.close()
        throw_away_spool(self._folder)


def throw_away_spool(folder: Path) -> None:
    """Deletes a spool; what else stands in its folder is not ours."""
    _delete_files(folder)
    with suppress(OSError):
        folder.rmdir()


def _delete_files(folder: Path) -> None:
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


@cache
def reader_identity() -> str:
    """A text that changes with all that decides what is read from a page: warta's code and the libraries' versions."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        code.update(path.read_bytes())
    libraries = ("brotli", "cssselect", "dateparser", "lxml", "trafilatura", "warcio", "zstandard")
    return " ".join([code.hexdigest(), *(f"{name}={version(name)}" for name in libraries)])
