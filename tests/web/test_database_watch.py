"""The reading room shows the database that is there, not one that was there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette

from archive.store.database import Archive, database_path
from tests.support.shelf import shelve


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def made(data: Path, title: str) -> None:
    with Archive.open(data) as archive:
        shelve(archive, 1, title=title)


@pytest.fixture
def room(data: Path) -> Iterator[Datasette]:
    made(data, "Berita pertama")
    datasette = Datasette([str(database_path(data))])
    yield datasette
    for database in datasette.databases.values():
        database.close()


def seen(room: Datasette, *paths: str) -> list[tuple[int, str]]:
    async def look() -> list[tuple[int, str]]:
        answers = [await room.client.get(path) for path in paths]
        return [(answer.status_code, answer.text) for answer in answers]

    return asyncio.run(look())


def remove(data: Path) -> None:
    for path in data.glob("archive.db*"):
        path.unlink()


def test_a_database_that_was_deleted_is_shown_no_longer(room: Datasette, data: Path) -> None:
    assert "Berita pertama" in seen(room, "/")[0][1]
    remove(data)
    for status, page in seen(room, "/", "/berita/antara-kaltim/1", "/archive/articles"):
        assert status == 503
        assert "Berita pertama" not in page
        assert "archive.db" in page


def test_a_database_that_took_its_place_is_shown_at_once(room: Datasette, data: Path) -> None:
    assert "Berita pertama" in seen(room, "/")[0][1]
    remove(data)
    made(data, "Berita kedua")
    for status, page in seen(room, "/", "/archive/articles?_shape=array&_col=title"):
        assert status == 200
        assert "Berita pertama" not in page
        assert "Berita kedua" in page


def test_a_database_on_a_read_only_medium_is_read_anew_when_somebody_else_changed_it(data: Path) -> None:
    """It is opened as one that nobody changes, and SQLite would go on with the pages that it has read."""
    made(data, "Berita pertama")
    path = database_path(data)
    room = Datasette([], immutables=[str(path)])
    try:
        assert "Berita pertama" in seen(room, "/")[0][1]
        with Archive.open(data) as archive:
            shelve(archive, 2, title="Berita kedua")
        for status, page in seen(room, "/", "/cari", "/archive/articles?_shape=array&_col=title"):
            assert status == 200
            assert "Berita kedua" in page
    finally:
        for database in room.databases.values():
            database.close()
