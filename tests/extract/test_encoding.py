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


JAPANESE = "<p>東京の記者が町を訪れた。カフェ</p>"
CHINESE = "<p>记者今天访问了这座城市。</p>"
DECLARATION = '<?xml version="1.0" encoding="{}"?><rss><title>Kafé</title></rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(JAPANESE.encode("iso2022_jp"), "text/html; charset=iso-2022-jp", id="ISO-2022-JP, said"),
        pytest.param(JAPANESE.encode("iso2022_jp"), None, id="ISO-2022-JP by its escape sequences"),
        pytest.param((META.format("iso-2022-jp") + JAPANESE).encode("iso2022_jp"), HTML, id="ISO-2022-JP by meta"),
        pytest.param(JAPANESE.encode("cp932"), "text/html; charset=x-sjis", id="a browser's label for Shift_JIS"),
        pytest.param(
            (META.format("shift_jis") + JAPANESE).encode("cp932"),
            "text/html; charset=iso-8859-1",
            id="the page knows better than the server's default",
        ),
        pytest.param(JAPANESE.encode("euc_jp"), "text/html; charset=x-euc-jp", id="a browser's label for EUC-JP"),
        pytest.param(JAPANESE.encode(), "text/html; charset=iso-2022-jp", id="UTF-8, ISO-2022-JP said"),
        pytest.param(CHINESE.encode("gb18030"), "text/html; charset=gb2312", id="gb2312 is GBK on the web"),
        pytest.param(CHINESE.encode("gb18030"), "text/html; charset=x-gbk", id="a browser's label for GBK"),
        pytest.param(TEXT.encode("utf-16-le"), None, id="UTF-16 without a mark"),
        pytest.param(TEXT.encode("utf-16-be"), "text/html; charset=utf-8", id="UTF-16 big end without a mark"),
        pytest.param(TEXT.encode("utf-32-le"), None, id="UTF-32 without a mark"),
        pytest.param(TEXT.encode("utf-16-le"), "text/html; charset=unicode", id="UTF-16 by its old name"),
        pytest.param(TEXT.encode(), "text/html; charset=utf-16", id="UTF-8 that is said to be UTF-16"),
        pytest.param((META.format("utf-16") + TEXT).encode(), HTML, id="UTF-8 whose meta says UTF-16"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode(), None, id="UTF-8 behind a mark of UTF-16"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=utf-8", id="windows-1252 that is said UTF-8"),
        pytest.param(
            (META.format("utf-8") + TEXT).encode("windows-1252"), HTML, id="windows-1252 whose meta says UTF-8"
        ),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=latin1", id="latin1 is windows-1252"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=x-cp1252", id="x-cp1252"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=us-ascii", id="beyond ASCII in ASCII"),
        pytest.param(TEXT.encode("windows-1252"), "text/html; charset=utf-16", id="windows-1252 said to be UTF-16"),
    ],
)
def test_what_the_bytes_are_goes_before_what_is_declared(body: bytes, content_type: str | None) -> None:
    assert decode_page(body, content_type).endswith((JAPANESE, CHINESE, TEXT))


@pytest.mark.parametrize("declared", ["UTF-8", "windows-1252", "ISO-8859-1", "utf-16", "us-ascii", "x-tidak-ada"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", [None, "text/xml", "application/rss+xml; charset=iso-8859-1"])
def test_a_feed_is_decoded_whatever_its_xml_declaration_says(declared: str, charset: str, kind: str | None) -> None:
    assert decode_page(DECLARATION.format(declared).encode(charset), kind) == DECLARATION.format(declared)


@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "utf-8"])
def test_a_feed_of_one_byte_a_letter_is_decoded(declared: str) -> None:
    text = DECLARATION.format(declared).replace("Kafé", "Kafé naïf “dua”")
    assert decode_page(text.encode("windows-1252"), "text/xml") == text


def test_zeros_in_a_text_do_not_make_it_wide() -> None:
    assert decode_page(TEXT.encode().replace(b"dibuka", b"di\0buka"), HTML) == TEXT.replace("dibuka", "di\0buka")
