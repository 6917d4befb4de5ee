"""`read_article` and the listings on real files, and on each generation of markup."""

from __future__ import annotations

import encodings
from datetime import UTC, datetime
from encodings.aliases import aliases
from pkgutil import iter_modules

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.article import Article, ReadingError, read_article
from archive.extract.credits import read_credits
from archive.extract.encoding import decode_page
from archive.extract.listings import ListingError, ListingPage, read_cards, read_feed, read_posts, read_sitemap
from archive.extract.urls import absolute
from archive.sites import SITES, Site
from archive.sites.antara import bureau
from tests.support.real_files import REAL, needs_real
from tests.support.site_server import antara_article

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 7, 13, 14, 0, tzinfo=UTC)


def read(html: str, url: str = "https://kaltim.antaranews.com/berita/67123/judul", site: Site = KALTIM) -> Article:
    return read_article(html, url=url, site=site, fetched_at=NOW)


def listing(name: str, site: Site) -> ListingPage:
    return ListingPage((REAL / name).read_text(), site, lambda target: target, NOW)


@needs_real
def test_the_real_bureau_article_is_read_right() -> None:
    fragment = (REAL / "antara-bureau-article-2022-fragment.html").read_text()
    article = read(f"<html><body><h1 class='post-title'>Sidak</h1>{fragment}</body></html>")
    paragraphs = article.body.split("\n\n")
    assert article.layout == "antara-2b"
    assert (article.pewarta, article.editor, article.dateline) == ("Lukman Hakim", None, "Serang, Banten")
    assert len(paragraphs) == 7
    assert paragraphs[0].startswith("Serang, Banten (ANTARA) - Dinas Lingkungan Hidup (DLH) Kota Serang bersama")
    assert paragraphs[-1].endswith('sesuai dengan temuan dari pengawas DLH Kota Serang," katanya.')
    assert article.caption is not None
    assert article.caption.endswith("Kota Serang. ANTARA/Istimewa")
    assert article.published_at is None  # the copyright year dates nothing


@needs_real
def test_the_seed_article_is_read_right() -> None:
    text = (REAL / "antara-kaltim-mc-kominfo-paser-2019.txt").read_text()
    body, credits = read_credits([" ".join(line.split()) for line in text.splitlines() if line.strip()], site=KALTIM)
    assert (credits.pewarta, credits.editor) == ("R. Wartono", "Abdul Hakim Muhiddin")
    assert (credits.credit, credits.is_advertorial, credits.dateline) == ("MC Kominfo Paser", False, None)
    assert len(body) == 13
    assert body[-1].endswith("Provinsi Kalimantan Timur, Syafranuddin.")


@needs_real
def test_the_real_listing_page_names_its_fifteen_cards_and_no_sidebar() -> None:
    markup, listed = read_cards(listing("antara-listing-2026-07-13.html", bureau("www", "ANTARA", "Asia/Jakarta")))
    assert markup == "cards"
    assert len(listed) == 15
    assert listed[0].address.number == 5646855
    assert {item.address.kind for item in listed} == {"article", "video"}
    assert all(item.day and item.title for item in listed)
    assert not any("utm_" in item.address.url for item in listed)


@needs_real
@pytest.mark.parametrize(
    ("name", "host", "first"),
    [
        ("antara-jambi-terkini-2022.xml", "jambi", (519381, "2022-08-28T21:39:36+07:00")),
        ("antara-www-terkini-2017.xml", "www", (624490, "2017-04-17T09:45:21+07:00")),
    ],
)
def test_the_real_feeds_name_twenty_articles_with_exact_times(name: str, host: str, first: tuple[int, str]) -> None:
    listed = read_feed(listing(name, bureau(host, host, "Asia/Jakarta")))
    assert len(listed) == 20
    assert listed[0].published_at is not None
    assert (listed[0].address.number, listed[0].published_at.isoformat()) == first


GENERATIONS = {
    "antara-1": '<h1>Judul</h1><div class="date">{date}</div><div id="content_news">{body}<br>{byline}</div>',
    "antara-2a": '<h1 class="post-title">Judul</h1><span class="article-date">{date}</span>'
    '<div class="post-content clearfix">{body}<p class="text-muted small mt10">{byline}</p></div>',
    "antara-2b": '<header class="post-header"><h1 class="post-title">Judul</h1><span class="article-date">'
    '<time>{date}</time></span></header><div class="post-content clearfix font17">{body}</div>'
    '<footer class="post-meta"><div class="tags-wrapper">{byline}</div></footer>',
    "antara-3": '<div class="wrap__article-detail-title"><h1>Judul</h1></div><ul class="wrap__article-detail-info">'
    "<li><span>{date}</span></li></ul>"
    '<div class="wrap__article-detail-content post-content">{body}<p class="text-muted mt-2 small">{byline}</p></div>',
}
BODY = (
    "Paser (ANTARA) - Satu kalimat pertama.<br><br>Dua <b>tebal</b> kalimat."
    '<script>var x = 1;</script><div style="min-width:300px;min-height:250px">Iklan</div>'
    '<p>Tiga kalimat.</p><br><b>Baca juga: <a href="/berita/2/x">Berita lain</a></b><br>Empat '
    '<span class="baca-juga">Baca juga: <a href="/berita/3/y">Lain lagi</a></span> kalimat.'
    '<div class="quote_old">Satu kalimat pertama</div><h3>Subjudul</h3><ul><li>butir satu</li><li>butir dua</li></ul>'
    "Lima&nbsp;kalimat terakhir.(ADV/MC Kominfo Paser)"
)
BYLINE = "Pewarta: Ani/Budi<br>Editor : Citra<br>COPYRIGHT © ANTARA 2026"


@pytest.mark.parametrize("layout", GENERATIONS)
def test_every_generation_of_markup_gives_the_same_article(layout: str) -> None:
    page = GENERATIONS[layout].format(date="Jum'at, 25 Oktober 2019 16:30 WIB", body=BODY, byline=BYLINE)
    article = read(f"<html><body>{page}<aside>Populer</aside></body></html>")
    assert article.layout == layout
    assert article.title == "Judul"
    assert article.body.split("\n\n") == [
        "Paser (ANTARA) - Satu kalimat pertama.",
        "Dua tebal kalimat.",
        "Tiga kalimat.",
        "Empat kalimat.",
        "Subjudul",
        "- butir satu",
        "- butir dua",
        "Lima kalimat terakhir.",
    ]
    assert (article.pewarta, article.editor) == ("Ani, Budi", "Citra")
    assert (article.credit, article.is_advertorial, article.dateline) == ("MC Kominfo Paser", True, "Paser")
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2019-10-25T17:30:00+08:00"


def test_an_amp_page_that_prints_its_story_twice_is_read_once() -> None:
    story = "<p>Satu kalimat.</p><p>Dua kalimat.</p>"
    page = f"<html amp><body><h1>Judul</h1><article>{story}{story}<p>Pewarta: Ani</p></article></body></html>"
    article = read(page, "https://kaltim.antaranews.com/amp/berita/67123/@kaltim_antara")
    assert (article.layout, article.body) == ("antara-amp", "Satu kalimat.\n\nDua kalimat.")
    assert (article.pewarta, article.url) == ("Ani", "https://kaltim.antaranews.com/berita/67123")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("", "empty"),
        ("<html><body><h1>Just a moment...</h1><p>Checking your browser</p></body></html>", "does not name its own"),
        ("<html><body><div class='post-content'>teks</div></body></html>", "no title"),
        ("<html><h1 class='post-title'>J</h1><div class='post-content'>(ADV)</div></html>", "no text"),
        (antara_article(999, "Lain"), "asked for article 67123, the page says it is 999"),
    ],
)
def test_a_page_without_a_story_is_a_clear_error(html: str, said: str) -> None:
    with pytest.raises(ReadingError, match=said):
        read(html)


@pytest.mark.parametrize(
    ("url", "number", "canonical"),
    [
        ("https://kaltim.antaranews.com/berita/67123", 67123, "/berita/67123"),
        ("https://m.kaltim.antaranews.com/berita/67123/x?utm_source=y", 67123, "/berita/67123/x"),
        ("http://kaltim.antaranews.com/amp/berita/67123/tentang-kami", 67123, "/berita/67123"),
        ("https://kaltim.antaranews.com/foto/5/x", 5, "/foto/5/x"),
        ("https://kaltim.antaranews.com/terkini/2", None, None),
        ("https://jambi.antaranews.com/berita/67123/x", None, None),
        ("file:///berita/67123/x", None, None),
    ],
)
def test_host_and_number_identify_an_antara_article(url: str, number: int | None, canonical: str | None) -> None:
    address = KALTIM.identify(url)
    assert (address.number if address else None) == number
    assert (address.url if address else None) == (canonical and KALTIM.origin + canonical)


@pytest.mark.parametrize("reader", [read_feed, read_posts, read_sitemap])
@pytest.mark.parametrize("text", ["", "<html><body>Masuk</body></html>", '{"code": "rest_disabled"}', "[1]"])
def test_what_is_no_listing_is_a_clear_error(reader: object, text: str) -> None:
    with pytest.raises(ListingError):
        reader(ListingPage(text, PASER, lambda target: target, NOW))  # type: ignore[operator]


@given(st.text())
def test_no_page_makes_reading_raise_anything_but_a_reading_error(text: str) -> None:
    for html in (text, f"<h1 class='post-title'>J</h1><div class='post-content'>{text}</div>"):
        try:
            read(html)
        except ReadingError:
            continue


@pytest.mark.parametrize(
    "printed", ["a\x1bb", "a&#27;b", "a&#x1F;b", "a&#0;b", "a&#xD800;b", "a&#xfffe;b", "&#9999999;ab", "a\0b"]
)
def test_characters_that_no_document_can_hold_do_not_cost_the_page(printed: str) -> None:
    article = read(antara_article(67123, "Judul", body=f"Paragraf {printed}.<br><br>Paragraf kedua."))
    assert article.body.startswith("Paragraf ")
    assert article.body.endswith(".\n\nParagraf kedua.")


def test_a_region_that_is_itself_a_link_is_read() -> None:
    page = '<body class="postid-7"><h1>Judul</h1><a class="entry-content">TANA PASER - Kabar.</a></body>'
    assert (
        read(page, "https://mediacenter.paserkab.go.id/berita/kabar/", SITES["mc-paser"]).body == "TANA PASER - Kabar."
    )


def test_every_word_of_the_story_stays_in_its_place() -> None:
    """trafilatura turns the paragraphs of this page round and loses some of it."""
    page = """<html amp><body><article><h1>Judul</h1><time>Jumat, 25 September 2026 16:30 WIB</time>
    <div class="artikel">DPRD Paser menyetujui perubahan anggaran, Kamis (12/1).(ADV)<br><br>
    COPYRIGHT © ANTARA News Kalimantan Timur 2017</div></article></body></html>"""
    article = read(page.replace("<body>", '<head><link rel="canonical" href="/berita/67123/judul"></head><body>'))
    assert article.body == "DPRD Paser menyetujui perubahan anggaran, Kamis (12/1)."
    assert article.is_advertorial


@pytest.mark.parametrize("tail", ["", " (ADV/MC Kominfo Paser)", "(ADV)"])
@pytest.mark.parametrize(
    "told", ["", "Berita ini telah tayang di Antaranews.com dengan judul: <a href='/x'>Judul</a><br><br>"]
)
def test_a_story_printed_twice_with_its_tail_is_read_once(tail: str, told: str) -> None:
    story = f"Paragraf satu.<br><br>Paragraf dua.{tail}<br><br>{told}"
    assert read(antara_article(67123, "Judul", body=story * 2)).body == "Paragraf satu.\n\nParagraf dua."


def test_comments_in_a_page_of_no_known_layout_are_no_text() -> None:
    url = "https://kaltim.antaranews.com/berita/67123/judul"
    paragraphs = "".join(
        f"<p>Kalimat ke-{n} dari berita ini cukup panjang untuk dibaca.<!-- x --></p>" for n in range(9)
    )
    head = f'<html><head><link rel="canonical" href="{url}"><title>Judul</title></head>'
    page = f"{head}<body><!-- a -->{paragraphs}<!-- b --></body>"
    article = read(page)
    assert article.layout == "generic"
    assert "<" not in article.body
    assert len(article.body.split("\n\n")) == 9


def test_a_link_that_is_no_address_is_none() -> None:
    broken = (
        antara_article(67123, "Judul")
        .replace('href="https://kaltim', 'href="https://[kaltim')
        .replace('"/paser"', '"https://[x"')
    )
    assert read(broken).section is None
    card = '<article class="simple-post simple-big"><h3><a href="https://[x">A</a></h3></article>'
    html = f'{card}<a href="/berita/5/x">B</a>'
    page = ListingPage(html, KALTIM, lambda target: absolute(KALTIM.origin, target), NOW)
    assert [item.address.number for item in read_cards(page)[1]] == [5]


def test_two_links_in_one_read_also_go_together() -> None:
    links = "<a href='/berita/1/x'>Lain</a> dan <a href='/berita/2/x'>lain lagi</a>"
    body = f"Satu.<br><br><span>Baca juga: {links}</span><br>Dua."
    assert read(antara_article(67123, "Judul", body=body)).body == "Satu.\n\nDua."


def test_no_charset_that_python_knows_fails_on_a_page() -> None:
    for name in {*aliases, *aliases.values(), *(module.name for module in iter_modules(encodings.__path__))}:
        for page in (b"<p>Kaf\xe9</p>", b"\xff\xfe\x00", b"+AGE-\xff"):
            assert decode_page(page, f"text/html; charset={name}")
            assert decode_page(f'<meta charset="{name}">'.encode() + page, None)


@pytest.mark.parametrize("name", ["zlib", "hex", "rot13", "idna", "punycode", "undefined", "unicode_escape", "bz2"])
def test_a_charset_that_no_browser_knows_is_none(name: str) -> None:
    """Some of Python's codecs of these names fail on a page, and punycode would take minutes for a large one."""
    page = "<p>Kafé</p>".encode("latin-1") + b" x" * 500_000
    assert decode_page(page, f"text/html; charset={name}").startswith("<p>Kafé</p>")
    assert decode_page(f'<meta charset="{name}">'.encode() + page, None).endswith(" x")
