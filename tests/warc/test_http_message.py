"""An HTTP answer's head and framing, as RFC 9112 says and as servers get them wrong."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.bufferedreaders import ChunkedDataReader

from archive.warc.http_message import Head, announces_end, content_length, dechunked, parse_head, unframed

PAGE = b"<html><p>Bupati Paser membuka pasar.</p></html>"


def chunked(content: bytes, size: int = 7) -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


# Heads


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 200 OK", 200),
        (b"HTTP/1.1 200", 200),
        (b"HTTP/1.0 404 Not Found", 404),
        (b"http/1.1 410 Gone", 410),
        (b"HTTP/2 200", 200),
        (b"HTTP/1.1   301 Moved", 301),
        (b"HTTP/1.1 2000 OK", None),
        (b"HTTP/1.1 20 OK", None),
        (b"HTTP/1.1 OK", None),
        (b"ICY 200 OK", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_status_is_the_three_digits_of_the_first_line(line: bytes, status: int | None) -> None:
    assert parse_head(line + b"\r\nServer: x\r\n\r\n").status == status


@pytest.mark.parametrize(
    ("lines", "headers"),
    [
        (b"Server: nginx\r\n", [("Server", "nginx")]),
        (b'Server:nginx\r\nETag : "1" \r\n', [("Server", "nginx"), ("ETag", '"1"')]),
        (b"Server: a\nETag: b\n", [("Server", "a"), ("ETag", "b")]),
        (b"Link: a,\r\n b,\r\n\tc\r\n", [("Link", "a, b, c")]),
        (b"Transfer-Encoding:\r\n chunked\r\n", [("Transfer-Encoding", "chunked")]),
        (b" first: line\r\nServer: a\r\n", [("first", "line"), ("Server", "a")]),
        (b"X-Kota: Kaf\xe9\r\n", [("X-Kota", "Kafé")]),
        (b"no header\r\nServer: a\r\n", [("Server", "a")]),
        (b"Via: a\r\nVia: b\r\n", [("Via", "a"), ("Via", "b")]),
        (b"Location: http://x/a:b\r\n", [("Location", "http://x/a:b")]),
    ],
)
def test_headers_are_read_folded_lines_and_all(lines: bytes, headers: list[tuple[str, str]]) -> None:
    assert parse_head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\nBody: none") == Head(200, headers)


def test_a_head_without_its_end_is_read_as_far_as_it_came() -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\nServer: ngi")
    assert (head.status, head.get("server"), head.get("Date")) == (200, "ngi", None)


@given(st.binary())
def test_no_bytes_make_reading_a_head_raise(message: bytes) -> None:
    parse_head(message)
    unframed(message)


# Framing: where an answer ends


@pytest.mark.parametrize(
    ("head", "body", "content", "whole"),
    [
        pytest.param(b"", b"abc", b"abc", True, id="no end announced"),
        pytest.param(b"Content-Length: 3\r\n", b"abc", b"abc", True, id="as long as announced"),
        pytest.param(b"Content-Length: 9\r\n", b"abc", b"abc", False, id="cut off"),
        pytest.param(b"Content-Length: 3\r\n", b"abcdef", b"abc", True, id="bytes behind the end"),
        pytest.param(b"Content-Length: 0\r\n", b"abc", b"", True, id="announced as empty"),
        pytest.param(b"Content-Length: 3, 3\r\n", b"abcd", b"abc", True, id="one length said twice"),
        pytest.param(b"Content-Length: 3\r\nContent-Length: 3\r\n", b"abcd", b"abc", True, id="in two headers"),
        pytest.param(b"Content-Length: 2\r\nContent-Length: 9\r\n", b"abcd", b"abcd", True, id="lengths that differ"),
        pytest.param(b"Content-Length: tiga\r\n", b"abc", b"abc", True, id="a length that is none"),
        pytest.param(b"Content-Length: -1\r\n", b"abc", b"abc", True, id="a negative length"),
        pytest.param(b"Content-Length: %d\r\n" % 10**20, b"abc", b"abc", True, id="a length beyond all measure"),
        pytest.param("Content-Length: ٣\r\n".encode(), b"abc", b"abc", True, id="digits of another script"),
    ],
)
def test_the_length_tells_where_an_answer_ends(head: bytes, body: bytes, content: bytes, whole: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n"
    assert unframed(head + body) == (head, content, whole)


@pytest.mark.parametrize(
    ("body", "content", "whole"),
    [
        pytest.param(b"3\r\nabc\r\n0\r\n\r\n", b"abc", True, id="as the standard says"),
        pytest.param(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", b"abcdefg", True, id="two chunks"),
        pytest.param(b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789", True, id="size in capitals"),
        pytest.param(b"003\r\nabc\r\n000\r\n\r\n", b"abc", True, id="noughts before the size"),
        pytest.param(b"3;name=value\r\nabc\r\n0;last\r\n\r\n", b"abc", True, id="extensions"),
        pytest.param(b"3  \r\nabc\r\n0\r\n\r\n", b"abc", True, id="spaces behind the size"),
        pytest.param(b"3\nabc\n0\n\n", b"abc", True, id="line feeds alone"),
        pytest.param(b"3\r\nabc\r\n0\r\nExpires: now\r\n\r\n", b"abc", True, id="trailers"),
        pytest.param(b"3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK", b"abc", True, id="bytes behind the last chunk"),
        pytest.param(b"3\r\nabc\r\n0\r\n", b"abc", True, id="last chunk without the empty line"),
        pytest.param(b"0\r\n\r\n", b"", True, id="empty"),
        pytest.param(b"3\r\nabc\r\n", b"abc", False, id="last chunk missing"),
        pytest.param(b"9\r\nabc", b"abc", False, id="cut within a chunk"),
        pytest.param(b"3\r\nabc\r\n9", b"abc", False, id="cut within a size"),
        pytest.param(b"3\r\nabcdef\r\n0\r\n\r\n", b"abc", False, id="a chunk longer than its size"),
        pytest.param(b"xyz\r\nabc\r\n0\r\n\r\n", b"", False, id="a size that is none"),
        pytest.param(b"-3\r\nabc\r\n0\r\n\r\n", b"", False, id="a negative size"),
        pytest.param(b"", b"", False, id="nothing came"),
    ],
)
def test_chunk_framing_is_taken_off_and_what_is_cut_kept(body: bytes, content: bytes, whole: bool) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n" + body
    head = b"HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-Encoding: chunked\r\nServer: x\r\n\r\n"
    assert unframed(answer) == (head, content, whole)


@pytest.mark.parametrize(
    ("head", "stored"),
    [
        (b"Transfer-Encoding: chunked", b"X-Archive-Orig-Transfer-Encoding: chunked"),
        (b"transfer-encoding:CHUNKED", b"X-Archive-Orig-transfer-encoding:CHUNKED"),
        (b"Transfer-Encoding: gzip, chunked", b"X-Archive-Orig-Transfer-Encoding: gzip, chunked"),
        (b"Transfer-Encoding:\r\n chunked", b"X-Archive-Orig-Transfer-Encoding:\r\n chunked"),
        (
            b"Content-Length: 1\r\nTransfer-Encoding: chunked",
            b"Content-Length: 1\r\nX-Archive-Orig-Transfer-Encoding: chunked",
        ),
    ],
)
def test_the_header_of_chunk_framing_gets_another_name_and_nothing_else_changes(head: bytes, stored: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-Note: chunked\r\n" + head + b"\r\n\r\n" + chunked(PAGE)
    assert unframed(answer) == (b"HTTP/1.1 200 OK\r\nX-Note: chunked\r\n" + stored + b"\r\n\r\n", PAGE, True)


def test_a_header_of_another_name_that_says_chunked_means_nothing() -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert unframed(answer)[1] == b"3\r\nabc\r\n0\r\n\r\n"


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_that_has_no_body_has_none_whatever_comes_behind_it(status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\n"
    assert unframed(head + b"abc") == (head, b"", True)
    assert unframed(head) == (head, b"", True)


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"])
def test_interim_heads_are_dropped(interim: bytes) -> None:
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    assert unframed(interim + interim + final + b"abc") == (final, b"abc", True)
    assert unframed(interim) == (interim, b"", True)


@pytest.mark.parametrize(
    ("headers", "length", "announced"),
    [
        ([("content-length", " 7 ")], 7, True),
        ([("Content-Length", "7"), ("Content-Length", "8")], None, False),
        ([("X-Archive-Orig-Transfer-Encoding", "chunked")], None, True),
        ([], None, False),
    ],
)
def test_an_answer_says_where_it_ends_by_its_length_or_its_chunks(
    headers: list[tuple[str, str]], length: int | None, announced: bool
) -> None:
    assert content_length(Head(200, headers)) == length
    assert announces_end(Head(200, headers)) is announced


@given(st.binary(), st.integers(min_value=1, max_value=20))
def test_any_chunked_body_is_read_as_warcio_reads_it(content: bytes, size: int) -> None:
    framed = chunked(content, size)
    assert dechunked(framed) == (content, True)
    assert ChunkedDataReader(BytesIO(framed)).read(len(framed) + 1) == content[: len(framed) + 1]


@given(st.binary(min_size=1), st.integers(min_value=1, max_value=20), st.data())
def test_a_chunked_body_cut_before_its_last_chunk_is_never_whole(
    content: bytes, size: int, data: st.DataObject
) -> None:
    framed = chunked(content, size)
    cut = data.draw(st.integers(min_value=0, max_value=len(framed) - len(b"0\r\n\r\n")))
    came, whole = dechunked(framed[:cut])
    assert content.startswith(came)
    assert not whole
