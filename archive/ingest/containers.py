"""The WARC and ARC files in what `warta import` is given: the file itself, those in a WACZ (WACZ 1.1.1), and those in
the WACZ files of a multi-WACZ."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from archive.ingest.compression import compression_of
from archive.ingest.lookahead import PIECE_BYTES
from archive.ingest.records import is_archive

_COPY_BYTES = 1 << 20
_MAX_DESCRIPTION_BYTES = 64 << 20
"""The largest datapackage.json that is read."""
MAX_DEPTH = 4
"""How deep WACZ files may stand in one another."""
_MAX_RATIO, _UNCHECKED_BYTES = 200, 1 << 30
"""An entry that gets more than so many times larger is a bomb; it is not asked before it has so many bytes."""
_MAX_LINE_CHARS = 500
_WARC_SUFFIXES = frozenset({"warc", "arc"})
_ZIP_MAGIC = b"PK\x03\x04"
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError)
"""What zipfile raises for an entry that is damaged, has a password or an unknown compression."""


def shown(file: Path | str) -> str:
    """A path in printable form, even if it is not UTF-8."""
    return os.fsencode(file).decode("utf-8", "replace")


class ForeignFileError(Exception):
    """A file cannot be imported. The message is one line for people."""


@dataclass(frozen=True, slots=True)
class Found:
    """A WARC or ARC file. `name` is for people and for the copy; `is_cut` is True for a zip file without its table of
    contents, in which only the whole records are to be taken."""

    name: str
    content: IO[bytes]
    is_cut: bool = False


def archives_in(file: Path, scratch: Path, complain: Callable[[str], None]) -> Iterator[Found]:
    """The WARC and ARC files in a file. WACZ files in it are copied to files beside `scratch`, one for each depth. What
    is wrong is said to `complain`, and the rest is still yielded. Raises ForeignFileError for what is none, OSError."""

    def told(line: str) -> None:
        text = line.encode(errors="replace").decode()  # names from outside may have anything in them
        complain("".join(c if c.isprintable() else "_" for c in text)[:_MAX_LINE_CHARS])

    yield from _archives_in(file, shown(file.name), scratch, told, depth=0)


def _archives_in(
    file: Path, name: str, scratch: Path, complain: Callable[[str], None], *, depth: int
) -> Iterator[Found]:
    with file.open("rb") as stream:
        beginning = stream.read(PIECE_BYTES)
        if not beginning.startswith(_ZIP_MAGIC):
            if compression_of(stream) is None and not is_archive(beginning):
                raise ForeignFileError("this is no WARC, ARC or WACZ file.")
            stream.seek(0)
            yield Found(name, stream)
            return
        try:
            package = zipfile.ZipFile(stream)
        except UNREADABLE:
            stream.seek(0)
            yield Found(name, stream, is_cut=True)
            return
        with package:
            yield from _in_package(package, name, scratch, complain, depth=depth)


def _in_package(
    package: zipfile.ZipFile, name: str, scratch: Path, complain: Callable[[str], None], *, depth: int
) -> Iterator[Found]:
    stem = name.removesuffix(".zip").removesuffix(".wacz")
    entries = [(entry, PurePosixPath(entry.filename.replace("\\", "/"))) for entry in package.infolist()]
    for line in _wrong_in(package):
        complain(f"{name}: {line}")
    found = False
    for entry, path in entries:
        is_wacz = path.suffix.lower() == ".wacz"
        if entry.is_dir() or not (is_wacz or _WARC_SUFFIXES & set(path.name.lower().split(".")[1:])):
            continue
        found = True
        try:
            with _opened(package, entry) as content:
                if not is_wacz:
                    yield Found(f"{stem}-{path.name}", content)
                    continue
                if depth >= MAX_DEPTH:
                    raise ForeignFileError(f"WACZ files stand more than {MAX_DEPTH} deep in one another.")
                inner = scratch.with_name(f"{scratch.name}.{depth}")
                with inner.open("wb") as out:
                    shutil.copyfileobj(content, out, _COPY_BYTES)
            yield from _archives_in(inner, f"{stem}-{path.name}", scratch, complain, depth=depth + 1)
        except (ForeignFileError, *UNREADABLE) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            complain(f"{name}: {path}: {error}")
        finally:
            if is_wacz:
                scratch.with_name(f"{scratch.name}.{depth}").unlink(missing_ok=True)
    if not found:
        raise ForeignFileError("this zip file has no WARC files in it, as a WACZ has.")


class _Entry:
    """The content of an entry; one that expands too much is refused with ForeignFileError."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise ForeignFileError(f"it gets more than {_MAX_RATIO} times larger, as no web archive does.")
        return piece

    def __enter__(self) -> IO[bytes]:
        return self  # type: ignore[return-value]

    def __exit__(self, *error: object) -> None:
        self._stream.close()


def _opened(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Entry:
    """An entry as it is, also if its checksum is another one: `_wrong_in` says so, and each record has its own."""
    with suppress(AttributeError):
        del entry.CRC
    return _Entry(package.open(entry), max(_UNCHECKED_BYTES, _MAX_RATIO * entry.compress_size))


def _wrong_in(package: zipfile.ZipFile) -> Iterator[str]:
    """Lines about what in a WACZ is not as its datapackage.json says, and about entries whose checksum is wrong."""
    entries = {entry.filename: (entry, entry.CRC) for entry in package.infolist()}
    told = {}
    for name in ("datapackage.json", "datapackage-digest.json"):
        if name in entries and entries[name][0].file_size <= _MAX_DESCRIPTION_BYTES:
            try:
                with _opened(package, entries[name][0]) as stream:
                    told[name] = json.loads(stream.read())
            except (ForeignFileError, RecursionError, *UNREADABLE) as error:
                yield f"{name} cannot be read: {error}."
    if isinstance(digest := told.get("datapackage-digest.json"), dict) and "hash" in digest:
        yield from _differences(package, entries, {"path": "datapackage.json", "hash": digest["hash"]})
    description = told.get("datapackage.json")
    resources = description.get("resources") if isinstance(description, dict) else None
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict):
            yield from _differences(package, entries, resource)


def _differences(
    package: zipfile.ZipFile, entries: dict[str, tuple[zipfile.ZipInfo, int]], resource: dict[str, Any]
) -> Iterator[str]:
    path = next((one for key in ("path", "url", "name") if isinstance(one := resource.get(key), str)), None)
    if path is None:
        return
    entry, checksum = entries.get(path) or entries.get(f"archive/{path}") or (None, 0)
    if entry is None:
        yield f"{path[:200]} is named in datapackage.json and is not in the file."
        return
    algorithm, _, told = str(resource.get("hash") or "").replace("-", ":", 1).rpartition(":")
    algorithm = algorithm.lower() or "sha256"
    reckoned = (
        hashlib.new(algorithm, usedforsecurity=False) if algorithm in ("md5", "sha1", "sha256", "sha512") else None
    )
    size = crc = 0
    try:
        with _opened(package, entry) as stream:
            while piece := stream.read(_COPY_BYTES):
                size, crc = size + len(piece), zlib.crc32(piece, crc)
                if reckoned is not None:
                    reckoned.update(piece)
    except (ForeignFileError, *UNREADABLE) as error:
        yield f"{path} cannot be read to its end: {error}."
        return
    if told and reckoned is not None and reckoned.hexdigest() != told.lower():
        yield f"{path} is not what datapackage.json says: its {algorithm} is another one."
    elif isinstance(resource.get("bytes"), int) and resource["bytes"] != size:
        yield f"{path} is not what datapackage.json says: it has {size:,} bytes, not {resource['bytes']:,}."
    elif crc != checksum:
        yield f"{path} is damaged: its checksum is another one."
