"""A headline finds its story first, however it is typed, also where many stories have its words."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from archive.search.engine import search
from archive.search.fts import Query
from archive.search.vocabulary import update_terms
from archive.store.database import Archive
from tests.support.shelf import NOW, shelve

_WHO = (
    "Bupati Paser|Pemkab Paser|Warga Paser|Polres Paser|Petani Paser|DPRD Paser|Wakil Bupati|Dinas Kesehatan|"
    "Kelompok tani|Ratusan siswa|Kejari Paser|KPU Paser"
).split("|")
_DOES = (
    "serahkan bantuan|tanam padi|gelar rapat|buka pelatihan|resmikan jembatan|salurkan Rp250.000|panen jagung|"
    "tinjau banjir|ajak warga jaga lingkungan|minta dana Rp1,2 miliar|tanda tangani kerja sama"
).split("|")
_WHERE = (
    "di Kuaro|di Tanah Grogot|di Long Ikis|untuk warga di Batu Sopang|dan Penajam Paser Utara|pada hari Jum'at|"
    "yang ada di Paser|bagi 15 desa|ke-79|untuk dan dari warga"
).split("|")
_FRAMES = (
    "{who} {does} {where}",
    "{who}: {does} {where}",
    "“{does}”, {who} {where}",
    '"{does} {where}" - {who}',
    "{who} {does}, {where}?",
    "{does} {where}, {who} ‘siap’",
    "Program \"{does}\"-nya {who} {where}",
    "{where} {who} {does}!",
)  # fmt: skip


def headlines(count: int = 200) -> list[str]:
    """Headlines that share nearly all their words with others; half of them have Paser in them."""
    rng = random.Random(7)
    made: dict[str, str] = {}
    while len(made) < count:
        with_paser = len(made) % 2 == 0
        who, does, where = rng.choice(_WHO), rng.choice(_DOES), rng.choice(_WHERE)
        if ("Paser" in who + where) == with_paser:
            title = rng.choice(_FRAMES).format(who=who, does=does, where=where)
            made.setdefault("".join(c for c in title.lower() if c.isalnum()), title[0].upper() + title[1:])
    return list(made.values())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    rng = random.Random(8)
    titles = headlines()
    words = " ".join(titles).split()
    archive = Archive.open(tmp_path_factory.mktemp("headlines"))
    with archive.writing():
        for number, title in enumerate(titles, 1):
            body = "\n\n".join(" ".join(rng.choices([*words, "Paser"], k=60)) for _ in range(3))
            shelve(archive, number, title=title, body=f"{body} {rng.choice(titles)}")
    update_terms(archive)
    return archive


def first(archive: Archive, words: str, count: int = 1) -> list[int]:
    return [int(hit.id.rpartition("/")[2]) for hit in search(archive, Query(words=words, limit=count)).hits]


def _without_punctuation(title: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in title).split())


TYPED: dict[str, Callable[[str], str]] = {
    "word for word": lambda title: title,
    "in lower case": str.lower,
    "in capitals": str.upper,
    "without punctuation": _without_punctuation,
    "with straight quotes": lambda title: title.translate(str.maketrans("“”‘’", "\"\"''")),
    "with typographic quotes": lambda title: title.translate(str.maketrans('"' + "'", "”’")),
    "with guillemets": lambda title: title.translate(str.maketrans("“”", "«»")),
    "with a modifier apostrophe": lambda title: title.replace("'", "\u02bc"),
    "without quotes at one end": lambda title: title.replace("“", "", 1),
    "with wide spaces": lambda title: f"  {'  '.join(title.split())} ",
    "with hard spaces": lambda title: title.replace(" ", "\u00a0"),
    "with its words split by soft hyphens": lambda title: title.replace("an", "a\u00adn"),
}


@pytest.mark.parametrize("way", TYPED)
def test_a_headline_that_is_typed_finds_its_story_first(archive: Archive, way: str) -> None:
    missed = {
        title: (number, got)
        for number, title in enumerate(headlines(), 1)
        if (got := first(archive, TYPED[way](title))) != [number]
    }
    assert not missed


@pytest.mark.parametrize("half", [0, 1])
def test_half_a_headline_finds_its_story_among_the_first_ten(archive: Archive, half: int) -> None:
    titles = headlines()

    def part(title: str) -> str:
        words = _without_punctuation(title).split()
        return " ".join(words[len(words) // 2 :] if half else words[: (len(words) + 1) // 2])

    def sharing(words: str) -> int:
        """How many headlines have these words side by side: more than ten cannot all be among the first ten."""
        return sum(f" {words} " in f" {_without_punctuation(title)} ".lower() for title in titles)

    missed = {
        part(title): number
        for number, title in enumerate(titles, 1)
        if sharing(part(title).lower()) <= 10 and number not in first(archive, part(title), 10)
    }
    assert not missed


def test_one_word_of_all_headlines_brings_those_that_have_it_before_the_others(archive: Archive) -> None:
    titles = headlines()
    with_paser = {number for number, title in enumerate(titles, 1) if "paser" in _without_punctuation(title).lower()}
    assert len(with_paser) >= 100
    found = first(archive, "paser", 200)
    assert len(found) > len(with_paser)
    assert set(found[: len(with_paser)]) == with_paser


def test_the_newest_first_is_the_newest_first_whatever_the_titles(archive: Archive) -> None:
    hits = search(archive, Query(words=headlines()[3], sort="newest", limit=50)).hits
    keys = [hit.published_at or "" for hit in hits]
    assert keys == sorted(keys, reverse=True)


def test_words_side_by_side_then_in_their_order_then_in_any_order(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    titles = [
        "Kuaro kembali banjir, warga mengungsi",  # the words in another order
        "Banjir besar di Kuaro",  # in their order
        "Warga: banjir Kuaro surut",  # side by side
        "Banjir Kuaro surut",  # at the beginning
        "Banjir Kuaro",  # nothing else
        "Cuaca Kuaro",  # the other word in the text alone
    ]
    for number, title in enumerate(titles):
        body = "Banjir di Kuaro, banjir, banjir Kuaro" if number in (0, 5) else "Air naik"
        shelve(archive, number, title=title, body=body, published_at=NOW - timedelta(days=number))
    update_terms(archive)
    assert first(archive, "banjir kuaro", 10) == [4, 3, 2, 1, 0, 5]
    assert first(archive, "kebanjiran kuaro", 10)[-1] == 5


def test_a_title_counts_by_its_words_in_any_spelling(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    titles = {
        1: "Bantuan Rp250.000 bagi warga",
        2: "Bekerjasama dengan Kemenag",
        3: "北京代表团访问东加",
        4: "Ma\u02bcruf hadir di Paser",
        5: "𝗕𝗮𝗻𝗷𝗶𝗿 di hulu",
        6: "Pem\u00adkab perbaiki jalan",
    }
    for number, title in titles.items():
        shelve(archive, number, title=title, body="Isi")
    words = (
        "bantuan 250 000 rp bekerja sama kemenag 北京 访问 ma'ruf maruf banjir hulu pemkab jalan Rp 250.000 Rp250.000"
    )
    for number in range(10, 40):
        shelve(archive, number, title="Lain", body=f"{words} {words}")
    update_terms(archive)
    for typed, number in {
        "250.000": 1,
        "bantuan Rp 250.000": 1,
        "judul:250.000": 1,
        "bekerja sama kemenag": 2,
        "kerja sama": 2,
        "北京": 3,
        "judul:访问": 3,
        "ma'ruf": 4,
        "maruf hadir": 4,
        "banjir hulu": 5,
        "pemkab": 6,
    }.items():
        assert first(archive, typed) == [number], typed
