"""Stories in several pages: the first page is the story and says that it goes on, a further page is no edit of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.extract.article import Article, ReadingError, read_article
from archive.sites import SITES, site_of
from tests.support.commands import crawl
from tests.support.site_server import antara_article, paser

NOW = datetime(2026, 10, 30, 14, 0, tzinfo=UTC)
PASER = "https://mediacenter.paserkab.go.id"
POST = "/berita/tani/panen-padi/"
ELSEWHERE = "https://www.kabar.example/tani/panen-padi"
TEXT = "".join(f"<p>Kalimat ke-{n} dari laporan tentang panen padi di Desa Laburan yang panjang.</p>" for n in range(8))


def post(path: str, pager: str, *, head: str = "") -> Article:
    text = f'<h1>Panen</h1><div class="entry-content">{TEXT}</div>'
    page = f'<html><head>{head}</head><body class="postid-7">{text}{pager}</body>'
    return read_article(page, url=PASER + path, site=SITES["mc-paser"], fetched_at=NOW)


def elsewhere(url: str, pager: str) -> Article:
    head = '<meta property="og:type" content="article">'
    page = f"<html><head>{head}</head><body><h1>Panen</h1>{TEXT}{pager}</body></html>"
    return read_article(page, url=url, site=site_of(url), fetched_at=NOW)


@pytest.mark.parametrize(
    ("pager", "second"),
    [
        (f'<div class="page-links">Halaman: <span>1</span> <a href="{PASER}{POST}2/">2</a></div>', f"{PASER}{POST}2/"),
        (f'<a class="post-page-numbers" href="{POST}2">2</a>', f"{PASER}{POST}2"),
        (f'<a href="http://127.0.0.1:8000{POST}2/">Selanjutnya</a>', f"http://127.0.0.1:8000{POST}2/"),
        (f'<a href="{POST}?page=2">Halaman berikutnya</a>', f"{PASER}{POST}?page=2"),
        ('<a href="/berita/tani/panen-padi-2/">Panen padi 2</a>', None),
        (f'<a href="{POST}">1</a>', None),
        (f'<a href="{POST}amp/">AMP</a> <a href="{POST}#respond">2 komentar</a> <a href="/page/2/">2</a>', None),
        ("", None),
    ],
)
def test_a_first_page_says_where_the_story_goes_on(pager: str, second: str | None) -> None:
    assert post(POST, pager).goes_on_at == second


def test_the_head_of_a_first_page_may_say_it_alone() -> None:
    assert post(POST, "", head=f'<link rel="next" href="{PASER}{POST}2/">').goes_on_at == f"{PASER}{POST}2/"


@pytest.mark.parametrize(
    ("url", "pager", "second"),
    [
        (ELSEWHERE, '<a href="?page=2">2</a>', f"{ELSEWHERE}?page=2"),
        (f"{ELSEWHERE}?id=9", '<a href="?page=2&id=9">2</a>', f"{ELSEWHERE}?page=2&id=9"),
        (f"{ELSEWHERE}?id=9", '<a href="?page=2&id=8">2</a>', None),
        (ELSEWHERE, '<a href="/tani/panen-padi?page=12">12</a>', None),
    ],
)
def test_a_story_of_an_unknown_site_says_it_too(url: str, pager: str, second: str | None) -> None:
    assert elsewhere(url, pager).goes_on_at == second


@pytest.mark.parametrize(
    ("path", "pager"),
    [
        (f"{POST}2/", f'<a href="{PASER}{POST}">1</a> <a href="{PASER}{POST}3/">3</a>'),
        (f"{POST}3", f'<a href="{POST}">1</a>'),
        (f"{POST}?page=2", f'<a rel="prev" href="{POST}">Sebelumnya</a>'),
        (f"{POST}page/2/", f'<a href="{POST}">1</a>'),
    ],
)
def test_a_further_page_is_not_the_story(path: str, pager: str) -> None:
    with pytest.raises(ReadingError, match=r"a further page of the story at .*panen-padi"):
        post(path, pager)


def test_a_number_at_the_end_of_an_address_makes_no_further_page() -> None:
    links = '<a href="/berita">Berita</a> <a href="/">1</a>'
    assert elsewhere("https://kabar.example/berita/12", links).title == "Panen"
    page = antara_article(12, "Panen padi").replace("/berita/12/judul", "/berita/12")
    url = "https://kaltim.antaranews.com/berita/12"
    assert read_article(page, url=url, site=SITES["antara-kaltim"], fetched_at=NOW).goes_on_at is None


def test_a_run_names_the_stories_that_go_on(tmp_path: Path) -> None:
    server = paser(2)
    path = next(path for path, (_, _, body) in server.pages.items() if b"entry-content" in body)
    status, fields, body = server.pages[path]
    pager = f'<div class="page-links"><a href="{path}2/">2</a></div></body>'.encode()
    server.pages[path] = (status, fields, body.replace(b"</body>", pager))
    with server.serving() as origin:
        ended = crawl(tmp_path, {"mc-paser": origin})
    assert "1 story goes on in further pages, which are not read: mc-paser/" in ended.stdout + ended.stderr
