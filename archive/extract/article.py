"""`read_article` reads the article of a page. The crawl and every rebuild read with this one function."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from archive.extract import own_address
from archive.extract.body import Element, folded, paragraphs_of
from archive.extract.continuation import first_page, second_page
from archive.extract.credits import read_credits
from archive.extract.dates import past
from archive.extract.encoding import markup_bytes
from archive.extract.generic import GenericPage, read_generic, right_time
from archive.extract.headline import letters
from archive.extract.layout_region import region_of
from archive.extract.metadata import Metadata
from archive.extract.no_story import no_story
from archive.sites import Address, Site
from archive.sites.unknown import unknown_site

_REFERENCES = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|(\d{1,7}));?")
"""Numeric character references (HTML, 13.1.4)."""
_NOWHERE = unknown_site("http://nowhere.invalid/")
NO_LAYOUT = "the page has no article region of a known layout and does not name its own address"
"""Why a described site's page is refused that may be another than the story that was asked for."""
GENERIC = "generic"
"""The layout of a page that has none of its site's layouts."""
_LONG_TAG_BYTES = 10_000
_MAX_ATTRIBUTES = 2000
"""A page with a tag of more bytes and more attributes than these is refused. Chosen, not measured."""


MAX_PAGE_CHARS = 2_000_000
"""Longer pages are refused. The pages of the longest stories have a tenth of it, and the time to read a page grows with
the square of its length."""


class ReadingError(Exception):
    """A page is no article, or no article can be read from it. The message is one line for people."""


class NoAddressError(ReadingError):
    """A page is at an address that is no article's, and does not say which article it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one page says of one article. A field is None, () or False where the page does not say it; nothing is
    guessed.

    `published_at` and `modified_at` are aware, in the site's own offset. `pewarta` (reporter), `editor` and
    `translator` are names, several joined by ", ". `body` is paragraphs separated by an empty line, with the dateline,
    without the credits. `original_url` is where the page says that the story was published first. `layout` is the name
    of the layout that the page was read with (archive.sites.site.Layout), or GENERIC. `goes_on_at` is the address of
    the story's second page, if it has several: `body` has the text of the first.
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
    translator: str | None = None
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
    goes_on_at: str | None = None

    @property
    def word_count(self) -> int:
        return len(self.body.split())

    @property
    def fingerprint(self) -> str:
        """Equal for texts that are the same version: the first 32 hex digits of a SHA-256 of title, body, pewarta,
        editor and, if there is one, translator without case, white space and punctuation. So a change of typography is
        no edit."""
        parts = (self.title, self.body, self.pewarta or "", self.editor or "", *filter(None, [self.translator]))
        return hashlib.sha256("\0".join(map(folded, parts)).encode()).hexdigest()[:32]


def read_article(html: str, *, url: str, site: Site, fetched_at: datetime) -> Article:
    """Reads one page of a site.

    `html` is the decoded page, `url` its address on the site. The site's layouts are tried in their order, newest
    first. The layout's selectors find the metadata and the article region, and trafilatura reads the region.

    A page of no known layout is read by what news pages have in common (archive.extract.generic), and `layout` is
    GENERIC. On a described site such a page must name its own address or surely be a story, so that a challenge or a
    front page is not taken for one. On an undescribed site the author in its metadata is the pewarta if the page prints
    none.

    Raises ReadingError where there is no story to read.
    """
    return explain_article(html, url=url, site=site, fetched_at=fetched_at)[0]


def explain_article(html: str, *, url: str, site: Site, fetched_at: datetime) -> tuple[Article, dict[str, str]]:
    """(the article as `read_article` returns it, field -> where its value was found: a selector, the name of a
    machine-readable form, or a place in the text)."""
    tree = _parse(html)
    metadata = Metadata(tree, html, url=url, site=site, fetched_at=fetched_at)
    address = _address(metadata, url, site)
    if first := first_page(tree, url):
        raise ReadingError(f"a further page of the story at {first}")
    region = region_of(tree, html, site=site, number=address.number)
    layout = region.layout if region else None
    metadata.post = region.post if region else None
    generic = None if region else _read_generic(tree, metadata, address, url, site)
    if region is not None:
        byline_css, byline = metadata.byline(layout)
        text = paragraphs_of(region.element, (*region.layout.drop, byline_css))
        paragraphs = _with_lead(metadata.lead(layout, region.element), text)
        title = metadata.title(layout)
    else:
        assert generic is not None
        byline_css, byline = "the lines around the text", generic.byline
        paragraphs, title = generic.paragraphs, generic.headline.text if generic.headline else None
        metadata.rules.update(generic.rules)
    body, credits = read_credits(paragraphs, byline, site=site)
    if not title:
        raise ReadingError("the page has no title")
    if not body:
        raise ReadingError("the page has a title but no text")
    published_at, section = metadata.published_at(layout), metadata.section(layout)
    caption, author = metadata.caption(layout, title=title), None
    if generic is not None:
        published_at = past(right_time(published_at, generic.published_at), fetched_at)
        section, caption = section or generic.section, caption or generic.caption
        author = None if site.is_described else generic.author
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
        translator=credits.translator,
        published_at=published_at,
        modified_at=metadata.modified_at(),
        section=section,
        tags=metadata.tags(layout),
        dateline=credits.dateline,
        credit=credits.credit,
        is_advertorial=credits.is_advertorial,
        image_url=metadata.image_url(layout),
        caption=caption,
        original_url=metadata.original_url(),
        goes_on_at=second_page(tree, url, address.url),
    )
    apart = read_credits([], byline, site=site)[1]  # the credits that the page prints outside the text
    end = "the end of the text"
    rules = metadata.rules | {
        "body": region.css if region else metadata.rules["body"],
        "pewarta": (byline_css if apart.pewarta else end) if credits.pewarta else "the page's metadata",
        "editor": byline_css if apart.editor else end,
        "translator": byline_css if apart.translator else end,
        "dateline": "the beginning of the text",
        "credit": end,
        "is_advertorial": end,
    }
    return article, rules


def _read_generic(tree: Element, metadata: Metadata, address: Address, url: str, site: Site) -> GenericPage:
    """Reads a page in no known layout. Raises ReadingError for what is no story."""
    generic = read_generic(tree, url=url, linked=metadata.linked_stories())
    says = any(own.number == address.number or own.url == address.url for own in metadata.addresses())
    if site.is_described and not says and not generic.is_surely_a_story:
        raise ReadingError(NO_LAYOUT)
    if generic.headline is None:
        raise ReadingError("the page has no title")
    if kind := no_story(url, generic.headline.text):
        raise ReadingError(f"the page is {kind}, not a story")
    if not generic.paragraphs:
        raise ReadingError("the page has a title but no text")
    return generic


def declares_article(html: str) -> bool:
    """Whether a page declares itself an article: by og:type, by a schema.org Article type in JSON-LD or microdata, or
    by WordPress's body class "single-post". Needed for undescribed sites, because trafilatura finds a text in front
    pages and lists, too. Raises ReadingError for what is no page."""
    return Metadata(_parse(html), html, url="", site=_NOWHERE).is_of_article()


def stated_address(html: str) -> str | None:
    """The address that a stored page says is its own; None where it says none, and for what is no page."""
    try:
        return own_address.stated_address(_parse(html))
    except ReadingError:
        return None


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
            # libxml2 compares each attribute with all others.
            raise ReadingError("an element of the page has thousands of attributes")
    try:
        return lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ReadingError("the page is not HTML") from error


def _character(reference: re.Match[str]) -> str:
    """The character of a numeric reference; "" for one that an XML tree cannot hold."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if code in (0x0B, 0x0C) or code > sys.maxunicode else chr(code)


def _address(metadata: Metadata, url: str, site: Site) -> Address:
    """The address of the article on a page: identified by `url`, in the canonical form that the page itself names.
    Raises ReadingError where the page names another article."""
    asked = site.identify(url)
    number = asked.number if asked and asked.number is not None else metadata.post_number()
    if asked is None:
        if number is None:
            raise NoAddressError(f"{url} is not the address of an article of {site.title}")
        asked = Address("article", number, url)  # WordPress permalinks can be any path; the page has the post id
    canonical = asked.url
    for own in metadata.addresses():
        if own.number is not None and number is not None and own.number != number:
            raise ReadingError(f"asked for article {number}, the page says it is {own.number}")
        if own.kind == asked.kind and not (site.has_permalinks and urlsplit(own.url).query):
            canonical = own.url
            break
    return Address(asked.kind, number, canonical)


def _with_lead(lead: list[str], paragraphs: list[str]) -> list[str]:
    """The text with the lead before it; many themes print the text's own beginning as an excerpt, which is none."""
    whole = letters("".join(paragraphs))
    return [text for text in lead if letters(text.rstrip("[]…. ")) not in whole] + paragraphs
