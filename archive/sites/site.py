"""What a site is: its hosts, what identifies its articles, and where the parts of an article are in each layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

Kind = Literal["article", "photo", "video", "infographic"]
ListingKind = Literal["feed", "cards", "posts", "sitemap", "archive page"]

MAX_NUMBER = 1 << 53
"""Article numbers are below this. SQLite's integers end at 2**63, and JSON readers keep integers exact up to 2**53."""

LOOK_AGAIN_DAYS = (60, 90, 180, 365)
LAST_EARLY_DAY = 30
"""Until a story is so old, it is looked at again at the same times on all sites (archive.store.looking_again)."""
MOST_DAYS = 3650


ADVERTISING_INSERTIONS = ("ins[class]", "ins[id]", "ins[style]", "ins[data-ad-client]", "ins[data-revive-zoneid]")
"""Where advertisements are put. A bare <ins> is a correction that a newsroom shows, beside a <del>."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says of an article: its `number`, if the URL has it, and its canonical `url`.

    Raises ValueError for what a database or a request cannot hold: a number of MAX_NUMBER or more, a URL with a lone
    surrogate or a NUL, a scheme other than http and https.
    """

    kind: Kind
    number: int | None
    url: str

    def __post_init__(self) -> None:
        if self.number is not None and not 0 <= self.number < MAX_NUMBER:
            raise ValueError(f"{self.number:.6g} is no article's number")
        self.url.encode()
        if "\0" in self.url or not self.url.startswith(("/", "http://", "https://")):
            raise ValueError(f"{self.url[:80]!r} is no web address")


@dataclass(frozen=True, slots=True)
class ListingForm:
    """The paths (with query) at which a site has listings of one kind."""

    path: re.Pattern[str]
    kind: ListingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm:
    """One form in which a listing page prints its entries. `card` selects the elements of the entries, and `links`,
    tried in order, in each the link to its article: the first one that leads to an article counts. `name` says in a
    run's report that the form was read. Selectors are CSS."""

    name: str
    card: str
    links: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the parts of an article page sit in one generation of a site's markup. Selectors are CSS.

    A page has this layout if `marker` matches (an empty one always does) and it has a region with text in it
    (archive.extract.layout_region). Each tuple of selectors is an order of preference: the first one that gives a value
    counts, and the others are not read. `post` are selectors, with {} for the article's number, of the element that
    names the post; inside it everything is looked for first. `lead` is a text above the region that belongs to the
    story. `drop` are the elements inside the region that are not the story; the text after such an element stays.
    `byline` are elements with the credits, inside the region or outside; credits at the end of the text need no
    selector. `tag_class` and `section_class` are how the classes of the post's element begin that name its tags and
    rubriks, as "tag-" in "tag-gunung-lumut".
    """

    name: str
    region: tuple[str, ...]
    marker: str = ""
    post: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    image: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    tag_class: str = ""
    section_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One site. `name` is what people type and what article ids begin with: "antara-kaltim/67123"."""

    name: str
    title: str
    origin: str
    timezone: ZoneInfo
    cms: Literal["antara", "wordpress", "unknown"]
    layouts: tuple[Layout, ...]
    address: Callable[[str], Address | None] = field(repr=False)
    """Takes the path and query of a URL, such as "/berita/1/x?p=2"; the `url` of its result is a path, too. None for a
    path that is not an article's."""
    listings: tuple[ListingForm, ...] = ()
    card_forms: tuple[CardForm, ...] = ()
    """The forms of the entries of listing pages, the most exact first. Several may stand on one page."""
    boxes: str = ""
    """What is not the listing on a listing page: menus, carousels, boxes of popular stories, footers. CSS."""
    numbered_path: str = ""
    """For sites with permalinks, which editors change and may give to another article: the path that names an article
    by its number, such as "/?p={}". Empty for sites whose addresses all have the number."""
    places: tuple[str, ...] = ()
    """Place names that are a dateline when printed alone before a dash."""
    dateline_marks: tuple[str, ...] = ()
    """What the newsroom prints after the place of a dateline, such as "MCKabPaser"."""
    is_described: bool = True
    """False for a site that has no description here (archive.sites.unknown). Of such a site only pages that declare
    themselves to be articles are read."""
    verify_certificates: bool = True
    other_hosts: frozenset[str] = frozenset()
    """Further hosts of the site, beside those that every site has."""
    look_again_days: tuple[int, ...] = LOOK_AGAIN_DAYS
    """When an old story is looked at again: at the latest so many days after it was first read, rising from more than
    30 (what comes before is the same for all sites). The last step is repeated for ever: with 365 at the end, each
    year."""

    def __post_init__(self) -> None:
        days = (LAST_EARLY_DAY, *self.look_again_days)
        if any(later <= earlier for earlier, later in pairwise(days)) or days[-1] > MOST_DAYS:
            raise ValueError(
                f"look_again_days are days from {LAST_EARLY_DAY + 1} to {MOST_DAYS}, each more than the one before, and"
                f" not {self.look_again_days}"
            )

    @cached_property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The site's own hosts: its host, the same with "m." and "www." before it, and its other hosts."""
        return frozenset({self.host, f"m.{self.host}", f"www.{self.host}"}) | self.other_hosts

    def identify(self, url: str) -> Address | None:
        """The article at a URL of this site; None for another host's URL and for a page that is no article."""
        try:
            parts = urlsplit(url)
        except ValueError:  # such as "https://[x"
            return None
        if parts.hostname not in self.hosts:
            return None
        try:
            address = self.address(urlunsplit(("", "", parts.path, parts.query, "")))
        except ValueError:  # such as a number of 25 digits
            return None
        return replace(address, url=self.origin + address.url) if address else None

    @property
    def has_permalinks(self) -> bool:
        """Whether an article's address may change and lead to another article later."""
        return bool(self.numbered_path)

    def numbered_address(self, number: int) -> str:
        """The address that names an article of a site with permalinks by its number."""
        return self.origin + self.numbered_path.format(number)

    def listing_kind(self, path: str) -> ListingKind | None:
        """The kind of listing at a path (with its query); None where no listing is known."""
        return next((form.kind for form in self.listings if form.path.fullmatch(path)), None)

    def canonical(self, url: str) -> str:
        """The address at the site's origin of a URL at one of its hosts, by http or https at their own ports: it is the
        same page there. Other URLs, and those of sites without a description, are returned as they are."""
        parts = urlsplit(url)
        if not self.is_described or parts.hostname not in self.hosts or parts.port not in (None, 80, 443):
            return url
        return self.origin + urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))

    def own_address(self, url: str, *, origin: str) -> str:
        """The address on the site itself of a URL requested at `origin`, which is the site's own origin or that of a
        server in its place (a mirror, the newsroom). Other URLs are returned as they are."""
        asked, place = urlsplit(url), urlsplit(origin)
        if (asked.scheme, asked.netloc) != (place.scheme, place.netloc):
            return url
        return self.origin + urlunsplit(("", "", asked.path, asked.query, asked.fragment))

    def at_home(self, url: str) -> str:
        """The address on the site itself of the URL of a capture, whatever server was in the site's place then."""
        asked = urlsplit(url)
        if asked.hostname in self.hosts:
            return self.canonical(url)
        return self.own_address(url, origin=f"{asked.scheme}://{asked.netloc}")

    def article_id(self, address: Address) -> str:
        """ "site/number", or "site/path" where the address has no number."""
        if address.number is not None:
            return f"{self.name}/{address.number}"
        parts = urlsplit(address.url)
        return self.name + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
