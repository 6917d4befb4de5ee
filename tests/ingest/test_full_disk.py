"""A full disk: what was begun is taken back, the archive stays as it was, and the same command works afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.store.database import ArchiveError
from tests.support.own_files import again, from_nothing, ids, page, put, story, take, write_run

Full = Callable[..., None]


def full_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def full_database(*_: object, **__: object) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive with a story."""
    write_run(tmp_path / "data", {101: story(101)})
    from_nothing(tmp_path / "data")
    return tmp_path / "data"


def files(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()} - {
        "archive.db-shm",
        "archive.db-wal",
    }


@pytest.mark.parametrize(
    ("place", "full"),
    [
        ("archive.ingest.imports._copy_all", full_disk),
        ("archive.ingest.imports._made_normal", full_disk),
        ("archive.ingest.spool.Spool.add", full_database),
        ("archive.ingest.spool.Spool.take", full_database),
        ("archive.ingest.loader.Loader.take", full_database),
        ("archive.ingest.imports.register_warcs", full_disk),
        ("archive.ingest.imports.update_terms", full_database),
    ],
)
def test_an_import_that_fills_the_disk_leaves_nothing_behind_and_is_done_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, full: Full
) -> None:
    file = put(tmp_path, "luar.warc.gz", page(102))
    before = files(data)
    with monkeypatch.context() as patched:
        patched.setattr(place, full)
        with pytest.raises(ArchiveError, match="The disk is full"):
            take(data, file)
    assert {path for path in files(data) - before if not path.startswith("warc/imported/")} == set()
    assert "antara-kaltim/101" in ids(data)
    report, complaints = take(data, file)
    assert (complaints, report.damaged, ids(data)) == ([], [], ["antara-kaltim/101", "antara-kaltim/102"])


@pytest.mark.parametrize(
    ("place", "full"),
    [
        ("archive.ingest.spool.Spool.add", full_database),
        ("archive.ingest.loader.Loader.take", full_database),
        ("archive.ingest.rebuild.update_terms", full_database),
        ("archive.ingest.rebuild.register_warcs", full_disk),
        ("archive.ingest.rebuild._swap", full_database),
    ],
)
def test_a_rebuild_that_fills_the_disk_leaves_the_old_database_and_nothing_else(
    data: Path, monkeypatch: pytest.MonkeyPatch, place: str, full: Full
) -> None:
    before = files(data)
    with monkeypatch.context() as patched:
        patched.setattr(place, full)
        with pytest.raises(ArchiveError, match="The disk is full"):
            again(data)
    assert files(data) == before
    assert ids(data) == ["antara-kaltim/101"]
    assert again(data).is_whole
