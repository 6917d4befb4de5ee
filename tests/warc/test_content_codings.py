"""Content codings of a stored body (RFC 9110, 8.4): taken off, cut, damaged, named wrongly, and bombs."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.http_message import Body, CodingError, Head, decoded, gunzipped
from tests.warc.test_http_message import PAGE, chunked


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda content: bytes(brotli.compress(content, quality=1)),
    "zstd": zstandard.compress,
}


def named(*codings: str) -> Head:
    return Head(200, [("Content-Encoding", coding) for coding in codings])


@pytest.mark.parametrize("codings", [(coding,) for coding in ENCODERS] + [("gzip", "br"), ("zstd", "deflate", "gzip")])
def test_every_coding_is_taken_off_the_last_one_first(codings: tuple[str, ...]) -> None:
    body = PAGE
    for coding in codings:
        body = ENCODERS[coding](body)
    for head in (named(*codings), named(", ".join(codings)), named(", ".join(codings).upper())):
        assert decoded(head, body) == Body(PAGE, whole=True, ends_itself=True)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", gzip.compress(PAGE[:9]) + gzip.compress(PAGE[9:]), id="two gzip members"),
        pytest.param("gzip", gzip.compress(b"") + gzip.compress(PAGE), id="an empty gzip member"),
        pytest.param("gzip", gzip.compress(PAGE) + b"\0" * 20, id="noughts behind a gzip member"),
        pytest.param("gzip", gzip.compress(PAGE) + b"<!-- cache -->", id="text behind a gzip member"),
        pytest.param("deflate", raw_deflate(PAGE), id="deflate without zlib's head"),
        pytest.param("deflate", zlib.compress(PAGE) + b"more", id="bytes behind a deflate stream"),
        pytest.param("zstd", zstandard.compress(PAGE[:9]) + zstandard.compress(PAGE[9:]), id="two zstd frames"),
        pytest.param("zstd", b"\x50\x2a\x4d\x18\4\0\0\0info" + zstandard.compress(PAGE), id="a frame to be skipped"),
        pytest.param("zstd", zstandard.compress(PAGE) + b"more", id="bytes behind a zstd frame"),
    ],
)
def test_streams_of_several_parts_are_read_whole(coding: str, body: bytes) -> None:
    assert decoded(named(coding), body) == Body(PAGE, whole=True, ends_itself=True)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_coding_that_is_named_and_was_not_applied_is_passed_over(coding: str) -> None:
    assert decoded(named(coding), PAGE) == Body(PAGE, whole=True)


@pytest.mark.parametrize("name", ["utf-8", "identity", "", "none", "text/html", "binary"])
def test_a_name_that_is_no_coding_is_passed_over(name: str) -> None:
    assert decoded(named(name), PAGE) == Body(PAGE, whole=True)
    assert decoded(named(f"{name}, gzip"), gzip.compress(PAGE)).content == PAGE


@pytest.mark.parametrize("name", ["compress", "x-compress", "sdch", "exi", "dcb", "dcz", "aes128gcm", "pack200-gzip"])
def test_a_coding_that_nobody_here_reads_is_named(name: str) -> None:
    with pytest.raises(CodingError, match=f"coded with {name}"):
        decoded(named("gzip", name.upper()), b"\1\2\3")


@pytest.mark.parametrize("coding", list(ENCODERS))
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_stream_gives_what_came_and_is_not_whole(coding: str, kept: float) -> None:
    content = b"".join(b"Alinea ke-%d. " % (n * 7919 % 997) for n in range(400))
    stream = ENCODERS[coding](content)
    body = decoded(named(coding), stream[: int(len(stream) * kept)])
    assert content.startswith(body.content)
    assert (body.whole, body.ends_itself) == (False, False)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff", id="gzip's beginning alone"),
        pytest.param("gzip", gzip.compress(PAGE)[:-8] + b"\0" * 8, id="a wrong checksum"),
        pytest.param("zstd", b"\x28\xb5\x2f\xfd" + b"\xff" * 40, id="zstd's beginning alone"),
        pytest.param("br", b"\x8b\x00\x01\xff\xfe\xfd" * 9, id="binary data named br"),
        pytest.param("deflate", b"\xff\x00\x01\xff\xfe\xfd" * 9, id="binary data named deflate"),
    ],
)
def test_a_damaged_stream_is_an_error_and_no_text(coding: str, body: bytes) -> None:
    with pytest.raises(CodingError, match=f"{coding} stream is damaged"):
        decoded(named(coding), body)


def test_chunk_framing_that_another_program_left_is_taken_off_where_it_is() -> None:
    head = Head(200, [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")])
    assert decoded(head, chunked(gzip.compress(PAGE))).content == PAGE
    assert decoded(head, gzip.compress(PAGE)).content == PAGE
    plain = Head(200, [("Transfer-Encoding", "chunked")])
    assert decoded(plain, b"3\r\nabc\r\n") == Body(b"abc", whole=False)
    assert decoded(plain, PAGE) == Body(PAGE, whole=True)


@pytest.mark.parametrize("coding", list(ENCODERS))
def test_a_bomb_is_refused_before_it_fills_the_memory(coding: str) -> None:
    bomb = ENCODERS[coding](bytes(100 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(CodingError, match="larger than 1,000 bytes"):
            decoded(named(coding), bomb, max_bytes=1000)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_a_bomb_in_a_bomb_and_a_large_plain_body_are_refused() -> None:
    with pytest.raises(CodingError, match="larger than 1,000 bytes"):
        decoded(named("gzip", "gzip"), gzip.compress(gzip.compress(bytes(1 << 20))), max_bytes=1000)
    with pytest.raises(CodingError, match="larger than 1,000 bytes"):
        decoded(Head(200, []), b"x" * 1001, max_bytes=1000)


def test_a_file_that_is_gzip_itself_is_unpacked_and_any_other_left() -> None:
    assert gunzipped(gzip.compress(PAGE)) == PAGE
    assert gunzipped(PAGE) == PAGE


@given(st.binary(), st.lists(st.sampled_from(list(ENCODERS)), max_size=4))
def test_whatever_is_coded_however_often_reads_back(content: bytes, codings: list[str]) -> None:
    body = content
    for coding in codings:
        body = ENCODERS[coding](body)
    assert decoded(named(*codings), body) == Body(content, True, bool(codings))


@given(st.binary(min_size=1), st.lists(st.sampled_from(list(ENCODERS)), min_size=1, max_size=3), st.data())
def test_a_stack_of_streams_cut_anywhere_is_never_taken_for_whole(
    content: bytes, codings: list[str], data: st.DataObject
) -> None:
    """Only the last bytes of an outer stream can be missing without loss; and what is cut so short that nothing shows
    its coding any more is passed on as it came."""
    body = content
    for coding in codings:
        body = ENCODERS[coding](body)
    cut = body[: data.draw(st.integers(min_value=1, max_value=len(body) - 1))]
    try:
        read = decoded(named(*codings), cut)
    except CodingError:
        return
    assert not read.whole or read.content in (content, cut)
    assert not read.ends_itself or read.content == content
    assert len(codings) > 1 or not read.ends_itself


@given(st.binary(max_size=2000), st.lists(st.sampled_from([*ENCODERS, "utf-8", "compress"]), max_size=3))
def test_no_body_makes_decoding_raise_anything_else(body: bytes, codings: list[str]) -> None:
    with suppress(CodingError):
        decoded(named(*codings), body)


@pytest.mark.parametrize("named", ["br", "deflate", "zstd", "gzip", "x-gzip"])
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_stream_with_a_signature_is_decoded_whatever_is_named(named: str, pack: Callable[[bytes], bytes]) -> None:
    body = decoded(Head(200, [("Content-Encoding", named)]), pack(b"<p>Kabar</p>"))
    assert (body.content, body.whole) == (b"<p>Kabar</p>", True)


@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=utf-8", "application/rss+xml", "application/json"])
def test_a_text_that_is_packed_without_a_word_is_decoded(kind: str) -> None:
    assert decoded(Head(200, [("Content-Type", kind)]), gzip.compress(b"<p>Kabar</p>")).content == b"<p>Kabar</p>"


@pytest.mark.parametrize("kind", ["application/gzip", "application/octet-stream", ""])
def test_a_file_that_is_packed_stays_so(kind: str) -> None:
    packed = gzip.compress(b"kabar")
    assert decoded(Head(200, [("Content-Type", kind)]), packed).content == packed
