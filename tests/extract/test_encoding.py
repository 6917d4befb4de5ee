"""Bytes of a page become its text whatever charset they are in and whatever is said of it."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.extract.encoding import decode_page, markup_bytes

TEXT = "<p>Kafé ‘Résumé’ dibuka, 5€ — naïf</p>"
META = '<meta charset="{}">'
HTML = "text/html"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(TEXT.encode(), None, id="UTF-8, nothing said"),
        pytest.param(TEXT.encode(), "text/html; charset=utf-8", id="UTF-8, said"),
        pytest.param(TEXT.encode(), "text/html; charset=ISO-8859-1", id="UTF-8, Latin-1 said"),
        pytest.param((META.format("windows-1252") + TEXT).encode(), HTML, id="UTF-8, the page says another"),
        pytest.param(TEXT.encode("utf-8-sig"), "text/html; charset=iso-8859-1", id="UTF-8 with its mark"),
        pytest.param(TEXT.encode("windows-1252"), None, id="windows-1252, nothing said"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=windows-1252", id="windows-1252, said"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=ISO-8859-1", id="windows-1252 is web's Latin-1"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=nix-9", id="a charset that is none"),
        pytest.param((META.format("windows-1252") + TEXT).encode("windows-1252"), HTML, id="said by the page"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), None, id="UTF-16 by its mark"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "text/html; charset=utf-8", id="UTF-16 big end"),
        pytest.param(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), None, id="UTF-32 by its mark"),
    ],
)
def test_a_text_is_read_as_it_was_written(body: bytes, content_type: str | None) -> None:
    assert decode_page(body, content_type).rpartition(">\ufeff")[2].endswith(TEXT)


@pytest.mark.parametrize("said", [None, HTML, "text/html; charset=utf-8", "text/html; charset=ISO-8859-1"])
@pytest.mark.parametrize("broken", [b"\xe2\x80", b"\xff", b"\xc3"])
def test_a_broken_letter_costs_itself_alone(said: str | None, broken: bytes) -> None:
    """As where a program that counts bytes cut a text in the middle of a letter."""
    assert decode_page(TEXT.encode().replace(b"dibuka", b"dibuka " + broken), said) == TEXT.replace(
        "dibuka", "dibuka \ufffd"
    )


@pytest.mark.parametrize(
    "name",
    "base64 bz2 hex idna punycode quopri raw-unicode-escape rot-13 rot13 undefined unicode-escape uu zlib".split(),
)
@pytest.mark.parametrize("where", ["header", "page"])
def test_a_codec_that_is_no_charset_is_never_run(name: str, where: str) -> None:
    page = META.format(name) if where == "page" else ""
    body = (page + TEXT).encode("windows-1252")
    assert decode_page(body, f"text/html; charset={name}" if where == "header" else HTML).endswith(TEXT)


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(), st.text().map("text/html; charset={}".format)))
def test_no_bytes_and_no_charset_make_decoding_raise(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode_page(body, content_type), str)


@given(st.text(st.characters(codec="utf-8")), st.sampled_from([None, HTML, "text/html; charset=latin-1"]))
def test_whatever_is_written_in_utf_8_is_read_back(text: str, content_type: str | None) -> None:
    assert decode_page(text.encode(), content_type) == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kafé", "Kafé"),
        ("a\0b\x01c\x08d\x1fe", "abcde"),
        ("a\tb\nc\rd", "a\tb\nc\rd"),
        ("a\x0bb\x0cc", "a b c"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufffeb\uffffc", "abc"),
        ("a\ufffdb\U0001f4a1", "a\ufffdb\U0001f4a1"),
    ],
)
def test_what_no_tree_can_hold_is_left_out(text: str, kept: str) -> None:
    assert markup_bytes(text).decode() == kept


@given(st.text())
def test_a_tree_holds_whatever_is_kept(text: str) -> None:
    element = etree.Element("p")
    element.text = markup_bytes(text).decode()
