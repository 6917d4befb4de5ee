"""Search: the query language, word families, equal names, order, one hit per story, counts."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.search import fts
from archive.search.engine import Result, search
from archive.search.fts import CompiledQuery, Query
from archive.search.highlight import MARK_END, MARK_START
from archive.search.query_syntax import date_range, parse_query
from archive.search.stemmer import stem
from archive.search.vocabulary import update_terms
from archive.store.database import Archive
from tests.support.shelf import KALTIM, NOW, PASER, make_one, shelve


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path)


def found(archive: Archive, words: str, **narrowed: object) -> list[int]:
    """The numbers of the stories found, in the order of the hits."""
    update_terms(archive)
    hits = search(archive, Query(words=words, **narrowed)).hits  # type: ignore[arg-type]
    return [int(hit.id.rpartition("/")[2]) for hit in hits]


# What a person types


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("banjir kuaro", {1}),
        ("kuaro banjir", {1}),
        ('"rumah sakit"', {2}),
        ("rumah sakit", {2, 3}),
        ("banjir OR sakit", {1, 2, 3, 4}),
        ("banjir -kuaro", {4}),
        ('rumah -"rumah sakit"', {3}),
        ("-banjir", {2, 3, 5}),
        ("ban*", {1, 4}),
        ("judul:banjir", {4}),
        ("title:banjir", {4}),
        ("JUDUL:banjir", {4}),
        ("-judul:banjir banjir", {1}),
        ("pewarta:wartono", {1, 5}),
        ('pewarta:"r. wartono"', {1}),
        ("editor:hakim", {2}),
        ("rubrik:hidup", {4}),
        ('rubrik:"lingkungan hidup" banjir', {4}),
        ("section:kesehatan", {2}),
        ("kredit:kominfo", {3}),
        ("credit:kominfo rumah", {3}),
        ("situs:mc-paser", {5}),
        ("site:paser", {5}),
        ("situs:mc", {5}),
        ("situs:jambi", set()),
        ('situs:"MC Kominfo Paser"', {5}),
        ("-situs:mc-paser", {1, 2, 3, 4}),
        ("situs:mc-paser OR situs:antara-kaltim", {1, 2, 3, 4, 5}),
        ("-situs:mc-paser -situs:antara-kaltim", set()),
        ("rubrik:kesehatan OR rubrik:lingkungan", {2, 4}),
        ("sakit rubrik:kesehatan OR rubrik:lingkungan", {2}),
        ("-rubrik:kesehatan -rubrik:lingkungan", {1, 3, 5}),
        ("rubrik:kesehatan rubrik:lingkungan", set()),
        ("“rumah sakit”", {2}),
        ("rumah -rubrik:kesehatan", {3}),
        ("-kredit:kominfo", {1, 2, 4, 5}),
        ("sejak:2020", {2, 3, 4, 5}),
        ("sampai:2019", {1}),
        ("sejak:2020-02 sampai:2020-03", {3, 4}),
        ("since:2020-03-15 until:2020-03-15", {4}),
        ("covid-19", {5}),
        ("jum'at", {5}),
    ],
)
def test_what_a_person_types_finds(archive: Archive, words: str, numbers: set[int]) -> None:
    def on(day: str) -> dict[str, Any]:
        return {"published_at": datetime.fromisoformat(f"{day}T00:30:00+08:00")}

    shelve(archive, 1, body="Banjir melanda Kuaro", pewarta="R. Wartono", **on("2019-12-31"))
    shelve(archive, 2, body="Rumah sakit dibangun", section="Kesehatan", editor="Abdul Hakim", **on("2020-01-01"))
    shelve(archive, 3, body="Anak sakit di rumah", credit="MC Kominfo Paser", **on("2020-02-29"))
    shelve(archive, 4, title="Banjir lagi", section="Lingkungan Hidup", **on("2020-03-15"))
    shelve(archive, 5, site=PASER, body="Vaksin covid-19, Jum'at", pewarta="Ani, Budi Wartono", **on("2021-01-01"))
    assert set(found(archive, words)) == numbers


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ('"gajah putih', "gajah putih"),
        ("gajah OR", "gajah or"),
        ("OR gajah", "or gajah"),
        ("(gajah AND putih)", "gajah and putih"),
        ("sejak:kapan", "sejak kapan"),
        ("sejak:2020-13", "sejak 2020 13"),
        ("judul:", "judul"),
        ("gajah:putih", "gajah putih"),
        ("- gajah *", "gajah"),
        ("'; DROP TABLE articles; --", "drop table articles"),
        ("^gajah NEAR(putih, 2)", "gajah near putih 2"),
    ],
)
def test_what_is_odd_is_searched_as_words(odd: str, plain: str) -> None:
    def words(typed: str) -> list[str]:
        return [token for terms in parse_query(typed).required for term in terms for token in term.tokens]

    assert sorted(words(odd)) == sorted(words(plain))
    assert not parse_query(odd).excluded


ODD = ' " - = * : OR judul: sejak: ( ) gajah 2020 NOT \0 \' -"'.split(" ")


@pytest.fixture
def filled(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with stories that odd queries find, more of them than are ranked or counted."""
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 10)
    monkeypatch.setattr(fts, "MAX_COUNTED_ARTICLES", 10)
    monkeypatch.setattr(fts, "MAX_RANKED_ARTICLES", 5)
    for number in range(30):
        words = "gajah 2020 or not judul sejak".split()
        title, body = " ".join(words[number % 5 :]), " ".join(words[: number % 7])
        shelve(archive, number, site=(KALTIM, PASER)[number % 2], title=title, body=body, pewarta="Gajah Not")
    update_terms(archive)
    return archive


@given(st.text() | st.lists(st.sampled_from(ODD)).map(" ".join))
@example('pewarta:"')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_a_valid_query_and_reaches_the_index_as_quoted_words_alone(filled: Archive, words: str) -> None:
    search(filled, Query(words=words, limit=5))
    outside, inside = (CompiledQuery(filled, Query(words=words)).expression.split('"')[n::2] for n in (0, 1))
    for column in ("{title title_words} :", "pewarta :", "editor :"):
        outside = [text.replace(column, "") for text in outside]
    assert set("".join(outside)) <= set("() ORANDT")
    assert all(token.isalnum() for text in inside for token in text.split(" "))


def test_years_months_and_days_are_read_as_their_first_and_last_day() -> None:
    assert date_range("2020") == (date(2020, 1, 1), date(2020, 12, 31))
    assert date_range("2020-02") == (date(2020, 2, 1), date(2020, 2, 29))
    assert date_range("2021-2-3") == (date(2021, 2, 3), date(2021, 2, 3))
    assert [date_range(odd) for odd in ("2020-13", "2021-02-29", "20", "kapan", "0000")] == [None] * 5


@pytest.mark.parametrize("days", [{"since": date.min}, {"until": date.max}, {"since": date.max, "until": date.min}])
def test_any_day_may_limit(archive: Archive, days: dict[str, date]) -> None:
    shelve(archive, 1)
    assert found(archive, "isi", **days) == ([] if len(days) == 2 else [1])


# Word families


@pytest.mark.parametrize(
    "family",
    [
        "tulis menulis penulis ditulis tulisan penulisannya",
        "banjir kebanjiran membanjiri",
        "temu bertemu pertemuan ditemukan penemuan",
        "meninggal meninggalnya",
        "tinggal ditinggal meninggalkan",
        "teman menemani ditemani",
        "tani petani pertanian",
        "pemerintah pemerintahan",
        "setuju disetujui persetujuan",
        "tuju menuju tujuan",
        "rusak kerusakan",
        "nikah menikah pernikahan",
        "padam memadamkan pemadaman",
    ],
)
def test_forms_of_one_word_have_one_stem(family: str) -> None:
    assert len({stem(form) for form in family.split()}) == 1


def test_words_that_are_no_relatives_have_other_stems() -> None:
    apart = (
        "meninggal tinggal menemani bertani bekasi bekas setuju tuju pemerintah perintah merah kerusakan rusa".split()
    )
    stems = [stem(form) for form in apart]
    assert len(set(stems)) == len(stems), stems


def test_a_word_finds_its_family_and_quotes_ask_for_one_form(archive: Archive) -> None:
    for number, form in enumerate(("menulis", "penulis", "ditulis", "tulisan", "Menuliskan", "lukis"), 1):
        shelve(archive, number, body=f"Seorang warga {form} buku")
    assert set(found(archive, "menulis")) == {1, 2, 3, 4, 5}
    assert set(found(archive, "tulisan buku")) == {1, 2, 3, 4, 5}
    assert found(archive, "=menulis") == found(archive, '"menulis"') == [1]
    assert set(found(archive, "warga -menulis")) == {6}
    assert set(found(archive, "warga -=menulis")) == {2, 3, 4, 5, 6}


def test_a_reduplicated_word_finds_the_single_one_too(archive: Archive) -> None:
    shelve(archive, 1, body="Anak-anak bermain")
    shelve(archive, 2, body="Seorang anak bermain")
    assert set(found(archive, "anak-anak")) == {1, 2}
    assert found(archive, '"anak-anak"') == [1]


def test_a_repeated_number_is_another_number(archive: Archive) -> None:
    shelve(archive, 1, body="pukul 10.10 pagi")
    shelve(archive, 2, body="pukul 10 pagi")
    assert found(archive, "10.10") == [1]


def test_a_reduplicated_word_ranks_before_others_of_its_family(archive: Archive) -> None:
    shelve(archive, 2, body="Warga mengundang bupati, undangan dikirim")
    shelve(archive, 1, body="Sebuah undang-undang baru berlaku")
    for number in range(10, 20):
        shelve(archive, number)
    assert found(archive, "undang-undang") == [1, 2]


def test_characters_that_folding_changes_are_found_as_typed(archive: Archive) -> None:
    shelve(archive, 1, body="Luas 5 km² saja, ﬁnal 𝗕𝗮𝗻𝗷𝗶𝗿 besar")
    for typed in ("=km²", '"5 km²"', "=ﬁnal", '"𝗕𝗮𝗻𝗷𝗶𝗿 besar"', "km²"):
        assert found(archive, typed) == [1], typed


def test_letters_of_mathematical_alphabets_and_accents_are_the_plain_ones(archive: Archive) -> None:
    shelve(archive, 1, body="Warga 𝗯𝗮𝗻𝗷𝗶𝗿 di Kuaro")
    shelve(archive, 2, body="Kafé baru")
    assert found(archive, "banjir") == found(archive, "𝗯𝗮𝗻𝗷𝗶𝗿") == [1]
    assert found(archive, "kafe") == found(archive, "KAFÉ") == [2]


def test_hits_are_marked_in_the_form_in_which_they_stand(archive: Archive) -> None:
    shelve(archive, 1, title="Kebanjiran lagi", body="Tana Paser - Air membanjiri jalan, dan Rumah Sakit tutup.")
    update_terms(archive)
    result = search(archive, Query(words='banjir "rumah sakit"'))
    marked = result.hits[0].snippet.replace(MARK_START, "[").replace(MARK_END, "]")
    assert marked == "Tana Paser - Air [membanjiri] jalan, dan [Rumah] [Sakit] tutup."
    assert result.highlighter.highlight("Kebanjiran lagi") == f"{MARK_START}Kebanjiran{MARK_END} lagi"


def test_a_snippet_is_the_passage_with_most_of_the_words(archive: Archive) -> None:
    filler = " ".join(f"kata{n}" for n in range(60))
    shelve(archive, 1, body=f"gajah {filler} gajah putih {filler}\n\nakhir")
    update_terms(archive)
    snippet = search(archive, Query(words="gajah putih")).hits[0].snippet
    assert f"{MARK_START}gajah{MARK_END} {MARK_START}putih{MARK_END}" in snippet
    assert snippet.startswith("… kata")
    assert snippet.endswith(" …")
    assert "\n" not in snippet


def test_of_a_very_long_text_the_beginning_is_looked_through_for_a_passage(archive: Archive) -> None:
    shelve(archive, 1, body=f"awal {'kata ' * 20_000} gajah")
    update_terms(archive)
    snippet = search(archive, Query(words="gajah")).hits[0].snippet
    assert snippet.startswith("awal kata")
    assert snippet.endswith("kata …")


def test_words_follow_edits_and_withdrawn_words_are_forgotten(archive: Archive) -> None:
    shelve(archive, 1, body="gajah gajah putih")
    shelve(archive, 2, body="gajah hitam")
    update_terms(archive)
    shelve(archive, 1, body="unta putih")
    shelve(archive, 3, body="kuda")
    shelve(archive, 3, body="keledai")  # edited before its words were counted
    update_terms(archive)
    counts = {row["form"]: row["count"] for row in archive.rows("SELECT * FROM terms")}
    assert counts == {"gajah": 1, "hitam": 1, "unta": 1, "putih": 1, "keledai": 1, "judul": 3}
    assert archive.rows("SELECT * FROM uncounted") == archive.rows("SELECT * FROM outdated") == []


def test_counting_bit_by_bit_gives_the_same_words_as_counting_at_once(archive: Archive, tmp_path: Path) -> None:
    other = Archive.open(tmp_path / "other")
    bodies = ["Banjir di Kuaro, Ç’est 𝗯𝗮𝗻𝗷𝗶𝗿 ½ kafé_baru", "Rumah-rumah kebanjiran", "Straße İstanbul ǅ ʼn x̣"]
    for number, body in enumerate(bodies):
        for one in (archive, other):
            shelve(one, number, body=body, pewarta="R. Wartono", tags=["paser", "banjir"])
        update_terms(archive)
    update_terms(other)
    assert archive.rows("SELECT * FROM terms") == other.rows("SELECT * FROM terms") != []


def test_of_a_family_the_commonest_forms_are_looked_for(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.vocabulary.MAX_FAMILY_FORMS", 2)
    for number, form in enumerate(("ditulis", "ditulis", "penulis", "penulis", "tulisan"), 1):
        shelve(archive, number, body=form)
    assert set(found(archive, "menulis")) == {1, 2, 3, 4}
    assert set(found(archive, "tulisan")) == {1, 2, 3, 4, 5}  # the form typed is always searched


# Equal names


def test_equal_names_find_each_other(archive: Archive, tmp_path: Path) -> None:
    shelve(archive, 1, body="Pemerintah Kabupaten Paser")
    shelve(archive, 2, body="Pemkab Paser")
    shelve(archive, 3, body="Kabupaten dan pemerintah pusat, Paser")
    shelve(archive, 4, body="Warga Tanah Grogot")
    shelve(archive, 5, body="Warga Tana Paser")
    assert set(found(archive, "pemkab paser")) == {1, 2}
    assert set(found(archive, "pemerintah kabupaten paser")) == {1, 2, 3}
    assert found(archive, '"pemkab" paser') == [2]
    assert set(found(archive, "paser -pemkab")) == {3, 5}
    shelve(archive, 8, title="Pemerintah Kabupaten")
    assert found(archive, "judul:pemkab") == [8]
    assert set(found(archive, "warga tana paser")) == {4, 5}
    shelve(archive, 6, body="Sungai Mahakam di Kutai Kartanegara")
    shelve(archive, 7, body="Sungai Kandilo meluap")
    assert found(archive, "kukar OR kutim") == [6]
    assert found(archive, "gerbang") == []
    (tmp_path / "equal_names.txt").write_text("# our own\nGerbang = Pemkab\n")
    assert found(archive, "gerbang") == [2]
    (tmp_path / "equal_names.txt").write_text("Sungai Kandilo = Sungai-Kandilo\n=\n = x\n")
    assert found(archive, "sungai kandilo") == [7]  # names with the same words are one name


# Order


def test_the_title_counts_more_than_the_lead_and_the_lead_more_than_the_rest(archive: Archive) -> None:
    rest = "kata lain yang tidak dicari"
    shelve(archive, 1, title="Gajah masuk desa", body=f"{rest}\n\n{rest} {rest}")
    shelve(archive, 2, title="Satwa masuk desa", body=f"{rest}\n\n{rest} gajah")
    shelve(archive, 3, title="Satwa masuk desa", body=f"{rest} gajah\n\n{rest}")
    for number in range(10, 20):
        shelve(archive, number, body=rest)
    assert found(archive, "gajah") == [1, 3, 2]
    assert found(archive, "gajah", sort="newest") == [3, 2, 1]


def test_of_stories_equally_good_the_newer_comes_first(archive: Archive) -> None:
    for number in (3, 1, 2):
        shelve(archive, number, body="seekor gajah")
    for number in range(10, 20):
        shelve(archive, number)
    assert found(archive, "gajah") == [3, 2, 1]


def test_an_old_story_with_the_words_in_its_title_is_found_among_many_newer_ones(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts, "MAX_RANKED_ARTICLES", 5)
    shelve(archive, 1, title="Gajah masuk desa")
    for number in range(2, 30):
        shelve(archive, number, body="Seekor gajah" if number % 2 else "Seekor kuda")
    shelve(archive, 25, body="Gajah, gajah, gajah")
    assert found(archive, "gajah", limit=3) == [1, 25, 29]
    assert found(archive, "gajah -masuk", limit=3) == [25, 29, 27]
    for bound in ("MAX_SCORED_POSTINGS", "MAX_RARE_SCORED_POSTINGS"):  # too common to be scored
        monkeypatch.setattr(fts, bound, 3)
    assert found(archive, "gajah", limit=3) == [1, 29, 27]


# One hit per story, counts, paging


def syndicated(archive: Archive) -> None:
    body = " ".join(f"kata{number}" for number in range(40))
    for site, number in ((KALTIM, 1), (PASER, 2)):
        shelve(archive, number, site=site, body=f"Seekor gajah {body}")
    shelve(archive, 3, body="Seekor gajah lain")
    update_terms(archive)


def test_one_story_of_several_sites_is_one_hit(archive: Archive) -> None:
    syndicated(archive)
    result = search(archive, Query(words="gajah", sort="newest"))
    assert [(hit.id, hit.also_on) for hit in result.hits] == [
        ("antara-kaltim/3", ()),
        ("mc-paser/2", ("antara-kaltim/1",)),
    ]
    assert result.total == 2
    assert [hit.id for hit in search(archive, Query(words="gajah", site="antara-kaltim")).hits] == [
        "antara-kaltim/3",
        "antara-kaltim/1",
    ]


def test_a_story_on_many_sites_costs_no_other_one_its_page(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 5)
    for number in range(1, 10):
        copies = range(10 * number, 10 * number + 4)
        for copy in copies:
            shelve(archive, copy, body="gajah")
        make_one(archive, *(f"{KALTIM.name}/{copy}" for copy in copies))
    update_terms(archive)
    for sort in ("newest", "relevance"):
        pages = [search(archive, Query(words="gajah", sort=sort, limit=2, offset=n)) for n in range(0, 10, 2)]
        stories = [hit.id[:-1] for page in pages for hit in page.hits]
        assert len(stories) == len(set(stories)) == 9
        assert [page.more for page in pages] == [True, True, True, True, False]


def test_a_click_on_a_facet_finds_as_many_stories_as_it_says(archive: Archive) -> None:
    syndicated(archive)
    shelve(archive, 4, body="gajah", pewarta="R. Wartono, Ani")
    shelve(archive, 5, body="gajah", pewarta="R Wartono")
    shelve(archive, 6, body="gajah", pewarta="ÉLAN")
    shelve(archive, 7, body="gajah", pewarta="Élan,Budi")
    update_terms(archive)
    facets = search(archive, Query(words="gajah")).facets
    assert facets["site"] == [("antara-kaltim", 6), ("mc-paser", 1)]
    assert dict(facets["pewarta"]) == {"R Wartono": 2, "Élan": 2, "Ani": 1, "Budi": 1}
    for name in ("site", "pewarta"):
        for value, count in facets[name]:
            assert search(archive, Query(words="gajah", **{name: value})).total == count  # type: ignore[arg-type]


def test_a_year_of_stories_on_two_sites_is_counted_by_stories(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 5)
    for number in range(25):
        for site in (KALTIM, PASER):
            shelve(archive, number, site=site, body="gajah")
        make_one(archive, f"{KALTIM.name}/{number}", f"{PASER.name}/{number}")
    update_terms(archive)
    assert search(archive, Query(words="gajah")).facets["year"] == [("2026", fts.MAX_STORIES_PER_YEAR)]
    monkeypatch.setattr(fts, "MAX_STORIES_PER_YEAR", 100)
    assert search(archive, Query(words="gajah")).facets["year"] == [("2026", 25)]


def test_names_in_letters_that_the_index_keeps_apart_are_found(archive: Archive) -> None:
    for number, name in enumerate(("Ani½", "𝗔𝗻𝗶 Sari", "Андрей", "Ἀθηνᾶ"), 1):
        shelve(archive, number, pewarta=name)
        assert found(archive, "", pewarta=name) == [number]


def test_facets_count_what_was_found(archive: Archive) -> None:
    year = timedelta(days=365)
    shelve(archive, 1, body="gajah", pewarta="Ani, Budi", section="Umum", published_at=NOW - year)
    shelve(archive, 2, body="gajah", pewarta="Ani", section="Umum", credit="MC Kominfo Paser", is_advertorial=True)
    shelve(archive, 3, body="kuda", pewarta="Ani")
    update_terms(archive)
    assert search(archive, Query(words="gajah")).facets == {
        "site": [("antara-kaltim", 2)],
        "year": [("2026", 1), ("2025", 1)],
        "section": [("Umum", 2)],
        "pewarta": [("Ani", 2), ("Budi", 1)],
        "credit": [("MC Kominfo Paser", 1)],
        "advertorial": [("no", 1), ("yes", 1)],
    }
    for narrowed, number in (
        ({"pewarta": "Budi"}, 1),
        ({"credit": "MC Kominfo Paser"}, 2),
        ({"advertorial": False}, 1),
        ({"section": "Umum", "since": date(2026, 1, 1)}, 2),
    ):
        assert found(archive, "gajah", **narrowed) == [number]


def test_names_are_compared_whole_without_case_and_dots(archive: Archive) -> None:
    shelve(archive, 1, pewarta="R. Wartono, Ani")
    shelve(archive, 2, pewarta="Budi R Wartono")
    assert found(archive, "", pewarta="r wartono") == [1]
    assert found(archive, "", pewarta="wartono") == []
    assert set(found(archive, "pewarta:wartono")) == {1, 2}


def test_counts_end_at_a_bound_and_pages_do_not(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fts, "MAX_COUNTED_ARTICLES", 5)
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 5)
    for number in range(1, 13):
        shelve(archive, number, body="gajah", published_at=NOW - timedelta(days=100 * number))
    update_terms(archive)

    def page(sort: str, offset: int) -> Result:
        return search(archive, Query(words="gajah", sort=sort, limit=3, offset=offset))  # type: ignore[arg-type]

    for sort in ("newest", "relevance"):
        first = page(sort, 0)
        assert (first.total, first.capped) == (5, True)
        assert first.facets["year"] == [("2026", 2), ("2025", 4), ("2024", 4), ("2023", 2)]
    exactly = search(archive, Query(words="gajah", until=(NOW - timedelta(days=800)).date()))
    assert (exactly.total, exactly.capped) == (5, False)
    for sort in ("newest", "relevance"):
        pages = [hit.id for offset in (0, 3, 6, 9, 12) for hit in page(sort, offset).hits]
        assert len(pages) == len(set(pages)) == 12


def test_without_words_everything_that_is_not_excluded_is_found_the_newest_first(archive: Archive) -> None:
    for number in (1, 3, 2):
        shelve(archive, number)
    assert found(archive, "") == [3, 2, 1]


# Nothing found


def test_a_word_no_story_has_is_answered_with_the_nearest_known_ones(archive: Archive) -> None:
    shelve(archive, 1, body="Stunting stunting di Paser, banjir")
    update_terms(archive)
    assert search(archive, Query(words="stuntng")).suggestions == {"stuntng": ["stunting"]}
    assert search(archive, Query(words="banjri paser")).suggestions == {"banjri": ["banjir"]}
    assert search(archive, Query(words="xyzzyx")).suggestions == {}
    assert search(archive, Query(words="x")).suggestions == {}
    assert len(search(archive, Query(words="stuntin stuntinq stuntimg stumting")).suggestions) == 3
    assert search(archive, Query(words="banjir -paser")).suggestions == {}
    assert search(archive, Query(words="banjir", pewarta="stuntng")).suggestions == {}
    assert search(archive, Query(words="badan penanggulangan bencana daerah")).suggestions == {}


def test_a_prefix_of_too_many_words_is_reported_as_cut(archive: Archive) -> None:
    shelve(archive, 1, body=" ".join(f"pem{number}" for number in range(250)))
    update_terms(archive)
    result = search(archive, Query(words="pem*"))
    assert (result.total, result.prefixes_cut) == (1, ["pem*"])
    assert search(archive, Query(words="pem24*")).prefixes_cut == []


def test_of_a_prefix_the_commonest_words_are_looked_for(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.vocabulary.MAX_PREFIX_FORMS", 1)
    monkeypatch.setattr("archive.search.expansion.MAX_PREFIX_FORMS", 1)
    for number, word in enumerate(("pemain", "pemuda", "pemuda"), 1):
        shelve(archive, number, body=word)
    assert set(found(archive, "pem*")) == {2, 3}


def test_of_words_equally_near_the_commonest_is_named_first(archive: Archive) -> None:
    for number, word in enumerate(("banjar", "banjir", "banjir"), 1):
        shelve(archive, number, body=word)
    update_terms(archive)
    assert search(archive, Query(words="banjur")).suggestions == {"banjur": ["banjir", "banjar"]}


def test_an_excluded_prefix_is_reported_as_cut(archive: Archive) -> None:
    for number in range(80):
        shelve(archive, number, body=f"gajah pem{chr(97 + number // 26)}{chr(97 + number % 26)}")
    update_terms(archive)
    result = search(archive, Query(words="gajah -pem*"))
    assert (result.total, result.prefixes_cut) == (20, ["pem*"])


@pytest.mark.parametrize(
    "words", ["gajah OR situs:mc-paser", "situs:mc-paser OR gajah", "gajah OR -kuda", "gajah OR sejak:2020"]
)
def test_an_or_without_effect_is_reported(archive: Archive, words: str) -> None:
    shelve(archive, 1, site=PASER, body="gajah")
    shelve(archive, 2, site=PASER, body="kuda")
    assert found(archive, words) == [1]
    assert search(archive, Query(words=words)).or_unread


@pytest.mark.parametrize("words", ["gajah OR kuda", "situs:mc-paser OR situs:jambi", "or", "gajah OR", "OR"])
def test_an_or_between_words_or_sites_is_read(archive: Archive, words: str) -> None:
    assert not search(archive, Query(words=words)).or_unread


def test_repeated_filters_cost_no_more_than_one(archive: Archive) -> None:
    for number in range(60):
        shelve(archive, number, body="gajah", credit=f"Humas {number}")
    update_terms(archive)
    archive.db.conn.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 50)
    assert search(archive, Query(words="kredit:humas " * 70)).total == 60
    assert search(archive, Query(words="-kredit:7 " * 70, limit=1)).total == 59


def test_a_query_without_letters_and_digits_is_reported(archive: Archive) -> None:
    shelve(archive, 1)
    assert [search(archive, Query(words=words)).nothing_read for words in ("???", '"*"', " ", "isi")] == [
        True,
        True,
        False,
        False,
    ]
    assert found(archive, "???") == [1]


def test_a_query_that_is_too_long_is_reported_and_its_filters_still_apply(archive: Archive) -> None:
    shelve(archive, 1, body=" ".join(f"kata{number}" for number in range(40)))
    update_terms(archive)
    many = " ".join(f"kata{number}" for number in range(32))
    assert (search(archive, Query(words=many)).total, search(archive, Query(words=many)).words_cut) == (1, False)
    assert search(archive, Query(words=f"{many} gajah")).words_cut
    assert search(archive, Query(words=f"{many} situs:mc-paser")).total == 0
    assert search(archive, Query(words="kata1 " * 400)).words_cut


def test_the_number_of_uncounted_articles_is_reported(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    assert search(archive, Query(words="gajah")).uncounted == 1
    update_terms(archive)
    assert search(archive, Query(words="gajah")).uncounted == 0
