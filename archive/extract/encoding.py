"""Bytes of a page -> text."""

from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

_NO_CHARSETS = frozenset(
    "base64 bz2 hex idna punycode quopri raw-unicode-escape rot-13 undefined unicode-escape uu zlib".split()
)
"""Names that Python's codecs know and no browser does (WHATWG Encoding, 4.2): some fail, some take minutes."""


def decode_page(body: bytes, content_type: str | None) -> str:
    """Decodes as a browser does (BOM, Content-Type header, meta), with one exception: bytes that are valid UTF-8 with
    non-ASCII in them are UTF-8 whatever the page says, because text of another charset hardly ever is by chance."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        told = {http_content_type_encoding(content_type), html_body_declared_encoding(body)}
        if told & _NO_CHARSETS:
            return body.decode("windows-1252", "replace")
        return html_to_unicode(content_type, body, default_encoding="windows-1252")[1]
