"""Staging: readings on their way from WARC files to the database, on disk, so that reading can be interrupted and be
gone on with, and memory stays flat however many there are."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from archive.ingest.scan import Reading, Slice, read_slice
from archive.store.database import ArchiveError
from archive.store.timestamps import iso_utc

_TABLES = """
    CREATE TABLE IF NOT EXISTS reader (identity TEXT);
    CREATE TABLE IF NOT EXISTS slices (
        warc TEXT, start INTEGER, end INTEGER, stamp TEXT,
        records INTEGER, pages INTEGER, damaged TEXT, others TEXT, PRIMARY KEY (warc, start)
    );
    CREATE TABLE IF NOT EXISTS readings (taken INTEGER, date TEXT, warc TEXT, offset INTEGER, reading BLOB);
    CREATE INDEX IF NOT EXISTS readings_date ON readings (taken, date, warc, offset);
"""


@dataclass(slots=True)
class Packed:
    """A slice as it was read, its readings packed by whoever read them: (date as iso_utc, offset, packed reading)."""

    reader: str
    readings: list[tuple[str, int, bytes]]
    records: int
    pages: int
    damaged: list[tuple[int, str]]
    others: Counter[str]


def _place(part: Slice) -> tuple[str, int, int, str]:
    return part.warc, part.start, part.end, part.stamp


def read_packed(part: Slice) -> Packed:
    """`read_slice` for other processes: what comes back is written as it is."""
    read = read_slice(part)
    readings = [(iso_utc(r.capture.fetched_at), r.capture.offset, pickle.dumps(r)) for r in read.readings]
    return Packed(reader_identity(), readings, read.records, read.pages, read.damaged, read.others)


class Staging:
    """A folder beside the database with the readings of whole slices. What another version of the readers left there
    is thrown away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._db = self._open()
        if self._db.execute("SELECT identity FROM reader").fetchone() != (reader_identity(),):
            self._db.close()
            shutil.rmtree(folder)
            folder.mkdir()
            self._db = self._open()
            self._db.execute("INSERT INTO reader VALUES (?)", [reader_identity()])
        self._db.execute("UPDATE readings SET taken = 0 WHERE taken")
        self._db.commit()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._folder / "readings.db")
        db.execute("PRAGMA journal_mode = wal")
        db.execute("PRAGMA synchronous = normal")
        db.executescript(_TABLES)
        return db

    def keep_only(self, parts: Iterable[Slice]) -> None:
        """Throws away what was read of files that are not as they were, or not there any more."""
        wanted = {_place(part) for part in parts}
        with self._db:
            for place in self._db.execute("SELECT warc, start, end, stamp FROM slices").fetchall():
                if place not in wanted:
                    self._db.execute("DELETE FROM slices WHERE warc = ? AND start = ?", place[:2])
                    self._db.execute("DELETE FROM readings WHERE warc = ? AND offset >= ? AND offset < ?", place[:3])

    def holds(self, part: Slice) -> bool:
        key = (part.warc, part.start)
        return self._db.execute("SELECT 1 FROM slices WHERE warc = ? AND start = ?", key).fetchone() is not None

    def add(self, part: Slice, packed: Packed) -> None:
        """Keeps all of a slice in one transaction. Raises ArchiveError where another version of warta read it."""
        if packed.reader != reader_identity():
            raise ArchiveError("A worker of the cluster has another version of warta or of its libraries.")
        with self._db:
            told = (packed.records, packed.pages, json.dumps(packed.damaged), json.dumps(packed.others))
            self._db.execute("INSERT INTO slices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*_place(part), *told))
            self._db.executemany(
                "INSERT INTO readings VALUES (0, ?, ?, ?, ?)",
                [(date, part.warc, offset, reading) for date, offset, reading in packed.readings],
            )

    def pages(self, part: Slice) -> int:
        """How many stories were read from a slice."""
        key = (part.warc, part.start)
        return int(self._db.execute("SELECT pages FROM slices WHERE warc = ? AND start = ?", key).fetchone()[0])

    def records(self, warc: str) -> int:
        """How many whole records a file has."""
        return int(self._db.execute("SELECT total(records) FROM slices WHERE warc = ?", [warc]).fetchone()[0])

    def take(self, *, until: str) -> Iterator[Reading]:
        """The readings of before `until` (as iso_utc) that were not taken yet, in the order of their dates."""
        due = "taken = 0 AND date < ?"
        for (blob,) in self._db.execute(
            f"SELECT reading FROM readings WHERE {due} ORDER BY date, warc, offset", [until]
        ):
            yield pickle.loads(blob)  # written above, by this very version
        with self._db:
            self._db.execute(f"UPDATE readings SET taken = 1 WHERE {due}", [until])

    def damaged(self) -> list[tuple[str, int, str]]:
        """(file, offset, why) of each record that cannot be read."""
        rows = self._db.execute("SELECT warc, damaged FROM slices WHERE damaged <> '[]' ORDER BY warc, start")
        return [(warc, offset, why) for warc, told in rows for offset, why in json.loads(told)]

    def others(self) -> Counter[str]:
        """How many records of each kind hold nothing to read."""
        total: Counter[str] = Counter()
        for (told,) in self._db.execute("SELECT others FROM slices"):
            total.update(json.loads(told))
        return total

    def close(self) -> None:
        self._db.close()

    def remove(self) -> None:
        self.close()
        shutil.rmtree(self._folder)


@cache
def reader_identity() -> str:
    """Changes with everything that decides what is read from a page."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        code.update(path.read_bytes())
    libraries = ("brotli", "cssselect", "dateparser", "lxml", "trafilatura", "warcio", "zstandard")
    return " ".join([code.hexdigest(), *(f"{name}={version(name)}" for name in libraries)])
