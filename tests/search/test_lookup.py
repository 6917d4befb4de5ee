"""A story is found by its address, its id or its number, as people copy them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli.main import cli
from archive.search.engine import search
from archive.search.fts import Query
from archive.search.lookup import ids_of
from archive.search.vocabulary import update_terms
from archive.sites import site_of
from archive.store.database import Archive
from tests.support.shelf import KALTIM, PASER, make_one, shelve

NAMES = [
    "antara-kaltim/67123",
    "ANTARA-Kaltim/67123",
    " antara-kaltim/67123. ",
    '"antara-kaltim/67123"',
    "67123",
    "https://kaltim.antaranews.com/berita/67123/x",
    "https://kaltim.antaranews.com/berita/67123/another-slug",
    "https://kaltim.antaranews.com/berita/67123",
    "https://kaltim.antaranews.com/berita/67123/",
    "http://kaltim.antaranews.com/berita/67123/x",
    "https://m.kaltim.antaranews.com/berita/67123/x",
    "https://www.kaltim.antaranews.com/berita/67123/x",
    "https://kaltim.antaranews.com/amp/berita/67123/x",
    "https://kaltim.antaranews.com/amp/berita/67123/@kaltim_antara",
    "https://kaltim.antaranews.com/berita/67123/x?utm_source=antaranews&utm_medium=desktop&utm_campaign=related",
    "https://kaltim.antaranews.com/berita/67123/x?fbclid=IwAR0#comments",
    "HTTPS://KALTIM.ANTARANEWS.COM/berita/67123/x",
    "kaltim.antaranews.com/berita/67123/x",
    "//kaltim.antaranews.com/berita/67123/x",
    "<https://kaltim.antaranews.com/berita/67123/x>",
    "(https://kaltim.antaranews.com/berita/67123/x).",
    "https://kaltim.antaranews.com:443/berita/67123/x",
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive.open(tmp_path)
    shelve(archive, 67123, title="Gajah masuk desa", body="Seekor gajah masuk")
    shelve(archive, 67124, title="Lain", body="Ada 67123 orang, baca https://kaltim.antaranews.com/berita/67123/x")
    shelve(archive, 501, site=PASER, title="Rapat", body="Rapat kerja")
    elsewhere = site_of("https://www.harian.example/2026/03/banjir-lagi")
    shelve(archive, 9, site=replace(elsewhere, name="harian.example"), title="Dari luar", body="Isi luar")
    update_terms(archive)
    return archive


@pytest.mark.parametrize("typed", NAMES)
def test_a_story_is_found_first_by_what_names_it(archive: Archive, typed: str) -> None:
    assert ids_of(archive, typed) == ["antara-kaltim/67123"]
    assert search(archive, Query(words=typed)).hits[0].id == "antara-kaltim/67123"
    shown = CliRunner().invoke(cli, ["show", typed, "--data", str(archive.data)])
    assert "Gajah masuk desa" in shown.output


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "gajah",
        "67123 gajah",
        "67199",
        "9" * 30,
        "antara-kaltim/1",
        "antara-kaltim/" + "9" * 30,
        "/",
        "//",
        "https://",
        "https://[x",
        "https://kaltim.antaranews.com:x/berita/67123",
        "https://kaltim.antaranews.com/berita/99999999999999999999999/x",
        "https://kaltim.antaranews.com/",
        "javascript:alert(1)//",
        "ftp://kaltim.antaranews.com/berita/67123/x",
        "km/jam",
        "12/3",
        "%00/%ff",
        "\ud800/x",
        "a\0/b",
        "https://" + "a" * 3000 + "/x",
        "٦٧١٢٣",
    ],
)
def test_what_names_nothing_finds_nothing_and_is_no_error(archive: Archive, typed: str) -> None:
    assert ids_of(archive, typed) == []
    search(archive, Query(words=typed))


def test_a_post_on_wordpress_is_found_by_its_number_and_by_every_address_it_had(archive: Archive) -> None:
    archive.db.execute("UPDATE articles SET url = ? WHERE number = 501", [f"{PASER.origin}/berita/umum/rapat-501/"])
    archive.db.execute(
        "UPDATE captures SET url = ? WHERE article_id = 'mc-paser/501'", [f"{PASER.origin}/berita/rapat"]
    )
    for typed in (
        "/?p=501",
        "/berita/umum/rapat-501/",
        "/berita/umum/rapat-501",
        "/berita/umum/rapat-501/amp/",
        "/berita/umum/rapat-501/?amp=1&utm_source=x",
        "/berita/rapat",
        "/berita/rapat/?share=wa",
    ):
        assert ids_of(archive, PASER.origin + typed) == ["mc-paser/501"], typed
    assert ids_of(archive, f"{PASER.origin}/?p=502") == []


def test_a_story_is_found_by_the_address_at_which_it_was_first_published(archive: Archive) -> None:
    shelve(archive, 7, original_url="https://www.antaranews.com/berita/4040")
    shelve(archive, 8, original_url="https://harian.example/gajah")
    for typed in ("https://www.antaranews.com/berita/4040/gajah?utm_source=x", "m.antaranews.com/berita/4040"):
        assert ids_of(archive, typed) == ["antara-kaltim/7"], typed
    assert ids_of(archive, "http://www.harian.example/gajah/?fbclid=x") == ["antara-kaltim/8"]


def test_a_page_of_an_imported_site_is_found_with_and_without_www(archive: Archive) -> None:
    place = archive.rows("SELECT id, url FROM articles WHERE site = 'harian.example'")[0]
    path = place["url"].partition("example")[2]
    for host in ("https://www.harian.example", "http://harian.example", "harian.example"):
        assert ids_of(archive, f"{host}{path}?utm_source=x") == [place["id"]], host


def test_a_number_is_a_word_too_and_filters_apply(archive: Archive) -> None:
    def found(**how: object) -> list[str]:
        return [hit.id for hit in search(archive, Query(words="67123", **how)).hits]  # type: ignore[arg-type]

    assert found() == ["antara-kaltim/67123", "antara-kaltim/67124"]
    assert found(sort="newest") == ["antara-kaltim/67124", "antara-kaltim/67123"]
    assert found(site="mc-paser") == []
    assert found(limit=1, offset=1) == ["antara-kaltim/67124"]
    result = search(archive, Query(words="67123"))
    assert (result.total, result.facets["site"]) == (2, [("antara-kaltim", 2)])


def test_a_number_of_several_sites_names_all_of_them(archive: Archive) -> None:
    shelve(archive, 67123, site=PASER, title="Nomor yang sama", body="Isi lain")
    assert set(ids_of(archive, "67123")) == {"antara-kaltim/67123", "mc-paser/67123"}
    shown = CliRunner().invoke(cli, ["show", "67123", "--data", str(archive.data)])
    assert shown.exit_code == 1
    assert "'67123' names 2 articles, say which: antara-kaltim/67123, mc-paser/67123." in shown.output


def test_a_story_on_two_sites_is_one_hit_by_either_address(archive: Archive) -> None:
    shelve(archive, 67123, site=PASER, title="Gajah", body="Gajah")
    make_one(archive, "antara-kaltim/67123", "mc-paser/67123")
    hits = search(archive, Query(words=f"{KALTIM.origin}/berita/67123/x")).hits
    assert (hits[0].id, hits[0].also_on) == ("antara-kaltim/67123", ("mc-paser/67123",))
