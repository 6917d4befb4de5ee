"""What a page says of its own address counts for its own host, and never for less than its own address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.extract.article import Article, ReadingError, read_article
from archive.sites import SITES, site_of
from tests.support.site_server import antara_article

NOW = datetime(2026, 10, 30, 14, 0, tzinfo=UTC)
BUREAU = "https://kaltim.antaranews.com"
PASER = "https://mediacenter.paserkab.go.id"
FORMS = (
    '<link rel="canonical" href="{}">',
    '<link rel="shortlink" href="{}">',
    '<meta property="og:url" content="{}">',
)


def story(head: str) -> Article:
    own = f'<link rel="canonical" href="{BUREAU}/berita/101/judul">'
    page = antara_article(101, "Panen padi").replace(own, head)
    return read_article(page, url=f"{BUREAU}/berita/101/panen", site=SITES["antara-kaltim"], fetched_at=NOW)


def post(head: str, path: str = "/berita/tani/panen/", *, number: str = "postid-7") -> Article:
    page = (
        f'<html><head>{head}</head><body class="{number}"><h1>Panen</h1><div class="entry-content">Padi.</div></body>'
    )
    return read_article(page, url=PASER + path, site=SITES["mc-paser"], fetched_at=NOW)


def elsewhere(head: str, url: str) -> Article:
    text = "".join(
        f"<p>Kalimat ke-{i} dari laporan panen padi di Desa Laburan yang cukup panjang.</p>" for i in range(9)
    )
    page = (
        f'<html><head><meta property="og:type" content="article">{head}</head><body><h1>Panen</h1>{text}</body></html>'
    )
    return read_article(page, url=url, site=site_of(url), fetched_at=NOW)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "named",
    [
        "https://www.antaranews.com/berita/4567890/panen",
        "https://jatim.antaranews.com/berita/98765/panen",
        "https://otomotif.antaranews.com/",
        "https://kaltim.antaranews.com/",
        "https://kaltim.antaranews.com/paser",
        "/",
        "",
        "#",
        "javascript:void(0)",
        "https://[rusak",
        "http://kaltim.antaranews.com.example/berita/5/x",
    ],
)
def test_an_address_that_is_not_the_story_changes_nothing(form: str, named: str) -> None:
    article = story(form.format(named))
    assert (article.id, article.url) == ("antara-kaltim/101", f"{BUREAU}/berita/101/panen")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "named",
    [
        f"{BUREAU}/berita/101/panen-padi",
        "/berita/101/panen-padi",
        "https://m.kaltim.antaranews.com/berita/101/panen-padi",
        "http://www.kaltim.antaranews.com/berita/101/panen-padi",
        "http://127.0.0.1:8000/berita/101/panen-padi",
    ],
)
def test_the_address_that_a_story_gives_on_its_own_host_is_its_address(form: str, named: str) -> None:
    assert story(form.format(named)).url == f"{BUREAU}/berita/101/panen-padi"


def test_a_page_of_another_story_is_refused() -> None:
    with pytest.raises(ReadingError, match="the page says it is 102"):
        story(f'<link rel="canonical" href="{BUREAU}/berita/102/panen">')


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("/berita/tani/panen-raya/", f"{PASER}/berita/tani/panen-raya/"),
        ("/berita/", f"{PASER}/berita/tani/panen/"),
        ("/berita/tani/", f"{PASER}/berita/tani/panen/"),
        ("/", f"{PASER}/berita/tani/panen/"),
        ("https://paserkab.go.id/berita/tani/panen/", f"{PASER}/berita/tani/panen/"),
    ],
)
def test_the_permalink_of_a_post(named: str, url: str) -> None:
    assert post(f'<link rel="canonical" href="{named}">').url == url


def test_the_number_of_a_post_comes_from_its_own_host_alone() -> None:
    assert post('<link rel="shortlink" href="/?p=9">', number="").id == "mc-paser/9"
    assert post('<link rel="shortlink" href="https://wp.me/?p=9">', number="").number is None


@pytest.mark.parametrize(
    ("asked", "named", "url"),
    [
        ("https://kabar.example/a/1", "https://kabar.example/", "https://kabar.example/a/1"),
        ("https://kabar.example/a/1", "https://kabar.example/a", "https://kabar.example/a/1"),
        ("https://kabar.example/panen-padi/2", "https://kabar.example/panen-padi", "https://kabar.example/panen-padi"),
        ("https://kabar.example/panen/amp", "https://kabar.example/panen", "https://kabar.example/panen"),
        ("https://kabar.example/a/b/panen", "https://kabar.example/a", "https://kabar.example/a/b/panen"),
        ("https://kabar.example/a/1", "https://kabar.example/a/1-panen", "https://kabar.example/a/1-panen"),
        ("https://kabar.example/a/1", "https://lain.example/a/9", "https://kabar.example/a/1"),
        (
            "https://kabar.example/baca.php?id=5",
            "https://kabar.example/baca.php",
            "https://kabar.example/baca.php?id=5",
        ),
    ],
)
def test_an_address_of_an_unknown_site(asked: str, named: str, url: str) -> None:
    assert elsewhere(f'<link rel="canonical" href="{named}">', asked).url == url
