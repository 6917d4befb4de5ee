"""A database is whole, damaged, of another program or of a newer warta: told apart before anything is written."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from archive.store.database import Archive, ArchiveError, CorruptDatabaseError, check_integrity, database_path
from tests.support.shelf import shelve


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("whole")
    with Archive.open(data) as archive:
        for number in range(30):
            shelve(archive, number, title=f"Berita nomor {number}", body=f"Isi {number}. " * 200)
        archive.db.execute("VACUUM")  # a page that is free may be damaged without loss
        archive.db.execute("PRAGMA wal_checkpoint(truncate)")
    return database_path(data)


@pytest.fixture
def database(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "archive.db"))


def test_a_whole_database_is_whole(database: Path) -> None:
    before = database.read_bytes()
    check_integrity(database)
    assert database.read_bytes() == before


def test_an_empty_file_is_damage_since_no_table_is_there(database: Path) -> None:
    database.write_bytes(b"")
    with pytest.raises(CorruptDatabaseError, match="no such table"):
        check_integrity(database)


@pytest.mark.parametrize("content", [b"bukan basis data" * 100, b"SQLite format 3\0" + b"\xff" * 5000, bytes(8192)])
def test_a_file_that_is_no_database_is_damage(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    with pytest.raises(CorruptDatabaseError):
        check_integrity(database)


def test_a_database_that_lost_its_second_half_is_damaged(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2 // 4096 * 4096])
    with pytest.raises(CorruptDatabaseError):
        check_integrity(database)


def test_a_text_that_is_not_utf_8_is_damage(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("UPDATE captures SET url = CAST(x'ff41' AS TEXT) WHERE id = 1")
    db.close()
    with pytest.raises(CorruptDatabaseError, match="Could not decode to UTF-8"):
        check_integrity(database)


@pytest.mark.parametrize("table", ["articles", "versions", "captures", "pages", "runs", "warcs"])
def test_a_table_that_is_gone_is_damage(database: Path, table: str) -> None:
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA foreign_keys = off")
        db.execute(f"DROP TABLE {table}")
    db.close()
    with pytest.raises(CorruptDatabaseError, match=f"no such table: {table}"):
        check_integrity(database)


def test_another_programs_database_is_no_damage_but_refused(database: Path) -> None:
    database.unlink()
    with sqlite3.connect(database) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    before = database.read_bytes()
    with pytest.raises(ArchiveError, match="another program") as error:
        check_integrity(database)
    assert not isinstance(error.value, CorruptDatabaseError)
    assert database.read_bytes() == before


def test_a_newer_wartas_database_is_no_damage_but_refused(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (999, 'warta', 'm999', '2030')")
    db.close()
    with pytest.raises(ArchiveError, match="newer warta") as error:
        check_integrity(database)
    assert not isinstance(error.value, CorruptDatabaseError)


@pytest.mark.parametrize("seed", range(20))
def test_pages_of_random_bytes_are_an_error_of_one_kind(database: Path, seed: int) -> None:
    """Any damage to a page with rows is told as damage, never as another error."""
    random, content = Random(seed), bytearray(database.read_bytes())
    for _ in range(3):
        at = random.randrange(1, len(content) // 4096) * 4096
        content[at : at + 4096] = random.randbytes(4096)
    database.write_bytes(content)
    with pytest.raises(CorruptDatabaseError) as error:
        check_integrity(database)
    assert "\n" not in str(error.value)
