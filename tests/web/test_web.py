"""The reading room: what its pages show, in which language and format, and that no text of a story becomes markup."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from datasette.app import Datasette
from lxml import html

from archive.search.vocabulary import update_terms
from archive.store.database import Archive, database_path
from archive.store.runs import end_run, start_run
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from archive.web import results
from archive.web.datasette_config import METADATA, SETTINGS
from archive.web.i18n import LABELS, Labels, language_of
from tests.support.shelf import KALTIM, NOW, PASER, make_one, shelve

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 99991*99991 }}'&amp;\u2028]]>}{{"""
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        yield archive


class Answer:
    def __init__(self, response: Any) -> None:
        self.status, self.text, self.headers = response.status_code, response.text, response.headers

    @property
    def page(self) -> Any:
        return html.document_fromstring(self.text)

    def said(self, css: str = "main") -> str:
        return " ".join(" ".join(element.text_content().split()) for element in self.page.cssselect(css))

    def links(self, css: str = "a") -> dict[str, str]:
        return {link.text_content().strip(): link.get("href") for link in self.page.cssselect(css)}


def get(archive: Archive, path: str, **headers: str) -> Answer:
    update_terms(archive)
    return ask(archive.data, path, **headers)


def ask(data: Path, path: str, **headers: str) -> Answer:
    async def answer() -> Answer:
        datasette = Datasette([str(database_path(data))], metadata=METADATA, settings=SETTINGS)
        return Answer(await datasette.client.get(path, headers=headers))

    return asyncio.run(answer())


# Start


def test_the_start_page_shows_search_sites_months_and_the_newest_stories(archive: Archive) -> None:
    shelve(archive, 1, title="Lama", published_at=NOW - timedelta(days=400))
    shelve(archive, 2, title="Baru", body="Gajah masuk desa\n\nLalu pulang", site=PASER)
    run = start_run(archive, RunStart(KALTIM.name, KALTIM.origin, NOW, {}))
    end_run(archive, run, {"finished_at": iso_utc(NOW)} | {"verdict": "refused", "reason": "HTTP 403"})
    answer = get(archive, "/")
    assert answer.page.cssselect("form[action='/cari'] input[name=q]")
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in answer.page.cssselect("tbody tr")]
    assert [row for row in rows if row[1] != "0"] == [
        ["ANTARA Kaltim", "1", "30 September 2026, 04.00 UTC: ditolak, HTTP 403"],
        ["MC Kominfo Paser", "1", "belum pernah dirayapi"],
    ]
    assert len(answer.page.cssselect("svg rect")) == 14
    assert "Agustus 2025: 1" in [title.text for title in answer.page.cssselect("svg title")]
    assert answer.links("ul.years a") == {"2026": "/cari?year=2026", "2025": "/cari?year=2025"}
    assert list(answer.links("ol.hits h3 a")) == ["Baru", "Lama"]
    assert "Gajah masuk desa Lalu pulang" in answer.said("ol.hits")


def test_the_newest_stories_are_ten_though_each_is_on_two_sites(archive: Archive) -> None:
    for number in range(12):
        for site in (KALTIM, PASER):
            shelve(archive, number, site=site, title=f"Judul {number}", body=f"Isi {number}")
        make_one(archive, f"{KALTIM.name}/{number}", f"{PASER.name}/{number}")
    assert get(archive, "/").page.xpath("//ol//h3/a/text()") == [f"Judul {number}" for number in range(11, 1, -1)]


def test_an_empty_archive_says_so(archive: Archive) -> None:
    assert "masih kosong" in get(archive, "/").said()
    assert get(archive, "/cari").status == 200


# Search


def test_hits_have_marked_words_facts_and_links(archive: Archive) -> None:
    shelve(
        archive, 1, title="Kebanjiran", body="Rumah kebanjiran lagi", pewarta="Ani", section="Umum", is_advertorial=True
    )
    answer = get(archive, "/cari?q=banjir")
    assert answer.said("[role=status]") == "1 berita"
    assert answer.links("ol.hits h3 a") == {"Kebanjiran": "/berita/antara-kaltim/1"}
    assert answer.said("ol.hits mark") == "Kebanjiran kebanjiran"
    assert answer.said("ol.hits .facts") == "30 September 2026 · ANTARA Kaltim · Umum · Pewarta: Ani Advertorial"


def test_an_address_an_id_or_a_number_in_the_search_box_finds_its_story(archive: Archive) -> None:
    shelve(archive, 67123, title="Gajah masuk desa", body="Seekor gajah")
    shelve(archive, 2, body="Ada 67123 orang")
    for typed in ("kaltim.antaranews.com%2Fberita%2F67123%3Futm_source%3Dx", "antara-kaltim%2F67123", "67123"):
        assert next(iter(get(archive, f"/cari?q={typed}").links("ol.hits h3 a"))) == "Gajah masuk desa"


def test_a_year_that_finds_nothing_is_offered_as_a_date(archive: Archive) -> None:
    shelve(archive, 1, body="Banjir besar")
    answer = get(archive, "/cari?q=banjir+2026&site=antara-kaltim")
    assert answer.said("[role=status]") == "Tidak ada berita yang cocok."
    offered = "banjir sejak:2026 sampai:2026"
    assert answer.links("p a")[offered] == "/cari?q=banjir+sejak%3A2026+sampai%3A2026&site=antara-kaltim"
    assert "Published in that year" in get(archive, "/cari?q=banjir+2026&bahasa=en").said()
    assert json.loads(get(archive, "/cari.json?q=banjir+2026").text)["year_query"] == offered
    assert offered not in get(archive, "/cari?q=banjir+2020").text


def test_notes_that_count_articles_say_so_and_read_right_for_one(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    for language, note in (("id", "Artikel baru yang bentuk lain"), ("en", "New articles of whose words other forms")):
        said = ask(archive.data, f"/cari?q=gajah&bahasa={language}").said()
        assert note in said
        assert ": 1." in said


def test_the_months_drawn_are_as_many_as_their_bound(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        shelve(archive, number, published_at=NOW - timedelta(days=31 * number))
    for bound, drawn in ((3, 3), (4, 4), (5, 4)):
        monkeypatch.setattr("archive.web.start.MAX_MONTHS", bound)
        assert len(get(archive, "/").page.cssselect("svg rect")) == drawn


def test_facets_narrow_and_can_be_taken_away_again(archive: Archive) -> None:
    for number, name in ((1, "Ani"), (2, "Ani, Budi"), (3, "Budi & Co")):
        shelve(archive, number, body="gajah", pewarta=name, site=PASER if number == 3 else KALTIM)
    facets = get(archive, "/cari?q=gajah").links(".facets a")
    assert facets["MC Kominfo Paser"] == "/cari?q=gajah&site=mc-paser"
    assert facets["Budi & Co"] == "/cari?q=gajah&pewarta=Budi+%26+Co"
    narrowed = get(archive, facets["Budi & Co"])
    assert narrowed.said("[role=status]") == "1 berita"
    assert narrowed.links(".chips a") == {"hapus": "/cari?q=gajah"}
    hidden = {field.get("name"): field.get("value") for field in narrowed.page.cssselect("input[type=hidden]")}
    assert hidden == {"pewarta": "Budi & Co"}


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("/cari?q=gajah&sort=newest", [3, 2, 1]),
        ("/cari?q=gajah&year=2025", [1]),
        ("/cari?q=gajah&since=2026-01&sort=newest", [3, 2]),
        ("/cari?q=gajah&until=2025", [1]),
        ("/cari?q=gajah&advertorial=yes", [2]),
        ("/cari?q=gajah&credit=MC+Kominfo+Paser", [3]),
        ("/cari?editor=abdul+hakim", [3]),
        ("/cari", [3, 2, 1]),
        ("/cari?q=gajah&sort=newest&page=2", []),
        ("/cari?q=gajah&sort=newest&page=-1&year=x&since=kapan&advertorial=2&sort=%00", [3, 2, 1]),
        (f"/cari?q=gajah&sort=newest&page={'9' * 5000}", []),
    ],
)
def test_the_address_says_all_of_a_search(archive: Archive, address: str, numbers: list[int]) -> None:
    shelve(archive, 1, body="gajah", published_at=NOW - timedelta(days=365))
    shelve(archive, 2, body="gajah", is_advertorial=True)
    shelve(archive, 3, body="gajah", credit="MC Kominfo Paser", editor="Abdul Hakim")
    hits = [link.get("href") for link in get(archive, address).page.cssselect("ol.hits h3 a")]
    assert hits == [f"/berita/antara-kaltim/{number}" for number in numbers]


def test_pages_follow_each_other_in_all_forms(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "HITS_PER_PAGE", 2)
    for number in range(1, 6):
        shelve(archive, number, body="gajah", title=f"Judul {number}")
    first = get(archive, "/cari?q=gajah&sort=newest")
    assert first.links(".pages a") == {"Berikutnya": "/cari?q=gajah&sort=newest&page=2"}
    second = get(archive, first.links(".pages a")["Berikutnya"])
    assert list(second.links("ol.hits h3 a")) == ["Judul 3", "Judul 2"]
    last = get(archive, "/cari?q=gajah&sort=newest&page=3")
    assert list(last.links(".pages a")) == ["Sebelumnya"]
    seen, address = [], "/cari.json?q=gajah&sort=newest&banyak=2"
    while address:
        result = json.loads(get(archive, address).text)
        seen += [hit["id"] for hit in result["hits"]]
        address = (result["next"] or "").removeprefix("http://localhost")
    assert seen == [f"antara-kaltim/{number}" for number in (5, 4, 3, 2, 1)]


def test_pages_go_on_where_counts_end(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.engine.MAX_COUNTED_ARTICLES", 3)
    for number in range(1, 8):
        shelve(archive, number, body="gajah")
    seen, address = [], "/cari.json?q=gajah&banyak=2"
    while address:
        result = json.loads(get(archive, address).text)
        assert (result["total"], result["total_is_capped"]) == (3, True)
        seen += [hit["id"] for hit in result["hits"]]
        address = (result["next"] or "").removeprefix("http://localhost")
    assert len(seen) == len(set(seen)) == 7


def test_the_links_to_other_forms_give_the_same_result(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "HITS_PER_PAGE", 2)
    for number in range(1, 6):
        shelve(archive, number, body="gajah")
    second = get(archive, "/cari?q=gajah&sort=newest&page=2")
    links = second.links(".forms a")
    result = [hit["address"] for hit in json.loads(get(archive, links["JSON"]).text)["hits"]]
    assert result == [f"http://localhost{address}" for address in second.page.xpath("//ol//h3/a/@href")]
    assert len([*csv.DictReader(StringIO(get(archive, links["CSV"]).text))]) == 5


def test_the_last_page_says_that_more_stories_were_found(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "HITS_PER_PAGE", 2)
    monkeypatch.setattr(results, "MAX_PAGED_HITS", 4)
    for number in range(1, 7):
        shelve(archive, number, title=f"Judul {number}")
    last = get(archive, "/cari?page=2")
    assert list(last.links(".pages a")) == ["Sebelumnya"]
    assert "sampai 4 berita" in last.said(".note")
    assert list(get(archive, "/cari?page=3").links("ol.hits h3 a")) == ["Judul 4", "Judul 3"]
    result = json.loads(get(archive, "/cari.json?banyak=2&page=2").text)
    assert (result["more"], result["next"]) == (True, None)
    assert "next" not in [link.get("rel") for link in ElementTree.fromstring(get(archive, "/cari.atom?page=2").text)]


def test_one_answer_has_no_more_hits_than_a_bound(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MAX_HITS_PER_ANSWER", 3)
    for number in range(5):
        shelve(archive, number)
    assert len(json.loads(get(archive, "/cari.json?banyak=9999").text)["hits"]) == 3


def test_a_query_that_is_not_read_as_typed_is_reported(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    assert "OR berlaku di antara kata" in get(archive, "/cari?q=gajah+OR+situs:antara-kaltim").said(".note")
    signs = get(archive, "/cari?q=%3F%3F%3F")
    assert "Tidak ada kata" in signs.said(".note")
    assert signs.said("h1") == "Semua berita"


def test_one_result_as_json_csv_and_atom(archive: Archive) -> None:
    shelve(archive, 1, title="Gajah", body="Seekor gajah", pewarta="Ani, Budi", section="Umum")
    result = json.loads(get(archive, "/cari.json?q=gajah").text)
    assert (result["total"], result["total_is_capped"], result["next"]) == (1, False, None)
    assert result["facets"]["pewarta"] == {"Ani": 1, "Budi": 1}
    hit = result["hits"][0]
    assert (hit["id"], hit["title"], hit["snippet"]) == ("antara-kaltim/1", "Gajah", "Seekor gajah")
    assert hit["address"] == "http://localhost/berita/antara-kaltim/1"
    (row,) = csv.DictReader(StringIO(get(archive, "/cari.csv?q=gajah").text))
    assert (row["id"], row["pewarta"], row["address"]) == (hit["id"], "Ani, Budi", hit["address"])
    feed = ElementTree.fromstring(get(archive, "/cari.atom?q=gajah").text)
    assert feed.findtext("a:title", namespaces=ATOM) == "warta: gajah"
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:id", namespaces=ATOM) == f"{KALTIM.origin}/berita/1/x"
    assert [name.text for name in entry.findall("a:author/a:name", ATOM)] == ["Ani", "Budi"]
    assert all(element.tag.startswith("{http://www.w3.org/2005/Atom}") for element in feed.iter())


def test_what_does_not_narrow_is_not_shown_as_if_it_did(archive: Archive) -> None:
    shelve(archive, 1)
    answer = get(archive, "/cari?advertorial=foo&year=abc&since=zzz&until=2027")
    assert answer.said(".chips") == "Sampai: 2027 hapus"


def test_a_feed_goes_on_and_tells_of_changes(archive: Archive) -> None:
    for number in (1, 2, 3):
        shelve(archive, number, body="gajah")
    shelve(archive, 3, body="gajah putih")
    feed = ElementTree.fromstring(get(archive, "/cari.atom?q=gajah&banyak=2").text)
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links["self"] == "http://localhost/cari.atom?q=gajah&sort=newest&banyak=2"
    assert links["next"] == "http://localhost/cari.atom?q=gajah&sort=newest&page=2&banyak=2"
    updated = [entry.findtext("a:updated", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert updated == ["2026-09-30T04:03:00.000000Z", "2026-09-30T06:00:00.000000Z"]
    last = ElementTree.fromstring(get(archive, links["next"].removeprefix("http://localhost")).text)
    assert [link.get("rel") for link in last.findall("a:link", ATOM)] == ["self", "alternate"]


def test_the_counts_of_years_are_what_a_click_finds(archive: Archive) -> None:
    body = " ".join(f"kata{number}" for number in range(40))
    shelve(archive, 1, body=body, pewarta="Ani")
    shelve(archive, 2, body=body, pewarta="Ani", site=PASER)
    shelve(archive, 3, pewarta="ANI")
    assert "2026 (2)" in get(archive, "/").said("ul.years")
    assert get(archive, "/orang/Ani").said("h2") == "Sebagai pewarta: 2 berita"
    assert get(archive, "/cari?pewarta=Ani&year=2026").said("[role=status]") == "2 berita"


def test_a_story_of_the_year_one_does_not_fill_the_start_page(archive: Archive) -> None:
    shelve(archive, 1)
    shelve(archive, 2, published_at=NOW.replace(year=1001))
    answer = get(archive, "/")
    assert len(answer.page.cssselect("rect")) <= 601
    assert "1001 (1)" in answer.said("ul.years")


def test_who_finds_nothing_is_shown_the_nearest_words(archive: Archive) -> None:
    shelve(archive, 1, body="stunting")
    answer = get(archive, "/cari?q=stuntng+turun")
    assert "Tidak ada berita yang cocok." in answer.said()
    assert answer.links("main p a")["stunting"] == "/cari?q=stunting+turun"


# A story


def test_a_story_shows_all_that_is_known_of_it(archive: Archive) -> None:
    shelve(
        archive,
        1,
        title="Gajah masuk desa",
        body="Tana Paser (ANTARA) - Gajah.\n\nLalu pulang.",
        pewarta="R. Wartono, Ani",
        editor="Abdul Hakim",
        section="Umum",
        dateline="Tana Paser",
        credit="MC Kominfo Paser",
        is_advertorial=True,
        caption="Seekor gajah. (Foto: Ani)",
        tags=["gajah", "desa"],
    )
    answer = get(archive, "/berita/antara-kaltim/1")
    assert answer.said("h1") == "Gajah masuk desa"
    assert [p.text for p in answer.page.cssselect("article.story > p[lang=id]")] == [
        "Tana Paser (ANTARA) - Gajah.",
        "Lalu pulang.",
    ]
    assert answer.said("article .facts") == "30 September 2026, 13.00 UTC+8 · ANTARA Kaltim · Umum Advertorial"
    facts = dict(
        zip(
            *(
                ["".join(e.text_content().split("\n")).strip() for e in answer.page.cssselect(f"section {tag}")]
                for tag in ("dt", "dd")
            ),
            strict=True,
        )
    )
    assert facts["Pewarta"] == "R. Wartono, Ani"
    assert facts["Tempat"] == "Tana Paser"
    assert facts["Kredit"] == "MC Kominfo Paser"
    assert facts["Keterangan gambar"] == "Seekor gajah. (Foto: Ani)"
    assert facts["Tag"] == "gajah, desa"
    assert facts["Rekaman"] == "x.warc.gz @ 0"
    assert facts["Sidik isi"] == "sha1:X"
    links = answer.links()
    assert links["R. Wartono"] == "/orang/R.%20Wartono"
    assert links["Abdul Hakim"] == "/orang/Abdul%20Hakim"
    assert links["Halaman yang ditangkap"] == "/tangkapan/1"
    assert "Tidak ada perubahan yang terlihat." in answer.said()


def test_versions_are_shown_with_what_changed_word_by_word(archive: Archive) -> None:
    shelve(archive, 1, body="Banjir merendam 212 rumah.\n\nTidak ada korban.")
    shelve(archive, 1, body="Banjir merendam 304 rumah.\n\nTidak ada korban.")
    archive.db.execute("UPDATE articles SET gone_at = '2026-10-02T00:00:00Z'")
    archive.db.conn.commit()
    answer = get(archive, "/berita/antara-kaltim/1", **{"accept-language": "en"})
    assert (answer.said("del"), answer.said("ins")) == ("212", "304")
    assert "Version 2" in answer.said("h3")
    assert "has not been there since 2 October 2026" in answer.said(".note")
    assert {link.get("href") for link in answer.page.cssselect("#history ~ p a")} == {"/tangkapan/1", "/tangkapan/2"}


def test_a_story_of_several_sites_names_the_others(archive: Archive) -> None:
    body = " ".join(f"kata{number}" for number in range(40))
    shelve(archive, 1, body=body)
    shelve(archive, 2, body=body, site=PASER)
    assert get(archive, "/berita/antara-kaltim/1").links()["MC Kominfo Paser"] == "/berita/mc-paser/2"
    assert "Juga di MC Kominfo Paser" in get(archive, "/cari?q=kata1&sort=newest&site=antara-kaltim").said("ol.hits")


def test_an_id_with_a_question_mark_has_an_address(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    archive.db.execute("PRAGMA foreign_keys = off")
    for table, column in (("articles", "id"), ("versions", "article_id")):
        archive.db.execute(f"UPDATE {table} SET {column} = 'koran.example/baca?id=7&x=ä b'")
    archive.db.conn.commit()
    (address,) = get(archive, "/cari?q=gajah").links("ol.hits h3 a").values()
    assert get(archive, address).status == 200


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        (
            "bibtex",
            [
                "@online{antara-kaltim-1,",
                "author = {{R. Wartono} and {Ani}},",
                r"title = {{50\% \& lebih}},",
                "date = {2026-09-30},",
            ],
        ),
        ("ris", ["TY  - NEWS", "AU  - R. Wartono", "AU  - Ani", "TI  - 50% & lebih", "DA  - 2026/09/30", "ER  -"]),
    ],
)
def test_a_story_is_cited(archive: Archive, form: str, lines: list[str]) -> None:
    shelve(archive, 1, title="50% & lebih", pewarta="R. Wartono, Ani")
    text = get(archive, f"/berita/antara-kaltim/1?bentuk={form}").text
    assert set(lines) <= {line.strip() for line in text.splitlines()}
    said = get(archive, "/berita/antara-kaltim/1").said()
    where = f"ANTARA Kaltim, 30 September 2026. {KALTIM.origin}/berita/1/x"
    assert f"R. Wartono, Ani. “50% & lebih.” {where} (ditangkap 30 September 2026)." in said


@pytest.mark.parametrize("name", ["A/B", "100%", "Ani½", "?#;"])
def test_every_name_that_is_printed_has_a_page(archive: Archive, name: str) -> None:
    shelve(archive, 1, pewarta=name)
    links = get(archive, "/berita/antara-kaltim/1").links("dd a")
    assert get(archive, links[name]).status == 200


def test_a_person_has_all_their_stories_by_year(archive: Archive) -> None:
    shelve(archive, 1, pewarta="R. Wartono", published_at=NOW - timedelta(days=365))
    shelve(archive, 2, pewarta="Ani, R. Wartono")
    shelve(archive, 3, pewarta="Ani", editor="R. Wartono")
    shelve(archive, 4, pewarta="Budi R. Wartono")
    answer = get(archive, "/orang/R.%20Wartono")
    assert answer.said("h2") == "Sebagai pewarta: 2 berita Sebagai editor: 1 berita"
    years = [link.get("href") for link in answer.page.cssselect("ul.years a")]
    assert years == [
        f"/cari?{role}=R.+Wartono&year={year}"
        for role, year in (("pewarta", 2026), ("pewarta", 2025), ("editor", 2026))
    ]
    assert [len(get(archive, address).page.cssselect("ol.hits h3")) for address in years] == [1, 1, 1]


# Language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("en-GB,en;q=0.9", "en"),
        ("id,en;q=0.8", "id"),
        ("en;q=0.3, id;q=0.7", "id"),
        ("de, en;q=0.5", "en"),
        ("en;q=0", "id"),
        ("*", "id"),
        ("\x00;q=x,,;;", "id"),
    ],
)
def test_the_browser_says_the_language(header: str, language: str) -> None:
    assert language_of(header) == language


def test_the_language_is_switched_and_stays(archive: Archive) -> None:
    shelve(archive, 1)
    page = get(archive, "/cari?q=isi&year=2026", **{"accept-language": "en"})
    assert page.page.get("lang") == "en"
    assert page.said("[role=status]") == "1 story"
    switched = get(archive, "/cari" + page.links("header a")["Bahasa Indonesia"], **{"accept-language": "en"})
    assert switched.said("[role=status]") == "1 berita"
    cookie = switched.headers["set-cookie"].partition(";")[0]
    assert get(archive, "/", cookie=cookie, **{"accept-language": "en"}).page.get("lang") == "id"


def test_every_label_is_there_in_both_languages_and_no_page_asks_for_another() -> None:
    assert all(len(both) == 2 and all(both) for both in LABELS.values())
    templates = Path(results.__file__).parent / "templates"
    used = {
        name for path in templates.glob("*.html") for name in re.findall(r"\blabels\.(\w+)", path.read_text("utf-8"))
    }
    assert used - set(LABELS) <= {"language", "other", "number", "day", "month", "time", "verdict"}
    text = "".join(path.read_text("utf-8") for kind in ("*.py", "*.html") for path in templates.parent.rglob(kind))
    assert [name for name in LABELS if len(re.findall(rf"\b{name}\b", text)) < 2] == []


def test_days_and_times_are_written_as_the_language_writes_them() -> None:
    assert Labels("id").time("2026-09-30T08:05:00+08:00") == "30 September 2026, 08.05 UTC+8"
    assert Labels("en").time("2026-08-01T08:05:00-03:30") == "1 August 2026, 08:05 UTC-3:30"
    assert Labels("id").time("2026-08-01T08:05:00") == "1 Agustus 2026, 08.05"
    assert (Labels("id").number(12345), Labels("en").number(12345)) == ("12.345", "12,345")


# Hostile content, and safety


def test_nothing_in_a_story_or_an_address_becomes_markup(archive: Archive) -> None:
    for number in (1, 2):
        shelve(
            archive,
            number,
            title=f"gajah {HOSTILE}",
            body=f"gajah {number} {HOSTILE}\n\n{HOSTILE}",
            pewarta=HOSTILE.replace(",", ""),
            editor=HOSTILE,
            section=HOSTILE,
            dateline=HOSTILE,
            credit=HOSTILE,
            caption=HOSTILE,
            tags=[HOSTILE],
            original_url=f"https://x.example/{HOSTILE}",
        )
    shelve(archive, 1, title=f"kuda {HOSTILE}", body=HOSTILE * 2)
    run = start_run(archive, RunStart(KALTIM.name, KALTIM.origin, NOW, {}))
    end_run(archive, run, {"finished_at": iso_utc(NOW)} | {"verdict": HOSTILE, "reason": HOSTILE})
    quoted = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    pages = [
        "/",
        "/cari?q=gajah",
        f"/cari?q={quoted}&section={quoted}&page=2",
        "/berita/antara-kaltim/1",
        f"/berita/{quoted}",
    ]
    pages += [
        f"/orang/{quoted}",
        "/tangkapan/1",
        get(archive, "/berita/antara-kaltim/1").page.cssselect("dd a")[0].get("href"),
    ]
    for address in pages:
        answer = get(archive, address)
        assert answer.page.xpath("//script | //img | //@onerror | //*[starts-with(@href, 'javascript:')]") == [], (
            address
        )
        assert str(99991 * 99991) not in answer.said(), address
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["vary"].startswith("Accept-Language, Cookie")
    feed = ElementTree.fromstring(get(archive, "/cari.atom?q=gajah").text)
    assert "<script>" in (feed.findtext("a:entry/a:title", namespaces=ATOM) or "")
    assert {element.tag for element in feed.iter()} <= {
        f"{{{ATOM['a']}}}{name}"
        for name in ("feed", "title", "id", "link", "updated", "entry", "author", "name", "summary")
    }
    assert len(json.loads(get(archive, "/cari.json?q=gajah").text)["hits"]) == 1
    depth = 0
    for brace in re.findall("[{}]", get(archive, "/berita/antara-kaltim/1?bentuk=bibtex").text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert (
        "\n" not in get(archive, "/berita/antara-kaltim/1?bentuk=ris").text.partition("TI  - ")[2].partition("\r\n")[0]
    )


def test_control_characters_do_not_spoil_a_feed(archive: Archive) -> None:
    shelve(archive, 1, title="gajah \x0b\x00\x1b\ufffe \U000e0001 putih", body="gajah")
    feed = ElementTree.fromstring(get(archive, "/cari.atom?q=gajah").text)
    assert "putih" in (feed.findtext("a:entry/a:title", namespaces=ATOM) or "")


def test_pages_cannot_write(archive: Archive) -> None:
    shelve(archive, 1)

    async def write() -> None:
        datasette = Datasette([str(database_path(archive.data))])
        await datasette.get_database("archive").execute_fn(
            lambda connection: connection.execute("DELETE FROM articles")
        )

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        asyncio.run(write())


def test_what_takes_too_long_is_reported(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 60):
        shelve(archive, number, body=" ".join(f"gajah{n}" for n in range(60)))
    monkeypatch.setattr("archive.web.plugin.PAGE_TIMEOUT_SECONDS", 0)
    answer = get(archive, "/cari?q=gajah*")
    assert (answer.status, answer.said("h1")) == (503, "Pencarian ini terlalu lama. Coba kata yang lebih khusus.")


@pytest.mark.parametrize(
    "address",
    [
        *("/berita/nix/1", "/orang/nix", "/tangkapan/77", "/tangkapan/77/halaman"),
        *("/nix", "/berita", "/tangkapan/x", "/a/b/c/d/e", "//cari", "/archive/nix"),
    ],
)
def test_what_does_not_exist_is_reported(archive: Archive, address: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer = get(archive, address)
    assert answer.status == 404
    assert answer.page.cssselect("form.search")
    assert capfd.readouterr() == ("", "")


def test_programs_are_told_by_datasette_what_is_not_there(archive: Archive) -> None:
    assert json.loads(get(archive, "/archive/nix.json").text)["status"] == 404


def test_a_missing_warc_file_is_reported_on_the_page(archive: Archive) -> None:
    shelve(archive, 1)
    for address in ("/tangkapan/1", "/tangkapan/1/halaman"):
        answer = get(archive, address)
        assert answer.status == 404
        assert "The WARC file x.warc.gz is missing" in answer.said()
    assert "30 September 2026, 04.00 UTC" in get(archive, "/tangkapan/1").said()


def test_pages_are_read_while_a_crawl_writes(archive: Archive) -> None:
    shelve(archive, 1, body="gajah")
    update_terms(archive)
    with archive.writing():
        archive.db.execute("UPDATE articles SET title = 'halfway'")
        assert ask(archive.data, "/cari?q=gajah").said("ol.hits h3") == "Judul"


def test_the_archive_of_an_older_warta_is_reported(archive: Archive) -> None:
    archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_search'")
    archive.db.conn.commit()
    answer = ask(archive.data, "/")
    assert (answer.status, answer.said("h1").startswith("Arsip ini dibuat oleh warta yang lebih lama")) == (404, True)


def test_datasettes_own_pages_stay_and_another_database_has_no_reading_room(archive: Archive, tmp_path: Path) -> None:
    shelve(archive, 1)
    for address in ("/archive", "/archive/articles", "/archive/articles.json", "/archive/articles.csv"):
        assert get(archive, address).status == 200
    sqlite3.connect(tmp_path / "other.db").close()

    (tmp_path / "foreign").mkdir()
    foreign = tmp_path / "foreign" / "archive.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()

    async def start(*databases: Path) -> Answer:
        return Answer(await Datasette([str(path) for path in databases]).client.get("/"))

    assert asyncio.run(start(tmp_path / "other.db")).status == 404
    assert asyncio.run(start(foreign)).said("h1") == "Tidak ada arsip di sini."
    assert asyncio.run(start(foreign, database_path(archive.data))).status == 200
