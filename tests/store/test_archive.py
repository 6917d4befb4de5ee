"""Shelving of articles, opening of databases, and the commands that read them."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli.main import cli
from archive.search.engine import search
from archive.search.fts import Query
from archive.search.vocabulary import update_terms
from archive.store.connections import is_on_read_only_medium
from archive.store.database import Archive, ArchiveError, database_path
from tests.support.commands import WARTA, warta
from tests.support.shelf import NOW, shelve


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path)


def test_an_edit_is_a_new_version_and_the_old_text_stays(archive: Archive) -> None:
    assert [shelve(archive, 1, body=body) for body in ("Satu dua.", "Satu, DUA", "Satu tiga.")] == [
        "new",
        "same",
        "changed",
    ]
    assert [row["body"] for row in archive.rows("SELECT body FROM versions ORDER BY version")] == [
        "Satu dua.",
        "Satu tiga.",
    ]
    article = archive.rows("SELECT * FROM articles")[0]
    assert (article["body"], article["versions"]) == ("Satu tiga.", 2)


def test_the_full_text_index_follows_every_change(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    shelve(archive, 1, body="harimau", published_at=NOW - timedelta(days=9))  # the key changes with the date
    assert search(archive, Query(words="gajah")).total == 0
    assert search(archive, Query(words="harimau")).total == 1
    archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")


def test_the_key_rises_with_the_time_of_publication(archive: Archive) -> None:
    for number in (3, 1, 2):
        shelve(archive, number)
    assert [row["number"] for row in archive.rows("SELECT number FROM articles ORDER BY key")] == [1, 2, 3]


def test_a_page_that_lost_its_date_keeps_the_one_it_had(archive: Archive) -> None:
    shelve(archive, 1)
    shelve(archive, 1, body="lain", published_at=None)
    assert archive.rows("SELECT published_date FROM articles")[0]["published_date"] == "2026-09-30"


def test_a_missing_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no archive in"):
        Archive.open_reading(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    database_path(tmp_path).write_bytes(b"bukan basis data" * 100)
    for opening in (Archive.open, Archive.open_reading):
        with pytest.raises(ArchiveError, match="not a database"):
            opening(tmp_path)
    assert database_path(tmp_path).read_bytes() == b"bukan basis data" * 100


def test_the_database_of_another_program_is_told_and_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(database_path(tmp_path))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = database_path(tmp_path).read_bytes()
    with pytest.raises(ArchiveError, match="another program"):
        Archive.open(tmp_path)
    assert database_path(tmp_path).read_bytes() == before


def test_the_database_of_a_newer_warta_is_told_and_left_alone(archive: Archive, tmp_path: Path) -> None:
    archive.db["_sqlite_migrations"].insert({"migration_set": "warta", "name": "m999", "applied_at": "2030"})  # type: ignore[union-attr]
    archive.close()
    with pytest.raises(ArchiveError, match="newer warta"):
        Archive.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="Cannot make the folder"):
        Archive.open(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["search", "gajah"], 0, "1 story"),
        (["search", "unta"], 0, "No story is like that."),
        (["search", '"', "AND", "*"], 0, "No story is like that."),
        (["search", "gajah", "--format", "jsonl"], 0, '"id": "antara-kaltim/1"'),
        (["search", "gajah", "--format", "csv"], 0, "antara-kaltim/1,https://kaltim"),
        (["search", "gajah", "--since", "besok"], 2, "is no year, month or day"),
        (["search", "gajah", "--site", "nix"], 2, "is none of antara-kaltim"),
        (["search", "gajah", "-paser"], 0, "No story is like that."),
        (["search", "-harimau", "gajah"], 0, "1 story"),
        (["search", "gajah", "--limt", "5"], 2, "No such option"),
        (["search", "-h"], 0, "Find stories in which all WORDS occur"),
        (["search", "gajha"], 0, "No story has gajha. Known are: gajah."),
        (["show", "nix"], 1, "warta: No article 'nix'"),
        (["status"], 0, "antara-kaltim"),
    ],
)
def test_the_commands_say_what_they_found_or_what_is_wrong(
    archive: Archive, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    shelve(archive, 1, body="Seekor gajah di Paser")
    update_terms(archive)
    result = CliRunner().invoke(cli, [*arguments, "--data", str(tmp_path)])
    assert result.exit_code == code, result.output
    assert said in result.output


def test_datasette_shows_the_archive(archive: Archive, tmp_path: Path) -> None:
    import asyncio

    from datasette.app import Datasette

    from archive.web.datasette_config import METADATA, SETTINGS

    shelve(archive, 1, body="Seekor gajah di Paser")

    async def rows(words: str) -> int:
        datasette = Datasette([str(database_path(tmp_path))], metadata=METADATA, settings=SETTINGS)
        response = await datasette.client.get(f"/archive/articles.json?_shape=array&_search={words}")
        return len(response.json())

    assert (asyncio.run(rows("gajah")), asyncio.run(rows("unta"))) == (1, 0)


def test_the_start_page_and_the_stories_are_shown_with_search_facets_and_described_columns(
    archive: Archive, tmp_path: Path
) -> None:
    import asyncio

    from datasette.app import Datasette

    from archive.web.datasette_config import METADATA, SETTINGS, STORIES

    shelve(archive, 1, body="Seekor gajah di Paser")

    async def pages() -> tuple[str, str]:
        datasette = Datasette([str(database_path(tmp_path))], metadata=METADATA, settings=SETTINGS)
        start, stories = await datasette.client.get("/"), await datasette.client.get(STORIES)
        assert (start.status_code, stories.status_code) == (200, 200)
        return start.text, stories.text

    start, stories = asyncio.run(pages())
    assert 'name="q"' in start
    assert 'name="_search"' in stories
    assert "Reporter; several names are joined by a comma" in stories
    assert "data-facet-column" in stories or "facet-info" in stories
    assert "<th" in stories
    assert 'data-column="fingerprint"' not in stories


@pytest.fixture
def still(archive: Archive, tmp_path: Path) -> Path:
    """The folder of an archive that nobody has open."""
    shelve(archive, 1)
    update_terms(archive)
    archive.close()
    return tmp_path


def unable_to_write(*arguments: str | Path, data: Path) -> subprocess.CompletedProcess[str]:
    """Runs `warta` as a user who may read the folder `data` and write nothing in it. Root may write everywhere, unless
    it gives that right away."""
    right = "-dac_override"
    as_others = ["setpriv", f"--bounding-set={right}", f"--inh-caps={right}"] if os.geteuid() == 0 else []
    if as_others and not shutil.which("setpriv"):
        pytest.skip("there is no setpriv on this machine")
    data.chmod(0o555)
    try:
        return subprocess.run(
            [*as_others, WARTA, *arguments, "--data", data], capture_output=True, text=True, check=False
        )
    finally:
        data.chmod(0o755)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("search berita", "1 story"),
        ("history antara-kaltim/1", "No change was seen."),
        ("status", "1 story from"),
    ],
)
def test_an_archive_on_a_read_only_medium_is_read(still: Path, command: str, said: str) -> None:
    done = unable_to_write(*command.split(), data=still)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
    assert [path.name for path in still.iterdir()] == ["archive.db"]
    assert "Isi berita" in unable_to_write("show", "1", data=still).stdout


@pytest.mark.parametrize("command", ["crawl antara-kaltim", "rebuild"])
def test_that_an_archive_cannot_be_written_is_told(still: Path, command: str) -> None:
    (still / "warc" / "antara-kaltim").mkdir(parents=True)
    (still / "warc" / "antara-kaltim" / "x.warc.gz").write_bytes(b"")
    done = unable_to_write(*command.split(), data=still)
    assert (done.returncode, done.stderr) == (1, f"warta: Cannot write in {still}: Permission denied.\n")


def test_a_copy_of_an_open_database_is_told_on_a_read_only_medium(archive: Archive, tmp_path: Path) -> None:
    shelve(archive, 1)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("archive.db", "archive.db-wal"):
        shutil.copy(tmp_path / name, copy)
    done = unable_to_write("search", "berita", data=copy)
    assert done.returncode == 1
    assert done.stderr == (
        f"warta: {copy}/archive.db was copied while it was open: its newest rows are in archive.db-wal, and SQLite must"
        f" write in {copy} to read them. Copy the folder to a disk that can be written.\n"
    )


def test_an_archive_that_is_written_is_not_opened_as_an_unchanging_one(archive: Archive, tmp_path: Path) -> None:
    shelve(archive, 1)
    assert not is_on_read_only_medium(database_path(tmp_path))
    archive.close()
    assert not is_on_read_only_medium(database_path(tmp_path))


def test_text_that_is_not_valid_is_told_in_a_line(still: Path) -> None:
    odd = b"\xff".decode(errors="surrogateescape")
    told = warta("search", "berita", "--site", odd, "--data", still)
    assert told.returncode == 1
    assert told.stderr == "warta: there is text that cannot be written as UTF-8: surrogates not allowed.\n"
    assert "No article" in warta("show", odd, "--data", still).stderr


def test_a_port_that_is_taken_is_told(archive: Archive, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli, ["serve", "--port", str(port), "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output == f"warta: Port {port} is taken (by another `warta serve`?): name another with --port.\n"


def test_the_translator_is_shown_exported_and_part_of_a_version(archive: Archive, tmp_path: Path) -> None:
    for translator in (None, "Citra", "CITRA", "Dewi"):
        shelve(archive, 1, title="Gajah", body="Gajah di Paser", translator=translator)
    rows = archive.rows("SELECT translator FROM versions ORDER BY version")
    assert [row["translator"] for row in rows] == [None, "Citra", "Dewi"]
    assert archive.rows("SELECT translator FROM articles") == [{"translator": "Dewi"}]
    update_terms(archive)
    assert search(archive, Query(words="gajah")).hits[0].as_dict()["translator"] == "Dewi"
    history = CliRunner().invoke(cli, ["history", "antara-kaltim/1", "--data", str(tmp_path)])
    assert "translator: [-Citra-] {+Dewi+}" in history.output
    shown = CliRunner().invoke(cli, ["show", "antara-kaltim/1", "--data", str(tmp_path)])
    assert "\nTranslator: Dewi\n" in shown.output


def test_an_archive_made_before_there_were_translators_gets_the_column(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1)
    for table in ("articles", "versions"):
        archive.db.execute(f"ALTER TABLE {table} DROP COLUMN translator")
    archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm009_translator'")
    archive.close()
    again = Archive.open(tmp_path)
    assert again.rows("SELECT number, translator FROM articles") == [{"number": 1, "translator": None}]
    assert shelve(again, 1, translator="Citra") == "changed"
    again.close()
