"""What happens to the files of an archive over the years: bytes rot, disks fill up, people move and mix up files."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

PAGE = 4096
"""Bytes of a page of the database."""
LOGS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Part:
    """A record in a WARC file: its place, and the story of which it is a version ("" for all other records)."""

    offset: int
    length: int
    story: str


@dataclass
class Archived:
    """An archive to be damaged: `parts` are the records of each WARC file as it was, `hot` the folder of a database of
    the same content whose log was not merged into it. `touched` are the stories of which a version was damaged."""

    data: Path
    parts: dict[str, list[Part]]
    hot: Path
    touched: list[str]

    def warc(self, name: str) -> Path:
        return self.data / "warc" / name

    @property
    def database(self) -> Path:
        return self.data / "archive.db"


def members(content: bytes) -> Iterator[tuple[int, int]]:
    """(offset, length) of the gzip members that are one WARC record each, up to the first that is not."""
    start = 0
    while start < len(content):
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            text = inflate.decompress(content[start:])
        except zlib.error:
            return
        if not inflate.eof or not text.startswith(b"WARC/"):
            return
        length = len(content) - start - len(inflate.unused_data)
        yield start, length
        start += length


def is_whole(content: bytes) -> bool:
    """Whether a file is nothing but whole records."""
    return sum(length for _, length in members(content)) == len(content)


# One file


def a_file(archived: Archived, random: Random) -> tuple[str, Path]:
    """A WARC file that is still at its place."""
    there = [name for name in archived.parts if archived.warc(name).is_file()]
    name = random.choice(there or list(archived.parts))
    return name, archived.warc(name)


def a_part(archived: Archived, random: Random, name: str) -> Part:
    """A record of a file; most often one of a version, and a long one more often than a short one."""
    parts = archived.parts[name]
    versions = [part for part in parts if part.story]
    if versions and random.random() < 0.7:
        return random.choices(versions, [part.length for part in versions])[0]
    return random.choice(parts)


def _told(archived: Archived, name: str, part: Part) -> str:
    if part.story:
        archived.touched.append(part.story)
    number = archived.parts[name].index(part)
    return f"record {number} of {name}" + (f" ({part.story})" if part.story else "")


def _touch_behind(archived: Archived, name: str, start: int) -> None:
    archived.touched.extend(part.story for part in archived.parts[name] if part.story and part.offset >= start)


def cut(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    part = a_part(archived, random, name)
    whole, size = path.stat().st_size, part.offset + int(part.length * random.random())
    os.truncate(path, min(size, whole))
    _touch_behind(archived, name, part.offset)
    return f"cut at byte {size} of {whole} within {_told(archived, name, part)}"


def cut_between_records(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    part = a_part(archived, random, name)
    os.truncate(path, min(part.offset, path.stat().st_size))
    _touch_behind(archived, name, part.offset)
    return f"cut before {_told(archived, name, part)}"


def rot(archived: Archived, random: Random) -> str:
    """Single bits, in one record or all over the file."""
    name, path = a_file(archived, random)
    content = bytearray(path.read_bytes())
    part, bits = a_part(archived, random, name), random.choice((1, 1, 2, 8, 40))
    start, length = (part.offset, part.length) if random.random() < 0.7 else (0, len(content))
    for _ in range(bits):
        place = start + int(length * random.random())
        if place < len(content):
            content[place] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    where = _told(archived, name, part) if length == part.length else name
    return f"{bits} bits turned over in {where}"


def overwrite(archived: Archived, random: Random) -> str:
    """A run of bytes is zeros, or something else."""
    name, path = a_file(archived, random)
    part, size = a_part(archived, random, name), random.choice((1, 4, 20, 300, 4096))
    start = part.offset + int(part.length * random.random())
    new = bytes(size) if random.random() < 0.6 else random.randbytes(size)
    content = path.read_bytes()
    path.write_bytes((content[:start] + new + content[start + size :])[: max(len(content), start)])
    return (
        f"{size} bytes from byte {start} on overwritten, beginning with {new[:4]!r}, in {_told(archived, name, part)}"
    )


def put_between(archived: Archived, random: Random) -> str:
    """Bytes come in, or fall out, and all behind them stands elsewhere."""
    name, path = a_file(archived, random)
    part, size = a_part(archived, random, name), random.choice((1, 7, 512))
    start = part.offset + (int(part.length * random.random()) if random.random() < 0.5 else 0)
    content = path.read_bytes()
    if random.random() < 0.5:
        path.write_bytes(content[:start] + random.randbytes(size) + content[start:])
        what = "put in"
    else:
        path.write_bytes(content[:start] + content[start + size :])
        what = "taken out"
    _touch_behind(archived, name, part.offset)
    return f"{size} bytes {what} at byte {start}, {_told(archived, name, part)}"


def append(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    garbage = random.choice(
        (
            random.randbytes(1),
            random.randbytes(500),
            b"\x1f\x8b\x08",
            gzip.compress(b"no record", mtime=0),
            b"\0" * 5000,
            b"<html>502 Bad Gateway</html>\n",
        )
    )
    with path.open("ab") as file:
        file.write(garbage)
    return f"{len(garbage)} bytes beginning with {garbage[:4]!r} appended to {name}"


def swap_records(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    one, other = sorted(random.sample(archived.parts[name], 2), key=lambda part: part.offset)
    content = path.read_bytes()
    pieces = (
        content[: one.offset],
        content[other.offset : other.offset + other.length],
        content[one.offset + one.length : other.offset],
        content[one.offset : one.offset + one.length],
        content[other.offset + other.length :],
    )
    path.write_bytes(b"".join(pieces))
    _touch_behind(archived, name, one.offset)
    return f"places swapped of {_told(archived, name, one)} and {_told(archived, name, other)}"


def swap_alike(archived: Archived, random: Random) -> str:
    """A record stands exactly where another one stood."""
    name, path = a_file(archived, random)
    part, other = a_part(archived, random, name), a_part(archived, random, name)
    content = path.read_bytes()
    moved = content[other.offset : other.offset + other.length]
    path.write_bytes(content[: part.offset] + moved + content[part.offset + part.length :])
    _touch_behind(archived, name, part.offset)
    return f"{_told(archived, name, other)} in the place of {_told(archived, name, part)}"


def duplicate(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    part = a_part(archived, random, name)
    content = path.read_bytes()
    record = content[part.offset : part.offset + part.length]
    at = random.choice((part.offset, len(content)))
    path.write_bytes(content[:at] + record + content[at:])
    _touch_behind(archived, name, at)
    return f"{_told(archived, name, part)} once more at byte {at}"


def repack(archived: Archived, random: Random) -> str:
    """All records in one gzip member, or in none."""
    name, path = a_file(archived, random)
    try:
        plain = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error):
        return f"{name} cannot be unpacked"
    in_one = random.random() < 0.5
    path.write_bytes(gzip.compress(plain, mtime=0) if in_one else plain)
    _touch_behind(archived, name, 0)
    return f"{name} {'packed anew as one gzip member' if in_one else 'unpacked'}"


# Whole files


def delete(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    path.unlink()
    _touch_behind(archived, name, 0)
    return f"{name} deleted"


def swap_files(archived: Archived, random: Random) -> str:
    (name, one), (another, other) = a_file(archived, random), a_file(archived, random)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    for touched in (name, another):
        _touch_behind(archived, touched, 0)
    return f"contents swapped of {name} and {another}"


def copy_over(archived: Archived, random: Random) -> str:
    (name, one), (another, other) = a_file(archived, random), a_file(archived, random)
    shutil.copyfile(one, other.with_name(other.name + ".x"))
    other.with_name(other.name + ".x").replace(other)
    _touch_behind(archived, another, 0)
    return f"{name} copied over {another}"


def rename(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    stem = path.name.removesuffix(".warc.gz")
    new = random.choice(
        (
            path.with_name(f"{stem}-a.warc.gz"),
            path.with_name(f"{path.name}.bak"),
            path.parent.parent / "1999" / path.name,
            path.parent.parent / path.name,
            archived.data / "warc" / "mc-paser" / "1999" / "x.warc.gz",
        )
    )
    new.parent.mkdir(parents=True, exist_ok=True)
    path.rename(new)
    _touch_behind(archived, name, 0)
    return f"{name} renamed {new.relative_to(archived.data / 'warc')}"


def leave_part(archived: Archived, random: Random) -> str:
    """A backup was made while the file was being written, and one later: both are laid back."""
    name, path = a_file(archived, random)
    part = a_part(archived, random, name)
    size = part.offset + int(part.length * random.random())
    path.with_name(path.name + ".part").write_bytes(path.read_bytes()[:size])
    return f"the first {size} bytes of {name} stand beside it as .part"


def unseal(archived: Archived, random: Random) -> str:
    """As if the run had been cut off, now or earlier."""
    name, path = a_file(archived, random)
    path.rename(path.with_name(path.name + ".part"))
    _touch_behind(archived, name, 0)
    return f"{name} is called .part"


def lead_nowhere(archived: Archived, random: Random) -> str:
    name, path = a_file(archived, random)
    path.unlink()
    path.symlink_to("/nowhere/" + path.name)
    _touch_behind(archived, name, 0)
    return f"{name} is a link to a disk that is not there"


def keep_own_files(archived: Archived, random: Random) -> str:
    """The archivist keeps files of their own in the archive's folder."""
    folder = random.choice(("import", "rebuild", "warc/imported/2026", "warc/antara-kaltim/2026"))
    path = archived.data / folder / random.choice(("catatan.txt", "kabar.new.txt", "kabar.warc.gz.tail"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Milik arsiparis.")
    return f"{folder}/{path.name} is the archivist's own"


# The database


def rot_database(archived: Archived, random: Random) -> str:
    path = archived.database
    content = bytearray(path.read_bytes()) if path.is_file() else bytearray()
    pages = [random.randrange(max(len(content) // PAGE, 1)) for _ in range(random.choice((1, 1, 2, 5)))]
    count = random.choice((1, 4, 30))
    for page in pages:
        for _ in range(count):
            place = page * PAGE + random.randrange(PAGE)
            if place < len(content):
                content[place] = random.randrange(256)
    path.write_bytes(content)
    return f"{count} bytes other in each of the database's pages {pages}"


def zero_page(archived: Archived, random: Random) -> str:
    path = archived.database
    content = path.read_bytes() if path.is_file() else b""
    page = random.choice((0, random.randrange(max(len(content) // PAGE, 1))))
    path.write_bytes((content[: page * PAGE] + bytes(PAGE) + content[(page + 1) * PAGE :])[: len(content)])
    return f"page {page} of the database is zeros"


def cut_database(archived: Archived, random: Random) -> str:
    path = archived.database
    size = int(path.stat().st_size * random.random()) if path.is_file() else 0
    if random.random() < 0.5:
        size -= size % PAGE
    path.touch()
    os.truncate(path, size)
    return f"database cut at byte {size}"


def replace_database(archived: Archived, random: Random) -> str:
    new = random.choice(
        (b"", b"Catatan redaksi.\n", b"Catatan redaksi.\n" * 5000, b"SQLite format 3\0", random.randbytes(9000))
    )
    archived.database.write_bytes(new)
    return f"database replaced by {len(new)} bytes beginning with {new[:8]!r}"


def delete_database(archived: Archived, random: Random) -> str:
    archived.database.unlink(missing_ok=True)
    if with_logs := random.random() < 0.5:
        for log in LOGS:
            archived.database.with_name(archived.database.name + log).unlink(missing_ok=True)
    return f"database deleted{', its logs as well' if with_logs else ''}"


def hurt_logs(archived: Archived, random: Random) -> str:
    """The machine went off while the database was written, and its logs came to harm."""
    for path in archived.hot.iterdir():
        shutil.copyfile(path, archived.data / path.name)
    log = archived.data / f"archive.db{random.choice(LOGS)}"
    match random.randrange(4):
        case 0:
            log.unlink()
            what = "deleted"
        case 1:
            os.truncate(log, int(log.stat().st_size * random.random()))
            what = "cut"
        case 2:
            log.write_bytes(random.randbytes(log.stat().st_size))
            what = "garbage"
        case _:
            what = "as it was"
    return f"{log.name}, with what is not in the database yet, is {what}"


Damage = Callable[[Archived, Random], str]
"""Does something to an archive; what it did, in words."""

OF_WARCS: list[Damage] = [
    cut,
    cut,
    cut,
    rot,
    rot,
    overwrite,
    overwrite,
    put_between,
    swap_records,
    swap_alike,
    duplicate,
]
OF_WARCS += [cut_between_records, append, delete, delete, swap_files, copy_over, rename, repack, leave_part, unseal]
OF_WARCS += [lead_nowhere]
OF_DATABASE: list[Damage] = [rot_database, rot_database, zero_page, cut_database, replace_database, delete_database]
OF_DATABASE += [hurt_logs, hurt_logs]


def damage(archived: Archived, random: Random) -> list[str]:
    """One to three damages; what they are, in words."""
    done = []
    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.random()
        choice = OF_DATABASE if kind < 0.2 else [keep_own_files] if kind < 0.24 else OF_WARCS
        done.append(random.choice(choice)(archived, random))
    return done


def with_hot_log(database: Path, folder: Path) -> None:
    """Copies a database as it stands when the machine goes off before its log is merged: the log says again what the
    database says."""
    folder.mkdir()
    working = folder.with_name(folder.name + "-working.db")
    shutil.copyfile(database, working)
    db = sqlite3.connect(working)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("UPDATE captures SET length = length")
    db.execute("UPDATE versions SET body = body")
    db.commit()
    for log in ("", *LOGS):
        shutil.copyfile(f"{working}{log}", folder / f"archive.db{log}")
    db.close()
