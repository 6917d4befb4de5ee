"""`warta import` reads WARC and WACZ files of any program."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.extract.article import ReadingError
from archive.extract.listings import Listed
from archive.ingest.imports import import_files
from archive.ingest.pipeline import Report, StoppedError
from archive.sites import SITES, Address
from archive.store.database import Archive
from archive.store.frontier import Frontier
from archive.warc.members import walk
from crawler.newsroom.newsroom import Newsroom
from tests.ingest.test_rebuild import remake, without_runs
from tests.support.clock import later
from tests.support.commands import crawl, warta
from tests.support.database_equality import assert_same, told
from tests.support.interruption import SlicesRead
from tests.support.site_server import antara_article

KALTIM = "https://kaltim.antaranews.com/berita/{}/judul"
ELSEWHERE = """<html><head><meta property="og:type" content="article"><title>Kabar lain</title>
<meta property="og:title" content="Kabar lain"><meta name="author" content="Siti Aminah">
<meta property="article:published_time" content="2021-03-04T05:06:07+08:00"></head><body><article><h1>Kabar lain</h1>
<p>Samarinda - Pemerintah kota membuka taman baru di tepi sungai pada hari Kamis, yang dihadiri warga.</p>
<p>Taman itu dilengkapi jalur sepeda dan tempat bermain anak, kata kepala dinas kepada wartawan.</p>
</article></body></html>"""
FRONT_PAGE = ELSEWHERE.replace('content="article"', 'content="website"')


def response(body: str | bytes, *headers: str, status: str = "200 OK", protocol: str = "HTTP/1.1") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    lines = [f"{protocol} {status}", *headers]
    if not any(line.startswith("Content-Type") for line in headers):
        lines.append("Content-Type: text/html; charset=utf-8")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def warc(
    *records: tuple[str, bytes], compressed: bool = True, version: str = "1.0", date: str = "2021-03-05T00:00:00Z"
) -> bytes:
    """A file with these (address, HTTP answer) as another program would write it, some records that hold no page
    between them."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=compressed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("other.warc.gz", {"software": "Heritrix/3.4.0"}))
    for number, (url, block) in enumerate(records):
        for kind, address, content in (
            ("request", url, b"GET / HTTP/1.1\r\n\r\n"),
            ("resource", "dns:example.org", b"20210305000000\nexample.org. 300 IN A 192.0.2.1\n"),
            ("response", url, block),
            ("metadata", url, b"fetchTimeMs: 12\r\n"),
        ):
            headers = [
                ("WARC-Type", kind),
                (
                    "WARC-Record-ID",
                    f"<urn:uuid:{number:08}-0000-4000-8000-{hash((kind, url, date)) & 0xFFFFFFFF:012x}>",
                ),
                ("WARC-Target-URI", address),
                ("WARC-Date", date),
            ]
            record = ArcWarcRecord(
                "warc",
                kind if kind != "response" else "resource",
                StatusAndHeaders("", headers, protocol=f"WARC/{version}"),
                BytesIO(content),
                None,
                "application/http;msgtype=response" if kind == "response" else "text/plain",
                len(content),
            )
            writer.write_record(record)
    return out.getvalue()


def article(number: int, title: str = "Judul dari luar") -> tuple[str, bytes]:
    return KALTIM.format(number), response(antara_article(number, title))


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def take(data: Path, *files: Path, **how: Any) -> tuple[Report, list[str], list[str]]:
    """Imports files: (report, lines for people, complaints)."""
    said, complaints = list[str](), list[str]()
    given = {"workers": 1, "scheduler": None, "on_progress": lambda done, total, pages: None}
    outcome = import_files(data, list(files), **given | how, say=said.append, complain=complaints.append)
    return outcome, said, complaints


def titles(data: Path) -> dict[str, str]:
    with Archive.open_reading(data) as archive:
        return {row["id"]: row["title"] for row in archive.rows("SELECT id, title FROM articles")}


def wacz(content: bytes, name: str = "archive/data.warc.gz") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("datapackage.json", "{}")
        package.writestr(name, content)
    return out.getvalue()


BEFORE = len(warc(compressed=False))
"""The warcinfo, of which one is enough."""
FORMS = {
    "a member a record": warc(article(1), article(2)),
    "WARC 1.1": warc(article(1), article(2), version="1.1"),
    "plain": warc(article(1), article(2), compressed=False),
    "one member for all": gzip.compress(warc(article(1), article(2), compressed=False)),
    "members of several records": b"".join(
        gzip.compress(warc(article(number), compressed=False)[skip:]) for number, skip in ((1, 0), (2, BEFORE))
    ),
    "WACZ": wacz(warc(article(1), article(2))),
    "WACZ with dots in its names": wacz(warc(article(1), article(2)), "./archive/data.warc.gz"),
    "WACZ of a plain file": wacz(warc(article(1), article(2), compressed=False), "archive/data.warc"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_file_is_read_and_kept(form: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    outcome, said, complaints = take(data, put(tmp_path / "in", "luar.warc.gz", FORMS[form]))
    assert complaints == []
    assert len(said) == 1
    assert (outcome.read, outcome.new, outcome.unread) == (2, 2, 0)
    assert set(titles(data)) == {"antara-kaltim/1", "antara-kaltim/2"}
    (kept,) = (data / "warc" / "imported").rglob("*.warc.gz")
    assert all(member.whole for member in walk(kept))
    assert not list((data / "warc").rglob("*.new*"))
    with Archive.open_reading(data) as archive:
        (noted,) = archive.rows("SELECT * FROM warcs")
    assert (noted["site"], noted["records"]) == ("imported", 9)


@pytest.mark.parametrize(
    ("what", "block"),
    {
        "brotli": response(brotli.compress(antara_article(1, "Judul").encode()), "Content-Encoding: br"),
        "zstd": response(zstandard.compress(antara_article(1, "Judul").encode()), "Content-Encoding: zstd"),
        "gzip": response(gzip.compress(antara_article(1, "Judul").encode()), "Content-Encoding: gzip"),
        "decoded, its header left": response(antara_article(1, "Judul"), "Content-Encoding: gzip"),
        "chunked as on the wire": response(
            b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [antara_article(1, "Judul").encode()])
            + b"0\r\n\r\n",
            "Transfer-Encoding: chunked",
        ),
        "without its chunks, their header left": response(antara_article(1, "Judul"), "Transfer-Encoding: chunked"),
        "HTTP/2": response(antara_article(1, "Judul"), protocol="HTTP/2", status="200"),
    }.items(),
)
def test_bodies_are_decoded_however_they_are_stored(what: str, block: bytes, tmp_path: Path) -> None:
    take(tmp_path / "data", put(tmp_path / "in", "x.warc.gz", warc((KALTIM.format(1), block))))
    assert titles(tmp_path / "data") == {"antara-kaltim/1": "Judul"}


def test_an_address_in_angle_brackets_as_wget_writes_it_is_read(tmp_path: Path) -> None:
    stored = warc(article(1), compressed=False)
    assert b"WARC-Target-URI: https" in stored
    url = KALTIM.format(1).encode()
    take(tmp_path / "data", put(tmp_path / "in", "x.warc", stored.replace(b"URI: " + url, b"URI: <" + url + b">")))
    assert set(titles(tmp_path / "data")) == {"antara-kaltim/1"}


def test_of_an_unknown_site_only_what_says_that_it_is_an_article_is_one(tmp_path: Path) -> None:
    records = (
        ("https://kabar.example/2021/taman?id=1", response(ELSEWHERE)),
        ("https://kabar.example/2021/taman?id=2", response(ELSEWHERE.replace("Kabar lain", "Kabar dua"))),
        ("https://kabar.example/", response(FRONT_PAGE)),
        ("https://kabar.example/logo.png", response(b"\x89PNG", "Content-Type: image/png")),
    )
    outcome, _, _ = take(tmp_path / "data", put(tmp_path / "in", "x.warc.gz", warc(*records)))
    assert titles(tmp_path / "data") == {
        "kabar.example/2021/taman?id=1": "Kabar lain",
        "kabar.example/2021/taman?id=2": "Kabar dua",
    }
    with Archive.open_reading(tmp_path / "data") as archive:
        row = archive.row("SELECT * FROM articles")
        captures = archive.rows("SELECT * FROM captures")
    assert row is not None
    assert (row["layout"], row["pewarta"], row["published_at"]) == (
        "generic",
        "Siti Aminah",
        "2021-03-04T05:06:07+08:00",
    )
    assert len(captures) == 2
    assert outcome.nothing == {
        "request record": 4,
        "resource record that is no page (dns:)": 4,
        "metadata record": 4,
        "warcinfo record": 1,
        "of another site, and no article: kabar.example": 2,
    }


def test_damaged_records_are_named_and_cost_no_other(tmp_path: Path) -> None:
    stored = bytearray(warc(*(article(number) for number in range(1, 6))))
    path = put(tmp_path / "in", "x.warc.gz", bytes(stored))
    members = list(walk(path))
    hurt = members[1 + 4 * 2 + 2]  # the third article
    stored[hurt.offset + hurt.length // 2] ^= 0xFF
    path.write_bytes(stored[: members[-1].offset + 10])
    outcome, _, _ = take(tmp_path / "data", path)
    assert set(titles(tmp_path / "data")) == {f"antara-kaltim/{number}" for number in (1, 2, 4, 5)}
    assert [damage.offset for damage in outcome.damaged] == [hurt.offset, members[-1].offset]
    (kept,) = (tmp_path / "data" / "warc" / "imported").rglob("*.warc.gz")
    assert kept.read_bytes() == path.read_bytes()


def test_what_stands_between_the_records_of_a_plain_file_is_kept_and_named(tmp_path: Path) -> None:
    one, two = warc(article(1), compressed=False), warc(article(2), compressed=False)
    path = put(tmp_path / "in", "x.warc", one + b"rubbish\r\nand more\n" + two)
    outcome, _, _ = take(tmp_path / "data", path)
    assert len(titles(tmp_path / "data")) == 2
    assert len(outcome.damaged) == 1
    (kept,) = (tmp_path / "data" / "warc" / "imported").rglob("*.warc.gz")
    assert gzip.decompress(kept.read_bytes()) == path.read_bytes()


def test_of_a_cut_file_of_one_member_for_all_the_beginning_is_read(tmp_path: Path) -> None:
    numbers = range(1, 41)
    whole = gzip.compress(warc(*(article(number) for number in numbers), compressed=False))
    outcome, _, complaints = take(tmp_path / "data", put(tmp_path / "in", "x.warc.gz", whole[: len(whole) // 2]))
    assert len(complaints) == 1
    assert "keep the original" in complaints[0]
    assert 10 < len(titles(tmp_path / "data")) < 40
    assert len(outcome.damaged) == 1


def test_what_is_no_web_archive_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    good = put(tmp_path / "in", "good.warc.gz", warc(article(1)))
    strange = {
        "text.warc": b"hello",
        "text.gz": gzip.compress(b"hello"),
        "nothing.warc.gz": b"",
        "zip.wacz": wacz(b"x", "other/x.txt"),
        "dot.wacz": wacz(b"x", "./"),
        "cut.wacz": wacz(warc(article(3)))[:-30],
        "broken.wacz": b"PK\x03\x04 broken",
    }
    paths = [put(tmp_path / "in", name, content) for name, content in strange.items()]
    ended = warta("import", *paths, good, "--workers", "1", "--data", tmp_path / "data")
    assert ended.returncode == 1
    assert [line.split(": ")[1] for line in ended.stderr.splitlines()] == [
        *(
            str(path) if name.startswith(("text.warc", "nothing", "zip", "dot")) else name
            for name, path in zip(strange, paths, strict=True)
        ),
    ]
    assert "2 pages read, 2 stories are new" in ended.stdout  # one of them in the package that was cut off
    table = ended.stdout.partition("Records that gave nothing:")[2].split("\n")
    assert sorted(line.strip() for line in table if line) == [
        "2  metadata record",
        "2  request record",
        "2  resource record that is no page (dns:)",
        "2  warcinfo record",
    ]


def test_the_same_file_is_taken_in_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = put(tmp_path / "in", "x.warc.gz", warc(article(1)))
    take(data, path)
    before = told(data)
    outcome, said, _ = take(data, path)
    assert said == ["x.warc.gz is in the archive already."]
    assert (outcome.read, outcome.new) == (0, 0)
    again = put(tmp_path / "in", "other-name.warc.gz", warc(article(1), article(2)))
    outcome, _, _ = take(data, again)
    assert (outcome.known, outcome.new) == (1, 1)
    assert titles(data).keys() == {"antara-kaltim/1", "antara-kaltim/2"}
    assert set(map(repr, before["captures"])) <= set(map(repr, told(data)["captures"]))


def test_an_archive_with_imported_files_is_rebuilt_as_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    elsewhere = ("https://kabar.example/2021/taman", response(ELSEWHERE))
    take(
        data,
        put(tmp_path / "in", "new.warc.gz", warc(article(1, "Judul baru"), elsewhere, date="2022-01-01T00:00:00Z")),
    )
    take(data, put(tmp_path / "in", "old.warc.gz", warc(article(1, "Judul lama"), article(2))))
    live = told(data)
    remake(data)
    assert_same(live, told(data))
    for path in data.glob("archive.db*"):
        path.unlink()
    remake(data)
    assert_same(without_runs(live), without_runs(told(data)))


@pytest.mark.slow
def test_older_captures_become_the_earlier_versions(tmp_path: Path) -> None:
    """As if the archive had been there all the time: another warta crawled before, and its files come later."""
    room = Newsroom(antara=30, paser=20)
    room.gone_status = 410
    whole, late = tmp_path / "whole", tmp_path / "late"
    with room.serving() as origins:
        assert crawl(whole, origins).returncode == 0
        first = sorted((whole / "warc").rglob("*.warc.gz"))
        antara, paser = room.stories["antara-kaltim"], room.stories["mc-paser"]
        room.edit(antara[20])
        room.edit(paser[15])
        room.withdraw(antara[18])
        later(whole, 1.1)
        assert crawl(whole, origins).returncode == 0
        second = [path for path in (whole / "warc").rglob("*.warc.gz") if path not in first]
    take(late, *second)
    take(late, *first)
    ours, theirs = told(late), told(whole)
    for name in ("articles", "versions"):
        assert_same({name: theirs[name]}, ours)
    assert {row["versions"] for row in ours["articles"]} == {1, 2}
    remake(late)
    assert_same(ours, told(late))


def test_an_old_capture_leaves_due_what_a_listing_named_since(tmp_path: Path) -> None:
    data, site = tmp_path / "data", SITES["antara-kaltim"]
    now = datetime.now(UTC)
    with Archive.open(data) as archive:
        address = site.identify(KALTIM.format(1))
        assert address is not None
        Frontier(archive, site).discover([Listed(address=address)], on="/terkini", at=now)
    take(data, put(tmp_path / "in", "x.warc.gz", warc(article(1))))
    with Archive.open(data) as archive:
        assert [page.url for page in Frontier(archive, site).due(before=datetime.now(UTC), limit=9)] == [address.url]


def test_a_stopped_import_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, numbers = tmp_path / "data", range(1, 31)
    path = put(tmp_path / "in", "x.warc.gz", warc(*(article(number) for number in numbers)))
    whole = shutil.copy(path, tmp_path / "whole.warc.gz")
    read = SlicesRead(monkeypatch, records=10, last=4)
    with pytest.raises(StoppedError):
        take(data, path, on_progress=read.stop)
    stopped = set(read)
    read.clear()
    take(data, path)
    assert not stopped & set(read)
    assert set(titles(data)) == {f"antara-kaltim/{number}" for number in numbers}
    assert len(list((data / "warc").rglob("*.warc.gz"))) == 1
    take(tmp_path / "other", Path(whole))
    tables = [without_runs(told(folder)) for folder in (data, tmp_path / "other")]
    for name in ("articles", "versions"):
        for table in tables:
            for row in table[name]:
                row.pop("key", None)
        assert tables[0][name] == tables[1][name]


def test_a_story_is_never_lost_to_an_older_capture(tmp_path: Path) -> None:
    """Another program's page without a length that does not end in </html>: it was read once, and is read again."""
    data = tmp_path / "data"

    def cut(title: str) -> tuple[str, bytes]:
        return KALTIM.format(1), response(antara_article(1, title).replace("</html>", ""))

    take(data, put(tmp_path / "in", "new.warc.gz", warc(cut("Judul baru"), date="2021-01-01T00:00:00Z")))
    take(data, put(tmp_path / "in", "old.warc.gz", warc(cut("Judul lama"), date="2020-01-01T00:00:00Z")))
    with Archive.open_reading(data) as archive:
        versions = archive.rows("SELECT title FROM versions ORDER BY version")
    assert [row["title"] for row in versions] == ["Judul lama", "Judul baru"]
    assert titles(data) == {"antara-kaltim/1": "Judul baru"}


def test_a_version_that_is_not_read_any_more_stays_when_an_older_one_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    take(data, put(tmp_path / "in", "b.warc.gz", warc(article(1, "Judul dua"), date="2021-01-01T00:00:00Z")))
    before = told(data)

    def refuse(*arguments: object, **named: object) -> None:
        raise ReadingError("today's reader finds no story")

    monkeypatch.setattr("archive.ingest.loader.read_stored", refuse)
    take(data, put(tmp_path / "in", "a.warc.gz", warc(article(1, "Judul satu"), date="2020-01-01T00:00:00Z")))
    after = told(data)
    for table in ("articles", "versions"):
        assert_same({table: before[table]}, after)


def test_an_older_capture_of_a_story_whose_page_shows_no_number_becomes_an_earlier_version(tmp_path: Path) -> None:
    data, site = tmp_path / "data", SITES["mc-paser"]
    url = f"{site.origin}/berita/kabar/"

    def page(title: str) -> tuple[str, bytes]:
        text = f"<p>TANA PASER - Kabar tentang {title} dari desa.</p>"
        return url, response(f'<html><body><h1>{title}</h1><div class="entry-content">{text}</div></body></html>')

    with Archive.open(data) as archive:
        named = Listed(address=Address("article", 123, url))
        Frontier(archive, site).discover([named], on="/wp-json", at=datetime(2019, 1, 1, tzinfo=UTC))
    take(data, put(tmp_path / "in", "b.warc.gz", warc(page("Dua"), date="2021-01-01T00:00:00Z")))
    take(data, put(tmp_path / "in", "a.warc.gz", warc(page("Satu"), date="2020-01-01T00:00:00Z")))
    assert titles(data) == {"mc-paser/123": "Dua"}
    with Archive.open_reading(data) as archive:
        assert archive.row("SELECT versions FROM articles") == {"versions": 2}


@pytest.mark.parametrize(
    "answer", [response("<p>maaf</p>"), response("hilang", status="410 Gone")], ids=["no story", "gone"]
)
def test_an_old_answer_without_a_story_changes_nothing_that_is_known_since(tmp_path: Path, answer: bytes) -> None:
    data, site = tmp_path / "data", SITES["antara-kaltim"]
    with Archive.open(data) as archive:
        address = site.identify(KALTIM.format(1))
        assert address is not None
        Frontier(archive, site).discover([Listed(address=address)], on="/terkini", at=datetime.now(UTC))
        before = archive.rows("SELECT * FROM pages")
    take(data, put(tmp_path / "in", "x.warc.gz", warc((KALTIM.format(1), answer))))
    with Archive.open_reading(data) as archive:
        assert archive.rows("SELECT * FROM pages") == before
