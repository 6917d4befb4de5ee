"""Makes a captured page safe to show: nothing in it runs, leads to another site or sends a request.

Its HTML is not cleaned but written anew from a parser's events, with text and the allowed elements and attributes only.
So each "<" sent begins an allowed element. Elements that change how a browser parses what follows them (script, style,
textarea, svg) and comments are not allowed, so no browser can find more in the page than was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from lxml import etree

from archive.extract.encoding import decode_page
from archive.store.database import Archive
from archive.store.payload import payload_record
from archive.warc.capture import Capture
from archive.warc.reader import WarcError

HEADERS = {  # a second line of defence; default-src forbids what the policy does not name
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
"""Headers of every answer that contains captured content."""

ALLOWED_ELEMENTS = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn"
    " dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd legend"
    " li main mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody"
    " td tfoot th thead time tr tt u ul var wbr".split()
)
"""Elements that are written. Of other elements only the content is written, and nothing of _DROPPED_ELEMENTS."""
ALLOWED_ATTRIBUTES = frozenset(
    "align alt bgcolor border cellpadding cellspacing clear color colspan datetime dir face height hspace lang nowrap"
    " open reversed rowspan size span start style title type valign value vspace width".split()
)
"""Attributes that are written. `src` is, too, on an img whose image is a data: URL."""

_VOID_ELEMENTS = frozenset(["br", "col", "hr", "img", "wbr"])
_DROPPED_ELEMENTS = frozenset(
    "audio desc iframe metadata noembed noframes script select style template title video".split()
)
"""Elements whose content is dropped, too: it is not for reading, or useless without the element."""
_PAGE_START = (
    '<!doctype html><meta charset="utf-8">'
    "<style>body{overflow-wrap:anywhere}img{max-width:100%}a[title]{text-decoration:underline}</style>"
)
_DATA_IMAGE = re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+", re.IGNORECASE)
_NOT_A_WEB_ADDRESS = re.compile(r"\s*(?:#|(?!https?:)[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_UNSAFE_STYLE = re.compile(r"[\\@]|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)(?<!calc)\(", re.IGNORECASE)
"""A style can send a request only through a function, such as url(), or an at-rule; a backslash could hide either."""
_HTML_TYPES = frozenset(["text/html", "application/xhtml+xml"])
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_IMAGE_SIGNATURE = re.compile(
    rb"(?s)(?P<jpeg>\xff\xd8\xff)|(?P<png>\x89PNG\r\n\x1a\n)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)"
)
_MAX_HTML_CHARS = 10_000_000
"""A longer page is shown as text. Chosen, not measured; 5,000,000 characters take a second at most."""
_MAX_NESTED_ELEMENTS = 500
"""A more deeply nested page is shown as text. Browsers stop at about as many levels, and libxml2 searches all open
elements at every stray end tag."""
_CHUNK_BYTES = 1 << 16
"""Bytes given to the parser at a time: when a handler raises, libxml2 stops only at the end of a chunk."""


@dataclass(frozen=True, slots=True)
class SafeContent:
    """What is sent of a capture. `content_type` is never taken from the site: it is "text/html; charset=utf-8",
    "text/plain; charset=utf-8", or image/jpeg, image/png, image/gif or image/webp by the signature of the bytes."""

    content_type: str
    body: bytes


def sanitize(archive: Archive, capture: Capture) -> SafeContent:
    """The payload of a capture, made safe; for a revisit, of the record that has its payload. What is neither HTML nor
    an image is sent as plain text, and so is HTML that is too long or nested too deeply.

    Raises WarcError if the file is missing, the record is damaged or not that of the capture, its content coding is
    unknown, or no payload is kept.
    """
    record = payload_record(archive, capture)
    body, content_type = record.body().content, record.head.get("Content-Type") or ""
    if not body:
        raise WarcError(f"Nothing of {capture.url} is kept: the answer ({capture.status}) has no body.")
    media_type = re.split(r"[;,\s]", content_type.lower(), maxsplit=1)[0]
    if media_type not in _HTML_TYPES and (image := _IMAGE_SIGNATURE.match(body)):
        return SafeContent(f"image/{image.lastgroup}", body)
    text = decode_page(body, content_type)
    if media_type in _HTML_TYPES or (not media_type and _LOOKS_LIKE_HTML.match(text)):
        page = _rewritten(text)
        if page is not None:
            return SafeContent("text/html; charset=utf-8", page)
    elif "\0" in text:
        text = f"This capture is no text but {media_type or 'something unnamed'}, {len(body):,} bytes."
    return SafeContent("text/plain; charset=utf-8", text.encode(errors="replace"))


def _rewritten(text: str) -> bytes | None:
    """The page, written anew in UTF-8; None if it is too long or nested too deeply."""
    if len(text) > _MAX_HTML_CHARS:
        return None
    source = text.replace("\0", "").encode(errors="replace")
    parser = etree.HTMLParser(target=_Writer(), encoding="utf-8", huge_tree=True)
    try:
        for start in range(0, len(source), _CHUNK_BYTES):
            parser.feed(source[start : start + _CHUNK_BYTES])
        page: str = parser.close()
    except (etree.LxmlError, RecursionError):
        return None
    return page.encode(errors="replace")


class _Writer:
    """Target of lxml's parser, which calls these methods as it reads and makes no tree. Comments and declarations are
    dropped, since no method takes them. `end` is also called for elements without an end tag, such as br."""

    def __init__(self) -> None:
        self._open = self._dropped = 0  # open elements, and how many of them are a dropped one or inside it
        self._parts = [_PAGE_START]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open += 1
        if self._open > _MAX_NESTED_ELEMENTS:
            raise RecursionError
        if self._dropped or tag in _DROPPED_ELEMENTS:
            self._dropped += 1
        elif tag in ALLOWED_ELEMENTS:
            self._parts.append(f"<{tag}{_attributes(tag, attributes)}>")

    def end(self, tag: str) -> None:
        self._open -= 1
        if self._dropped:
            self._dropped -= 1
        elif tag in ALLOWED_ELEMENTS and tag not in _VOID_ELEMENTS:
            self._parts.append(f"</{tag}>")

    def data(self, text: str) -> None:
        if not self._dropped:
            self._parts.append(escape(text, quote=False))

    def close(self) -> str:
        return "".join(self._parts)


def _attributes(tag: str, attributes: dict[str, str]) -> str:
    """The attributes as HTML, with a space before each. The address of a removed link or image becomes the title."""
    kept = {name: value for name, value in attributes.items() if name in ALLOWED_ATTRIBUTES}
    if _UNSAFE_STYLE.search(kept.get("style", "")):
        del kept["style"]
    target = attributes.get({"a": "href", "img": "src"}.get(tag, ""))
    if tag == "img" and target and _DATA_IMAGE.fullmatch(target):
        kept["src"] = target
    elif target and not _NOT_A_WEB_ADDRESS.match(target):
        kept["title"] = target
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
