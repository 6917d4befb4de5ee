"""`Archive` opens the SQLite database of articles, versions, captures, frontier and runs, and makes transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from archive.store.connections import UnmergedLogError, connect, connect_reading
from archive.store.migrations import migrations
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.sealing import Sealed

ROW_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""SQLite's errors about one row's values. All others concern the whole database: a full disk, a lock, damage."""

Row = dict[str, Any]
_CAPTURE_COLUMNS = [column.name for column in fields(Capture)]


class ArchiveError(Exception):
    """The archive cannot be opened or written. The message is one line for people."""


class CorruptDatabaseError(ArchiveError):
    """The database is damaged, or the file is no database. The message says what SQLite found."""


def database_path(data: Path) -> Path:
    return data / "archive.db"


class Archive:
    """A data folder: the database `archive.db`, and `warc/` with the WARC files.

    `Archive.open` opens it for reading and writing, and creates what is missing; `Archive.open_reading` opens it only
    for reading. Both raise ArchiveError, and change nothing, if the rights are missing or the file is no database, or a
    database of another program or of a newer warta.
    """

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @classmethod
    def open(cls, data: Path, *, database: Path | None = None) -> Self:
        """Opens the archive in the folder `data`, for a rebuild with another file `database` instead of archive.db."""
        path = database or database_path(data)
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"Cannot make the folder {data}: {error.strerror}.") from error
        if path.exists():
            _refuse_foreign(path)
        with _opening(path):
            db = Database(connect(path))
            db.execute("PRAGMA journal_mode = wal")
            db.execute("PRAGMA synchronous = normal")
            db.execute("PRAGMA foreign_keys = on")
            archive = cls(data, db)
            if migrations.pending(db):
                with archive.writing():  # one transaction, so that a full disk leaves no incomplete tables
                    migrations.apply(db)
        return archive

    @classmethod
    def open_reading(cls, data: Path) -> Self:
        path = database_path(data)
        if not path.exists():
            raise ArchiveError(f"There is no archive in {data}: `warta crawl` makes one, --data names another folder.")
        _refuse_foreign(path)
        with _opening(path):
            db = Database(connect_reading(path))
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
        """A transaction: committed at the end of the block, rolled back at an exception. Within another transaction it
        is a savepoint. It takes the write lock at its beginning, because a transaction that reads first and writes
        later fails without waiting if another writer came between (SQLITE_BUSY_SNAPSHOT)."""
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
        cursor = self.db.execute(sql, parameters)  # not Database.query, which executes five statements for one query
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
        """Inserts the row of an exchange whose record is already on disk; returns it with its id."""
        values = {name: getattr(capture, name) for name in _CAPTURE_COLUMNS}
        values["fetched_at"] = iso_utc(capture.fetched_at)
        with self.writing():
            return replace(capture, id=self.insert("captures", values))

    def last_capture(self, url: str, *, payload_digest: str | None = None) -> Capture | None:
        """The newest capture of `url` that a revisit record may refer to: a response with status 200, and with this
        payload digest if one is given."""
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
        """The capture of the listing at `url` at which all articles it named, and all on the pages after it, were in
        the frontier back to the day `since`. While the listing stays as it was then, there is nothing to discover."""
        row = self.row(
            "SELECT captures.* FROM listings JOIN captures ON captures.id = capture_id"
            " WHERE listings.url = ? AND since <= ?",
            [url, since.isoformat()],
        )
        return _capture(row) if row else None

    def keep_listing(self, capture: Capture, *, since: date) -> None:
        """Stores that all articles named by a listing, and all on the pages after it, are in the frontier back to the
        day `since`."""
        with self.writing():
            self.db.execute("DELETE FROM listings WHERE url = ?", [capture.url])
            self.insert("listings", {"url": capture.url, "capture_id": capture.id, "since": since.isoformat()})

    def capture(self, capture_id: int) -> Capture | None:
        row = self.row("SELECT * FROM captures WHERE id = ?", [capture_id])
        return _capture(row) if row else None

    # WARC files

    def add_warc(self, sealed: Sealed, *, at: datetime) -> None:
        """Inserts the row of a finished WARC file."""
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


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except UnmergedLogError as error:
        raise ArchiveError(str(error)) from error
    except sqlite3.Error as error:
        reason = str(error)
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise CorruptDatabaseError(f"{path}: {reason}. `warta rebuild` makes it again.") from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            reason += f"; {path.parent} must be a folder to write in"
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            reason += " (is the disk full?)"
        raise ArchiveError(f"Cannot open {path}: {reason}.") from error


_CARRIED_OVER_TABLES = ("articles", "versions", "captures", "pages", "runs", "warcs")
"""Tables from which a rebuild takes rows over (archive.ingest.carry_over)."""


def check_integrity(path: Path) -> None:
    """Raises CorruptDatabaseError, with SQLite's first message, for a database that is damaged or has text that is not
    UTF-8; ArchiveError for one of another program or a newer warta."""
    try:
        _refuse_foreign(path)
        connection = connect(path)
        try:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            for table in _CARRIED_OVER_TABLES:
                for _ in connection.execute(f"SELECT * FROM {table}"):
                    pass  # to read each row is the check: it decodes the text
        finally:
            connection.close()
    except CorruptDatabaseError as error:
        raise CorruptDatabaseError(str(error.__cause__)) from error
    except sqlite3.DatabaseError as error:
        raise CorruptDatabaseError(" ".join(str(error).split())[:200]) from error
    if found != "ok":
        raise CorruptDatabaseError(" ".join(str(found).split()))


def _refuse_foreign(path: Path) -> None:
    """Reads the file without writing. Raises ArchiveError for another program's database or a newer warta's."""
    with _opening(path):
        if path.stat().st_size == 0:
            return
        connection = connect_reading(path)
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
