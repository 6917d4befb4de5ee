"""Reads feeds (RSS 2.0, RSS 1.0, Atom) and sitemaps, also those that are not quite XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from xml.sax.saxutils import escape

from lxml import etree
from lxml import html as lxml_html

from archive.extract.body import Element, collapse
from archive.extract.dates import read_machine_time
from archive.extract.encoding import markup_bytes
from archive.extract.listed import Listed, ListingError, ListingPage, unique
from archive.extract.urls import absolute
from archive.sites import Address

_ROOTS = {"an RSS feed, nor Atom": ("rss", "RDF", "feed"), "a sitemap": ("sitemapindex", "urlset")}
_ENTITY = re.compile(r"&(?:(?P<xml>#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);|(?P<html>[A-Za-z]\w{1,31});)?")
_MARKUP = re.compile(r"</?(?:a|abbr|b|br|code|em|font|i|p|small|span|strong|sub|sup|u)\b[^<>]*>|&#?\w{1,31};", re.I)
_MEDIA = ("http://search.yahoo.com/mrss", "http://www.itunes.com/", "media:", "itunes:")
"""Beginnings of names with a namespace whose titles count only where the item has none of its own."""
_ALTERNATE = (None, "", "alternate")
_PUBLISHED = ("pubDate", "published", "issued", "date", "created")
_MODIFIED = ("updated", "modified")


def read_feed(page: ListingPage) -> list[Listed]:
    """Reads a feed. Items of other hosts are left out. The first of an item's addresses that is an article's is taken:
    its link, Atom's link, the one behind a feed service's, the guid or id, rdf:about."""
    root = _xml(page.text, "an RSS feed, nor Atom")
    home = collapse(next((e.text for e in root.iter() if _name(e) == "link" and e.text), None))
    listed = []
    for item in root.iter():
        if _name(item) not in ("item", "entry"):
            continue
        fields = [child for child in item if isinstance(child.tag, str)]
        bases = (item.base or "", home)
        address = next(filter(None, (_identify(target, bases, page) for target in _targets(item, fields))), None)
        if address is None:
            continue
        if address.number is None and (number := _number(fields, page)) is not None:
            address = replace(address, number=number)
        listed.append(
            Listed(
                address=address,
                title=_title(fields),
                published_at=_moment(fields, _PUBLISHED, page),
                modified_at=_moment(fields, _MODIFIED, page),
            )
        )
    # Some feeds give the time of their making as every item's time (seen in ANTARA's video feed).
    if len(listed) > 1 and len({item.published_at for item in listed}) == 1:
        listed = [replace(item, published_at=None) for item in listed]
    if len(listed) > 1 and len({item.modified_at for item in listed}) == 1:
        listed = [replace(item, modified_at=None) for item in listed]
    return unique(listed)


def read_sitemap(page: ListingPage) -> tuple[list[str], list[Listed]]:
    """Reads a sitemap: (the addresses of its parts, if it is an index; its articles, last changed first)."""
    root = _xml(page.text, "a sitemap")
    parts, listed = [], []
    for entry in root:
        fields = list(entry)
        target = next((_address_text(field.text) for field in fields if _name(field) == "loc"), "")
        if not target:
            continue
        if _name(root) == "sitemapindex":
            parts.append(page.resolve(target))
        elif address := page.identify(target):
            news = [field for child in fields if _name(child) == "news" for field in child]
            listed.append(
                Listed(
                    address=address,
                    title=_title(news),
                    published_at=_moment(news, ("publication_date",), page),
                    modified_at=_moment(fields, ("lastmod",), page),
                )
            )
    oldest = datetime.min.replace(tzinfo=UTC)
    return list(dict.fromkeys(parts)), sorted(
        unique(listed), key=lambda item: item.modified_at or item.published_at or oldest, reverse=True
    )


def markup_text(html: str) -> str | None:
    """The text of a title that is a piece of HTML; None if it is empty."""
    text = markup_bytes(html).decode()
    if not text.strip():
        return None
    return collapse(lxml_html.fragment_fromstring(text, create_parent="p").text_content()) or None


def _targets(item: Element, fields: list[Element]) -> Iterator[str]:
    """What an item gives as its address, the likeliest first."""
    links = [field for field in fields if _name(field) == "link"]
    yield from (field.text or "" for field in links)
    yield from (field.get("href") for field in links if field.get("href") and field.get("rel") in _ALTERNATE)
    yield from (field.text or "" for field in fields if _name(field) == "origLink")
    for field in fields:
        # RSS 2.0: a guid is the item's link unless isPermaLink says that it is not.
        told = [value.strip().lower() for name, value in field.items() if name.lower() == "ispermalink"]
        if _name(field) == "id" or (_name(field) == "guid" and told != ["false"]):
            yield field.text or ""
    yield next((value for name, value in item.items() if name.endswith("}about")), "")


def _identify(target: str, bases: tuple[str, str], page: ListingPage) -> Address | None:
    """The article at the address that an item gives. It may be relative to one of `bases`: to xml:base, where there is
    one, else to the feed; or to the front page that the feed names."""
    target = _address_text(target)
    if not target:
        return None
    found = (page.identify(absolute(base, target)) for base in bases)
    return next(filter(None, found), None)


def _address_text(text: str | None) -> str:
    """An address without the line ends in it and around it, and without a second coding of "&"."""
    return "".join(line.strip() for line in re.split(r"[\r\n\t]+", text or "")).replace("&amp;", "&")


def _number(fields: list[Element], page: ListingPage) -> int | None:
    """The number of a WordPress post, which its feed gives in the guid (/?p=ID) or in an element of its own."""
    for field in fields:
        text = collapse(field.text)
        if _name(field) == "guid" and (address := page.identify(text)) and address.number is not None:
            return address.number
        if _name(field) == "post-id" and (address := page.identify(page.site.numbered_path.format(text))):
            return address.number
    return None


def _title(fields: list[Element]) -> str | None:
    titles = [field for field in fields if _name(field) == "title"]
    titles.sort(key=lambda field: field.tag.removeprefix("{").startswith(_MEDIA))  # stable: the item's own first
    for field in titles:
        text = "".join(field.itertext())
        if title := markup_text(text) if _MARKUP.search(text) else collapse(text):
            return title
    return None


def _moment(fields: list[Element], names: tuple[str, ...], page: ListingPage) -> datetime | None:
    """The time in the first of the named fields that has one."""
    times = (
        page.past(read_machine_time(collapse(field.text), page.site.timezone))
        for name in names
        for field in fields
        if _name(field) == name
    )
    return next(filter(None, times), None)


def _name(element: Element) -> str:
    """The name of an element without its namespace; "" for a comment and the like."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _xml(text: str, what: str) -> Element:
    """The tree of a feed or a sitemap. What stands before its first element is cut off: blank lines, a charset in which
    the text came and is not any more, a document type with entities, a program's warnings."""
    start = re.search(rf"<(?:[\w.-]+:)?(?:{'|'.join(_ROOTS[what])})(?=[\s>])", text)
    if start is None or re.search(r"<(?:html|body)\b", text[: start.start()], re.IGNORECASE):
        raise ListingError(f"the answer is not {what}")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(markup_bytes(_with_xml_entities(text[start.start() :])), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _name(root) not in _ROOTS[what] or (_name(root) == "feed" and len(root) == 0):
        raise ListingError(f"the answer is not {what}")
    return root


def _with_xml_entities(text: str) -> str:
    """HTML's named entities as characters and a bare "&" as "&amp;", outside CDATA sections: XML knows neither."""
    plain, *sections = text.split("<![CDATA[")
    pieces = [_ENTITY.sub(_entity, plain)]
    for section in sections:
        cdata, end, plain = section.partition("]]>")
        pieces += ["<![CDATA[", cdata, end, _ENTITY.sub(_entity, plain)]
    return "".join(pieces)


def _entity(match: re.Match[str]) -> str:
    if match["xml"]:
        return match[0]
    if match["html"] and (character := unescape(match[0])) != match[0]:
        return escape(character)
    return "&amp;" + match[0][1:]
