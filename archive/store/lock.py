"""The lock on an archive, so that one process at a time writes to it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from archive.store.database import ArchiveError

_held: dict[Path, int] = {}


class ArchiveBusyError(ArchiveError):
    """Another run holds the archive."""


def hold(data: Path) -> None:
    """Locks the archive in the folder `data` until this process ends. A second call does nothing. Raises
    ArchiveBusyError if another process has the lock, ArchiveError if the folder cannot be written in."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        path = (data / "warta.lock").resolve()
        if path in _held:
            return
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ArchiveError(f"Cannot write in {data}: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise ArchiveBusyError(f"Another run holds {data}: this one leaves it alone.") from error
    _held[path] = lock
