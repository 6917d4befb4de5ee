"""`warta import`: copies WARC and WACZ files of other programs into the archive, and reads the articles in them."""

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
"""Bytes copied at a time."""
_MAX_LINE_BYTES = 1 << 16
"""A longer line of a record's head is handled in pieces."""
_MAX_FIRST_RECORD_BYTES = 64 << 20
"""How much of the first gzip member is read to find whether it holds more than one record."""
_MAX_NAME_BYTES = 200
"""How many of the last bytes of a file name are kept: file systems allow 255, and a number may be added."""


class ForeignFileError(Exception):
    """A file cannot be imported. The message is one line for people."""


_UNREADABLE = (ForeignFileError, OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError)
"""What reading a file raises that is damaged, or a zip file with a password or an unknown compression."""


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
    """Imports files into the archive in the folder `data`: copies their WARC files below warc/imported/, then reads
    these. A file that is in the archive already is skipped. One that is no WARC or WACZ file is reported to `complain`,
    and the others are still imported. `say` gets lines for people.

    The same call continues an import that was stopped. Raises StoppedError, ArchiveError and ArchiveBusyError as
    `rebuild` does.
    """
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
    """A path in printable form, even if it is not UTF-8."""
    return os.fsencode(file).decode("utf-8", "replace")


def _split_path(incoming: Path) -> Path:
    """The working file for `_split_into_members`."""
    return incoming.with_name(f"{incoming.name}.parted")


def _warcs_in(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """(name, content) of the WARC file that a file is, or of those in the folder archive/ of a WACZ file (WACZ 1.1.1,
    5.2). Raises ForeignFileError for other files."""
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
    """Stores a WARC file below warc/imported/, with `incoming` as working file. Returns what it did, in a line for
    people. If each record is a gzip member of its own, the file is kept byte for byte; else each of its records is, in
    a gzip member of its own. Raises ForeignFileError for a file without a whole record."""
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
    """The name with "_" for what a file name or a database may not hold: bytes that are not UTF-8, slashes, control
    characters. It does not begin with a dot."""
    name = os.fsencode(name).decode("utf-8", "replace").replace("\ufffd", "_")
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name).lstrip(".")
    return name.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore") or "unnamed"


def _split_into_members(part: Path) -> int | None:
    """Rewrites a file so that each record is a gzip member of its own, unless it is so already. If a compressed file is
    damaged or cut off, returns about where (an offset in bytes), because what comes after cannot be decompressed; else
    None."""
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
    """Whether the first gzip member of a file goes on after its first record, and so holds several."""
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
    """A stream of the decompressed content of a file's gzip members, up to where it is damaged or cut off. `damage` is
    about where that is, in bytes of the file; None if it is whole."""

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
    """The records of an uncompressed file, each as pieces that must be used up before the next one is asked for. Bytes
    between two records come as one of their own, so that no byte is lost."""
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
