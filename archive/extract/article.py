"""Article, and `read_article`: a page -> what it says. The live crawl and the rebuild read with this one function."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from archive.extract.body import Element, paragraphs_of, select, whole_page
from archive.extract.credits import read_credits
from archive.extract.encoding import markup_bytes
from archive.extract.metadata import Metadata
from archive.sites import Address, Layout, Site
from archive.sites.unknown import unknown_site

_REFERENCES = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|(\d{1,7}));?")
_NOWHERE = unknown_site("http://nowhere.invalid/")
GENERIC = "generic"
"""The layout of a page that is in none of its site's."""
_BY_TRAFILATURA = "trafilatura, from the whole page"
_LONG_TAG_BYTES = 10_000
_UNSPOKEN = re.compile(r"[\W_]+")
_MAX_ATTRIBUTES = 2000
_CLOCK_SLACK = timedelta(days=1)


MAX_PAGE_CHARS = 2_000_000
"""Characters. The longest stories' pages have a tenth of it; what a page of many times that costs to read rises with
its square."""


class ReadingError(Exception):
    """A page is not an article, or nothing can be read from it; the message is one line for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one page says of one article. None, () or False where the page says nothing: nothing is guessed.

    `published_at` and `modified_at` are aware, in the site's own offset. `pewarta` (reporter) holds several names
    joined by ", ". `body` is paragraphs parted by an empty line; the dateline stays where it was printed, the credits
    do not. `original_url` is where the page says that the story was published first. `layout` names the generation of
    markup the page was read with.
    """

    site: str
    id: str
    number: int | None
    url: str
    title: str
    body: str
    layout: str
    pewarta: str | None = None
    editor: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    dateline: str | None = None
    credit: str | None = None
    is_advertorial: bool = False
    image_url: str | None = None
    caption: str | None = None
    original_url: str | None = None

    @property
    def word_count(self) -> int:
        return len(self.body.split())

    @property
    def fingerprint(self) -> str:
        """Tells an edit of the story from typography and page chrome: title, text, pewarta and editor without case,
        space and punctuation, hashed. Equal fingerprints are the same version."""
        parts = (self.title, self.body, self.pewarta or "", self.editor or "")
        folded = "\0".join(_UNSPOKEN.sub("", unicodedata.normalize("NFKC", part).casefold()) for part in parts)
        return hashlib.sha256(folded.encode()).hexdigest()[:32]


def read_article(html: str, *, url: str, site: Site, fetched_at: datetime) -> Article:
    """Reads one page of a site.

    `html` is the decoded page, `url` its address on the site. The site's layouts are tried newest first; their article
    region goes through trafilatura, their metadata through the layout. A page of no known layout is read by
    trafilatura whole, says so in `layout` ("generic"), and must name its own address, so that a challenge or a front
    page is not taken for a story; on a site nobody has described that cannot be asked of it, and what its metadata
    gives as author is the pewarta where the text names none. Raises ReadingError where there is no story to read.
    """
    return explain_article(html, url=url, site=site, fetched_at=fetched_at)[0]


def explain_article(html: str, *, url: str, site: Site, fetched_at: datetime) -> tuple[Article, dict[str, str]]:
    """(`read_article`'s article, field -> what gave its value: a selector, a machine form, a place in the text)."""
    tree = _parse(html)
    metadata = Metadata(tree, html, url=url, site=site)
    address = _address(metadata, url, site)
    layout, region, css = _region(tree, html, site)
    author = None
    if layout is not None:
        paragraphs, title = paragraphs_of(region, layout), metadata.title(layout)
    else:
        known = site.is_described
        if known and not any(own.number == address.number or own.url == address.url for own in metadata.addresses()):
            raise ReadingError("the page has no article region of a known layout and does not name its own address")
        page = whole_page(tree)
        paragraphs, title, author = page.paragraphs, page.title, None if known else page.author
        metadata.rules["title"] = _BY_TRAFILATURA
    byline = metadata.byline(layout)
    body, credits = read_credits(paragraphs, byline, site=site)
    if not title:
        raise ReadingError("the page has no title")
    if not body:
        raise ReadingError("the page has a title but no text")
    published_at = metadata.published_at(layout)
    if published_at is not None and published_at > fetched_at + _CLOCK_SLACK:
        published_at = None  # a year mistyped ahead would stand above all news for ever
    article = Article(
        site=site.name,
        id=site.article_id(address),
        number=address.number,
        url=address.url,
        title=title,
        body="\n\n".join(body),
        layout=layout.name if layout else GENERIC,
        pewarta=credits.pewarta or author,
        editor=credits.editor,
        published_at=published_at,
        modified_at=metadata.modified_at(),
        section=metadata.section(layout),
        tags=metadata.tags(layout),
        dateline=credits.dateline,
        credit=credits.credit,
        is_advertorial=credits.is_advertorial,
        image_url=metadata.image_url(layout),
        caption=metadata.caption(layout),
        original_url=metadata.original_url(),
    )
    apart = read_credits([], byline, site=site)[1]  # what the layout prints apart from the text
    end, byline_css = "the end of the text", layout.byline if layout else ""
    rules = metadata.rules | {
        "body": css or _BY_TRAFILATURA,
        "pewarta": (byline_css if apart.pewarta else end) if credits.pewarta else _BY_TRAFILATURA,
        "editor": byline_css if apart.editor else end,
        "dateline": "the beginning of the text",
        "credit": end,
        "is_advertorial": end,
    }
    return article, rules


def declares_article(html: str) -> bool:
    """Whether a page of a site that nobody has described says of itself that it is an article: by og:type, by a kind
    of schema.org's Article in JSON-LD or microdata, or by WordPress's body class of a single post. Front pages and
    lists read well, too, and are none. Raises ReadingError for what is no page."""
    return Metadata(_parse(html), html, url="", site=_NOWHERE).is_of_article()


def _parse(html: str) -> Element:
    if len(html) > MAX_PAGE_CHARS:
        raise ReadingError(f"the page has {len(html):,} characters, more than any article")
    html = _REFERENCES.sub(lambda match: match[0] if markup_bytes(_character(match)) else "", html)
    # In bytes, because XML declarations with an encoding are refused in decoded text.
    text = markup_bytes(html.lstrip("\ufeff"))
    if not text.strip():
        raise ReadingError("the page is empty")
    for piece in text.split(b"<"):
        if len(piece) > _LONG_TAG_BYTES and piece.partition(b">")[0].count(b"=") > _MAX_ATTRIBUTES:
            raise ReadingError("an element of the page has thousands of attributes")  # libxml2 compares each with each
    try:
        return lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ReadingError("the page is not HTML") from error


def _character(reference: re.Match[str]) -> str:
    """The character of a numeric reference; nothing for one that no XML tree can hold."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if code in (0x0B, 0x0C) or code > sys.maxunicode else chr(code)


def _address(metadata: Metadata, url: str, site: Site) -> Address:
    """Which article the page is: what the address says, and the page's own word for the canonical form."""
    asked = site.identify(url)
    number = asked.number if asked and asked.number is not None else metadata.post_number()
    if asked is None:
        if number is None:
            raise ReadingError(f"{url} is not the address of an article of {site.title}")
        asked = Address("article", number, url)  # WordPress lets editors choose any permalink; the post says its id
    canonical = asked.url
    for own in metadata.addresses():
        if own.number is not None and number is not None and own.number != number:
            raise ReadingError(f"asked for article {number}, the page says it is {own.number}")
        if urlsplit(own.url).query == "" and own.kind == asked.kind:
            canonical = own.url
            break
    return Address(asked.kind, number, canonical)


def _region(tree: Element, source: str, site: Site) -> tuple[Layout | None, Element, str | None]:
    """(layout, region, the selector that found it) of a page; None where it is of no known layout."""
    for layout in site.layouts:
        if layout.marker and not select(tree, layout.marker, source=source):
            continue
        for css in layout.region:
            for region in select(tree, css, source=source):
                if region.text_content().strip():
                    return layout, region, css
    return None, None, None
