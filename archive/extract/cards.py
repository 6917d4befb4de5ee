"""Reads listing pages in HTML: the cards of their entries, and what links to articles stand outside of these."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

from lxml import etree
from lxml import html as lxml_html

from archive.extract.body import Element, collapse, select, text_lines
from archive.extract.dates import CLOCK_SLACK, read_day, read_machine_time
from archive.extract.encoding import markup_bytes
from archive.extract.listed import ANY_LINK, Listed, ListingError, ListingPage, unique
from archive.sites import Address, CardForm

_BETWEEN = re.compile(r"\s*[/|•·–]\s+|\s+-\s+")
"""What stands between the parts of a card's line, as in "Bandarlampung / 3 jam lalu"."""
_MAX_PATH_CHARS = 200
"""No pager's link has a longer path."""
_MAX_PAGERS = 20
"""Links to a second or third page that are looked at."""
_WHOLE_PAGE = ("html", "body", "main")
"""Elements that are no box, whatever their class: themes give the body a class such as "sidebar-right"."""

Told = tuple[str, Element, Address]
"""The name of a card's form, the link to its article, and the article's address."""


def read_cards(page: ListingPage) -> tuple[str, list[Listed]]:
    """Reads a listing page: (the names of its forms of cards, articles in the order of the page). If none of the site's
    forms is there, all links of the page are taken (ANY_LINK), also those of carousels and boxes, which repeat stories
    of other sections; none, if links to articles stand in these alone, as on a page after the last one."""
    tree = _html(page.text)
    markup, listed = _read(tree, page)
    if listed or not page.unread:
        return markup, listed
    return ANY_LINK, unique(_entry(link, page) for link in _article_links(tree, page))


def read_archive_page(page: ListingPage) -> list[Listed]:
    """Reads a WordPress listing page (/berita/page/N/): the links of its entry titles. Other links are never taken:
    categories and pages may have addresses like those of posts."""
    return _read(_html(page.text), page)[1]


def read_pager(page: ListingPage) -> str | None:
    """The path of further pages of a listing, with {} for the number, as the pager of its first page gives it. None
    where the page has no pager, or one whose links lead to no listing of the site.

    A pager's link may be relative to the site instead of the page, without saying so; then the section stands twice in
    its address, and is taken once.
    """
    links = ((link, collapse(link.text_content())) for link in select(_html(page.text), "a[href]"))
    for link, number in islice(((link, text) for link, text in links if text in ("2", "3")), _MAX_PAGERS):
        parts = urlsplit(page.resolve(link.get("href")))
        if parts.hostname not in page.site.hosts or len(parts.path) > _MAX_PATH_CHARS:
            continue
        path = re.sub(r"^((?:/[\w-]+)+?)\1(?=/)", r"\1", parts.path)
        for place, pattern in ((path, rf"(?<=/){number}(?=/?$)"), (parts.query, rf"(?<=\bpage=){number}(?=&|$)")):
            start = re.search(pattern, place)
            if start is None:
                continue
            form = f"{place[: start.start()]}{{}}{place[start.end() :]}"
            template = form if place == path else urlunsplit(("", "", path, form, ""))
            if template.count("{}") == 1 and page.site.listing_kind(template.replace("{}", number)):
                return template
    return None


def _read(tree: Element, page: ListingPage) -> tuple[str, list[Listed]]:
    """(The names of the forms of cards, articles in the order of the page). The other links to articles are noted in
    `page.unread` and `page.boxed`."""
    boxes = {box for box in select(tree, page.site.boxes) if box.tag not in _WHOLE_PAGE}
    cards: dict[Element, Told] = {}
    for form in page.site.card_forms:
        for card in select(tree, form.card):
            if card not in cards and not _is_within(card, boxes) and (told := _told(card, form, page)):
                cards[card] = (form.name, *told)
    outer = {card: [around for around in card.iterancestors() if around in cards] for card in cards}
    # An element around several cards is none itself; one around a single card is, and that card is a part of it.
    around = {one for card, ones in outer.items() for one in ones if _key(cards[one][2]) != _key(cards[card][2])}
    whole = {card for card, ones in outer.items() if card not in around and around.issuperset(ones)}
    read = [(card, cards[card]) for card in tree.iter() if card in whole]
    listed = unique(_entry(link, page, card=card, address=address) for card, (_, link, address) in read)
    _note_others(tree, page, boxes, whole, listed)
    return ", ".join(dict.fromkeys(name for _, (name, _, _) in read)), listed


def _told(card: Element, form: CardForm, page: ListingPage) -> tuple[Element, Address] | None:
    """The link of a card to its article, and the article's address; None where it has none."""
    links = (link for css in form.links for link in select(card, css))
    found = ((link, page.identify(link.get("href"))) for link in links)
    return next(((link, address) for link, address in found if address), None)


def _note_others(
    tree: Element, page: ListingPage, boxes: set[Element], cards: set[Element], listed: Iterable[Listed]
) -> None:
    taken = {_key(item.address) for item in listed}
    headings = set(select(tree, "h1, h2, h3, h4, h5, h6"))  # within a card, a heading that is not its own is another's
    outside = [link for link in select(tree, "a[href]") if not _is_within(link, cards) or _is_within(link, headings)]
    for link in sorted(outside, key=lambda link: _is_within(link, boxes)):  # a story in a box, too, is unread
        address = page.identify(link.get("href"))
        if address is not None and _key(address) not in taken:
            taken.add(_key(address))
            (page.boxed if _is_within(link, boxes) else page.unread).append(address.url)


def _entry(link: Element, page: ListingPage, *, card: Element | None = None, address: Address | None = None) -> Listed:
    address = address or page.identify(link.get("href"))
    assert address is not None
    return Listed(address=address, title=_title(link), day=None if card is None else _day(card, page))


def _title(link: Element) -> str | None:
    """The text of a link, or its title attribute where this is the same in full ("Permalink to …" is not)."""
    told, text = collapse(link.get("title")), collapse(link.text_content())
    return (told if told.startswith(text.rstrip("….")) else text) or None


def _article_links(tree: Element, page: ListingPage) -> list[Element]:
    return [link for link in select(tree, "a[href]") if page.identify(link.get("href"))]


def _is_within(element: Element, outer: set[Element]) -> bool:
    return element in outer or any(ancestor in outer for ancestor in element.iterancestors())


def _key(address: Address) -> tuple[str, int | str]:
    return address.kind, address.number or address.url


def _day(card: Element, page: ListingPage) -> date | None:
    """The day that a card prints: in a line of its own, or in a part of one."""
    zone, latest = page.site.timezone, (page.now + CLOCK_SLACK).astimezone(page.site.timezone).date()
    times = (read_machine_time(time.get("datetime"), zone) for time in select(card, "time[datetime]"))
    if machine := next(filter(None, times), None):
        return machine.date() if machine.date() <= latest else None
    lines = text_lines(card)
    for text in (*lines, *(part for line in lines for part in _BETWEEN.split(line))):
        day = read_day(text, now=page.now, zone=zone)
        if day is not None:
            return day if day <= latest else None
    return None


def _html(text: str) -> Element:
    try:
        return lxml_html.document_fromstring(markup_bytes(text), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ListingError("the listing is not HTML") from error
