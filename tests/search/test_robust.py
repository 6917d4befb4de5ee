"""No query and no damage to an index ends a search with an error."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli.main import cli
from archive.search import fts
from archive.search.engine import latest, search
from archive.search.fts import Query
from archive.search.vocabulary import update_terms
from archive.store.database import Archive
from tests.support.shelf import NOW, shelve

HOSTILE = {
    "ten thousand words": " ".join(f"kata{n}" for n in range(10_000)),
    "one long word": "x" * 100_000,
    "NUL": "banjir\0kuaro \0",
    "half characters": "\ud800banjir \udfff",
    "unbalanced quotes": '"""banjir "" "kuaro',
    "operators": "NEAR(a b, 2) AND NOT ^x {title}: (( * + - title : \"x\" OR OR",
    "emoji": "😀 👩‍👩‍👧 🇮🇩 banjir🥵",
    "a thousand letters without spaces": "北" * 1000,
    "many phrases without spaces": " ".join(["北京访问" * 5] * 60),
    "numbers and letters": " ".join(["1a2b3c4d5e6f7g"] * 32),
    "one word of numbers and letters": "a1" * 500,
    "apostrophes": "a'" * 500,
    "hyphens": "a-b-c-d-" * 200,
    "compounds apart": " ".join(["kerja sama"] * 16),
    "compounds together": " ".join(["mempertanggungjawabkan"] * 32),
    "bound parts": " ".join(["antardaerah pasca bencana"] * 16),
    "alternatives": " OR ".join(["banjir", "yang", "di"] * 12),
    "all excluded": " ".join(["-yang"] * 40),
    "all in the title": " ".join(["judul:yang"] * 32),
    "prefixes": " ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "a long number": "9" * 400,
    "many points": "1." * 300 + "000." * 100,
    "many years": "2020 " * 100,
    "a long address": "https://" + "a/" * 700,
    "marks": "a" + "\u0301" * 900,
    "letters that are many": "ﷺ" * 1000,
    "nothing visible": "\u200b" * 1000,
    "right to left": "\u202e" * 10 + "banjir",
    "percent": "%00%ff_%\\",
    "private": "\ue000banjir\ue001 \U0010ffff",
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive.open(tmp_path_factory.mktemp("hostile"))
    for number, words in enumerate(HOSTILE.values()):
        text = words.encode("utf-8", "replace").decode()[:3000].replace("\0", " ")
        shelve(archive, number, title=text[:100] or "Judul", body=f"Banjir di Kuaro. {text}")
    update_terms(archive)
    return archive


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_query_is_an_error(archive: Archive, kind: str) -> None:
    for sort in ("relevance", "newest"):
        result = search(archive, Query(words=HOSTILE[kind], sort=sort, limit=50))
        for hit in result.hits:
            result.highlighter.highlight(hit.title)


@pytest.mark.parametrize("kind", [kind for kind, words in HOSTILE.items() if len(words) < 20_000 and "\0" not in words])
def test_the_command_answers_every_query(archive: Archive, kind: str) -> None:
    data = ["--data", str(archive.data), "--"]
    for arguments in (["search", "--format", "jsonl", *data, HOSTILE[kind]], ["show", *data, HOSTILE[kind]]):
        result = CliRunner().invoke(cli, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), arguments[0]


def test_a_row_of_the_index_without_an_article_is_left_out(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    for number in range(1, 4):
        shelve(archive, number, title=f"Gajah {number}", body="gajah")
    update_terms(archive)
    for name in ("articles_ad", "terms_ad"):
        archive.db.execute(f"DROP TRIGGER {name}")
    archive.db.execute("PRAGMA foreign_keys = off")
    archive.db.execute("DELETE FROM articles WHERE number = 2")
    for sort in ("relevance", "newest"):
        hits = search(archive, Query(words="gajah", sort=sort)).hits
        assert {hit.title for hit in hits} == {"Gajah 1", "Gajah 3"}


def test_a_row_of_another_index_without_an_article_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The articles found are those of a covering index; the row of one of them may be gone when its text is asked
    for: because the index is damaged, or because a crawl gave the story another key meanwhile."""
    archive = Archive.open(tmp_path)
    for number in range(1, 4):
        shelve(archive, number, title=f"Gajah {number}", body="gajah")
    update_terms(archive)
    found = fts.CompiledQuery.newest

    def and_one_more(self: fts.CompiledQuery, limit: int) -> list[fts.FoundArticle]:
        rows = found(self, limit)
        return [rows[0]._replace(key=rows[0].key + 1, id="antara-kaltim/9"), *rows] if rows else rows

    monkeypatch.setattr(fts.CompiledQuery, "newest", and_one_more)
    assert len(search(archive, Query(words="gajah")).hits) == 3
    assert len(latest(archive, 10)) == 3


def test_years_are_counted_back_to_their_bound_and_not_beyond(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive.open(tmp_path)
    for number in range(12):
        shelve(archive, number, body="gajah", published_at=NOW - timedelta(days=366 * number))
    update_terms(archive)
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 5)
    for bound in (1, 3, 20):
        monkeypatch.setattr(fts, "MAX_COUNTED_YEARS", bound)
        years = [year for year, _ in search(archive, Query(words="gajah")).facets["year"]]
        assert years == [str(2026 - n) for n in range(min(bound, 12))]


def test_the_command_offers_a_year_as_a_date_and_counts_in_words(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1, body="Banjir besar")

    def said(*arguments: str) -> str:
        return CliRunner().invoke(cli, ["search", *arguments, "--data", str(tmp_path)]).output

    assert "New articles of whose words other forms and beginnings are not known yet: 1." in said("banjir")
    update_terms(archive)
    assert said("banjir", "2026") == (
        "No story is like that.\nPublished in that year: warta search 'banjir sejak:2026 sampai:2026'\n"
    )
    assert said("banjir sejak:2026 sampai:2026").endswith("\n1 story\n")
    assert said("banjir", "2020") == "No story is like that.\n"
    assert json.loads(said("1", "--format", "json"))[0]["id"] == "antara-kaltim/1"
