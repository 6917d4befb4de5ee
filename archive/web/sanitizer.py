"""A captured page, made safe to show: nothing of it runs, leads elsewhere or asks anybody for anything.

Its HTML is not cleaned but written anew from what a parser tells of it: text, and the elements and attributes named
here. So every "<" that is sent begins one of those, and none of them changes how a browser reads what follows, as
script, style, textarea, svg and comments do: no browser can see more in it than was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from lxml import etree

from archive.extract.encoding import decode_page
from archive.store.database import Archive
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import Record, WarcError, find, read_record, whole_members

HEADERS = {  # a second wall; what the policy does not name, default-src forbids
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
"""Headers of every answer with a capture in it."""

SHOWN = frozenset(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn"
    " dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd legend"
    " li main mark menu nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody"
    " td tfoot th thead time tr tt u ul var wbr".split()
)
"""Elements that are written. Of others the content alone is, or nothing."""
ATTRIBUTES = frozenset(
    "align alt bgcolor border cellpadding cellspacing clear color colspan datetime dir face height hspace lang nowrap"
    " open reversed rowspan size span start style title type valign value vspace width".split()
)
"""Attributes that are written, and `src` of an img that holds the image itself."""

_VOID = frozenset(["br", "col", "hr", "img", "wbr"])
_UNSEEN = frozenset("audio desc iframe metadata noembed noframes script select style template title video".split())
"""Elements whose content is not for reading, or is nothing without what is taken away."""
_BEGINNING = (
    '<!doctype html><meta charset="utf-8">'
    "<style>body{overflow-wrap:anywhere}img{max-width:100%}a[title]{text-decoration:underline}</style>"
)
_DATA_IMAGE = re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+", re.IGNORECASE)
_NO_PLACE = re.compile(r"\s*(?:#|(?!https?:)[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_NOT_PLAIN_STYLE = re.compile(r"[\\@]|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)(?<!calc)\(", re.IGNORECASE)
"""Only a function fetches, as url() does; a backslash could hide one."""
_PAGES = frozenset(["text/html", "application/xhtml+xml"])
_LIKE_A_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_RASTER = re.compile(
    rb"(?s)(?P<jpeg>\xff\xd8\xff)|(?P<png>\x89PNG\r\n\x1a\n)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)"
)
_LARGEST = 10_000_000
_DEEPEST = 500
"""Elements within each other: browsers stop at about as many, and libxml2 looks through all at every stray end tag."""
_AT_ONCE = 1 << 16
"""Bytes parsed at a time: within them libxml2 goes on after it was told to stop."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What is shown of a capture. `content_type` is never the site's word: "text/html; charset=utf-8",
    "text/plain; charset=utf-8", or image/jpeg, image/png, image/gif or image/webp by the signature in the bytes."""

    content_type: str
    body: bytes


def captured(archive: Archive, capture: Capture) -> Captured:
    """What a capture holds, from its WARC record; for a revisit from the record that holds its payload. What is neither
    HTML nor an image is text, and so is HTML that is too large or nested too deeply to be written anew.

    Raises WarcError where the file is missing, the record damaged or another one, its coding unknown, or nothing of
    the page is kept.
    """
    record = _holding(archive, capture)
    body, told = record.body(), record.head.get("Content-Type") or ""
    if not body:
        raise WarcError(f"Nothing of {capture.url} is kept: the answer ({capture.status}) has no body.")
    kind = re.split(r"[;,\s]", told.lower(), maxsplit=1)[0]
    if kind not in _PAGES and (raster := _RASTER.match(body)):
        return Captured(f"image/{raster.lastgroup}", body)
    text = decode_page(body, told)
    if kind in _PAGES or (not kind and _LIKE_A_PAGE.match(text)):
        page = _written_anew(text)
        if page is not None:
            return Captured("text/html; charset=utf-8", page)
    elif "\0" in text:
        text = f"This capture is no text but {kind or 'something unnamed'}, {len(body):,} bytes."
    return Captured("text/plain; charset=utf-8", text.encode(errors="replace"))


def _holding(archive: Archive, capture: Capture) -> Record:
    """The record with the payload of a capture."""
    record = _record(archive, capture)
    if capture.record_type != "revisit":
        return record
    unchanged = capture.status == 304
    same = "status = 200 AND fetched_at <= :at" if unchanged else "payload_digest = :digest"
    values = {"refers": record.header("WARC-Refers-To"), "url": capture.url}
    values |= {"at": iso_utc(capture.fetched_at), "digest": capture.payload_digest}
    for where in ["record_id = :refers", "url = :url", *([] if unchanged else ["1"])]:
        row = archive.row(
            f"SELECT id FROM captures WHERE record_type = 'response' AND {where} AND {same}"
            " ORDER BY fetched_at DESC, id DESC LIMIT 1",
            values,
        )
        if row is not None and (earlier := archive.capture(row["id"])) is not None:
            return _record(archive, earlier)
    raise WarcError(f"Nothing of {capture.url} is kept: the earlier capture that it refers to is not there.")


def _record(archive: Archive, capture: Capture) -> Record:
    path = find(archive.warc_root, capture.warc)
    record = read_record(path, capture.offset)
    if next(whole_members(path, start=capture.offset), None) is None:  # read_record takes what is left of a cut one
        raise WarcError(f"{path.name} has no whole record at {capture.offset}.")
    # Other programs' records without an id are known by their place.
    if (record.header("WARC-Record-ID") or f"<{capture.warc}#{capture.offset}>") != capture.record_id:
        raise WarcError(f"{path.name} has another record at {capture.offset} than the capture of {capture.url}.")
    return record


def _written_anew(text: str) -> bytes | None:
    """None for a page that costs too much to read."""
    if len(text) > _LARGEST:
        return None
    source = text.replace("\0", "").encode(errors="replace")
    parser = etree.HTMLParser(target=_Writer(), encoding="utf-8", huge_tree=True)
    try:
        for start in range(0, len(source), _AT_ONCE):
            parser.feed(source[start : start + _AT_ONCE])
        page: str = parser.close()
    except (etree.LxmlError, RecursionError):
        return None
    return page.encode(errors="replace")


class _Writer:
    """What lxml tells as it reads; no tree is made. What is not asked for, as comments and declarations, is not told.
    An element that is not ended, as br, is told to end all the same."""

    def __init__(self) -> None:
        self._open = self._unseen = 0  # elements that are open, and those of them from an unseen one on
        self._parts = [_BEGINNING]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open += 1
        if self._open > _DEEPEST:
            raise RecursionError
        if self._unseen or tag in _UNSEEN:
            self._unseen += 1
        elif tag in SHOWN:
            self._parts.append(f"<{tag}{_attributes(tag, attributes)}>")

    def end(self, tag: str) -> None:
        self._open -= 1
        if self._unseen:
            self._unseen -= 1
        elif tag in SHOWN and tag not in _VOID:
            self._parts.append(f"</{tag}>")

    def data(self, text: str) -> None:
        if not self._unseen:
            self._parts.append(escape(text, quote=False))

    def close(self) -> str:
        return "".join(self._parts)


def _attributes(tag: str, attributes: dict[str, str]) -> str:
    """A link or image that is taken away is told in the title, as the page has it."""
    kept = {name: value for name, value in attributes.items() if name in ATTRIBUTES}
    if _NOT_PLAIN_STYLE.search(kept.get("style", "")):
        del kept["style"]
    target = attributes.get({"a": "href", "img": "src"}.get(tag, ""))
    if tag == "img" and target and _DATA_IMAGE.fullmatch(target):
        kept["src"] = target
    elif target and not _NO_PLACE.match(target):
        kept["title"] = target
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
