"""Captured pages as they are shown: the right record, readable, and with nothing active in it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from archive.store.database import Archive
from archive.warc.capture import Capture, capture_of
from archive.warc.reader import WarcError, find
from archive.warc.writer import Exchange, WarcWriter
from archive.web.sanitizer import ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS, HEADERS, SafeContent, sanitize

NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
URL = "https://kaltim.antaranews.com/berita/1/judul"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


class Shelf:
    """An archive with captures in real WARC files."""

    def __init__(self, data: Path) -> None:
        self.archive = Archive.open(data)
        self.writer = WarcWriter(self.archive.warc_root, "site", info={"software": "warta"})
        self._kept = 0

    def keep(
        self,
        body: bytes,
        content_type: str | None = "text/html",
        *,
        head: str = "",
        status: str = "200 OK",
        url: str = URL,
        earlier: Capture | None = None,
    ) -> Capture:
        self._kept += 1
        head += f"Content-Type: {content_type}\r\n" if content_type is not None else ""
        answer = f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body
        at = NOW + timedelta(minutes=self._kept)
        record = self.writer.write(Exchange(url, b"GET / HTTP/1.1\r\n\r\n", answer, at), earlier=earlier)
        return self.archive.add_capture(capture_of(record, site="site", warc=self.writer.name))

    def show(self, capture: Capture) -> SafeContent:
        return sanitize(self.archive, capture)

    def page(self, html: str) -> str:
        """A page as the sanitizer writes it, without its common start."""
        shown = self.show(self.keep(html.encode(errors="replace"), HTML))
        assert shown.content_type == HTML
        return written(shown)

    def close(self) -> None:
        self.writer.close()
        self.archive.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def written(shown: SafeContent) -> str:
    """The page without the start that all pages have."""
    assert shown.body.startswith(b'<!doctype html><meta charset="utf-8"><style>')
    return shown.body.decode().partition("</style>")[2]


# What the page is


def test_a_page_keeps_its_text_and_structure(shelf: Shelf) -> None:
    page = """<html lang=id><head><title>Judul</title></head><body class=x><h1 id=t>Judul &amp; isi</h1>
<p style="text-align: center">Satu <b>dua</b> &lt;tiga&gt;<br>empat<p>Lima</p>
<table border=1><tr><td colspan=2>Enam</table><ol start=3><li>Tujuh<li>Delapan</ol></body></html>"""
    assert shelf.page(page).strip() == (
        """<h1>Judul &amp; isi</h1>
<p style="text-align: center">Satu <b>dua</b> &lt;tiga&gt;<br>empat</p><p>Lima</p>
<table border="1"><tr><td colspan="2">Enam</td></tr></table><ol start="3"><li>Tujuh</li><li>Delapan</li></ol>"""
    )


def test_links_and_images_lead_nowhere_and_tell_where_they_did(shelf: Shelf) -> None:
    page = f"""<a href="https://x.id/a?b=1&amp;c=2" title=lama target=_top>satu</a> <a href="/berita/2">dua</a>
<a href=#atas>tiga</a> <a href="javascript:alert(1)">empat</a> <img src="//x.id/f.jpg" srcset="g 2x" alt="Foto: Ani">
<img src="{DOT}" alt=titik width=1>"""
    assert shelf.page(page) == (
        f"""<a title="https://x.id/a?b=1&amp;c=2">satu</a> <a title="/berita/2">dua</a>
<a>tiga</a> <a>empat</a> <img alt="Foto: Ani" title="//x.id/f.jpg">
<img alt="titik" width="1" src="{DOT}">"""
    )


# What it cannot do

HOSTILE = {
    "<script>alert(1)</script>": "",
    "<script src=//x.id/x.js></script>": "",
    "<ScRiPt>alert(1)</sCrIpT>": "",
    "<meta http-equiv=refresh content='0;url=//x.id'>": "",
    "<meta http-equiv=Content-Security-Policy content=''><meta charset=utf-7>": "",
    "<base href=//x.id/><a href=a>x</a>": '<a title="a">x</a>',
    "<link rel=stylesheet href=//x.id><link rel=preconnect href=//x.id><link rel=dns-prefetch href=//x.id>": "",
    "<style>@import '//x.id'; p{background:url(//x.id)}</style>": "",
    "<iframe src=//x.id></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>": "",
    "<frameset onload=alert(1)><frame src=//x.id></frameset>": "",
    "<object data=//x.id><param name=movie value=//x.id>kata</object><embed src=//x.id>": "kata",
    "<applet code=x archive=//x.id>kata</applet><portal src=//x.id></portal>": "kata",
    "<p onclick=alert(1) OnMouseOver=alert(1) onfoo=1 autofocus tabindex=1>x</p>": "<p>x</p>",
    "<img src=x onerror=alert(1)>": '<img title="x">',
    "<img/src=x/onerror=alert(1)//alt=z>": '<img title="x/onerror=alert(1)//alt=z">',
    "<img src='data:image/svg+xml,<svg onload=alert(1)>' alt=x>": '<img alt="x">',
    "<img src='data:text/html;base64,PGI+'>": "<img>",
    "<image src=//x.id>": "",
    "<a href='JaVaScRiPt:alert(1)'>x</a>": "<a>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>": "<a>x</a>",
    "<a href='data:text/html,x' ping=//x.id download>x</a>": "<a>x</a>",
    "<a href='vbscript:x' xlink:href=//x.id>x</a>": "<a>x</a>",
    "<map name=m><area href=//x.id></map><img usemap=#m>": "<img>",
    "<form action=//x.id><input type=image src=//x.id><button formaction=//x.id>x</button></form>": "x",
    "<select><option>x</select><textarea autofocus><b>x</b></textarea>": "&lt;b&gt;x&lt;/b&gt;",
    "<video src=//x.id poster=//x.id>x</video><audio src=//x.id></audio><source srcset=//x.id><track src=//x.id>": "",
    "<picture><source srcset=//x.id><img srcset='//x.id 2x' alt=x></picture>": '<img alt="x">',
    "<table background=//x.id><td background=//x.id>x": "<table><td>x</td></table>",
    "<body background=//x.id onload=alert(1)>x": "x",
    "<blockquote cite=//x.id>x</blockquote><q cite=//x.id>y</q>": "<blockquote>x</blockquote><q>y</q>",
    "<html manifest=//x.id><p>x": "<p>x</p>",
    "<img longdesc=//x.id lowsrc=//x.id dynsrc=//x.id>": "<img>",
    "<p style='background: url(//x.id)'>x</p>": "<p>x</p>",
    "<p style='background: \\75rl(//x.id)'>x</p>": "<p>x</p>",
    "<p style='background: image-set(\"//x.id\" 1x)'>x</p>": "<p>x</p>",
    "<p style='color: rgb(1, 2, 3)'>x</p>": '<p style="color: rgb(1, 2, 3)">x</p>',
    "<svg onload=alert(1)><a xlink:href=//x.id><text>x</text></a></svg>": "<a>x</a>",
    "<svg><a><animate attributeName=href values=javascript:alert(1)></animate><set to=//x.id>x</set></a>": "<a>x</a>",
    "<svg><use href='//x.id#x'/><image href=//x.id /><feImage href=//x.id /></svg>": "",
    "<svg><style><img src=x onerror=alert(1)></style></svg>": "",
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>": '<img title="x">\'&gt;',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>": (
        '<table><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></table>'
    ),
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>x</noscript>": (
        '<p title="&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;">x</p>'
    ),
    "<noscript><img src=//x.id alt=Foto></noscript>": '<img alt="Foto" title="//x.id">',
    "<template><img src=x onerror=alert(1)></template>": "",
    "<noembed><img src=x onerror=alert(1)></noembed><noframes><img src=x></noframes>": "",
    "<xmp><img src=x onerror=alert(1)></xmp>": "&lt;img src=x onerror=alert(1)&gt;",
    "<plaintext><img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
    "<title><img src=x onerror=alert(1)></title>": "",
    "<!-- <img src=x onerror=alert(1)> --><!--[if IE]><script>alert(1)</script><![endif]-->x": "x",
    "<!--><img src=x onerror=alert(1)>-->": '<img title="x">--&gt;',
    "<?php <img src=x> ?>x": "?&gt;x",
    "<![CDATA[<img src=x onerror=alert(1)>]]>": "]]&gt;",
    "<o:p onclick=x>x</o:p><x-y is=z>y</x-y>": "xy",
    "<p/onclick=alert(1)>x<p\x0conclick=alert(1)>y": "<p>x</p><p>y</p>",
    '<p title="\'&quot;><script>alert(1)</script>">x</p>': (
        '<p title="&#x27;&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">x</p>'
    ),
    "<scr\0ipt>alert(1)</scr\0ipt>x<p on\0click=1>y</p>": "x<p>y</p>",
    "a&#0;b&#xd800;c&#x110000;": "a�b�c�",
    "<p>x<": "<p>x&lt;</p>",
    '<p>x<p title="': "<p>x</p>",
    "<!-- -->": "",
}


@pytest.mark.parametrize(("html", "what_is_written"), HOSTILE.items())
def test_nothing_is_written_that_acts(shelf: Shelf, html: str, what_is_written: str) -> None:
    assert shelf.page(html) == what_is_written
    refuse_what_acts(what_is_written)


fragments = st.sampled_from([*HOSTILE, *(part for html in HOSTILE for part in re.split(r"(?=[<>])", html))])


@given(st.lists(fragments | st.text(max_size=5) | st.text("<>/'\"=&;!-? \0\t\nsvgpxon", max_size=9), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_is_written_that_acts_of_any_soup(shelf: Shelf, soup: list[str]) -> None:
    refuse_what_acts(shelf.page("".join(["x", *soup])))


def refuse_what_acts(page: str) -> None:
    """Asserts that each "<" begins an allowed element with allowed attributes, and that two parsers find nothing
    else."""
    tag = r'</?([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>'
    assert re.fullmatch(rf"(?:[^<>]|{tag})*", page)
    for match in re.finditer(tag, page):
        refuse_element(match[1], dict(re.findall(r' ([a-z]+)="([^"]*)"', match[2])))
    for element in lxml_html.document_fromstring(f"<!doctype html><div>{page}").iter():
        if element.tag not in ("html", "body"):
            refuse_element(element.tag, dict(element.attrib))
    _Refusing(convert_charrefs=True).feed(page)


def refuse_element(tag: str, attributes: dict[str, str]) -> None:
    assert tag in ALLOWED_ELEMENTS
    assert attributes.keys() <= ALLOWED_ATTRIBUTES | {"src"}
    if "src" in attributes:
        assert tag == "img"
        assert re.match(r"\s*data:image/(png|jpe?g|gif|webp);base64,", attributes["src"])
    assert not re.search(r"url\s*\(|@import|\\", attributes.get("style", ""))


class _Refusing(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        refuse_element(tag, {name: value or "" for name, value in attrs})

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_pi = unknown_decl = handle_comment


def test_nothing_allowed_changes_how_what_follows_is_read() -> None:
    read_otherwise = (
        "script style textarea title xmp iframe noembed noframes noscript plaintext template svg math select"
    )
    assert not ALLOWED_ELEMENTS & set(read_otherwise.split())
    assert not [name for name in ALLOWED_ATTRIBUTES if name.startswith("on")]
    assert not ALLOWED_ATTRIBUTES & set(
        "href src srcset action formaction ping poster background data cite srcdoc id".split()
    )


def test_the_headers_allow_neither_scripts_nor_requests() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy == {
        "sandbox": "",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
    }
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "no-referrer"


# How it is read


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>café".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("<p>café".encode("latin-1"), "text/html"),
        ("<meta charset=latin-1><p>café".encode(), "text/html; charset=latin-1"),
        ("\ufeff<p>café".encode(), "text/html"),
        ("\ufeff<p>café".encode("utf-16-le"), "text/html"),
        ("\ufeff<p>café".encode("utf-16-be"), "text/html; charset=utf-8"),
        ("<p>café".encode("utf-16-le"), "text/html; charset=utf-16le"),
        ("<p>café".encode("latin-1"), "text/html; charset=x-user-defined"),
        ("<p>café".encode("latin-1"), "text/html; charset=zlib"),
        ("<meta charset=idna><p>café".encode("latin-1"), "text/html"),
        ("<?xml version='1.0' encoding='utf-16'?><p>café".encode(), "text/html"),
        ("<html><p>café".encode(), "application/xhtml+xml"),
        ("<html><p>café".encode(), None),
        ("<html><p>café".encode(), "TEXT/HTML;charset=x"),
    ],
)
def test_a_page_of_any_charset_is_sent_as_utf_8(shelf: Shelf, body: bytes, content_type: str | None) -> None:
    shown = shelf.show(shelf.keep(body, content_type))
    assert shown.content_type == HTML
    assert written(shown) == "<p>café</p>"


def test_markup_in_utf_7_is_text_or_harmless(shelf: Shelf) -> None:
    markup = b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-x"
    shown = shelf.show(shelf.keep(markup, "text/html; charset=utf-7"))
    assert written(shown) == markup.decode()
    shown = shelf.show(shelf.keep(b"\xff" + markup, "text/html; charset=utf-7"))
    refuse_what_acts(written(shown))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<svg onload='alert(1)'/>", "image/png"),
        (b"<html><script>alert(1)</script>", "image/png"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"<html><script>alert(1)</script>", "application/octet-stream"),
        (b"<?xml version='1.0'?><rss><item/></rss>", "application/rss+xml"),
        (b'{"a": "<script>"}', "application/json"),
        (b'{"a": "<script>"}', None),
        (b"alert(1)", "text/javascript"),
    ],
)
def test_what_is_no_page_is_plain_text(shelf: Shelf, body: bytes, content_type: str | None) -> None:
    assert shelf.show(shelf.keep(body, content_type)) == SafeContent(TEXT, body)


def test_what_is_no_text_is_reported_in_one_line(shelf: Shelf) -> None:
    shown = shelf.show(shelf.keep(b"%PDF-1.7\n\0\xff<script>", "application/pdf"))
    assert shown == SafeContent(TEXT, b"This capture is no text but application/pdf, 19 bytes.")


@pytest.mark.parametrize(
    ("signature", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\1\0\1\0<script>", "image/gif"),
        (b"RIFF\x1a\0\0\0WEBPVP8L", "image/webp"),
    ],
)
@pytest.mark.parametrize("claim", ["image/png", "image/svg+xml", None])
def test_an_image_is_what_its_signature_says(shelf: Shelf, signature: bytes, kind: str, claim: str | None) -> None:
    assert shelf.show(shelf.keep(signature, claim)) == SafeContent(kind, signature)


def test_a_page_that_begins_like_an_image_is_a_page(shelf: Shelf) -> None:
    assert shelf.page("GIF89a<script>alert(1)</script>") == "GIF89a"


# Where it is found


def test_a_coded_body_is_decoded(shelf: Shelf) -> None:
    capture = shelf.keep(gzip.compress(b"<p>Isi</p>"), head="Content-Encoding: gzip\r\n")
    assert written(shelf.show(capture)) == "<p>Isi</p>"


def test_an_error_page_is_shown_and_a_file_that_is_being_written_is_read(shelf: Shelf) -> None:
    capture = shelf.keep(b"<h1>404</h1>", status="404 Not Found")
    assert find(shelf.archive.warc_root, capture.warc).suffix == ".part"
    assert written(shelf.show(capture)) == "<h1>404</h1>"


def test_a_revisit_shows_the_payload_it_refers_to(shelf: Shelf) -> None:
    first = shelf.keep(b"<p>Satu", "text/html; charset=utf-8")
    again = shelf.keep(b"<p>Satu", "text/html; charset=utf-8", earlier=first)
    shelf.keep(b"<p>Dua")
    assert again.record_type == "revisit"
    assert shelf.show(again) == shelf.show(first)


def test_a_revisit_finds_its_payload_without_the_record_it_refers_to(shelf: Shelf) -> None:
    first = shelf.keep(b"<p>Satu")
    again = shelf.keep(b"<p>Satu", earlier=first)
    shelf.archive.db.execute("UPDATE captures SET record_id = 'lain', payload_digest = 'x' WHERE id = ?", [first.id])
    with pytest.raises(WarcError, match="earlier capture that it refers to is not there"):
        shelf.show(again)
    shelf.keep(b"<p>Satu", "text/plain", url="https://x.id/")
    assert shelf.show(again) == SafeContent(TEXT, b"<p>Satu")
    shelf.keep(b"<p>Satu")
    shelf.keep(b"<p>Satu", "text/plain", url="https://x.id/")
    assert written(shelf.show(again)) == "<p>Satu</p>"


def test_an_unchanged_page_is_the_one_it_refers_to_else_the_last_before(shelf: Shelf) -> None:
    first = shelf.keep(b"<p>Satu")
    shelf.keep(b"<p>Tantangan")
    shelf.keep(b"gangguan", status="503 Service Unavailable")
    unchanged = shelf.keep(b"", None, status="304 Not Modified", earlier=first)
    shelf.keep(b"<p>Tiga")
    assert unchanged.record_type == "revisit"
    assert written(shelf.show(unchanged)) == "<p>Satu</p>"
    shelf.archive.db.execute("DELETE FROM captures WHERE id = ?", [first.id])
    assert written(shelf.show(unchanged)) == "<p>Tantangan</p>"
    shelf.archive.db.execute("DELETE FROM captures WHERE status = 200 AND id < ?", [unchanged.id])
    with pytest.raises(WarcError, match=r"Nothing of .* is kept"):
        shelf.show(unchanged)


@pytest.mark.parametrize("status", ["200 OK", "301 Moved Permanently", "304 Not Modified"])
def test_an_answer_without_a_body_is_reported(shelf: Shelf, status: str) -> None:
    with pytest.raises(WarcError, match=rf"^Nothing of {URL} is kept: the answer \({status[:3]}\) has no body\.$"):
        shelf.show(shelf.keep(b"", status=status))


def test_a_missing_file_is_reported(shelf: Shelf) -> None:
    with pytest.raises(WarcError, match=r"The WARC file nowhere\.warc\.gz is missing"):
        shelf.show(replace(shelf.keep(b"<p>Isi"), id=None, warc="nowhere.warc.gz"))


def test_a_coding_that_nobody_here_reads_is_told(shelf: Shelf) -> None:
    with pytest.raises(WarcError, match="coded with dcb, which nothing here reads"):
        shelf.show(shelf.keep(b"<p>Isi", head="Content-Encoding: dcb\r\n"))


def test_another_record_at_the_offset_is_never_shown(shelf: Shelf) -> None:
    first, second = shelf.keep(b"<p>Satu"), shelf.keep(b"<p>Dua")
    with pytest.raises(WarcError, match=rf"has another record at {second.offset} than the capture of {URL}"):
        shelf.show(replace(first, id=None, offset=second.offset))
    with pytest.raises(WarcError):
        shelf.show(replace(first, id=None, offset=first.offset + 1))


def test_a_damaged_record_is_reported_wherever_the_damage_is(shelf: Shelf) -> None:
    capture = shelf.keep(b"<p>Isi yang panjang dan berbeda-beda 0123456789")
    path = find(shelf.archive.warc_root, capture.warc)
    whole, shown = path.read_bytes(), shelf.show(capture)
    for at in range(capture.offset, capture.offset + capture.length):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        path.write_bytes(damaged)
        with suppress(WarcError):
            assert shelf.show(capture) == shown  # some bytes of a gzip header have no effect
    for cut in (1, 9, capture.length // 2):
        path.write_bytes(whole[: capture.offset + capture.length - cut])
        with pytest.raises(WarcError):
            shelf.show(capture)


# What it costs

HUGE_BYTES = 5_000_000


@pytest.mark.parametrize(
    "html",
    [
        "<div class=x><p>Teks <b>ini</b> &amp; <a href='/x/1'>itu</a></p></div>\n" * (HUGE_BYTES // 70),
        "<i>" * (HUGE_BYTES // 7) + "</b>" * (HUGE_BYTES // 7),
        "<i>" * 490 + "</b>" * (HUGE_BYTES // 4),
        "<a b='" * (HUGE_BYTES // 6),
        "<!--" * (HUGE_BYTES // 4),
        "<p " + " ".join(f"a{number}=1" for number in range(HUGE_BYTES // 8)),
        "<img src='data:image/png;base64," + "A " * (HUGE_BYTES // 2) + "!'>",
        "<p style='" + "rgb(" * (HUGE_BYTES // 4) + "'>",
    ],
    ids=["ordinary", "end tags", "fewer end tags", "quotes", "comments", "attributes", "image", "style"],
)
@pytest.mark.slow
def test_five_megabytes_are_shown(shelf: Shelf, html: str) -> None:
    """Each takes a second at most. Given to the parser in one chunk, "end tags" would take many minutes."""
    assert shelf.show(shelf.keep(html.encode())).body


def test_text_of_five_megabytes_is_whole(shelf: Shelf) -> None:
    text = "é&amp;" * (HUGE_BYTES // 7)
    assert shelf.page(text) == text


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<svg>", "<b>"])
def test_what_is_nested_beyond_reason_is_shown_as_text(shelf: Shelf, tag: str) -> None:
    assert shelf.page(tag * 100) is not None
    page = tag.encode() * 100_000
    assert shelf.show(shelf.keep(page)) == SafeContent(TEXT, page)
