"""Decodes the bytes of a page, and encodes text so that libxml2 can parse it."""

import codecs

from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

_NO_CHARSETS = frozenset(
    "base64 bz2 hex idna punycode quopri raw-unicode-escape rot-13 undefined unicode-escape uu zlib".split()
)
"""Codecs of Python that are no charsets of the web (WHATWG Encoding, 4.2). Some raise, some take minutes."""
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""Byte order marks of UTF-16 and UTF-32; UTF-32's little-endian mark begins with that of UTF-16."""
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x20)])
_SPACES = bytes.maketrans(b"\x0b\x0c", b"  ")


def decode_page(body: bytes, content_type: str | None) -> str:
    """Decodes a page as a browser does (byte order mark, Content-Type header, meta element), with one exception: bytes
    that are valid UTF-8 are decoded as such whatever the page declares, because text in another charset is hardly ever
    valid UTF-8. So are bytes in which at least as many characters are valid UTF-8 beyond ASCII as are broken: some
    programs cut a text within a character."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if not body.startswith(_MARKS):
        text = body.decode("utf-8-sig", "replace")
        broken = text.count("\ufffd")
        if sum(character > "\x7f" for character in text) - broken >= broken:
            return text
    told = {http_content_type_encoding(content_type), html_body_declared_encoding(body)}
    if told & _NO_CHARSETS:
        return body.decode("windows-1252", "replace")
    return html_to_unicode(content_type, body, default_encoding="windows-1252")[1]


def markup_bytes(text: str) -> bytes:
    """The text in UTF-8, without what an XML tree cannot hold: NUL, at which libxml2 ends a document, other control
    characters, lone surrogates, U+FFFE and U+FFFF (XML 1.0, 2.2). Vertical tab and form feed become spaces."""
    kept = text.encode(errors="ignore").translate(_SPACES, _CONTROLS)
    return kept.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
