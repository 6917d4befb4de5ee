"""What import says of records that gave nothing; pages without an HTTP head; listings at other addresses of a site."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.ingest.pipeline import Report
from archive.store.database import Archive
from tests.ingest.test_foreign_files import BOTH, INFO, page
from tests.support.commands import warta
from tests.support.own_files import KALTIM, answer, from_nothing, ids, put, story, take, url_of
from tests.support.site_server import antara_article
from tests.support.warc_records import record

PAGE = antara_article(101, "Berita 101")
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{}</channel></rss>"""
ITEM = (
    "<item><title>Kabar 300</title><link>https://kaltim.antaranews.com/berita/300/x</link>"
    "<pubDate>Wed, 04 Mar 2020 05:06:07 +0700</pubDate></item>"
)


def named(number: int, one: bytes) -> bytes:
    """A record with an id of its own."""
    return one.replace(b"urn:uuid:1>", b"urn:uuid:%d>" % number)


def reasons(tmp_path: Path, *records: bytes) -> tuple[dict[str, int], Report, list[str]]:
    numbered = [named(1000 + number, one) for number, one in enumerate(records)]
    report, complaints = take(tmp_path / "data", put(tmp_path, "luar.warc.gz", *numbered))
    return dict(report.nothing), report, complaints


def test_each_record_that_gives_nothing_has_a_reason(tmp_path: Path) -> None:
    found, report, complaints = reasons(
        tmp_path,
        INFO,
        record(story(101), url=url_of(101)),
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request", url=url_of(101)),
        record(b"x: y\r\n", kind="metadata", url=url_of(101)),
        record(b"x", kind="sesuatu", url=url_of(101)),
        record(b"1.2.3.4", "Content-Type: text/dns", kind="resource", url="dns:kaltim.antaranews.com"),
        record(b"teks", "Content-Type: text/plain", kind="resource", url="urn:text:https://kaltim.antaranews.com/"),
        record(answer("User-agent: *\n"), url=f"{KALTIM.origin}/robots.txt"),
        record(answer("", "404 Not Found"), url=url_of(9)),
        record(answer("", "500 Rusak"), url=url_of(9)),
        record(answer("", "302 Found", "Location: /"), url=url_of(9)),
        record(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG", url=f"{KALTIM.origin}/logo.png"),
        record(answer("<html><body><p>maaf</p></body></html>"), url=url_of(8)),
        record(answer(PAGE), url="https://kabar.example/"),
        record(answer("<html></html>"), url="https://lain.example/depan"),
        record(answer(FEED.format(ITEM)), url=f"{KALTIM.origin}/rss/terkini.xml"),
        record(b"HTTP/1.1 200 OK\r\n\r\n", "WARC-Refers-To: <urn:x>", kind="revisit", url=url_of(7)),
    )
    unread = {reason: count for reason, count in found.items() if reason not in EXPECTED}
    assert {reason: count for reason, count in found.items() if reason in EXPECTED} == EXPECTED
    assert sum(unread.values()) == 1
    assert (complaints, report.damaged, report.read, report.unread, report.listings) == ([], [], 1, 2, 1)
    assert sum(found.values()) == 15
    assert any(url_of(8) == report.examples[reason] for reason in unread)


EXPECTED = {
    "warcinfo record": 1,
    "request record": 1,
    "metadata record": 1,
    "sesuatu record": 1,
    "resource record that is no page (dns:)": 1,
    "resource record that is no page (urn:)": 1,
    "robots.txt": 1,
    "status 404": 1,
    "status 500": 1,
    "status 302: a redirect": 1,
    "not HTML": 1,
    "of another site, and no article: kabar.example": 1,
    "of another site, and no article: lain.example": 1,
    "a revisit without its original": 1,
}


def test_the_table_is_printed_and_a_file_that_gave_nothing_is_an_error(tmp_path: Path) -> None:
    robots = record(answer("User-agent: *\n"), url=f"{KALTIM.origin}/robots.txt")
    empty, good = put(tmp_path, "kosong.warc.gz", INFO, robots), put(tmp_path, "baik.warc.gz", INFO, page(101))
    ended = warta("import", empty, good, "--data", tmp_path / "data", "--workers", "1")
    assert ended.returncode == 1
    assert ended.stderr == f"warta: {empty}: nothing in it was taken in.\n"
    table = ended.stdout.partition("Records that gave nothing:\n")[2].splitlines()
    assert [line.split("(")[0].strip() for line in table] == ["2  warcinfo record", "1  robots.txt"]
    ended = warta("import", good, "--data", tmp_path / "data", "--workers", "1")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_of_very_many_reasons_the_most_frequent_are_printed(tmp_path: Path) -> None:
    pages = [record(answer("<html></html>"), url=f"https://s{number}.example/") for number in range(100)]
    file = put(tmp_path, "luar.warc.gz", INFO, page(101), *pages)
    ended = warta("import", file, "--data", tmp_path / "data", "--workers", "1")
    assert ended.returncode == 0
    table = ended.stdout.partition("Records that gave nothing:\n")[2].splitlines()
    assert len(table) == 41
    assert table[-1].split() == ["61", "for", "61", "other", "reasons"]


# Pages without an HTTP head


def stored(kind: str, title: str, date: str, *, number: int = 101) -> bytes:
    body = antara_article(number, title)
    if kind == "response":
        return record(answer(body), url=url_of(number), date=date)
    return record(body.encode(), "Content-Type: text/html; charset=utf-8", kind=kind, url=url_of(number), date=date)


DATES = [f"2020-01-0{day}T00:00:00Z" for day in range(1, 5)]


@pytest.mark.parametrize(
    ("kinds", "titles"),
    [
        (["conversion"], ["Judul 0"]),
        (["conversion", "response"], ["Judul 0", "Judul 1"]),
        (["response", "conversion"], ["Judul 0"]),
        (["resource", "conversion"], ["Judul 0"]),
        (["resource", "response", "resource"], ["Judul 0", "Judul 1", "Judul 2"]),
        (["conversion", "conversion", "response", "conversion"], ["Judul 0", "Judul 1", "Judul 2"]),
    ],
)
@pytest.mark.parametrize("order", ["one file", "each by itself", "the last first"])
def test_a_conversion_is_taken_only_where_nothing_better_is_known(
    tmp_path: Path, kinds: list[str], titles: list[str], order: str
) -> None:
    data = tmp_path / "data"
    records = [named(number, stored(kind, f"Judul {number}", DATES[number])) for number, kind in enumerate(kinds)]
    files = {
        "one file": lambda: [put(tmp_path, "x.warc.gz", *records)],
        "each by itself": lambda: [put(tmp_path, f"{n}.warc.gz", one) for n, one in enumerate(records)],
        "the last first": lambda: [put(tmp_path, f"{n}.warc.gz", one) for n, one in reversed([*enumerate(records)])],
    }[order]()
    for file in files:
        report, _ = take(data, file)
        assert report.damaged == []
    for _ in range(2):
        with Archive.open_reading(data) as archive:
            versions = archive.rows("SELECT title FROM versions ORDER BY version")
            types = archive.rows("SELECT record_type, status, article_id FROM captures ORDER BY fetched_at")
        assert [row["title"] for row in versions] == titles
        assert [(row["record_type"], row["status"]) for row in types] == [(kind, 200) for kind in kinds]
        assert {row["article_id"] for row in types} == {"antara-kaltim/101"}
        from_nothing(data)


def test_a_conversion_to_plain_text_is_no_page(tmp_path: Path) -> None:
    text = record(b"Judul\n\nIsi berita.\n", "Content-Type: text/plain", kind="conversion", url=url_of(101))
    _, report, complaints = reasons(tmp_path, INFO, text)
    assert (report.read, len(complaints)) == (0, 1)
    assert not (tmp_path / "data" / "archive.db").exists() or ids(tmp_path / "data") == []


def test_a_revisit_of_a_resource_record_is_read_from_it(tmp_path: Path) -> None:
    first = stored("resource", "Judul", DATES[0])
    again = record(b"", "WARC-Refers-To: <urn:uuid:1000>", kind="revisit", url=url_of(101), date=DATES[1])
    _, report, complaints = reasons(tmp_path, first, again)
    assert (report.damaged, complaints, ids(tmp_path / "data")) == ([], [], BOTH[:1])


def test_a_revisit_without_a_digest_is_never_read_from_another_page(tmp_path: Path) -> None:
    """Both pages say no digest; the revisit refers to one that is not there."""
    again = record(b"HTTP/1.1 200 OK\r\n\r\n", kind="revisit", url=url_of(102), date=DATES[1])
    found = reasons(tmp_path, stored("response", "Judul", DATES[0]), again)[0]
    assert found == {"a revisit without its original": 1}
    assert ids(tmp_path / "data") == BOTH[:1]


@pytest.mark.parametrize(
    "fields",
    [
        ["WARC-Refers-To: <urn:uuid:1000>"],
        [f"WARC-Refers-To-Target-URI: <{url_of(101)}>", f"WARC-Refers-To-Date: {DATES[0]}"],
    ],
)
@pytest.mark.parametrize("digest", [[], ["WARC-Payload-Digest: sha1:ANOTHER"]])
def test_a_revisit_without_a_digest_is_read_from_what_it_refers_to(
    tmp_path: Path, fields: list[str], digest: list[str]
) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    again = record(block, *fields, *digest, kind="revisit", url=url_of(101), date=DATES[1])
    found = reasons(tmp_path, stored("response", "Judul", DATES[0]), again)[0]
    assert found == ({"a revisit without its original": 1} if digest else {})


def test_a_resource_record_can_be_shown(tmp_path: Path) -> None:
    reasons(tmp_path, stored("resource", "Judul dari berkas", DATES[0]))
    shown = warta("show", "antara-kaltim/101", "--data", tmp_path / "data")
    assert shown.returncode == 0
    assert "Judul dari berkas" in shown.stdout


def test_the_first_segment_of_a_record_is_no_page(tmp_path: Path) -> None:
    segment = record(story(101), "WARC-Segment-Number: 1", url=url_of(101))
    _, report, _ = reasons(tmp_path, segment)
    assert report.read == 0


# Listings


@pytest.mark.parametrize(
    "origin",
    [
        "https://kaltim.antaranews.com",
        "http://kaltim.antaranews.com",
        "http://kaltim.antaranews.com:80",
        "https://kaltim.antaranews.com:443",
        "http://www.kaltim.antaranews.com",
        "https://m.kaltim.antaranews.com",
        "HTTP://KALTIM.ANTARANEWS.COM",
    ],
)
@pytest.mark.parametrize("path", ["/rss/terkini.xml", "/terkini"])
def test_what_a_listing_names_is_known_at_whatever_address_of_the_site_it_was_captured(
    tmp_path: Path, origin: str, path: str
) -> None:
    card = (
        '<html><body><div class="card__post card__post-list mt-30"><h2 class="post_title">'
        '<a href="/berita/300/x" title="X">X</a></h2><ul><li><span>4 Maret 2020 05:06</span></li></ul></div>'
        "</body></html>"
    )
    listing = FEED.format(ITEM) if "rss" in path else card
    found, report, complaints = reasons(tmp_path, INFO, record(answer(listing), url=origin + path))
    assert (complaints, report.listings, found) == ([], 1, {"warcinfo record": 1})
    with Archive.open_reading(tmp_path / "data") as archive:
        (row,) = archive.rows("SELECT url, article_id, discovered_on FROM pages")
    assert row == {
        "url": "https://kaltim.antaranews.com/berita/300/x",
        "article_id": "antara-kaltim/300",
        "discovered_on": path,
    }


@pytest.mark.parametrize("origin", ["http://kaltim.antaranews.com:8080", "https://lain.example"])
def test_another_server_is_not_the_site(tmp_path: Path, origin: str) -> None:
    _, report, complaints = reasons(tmp_path, INFO, record(answer(FEED.format(ITEM)), url=f"{origin}/rss/terkini.xml"))
    assert (report.listings, len(complaints)) == (0, 1)


def test_one_story_at_several_addresses_of_its_site_is_one(tmp_path: Path) -> None:
    forms = ["http://{}/berita/101/judul", "https://www.{}:443/berita/101/judul", "http://m.{}:80/berita/101/judul"]
    records = [
        record(story(101, f"Judul {number}"), url=form.format(KALTIM.host), date=DATES[number])
        for number, form in enumerate(forms)
    ]
    reasons(tmp_path, *records)
    with Archive.open_reading(tmp_path / "data") as archive:
        assert archive.row("SELECT id, url, versions FROM articles") == {
            "id": "antara-kaltim/101",
            "url": "https://kaltim.antaranews.com/berita/101/judul",
            "versions": 3,
        }
