"""What a listing says: the articles it names, each with what is told of it, and what of the listing was not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from archive.extract.dates import past
from archive.sites import Address, Site

MAX_ENTRIES = 10_000
"""A listing's entries after these are left, and the run says so. A feed or a page has tens of entries. Chosen, not
measured."""
MAX_URLS = 50_000
"""The same of a sitemap, which has no more by the protocol. The last changed are read."""


class ListingError(Exception):
    """A text is not the listing it should be. The message is one line for people."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The decoded text of a listing, and what is needed to read it: `resolve` turns the target of a link into an
    absolute address on the site itself, `now` is the time on the server's clock.

    The readers add a line to `refused` for each entry that cannot be read, a page's reader the addresses of the
    articles to which links lead that are in none of its cards: to `unread` those of links that may be entries in a form
    of card that is not known, to `boxed` those of links in menus, carousels and boxes of popular stories.
    """

    text: str
    site: Site
    resolve: Callable[[str], str]
    now: datetime
    refused: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    boxed: list[str] = field(default_factory=list)
    _identified: dict[str, Address | None] = field(default_factory=dict)

    def identify(self, target: str | None) -> Address | None:
        if not target:
            return None
        if target not in self._identified:
            self._identified[target] = self.site.identify(self.resolve(target))
        return self._identified[target]

    def past(self, moment: datetime | None) -> datetime | None:
        """The time of an entry; None if it is in the future."""
        return past(moment, self.now)


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
    recognised (the names of the site's card forms, or ANY_LINK), and a line for each entry that could not be read.

    `left` is the number of entries after MAX_ENTRIES or MAX_URLS. `next_page` is the path of the second page of a
    listing page, as its pager gives it, with {} for the number. `unread` and `boxed` are those of the ListingPage.
    """

    entries: tuple[Listed, ...]
    parts: tuple[str, ...] = ()
    markup: str | None = None
    refused: tuple[str, ...] = ()
    left: int = 0
    next_page: str | None = None
    unread: tuple[str, ...] = ()
    boxed: tuple[str, ...] = ()


ANY_LINK = "any link"
"""The markup of a listing page without a known form of card: links are taken from the whole page."""


def unique(listed: Iterable[Listed]) -> list[Listed]:
    """The first entry of each article."""
    return list({(i.address.kind, i.address.number or i.address.url): i for i in reversed(list(listed))}.values())[::-1]
