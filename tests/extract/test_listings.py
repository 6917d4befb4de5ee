"""What feeds, cards, REST answers, sitemaps and archive pages name; one poisoned entry costs itself alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.listings import Listing, ListingError, ListingPage, read_listing_page
from archive.extract.urls import absolute
from archive.sites import SITES, Address, ListingKind, Site

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
POST = f"{PASER.origin}/berita/umum/kabar-{{}}/"
STORY = f"{KALTIM.origin}/berita/{{}}/judul"


def read(kind: ListingKind, text: str, site: Site = KALTIM) -> Listing:
    page = ListingPage(text=text, site=site, resolve=lambda target: absolute(site.origin, target), now=NOW)
    return read_listing_page(kind, page)


def numbers(listing: Listing) -> list[int | None]:
    return [item.address.number for item in listing.entries]


# Feeds


def item(number: int | None, *more: str, date: str = "Fri, 25 Sep 2026 16:30:00 +0700", title: str = "Judul") -> str:
    link = f"<link>{STORY.format(number)}</link>" if number is not None else ""
    return f"<item><title>{title} {number}</title>{link}<pubDate>{date}</pubDate>{''.join(more)}</item>"


def feed(*items: str, head: str = "") -> str:
    return f'{head}<rss version="2.0"><channel><title>Terkini</title>{"".join(items)}</channel></rss>'


def test_a_feed_names_articles_with_title_and_time() -> None:
    (listed,) = read("feed", feed(item(101))).entries
    assert listed.address == Address("article", 101, STORY.format(101))
    assert listed.title == "Judul 101"
    assert listed.published_at is not None
    assert listed.published_at.isoformat() == "2026-09-25T17:30:00+08:00"
    assert (listed.modified_at, listed.day) == (None, None)
    assert listed.stands_at == date(2026, 9, 25)


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?>',
        '<?xml version="1.0" encoding="utf-16"?>',
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n',
        '\ufeff<?xml version="1.0" encoding="bukan-apa-apa"?>',
        "\n\n  ",
        "<!-- dibuat oleh mesin -->",
    ],
)
def test_a_feed_that_is_decoded_is_read_whatever_charset_it_declares(head: str) -> None:
    (listed,) = read("feed", feed(item(101, title="Kafé"), head=head)).entries
    assert listed.title == "Kafé 101"


@pytest.mark.parametrize(
    ("guid", "found"),
    [
        (f'<guid isPermaLink="true">{STORY.format(101)}</guid>', [101]),
        (f"<guid>{STORY.format(101)}</guid>", [101]),
        (f'<guid isPermaLink="false">{STORY.format(101)}</guid>', []),
        ("<guid>bukan alamat</guid>", []),
        ("<guid/>", []),
        ("", []),
    ],
)
def test_a_permalink_guid_stands_for_a_link_that_is_not_there(guid: str, found: list[int]) -> None:
    assert numbers(read("feed", feed(item(None, guid)))) == found


def test_a_wordpress_feed_carries_the_posts_number_in_the_guid() -> None:
    link = f"<link>{POST.format(7)}</link>"
    guid = f'<guid isPermaLink="false">{PASER.origin}/?p=507</guid>'
    (listed,) = read("feed", feed(f"<item>{link}{guid}</item>"), PASER).entries
    assert listed.address == Address("article", 507, POST.format(7))


def test_a_letter_in_an_address_is_coded_by_whoever_asks_and_not_twice() -> None:
    link = f"<link>{KALTIM.origin}/berita/5/judul-caf\u00e9</link>"
    (listed,) = read("feed", feed(f"<item>{link}</item>", head='<?xml version="1.0" encoding="ISO-8859-1"?>')).entries
    assert listed.address.url == f"{KALTIM.origin}/berita/5/judul-café"


def test_times_that_lie_ahead_are_none() -> None:
    """A mistyped year would stand above all news for ever; a clock may be some hours before ours."""
    early = (NOW + timedelta(hours=20)).strftime("%d %b %Y %H:%M:%S +0000")
    listing = read("feed", feed(item(1, date="Mon, 25 Sep 2062 16:30:00 +0700"), item(2, date=early)))
    assert [one.published_at is None for one in listing.entries] == [True, False]


def test_one_time_for_all_items_is_when_the_feed_was_made() -> None:
    assert [one.published_at for one in read("feed", feed(item(1), item(2))).entries] == [None, None]


@pytest.mark.parametrize(
    "poisoned",
    [
        "<item/>",
        "<item><link/></item>",
        "<item><link>javascript:alert(1)</link></item>",
        "<item><link>https://[kaltim/berita/9/x</link></item>",
        "<item><link>https://other.example/berita/9/x</link></item>",
        "<item><link>https://kaltim.antaranews.com/tentang-kami</link></item>",
        "<item><title>a & b < c</title></item>",
    ],
)
def test_a_poisoned_item_costs_itself_alone(poisoned: str) -> None:
    assert numbers(read("feed", feed(item(1), poisoned, item(2, date="Sat, 26 Sep 2026 01:00:00 +0700")))) == [1, 2]


def test_an_item_with_odd_values_keeps_its_address() -> None:
    odd = item(1, date="Fri, 25 Sep 2026 16:30:00 +99999999999999999999", title="a\0b\x01\ud800")
    (listed,) = read("feed", feed(odd)).entries
    assert (listed.title, listed.published_at) == ("ab 1", None)


@pytest.mark.parametrize("text", ["", "  ", "<html><body>Masuk</body></html>", "{}", "\0", "<feed/>"])
def test_what_is_no_feed_is_an_error(text: str) -> None:
    with pytest.raises(ListingError, match="not an RSS feed"):
        read("feed", text)


def test_entities_of_a_feed_are_not_resolved() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    (listed,) = read("feed", bomb + feed(item(1, title="&b;&f;"))).entries
    assert "root:" not in (listed.title or "")


# REST


def post(number: Any = 501, **change: Any) -> dict[str, Any]:
    told = {"id": number, "link": POST.format(number), "title": {"rendered": f"Kabar &#038; {number}"}}
    return told | {"date_gmt": "2026-09-25T01:00:00", "modified_gmt": "2026-09-26T02:00:00"} | change


def test_a_rest_answer_names_posts_with_number_title_and_times() -> None:
    (listed,) = read("posts", json.dumps([post()]), PASER).entries
    assert listed.address == Address("article", 501, POST.format(501))
    assert listed.title == "Kabar & 501"
    assert listed.published_at is not None
    assert listed.modified_at is not None
    assert listed.published_at.isoformat() == "2026-09-25T09:00:00+08:00"
    assert listed.modified_at.isoformat() == "2026-09-26T10:00:00+08:00"
    assert listed.stands_at == date(2026, 9, 26)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": 2**53}, "a post with id 9007199254740992: 9.0072e+15 is no article's number"),
        ({"id": 2**63}, "is no article's number"),
        ({"id": 10**30}, "a post with id 10000000000000000000: 1e+30 is no article's number"),
        ({"id": -1}, "is no article's number"),
        ({"link": "javascript:alert(1)"}, "no web address"),
        ({"link": "data:text/html,x"}, "no web address"),
        ({"link": "https://x/\0"}, "no web address"),
        ({"link": "https://x/\ud800"}, "a post with id 502: "),
    ],
)
def test_a_poisoned_post_costs_itself_and_is_named(change: dict[str, Any], why: str) -> None:
    listing = read("posts", json.dumps([post(501), post(502) | change, post(503)]), PASER)
    assert numbers(listing) == [501, 503]
    (line,) = listing.refused
    assert why in line
    line.encode()


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"title": {"rendered": "a\0b\x01c\x0bd"}}, "abc d"),
        ({"title": {"rendered": "a\ud800b"}}, "ab"),
        ({"title": {"rendered": "<b>Kabar</b> <script>x</script>"}}, "Kabar x"),
        ({"title": {"rendered": " \n "}}, None),
        ({"title": {"rendered": 5}}, None),
        ({"title": "Kabar"}, None),
        ({"title": None}, None),
    ],
)
def test_a_posts_title_is_text_or_none(change: dict[str, Any], title: str | None) -> None:
    (listed,) = read("posts", json.dumps([post() | change]), PASER).entries
    assert listed.title == title


@pytest.mark.parametrize("told", [None, 5, "", "kemarin", "0001-01-01T00:00:00", "2062-01-01T00:00:00"])
def test_a_posts_odd_time_is_none(told: Any) -> None:
    (listed,) = read("posts", json.dumps([post(date_gmt=told, modified_gmt=told)]), PASER).entries
    assert (listed.published_at, listed.modified_at) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "<html>", '{"code": "rest_no_route"}', '"x"', "[1]", "[null]", '[{"id": "5", "link": "x"}]'),
        *('[{"id": 5}]', '[{"link": "https://x/"}]', "[" * 100_000, "[" + "9" * 5000 + "]"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_list_of_posts_is_an_error(text: str) -> None:
    with pytest.raises(ListingError, match="REST answer"):
        read("posts", text, PASER)


# Sitemaps


def sitemap(*urls: tuple[str, str], kind: str = "urlset", one: str = "url") -> str:
    entries = "".join(f"<{one}><loc> {url} </loc><lastmod>{at}</lastmod></{one}>" for url, at in urls)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{kind}>'


def test_a_sitemap_names_articles_the_newest_change_first() -> None:
    at = ("2026-09-01T00:00:00+00:00", "2026-09-20T00:00:00+00:00", "", "2062-01-01T00:00:00+00:00")
    urls = [(POST.format(n), moment) for n, moment in enumerate(at)]
    listing = read("sitemap", sitemap(*urls, ("https://other.example/x", at[0]), ("javascript:x", "")), PASER)
    assert [one.address.url for one in listing.entries] == [POST.format(n) for n in (1, 0, 2, 3)]
    assert [one.modified_at is None for one in listing.entries] == [False, False, True, True]
    assert listing.parts == ()


def test_a_sitemaps_index_names_its_parts() -> None:
    parts = [f"{PASER.origin}/post-sitemap.xml", f"{PASER.origin}/post-sitemap2.xml.gz"]
    listing = read("sitemap", sitemap(*((part, "") for part in parts), kind="sitemapindex", one="sitemap"), PASER)
    assert (listing.parts, listing.entries) == (tuple(parts), ())


def test_a_sitemap_that_is_decoded_is_read_whatever_charset_it_declares() -> None:
    text = sitemap((POST.format(1), "")).replace('version="1.0"', 'version="1.0" encoding="utf-16"')
    assert len(read("sitemap", text, PASER).entries) == 1


@pytest.mark.parametrize("text", ["", "<html></html>", "<rss/>", "{}"])
def test_what_is_no_sitemap_is_an_error(text: str) -> None:
    with pytest.raises(ListingError, match="not a sitemap"):
        read("sitemap", text, PASER)


# Pages of links


def card(number: object, day: str = "11 Juli 2026", mark: str = "card__post-list mt-30") -> str:
    link = f'<a href="/berita/{number}/judul" title="Judul {number}">…</a>'
    return f'<div class="card__post {mark}"><h2 class="post_title">{link}</h2><span>{day}</span></div>'


def test_cards_name_articles_with_the_day_printed_beside_them() -> None:
    listing = read("cards", f"<html>{card(101)}{card(102, 'Kemarin 18:31')}{card(103, 'Jumat, 32 Juli 2026')}</html>")
    assert numbers(listing) == [101, 102, 103]
    assert [one.day for one in listing.entries] == [date(2026, 7, 11), date(2026, 9, 29), None]
    assert (listing.entries[0].title, listing.markup) == ("Judul 101", "cards")


@pytest.mark.parametrize(
    ("html", "found", "markup"),
    [
        (card(1) + card(9, mark="card__post-list"), [1], "cards"),  # the popular box
        (
            '<article class="simple-post simple-big"><h3><a href="/berita/2/x">Dua</a></h3></article>',
            [2],
            "older markup",
        ),
        ('<p><a href="/berita/3/x">Tiga</a><a href="/tentang">Kami</a></p>', [3], "any link"),
        (card(1) + card(1) + card(2), [1, 2], "cards"),
        (card("x") + card("") + card(4), [4], "cards"),
        ("<p>Tidak ada berita</p>", [], None),
    ],
)
def test_the_markup_that_served_is_told(html: str, found: list[int], markup: str | None) -> None:
    listing = read("cards", f"<html><body>{html}</body></html>")
    assert (numbers(listing), listing.markup) == (found, markup)


def test_an_archive_page_names_the_links_of_its_titles() -> None:
    links = [*(f'<h2 class="entry-title"><a href="{POST.format(n)}">Kabar {n}</a></h2>' for n in (1, 2))]
    poisoned = [f'<h2 class="entry-title"><a href="{target}">x</a></h2>' for target in ("javascript:x", "http://[", "")]
    html = f"<html><article>{links[0]}{''.join(poisoned)}{links[1]}</article><a href='{POST.format(9)}'>x</a></html>"
    listing = read("archive page", html, PASER)
    assert [(one.address.url, one.title) for one in listing.entries] == [
        (POST.format(1), "Kabar 1"),
        (POST.format(2), "Kabar 2"),
    ]


KINDS: list[ListingKind] = ["feed", "cards", "posts", "sitemap", "archive page"]


@given(st.sampled_from(KINDS), st.text(), st.sampled_from([KALTIM, PASER]))
def test_no_text_makes_reading_a_listing_raise_anything_else(kind: ListingKind, text: str, site: Site) -> None:
    wraps = {
        "feed": feed(f"<item><link>{text}</link><title>{text}</title></item>"),
        "posts": json.dumps([post(link=text)]),
    }
    wraps |= {"sitemap": sitemap((text, text)), "cards": card(text, text), "archive page": card(text)}
    for given_text in (text, wraps[kind]):
        try:
            read(kind, given_text, site)
        except ListingError as error:
            str(error).encode()
