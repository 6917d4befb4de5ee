"""One poisoned record costs itself alone: it is named, the stories beside it are taken in, the archive stays usable."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from archive.sites import SITES
from archive.store.database import Archive
from tests.support.own_files import answer, from_nothing, ids, page, put, story, take, url_of, write_run
from tests.support.warc_records import packed, record

PASER = SITES["mc-paser"]
REST = f"{PASER.origin}/wp-json/wp/v2/posts?per_page=100&page=1"


def post(number: object, *, slug: str = "kabar", path: str | None = None) -> bytes:
    """A page of WordPress with its number, or what stands for one."""
    link = f"{PASER.origin}{path or f'/berita/umum/{slug}/'}"
    html = f"""<html><head><link rel="shortlink" href="{PASER.origin}/?p={number}"></head>
<body class="single postid-{number}"><article id="post-{number}"><h1 class="entry-title">Kabar</h1>
<div class="entry-content"><p>TANA PASER, MCKabPaser – Bupati membuka pasar.</p></div></article></body></html>"""
    return record(answer(html), url=link).replace(b"urn:uuid:1>", b"urn:post>")


def rest(*posts: dict[str, Any]) -> bytes:
    block = answer(json.dumps(list(posts))).replace(b"text/html; charset=utf-8", b"application/json")
    return record(block, url=REST).replace(b"urn:uuid:1>", b"urn:rest>")


def noted(data: Path, site: str) -> list[str]:
    with Archive.open_reading(data) as archive:
        return [row["url"] for row in archive.rows("SELECT url FROM pages WHERE site = ? ORDER BY url", [site])]


BIG = "9" * 25


@pytest.mark.parametrize(
    ("poisoned", "why"),
    [
        pytest.param(
            record(story(7), url=url_of(7), date="0001-01-01T00:00:00+14:00"), "its date is none", id="year 1"
        ),
        pytest.param(record(story(7), url=url_of(7), date="9999-12-31T23:59:59-14:00"), "date is none", id="year 9999"),
        pytest.param(record(story(7), url=url_of(7), date=""), "date is none", id="no date"),
        pytest.param(record(story(7), "WARC-Block-Digest: sha1:AAAA", url=url_of(7)), "no whole record", id="digest"),
        pytest.param(record(story(7), url=url_of(7), length=9), "no whole record", id="a wrong length"),
    ],
)
def test_a_record_that_is_none_is_named_with_its_place(tmp_path: Path, poisoned: bytes, why: str) -> None:
    file = put(tmp_path, "luar.warc.gz", page(101), poisoned, page(102))
    report, complaints = take(tmp_path / "data", file)
    assert complaints == []
    (damage,) = report.damaged
    assert (damage.offset, why in damage.why) == (len(packed(page(101))), True)
    assert ids(tmp_path / "data") == ["antara-kaltim/101", "antara-kaltim/102"]


@pytest.mark.parametrize(
    "poisoned",
    [
        pytest.param(post(501, path=f"/?p={BIG}"), id="25 digits in ?p="),
        pytest.param(post(BIG), id="25 digits in postid-"),
        pytest.param(post(2**53), id="a number that JSON readers do not keep"),
        pytest.param(post("٣"), id="digits of another script"),
        pytest.param(rest({"id": 10**30, "link": f"{PASER.origin}/berita/x/"}), id="an id of 31 digits"),
        pytest.param(rest({"id": 5, "link": f"{PASER.origin}/berita/\ud800/"}), id="a lone surrogate in a link"),
        pytest.param(rest({"id": 5, "link": "javascript:alert(1)"}), id="a javascript: link"),
        pytest.param(rest({"id": 5, "link": f"{PASER.origin}/berita/x/", "title": {"rendered": "\ud800"}}), id="title"),
        pytest.param(rest({"id": 5, "link": f"{PASER.origin}/x/", "date_gmt": "0001-01-01T00:00:00"}), id="a date"),
        pytest.param(record(story(7), url="http://[x/berita/7"), id="an address that is none"),
        pytest.param(record(story(7), url="javascript:alert(1)"), id="no web address"),
        pytest.param(record(answer("", "302 Found", "Location: http://[x"), url=url_of(7)), id="a redirect to nowhere"),
        pytest.param(record(story(7, "Judul &#xD800; &#0; \x01"), url=url_of(7)), id="references to no character"),
        pytest.param(record(answer("\0" * 99), url=url_of(7)), id="noughts"),
        pytest.param(record(b"", url=url_of(7)), id="no answer at all"),
        pytest.param(record(b"\xff\xfe" * 99, url=url_of(7)), id="no HTTP"),
        pytest.param(record(story(7), f"Warta-Wire-Length: {BIG}", url=url_of(7)), id="a length of 25 digits"),
        pytest.param(record(answer("x", f"Content-Length: {BIG}"), url=url_of(7)), id="an announced length of 25"),
        pytest.param(record(b"{", kind="metadata", url="urn:warta:run"), id="an account that is none"),
        pytest.param(record(b'{"site": 5}', kind="metadata", url="urn:warta:failure"), id="an account without parts"),
    ],
)
def test_a_poisoned_record_costs_itself_alone(tmp_path: Path, poisoned: bytes) -> None:
    data = tmp_path / "data"
    file = put(tmp_path, "ganjil.warc.gz", page(101), poisoned, page(102))
    taken, complaints = take(data, file)
    assert complaints == []
    assert [damage for damage in taken.damaged if "an error in warta itself" in damage.why] == []
    assert {"antara-kaltim/101", "antara-kaltim/102"} <= set(ids(data))
    take(data, put(tmp_path, "baik.warc.gz", page(103)))
    kept = ids(data)
    assert "antara-kaltim/103" in kept
    report = from_nothing(data)
    assert report.faulty_files == []
    assert ids(data) == kept


def test_of_a_rest_answer_with_a_poisoned_post_the_others_are_noted(tmp_path: Path) -> None:
    posts = [{"id": number, "link": f"{PASER.origin}/berita/kabar-{number}/"} for number in (1, 10**30, 3)]
    posts.append({"id": 4, "link": "javascript:x"})
    take(tmp_path / "data", put(tmp_path, "x.warc.gz", page(), rest(*posts)))
    assert noted(tmp_path / "data", "mc-paser") == [f"{PASER.origin}/berita/kabar-{number}/" for number in (1, 3)]


@pytest.mark.parametrize(
    "account",
    [
        {"site": "antara-kaltim", "started_at": "kemarin", "run": {}, "walks": [], "listings": []},
        {"site": "antara-kaltim", "started_at": "2026-11-20T04:00:00+00:00", "run": {"requests": 10**30}},
        {"site": "antara-kaltim", "started_at": "2026-11-20T04:00:00+00:00", "run": {"verdict": {}}},
        {},
    ],
)
def test_a_poisoned_account_in_an_own_file_is_named_and_costs_no_story(tmp_path: Path, account: dict[str, Any]) -> None:
    data = tmp_path / "data"
    name = write_run(data, {101: story(101)})
    path = data / "warc" / name
    block = json.dumps(account).encode()
    path.write_bytes(path.read_bytes() + packed(record(block, kind="metadata", url="urn:warta:run")))
    report = from_nothing(data)
    assert [damage.warc for damage in report.damaged] == [name]
    assert ids(data) == ["antara-kaltim/101"]
    with Archive.open_reading(data) as archive:
        assert archive.rows("SELECT verdict FROM runs") == [{"verdict": "well"}]


# Names of files


@pytest.mark.parametrize(
    "name", ["www.newskaltim.example-2019.warc.gz", "a.new.warc.gz", "x.new", "x.part", ".hidden.warc.gz", "n" * 240]
)
def test_a_file_is_kept_whatever_its_name_and_stays_kept(tmp_path: Path, name: str) -> None:
    data = tmp_path / "data"
    take(data, put(tmp_path, name, page()))
    kept = {path: path.read_bytes() for path in (data / "warc").rglob("*.warc.gz")}
    assert len(kept) == 1
    note = tmp_path / "catatan.txt"
    note.write_text("ini bukan arsip")
    _, complaints = take(data, note)
    assert complaints == [f"{note}: this is no WARC, ARC or WACZ file."]
    assert {path: path.read_bytes() for path in (data / "warc").rglob("*.gz*")} == kept
    from_nothing(data)
    assert ids(data) == ["antara-kaltim/101"]


def test_a_file_whose_name_is_not_utf_8_is_taken_in_under_another(tmp_path: Path) -> None:
    data = tmp_path / "data"
    name = os.fsdecode(b"kabar-\xff\xfe.warc.gz")
    _, complaints = take(data, put(tmp_path, name, page()))
    assert (complaints, ids(data)) == ([], ["antara-kaltim/101"])
    (kept,) = (data / "warc").rglob("*.warc.gz")
    assert kept.name == "kabar-__.warc.gz"


def test_a_file_that_somebody_put_there_under_such_a_name_is_named_and_costs_no_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_run(data, {101: story(101)})
    put(data / "warc/antara-kaltim/2026", os.fsdecode(b"\xff.warc.gz"), page(102))
    report = from_nothing(data)
    assert report.faulty_files == [
        "antara-kaltim/2026/\ufffd.warc.gz is not read: its name is not UTF-8, so give it another."
    ]
    assert ids(data) == ["antara-kaltim/101"]
