"""`warta import`: copies WARC, ARC and WACZ files of other programs into the archive, and reads the articles in them.

archive.ingest.containers finds the files in what is given, archive.ingest.records makes foreign records whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from archive.ingest.compression import GZIP, Compression, Expanded, compression_of, next_member
from archive.ingest.containers import MAX_DEPTH, UNREADABLE, ForeignFileError, Found, archives_in, shown
from archive.ingest.lookahead import Text
from archive.ingest.pipeline import FULL_DISK, OnProgress, Report, read_into, register_warcs, spooling, warcs_in
from archive.ingest.records import RECORD_BEGINS, Rewritten, rewrite
from archive.ingest.recovery import recover_runs
from archive.search.vocabulary import update_terms
from archive.store.database import Archive
from archive.store.lock import hold
from archive.warc.capture import FOREIGN
from archive.warc.members import walk
from archive.warc.sealing import file_sha256

_COPY_BYTES = 1 << 20
"""Bytes copied at a time."""
_MAX_NAME_BYTES = 200
"""How many of the last bytes of a file name are kept: file systems allow 255, and a number may be added."""
_MAX_NAMED = 20
"""How many damaged places of a file are named."""
_SUFFIXES = (".gz", ".zst", ".warc", ".arc")
_WORKING_FILES = (".parted", *(f".inner.{depth}" for depth in range(MAX_DEPTH)))
"""Ends of the names of working files beside the one that comes in."""


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
    these. A file that is in the archive already is skipped. One that is no WARC, ARC or WACZ file, is
    damaged or gave nothing is reported to `complain`, and the others are still imported. `say` gets lines for people.

    The same call continues an import that was stopped. Raises StoppedError, ArchiveError and ArchiveBusyError as
    `rebuild` does.
    """
    hold(data)
    kept = dict[Path, list[str]]()
    with Archive.open(data) as archive:
        for line in recover_runs(archive):
            say(line)
        incoming = data / "import" / ".incoming.warc.gz"
        work = [incoming, *(incoming.with_name(f"{incoming.name}{end}") for end in _WORKING_FILES)]
        with spooling(data / "import", *work) as spool:
            for file in files:
                kept[file] = list(_taken(archive, file, incoming, say, complain))
            for path in work:
                path.unlink(missing_ok=True)
            names, odd = warcs_in(archive.warc_root)
            noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
            fresh = [name for name in names if name.startswith(f"{FOREIGN}/") and name not in noted]
            report = read_into(archive, fresh, spool, workers=workers, scheduler=scheduler, on_progress=on_progress)
            report.faulty_files += odd
            register_warcs(archive, fresh, spool, report)
            update_terms(archive)
            spool.remove()
    for file, warcs in kept.items():
        if warcs and set(warcs) <= set(fresh) - report.gave:
            complain(f"{shown(file)}: nothing in it was taken in.")
    return report


def _taken(
    archive: Archive,
    file: Path,
    incoming: Path,
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> Iterator[str]:
    """Keeps the WARC files in a file; yields their names below warc/."""
    try:
        for found in archives_in(file, incoming.with_name(f"{incoming.name}.inner"), complain):
            try:
                name, line = _keep_file(archive, found, incoming, complain)
            except ForeignFileError as error:
                complain(f"{_safe(found.name)}: {error}")
            else:
                say(line)
                yield name
    except (ForeignFileError, *UNREADABLE) as error:
        if getattr(error, "errno", None) in FULL_DISK:
            raise
        complain(f"{shown(file)}: {getattr(error, 'strerror', None) or error}")


def _keep_file(archive: Archive, found: Found, incoming: Path, complain: Callable[[str], None]) -> tuple[str, str]:
    """Stores a WARC or ARC file below warc/imported/, with `incoming` as working file: (its name below warc/, what was
    done, in a line for people). If each record is whole in a gzip member of its own, the file is kept byte for byte;
    else each of its records is, in a gzip member of its own. Raises ForeignFileError for a file without a whole
    record."""
    name = _safe(found.name)
    with incoming.open("wb") as out:
        _copy_all(found.content, out, name, complain)
    for line in _made_normal(incoming, only_whole=found.is_cut):
        complain(f"{name}: {line}")
    if not any(member.whole for member in walk(incoming)):
        raise ForeignFileError("there is no whole record in this file.")
    if found.is_cut:
        complain(f"{name}: this WACZ is cut off or damaged: only the whole records of its compressed files are kept.")
    sha256 = file_sha256(incoming)
    if known := archive.row("SELECT name FROM warcs WHERE sha256 = ?", [sha256]):
        return known["name"], f"{name} is in the archive already."
    folder = archive.warc_root / FOREIGN / f"{datetime.now(UTC):%Y}"
    folder.mkdir(parents=True, exist_ok=True)
    stem = name
    while stem.endswith(_SUFFIXES):
        stem = stem.rpartition(".")[0]
    number, place = 1, folder / f"{stem or 'unnamed'}.warc.gz"
    while place.exists() and file_sha256(place) != sha256:  # the same file is there where an import was stopped
        number += 1
        place = folder / f"{stem or 'unnamed'}-{number}.warc.gz"
    incoming.replace(place)
    kept = place.relative_to(archive.warc_root)
    return kept.as_posix(), f"{name} is kept as {place.relative_to(archive.warc_root.parent)}."


def _copy_all(content: IO[bytes], out: BinaryIO, name: str, complain: Callable[[str], None]) -> None:
    """Copies a file; of one that is damaged in its WACZ, the part that can be read."""
    try:
        while piece := content.read(_COPY_BYTES):
            out.write(piece)
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        complain(f"{name}: it cannot be read to its end: {error}.")


def _safe(name: str) -> str:
    """The name with "_" for what a file name or a database may not hold: bytes that are not UTF-8, slashes, control
    characters. It does not begin with a dot."""
    name = os.fsencode(name).decode("utf-8", "replace").replace("\ufffd", "_")
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name).lstrip(".")
    return name.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore") or "unnamed"


@dataclass
class _Made:
    """What became of a file that is rewritten: whether anything is otherwise than it was, and what is damaged."""

    is_other: bool = False
    damage: list[str] = field(default_factory=list)


def _made_normal(part: Path, *, only_whole: bool) -> list[str]:
    """Rewrites a file so that each record is whole in a gzip member of its own, unless it is so already. Returns lines
    about compressed parts that are damaged in such a way that records may be lost. Of damaged members of single records
    all bytes are kept, unless `only_whole`."""
    made, parted = _Made(), part.with_name(f"{part.name}.parted")
    if not only_whole and all(member.whole for member in walk(part)) and part.stat().st_size:
        return []
    with part.open("rb") as file, parted.open("wb") as out:
        compression = compression_of(file)
        if compression is GZIP or only_whole:
            for member in walk(part):
                if member.whole:
                    _copy_part(file, member.offset, member.length, out)
                elif only_whole:
                    made.is_other = True
                else:
                    _rewrite_part(file, member.offset, member.length, out, compression, made)
        else:
            made.is_other = True
            _rewrite_part(file, 0, part.stat().st_size, out, compression, made)
    if made.is_other:
        parted.replace(part)
    left = len(made.damage) - _MAX_NAMED
    return made.damage[:_MAX_NAMED] + ([f"{left:,} more places are damaged."] if left > 0 else [])


def _rewrite_part(
    file: BinaryIO, start: int, length: int, out: BinaryIO, compression: Compression | None, made: _Made
) -> None:
    """Rewrites the records in a part of a file. Where a member of a gzip file has no whole record, its bytes are kept
    as they are, so that the damage is named and nothing is lost."""
    mark, end, damage = out.tell(), start + length, list[str]()
    so_far, folder = Rewritten(), Path(file.name).parent
    position = start
    while position < end:
        file.seek(position)
        stream = Expanded(file, position, end, compression) if compression else file
        text = Text(stream, folder)
        try:
            rewrite(text, out, so_far)
        finally:
            text.close()
        if not isinstance(stream, Expanded) or stream.damage is None:
            break
        if so_far.whole and not so_far.is_last_sure and so_far.last_end > stream.given_before:
            # Nobody can tell whether the record before the damage is as it was written.
            out.seek(so_far.last)
            out.truncate()
            so_far.whole -= 1
        damage.append(
            f"the compressed bytes are damaged at byte {stream.damaged_at:,} ({stream.why}): what cannot be read is not"
            " taken in, so keep the original."
        )
        position = next_member(file, stream.damage + 1, end, compression or GZIP, RECORD_BEGINS)
    if so_far.whole or (compression is not GZIP and so_far.damaged):
        made.is_other = True
        made.damage += damage
        return
    out.seek(mark)
    out.truncate()
    if so_far.damaged or damage:
        _copy_part(file, start, length, out)
    else:
        made.is_other = True  # line ends or zeros alone


def _copy_part(file: BinaryIO, start: int, length: int, out: BinaryIO) -> None:
    file.seek(start)
    while length and (piece := file.read(min(length, _COPY_BYTES))):
        out.write(piece)
        length -= len(piece)
