"""Archive: the SQLite database of articles, versions, captures, frontier and runs; every write in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from archive.store.migrations import migrations
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.sealing import Sealed

BUSY_SECONDS = 60
"""How long a write waits for another writer (a vacuum, a person's transaction) before it fails."""

ROW_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""Errors of the database for which the row is to blame and not the database."""

Row = dict[str, Any]
_CAPTURE_COLUMNS = [column.name for column in fields(Capture)]


class ArchiveError(Exception):
    """The archive cannot be opened or written; the message is one line for people."""


class CorruptDatabaseError(ArchiveError):
    """The database is damaged or no database at all; the message is SQLite's word."""


def database_path(data: Path) -> Path:
    return data / "archive.db"


class Archive:
    """One data folder: `archive.db` and, beside it, `warc/`.

    `Archive.open` reads and writes and makes what is missing; `Archive.open_reading` only reads. Both raise
    ArchiveError, with nothing touched, for a folder without rights, a file that is no database, another program's
    database, or the database of a newer warta.
    """

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @classmethod
    def open(cls, data: Path, *, database: Path | None = None) -> Self:
        """`database` is another file in the place of archive.db: one that is being rebuilt."""
        path = database or database_path(data)
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"Cannot make the folder {data}: {error.strerror}.") from error
        if path.exists():
            _refuse_foreign(path)
        with _opening(path):
            db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
            db.execute("PRAGMA journal_mode = wal")
            db.execute("PRAGMA synchronous = normal")
            db.execute("PRAGMA foreign_keys = on")
            archive = cls(data, db)
            if migrations.pending(db):
                with archive.writing():  # all or nothing: a disk that fills up leaves no half-made archive
                    migrations.apply(db)
        return archive

    @classmethod
    def open_reading(cls, data: Path) -> Self:
        path = database_path(data)
        if not path.exists():
            raise ArchiveError(f"There is no archive in {data}: `warta crawl` makes one, --data names another folder.")
        _refuse_foreign(path)
        with _opening(path):
            db = Database(_connect_reading(path))
            if migrations.pending(db):
                raise ArchiveError(f"{path} was made by an older warta: the next `warta crawl` brings it up to date.")
        return cls(data, db)

    @property
    def warc_root(self) -> Path:
        """The folder of the WARC files."""
        return self.data / "warc"

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; within another one, a part of it that is all done or not at all. It takes the write lock at
        once: a transaction that reads first and writes later fails without waiting when another writer came between
        (SQLite: SQLITE_BUSY_SNAPSHOT)."""
        within = self.db.conn.in_transaction
        self.db.execute("SAVEPOINT part" if within else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if within:
                self.db.execute("ROLLBACK TO part")
                self.db.execute("RELEASE part")
            else:
                self.db.rollback()
            raise
        if within:
            self.db.execute("RELEASE part")
        else:
            self.db.commit()

    def rows(self, sql: str, parameters: Sequence[Any] | Row = ()) -> list[Row]:
        cursor = self.db.execute(sql, parameters)  # Database.query takes five statements for one
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, sql: str, parameters: Sequence[Any] | Row = ()) -> Row | None:
        """The first row, if there is one."""
        cursor = self.db.execute(sql, parameters)
        row = cursor.fetchone()
        return dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else None

    def columns(self, table: str) -> list[str]:
        return [row["name"] for row in self.rows(f"PRAGMA main.table_info({table})")]

    # Captures

    def add_capture(self, capture: Capture) -> Capture:
        """Keeps the row of an exchange that is already whole in its WARC file; returns it with its id."""
        values = {name: getattr(capture, name) for name in _CAPTURE_COLUMNS}
        values["fetched_at"] = iso_utc(capture.fetched_at)
        with self.writing():
            return replace(capture, id=self.insert("captures", values))

    def last_capture(self, url: str, *, payload_digest: str | None = None) -> Capture | None:
        """The newest capture of `url` whose payload is stored (and is the one with this digest), which a revisit
        record may refer to."""
        row = self.row(
            "SELECT * FROM captures WHERE url = :url AND record_type = 'response' AND status = 200"
            " AND payload_digest = coalesce(:digest, payload_digest) ORDER BY id DESC LIMIT 1",
            {"url": url, "digest": payload_digest},
        )
        return _capture(row) if row else None

    def last_reading(self, url: str) -> Capture | None:
        """The newest capture of `url` that an article was read from."""
        row = self.row(
            "SELECT * FROM captures WHERE url = ? AND status = 200 AND article_id IS NOT NULL ORDER BY id DESC LIMIT 1",
            [url],
        )
        return _capture(row) if row else None

    def known_listing(self, url: str, *, since: date) -> Capture | None:
        """The capture of a listing after which all it names, and all that stands behind it, was in the frontier back
        to `since`: as long as the listing is as it was then, there is nothing to discover."""
        row = self.row(
            "SELECT captures.* FROM listings JOIN captures ON captures.id = capture_id"
            " WHERE listings.url = ? AND since <= ?",
            [url, since.isoformat()],
        )
        return _capture(row) if row else None

    def keep_listing(self, capture: Capture, *, since: date) -> None:
        """Notes that all a listing names, and all that stands behind it, is in the frontier back to `since`."""
        with self.writing():
            self.db.execute("DELETE FROM listings WHERE url = ?", [capture.url])
            self.insert("listings", {"url": capture.url, "capture_id": capture.id, "since": since.isoformat()})

    def capture(self, capture_id: int) -> Capture | None:
        row = self.row("SELECT * FROM captures WHERE id = ?", [capture_id])
        return _capture(row) if row else None

    # WARC files

    def add_warc(self, sealed: Sealed, *, at: datetime) -> None:
        """Notes a finished file: its size, digest and how many records it has."""
        with self.writing():
            self.insert(
                "warcs",
                {"name": sealed.warc, "site": sealed.warc.partition("/")[0], "records": sealed.records}
                | {"size": sealed.size, "sha256": sealed.sha256, "sealed_at": iso_utc(at)},
            )

    def insert(self, table: str, values: Row) -> int:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        return self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).lastrowid or 0


def _capture(row: Row) -> Capture:
    return Capture(**row | {"fetched_at": datetime.fromisoformat(row["fetched_at"])})


def _connect_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = str(error)
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise CorruptDatabaseError(f"{path}: {reason}. `warta rebuild` makes it again.") from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            reason += f"; SQLite writes beside it, also to read it, so {path.parent} must be a folder to write in"
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            reason += " (is the disk full?)"
        raise ArchiveError(f"Cannot open {path}: {reason}.") from error


_CARRIED_OVER_TABLES = ("articles", "versions", "captures", "pages", "runs", "warcs")
"""Tables whose rows are taken over where no file tells them."""


def check_integrity(path: Path) -> None:
    """Raises CorruptDatabaseError with SQLite's first word on a database that is damaged or has texts that are not
    UTF-8, ArchiveError for one of another program or a newer warta."""
    try:
        _refuse_foreign(path)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            for table in _CARRIED_OVER_TABLES:
                for _ in connection.execute(f"SELECT * FROM {table}"):
                    pass  # reading is the check
        finally:
            connection.close()
    except CorruptDatabaseError as error:
        raise CorruptDatabaseError(str(error.__cause__)) from error
    except sqlite3.DatabaseError as error:
        raise CorruptDatabaseError(" ".join(str(error).split())[:200]) from error
    if found != "ok":
        raise CorruptDatabaseError(" ".join(str(found).split()))


def _refuse_foreign(path: Path) -> None:
    """Looks at the file without writing, and raises ArchiveError unless it is an archive this warta understands."""
    with _opening(path):
        if path.stat().st_size == 0:
            return
        connection = _connect_reading(path)
        try:
            db = Database(connection)
            applied = {migration.name for migration in migrations.applied(db)}
            if not applied and db.table_names():
                raise ArchiveError(f"{path} is a database of another program: name another folder with --data.")
        finally:
            connection.close()
    known = {migration.name for migration in migrations._migrations}
    if applied - known:
        raise ArchiveError(f"{path} was made by a newer warta: update warta to open it.")
