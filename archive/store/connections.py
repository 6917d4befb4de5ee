"""Opens archives' database files, for reading and writing or for reading alone.

SQLite's write-ahead log needs two files beside the database, also to read it. Where none can be made (a DVD, a
snapshot, somebody else's share), a database whose log was merged into it when it was closed is opened as one that
nobody changes.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

BUSY_SECONDS = 60
"""How long a write waits for another writer (a VACUUM, a person's transaction) before it fails. Chosen, not
measured."""
_CANNOT_WRITE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


class UnmergedLogError(Exception):
    """A database that cannot be written has a log beside it that was not merged into it. The message is one line."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection for reading and writing."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS)


def connect_reading(path: Path) -> sqlite3.Connection:
    """A connection for reading alone. Raises sqlite3.Error for what is no readable database, and UnmergedLogError."""
    return _open(path, "immutable=1" if is_on_read_only_medium(path) else "mode=ro")


def is_on_read_only_medium(path: Path) -> bool:
    """Whether a database can be read only as one that nobody changes. Raises sqlite3.Error where it cannot be opened
    for another reason, and UnmergedLogError where its newest rows are in a log that cannot be read there."""
    try:
        connection = _open(path, "mode=ro")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _CANNOT_WRITE:
            raise
    else:
        connection.close()
        return False
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise UnmergedLogError(
            f"{path} was copied while it was open: its newest rows are in {log.name}, and SQLite must write in"
            f" {path.parent} to read them. Copy the folder to a disk that can be written."
        )
    _open(path, "immutable=1").close()
    return True


def _open(path: Path, mode: str) -> sqlite3.Connection:
    """Opens and reads the file's first page: sqlite3.connect alone reads nothing, and finds nothing wrong."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
