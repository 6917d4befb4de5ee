"""What one record says: which site and address it is of, and an article, a listing, a redirect, or why neither."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from archive.extract.exchange import Reading, Source, read_exchange
from archive.sites import SITES
from archive.warc.capture import capture_of
from archive.warc.reader import Record
from tests.support.site_server import antara_article, antara_listing

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
URL = f"{KALTIM.origin}/berita/101/judul"
STORY = antara_article(101, "Bupati membuka pasar")
LOOPBACK = "http://127.0.0.1:8000"
LIVE = Source("antara-kaltim", KALTIM.origin, date(2026, 9, 1), NOW)
ELSEWHERE = "https://kabar.example/a"
DECLARED = """<html><head><meta property="og:type" content="article"><title>K</title></head>
<body><h1>K</h1><p>Banjir.</p></body></html>"""


def record(
    body: str, *headers: str, status: str = "200 OK", url: str = URL, kind: str = "response", **fields: str
) -> Record:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body.encode())}"]
    block = "\r\n".join([*lines, *headers, "", body]).encode()
    told = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return Record(type=kind, url=url, date=NOW, headers=[("WARC-Record-ID", "<urn:uuid:1>"), *told], block=block)


def read(
    one: Record, *, source: Source = LIVE, holding: Record | None = None, warc: str = "antara-kaltim/2026/x.warc.gz"
) -> Reading | None:
    site, _ = source.place(one.url or "")
    capture = capture_of(one, site=site.name if site else "", warc=warc)
    return read_exchange(capture, one, holding or (one if one.type == "response" else None), source)


def whole(one: Record, **how: Source | Record) -> Reading:
    reading = read(one, **how)  # type: ignore[arg-type]
    assert reading is not None
    return reading


# Whence it comes


@pytest.mark.parametrize(
    ("source", "asked", "site", "own"),
    [
        (LIVE, URL, "antara-kaltim", URL),
        (Source("antara-kaltim", LOOPBACK), f"{LOOPBACK}/berita/101/judul", "antara-kaltim", URL),
        (Source("antara-kaltim", ""), f"{LOOPBACK}/berita/101/judul", "antara-kaltim", URL),
        (
            Source("antara-kaltim", LOOPBACK),
            "http://127.0.0.1:9/berita/101/x",
            "127.0.0.1",
            "http://127.0.0.1:9/berita/101/x",
        ),
        (Source("antara-kaltim", LOOPBACK), f"{PASER.origin}/?p=5", "mc-paser", f"{PASER.origin}/?p=5"),
        (
            Source(),
            "http://m.kaltim.antaranews.com/berita/1",
            "antara-kaltim",
            "https://kaltim.antaranews.com/berita/1",
        ),
        (Source(), ELSEWHERE, "kabar.example", ELSEWHERE),
        (Source("nobody", LOOPBACK), f"{LOOPBACK}/berita/1", "127.0.0.1", f"{LOOPBACK}/berita/1"),
        (Source(), "javascript:alert(1)", None, "javascript:alert(1)"),
        (Source(), "dns:kaltim.antaranews.com", None, "dns:kaltim.antaranews.com"),
        (Source(), "http://[x", None, "http://[x"),
        (Source("antara-kaltim", ""), "http://[x", None, "http://[x"),
        (Source("antara-kaltim", LOOPBACK), "http://[x", None, "http://[x"),
        (Source(), "", None, ""),
    ],
)
def test_an_address_is_that_of_the_site_whatever_server_stood_in_its_place(
    source: Source, asked: str, site: str | None, own: str
) -> None:
    place, url = source.place(asked)
    assert (place.name if place else None, url) == (site, own)


@pytest.mark.parametrize(
    ("target", "resolved"),
    [
        ("/berita/2/x", f"{KALTIM.origin}/berita/2/x"),
        (f"{LOOPBACK}/berita/2/x", f"{KALTIM.origin}/berita/2/x"),
        (f"{KALTIM.origin}/berita/2/x", f"{KALTIM.origin}/berita/2/x"),
        ("//other.example/x", "http://other.example/x"),
        ("javascript:x", "javascript:x"),
        ("http://[x", ""),
        (None, URL),
    ],
)
def test_a_link_leads_to_the_address_on_the_site_itself(target: str | None, resolved: str) -> None:
    assert Source("antara-kaltim", LOOPBACK).resolve(f"{LOOPBACK}/berita/101/judul", target) == resolved


# What it says


def test_a_page_gives_its_article() -> None:
    reading = whole(record(STORY, "Date: Wed, 30 Sep 2026 05:00:00 GMT"))
    assert reading.article is not None
    assert (reading.article.id, reading.article.title) == ("antara-kaltim/101", "Bupati membuka pasar")
    assert (reading.url, reading.reason, reading.listing, reading.location) == (URL, None, None, None)
    assert reading.server_time == datetime(2026, 9, 30, 5, tzinfo=UTC)
    assert reading.run_started_at == NOW


@pytest.mark.parametrize("said", ["", "kemarin", "Mon, 01 Jan 9999 00:00:00 -1400", "2026-09-30T04:00:00+" + "9" * 20])
def test_a_clock_that_says_nothing_is_ours(said: str) -> None:
    assert whole(record(STORY, f"Date: {said}")).server_time == NOW


def test_a_listing_gives_what_it_lists_and_the_run_wants_what_is_not_too_old() -> None:
    listing = antara_listing([1, 2]).replace("25 September 2026", "25 Agustus 2026", 1)
    reading = whole(record(listing, url=f"{KALTIM.origin}/terkini/3"))
    assert reading.listing is not None
    assert [entry.address.number for entry in reading.listing.entries] == [1, 2]
    assert [entry.address.number for entry in reading.wanted] == [2]
    assert reading.article is None


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (record("<html><h1>Masuk</h1></html>"), "the page has no article region"),
        (record(STORY, "Content-Encoding: compress"), "coded with compress"),
        (record("\1\2\3" * 9, "Content-Encoding: br"), "br stream is damaged"),
        (record(STORY.replace("</html>", ""), WARC_Truncated="disconnect"), "breaks off before its end"),
        (record("bukan umpan", url=f"{KALTIM.origin}/rss/terkini.xml"), "not an RSS feed"),
    ],
)
def test_what_cannot_be_read_says_why(one: Record, reason: str) -> None:
    reading = whole(one)
    assert reading.reason is not None
    assert reason in reading.reason
    assert (reading.article, reading.listing) == (None, None)


def test_a_page_that_broke_off_behind_its_end_is_read() -> None:
    assert whole(record(STORY, WARC_Truncated="disconnect")).article is not None


@pytest.mark.parametrize("why", ["length", "time", "unspecified"])
def test_what_was_never_released_says_nothing(why: str) -> None:
    reading = whole(record(STORY, WARC_Truncated=why))
    assert (reading.article, reading.reason) == (None, None)


def test_a_challenge_is_told_as_such() -> None:
    challenge = "<html><script src='/cdn-cgi/challenge-platform/x'></script></html>"
    assert whole(record(challenge)).is_challenge
    assert whole(record(challenge, url=f"{KALTIM.origin}/terkini")).is_challenge


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_says_where_it_leads_and_nothing_else(status: str) -> None:
    reading = whole(record(STORY, "Location: /berita/102/lain", status=status))
    assert reading.location == f"{KALTIM.origin}/berita/102/lain"
    assert (reading.article, reading.reason) == (None, None)
    assert whole(record(STORY, status=status)).location is None


@pytest.mark.parametrize("status", ["204 No", "206 Part", "304 Same", "403 No", "404 No", "410 No", "500 No"])
def test_any_other_answer_says_nothing_of_a_story(status: str) -> None:
    reading = whole(record(STORY, status=status))
    assert (reading.article, reading.reason, reading.listing) == (None, None, None)


def test_a_revisit_says_what_the_record_says_that_it_refers_to() -> None:
    revisit = record("", kind="revisit", WARC_Refers_To="<urn:uuid:0>")
    assert whole(revisit).article is None
    assert whole(revisit).refers_to == "<urn:uuid:0>"
    assert whole(revisit, holding=record(STORY)).article is not None


@pytest.mark.parametrize(
    ("url", "kind", "body"),
    [
        (f"{KALTIM.origin}/gaya.css", "text/css", "p {}"),
        (f"{KALTIM.origin}/foto.jpg", "image/jpeg", "\xff\xd8"),
        (f"{KALTIM.origin}/api", "application/json", "{}"),
    ],
)
def test_of_a_described_site_what_is_no_page_is_kept_and_says_nothing(url: str, kind: str, body: str) -> None:
    one = record(body, url=url)
    typed = one.block.replace(b"text/html; charset=utf-8", kind.encode())
    reading = whole(Record(type="response", url=url, date=NOW, headers=one.headers, block=typed))
    assert (reading.article, reading.reason) == (None, None)


# Sites that nobody has described


def test_of_an_unknown_site_only_what_says_that_it_is_an_article_is_kept() -> None:
    reading = read(record(DECLARED, url=ELSEWHERE), source=Source(), warc="imported/2026/x.warc.gz")
    assert reading is not None
    assert reading.article is not None
    assert reading.article.id == "kabar.example/a"


@pytest.mark.parametrize(
    "one",
    [
        record(DECLARED.replace("article", "website"), url=ELSEWHERE),
        record(DECLARED.replace("<h1>K</h1><p>Banjir.</p>", ""), url=ELSEWHERE),
        record("p {}", url="https://kabar.example/gaya.css"),
        record(DECLARED, "Content-Encoding: compress", url=ELSEWHERE),
        record(DECLARED, status="404 Not Found", url=ELSEWHERE),
        record(DECLARED, url=ELSEWHERE, WARC_Truncated="length"),
        record(DECLARED, url="ftp://kabar.example/a"),
    ],
)
def test_all_else_of_an_unknown_site_is_left_out(one: Record) -> None:
    assert read(one, source=Source(), warc="imported/2026/x.warc.gz") is None
