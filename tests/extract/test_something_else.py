"""Which pages are no story though they read like one, and which are a story though they look like none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.extract.article import Article
from archive.extract.completeness import ends_open, shows_its_end
from archive.extract.detours import away_from_story, refresh_target
from archive.extract.page import SomethingElseError, read_page
from archive.extract.something_else import names_its_story, something_else
from archive.extract.urls import absolute
from archive.sites import SITES
from archive.warc.reader import Payload
from tests.support.site_server import antara_article

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
URL = f"{PASER.origin}/berita/umum/jalan/"
STORY = Article(
    site=PASER.name, id="mc-paser/7", number=7, url=URL, title="Jalan desa diperbaiki", body="Warga senang.", layout="x"
)
LONG = replace(STORY, body="kata " * 200)


def what(title: str, article: Article = STORY, *, named: bool = False, css: str = "page") -> bool:
    text = f"<html><head><title>{title}</title></head><body class='{css}'></body></html>"
    return something_else(text, replace(article, title=title), names_itself=named) is not None


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "title",
    [
        *("404", "Error 404", "404 Not Found", "404 - Halaman Tidak Ditemukan", "Halaman tidak ditemukan"),
        *(
            "Maaf, halaman yang Anda cari tidak ditemukan",
            "Oops! Page not found",
            "Artikel tidak ditemukan",
            "Not Found",
        ),
        *("Page not found – MC Paser", "Konten ini tidak tersedia", "Berita telah dihapus", "Nothing Found"),
        *("Situs sedang dalam perbaikan", "Website sedang dalam pemeliharaan", "Under Maintenance", "Maintenance Mode"),
        *("Site under construction", "Coming Soon", "We'll be back soon!", "Sedang dalam perbaikan"),
        *("503 Service Unavailable", "502 Bad Gateway", "Database Error", "Account Suspended"),
        *("Error establishing a database connection", "Bandwidth Limit Exceeded", "Internal Server Error"),
        *("Log In ‹ MC Paser — WordPress", "Masuk", "Login", "Sign in to continue", "Masuk ke akun Anda"),
        *("Before you continue", "Kami menghargai privasi Anda", "We value your privacy", "Cookie consent"),
        *("Access Denied", "403 Forbidden", "Just a moment...", "Attention Required! | Cloudflare", "Internet Positif"),
        *("This domain is for sale", "kabar.com is for sale", "Welcome to nginx!", "Index of /berita"),
        *("Apache2 Ubuntu Default Page: It works", "Domain expired"),
    ],
)
def test_a_page_of_such_a_title_is_something_else(title: str, named: bool) -> None:
    assert what(title, named=named)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Korban hanyut belum ditemukan",
            "Halaman kantor bupati tidak ditemukan retak",
            "Jembatan tidak dapat dilalui",
        ),
        *(
            "404 warga ikuti vaksinasi",
            "Jalan Paser sedang dalam perbaikan hingga Desember",
            "Masuk musim tanam, harga naik",
        ),
        *("Login aplikasi SPAN bermasalah, warga mengeluh", "Situs Candi Tanah Abang dipugar", "Kantor pos ditutup"),
        *("Pemeliharaan jaringan PLN di Tanah Grogot", "Akses jalan ditutup", "Berita duka: mantan bupati wafat"),
        *("Domain pengelolaan sampah dibahas", "Segera hadir, pasar baru Tanah Grogot", "Error data bansos diperbaiki"),
    ],
)
def test_a_headline_about_such_things_is_a_story(title: str) -> None:
    assert not what(title)
    assert not what(f"{title} - ANTARA News Kalimantan Timur")


def test_a_long_story_that_names_itself_may_be_called_anything() -> None:
    assert not what("Coming Soon", LONG, named=True)
    assert what("Coming Soon", LONG)


@pytest.mark.parametrize("css", ["error404", "home error404 logged-out", "error-404", "maintenance-mode"])
def test_the_theme_says_it_in_the_body_s_class(css: str) -> None:
    assert what("Jalan desa diperbaiki", LONG, named=True, css=css)


@pytest.mark.parametrize(
    "body",
    [
        "Sepertinya tidak ada yang ditemukan di lokasi ini.",
        "Silakan login untuk membaca.",
        "Please log in to continue.",
    ],
)
def test_a_short_message_is_no_story_unless_the_page_names_one(body: str) -> None:
    assert what("MC Paser", replace(STORY, body=body))
    assert not what("MC Paser", replace(STORY, body=body), named=True)
    assert not what("MC Paser", replace(LONG, body=f"{LONG.body} {body}"))


@pytest.mark.parametrize("css", ["single error404"])
def test_the_reader_refuses_it(css: str) -> None:
    page = antara_article(5, "Judul").replace("<body", f"<body class='{css}'")
    with pytest.raises(SomethingElseError, match="a page for what is not there"):
        read_page(
            Payload(page.encode(), "text/html"),
            url=f"{KALTIM.origin}/berita/5/judul",
            site=KALTIM,
            fetched_at=datetime(2026, 9, 30, tzinfo=UTC),
        )


# Which story a page is


@pytest.mark.parametrize(
    ("markup", "named"),
    [
        ('<body class="single postid-7">', True),
        ('<body class="single postid-8">', False),
        ('<article class="x" id="post-7">', True),
        ('<article id="post-7"></article><article id="post-8"></article>', False),
        ("<link rel='shortlink' href='/?p=7'>", True),
        (f'<link href="{URL}" rel="canonical">', True),
        (f"<link rel=canonical href={PASER.origin}>", False),
        ('<meta property="og:url" content="/berita/umum/jalan/">', True),
        (f'<meta content="{URL}?utm_source=x" property="og:url">', True),
        ('<meta property="og:url" content="/berita/umum/lain/">', False),
        (f'<script>{{"mainEntityOfPage": {{"@type": "WebPage", "@id": "{URL}"}}}}</script>', True),
        (f'<a href="https://www.facebook.com/sharer.php?u={URL}">', True),
        ('<a href="https://wa.me/?text=Jalan">', False),
        (f'<a href="{URL}">Jalan desa</a>', False),
        ("", False),
    ],
)
def test_a_page_of_wordpress_names_its_post(markup: str, named: bool) -> None:
    assert names_its_story(f"<html>{markup}</html>", number=7, urls=(URL,), site=PASER) is named


@pytest.mark.parametrize(
    ("markup", "named"),
    [
        ('<link rel="canonical" href="https://kaltim.antaranews.com/berita/5/lain">', True),
        ('<link rel="canonical" href="https://kaltim.antaranews.com/berita/55/judul">', False),
        ('<meta property="og:url" content="https://kaltim.antaranews.com/berita/5/judul">', True),
        (
            '<a href="https://twitter.com/intent/tweet?url=https%3A%2F%2Fkaltim.antaranews.com%2Fberita%2F5%2Fjudul">',
            True,
        ),
        ('<a href="/berita/5/judul">', False),
        ('<link rel="canonical" href="https://www.antaranews.com/berita/4812345/judul">', True),
        ('<meta property="og:url" content="https://jambi.antaranews.com/berita/812/judul">', True),
        ('<link rel="canonical" href="https://www.antaranews.com/">', False),
        ('<link rel="canonical" href="https://notantaranews.com/berita/4812345/judul">', False),
        ('<a href="https://www.antaranews.com/berita/4812345/judul">', False),
    ],
)
def test_a_page_of_antara_names_its_number(markup: str, named: bool) -> None:
    url = f"{KALTIM.origin}/berita/5/judul"
    assert names_its_story(f"<html>{markup}</html>", number=5, urls=(url,), site=KALTIM) is named


# Whether a page came to its end


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("<p>Satu<p>Dua", False),
        ("<!doctype html><title>x</title><div><ul><li>a<li>b</ul></div><p>c", False),
        ("<div><p>Satu</div><br><img src=x><hr/>", False),
        ("<table><tr><td>a<td>b</table>", False),
        ("<div><svg><path d='x'/><circle/></svg></div>", False),
        ("<div><script>if (a < b) { x('<div>') }</script></div>", False),
        ("<!-- <div> --><p>x", False),
        ("<div><p>Satu", True),
        ("<article><p>Satu</p>", True),
        ("<p>Satu <b>dua", True),
        ("<p>Satu</p><a hre", True),
        ("<p>Satu</p></di", True),
        ("<script>var x = 1", True),
    ],
)
def test_a_page_may_leave_out_some_end_tags(text: str, is_open: bool) -> None:
    assert ends_open(text) is is_open
    assert not shows_its_end(text)


# Where a story's redirects end


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/index.php", "/?utm_source=404", "/#", "/beranda", "/home/", "//kaltim.antaranews.com", "/terkini"),
        *(
            "/terkini/2",
            "/rss/terkini.xml",
            "/login?next=/berita/1",
            "/masuk",
            "/404",
            "/error/404",
            "/cari?q=x",
            "/?s=x",
        ),
        *("https://www.antaranews.com/", "https://iklan.example/?utm_source=x"),
    ],
)
def test_a_redirect_away_from_the_story(target: str) -> None:
    assert away_from_story(KALTIM, absolute(f"{KALTIM.origin}/berita/5/judul", target))


@pytest.mark.parametrize(
    "target",
    [
        "/berita/5/judul-baru",
        "/amp/berita/5/x",
        "/paser",
        "/berita-utama/x",
        "https://www.antaranews.com/berita/9/x",
    ],
)
def test_a_redirect_that_may_lead_to_the_story(target: str) -> None:
    assert away_from_story(KALTIM, target if "://" in target else KALTIM.origin + target) is None


@pytest.mark.parametrize(
    ("markup", "target"),
    [
        ('<meta http-equiv="refresh" content="0;url=/baru">', f"{KALTIM.origin}/baru"),
        ("<META HTTP-EQUIV=Refresh CONTENT='3; URL=baru'>", f"{KALTIM.origin}/a/baru"),
        ('<meta http-equiv="refresh" content="300;url=/baru">', None),
        ('<meta http-equiv="refresh" content="30">', None),
        ('<meta http-equiv="refresh" content="0;url=javascript:x">', None),
        ('<!-- <meta http-equiv="refresh" content="0;url=/baru"> -->', None),
        ("", None),
    ],
)
def test_a_page_that_sends_its_reader_on(markup: str, target: str | None) -> None:
    assert refresh_target(f"<html><head>{markup}</head></html>", f"{KALTIM.origin}/a/lama") == target
