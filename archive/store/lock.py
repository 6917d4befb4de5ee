"""The lock on an archive, so that one process at a time writes to it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

from archive.store.database import ArchiveError

_held: dict[Path, int] = {}
_LOOKS = 5
_SECONDS_BETWEEN_LOOKS = 0.05
"""Who looks whether an archive is held has its lock for a moment; whoever wants to hold it tries again after that."""


class ArchiveBusyError(ArchiveError):
    """Another run holds the archive."""


def hold(data: Path) -> None:
    """Locks the archive in the folder `data` until this process ends. A second call does nothing. Raises
    ArchiveBusyError if another process has the lock, ArchiveError if the folder cannot be written in."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        path = _lock_of(data)
        if path in _held:
            return
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ArchiveError(f"Cannot write in {data}: {error.strerror}.") from error
    for look in range(_LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError as error:
            if look == _LOOKS - 1:
                os.close(lock)
                raise ArchiveBusyError(f"Another run holds {data}: this one leaves it alone.") from error
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    _held[path] = lock


def is_held(data: Path) -> bool | None:
    """Whether a process holds the archive in the folder `data`; None where that cannot be found out, as on a disk
    without locks. Changes nothing."""
    try:
        lock = os.open(_lock_of(data), os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return True if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
    finally:
        os.close(lock)
    return False


def _lock_of(data: Path) -> Path:
    return (data / "warta.lock").resolve()
