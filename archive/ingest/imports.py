"""Import: other programs' WARC and WACZ files are kept beside the own ones, and the articles in them read."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from archive.ingest.pipeline import FULL_DISK, OnProgress, Report, read_into, register_warcs, spooling, warcs_in
from archive.ingest.recovery import recover_runs
from archive.search.vocabulary import update_terms
from archive.store.database import Archive
from archive.store.lock import hold
from archive.warc.capture import FOREIGN
from archive.warc.members import end_of_record, walk
from archive.warc.sealing import file_sha256

_COPY_BYTES = 1 << 20
_MAX_LINE_BYTES = 1 << 16
_MAX_FIRST_RECORD_BYTES = 64 << 20
"""Bytes of a first record that are read to see whether others follow in its gzip member."""
_MAX_NAME_BYTES = 200
"""Bytes of a file name that are kept, of its end: file systems take 255, and a number may be put behind."""


class ForeignFileError(Exception):
    """A file cannot be imported; the message is one line for people."""


_UNREADABLE = (ForeignFileError, OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError)
"""What is raised for a damaged file, a zip file with a password or with a compression that nobody here reads."""


def import_files(
    data: Path,
    files: list[Path],
    *,
    workers: int,
    scheduler: str | None,
    on_progress: OnProgress,
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> Report:
    """Takes files into the archive in `data`: copies them below warc/imported/, then reads them. A file that is in the
    archive already is passed over; one that is none is complained of, and the others go on. Raises what `rebuild`
    raises; the same import goes on where an earlier one was stopped."""
    hold(data)
    with Archive.open(data) as archive:
        for line in recover_runs(archive):
            say(line)
        incoming = data / "import" / ".incoming.warc.gz"
        with spooling(data / "import", incoming, _split_path(incoming)) as spool:
            for file in files:
                try:
                    for name, stream in _warcs_in(file):
                        say(_keep_file(archive, name, stream, incoming, complain))
                except _UNREADABLE as error:
                    if getattr(error, "errno", None) in FULL_DISK:
                        raise
                    complain(f"{shown(file)}: {getattr(error, 'strerror', None) or error}")
            for path in (incoming, _split_path(incoming)):
                path.unlink(missing_ok=True)
            names, odd = warcs_in(archive.warc_root)
            noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
            fresh = [name for name in names if name.startswith(f"{FOREIGN}/") and name not in noted]
            report = read_into(archive, fresh, spool, workers=workers, scheduler=scheduler, on_progress=on_progress)
            report.faulty_files += odd
            register_warcs(archive, fresh, spool, report)
            update_terms(archive)
            spool.remove()
    return report


def shown(file: Path) -> str:
    """A path as it can be printed, also where it is not UTF-8."""
    return os.fsencode(file).decode("utf-8", "replace")


def _split_path(incoming: Path) -> Path:
    return incoming.with_name(f"{incoming.name}.parted")


def _warcs_in(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """(name, content) of the WARC files that a file is, or holds as a WACZ does in archive/ (WACZ 1.1.1, 5.2)."""
    with file.open("rb") as stream:
        beginning = stream.read(5)
        stream.seek(0)
        if beginning[:4] != b"PK\x03\x04":
            if beginning[:3] != b"\x1f\x8b\x08" and beginning != b"WARC/":
                raise ForeignFileError("this is no WARC or WACZ file.")
            yield file.name, stream
            return
        with zipfile.ZipFile(stream) as package:
            inside = {name: PurePosixPath(name) for name in package.namelist()}
            warcs = [n for n, path in inside.items() if path.parts[:1] == ("archive",) and ".warc" in path.suffixes]
            if not warcs:
                raise ForeignFileError("this zip file has no WARC files in archive/, as a WACZ has.")
            for name in warcs:
                with package.open(name) as member:
                    yield f"{file.stem}-{inside[name].name}", member


def _keep_file(archive: Archive, name: str, stream: IO[bytes], incoming: Path, complain: Callable[[str], None]) -> str:
    """Keeps a WARC file below warc/imported/, by way of the file `incoming`; what it did, in a line for people. A file
    of which each record is a gzip member of its own is kept byte for byte; of another one every record is, each in a
    member. Raises ForeignFileError for a file without a whole record."""
    name = _safe(name)
    with incoming.open("wb") as out:
        shutil.copyfileobj(stream, out, _COPY_BYTES)
    if (damage := _split_into_members(incoming)) is not None:
        complain(
            f"{name}: several records stand in one gzip member, and it is damaged at byte {damage}: what lies"
            " behind is not taken in, so keep the original."
        )
    if not any(member.whole for member in walk(incoming)):
        raise ForeignFileError("there is no whole WARC record in this file.")
    sha256 = file_sha256(incoming)
    if archive.row("SELECT 1 FROM warcs WHERE sha256 = ?", [sha256]):
        return f"{name} is in the archive already."
    folder = archive.warc_root / FOREIGN / f"{datetime.now(UTC):%Y}"
    folder.mkdir(parents=True, exist_ok=True)
    stem = name.removesuffix(".gz").removesuffix(".warc")
    number, place = 1, folder / f"{stem}.warc.gz"
    while place.exists() and file_sha256(place) != sha256:  # the same file is there where an import was stopped
        number += 1
        place = folder / f"{stem}-{number}.warc.gz"
    incoming.replace(place)
    return f"{name} is kept as {place.relative_to(archive.warc_root.parent)}."


def _safe(name: str) -> str:
    """A file name that every database and file system holds: UTF-8, without control characters, not hidden."""
    name = os.fsencode(name).decode("utf-8", "replace").replace("\ufffd", "_")
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name).lstrip(".")
    return name.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore") or "unnamed"


def _split_into_members(part: Path) -> int | None:
    """Parts a file into a gzip member a record, so that each can be read at its place; leaves one alone that is so.
    Returns about where a compressed file is damaged or cut off, if it is: what lies behind cannot be parted."""
    with part.open("rb") as file:
        compressed = file.read(3) == b"\x1f\x8b\x08"
    if compressed and (next(walk(part)).whole or not _has_several_records(part)):
        return None
    parted, inflated = _split_path(part), _Inflated(part) if compressed else None
    with io.BufferedReader(inflated) if inflated else part.open("rb") as stream, parted.open("wb") as out:
        for record in _records(stream):
            with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as member:
                for piece in record:
                    member.write(piece)
    parted.replace(part)
    return inflated.damage if inflated else None


def _has_several_records(part: Path) -> bool:
    """Whether the first gzip member goes on behind its first record: then it holds several."""
    head, end = b"", None
    with io.BufferedReader(_Inflated(part)) as stream:
        while piece := stream.read(_COPY_BYTES):
            head += piece
            end = end or end_of_record(head)
            if end is not None and head[end:].strip(b"\r\n"):
                return True
            if len(head) > _MAX_FIRST_RECORD_BYTES or (end is None and len(head) > _COPY_BYTES):
                return False
    return False


class _Inflated(io.RawIOBase):
    """The text of all gzip members of a file, up to where it is damaged or cut off."""

    def __init__(self, part: Path) -> None:
        self._file = part.open("rb")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._text = b""
        self.damage: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._text:
            within = not self._inflate.eof
            coded = (not within and self._inflate.unused_data) or self._file.read(_MAX_LINE_BYTES)
            if not coded:
                if within and self.damage is None:
                    self.damage = self._file.tell()
                return 0
            if not within:
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                self._text = self._inflate.decompress(coded)
            except zlib.error:
                self.damage = self._file.tell()
                self._file.seek(0, io.SEEK_END)
                return 0
        size = min(len(buffer), len(self._text))
        buffer[:size], self._text = self._text[:size], self._text[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def _records(stream: IO[bytes]) -> Iterator[Iterator[bytes]]:
    """The records of a plain file, each in pieces to be used up before the next; what is between two and none of
    either comes as one of its own, so that not a byte is lost."""
    line = stream.readline(_MAX_LINE_BYTES)
    following: list[bytes] = []

    def record(first: bytes) -> Iterator[bytes]:
        left, line = 0, first
        while line.strip(b"\r\n"):
            yield line
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length" and value.strip().isdigit():
                left = int(value)
            line = stream.readline(_MAX_LINE_BYTES)
        yield line
        while left and (piece := stream.read(min(left, _COPY_BYTES))):
            left -= len(piece)
            yield piece
        for _ in range(2):
            line = stream.readline(_MAX_LINE_BYTES)
            if line.strip(b"\r\n"):
                following.append(line)
                return
            yield line

    def rest(first: bytes) -> Iterator[bytes]:
        line = first
        while line and not line.startswith(b"WARC/"):
            yield line
            line = stream.readline(_MAX_LINE_BYTES)
        following.append(line)

    while line:
        yield record(line) if line.startswith(b"WARC/") else rest(line)
        line = following.pop() if following else stream.readline(_MAX_LINE_BYTES)
