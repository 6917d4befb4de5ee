"""Bytes of a page -> text."""

from w3lib.encoding import html_to_unicode


def decode_page(body: bytes, content_type: str | None) -> str:
    """Decodes as a browser does (BOM, Content-Type header, meta), with one exception: bytes that are valid UTF-8 with
    non-ASCII in them are UTF-8 whatever the page says, because text of another charset hardly ever is by chance."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return html_to_unicode(content_type, body, default_encoding="windows-1252")[1]
