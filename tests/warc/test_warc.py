"""WARC files after a crash and after a failed write, and reading with a limit on size."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.warc.members import whole_members
from archive.warc.reader import WarcError, find, read_record
from archive.warc.sealing import recover
from archive.warc.writer import Exchange, WarcWriter

NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)


def exchange(body: bytes, head: bytes = b"") -> Exchange:
    answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body
    return Exchange("http://x/", b"GET / HTTP/1.1\r\n\r\n", answer, NOW, "127.0.0.1")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[WarcWriter]:
    writer = WarcWriter(tmp_path, "site", info={"software": "warta"})
    yield writer
    writer.close()


def test_a_file_cut_anywhere_keeps_its_whole_records_and_names_the_tail(writer: WarcWriter, tmp_path: Path) -> None:
    first, last = writer.write(exchange(b"satu")), writer.write(exchange(b"dua"))
    whole = find(tmp_path, writer.name).read_bytes()
    for cut in range(last.offset + 1, len(whole), 7):
        part = tmp_path / f"site/2026/cut-{cut}.warc.gz.part"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(whole[:cut])
        recovered = recover(part)
        assert recovered.sealed is not None
        assert recovered.sealed.records == 3 + (cut >= last.offset + last.length)  # warcinfo, two of the first, …
        kept = (tmp_path / recovered.sealed.warc).read_bytes()
        assert kept + (recovered.tail.read_bytes() if recovered.tail else b"") == whole[:cut]
        assert read_record(tmp_path / recovered.sealed.warc, first.offset).body().content == b"satu"
        assert not part.exists()


@pytest.mark.parametrize("at_once", [1, 2, 7, 11, 13, 64, 1 << 16])
def test_whole_records_are_found_wherever_what_is_read_at_once_ends(
    writer: WarcWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("archive.warc.members._READ_BYTES", at_once)
    stored = [writer.write(exchange(b"isi %d" % n)) for n in range(5)]
    path = find(tmp_path, writer.name)
    members = list(whole_members(path))
    assert [stored_at.offset for stored_at in stored] == [offset for offset, _ in members][1::2]
    assert sum(length for _, length in members) == path.stat().st_size


def test_a_file_without_a_whole_record_leaves_only_its_tail(tmp_path: Path) -> None:
    part = tmp_path / "site/2026/x.warc.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\x1f\x8b not whole")
    recovered = recover(part)
    assert recovered.sealed is None
    assert recovered.tail is not None
    assert recovered.tail.read_bytes() == b"\x1f\x8b not whole"


def test_a_failed_write_leaves_whole_records_and_the_next_write_works(
    writer: WarcWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write(exchange(b"satu"))
    with monkeypatch.context() as patched:
        patched.setattr("archive.warc.writer.os.fsync", _full)
        with pytest.raises(OSError, match="No space"):
            writer.write(exchange(b"dua"))
    third = writer.write(exchange(b"tiga"))
    (sealed,) = writer.close()
    assert sealed.records == 5
    assert read_record(tmp_path / sealed.warc, third.offset).body().content == b"tiga"


def _full(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_body_that_expands_beyond_the_bound_is_refused(writer: WarcWriter, tmp_path: Path) -> None:
    bomb = gzip.compress(b"0" * 3_000_000)
    stored = writer.write(exchange(bomb, b"Content-Encoding: gzip\r\n"))
    record = read_record(find(tmp_path, writer.name), stored.offset)
    assert len(record.body().content) == 3_000_000
    with pytest.raises(WarcError, match="larger than 1,000 bytes"):
        record.body(max_bytes=1000)


@pytest.mark.parametrize("offset", [1, 10**9])
def test_an_offset_without_a_record_is_a_clear_error(writer: WarcWriter, tmp_path: Path, offset: int) -> None:
    writer.write(exchange(b"satu"))
    with pytest.raises(WarcError):
        read_record(find(tmp_path, writer.name), offset)
    with pytest.raises(WarcError, match="missing"):
        find(tmp_path, "nowhere.warc.gz")
