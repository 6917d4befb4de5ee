"""Packing: the files that the runs of a site left on one day become one, so that an archive of hourly runs has not a
file for each of them.

After a crash at any moment there are the old files, or the old ones and the packed one, or the packed one alone; the
next run finds by the bytes which, and goes on from there (`finish_packing`, `take_up_packing`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.ingest.pipeline import FULL_DISK, stopping, warcs_in
from archive.store.database import Archive, ArchiveError, Row
from archive.store.packed import days_to_pack, note_packed
from archive.warc.packing import (
    MAX_PACKED_BYTES,
    UNFINISHED,
    Day,
    PackingError,
    Part,
    day_of,
    free_name,
    holds,
    join,
    packed_day_of,
    part_of,
    parts_of,
    sync_folder,
)
from archive.warc.sealing import Sealed, describe

BYTES_OF_A_RUN = 256 << 20
"""How much a scheduled run packs at its end; the runs after it go on. Chosen so that it takes some seconds."""


@dataclass
class Packing:
    """What was packed: `files` became `packed` files of `bytes` bytes. `refused` has a line for people about each day
    that stays as it is; `left` is the number of days that were not looked at."""

    files: int = 0
    packed: int = 0
    bytes: int = 0
    left: int = 0
    was_stopped: bool = False
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        into = "1 file" if self.packed == 1 else f"{self.packed:,} files"
        return f"{self.files:,} WARC files of days that are over are packed into {into}, {self.bytes / 1e6:,.1f} MB."


@dataclass(frozen=True)
class Group:
    """Files of a day that become one file: their rows of `warcs`."""

    day: Day
    rows: list[Row]

    @property
    def size(self) -> int:
        return sum(row["size"] for row in self.rows)


OnPacked = Callable[[int, int], None]
"""Called after each group with (bytes done, bytes in all)."""


def due(archive: Archive, *, now: datetime, site: str | None = None) -> list[Group]:
    """What is to be packed, the newest days first. Files that together are larger than MAX_PACKED_BYTES become
    several."""
    groups = []
    for day, rows in days_to_pack(archive, before=f"{now:%Y%m%d}", site=site).items():
        group = Group(day, [])
        for row in rows:
            if group.rows and group.size + row["size"] > MAX_PACKED_BYTES:
                groups.append(group)
                group = Group(day, [])
            group.rows.append(row)
        groups.append(group)
    return [group for group in groups if len(group.rows) > 1]


def pack(
    archive: Archive,
    *,
    now: datetime,
    site: str | None = None,
    max_bytes: int | None = None,
    on_packed: OnPacked = lambda done, total: None,  # noqa: ARG005
) -> Packing:
    """Packs what is due, of the site `site` or of all; at most one group beyond `max_bytes`. What was left by a crash
    must have been taken up before (archive.ingest.recovery), under the archive's lock.

    A day of which a file is missing, damaged or not in the database stays as it is. Raises ArchiveError if the disk is
    full; nothing is lost then.
    """
    result, groups = Packing(), due(archive, now=now, site=site)
    total, done = sum(group.size for group in groups), 0
    archive.db.execute("PRAGMA synchronous = full")  # old files go only when the new places are on disk
    with stopping() as is_stopping:
        for number, group in enumerate(groups):
            if is_stopping() or (max_bytes is not None and done >= max_bytes):
                result.left = len(groups) - number
                result.was_stopped = is_stopping()
                break
            try:
                sealed = _pack_group(archive, group)
            except PackingError as error:
                result.refused.append(f"{group.day.shown}: the files stay as they are: {error}.")
            else:
                result.files += len(group.rows)
                result.packed += 1
                result.bytes += sealed.size
            done += group.size
            on_packed(done, total)
    return result


def _pack_group(archive: Archive, group: Group) -> Sealed:
    """Raises PackingError where the files stay as they are, ArchiveError if the disk is full."""
    root = archive.warc_root
    _refuse_unknown(archive, group.day)
    try:
        parts, start = list[Part](), 0
        for row in group.rows:
            part = _sealed_part(root, row, start)
            parts.append(part)
            start += part.size
        name = free_name(root, group.day)
        sealed = join(root, parts, name)
        try:
            note_packed(archive, name, parts, sealed)
        except BaseException:
            if archive.row("SELECT 1 FROM warcs WHERE name = ?", [name]) is None:
                (root / name).unlink()
            raise
        for part in parts:
            (root / part.name).unlink()
        sync_folder((root / name).parent)
    except (OSError, sqlite3.OperationalError) as error:
        full = isinstance(error, OSError) and error.errno in FULL_DISK
        full = full or getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
        if full:
            raise ArchiveError("The disk is full: the WARC files stay as they are until there is room.") from error
        raise PackingError(f"{getattr(error, 'strerror', None) or error}") from error
    return sealed


def _sealed_part(root: Path, row: Row, start: int) -> Part:
    """A file, if it is as it was when it was sealed."""
    path = root / row["name"]
    if not path.exists():
        raise PackingError(f"{row['name']} is missing")
    if path.stat().st_size != row["size"]:
        raise PackingError(f"{row['name']} has another size than when it was sealed")
    part = part_of(root, row["name"], start)
    if part.sha256 != row["sha256"]:
        raise PackingError(f"{row['name']} is not what it was when it was sealed")
    return part


def _refuse_unknown(archive: Archive, day: Day) -> None:
    """Raises PackingError if the day has a file that is still open, or one that the database does not know yet: they
    are to be packed together."""
    for path in sorted((archive.warc_root / day.folder).glob(f"{day.site}-{day.day}*.warc.gz*")):
        name = f"{day.folder}/{path.name.removesuffix('.part')}"
        if day_of(name) == day and archive.row("SELECT 1 FROM warcs WHERE name = ?", [name]) is None:
            raise PackingError(f"{path.name} is not in the database yet")


# After a crash


def take_up_packing(archive: Archive) -> Iterator[str]:
    """Brings a packing that was cut off to its end; yields lines for people. Packed files that the database does not
    know are noted for those of their parts that it has, which may also be so with a database from a backup."""
    root = archive.warc_root
    noted = {row["name"] for row in archive.rows("SELECT name FROM warcs")}
    for packed in _packed_in(root):
        if packed in noted:
            continue
        try:
            parts = parts_of(root, packed)
            known = [part for part in parts if _is_noted(archive, part)]
            if not known:
                continue
            is_whole = len(known) == len(parts)
            sealed = describe(root / packed, packed, sum(part.records for part in parts)) if is_whole else None
        except (PackingError, OSError) as error:
            yield f"{packed}: {error}."
            continue
        note_packed(archive, packed, known, sealed)
        yield f"An earlier run was cut off while it packed {len(parts)} files: {packed} takes their place."
        noted -= {part.name for part in known}
    yield from finish_packing(root, keep=noted)


def finish_packing(root: Path, *, keep: set[str] | frozenset[str] = frozenset()) -> Iterator[str]:
    """Removes what a packing that was cut off left: its unfinished files, and files that a packed one holds byte for
    byte, except for those of the names `keep`. Yields lines for people."""
    for unfinished in sorted(root.glob(f"*/*/*-packed-*.warc.gz{UNFINISHED}")):
        unfinished.unlink()
    old: dict[Day, set[str]] = {}
    for name in warcs_in(root)[0]:
        if name not in keep and (day := day_of(name)):
            old.setdefault(day, set()).add(name)
    for packed in _packed_in(root):
        names = old.get(packed_day_of(packed), set())  # type: ignore[arg-type]  # it is one of a day
        if not names:
            continue
        try:
            parts = [part for part in parts_of(root, packed) if part.name in names]
            for part in parts:
                if holds(root, packed, part):
                    (root / part.name).unlink()
                else:
                    yield f"{part.name} stays beside {packed}, which holds other bytes of this name."
            sync_folder((root / packed).parent)
        except (PackingError, OSError) as error:
            yield f"{packed}: {error}."


def _is_noted(archive: Archive, part: Part) -> bool:
    """Whether the database has the file that a part was, with the same bytes."""
    values = [part.name, part.sha256]
    return archive.row("SELECT 1 FROM warcs WHERE name = ? AND sha256 = ?", values) is not None


def _packed_in(root: Path) -> list[str]:
    return [name for name in warcs_in(root)[0] if packed_day_of(name) is not None]
