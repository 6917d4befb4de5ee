"""What a payload is taken for: a story, half a page, a challenge, a page that may be anything, or no page at all."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from archive.extract.article import ReadingError
from archive.extract.listings import ListingError
from archive.extract.page import (
    BrokenOffError,
    ChallengeError,
    UndeclaredError,
    may_be_article,
    read_listing,
    read_page,
)
from archive.extract.urls import absolute
from archive.sites import SITES, ListingKind, Site
from archive.sites.unknown import unknown_site
from archive.warc.reader import Payload
from tests.support.site_server import antara_article, antara_listing

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
ELSEWHERE = unknown_site("https://kabar.example/")
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
URL = f"{KALTIM.origin}/berita/101/judul"
STORY = antara_article(101, "Bupati membuka pasar")
CHALLENGE = '<html><title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/x"></script></html>'
FEED = f"<rss><channel><item><title>Judul</title><link>{URL}</link></item></channel></rss>"


def payload(
    text: str | bytes, kind: str | None = "text/html", *, broken: bool = False, endless: bool = False
) -> Payload:
    return Payload(text.encode() if isinstance(text, str) else text, kind, broken, endless)


def title_of(page: Payload, site: Site = KALTIM, url: str = URL) -> str:
    return read_page(page, url=url, site=site, fetched_at=NOW).title


# Whole and broken off


@pytest.mark.parametrize(("broken", "endless"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("behind", ["", "\n", "<!-- 73 queries -->", "<!-- " + "x" * 900 + " -->"])
def test_what_may_have_been_cut_off_counts_if_it_shows_its_end(behind: str, broken: bool, endless: bool) -> None:
    assert title_of(payload(STORY + behind, broken=broken, endless=endless)) == "Bupati membuka pasar"


@pytest.mark.parametrize(
    "text",
    [
        STORY.replace("</html>", ""),
        STORY[: STORY.index("Paragraf kedua") + 5],
        STORY[:10],
        STORY + "<p>" + "x" * 1100,
        "",
    ],
)
def test_half_a_page_is_no_page(text: str) -> None:
    for page in (payload(text, broken=True), payload(text, endless=True)):
        with pytest.raises(BrokenOffError, match="breaks off before its end"):
            title_of(page)


def test_a_whole_answer_need_not_show_its_end() -> None:
    assert title_of(payload(STORY.replace("</html>", ""))) == "Bupati membuka pasar"


@pytest.mark.parametrize("end", ["</HTML>", "</html >", "</html\n>"])
def test_the_end_is_known_however_it_is_written(end: str) -> None:
    assert title_of(payload(STORY.replace("</html>", end), broken=True)) == "Bupati membuka pasar"


# Challenges


@pytest.mark.parametrize(
    "mark",
    [
        '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate"></script>',
        '<div class="cf-turnstile"></div>',
        '<iframe src="/_Incapsula_Resource?x=1"></iframe>',
        '<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">',
        '<div class="g-recaptcha"></div>',
        '<div class="h-captcha"></div>',
    ],
)
def test_a_challenge_is_told_from_a_story_that_stands_beside_its_marks(mark: str) -> None:
    with pytest.raises(ChallengeError, match="challenge page"):
        title_of(payload(f"<html><body><h1>Sebentar</h1>{mark}</body></html>"))
    assert title_of(payload(STORY.replace("</body>", f"{mark}</body>"))) == "Bupati membuka pasar"


def test_a_page_without_a_story_is_no_challenge() -> None:
    with pytest.raises(ReadingError) as error:
        title_of(payload("<html><body><h1>Masuk</h1></body></html>"))
    assert type(error.value) is ReadingError


# Sites that nobody has described

DECLARED = (
    '<html><head><title>Kabar</title>{}</head><body class="{}"><h1>Kabar</h1><p>Banjir di kota.</p></body></html>'
)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="og:type" content="article">', ""),
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', ""),
        ('<script type="application/ld+json">{"@graph": [{"@type": ["Article"]}]}</script>', ""),
        ("", "home single-post"),
    ],
)
def test_of_an_unknown_site_a_page_that_says_that_it_is_an_article_is_read(head: str, body: str) -> None:
    assert title_of(payload(DECLARED.format(head, body)), ELSEWHERE, "https://kabar.example/a") == "Kabar"


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta property="og:type" content="website">',
        '<script type="application/ld+json">{"@type": "WebPage"}</script>',
        '<script type="application/ld+json">{"@type": </script>',
        '<script type="application/ld+json">[[[1]]]</script>',
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
    ],
)
def test_of_an_unknown_site_a_page_that_says_nothing_may_be_anything(head: str) -> None:
    with pytest.raises(UndeclaredError):
        title_of(payload(DECLARED.format(head, "home")), ELSEWHERE, "https://kabar.example/")


# What is read as a page at all


@pytest.mark.parametrize(
    ("url", "kind", "text", "read"),
    [
        pytest.param(URL, "text/html; charset=utf-8", STORY, True, id="a story"),
        pytest.param(URL, None, "apa saja", True, id="an article's address says it"),
        pytest.param(f"{KALTIM.origin}/tentang", "text/html", "Kami", True, id="HTML by the header"),
        pytest.param(f"{KALTIM.origin}/tentang", "Application/XHTML+XML", "Kami", True, id="XHTML by the header"),
        pytest.param(f"{KALTIM.origin}/tentang", None, "<!DOCTYPE html><p>", True, id="HTML by its beginning"),
        pytest.param(f"{KALTIM.origin}/tentang", "text/plain", "\n<!-- x --> <HTML>", True, id="behind a comment"),
        pytest.param(f"{KALTIM.origin}/gaya.css", "text/css", "p { color: red }", False, id="a style sheet"),
        pytest.param(f"{KALTIM.origin}/foto.jpg", "image/jpeg", b"\xff\xd8\xff\xe0", False, id="a picture"),
        pytest.param(f"{KALTIM.origin}/skrip.js", None, "let html = '<html>'", False, id="a script"),
        pytest.param(f"{KALTIM.origin}/x", None, "", False, id="nothing"),
        pytest.param(f"{KALTIM.origin}/x.xml", "text/xml", "<rss><html></rss>", False, id="XML"),
    ],
)
def test_style_sheets_pictures_and_scripts_are_no_pages(
    url: str, kind: str | None, text: str | bytes, read: bool
) -> None:
    assert may_be_article(payload(text, kind), url=url, site=KALTIM) is read


# Listings


def numbers_of(listing: Payload, kind: ListingKind = "feed", site: Site = KALTIM) -> list[int | None]:
    def resolve(target: str) -> str:
        return absolute(site.origin, target)

    entries = read_listing(listing, kind, site=site, resolve=resolve, now=NOW).entries
    return [entry.address.number for entry in entries]


@pytest.mark.parametrize("text", [FEED, gzip.compress(FEED.encode()), gzip.compress(FEED.encode()) + b"\0\0"])
def test_a_listing_that_is_a_gzip_file_is_unpacked(text: str | bytes) -> None:
    assert numbers_of(payload(text, "application/x-gzip")) == [101]


def test_a_listing_that_is_a_damaged_gzip_file_is_an_error() -> None:
    damaged = bytearray(gzip.compress(FEED.encode()))
    damaged[-6] ^= 0xFF
    with pytest.raises(ListingError, match="gzip stream is damaged"):
        numbers_of(payload(bytes(damaged)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (FEED, "feed"),
        (f"<urlset><url><loc>{URL}</loc></url></urlset>\n<!-- made by x -->", "sitemap"),
        (antara_listing([101]), "cards"),
    ],
)
def test_a_cut_listing_counts_if_it_shows_its_end(text: str, kind: ListingKind) -> None:
    assert numbers_of(payload(text, broken=True), kind) == [101]
    with pytest.raises(ListingError, match="the listing breaks off"):
        numbers_of(payload(text[: text.rindex("</")], broken=True), kind)


def test_a_cut_rest_answer_counts_if_its_list_is_closed() -> None:
    posts = f'[{{"id": 5, "link": "{PASER.origin}/berita/x/"}}]'
    assert numbers_of(payload(posts + "\n", broken=True), "posts", PASER) == [5]
    with pytest.raises(ListingError, match="the listing breaks off"):
        numbers_of(payload(posts[:-1], broken=True), "posts", PASER)


@pytest.mark.parametrize("kind", ["feed", "sitemap", "posts", "cards", "archive page"])
def test_a_challenge_in_a_listings_place_is_told(kind: ListingKind) -> None:
    with pytest.raises(ChallengeError):
        numbers_of(payload(CHALLENGE), kind)


def test_marks_of_a_challenge_beside_entries_mean_nothing() -> None:
    assert numbers_of(payload(antara_listing([101]).replace("<body>", "<body><i class=h-captcha></i>")), "cards") == [
        101
    ]


def test_an_empty_listing_is_no_challenge() -> None:
    assert numbers_of(payload("<html><p>Tidak ada berita</p></html>"), "cards") == []


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
@pytest.mark.parametrize("declared", ["UTF-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_feed_and_a_sitemap_are_read_in_any_charset(charset: str, declared: str, packed: bool) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>\n'
    feed = head + f"<rss><channel><item><title>Kafé “naïf” dibuka</title><link>{URL}</link></item></channel></rss>"
    sitemap = head + f"<!-- Kafé “naïf” --><urlset><url><loc>{URL}</loc></url></urlset>"
    for text, kind in ((feed, "feed"), (sitemap, "sitemap")):
        body = gzip.compress(text.encode(charset)) if packed else text.encode(charset)
        listing = read_listing(
            payload(body, "text/xml; charset=iso-8859-1"),
            kind,  # type: ignore[arg-type]
            site=KALTIM,
            resolve=lambda target: absolute(KALTIM.origin, target),
            now=NOW,
        )
        assert [entry.address.number for entry in listing.entries] == [101]
        if kind == "feed":
            assert listing.entries[0].title == "Kafé “naïf” dibuka"


@pytest.mark.parametrize(
    ("text", "kind"), [(FEED, "feed"), (f"<urlset><url><loc>{URL}</loc></url></urlset>", "sitemap")]
)
def test_half_a_feed_of_the_right_length_is_none(text: str, kind: ListingKind) -> None:
    with pytest.raises(ListingError, match="breaks off"):
        numbers_of(payload(text[: text.rindex("</")]), kind)
