"""Archives as the field has them: programs' odd WARC files, mistyped years, a record that was cut before an edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.extract.article import Article
from archive.extract.exchange import Reading
from archive.extract.listings import Listed
from archive.extract.page import read_page
from archive.sites import Address
from archive.store.articles import Meaning
from archive.store.database import Archive
from archive.store.frontier import Frontier
from archive.store.outcome import settle
from archive.store.pages import page_at
from archive.warc.capture import capture_of
from archive.warc.reader import Payload, find
from archive.warc.writer import Exchange, WarcWriter
from tests.support.own_files import KALTIM, NOW, answer, from_nothing, ids, put, story, take, url_of
from tests.support.site_server import antara_article
from tests.support.warc_records import record

BOTH = ["antara-kaltim/101", "antara-kaltim/102"]


def coded(number: int, coding: str) -> bytes:
    """A page that was stored decoded, under a head that names a coding."""
    return answer(antara_article(number, f"Berita {number}"), "200 OK", f"Content-Encoding: {coding}")


def page(number: int, block: bytes | None = None, *, url: str = "", name: str = "") -> bytes:
    one = record(block or story(number), url=url or url_of(number))
    return one.replace(b"urn:uuid:1>", f"urn:{name or number}>".encode())


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([page(101, name="same"), page(102, name="same")], id="one id for all records"),
        pytest.param([page(n).replace(b"WARC-Record-ID: <urn:%d>\r\n" % n, b"") for n in (101, 102)], id="no ids"),
        pytest.param([page(n, coded(n, "br")) for n in (101, 102)], id="br named, stored decoded"),
        pytest.param([page(n, coded(n, "gzip, br")) for n in (101, 102)], id="two codings named, stored decoded"),
        pytest.param([page(n, coded(n, "utf-8")) for n in (101, 102)], id="a charset named as coding"),
        pytest.param(
            [
                page(101, url="HTTPS://KALTIM.antaranews.com/berita/101/judul"),
                page(102, url="https://Kaltim.AntaraNews.Com/berita/102/judul"),
            ],
            id="scheme and host in capitals",
        ),
    ],
)
def test_odd_records_of_other_programs_are_taken_in(tmp_path: Path, records: list[bytes]) -> None:
    data = tmp_path / "data"
    file = put(tmp_path, "luar.warc.gz", *records)
    report, complaints = take(data, file)
    assert (complaints, report.damaged, ids(data)) == ([], [], BOTH)
    captures = "SELECT count(*) AS n FROM captures"
    with Archive.open_reading(data) as archive:
        assert archive.row(captures) == {"n": 2}
    take(data, file)
    with Archive.open_reading(data) as archive:
        assert archive.row(captures) == {"n": 2}
        assert archive.row("SELECT max(versions) AS n FROM articles") == {"n": 1}
    assert from_nothing(data).is_whole
    assert ids(data) == BOTH


# Mistyped years


def read(html: str, at: datetime) -> Article:
    return read_page(Payload(html.encode(), "text/html"), url=url_of(101), site=KALTIM, fetched_at=at)


def in_2062() -> str:
    return antara_article(101, "Judul").replace("25 September 2026", "25 September 2062")


def test_a_page_that_prints_a_year_to_come_prints_no_time() -> None:
    assert read(in_2062(), NOW).published_at is None
    assert read(antara_article(101, "Judul"), NOW).published_at is not None


@pytest.mark.parametrize("listed_at", [None, datetime(2026, 11, 18, 4, tzinfo=UTC)])
def test_the_right_time_of_its_feed_serves_a_story_whose_page_prints_a_year_to_come(
    tmp_path: Path, listed_at: datetime | None
) -> None:
    with Archive.open(tmp_path) as archive:
        listed = Listed(address=Address("article", 101, url_of(101)), published_at=listed_at)
        Frontier(archive, KALTIM).discover([listed], on="/rss/terkini.xml", at=NOW)
        shelved(archive, tmp_path, read(in_2062(), NOW), at=NOW)
        row = archive.row("SELECT published_at FROM articles")
    assert row is not None
    assert row["published_at"] == (listed_at and "2026-11-18T12:00:00+08:00")


# A record that is cut, and then the site edits the story


def shelved(archive: Archive, data: Path, article: Article, *, at: datetime, title: str = "Judul") -> Meaning:
    """Records an answer with the story's page in a file of its own, and settles it as a crawl does."""
    writer = WarcWriter(data / "warc", KALTIM.name, info={})
    written = writer.write(Exchange(url_of(101), b"GET / HTTP/1.1\r\n\r\n", story(101, title), at))
    capture = archive.add_capture(capture_of(written, site=KALTIM.name, warc=writer.name))
    writer.close()
    reading = Reading(capture=capture, url=url_of(101), article=article)
    return settle(archive, KALTIM, reading, page_url=url_of(101), in_order=True).meaning


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.9])
def test_a_story_that_is_edited_after_its_record_was_cut_keeps_its_first_version(tmp_path: Path, kept: float) -> None:
    first = read(antara_article(101, "Judul"), NOW)
    edited = replace(first, body=f"{first.body}\n\nDiperbarui sore hari.")
    with Archive.open(tmp_path) as archive:
        Frontier(archive, KALTIM).discover([Listed(address=Address("article", 101, url_of(101)))], on="/", at=NOW)
        assert shelved(archive, tmp_path, first, at=NOW) is Meaning.NEW
        (row,) = archive.rows("SELECT warc, offset, length FROM captures")
        path = find(archive.warc_root, row["warc"])
        path.write_bytes(path.read_bytes()[: row["offset"] + int(row["length"] * kept)])
        assert shelved(archive, tmp_path, edited, at=NOW + timedelta(hours=1)) is Meaning.CHANGED
        versions = archive.rows("SELECT body FROM versions ORDER BY version")
        page = page_at(archive, url_of(101))
    assert [version["body"] for version in versions] == [first.body, edited.body]
    assert page is not None
    assert page.state == "read"
