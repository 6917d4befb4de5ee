"""Sealing: a finished WARC file gets its name and digest. What a crash left open is sealed with its whole records."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from archive.warc.members import walk


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished file: records, size in bytes, sha256 in hex."""

    warc: str
    records: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a file that a crash left open: sealed with its whole records, the cut tail set aside."""

    part: Path
    sealed: Sealed | None
    tail: Path | None
    tail_bytes: int

    def __str__(self) -> str:
        kept = f"{self.sealed.records} whole records kept" if self.sealed else "no whole record"
        cut = f", a cut tail of {self.tail_bytes} bytes set aside in {self.tail.name}" if self.tail else ""
        return f"{self.part.name}: {kept}{cut}."


def recover(part: Path) -> Recovered:
    """Seals a ….part file that a crash left: everything up to its last whole record stays as it is, a cut tail goes
    to a file ….tail beside it. Raises OSError; the part is then as it was."""
    _refuse_taken(part)
    end, records = 0, 0
    for member in walk(part):
        if member.whole:
            end, records = member.offset + member.length, records + 1
    size = part.stat().st_size
    tail = None
    if end < size:
        with part.open("r+b") as file:
            file.seek(end)
            tail = _set_aside(part.with_suffix(".tail"), file.read())
            file.truncate(end)
    name = part.relative_to(part.parents[2]).with_suffix("").as_posix()
    if records:
        sealed = seal(part, name, records)
    else:
        part.unlink()
        sealed = None
    return Recovered(part, sealed, tail, size - end)


def _set_aside(place: Path, tail: bytes) -> Path:
    """Keeps the bytes in a file of their own at `place`, or beside it where another tail is there."""
    name, numbers = place.name, count(2)
    while place.exists() and place.read_bytes() != tail:
        place = place.with_name(f"{name}{next(numbers)}")
    with place.open("wb") as file:
        file.write(tail)
        file.flush()
        os.fsync(file.fileno())
    return place


def describe(path: Path, name: str, records: int) -> Sealed:
    """A finished file as it is now: its size and digest. Raises OSError."""
    return Sealed(name, records, path.stat().st_size, file_sha256(path))


def file_sha256(path: Path) -> str:
    """In hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_taken(part: Path) -> None:
    """Raises FileExistsError where another file has the name that a part is to get."""
    if part.with_suffix("").exists():
        raise FileExistsError(errno.EEXIST, "another file has its name without .part", str(part))


def seal(part: Path, name: str, records: int) -> Sealed:
    _refuse_taken(part)
    sealed = describe(part, name, records)
    for path in (part, part.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
        if path == part:
            part.rename(part.with_suffix(""))
    return sealed
