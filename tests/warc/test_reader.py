"""Records as they are read back, of any writer's files: whole and digest-true, or a named error."""

from __future__ import annotations

import base64
import gzip
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.warc import reader
from archive.warc.members import digest, walk
from archive.warc.reader import UndecodableError, WarcError, read_record
from tests.support.warc_records import ANSWER, packed, record


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.warc.gz"


# Whole records


def test_a_record_is_read_with_all_that_its_head_says(file: Path) -> None:
    file.write_bytes(packed(record(kind="warcinfo"), record(ANSWER, "WARC-Truncated: disconnect")))
    offset = len(packed(record(kind="warcinfo")))
    read = read_record(file, offset)
    assert (read.type, read.url, read.id) == ("response", "http://x/berita/1", "<urn:uuid:1>")
    assert (read.date, read.offset, read.length) == (
        datetime(2026, 9, 30, 4, tzinfo=UTC),
        offset,
        file.stat().st_size - offset,
    )
    assert (read.head.status, read.body().content, read.truncated) == (200, b"<p>Kabar Kuaro</p", "disconnect")


@pytest.mark.parametrize("version", ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"])
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\n", b"\r\n\r\n", b"\n\n", b"\r\n\r\n\r\n"])
def test_a_record_ends_in_none_to_three_line_ends(file: Path, version: str, end: bytes) -> None:
    file.write_bytes(packed(record(version=version, end=end)) * 2)
    assert read_record(file, 0).block == ANSWER
    assert [member.whole for member in walk(file)] == [True, True]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://x/a", "http://x/a"),
        ("<http://x/a>", "http://x/a"),
        ("  http://x/a ", "http://x/a"),
        ("HTTP://X/a", "HTTP://X/a"),
        ("http://x/a>b", "http://x/a>b"),
        ("http://x/kafé", "http://x/kafé"),
    ],
)
def test_an_address_is_read_without_the_brackets_that_wget_writes(file: Path, written: str, url: str) -> None:
    file.write_bytes(packed(record(url=written)))
    assert read_record(file, 0).url == url


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026", "2026-01-01T00:00:00+00:00"),
        ("2026-09", "2026-09-01T00:00:00+00:00"),
        ("2026-09-30", "2026-09-30T00:00:00+00:00"),
        ("2026-09-30T04:05Z", "2026-09-30T04:05:00+00:00"),
        ("2026-09-30T04:05:06Z", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30T04:05:06.7Z", "2026-09-30T04:05:06.700000+00:00"),
        ("2026-09-30T04:05:06.123456Z", "2026-09-30T04:05:06.123456+00:00"),
        ("2026-09-30T04:05:06.123456789Z", "2026-09-30T04:05:06.123456+00:00"),
        ("2026-09-30T12:05:06+08:00", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30T12:05:06+0800", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30T04:05:06", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30 04:05:06", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30 04:05:06 UTC", "2026-09-30T04:05:06+00:00"),
        ("2026-09-30t04:05:06,5z", "2026-09-30T04:05:06.500000+00:00"),
        ("20260930040506", "2026-09-30T04:05:06+00:00"),
        ("1990", "1990-01-01T00:00:00+00:00"),
        ("2200-12-31T23:59:59Z", "2200-12-31T23:59:59+00:00"),
    ],
)
def test_dates_of_every_precision_are_read(file: Path, text: str, moment: str) -> None:
    file.write_bytes(packed(record(date=text)))
    assert read_record(file, 0).date.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "kemarin", "20261330040506", "202609300405", "2026-13", "2026-02-30", "2026-09-30T25:00Z", "2026-9-3"),
        *(
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "0000",
            "1989-12-31T23:59:59Z",
            "1990-01-01T00:00+08:00",
        ),
        *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "2201-01-01T00:00:00Z", "2200-12-31T23:59:59-01:00"),
        *("2026-09-30T04:05:06+99:00", "2026-09-30T04:05:06+99999999999999999999", "-2026-09-30T04:05:06Z"),
        *("2026-09-30 04:05:06 WIB", "Wed, 30 Sep 2026 04:05:06 GMT", "9" * 5000),
    ],
)
def test_a_date_that_is_none_makes_the_record_an_error(file: Path, text: str) -> None:
    file.write_bytes(packed(record(date=text)))
    with pytest.raises(WarcError, match="its date is none"):
        read_record(file, 0)


def sha(kind: str, *, hexadecimal: bool) -> str:
    hashed = hashlib.new(kind, ANSWER).digest()
    return hashed.hex() if hexadecimal else base64.b32encode(hashed).decode()


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("hexadecimal", [True, False])
def test_digests_in_hex_and_base_32_are_checked(file: Path, kind: str, hexadecimal: bool) -> None:
    right = sha(kind, hexadecimal=hexadecimal)
    for told in (right, right.upper(), right.lower(), right.rstrip("=")):
        file.write_bytes(packed(record(ANSWER, f"WARC-Block-Digest: {kind}:{told}")))
        assert read_record(file, 0).block == ANSWER
    wrong = ("A" if right[0] in "bB" else "B") + right[1:]
    file.write_bytes(packed(record(ANSWER, f"WARC-Block-Digest: {kind}:{wrong}")))
    with pytest.raises(WarcError, match="its digest is not what its head says"):
        read_record(file, 0)


def test_a_digest_of_a_kind_that_nobody_here_reckons_is_passed_over(file: Path) -> None:
    file.write_bytes(packed(record(ANSWER, "WARC-Block-Digest: blake3:ABC")))
    assert read_record(file, 0).block == ANSWER


# What is no whole record


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "the file ends there", id="an empty file"),
        pytest.param(packed(record())[:-1], "the file ends within it", id="a cut member"),
        pytest.param(packed(record())[:12], "the file ends within it", id="a member cut at its beginning"),
        pytest.param(record(), "its bytes are damaged", id="a plain record"),
        pytest.param(packed(b"halo"), "it has no head", id="text that is no record"),
        pytest.param(packed(b""), "it has no head", id="an empty member"),
        pytest.param(packed(b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), "no head of a WARC record", id="HTTP"),
        pytest.param(packed(record(version="WARC/2.0")), "no head of a WARC record", id="an unknown version"),
        pytest.param(packed(b"WARC/1.1\r\nWARC-Type: response\r\n\r\nx"), "no head of a WARC record", id="no length"),
        pytest.param(packed(record(length=len(ANSWER) + 9)), "its length is not", id="shorter than its head says"),
        pytest.param(packed(record(length=len(ANSWER) - 1)), "its length is not", id="longer than its head says"),
        pytest.param(packed(record() + record()), "its length is not", id="two records in one member"),
        pytest.param(packed(record(end=b"\n" * 17)), "its length is not", id="line ends without end"),
        pytest.param(packed(record(length=10**30)), "no head of a WARC record", id="a length beyond all measure"),
        pytest.param(packed(record() + b"\0"), "its length is not", id="a byte behind the record"),
    ],
)
def test_what_is_no_whole_record_is_an_error_that_says_why(file: Path, content: bytes, why: str) -> None:
    file.write_bytes(content)
    with pytest.raises(WarcError, match=why):
        read_record(file, 0)


def test_a_head_that_never_ends_is_not_read_for_ever(file: Path) -> None:
    file.write_bytes(gzip.compress(b"WARC/1.1\r\nX: " + bytes(8 << 20)))
    with pytest.raises(WarcError, match="its head has no end"):
        read_record(file, 0)


GZIP_HEAD = 10
MEANINGLESS = {3: "FTEXT", **dict.fromkeys(range(4, 8), "MTIME"), 8: "XFL", 9: "OS"}
"""Bytes of a gzip member's head that say nothing of what the member holds (RFC 1952, 2.3.1): of the flags FTEXT
alone, a time, and how and on what system it was packed."""


def test_no_flipped_bit_gives_another_record_without_an_error(file: Path) -> None:
    """CRC-32 finds every single bit in the content; the block's digest guards it once more."""
    whole = packed(record(ANSWER, f"WARC-Block-Digest: {digest(ANSWER)}"))
    file.write_bytes(whole)
    right = read_record(file, 0)
    unseen = set()
    for place in range(len(whole)):
        every = range(8) if place < GZIP_HEAD else [place % 8]
        for bit in every:
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            file.write_bytes(changed)
            try:
                read = read_record(file, 0)
            except WarcError:
                continue
            assert read == right, (place, bit)
            unseen.add((place, 1 << bit) if place == 3 else (place, 0))
    assert unseen <= {(place, 1 if place == 3 else 0) for place in MEANINGLESS}


def test_a_file_cut_at_any_byte_is_an_error(file: Path) -> None:
    whole = packed(record())
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        with pytest.raises(WarcError):
            read_record(file, 0)


def test_an_oversized_block_is_read_as_far_as_its_head(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BLOCK_BYTES", 1000)
    block = ANSWER + bytes(5000)
    file.write_bytes(packed(record(block, f"WARC-Block-Digest: {digest(block)}")))
    read = read_record(file, 0)
    assert (read.is_cut, read.head.status, len(read.block)) == (True, 200, 1000)
    with pytest.raises(UndecodableError, match="more than 1,000 bytes"):
        read.body()
    file.write_bytes(packed(record(block, f"WARC-Block-Digest: {digest(block[:1000])}")))
    with pytest.raises(WarcError, match="digest"):
        read_record(file, 0)
