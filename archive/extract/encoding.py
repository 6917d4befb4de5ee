"""Bytes of a page -> text, and text -> bytes that a parser can hold."""

import codecs

from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

_NO_CHARSETS = frozenset(
    "base64 bz2 hex idna punycode quopri raw-unicode-escape rot-13 undefined unicode-escape uu zlib".split()
)
"""Names that Python's codecs know and no browser does (WHATWG Encoding, 4.2): some fail, some take minutes."""
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x20)])
_SPACES = bytes.maketrans(b"\x0b\x0c", b"  ")


def decode_page(body: bytes, content_type: str | None) -> str:
    """Decodes as a browser does (BOM, Content-Type header, meta), with one exception: bytes that are UTF-8 with
    non-ASCII in them are UTF-8 whatever the page says, because text of another charset hardly ever is by chance. That
    holds, too, where a few letters are broken, as where a program cut a text at a byte."""
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
    """A text in UTF-8 without what no XML tree can hold: NUL ends a document for libxml2, other control characters
    cannot be written back to a text node, and lone surrogates are no characters."""
    kept = text.encode(errors="ignore").translate(_SPACES, _CONTROLS)
    return kept.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
