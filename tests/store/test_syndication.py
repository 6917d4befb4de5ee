"""One story on several sites is one story in the relation `stories`, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.extract.article import Article, read_article
from archive.extract.encoding import decode_page
from archive.sites import SITES
from archive.store.articles import shelve
from archive.store.database import Archive
from archive.store.syndication import MAX_TIME_APART, MIN_SHINGLES, shingles
from crawler.newsroom.newsroom import Newsroom
from tests.support.commands import crawl, warta
from tests.support.shelf import made_up_capture
from tests.support.site_server import antara_article

DAY = datetime(2026, 9, 1, 8, tzinfo=UTC)
NATIONAL = "https://www.antaranews.com/berita/{}"
_records = count(1)

STORY = """Tana Paser - Pemerintah Kabupaten Paser menyalurkan bantuan beras kepada 1.250 keluarga terdampak banjir di
Kecamatan Long Kali, Kamis, setelah air sungai meluap selama tiga hari berturut-turut.

Kepala Badan Penanggulangan Bencana Daerah mengatakan setiap keluarga menerima sepuluh kilogram beras dan air bersih
yang diangkut dengan perahu karet karena jalan utama menuju desa masih terendam setinggi satu meter.

Warga berharap bantuan obat-obatan segera menyusul, sebab puskesmas setempat kehabisan persediaan sejak kemarin sore dan
beberapa anak mulai terserang penyakit kulit.

Bupati meminta dinas terkait mendata rumah yang rusak dan menyiapkan dapur umum sampai air benar-benar surut."""
SHORTENED = "\n\n".join(STORY.split("\n\n")[:2])
TOUCHED_UP = (
    STORY.replace("mengatakan", "menyebutkan").replace("segera menyusul", "lekas datang").replace("Kamis", "Jumat")
)
RETOLD = """Tana Paser - Ribuan keluarga korban luapan sungai di Long Kali menerima beras dari pemkab pada Kamis lalu.

Menurut BPBD, paket berisi beras sepuluh kilogram serta air bersih itu dibawa memakai perahu karena akses darat putus.

Persediaan obat di puskesmas menipis, padahal anak-anak mulai gatal-gatal, ujar seorang warga yang mengungsi.

Pendataan kerusakan rumah sedang berlangsung atas perintah bupati, dan dapur umum akan dibuka."""
UNRELATED = """Tana Paser - Tim sepak bola pelajar Kabupaten Paser melaju ke babak final turnamen antarkabupaten setelah
menang dua gol tanpa balas atas tuan rumah, Kamis, di Stadion Sadurengas yang dipadati ribuan penonton.

Pelatih mengaku puas dengan permainan anak asuhnya yang disiplin menjaga pertahanan sejak menit pertama dan berharap
dukungan masyarakat terus mengalir sampai pertandingan terakhir pada hari Minggu."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "data") as archive:
        yield archive


def put(
    archive: Archive, id: str, body: str, *, at: datetime = DAY, original: str | None = None, seen: int = 0
) -> None:
    """Shelves the article "site/number" with this text."""
    site, _, number = id.partition("/")
    host = SITES[site].origin if site in SITES else f"https://{site}"
    url = f"{host}/berita/{number}" if site != "mc-paser" else f"{host}/?p={number}"
    article = Article(
        site=site,
        id=id,
        number=int(number),
        url=url,
        title=f"Judul {number}",
        body=body,
        layout="antara-3",
        published_at=at,
        original_url=original,
    )
    record = f"<urn:uuid:{next(_records)}>"
    capture = made_up_capture(site, url, record=record, at=DAY + timedelta(days=60, hours=seen))
    shelve(archive, article, archive.add_capture(capture), page_url=url)


def groups(archive: Archive) -> set[frozenset[str]]:
    rows = archive.rows("SELECT group_concat(article_id, ' ') AS ids FROM stories GROUP BY story_id")
    return {frozenset(row["ids"].split()) for row in rows}


A, B, C = "antara-kaltim/1", "mc-paser/2", "jambi.antaranews.com/3"


@pytest.mark.parametrize(
    ("other", "is_one"),
    [(STORY, True), (SHORTENED, True), (TOUCHED_UP, True), (RETOLD, False), (UNRELATED, False)],
    ids=["the same", "shortened", "touched up", "retold in other words", "unrelated"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_same_text_is_one_story_whole_or_shortened(
    archive: Archive, other: str, is_one: bool, turned: bool
) -> None:
    texts = [STORY, other][:: -1 if turned else 1]
    put(archive, A, texts[0])
    put(archive, B, texts[1])
    assert groups(archive) == ({frozenset({A, B})} if is_one else set())


def test_the_story_is_named_by_who_published_first(archive: Archive) -> None:
    put(archive, A, STORY)
    put(archive, B, STORY, at=DAY - timedelta(hours=2))
    put(archive, C, SHORTENED, at=DAY + timedelta(hours=2))
    assert archive.rows("SELECT * FROM stories ORDER BY article_id") == [
        {"article_id": id, "story_id": B} for id in (A, C, B)
    ]


@pytest.mark.parametrize(
    ("first", "second", "later"),
    [
        ((A, STORY), ("antara-kaltim/9", STORY), timedelta(hours=1)),  # a site's own form letters
        ((A, STORY), (B, STORY), MAX_TIME_APART + timedelta(hours=1)),  # what recurs every year
        ((A, STORY[:100]), (B, STORY[:100]), timedelta(hours=1)),  # alike by chance
    ],
    ids=["one site", "long after", "too short"],
)
def test_what_is_alike_and_yet_not_one_story(
    archive: Archive, first: tuple[str, str], second: tuple[str, str], later: timedelta
) -> None:
    assert len(shingles(STORY[:100])) < MIN_SHINGLES
    put(archive, *first)
    put(archive, *second, at=DAY + later)
    assert groups(archive) == set()


def test_who_names_one_first_publication_tells_one_story(archive: Archive) -> None:
    put(archive, A, STORY, original=NATIONAL.format(77))
    put(archive, C, UNRELATED, original=NATIONAL.format(77), at=DAY + timedelta(days=100))
    assert groups(archive) == {frozenset({A, C})}
    put(archive, "www.antaranews.com/77", RETOLD)
    assert groups(archive) == {frozenset({A, C, "www.antaranews.com/77"})}


def test_a_story_first_published_on_a_known_site_is_found_there(archive: Archive) -> None:
    put(archive, A, STORY)
    put(archive, C, UNRELATED, original="https://kaltim.antaranews.com/berita/1")
    assert groups(archive) == {frozenset({A, C})}


def test_an_edited_text_leaves_its_group_and_comes_back(archive: Archive) -> None:
    put(archive, A, STORY)
    put(archive, B, STORY)
    put(archive, B, UNRELATED, seen=1)
    assert groups(archive) == set()
    put(archive, B, STORY, seen=2)
    assert groups(archive) == {frozenset({A, B})}
    bands = archive.row("SELECT count(*) AS count FROM bands")
    assert bands == {"count": 32}


def state(archive: Archive) -> list[object]:
    return [archive.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("stories", "twins", "bands")]


def shelved(archive: Archive, works: Iterable[tuple[str, str]]) -> list[object]:
    for id, body in works:
        put(archive, id, body, at=DAY + timedelta(minutes=int(id.rpartition("/")[2])))
    found = state(archive)
    for table in ("versions", "articles", "captures", "stories", "twins", "bands"):
        archive.db.execute(f"DELETE FROM {table}")
    archive.db.conn.commit()
    return found


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from([STORY, SHORTENED, TOUCHED_UP, RETOLD]), max_size=7))
def test_the_groups_are_the_same_in_whatever_order_stories_come(
    archive: Archive, rng: random.Random, texts: list[str]
) -> None:
    sites = ("antara-kaltim", "mc-paser", "jambi.antaranews.com")
    works = [(f"{sites[n % 3]}/{n + 1}", text) for n, text in enumerate(texts)]
    turned = list(works)
    rng.shuffle(turned)
    assert shelved(archive, works) == shelved(archive, turned)


def test_the_newsrooms_twins_are_found_and_nothing_else(archive: Archive) -> None:
    room = Newsroom(antara=400, paser=200)
    truth = set()
    for name, stories in room.stories.items():
        for story in stories:
            put(archive, story.id, story.body, at=story.instant)
            if story.twin_id and len(shingles(story.body)) >= MIN_SHINGLES:
                truth.add(frozenset({story.id, story.twin_id}))
        assert name in SITES
    assert len(truth) > 50
    assert groups(archive) == truth


def test_the_line_that_names_the_first_publication_is_read_in_every_layout() -> None:
    room = Newsroom(antara=400, paser=1)
    seen = set()
    for story in room.stories["antara-kaltim"]:
        for path in (story.url, "/amp" + story.url.removeprefix(SITES["antara-kaltim"].origin)):
            answer = room.servers["antara-kaltim"].answer(path.removeprefix(SITES["antara-kaltim"].origin))
            page = decode_page(answer.body, answer.content_type)
            article = read_article(page, url=story.url, site=SITES["antara-kaltim"], fetched_at=room.now)
            printed = any(block.kind == "telah-tayang" for block in story.blocks)
            assert bool(article.original_url) == printed, story.id
            if article.original_url:
                seen.add(article.layout)
                assert article.original_url.startswith("https://www.antaranews.com/")
                assert article.original_url.rpartition("/")[2].isdigit()
    assert seen == {"antara-2a", "antara-2b", "antara-3", "antara-amp"}


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("javascript:void(0)", None),
        ("mailto:redaksi@example.org", None),
        ("http:///x", None),
        ("https://www.antaranews.com/berita/5/judul", "https://www.antaranews.com/berita/5"),
        ("https://mediacenter.paserkab.go.id/berita/kabar?x=1", "https://mediacenter.paserkab.go.id/berita/kabar/"),
    ],
)
def test_a_first_publication_is_a_web_address_in_the_form_known_here(target: str, known: str | None) -> None:
    body = f'Tana Paser - Kabar.<br><br>Berita ini telah tayang di Sana dengan judul: <a href="{target}">Kabar</a>'
    url = "https://kaltim.antaranews.com/berita/1/judul"
    page = antara_article(1, "Judul", body=body)
    assert read_article(page, url=url, site=SITES["antara-kaltim"], fetched_at=DAY).original_url == known


@pytest.mark.slow
def test_show_says_where_a_story_also_stands(tmp_path: Path) -> None:
    room = Newsroom(antara=60, paser=40)
    with room.serving() as origins:
        assert crawl(tmp_path / "data", origins).returncode == 0
    with Archive.open_reading(tmp_path / "data") as archive:
        (group, *_) = archive.rows("SELECT story_id, max(article_id) AS id FROM stories GROUP BY 1")
        folded = archive.row(
            "SELECT count(DISTINCT coalesce(story_id, id)) AS stories, count(*) AS articles"
            " FROM articles LEFT JOIN stories ON article_id = id"
        )
        several = archive.row("SELECT count(*) - count(DISTINCT story_id) AS count FROM stories")
    assert folded is not None
    assert several is not None
    assert folded["articles"] - folded["stories"] == several["count"] > 0
    other = group["id"] if group["id"] != group["story_id"] else group["story_id"]
    shown = warta("show", other, "--data", tmp_path / "data").stdout
    assert "Also on: " in shown
