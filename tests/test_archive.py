"""The database: shelving, opening, searching."""

from __future__ import annotations

import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import shelving
from archive.article import Article
from archive.captures import Capture
from archive.cli import cli
from archive.database import Archive, ArchiveError, database_path
from archive.search import Query, match_expression, search
from archive.sites import SITES

SITE = SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)


def shelve(archive: Archive, number: int, *, title: str = "Judul", body: str = "Isi berita", **fields: object) -> str:
    url = f"{SITE.origin}/berita/{number}/x"
    captures = archive.rows("SELECT count(*) AS n FROM captures")[0]["n"]
    capture = archive.add_capture(
        Capture(
            site=SITE.name,
            url=url,
            fetched_at=NOW + timedelta(minutes=captures),
            status=200,
            content_type="text/html",
            record_type="response",
            payload_digest="sha1:X",
            warc="x.warc.gz",
            offset=0,
            length=1,
            record_id=f"<urn:{captures}>",
        )
    )
    values = {"published_at": NOW.astimezone(SITE.timezone) + timedelta(hours=number)} | fields
    article = Article(
        site=SITE.name,
        id=f"{SITE.name}/{number}",
        number=number,
        url=url,
        title=title,
        body=body,
        layout="antara-3",
        **values,  # type: ignore[arg-type]
    )
    return shelving.shelve(archive, article, capture, page_url=url)


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


def test_all_three_names_of_a_phrase_are_found_and_names_are_compared_without_dots(archive: Archive) -> None:
    shelve(archive, 1, body="Kerja sama covid-19 di Jum'at pagi", pewarta="R. Wartono, Ani")
    shelve(archive, 2, body="sama sama kerja", pewarta="Budi")
    assert search(archive, Query(words='"kerja sama"')).total == 1
    assert search(archive, Query(words="kerja sama")).total == 2
    assert search(archive, Query(words="covid-19")).total == 1
    assert search(archive, Query(words="r. wartono")).total == 1
    assert search(archive, Query(words="kerja", pewarta="r wartono")).total == 1
    assert search(archive, Query(words="kerja", pewarta="wartono")).total == 0
    newest = search(archive, Query(words="kerja", sort="newest", since=NOW.date()))
    assert [hit.id for hit in newest.hits] == ["antara-kaltim/2", "antara-kaltim/1"]


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_valid_query(archive: Archive, words: str) -> None:
    search(archive, Query(words=words))


@given(st.text())
def test_nothing_typed_reaches_the_index_unquoted(words: str) -> None:
    expression = match_expression(words) or ""
    assert set("".join(expression.split('"')[0::2])) <= set("() ORAND")


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
        (["search", "unta"], 0, "No story has all of these words."),
        (["search", '"', "AND", "*"], 0, "No story has all of these words."),
        (["search", "gajah", "--format", "jsonl"], 0, '"id": "antara-kaltim/1"'),
        (["search", "gajah", "--format", "csv"], 0, "antara-kaltim/1,https://kaltim"),
        (["search", "gajah", "--since", "besok"], 2, "does not match the format"),
        (["search", "gajah", "--site", "nix"], 2, "is not one of"),
        (["show", "nix"], 1, "warta: No article 'nix'"),
        (["status"], 0, "antara-kaltim"),
    ],
)
def test_the_commands_say_what_they_found_or_what_is_wrong(
    archive: Archive, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    shelve(archive, 1, body="Seekor gajah di Paser")
    result = CliRunner().invoke(cli, [*arguments, "--data", str(tmp_path)])
    assert result.exit_code == code, result.output
    assert said in result.output


def test_datasette_shows_the_archive(archive: Archive, tmp_path: Path) -> None:
    import asyncio

    from datasette.app import Datasette

    from archive.browse import METADATA, SETTINGS

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

    from archive.browse import METADATA, SETTINGS, STORIES

    shelve(archive, 1, body="Seekor gajah di Paser")

    async def pages() -> tuple[str, str]:
        datasette = Datasette([str(database_path(tmp_path))], metadata=METADATA, settings=SETTINGS)
        start, stories = await datasette.client.get("/"), await datasette.client.get(STORIES)
        assert (start.status_code, stories.status_code) == (200, 200)
        return start.text, stories.text

    start, stories = asyncio.run(pages())
    assert 'name="_search"' in start
    assert "Reporter; several names are joined by a comma" in stories
    assert "data-facet-column" in stories or "facet-info" in stories
    assert "<th" in stories
    assert 'data-column="fingerprint"' not in stories


def test_a_port_that_is_taken_is_told(archive: Archive, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli, ["serve", "--port", str(port), "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output == f"warta: Port {port} is taken (by another `warta serve`?): name another with --port.\n"
