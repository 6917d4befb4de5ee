"""Listing pages: which links are entries, in which order, and which links stand there that no reader took."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from archive.extract.listings import Listing, ListingPage, read_listing_page
from archive.extract.urls import absolute
from archive.sites import SITES, ListingKind, Site

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)


def read(html: str, site: Site = KALTIM, *, at: str = "/terkini", kind: ListingKind = "cards") -> Listing:
    page = ListingPage(text=html, site=site, resolve=lambda to: absolute(site.origin + at, to), now=NOW)
    return read_listing_page(kind, page)


def numbers(listing: Listing) -> list[int | None]:
    return [item.address.number for item in listing.entries]


def unread(listing: Listing) -> list[str]:
    return [url.split("/")[4] for url in listing.unread]


def page(*parts: str, around: str = "") -> str:
    return (
        f'<html><body class="sidebar-right">{around}<div class="row"><div class="col-md-8">{"".join(parts)}</div></div>'
    )


def big(number: object, day: str = "3 jam lalu") -> str:
    return (
        f'<article class="news-block big-block"><a class="overlay-link" href="/berita/{number}/x"><figure></figure></a>'
        f'<header class="news-details"><h3 class="news-title"><a href="/berita/{number}/x">Judul {number}</a></h3>'
        f'<p class="simple-share"><span class="article-date"><i></i> {day} </span></p></header></article>'
    )


def small(number: object, day: str = "Kemarin 18:31", *, css: str = "simple-post simple-big clearfix") -> str:
    return (
        f'<article class="{css}"><div class="simple-thumb"><a href="/berita/{number}/x" title="Judul {number}"></a>'
        f"</div>"
        f'<header><h3><a href="/berita/{number}/x" title="Judul {number}">Judul {number}</a></h3>'
        f'<p class="simple-share"><a href="/paser" title="Paser">Paser</a> / <span><i></i>{day}</span></p></header>'
        f"</article>"
    )


def card(number: object, day: str = "11 Juli 2026") -> str:
    link = f'<a href="/berita/{number}/x" title="Judul {number}">Judul {number}</a>'
    return (
        f'<div class="card__post card__post-list card__post__transition mt-30"><a href="/berita/{number}/x"></a>'
        f'<h2 class="post_title post_title_medium">{link}</h2><span class="text-secondary">{day}</span></div>'
    )


def loose(number: object, day: str = "1 September 2026 16:24") -> str:
    link = f'<a href="/berita/{number}/x">Judul {number}</a>'
    return f"<article><header><h3>{link}</h3><p><span>{day}</span></p></header><p>Cuplikan</p></article>"


NEW_CARD = '<div class="kartu"><div class="judul"><a href="/berita/{0}/x">Judul {0}</a></div></div>'
ASIDES = {
    "a sidebar of popular stories": '<aside class="sidebar"><article class="widget-post"><header><h3>'
    '<a href="/berita/900/x">Populer</a></h3></header></article></aside>',
    "a widget outside of any sidebar": '<div class="widget tabwidget"><article class="widget-post"><header><h3>'
    '<a href="/berita/900/x">Populer</a></h3></header></article></div>',
    "small blocks of photos": '<div class="mt15"><article class="news-block small-block"><header><h3>'
    '<a href="/foto/900/x">Foto</a></h3></header></article></div>',
    "a mega menu": '<header class="header-wrapper"><nav class="navbar mega-menu"><h4 class="entry-title">'
    '<a href="/berita/900/x">Menu</a></h4></nav></header>',
    "a carousel": '<div class="card__post-carousel"><div class="item"><div class="card__post"><h2>'
    '<a href="/berita/900/x">Utama</a></h2></div></div></div>',
    "links that count their readers": '<div class="kotak"><a href="/berita/900/x?utm_source=a&utm_medium=b">Populer'
    "</a></div>",
    "a numbered list": '<div class="wrapper__list-number"><div class="card__post card__post-list"><h4>'
    '<a href="/berita/900/x">1</a></h4></div></div>',
    "a footer": '<footer><article><header><h3><a href="/berita/900/x">Pilihan</a></h3></header></article></footer>',
    "another host's story": '<article><header><h3><a href="https://www.antaranews.com/berita/900/x">Nasional</a></h3>'
    "</header></article>",
    "sections and tags": '<ul><li><a href="/paser">Paser</a></li><li><a href="/tag/panen">panen</a></li></ul>',
}


@pytest.mark.parametrize(
    ("parts", "markup"),
    [
        ([big(9), small(8), small(7)], "older markup"),
        ([small(9), small(8)], "older markup"),
        ([card(9), card(8)], "cards"),
        ([loose(9), loose(8)], "loose cards"),
        ([big(9), card(8), loose(7), small(6)], "older markup, cards, loose cards"),
        ([small(9), big(8), small(7)], "older markup"),
        ([card(9), loose(8), card(7)], "cards, loose cards"),
        ([big(9), "<!-- iklan --><div><ins></ins></div>", small(8)], "older markup"),
        ([small(9, css="clearfix simple-big simple-post"), small(8, css="simple-post simple-big")], "older markup"),
    ],
)
def test_all_forms_of_a_page_are_read_in_its_order(parts: list[str], markup: str) -> None:
    listing = read(page(*parts))
    assert numbers(listing) == list(range(9, 9 - len(numbers(listing)), -1))
    assert len(numbers(listing)) == sum("<h" in part for part in parts)
    assert [item.title for item in listing.entries] == [f"Judul {number}" for number in numbers(listing)]
    assert all(item.day for item in listing.entries)
    assert (listing.markup, listing.unread) == (markup, ())


@pytest.mark.parametrize("aside", ASIDES)
@pytest.mark.parametrize("form", [big, small, card, loose])
def test_what_stands_around_a_listing_is_none_of_it_and_no_alarm(aside: str, form: object) -> None:
    assert callable(form)
    for parts in (
        (ASIDES[aside], form(9), form(8)),
        (form(9), ASIDES[aside], form(8)),
        (form(9), form(8), ASIDES[aside]),
    ):
        listing = read(page(*parts))
        assert (numbers(listing), listing.unread) == ([9, 8], ())
    listing = read(page(form(9), form(8), around=ASIDES[aside]))
    assert (numbers(listing), listing.unread) == ([9, 8], ())


@pytest.mark.parametrize("form", [big, small, card, loose])
@pytest.mark.parametrize(
    "new",
    [
        NEW_CARD,
        '<article class="kartu"><a href="/berita/{0}/x"><img></a><p><a href="/berita/{0}/x">Judul</a></p></article>',
        '<a class="utama" href="/berita/{0}/x"><h2>Judul</h2></a>',
        '<section class="headline"><h1><a href="/berita/{0}/x">Judul</a></h1></section>',
        '<li class="list"><a href="/foto/{0}/x">Judul</a></li>',
        '<div class="card__post card__post-list"><h2 class="post_title"><a href="/berita/{0}/x">Judul</a></h2></div>',
    ],
)
def test_a_new_form_beside_known_ones_is_not_read_in_silence(form: object, new: str) -> None:
    assert callable(form)
    for parts in (
        (new.format(7), form(9), form(8)),
        (form(9), new.format(7), form(8)),
        (form(9), form(8), new.format(7)),
    ):
        listing = read(page(*parts))
        assert (numbers(listing), unread(listing)) == ([9, 8], ["7"])
    listing = read(page(form(9), form(8), around=f"<div>{new.format(7)}</div>"))
    assert (numbers(listing), unread(listing)) == ([9, 8], ["7"])


def test_a_story_in_a_box_and_in_a_form_that_is_not_known_is_unread() -> None:
    listing = read(page(NEW_CARD.format(9), small(8), around=ASIDES["a mega menu"].replace("900", "9")))
    assert (numbers(listing), unread(listing), listing.boxed) == ([8], ["9"], ())
    listing = read(page(small(9), small(8), around=ASIDES["a mega menu"].replace("900", "9")))
    assert (numbers(listing), unread(listing), listing.boxed) == ([9, 8], [], ())


def test_without_the_reader_of_the_big_card_the_first_story_is_an_alarm() -> None:
    site = replace(KALTIM, card_forms=tuple(form for form in KALTIM.card_forms if "simple-big" in form.card))
    listing = read(page(big(9), small(8), small(7), ASIDES["a sidebar of popular stories"]), site)
    assert (numbers(listing), unread(listing)) == ([8, 7], ["9"])
    assert listing.boxed == (f"{KALTIM.origin}/berita/900/x",)


def test_a_page_without_a_known_form_gives_any_link_and_says_so() -> None:
    listing = read(page(NEW_CARD.format(9), NEW_CARD.format(8), ASIDES["a sidebar of popular stories"]))
    assert (numbers(listing), listing.markup) == ([9, 8, 900], "any link")
    assert unread(listing) == ["9", "8"]


def test_a_theme_without_a_listing_names_nothing() -> None:
    listing = read(page(*ASIDES.values()))
    assert (listing.entries, listing.markup, listing.unread) == ((), None, ())
    assert f"{KALTIM.origin}/berita/900/x" in listing.boxed


def test_a_card_without_an_article_is_none_and_one_around_others_is_none() -> None:
    others = (
        '<article class="simple-post simple-big"><header><h3><a href="/tentang-kami">Kami</a></h3></header></article>'
    )
    assert numbers(read(page(others, small(8)))) == [8]
    assert numbers(read(page(f"<article>{loose(9)}{small(8)}{card(7)}</article>"))) == [9, 8, 7]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("<p>3 jam lalu</p>", date(2026, 9, 30)),
        ("<p><a href='/paser'>Paser</a> / <span>3 jam lalu</span></p>", date(2026, 9, 30)),
        ("<p><a href='/paser'>Paser</a> / Kemarin 18:31</p>", date(2026, 9, 29)),
        ("<p>Paser | 11 Juli 2026</p>", date(2026, 7, 11)),
        ("<p>Paser - Sabtu, 11 Juli 2026 16:24</p>", date(2026, 7, 11)),
        ("<p>Paser · 11 Juli 2026 16:24 WIB</p>", date(2026, 7, 11)),
        ("<span>\n 11 Juli 2026\n</span>", date(2026, 7, 11)),
        ("<time datetime='2026-07-11T16:24:00+08:00'>kapan saja</time>", date(2026, 7, 11)),
        ("<time datetime='2026-07-11T23:30:00Z'>x</time>", date(2026, 7, 12)),
        ("<time datetime='besok'>11 Juli 2026</time>", date(2026, 7, 11)),
        ("<p>Pembayaran sampai 31 Desember 2026 dibuka</p>", None),
        ("<p>31 Desember 2062</p>", None),
        ("<p>32 Juli 2026</p>", None),
        ("", None),
    ],
)
def test_the_day_beside_a_link(printed: str, day: date | None) -> None:
    link = '<h3><a href="/berita/9/x">Upacara 17 Agustus 2026 di Paser</a></h3>'
    (listed,) = read(f'<article class="simple-post simple-big"><header>{link}{printed}</header></article>').entries
    assert listed.day == day


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ('<a href="/berita/9/x" title="Judul yang panjang sekali">Judul yang…</a>', "Judul yang panjang sekali"),
        ('<a href="/berita/9/x" title="Judul yang panjang sekali">Judul yang ...</a>', "Judul yang panjang sekali"),
        ('<a href="/berita/9/x" title="Judul &amp; lain"></a>', "Judul & lain"),
        ('<a href="/berita/9/x" title="Permalink to Judul">Judul</a>', "Judul"),
        ('<a href="/berita/9/x" title="">Judul</a>', "Judul"),
        ('<a href="/berita/9/x">\n Judul\n <b>tebal</b></a>', "Judul tebal"),
        ('<a href="/berita/9/x"> </a>', None),
    ],
)
def test_the_title_of_a_card(link: str, title: str | None) -> None:
    (listed,) = read(f'<article class="simple-post simple-big"><header><h3>{link}</h3></header></article>').entries
    assert listed.title == title


PAGERS = {
    '<a href="/terkini/2">2</a>': "/terkini/{}",
    '<a href="terkini/2">2</a>': "/terkini/{}",
    '<a href="https://kaltim.antaranews.com/terkini/2"> 2 </a>': "/terkini/{}",
    '<a href="/terkini/terkini/2">2</a>': "/terkini/{}",
    '<a href="/terkini/3">3</a>': "/terkini/{}",
    '<a href="?page=2">2</a>': "/terkini?page={}",
    '<a href="/terkini?page=2">2</a><a href="/terkini?page=3">3</a>': "/terkini?page={}",
    '<a href="/terkini/?page=2">2</a>': "/terkini/?page={}",
    '<a href="/paser/2">2</a><a href="/terkini?page=3">3</a>': "/terkini?page={}",
    '<a href="https://lain.example/terkini/2">2</a>': None,
    '<a href="/terkini/2024">2</a>': None,
    '<a href="/berita/2/x">2</a>': None,
    '<a href="#">2</a>': None,
    '<a href="javascript:buka(2)">2</a>': None,
    '<a href="https://[x/2">2</a>': None,
    '<a href="/terkini/{}/2">2</a>': None,
    '<a href="/terkini/2?{}=}">2</a>': "/terkini/{}",
    "": None,
}


@pytest.mark.parametrize("pager", PAGERS)
def test_a_pager_is_read_if_it_leads_to_a_listing_of_the_site(pager: str) -> None:
    assert read(page(card(9), f'<div class="post-content clearfix">{pager}</div>')).next_page == PAGERS[pager]


# WordPress


def post(number: int) -> str:
    return f"{PASER.origin}/berita/umum/kabar-{number}/"


def themed(html: str) -> str:
    """Two posts in a theme's form: {0} is the address, {1} the title."""
    posts = "".join(html.format(post(number), f"Kabar {number}") for number in (9, 8))
    menu = f'<nav class="main-navigation"><ul><li><a href="{PASER.origin}/berita/umum/">Umum</a></li></ul></nav>'
    side = f'<aside class="widget-area"><div class="widget"><h2><a href="{post(5)}">Lama</a></h2></div></aside>'
    crumbs = f'<div class="breadcrumbs"><a href="{PASER.origin}/berita/umum/">Umum</a></div>'
    pager = f'<div class="nav-links"><a class="page-numbers" href="{PASER.origin}/berita/page/2/">2</a></div>'
    return (
        f'<html><body class="archive sidebar">{menu}{crumbs}<main id="main">{posts}{pager}</main>{side}</body></html>'
    )


THEMES = {
    "the common one": '<article class="post hentry"><h2 class="entry-title"><a href="{0}" rel="bookmark">{1}</a>'
    "</h2></article>",
    "the date before the title": '<article class="post"><span class="posted-on">'
    '<a href="{0}" rel="bookmark">1 Mei 2026</a>'
    '</span><h2 class="entry-title"><a href="{0}">{1}</a></h2></article>',
    "the category before the title": '<article class="hentry"><h5><a rel="category tag" href="/berita/umum/">Umum'
    "</a></h5>"
    '<h2 class="entry-title"><a href="{0}">{1}</a></h2></article>',
    "no article": '<div class="post-7 type-post"><a href="{0}"><img></a><h3 class="post-title"><a href="{0}">{1}</a>'
    "</h3></div>",
    "titles alone": '<div class="x"><h2 class="entry-title"><a href="{0}">{1}</a></h2></div>',
    "the heading within the link": '<article class="post"><a href="{0}"><img><h3>{1}</h3></a></article>',
    "blocks": '<li class="wp-block-post post-7"><h2 class="wp-block-post-title"><a href="{0}">{1}</a></h2></li>',
    "a magazine's modules": '<div class="td_module_10 td_module_wrap"><h3 class="entry-title td-module-title">'
    '<a href="{0}" title="{1}">{1}</a></h3></div>',
    "a magazine's posts": '<article class="jeg_post"><div class="jeg_thumb"><a href="{0}"></a></div>'
    '<h3 class="jeg_post_title"><a href="{0}">{1}</a></h3></article>',
    "a page builder's posts": '<article class="elementor-post"><div class="elementor-post__text">'
    '<h3 class="elementor-post__title">'
    '<a href="{0}">{1}</a></h3></div></article>',
    "a heading of the fourth level": '<article class="hentry"><div class="read-title"><h4><a href="{0}">{1}</a></h4>'
    "</div></article>",
    "a bookmark without a heading": '<div class="hentry"><div class="t">'
    '<a href="{0}" rel="bookmark" title="Permalink to {1}">{1}</a>'
    "</div></div>",
    "the whole text with links": '<article class="post"><h2 class="entry-title"><a href="{0}">{1}</a></h2>'
    "<div>Baca juga "
    f'<a href="{post(3)}">Kabar 3</a>.</div></article>',
    "a read-more link": '<article class="post"><h2 class="entry-title"><a href="{0}">{1}</a></h2><a href="{0}">Baca'
    "</a></article>",
    "comments counted": '<article class="post"><h2 class="entry-title"><a href="{0}">{1}</a></h2>'
    '<a href="{0}#respond">0</a></article>',
}


@pytest.mark.parametrize("theme", THEMES)
def test_an_archive_page_of_any_theme_names_its_entries(theme: str) -> None:
    listing = read(themed(THEMES[theme]), PASER, at="/berita/page/1/", kind="archive page")
    assert [(item.address.url, item.title) for item in listing.entries] == [(post(9), "Kabar 9"), (post(8), "Kabar 8")]
    assert listing.unread == ()


@pytest.mark.parametrize(
    "theme",
    [
        '<div class="kartu"><a href="{0}">{1}</a></div>',
        '<div class="kartu"><h2><a href="{0}">{1}</a></h2></div>',
        '<table><tr><td><a href="{0}">{1}</a></td></tr></table>',
    ],
)
def test_an_archive_page_whose_links_no_reader_took_is_not_silent(theme: str) -> None:
    listing = read(themed(theme), PASER, at="/berita/page/1/", kind="archive page")
    assert (listing.entries, listing.unread) == ((), (post(9), post(8)))
    beside = themed(THEMES["the common one"]).replace("<main", f"{theme.format(post(7), 'Kabar 7')}<main")
    listing = read(beside, PASER, at="/berita/page/1/", kind="archive page")
    assert (len(listing.entries), listing.unread) == (2, (post(7),))
