"""What a feed, sitemap, REST answer or listing page names: articles, each with what is known before it is fetched.

Each reader raises ListingError when the text is not what it should be: then the next way of discovery is tried. One
entry that cannot be read costs itself alone: `ListingPage.refused` says which and why.
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
    "cards": "div.card__post-list.mt-30",  # 2026; the popular box has card__post-list without the margin
    "older markup": "article.simple-post.simple-big",  # 2020-2023
}
_CARD_LINKS = "h2.post_title a[href], header h3 a[href], h3 a[href]"
_WORDPRESS_LINKS = "article .entry-title a[href], article h2 a[href], article h3 a[href], h2.entry-title a[href]"


_XML_DECLARATION = re.compile(rb"^<\?xml\b[^>]*\?>")
_CLOCK_SLACK = timedelta(days=1)


class ListingError(Exception):
    """A listing is not what it should be; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The decoded text of one answer, and what reading it takes: `resolve` makes a link's target an absolute address
    on the site itself, `now` is the server's clock. `refused` grows by a line for each entry that cannot be read."""

    text: str
    site: Site
    resolve: Callable[[str], str]
    now: datetime
    refused: list[str] = field(default_factory=list)

    def identify(self, target: str | None) -> Address | None:
        return self.site.identify(self.resolve(target)) if target else None

    def past(self, moment: datetime | None) -> datetime | None:
        """A time that an entry tells, unless it lies ahead: a mistyped year would stand above all news for ever."""
        return moment if moment is not None and moment <= self.now + _CLOCK_SLACK else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One article as a listing names it.

    `published_at` and `modified_at` are exact, aware times and may serve as the article's own where its page has none
    (RSS pubDate, REST date_gmt). `day` is only the day printed beside the link ("Kemarin 18:31", "11 Juli 2026"),
    in the site's timezone: good to know when a listing has gone past a date, never kept as a publication time.
    """

    address: Address
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    day: date | None = None

    @property
    def stands_at(self) -> date | None:
        """The day by which the listing is ordered: of the change where it gives one, else of publication."""
        moment = self.modified_at or self.published_at
        return moment.date() if moment else self.day


@dataclass(frozen=True, slots=True)
class Listing:
    """What one listing names: its entries, the parts of a sitemap's index, the markup that served, and a line for each
    entry that could not be read."""

    entries: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    markup: str | None = None
    refused: tuple[str, ...] = ()


def read_feed(page: ListingPage) -> list[Listed]:
    """An RSS 2.0 feed. WordPress carries the post id in the guid (/?p=ID). Items of other hosts are left out."""
    root = _xml(page.text, "rss", "an RSS feed")
    listed = []
    for item in root.iter("item"):
        link, guid = collapse(item.findtext("link")), item.find("guid")
        by_guid = page.identify(collapse(guid.text)) if guid is not None else None
        if not link and guid is not None and guid.get("isPermaLink", "true") != "false":  # RSS 2.0: guid stands for it
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
        # Some feeds print the time they were made as every item's pubDate (seen on the video feed).
        listed = [replace(item, published_at=None) for item in listed]
    return _unique(listed)


def read_cards(page: ListingPage) -> tuple[str, list[Listed]]:
    """An ANTARA listing page: (which markup served, articles). Carousels and popular boxes repeat other sections'
    stories and are read only when neither known markup is there."""
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
    """A WordPress REST answer: GET /wp-json/wp/v2/posts."""
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
    """A sitemap: (the addresses of its parts, if it is an index; the articles it names, newest change first)."""
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
    """A WordPress listing page (/berita/page/n/): the links of its entry titles."""
    return _links(select(_html(page.text), _WORDPRESS_LINKS), page)


def read_listing_page(kind: ListingKind, page: ListingPage) -> Listing:
    """Reads a listing of a kind. Raises ListingError."""
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
    """One entry an article, the first."""
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
    """WordPress prints its _gmt times without an offset; they are UTC."""
    if not isinstance(text, str):
        return None
    moment = read_machine_time(text, UTC)
    return moment.astimezone(site.timezone) if moment else None


def _xml(text: str, tag: str | None, what: str) -> Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        # The declaration may name another charset than the text came in, which is decoded by now.
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
