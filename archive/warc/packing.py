"""Packed files: the files that the runs of one site wrote on one day, one after the other in one file.

Each record is a gzip member of its own, so joined files are a file of the same records (RFC 1952, 2.2). The warcinfo
record of each part stays at its beginning, and its WARC-Filename says which file it was.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.warc.account import read_run_start
from archive.warc.reader import WarcError, read_all
from archive.warc.sealing import Sealed

MAX_PACKED_BYTES = 1 << 30
"""A packed file is not larger than the files of a run may be (archive.warc.writer.MAX_FILE_BYTES)."""
UNFINISHED = ".packing"
"""What the name of a packed file ends with until it is whole. It is not ".part": such a file is a run's, and recovery
makes a finished one of what is in it."""

_COPY_BYTES = 1 << 20
_RUNS_FILE = re.compile(r"(?P<folder>[^/]+/\d{4})/(?P<site>.+)-(?P<day>\d{8})\d{6}-\d{5,}\.warc\.gz")
_PACKED_FILE = re.compile(r"[^/]+/\d{4}/(?P<site>.+)-(?P<day>\d{8})-packed-\d{5,}\.warc\.gz")


class PackingError(Exception):
    """Files cannot be packed, and are as they were. The message is one line for people."""


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """The files of one site of one day in UTC, by their names, which have the time at which the file was begun."""

    day: str
    folder: str
    site: str

    @property
    def shown(self) -> str:
        return f"{self.folder.partition('/')[0]}, {self.day[:4]}-{self.day[4:6]}-{self.day[6:]}"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a run within a packed one: its name below warc/, and where in the packed file it begins. `places` are
    (record id, offset within the part) of its records that have an id, `records` the number of all."""

    name: str
    start: int
    size: int
    sha256: str
    records: int
    places: tuple[tuple[str, int], ...]


def day_of(warc: str) -> Day | None:
    """The day of a file that a run of its folder's site wrote; None for any other file, also a packed one."""
    match = _RUNS_FILE.fullmatch(warc)
    if match is None or match["folder"].partition("/")[0] != match["site"]:
        return None
    return Day(match["day"], match["folder"], match["site"])


def packed_day_of(warc: str) -> Day | None:
    """The day of a packed file; None for any other."""
    match = _PACKED_FILE.fullmatch(warc)
    if match is None or warc.partition("/")[0] != match["site"]:
        return None
    return Day(match["day"], warc.rpartition("/")[0], match["site"])


def is_packed(warc: str) -> bool:
    return packed_day_of(warc) is not None


def free_name(root: Path, day: Day) -> str:
    """A name for a packed file of a day that no file has. It stands before those of the day's runs, and behind those of
    the day before, when names are sorted."""
    serial = 1
    while (root / (name := f"{day.folder}/{day.site}-{day.day}-packed-{serial:05}.warc.gz")).exists():
        serial += 1
    return name


def part_of(root: Path, warc: str, start: int) -> Part:
    """A run's file as a part that begins at `start` of a packed one. Raises PackingError unless each of its bytes is of
    a whole record, and the first of these says that it is this file's."""
    parts = _parts(root / warc, warc.rpartition("/")[0], start)
    if [part.name for part in parts] != [warc]:
        raise PackingError(f"{warc} does not begin with the record that says which run wrote it")
    return parts[0]


def parts_of(root: Path, packed: str) -> list[Part]:
    """The files of which a packed one consists. Raises PackingError if it is damaged."""
    return _parts(root / packed, packed.rpartition("/")[0], 0)


def _parts(path: Path, folder: str, start: int) -> list[Part]:
    found: list[tuple[str, int, list[tuple[str, int]], list[int]]] = []
    try:
        for record in read_all(path):
            if read_run_start(record) is not None and (name := record.header("WARC-Filename")):
                found.append((name, record.offset, [], []))
            if not found:
                raise PackingError(f"{path.name} does not begin with the record that says which run wrote it")
            _, begin, places, ends = found[-1]
            if record.id:
                places.append((record.id, record.offset - begin))
            ends.append(record.offset + record.length)
    except WarcError as error:
        raise PackingError(str(error).rstrip(".")) from error
    parts = []
    with path.open("rb") as file:
        for name, begin, places, ends in found:
            size = ends[-1] - begin
            sha256 = hashlib.sha256()
            for piece in _pieces(file.fileno(), begin, size):
                sha256.update(piece)
            one = Part(f"{folder}/{name}", start + begin, size, sha256.hexdigest(), len(ends), tuple(places))
            parts.append(one)
    return parts


def _pieces(file: int, start: int, size: int) -> Iterator[bytes]:
    """The bytes of an open file from `start`, as many as `size`; fewer where it ends before."""
    while size and (piece := os.pread(file, min(size, _COPY_BYTES), start)):
        start, size = start + len(piece), size - len(piece)
        yield piece


def join(root: Path, parts: Sequence[Part], name: str) -> Sealed:
    """Writes the packed file `name`, which has its name once it is on disk and is, read again, byte for byte its parts.
    Raises OSError, and PackingError if it is not; nothing of it is left then."""
    place = root / name
    unfinished = place.with_name(place.name + UNFINISHED)
    try:
        with unfinished.open("wb") as out:
            for part in parts:
                with (root / part.name).open("rb") as file:
                    for piece in _pieces(file.fileno(), 0, part.size):
                        out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        sha256 = hashlib.sha256()
        with unfinished.open("rb") as file:
            for part in parts:
                if not _holds(file.fileno(), part.start, root / part.name, sha256):
                    raise PackingError(f"{part.name} was read otherwise the second time: the disk may be failing")
        size = unfinished.stat().st_size
        if size != sum(part.size for part in parts):
            raise PackingError(f"{name} is longer than its parts")
        unfinished.rename(place)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    sync_folder(place.parent)
    return Sealed(name, sum(part.records for part in parts), size, sha256.hexdigest())


def holds(root: Path, packed: str, part: Part) -> bool:
    """Whether a packed file has, at the place of a part, the bytes of the part's own file, which is still there. Raises
    OSError."""
    with (root / packed).open("rb") as file:
        return _holds(file.fileno(), part.start, root / part.name, hashlib.sha256())


def _holds(packed: int, start: int, path: Path, sha256: hashlib._Hash) -> bool:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for piece in _pieces(file.fileno(), 0, size):
            if os.pread(packed, len(piece), start) != piece:
                return False
            sha256.update(piece)
            start += len(piece)
    return True


def sync_folder(folder: Path) -> None:
    """Puts on disk which files a folder has."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
