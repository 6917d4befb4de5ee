"""WARC files as they are written: names, revisits, what the wire bore, and what recovery never overwrites."""

from __future__ import annotations

import errno
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.warc.capture import Capture, capture_of
from archive.warc.members import digest
from archive.warc.reader import Record, find, payload_of, read_record
from archive.warc.sealing import describe, recover
from archive.warc.writer import Exchange, WarcWriter
from tests.support.warc_records import packed, record

NOW = datetime(2026, 9, 30, 4, 0, 0, 123456, tzinfo=UTC)
REQUEST = b"GET /berita/1 HTTP/1.1\r\nHost: x\r\n\r\n"


def answer(body: bytes = b"isi", *fields: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body), b"", body])


def exchange(response: bytes, *, at: datetime = NOW) -> Exchange:
    return Exchange("http://x/berita/1", REQUEST, response, at, "192.0.2.1")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[WarcWriter]:
    writer = WarcWriter(tmp_path, "site", info={"software": "warta/0"})
    yield writer
    writer.close()


def stored(writer: WarcWriter, root: Path, written: Record) -> Record:
    return read_record(find(root, writer.name), written.offset)


def row(writer: WarcWriter, written: Record) -> Capture:
    return capture_of(written, site="site", warc=writer.name)


def test_what_is_written_is_what_is_read(writer: WarcWriter, tmp_path: Path) -> None:
    written = writer.write(exchange(answer()))
    read = stored(writer, tmp_path, written)
    for one in (written, read):
        assert (one.type, one.url, one.date) == ("response", "http://x/berita/1", NOW)
        assert (one.block, one.payload_digest) == (answer(), digest(b"isi"))
        assert (one.offset, one.length) == (written.offset, written.length)
        assert one.header("WARC-IP-Address") == "192.0.2.1"
    (request,) = [one for one in theirs(find(tmp_path, writer.name)) if one["WARC-Type"] == "request"]
    assert request["WARC-Concurrent-To"] == written.id
    assert request["WARC-Date"] == "2026-09-30T04:00:00.123456Z"


def theirs(path: Path) -> list[dict[str, str]]:
    """The headers of a file's records, as warcio reads and checks them."""
    records = []
    with path.open("rb") as file:
        for one in ArchiveIterator(file, check_digests="raise"):
            one.content_stream().read()
            records.append(dict(one.rec_headers.headers))
    return records


@pytest.mark.parametrize(
    ("response", "block", "truncated", "whole"),
    [
        pytest.param(answer(), answer(), None, True, id="as it came"),
        pytest.param(answer() + b"extra", answer(), None, False, id="bytes behind the end"),
        pytest.param(answer()[:-1], answer()[:-1], "disconnect", False, id="broken off"),
        pytest.param(b"HTTP/1.1 100 Go\r\n\r\n" + answer(), answer(), None, False, id="a 1xx head"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nisi\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\n\r\nisi",
            *(None, True),
            id="chunked",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nisi\r\n",
            b"HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\n\r\nisi",
            *("disconnect", False),
            id="chunks without the last one",
        ),
    ],
)
def test_the_length_on_the_wire_is_told_beside_what_is_stored(
    writer: WarcWriter, tmp_path: Path, response: bytes, block: bytes, truncated: str | None, whole: bool
) -> None:
    read = stored(writer, tmp_path, writer.write(exchange(response)))
    assert (read.block, read.wire_length, read.truncated) == (block, len(response), truncated)
    assert row(writer, read).received == len(response)
    assert payload_of(read, is_foreign=False).is_whole is whole


def test_the_clients_own_word_on_a_cut_answer_goes_first(writer: WarcWriter, tmp_path: Path) -> None:
    cut = Exchange("http://x/", REQUEST, answer()[:-1], NOW, truncated="time")
    assert stored(writer, tmp_path, writer.write(cut)).truncated == "time"


# Revisits


def test_the_same_payload_again_is_a_revisit_with_the_head_alone(writer: WarcWriter, tmp_path: Path) -> None:
    first = row(writer, writer.write(exchange(answer())))
    again = answer(b"isi", b'ETag: "2"')
    read = stored(writer, tmp_path, writer.write(exchange(again), earlier=first))
    assert (read.type, read.block) == ("revisit", again.removesuffix(b"isi"))
    assert read.payload_digest == first.payload_digest
    assert {name: read.header(name) for name in ("WARC-Profile", "WARC-Refers-To", "WARC-Refers-To-Date")} == {
        "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC-Refers-To": first.record_id,
        "WARC-Refers-To-Date": "2026-09-30T04:00:00.123456Z",
    }
    assert read.header("WARC-Refers-To-Target-URI") == first.url
    assert read.header("WARC-Payload-Digest") == first.payload_digest


def test_a_304_is_a_revisit_without_a_payload(writer: WarcWriter, tmp_path: Path) -> None:
    first = row(writer, writer.write(exchange(answer())))
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
    read = stored(writer, tmp_path, writer.write(exchange(unchanged), earlier=first))
    assert (read.type, read.block, read.header("WARC-Payload-Digest")) == ("revisit", unchanged, None)
    assert read.header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert (row(writer, read).status, row(writer, read).payload_digest) == (304, digest(b""))


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (answer(b"lain"), "another payload"),
        (answer()[:-1], "broken off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "empty"),
    ],
)
def test_what_only_looks_the_same_is_stored_itself(writer: WarcWriter, response: bytes, why: str) -> None:
    first = row(writer, writer.write(exchange(answer())))
    assert writer.write(exchange(response), earlier=first).type == "response", why
    assert writer.write(exchange(response)).type == "response"


def test_an_empty_answer_is_no_revisit_of_another_empty_one(writer: WarcWriter) -> None:
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    first = row(writer, writer.write(exchange(empty)))
    assert writer.write(exchange(empty), earlier=first).type == "response"


def test_warcio_finds_no_fault_with_any_of_these(writer: WarcWriter, tmp_path: Path) -> None:
    first = row(writer, writer.write(exchange(answer(gzip.compress(b"isi"), b"Content-Encoding: gzip"))))
    writer.write(exchange(answer(gzip.compress(b"isi"), b"Content-Encoding: gzip")), earlier=first)
    writer.write(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n"), earlier=first)
    writer.write(exchange(b"HTTP/1.1 200 OK\r\nX: Kaf\xe9\r\n\r\n\xff"))
    writer.write_account("urn:warta:failure", {"reason": "é"}, at=NOW)
    kinds = [one["WARC-Type"] for one in theirs(find(tmp_path, writer.name))]
    assert kinds == [
        "warcinfo",
        *("response", "request"),
        *("revisit", "request") * 2,
        "response",
        "request",
        "metadata",
    ]


@given(body=st.binary(max_size=500), head=st.binary(max_size=80))
def test_no_answer_makes_writing_raise_and_every_one_reads_back(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, head: bytes
) -> None:
    root = tmp_path_factory.mktemp("any")
    writer = WarcWriter(root, "site", info={})
    written = writer.write(exchange(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body))
    (sealed,) = writer.close()
    read = read_record(root / sealed.warc, written.offset)
    assert (read.block, read.length, read.wire_length) == (written.block, written.length, written.wire_length)


# Files


def test_a_new_file_takes_no_name_that_a_file_has_sealed_or_open(tmp_path: Path) -> None:
    writers = [WarcWriter(tmp_path, "site", info={}, max_file_bytes=1) for _ in range(2)]
    for _ in range(3):
        for writer in writers:
            writer.write(exchange(answer()))
    names = [sealed.warc for writer in writers for sealed in writer.close()]
    assert len(set(names)) == 6
    assert sorted(names) == sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.gz"))


def test_a_sealed_file_is_described_as_it_is(writer: WarcWriter, tmp_path: Path) -> None:
    writer.write(exchange(answer()))
    writer.write_account("urn:warta:run", {}, at=NOW)
    (sealed,) = writer.close()
    assert sealed == describe(tmp_path / sealed.warc, sealed.warc, 4)
    assert list(tmp_path.rglob("*.part")) == []


def part(root: Path, content: bytes) -> Path:
    path = root / "site/2026/x.warc.gz.part"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_part_beside_a_sealed_file_of_its_name_stays_as_it_is(tmp_path: Path) -> None:
    left = part(tmp_path, packed(record()) + b"cut")
    sealed = left.with_suffix("")
    sealed.write_bytes(b"another run's")
    with pytest.raises(FileExistsError) as error:
        recover(left)
    assert error.value.errno == errno.EEXIST
    assert (left.read_bytes(), sealed.read_bytes()) == (packed(record()) + b"cut", b"another run's")
    assert sorted(left.parent.iterdir()) == [sealed, left]


def test_a_tail_that_exists_is_kept_and_the_new_one_gets_a_number(tmp_path: Path) -> None:
    left = part(tmp_path, packed(record()) + b"baru")
    for name, content in (("x.warc.gz.tail", b"lama"), ("x.warc.gz.tail2", b"lebih lama")):
        left.with_name(name).write_bytes(content)
    recovered = recover(left)
    tails = {path.name: path.read_bytes() for path in left.parent.glob("*.tail*")}
    assert tails == {"x.warc.gz.tail": b"lama", "x.warc.gz.tail2": b"lebih lama", "x.warc.gz.tail3": b"baru"}
    assert recovered.tail is not None
    assert recovered.tail.name == "x.warc.gz.tail3"
    assert str(recovered) == (
        "x.warc.gz.part: 1 whole records kept, a cut tail of 4 bytes set aside in x.warc.gz.tail3."
    )


def test_a_tail_that_was_set_aside_before_a_crash_is_not_kept_twice(tmp_path: Path) -> None:
    left = part(tmp_path, packed(record()) + b"ekor")
    left.with_suffix(".tail").write_bytes(b"ekor")
    recover(left)
    assert [path.name for path in left.parent.glob("*.tail*")] == ["x.warc.gz.tail"]


def test_a_record_behind_a_damaged_one_is_kept_with_the_damage_before_it(tmp_path: Path) -> None:
    damaged = bytearray(packed(record()))
    damaged[40] ^= 0xFF
    left = part(tmp_path, packed(record()) + damaged + packed(record()))
    recovered = recover(left)
    assert recovered.tail is None
    assert recovered.sealed is not None
    assert recovered.sealed.records == 2
    assert (tmp_path / recovered.sealed.warc).read_bytes() == packed(record()) + damaged + packed(record())
