"""Records of captures, what they hold, and the way through a file with damage in it."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.warc.capture import Capture, capture_of
from archive.warc.members import walk, whole_members
from archive.warc.reader import WarcError, find, payload_of, read_captured, read_record
from tests.support.warc_records import ANSWER, packed, record


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.warc.gz"


# Captures


def captured(file: Path, content: bytes) -> Capture:
    """The capture of the first record of a file with this content."""
    file.write_bytes(content)
    return capture_of(read_record(file, 0), site="x", warc=file.name)


def test_the_record_of_a_capture_is_found_sealed_or_still_being_written(file: Path) -> None:
    capture = captured(file, packed(record()))
    assert read_captured(file.parent, capture).block == ANSWER
    file.rename(f"{file}.part")
    assert read_captured(file.parent, capture).block == ANSWER
    Path(f"{file}.part").unlink()
    with pytest.raises(WarcError, match=r"The WARC file x.warc.gz is missing"):
        find(file.parent, capture.warc)


@pytest.mark.parametrize(
    "other",
    [
        record().replace(b"<urn:uuid:1>", b"<urn:uuid:2>"),
        record(kind="request"),
        record(kind="metadata"),
    ],
)
def test_another_record_in_a_captures_place_is_an_error(file: Path, other: bytes) -> None:
    capture = captured(file, packed(record()))
    file.write_bytes(packed(other))
    with pytest.raises(WarcError, match="has another record at 0"):
        read_captured(file.parent, capture)


@pytest.mark.parametrize(
    ("block", "fields", "foreign", "broken", "endless"),
    [
        pytest.param(ANSWER, (), False, False, False, id="whole"),
        pytest.param(ANSWER, ("WARC-Truncated: disconnect",), False, True, False, id="broken off"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nabc", (), False, False, True, id="no end announced"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nabc", (), True, False, False, id="other programs drop headers"),
        pytest.param(ANSWER, (f"Warta-Wire-Length: {len(ANSWER) + 9}",), False, False, True, id="more than announced"),
        pytest.param(ANSWER, ("Warta-Wire-Length: " + "9" * 40,), False, False, False, id="a length that is none"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"abc"),
            ("WARC-Truncated: disconnect",),
            *(False, False, False),
            id="a coding that ends itself",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"abc")[:-9],
            (),
            *(True, True, False),
            id="a coding that is cut",
        ),
    ],
)
def test_a_payload_says_whether_it_is_whole(
    file: Path, block: bytes, fields: tuple[str, ...], foreign: bool, broken: bool, endless: bool
) -> None:
    file.write_bytes(packed(record(block, *fields)))
    payload = payload_of(read_record(file, 0), is_foreign=foreign)
    assert (payload.is_broken, payload.is_endless) == (broken, endless)
    assert payload.is_whole is not (broken or endless)


# Walking through a file


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walk") / "x.warc.gz"


JUNK = st.one_of(
    st.binary(min_size=1, max_size=300),
    st.sampled_from([b"\x1f\x8b\x08", packed(b"bukan"), packed(record())[:-9], packed(record(length=1)), record()]),
)


@given(parts=st.lists(st.one_of(st.integers(min_value=0, max_value=300), JUNK), max_size=8))
def test_whatever_stands_between_them_exactly_the_whole_records_are_found(
    scratch: Path, parts: list[int | bytes]
) -> None:
    """A number stands for a record with a body of so many bytes, bytes for themselves."""
    content, expected = b"", []
    for part in parts:
        stored = part if isinstance(part, bytes) else packed(record(ANSWER + b"y" * part))
        if not isinstance(part, bytes):
            expected.append((len(content), len(stored)))
        content += stored
    scratch.write_bytes(content)
    found = list(walk(scratch))
    assert [(member.offset, member.length) for member in found if member.whole] == expected
    assert [member.offset for member in found] == [
        sum(member.length for member in found[:number]) for number in range(len(found))
    ]
    assert sum(member.length for member in found) == len(content)


@given(sizes=st.lists(st.integers(min_value=0, max_value=300), min_size=1, max_size=8))
def test_records_are_found_where_warcio_and_fastwarc_find_them(scratch: Path, sizes: list[int]) -> None:
    content = packed(*(record(ANSWER + b"y" * size) for size in sizes))
    scratch.write_bytes(content)
    offsets = [offset for offset, _ in whole_members(scratch)]
    theirs = ArchiveIterator(BytesIO(content), no_record_parse=True)
    assert offsets == [theirs.get_record_offset() for _ in theirs]
    fast = FastIterator(BytesIO(content), record_types=WarcRecordType.response, parse_http=False)
    assert offsets == [one.stream_pos for one in fast]
    assert [read_record(scratch, offset).block for offset in offsets] == [ANSWER + b"y" * size for size in sizes]


def test_a_part_of_a_file_is_walked_from_where_a_record_begins_to_where_one_ends(file: Path) -> None:
    one = packed(record())
    file.write_bytes(one * 2 + b"rusak" + one * 2)
    assert [(m.offset, m.whole) for m in walk(file, start=len(one), end=2 * len(one) + 5)] == [
        (len(one), True),
        (2 * len(one), False),
    ]
