"""Reads listings: feeds, sitemaps, WordPress REST answers, listing pages. They name articles, with titles and times.

A reader raises ListingError for a text that is not such a listing; the spider then tries the site's next way of
discovery. A single entry that cannot be read is skipped and reported in `ListingPage.refused`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from archive.extract.body import Element, collapse, select, text_lines
from archive.extract.dates import read_day, read_machine_time
from archive.extract.encoding import markup_bytes
from archive.sites import Address, ListingKind, Site

CARDS = {
    "cards": "div.card__post-list.mt-30",  # 2026; the box of popular stories has card__post-list without mt-30
    "older markup": "article.simple-post.simple-big",  # 2020-2023
}
"""Name of the markup -> selector of an ANTARA listing's entries (FACTS, section 1)."""
_CARD_LINKS = "h2.post_title a[href], header h3 a[href], h3 a[href]"
_WORDPRESS_LINKS = "article .entry-title a[href], article h2 a[href], article h3 a[href], h2.entry-title a[href]"


_XML_DECLARATION = re.compile(rb"^<\?xml\b[^>]*\?>")
_CLOCK_SLACK = timedelta(days=1)
"""How far an entry's time may be ahead of the server's clock: for wrong time zones."""


class ListingError(Exception):
    """A text is not the listing it should be. The message is one line for people."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The decoded text of a listing, and what is needed to read it: `resolve` turns the target of a link into an
    absolute address on the site itself, `now` is the time on the server's clock. The readers add a line to `refused`
    for each entry that cannot be read."""

    text: str
    site: Site
    resolve: Callable[[str], str]
    now: datetime
    refused: list[str] = field(default_factory=list)

    def identify(self, target: str | None) -> Address | None:
        return self.site.identify(self.resolve(target)) if target else None

    def past(self, moment: datetime | None) -> datetime | None:
        """The time of an entry; None if it is in the future, since a mistyped year would keep the story above all news
        for years."""
        return moment if moment is not None and moment <= self.now + _CLOCK_SLACK else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One article as a listing names it.

    `published_at` and `modified_at` are exact, aware times (RSS pubDate, REST date_gmt), which are used as the
    article's own if its page has none. `day` is the day printed beside the link ("Kemarin 18:31", "11 Juli 2026"), in
    the site's timezone; it tells how far back a listing goes, and is never stored as a publication time.
    """

    address: Address
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    day: date | None = None

    @property
    def stands_at(self) -> date | None:
        """The day by which the listing is ordered: that of the last change, if the listing gives it, else that of
        publication. None if it gives no day."""
        moment = self.modified_at or self.published_at
        return moment.date() if moment else self.day


@dataclass(frozen=True, slots=True)
class Listing:
    """What one listing names: its entries, the addresses of a sitemap index's parts, the name of the markup that was
    recognised (see CARDS), and a line for each entry that could not be read."""

    entries: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    markup: str | None = None
    refused: tuple[str, ...] = ()


def read_feed(page: ListingPage) -> list[Listed]:
    """Reads an RSS 2.0 feed. WordPress has the post id in the guid (/?p=ID). Items of other hosts are left out."""
    root = _xml(page.text, "rss", "an RSS feed")
    listed = []
    for item in root.iter("item"):
        link, guid = collapse(item.findtext("link")), item.find("guid")
        by_guid = page.identify(collapse(guid.text)) if guid is not None else None
        if not link and guid is not None and guid.get("isPermaLink", "true") != "false":  # RSS 2.0: then it is the link
            link = collapse(guid.text)
        address = page.identify(link)
        if address is None:
            continue
        if address.number is None and by_guid is not None:
            address = replace(address, number=by_guid.number)
        published_at = page.past(read_machine_time(item.findtext("pubDate") or "", page.site.timezone))
        listed.append(
            Listed(address=address, title=collapse(item.findtext("title")) or None, published_at=published_at)
        )
    if len(listed) > 1 and len({item.published_at for item in listed}) == 1:
        # Some feeds give the time of their making as every item's pubDate (seen in ANTARA's video feed).
        listed = [replace(item, published_at=None) for item in listed]
    return _unique(listed)


def read_cards(page: ListingPage) -> tuple[str, list[Listed]]:
    """Reads an ANTARA listing page: (name of the markup, articles). If neither known markup is there, all links of the
    page are taken ("any link"), also those of carousels and boxes, which repeat stories of other sections."""
    tree = _html(page.text)
    for markup, css in CARDS.items():
        listed = []
        for card in select(tree, css):
            for link in select(card, _CARD_LINKS)[:1]:
                if address := page.identify(link.get("href")):
                    title = collapse(link.get("title") or link.text_content()) or None
                    listed.append(Listed(address=address, title=title, day=_day(card, page)))
        if listed:
            return markup, _unique(listed)
    return "any link", _links(select(tree, "a[href]"), page)


def read_posts(page: ListingPage) -> list[Listed]:
    """Reads an answer of WordPress's REST API to GET /wp-json/wp/v2/posts."""
    try:
        posts = json.loads(page.text)
    except (ValueError, RecursionError) as error:
        raise ListingError("the REST answer is not JSON") from error
    if not isinstance(posts, list):
        raise ListingError("the REST answer is not a list of posts")
    listed = []
    for post in posts:
        if not isinstance(post, dict) or not isinstance(post.get("id"), int) or not isinstance(post.get("link"), str):
            raise ListingError("a post in the REST answer has no id or no link")
        try:
            address = Address("article", post["id"], page.resolve(post["link"]))
        except ValueError as error:
            page.refused.append(f"a post with id {str(post['id'])[:20]}: {error}")
            continue
        listed.append(
            Listed(
                address=address,
                title=_rendered(post.get("title")),
                published_at=page.past(_gmt(post.get("date_gmt"), page.site)),
                modified_at=page.past(_gmt(post.get("modified_gmt"), page.site)),
            )
        )
    return _unique(listed)


def read_sitemap(page: ListingPage) -> tuple[list[str], list[Listed]]:
    """Reads a sitemap: (the addresses of its parts, if it is an index; its articles, last changed first)."""
    root = _xml(page.text, None, "a sitemap")
    kind = etree.QName(root).localname
    if kind not in ("sitemapindex", "urlset"):
        raise ListingError("the answer is not a sitemap")
    parts, listed = [], []
    for entry in root:
        fields = {etree.QName(field).localname: collapse(field.text) for field in entry if isinstance(field.tag, str)}
        target = page.resolve(fields.get("loc", ""))
        if kind == "sitemapindex":
            parts.append(target)
        elif address := page.site.identify(target):
            modified_at = page.past(read_machine_time(fields.get("lastmod", ""), page.site.timezone))
            listed.append(Listed(address=address, modified_at=modified_at))
    oldest = datetime.min.replace(tzinfo=UTC)
    return parts, sorted(_unique(listed), key=lambda item: item.modified_at or oldest, reverse=True)


def read_archive_page(page: ListingPage) -> list[Listed]:
    """Reads a WordPress listing page (/berita/page/N/): the links of its entry titles."""
    return _links(select(_html(page.text), _WORDPRESS_LINKS), page)


def read_listing_page(kind: ListingKind, page: ListingPage) -> Listing:
    """Reads a listing of the given kind. Raises ListingError for what is no such listing."""
    parts, markup = list[str](), None
    match kind:
        case "feed":
            entries = read_feed(page)
        case "cards":
            markup, entries = read_cards(page)
        case "posts":
            entries = read_posts(page)
        case "sitemap":
            parts, entries = read_sitemap(page)
        case "archive page":
            entries = read_archive_page(page)
    return Listing(tuple(entries), tuple(parts), markup if entries else None, tuple(page.refused))


def _links(links: Iterable[Element], page: ListingPage) -> list[Listed]:
    return _unique(
        Listed(address=address, title=collapse(link.get("title") or link.text_content()) or None)
        for link in links
        if (address := page.identify(link.get("href")))
    )


def _unique(listed: Iterable[Listed]) -> list[Listed]:
    """The first entry of each article."""
    return list({(i.address.kind, i.address.number or i.address.url): i for i in reversed(list(listed))}.values())[::-1]


def _day(card: Element, page: ListingPage) -> date | None:
    return next(
        (day for line in text_lines(card) if (day := read_day(line, now=page.now, zone=page.site.timezone))), None
    )


def _rendered(title: Any) -> str | None:
    html = title.get("rendered") if isinstance(title, dict) else None
    text = markup_bytes(html).decode() if isinstance(html, str) else ""
    if not text.strip():
        return None
    return collapse(lxml_html.fragment_fromstring(text, create_parent="p").text_content()) or None


def _gmt(text: Any, site: Site) -> datetime | None:
    """A time of WordPress's _gmt fields, which are in UTC and have no offset; in the site's zone."""
    if not isinstance(text, str):
        return None
    moment = read_machine_time(text, UTC)
    return moment.astimezone(site.timezone) if moment else None


def _xml(text: str, tag: str | None, what: str) -> Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        # The declaration may name the charset in which the text came, but the text is in UTF-8 now.
        root = etree.fromstring(_XML_DECLARATION.sub(b"", markup_bytes(text).strip()), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or (tag is not None and root.tag != tag):
        raise ListingError(f"the answer is not {what}")
    return root


def _html(text: str) -> Element:
    try:
        return lxml_html.document_fromstring(markup_bytes(text), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ListingError("the listing is not HTML") from error
