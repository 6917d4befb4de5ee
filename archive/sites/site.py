"""What a site is: where it lives, what identifies its articles, and where their parts sit in each layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

Kind = Literal["article", "photo", "video", "infographic"]
ListingKind = Literal["feed", "cards", "posts", "sitemap", "archive page"]

MAX_NUMBER = 1 << 53
"""Numbers of articles end here: SQLite's end at 2**63, and JSON readers keep them exact up to this one."""


@dataclass(frozen=True, slots=True)
class Address:
    """An article as a URL names it: `number` where the URL carries it, and the canonical `url` on the site's origin.

    Raises ValueError for what no database and no request can hold: numbers beyond MAX_NUMBER, lone surrogates, and
    schemes other than http.
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
    """Addresses (path and query) at which a site lists articles, and what kind of listing stands there."""

    path: re.Pattern[str]
    kind: ListingKind


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the parts of an article page sit in one generation of a site's markup. Selectors are CSS.

    A page is of this layout when `marker` matches and one of `region`, tried in order, has text. `drop` names what
    inside the region is not the story (the text after such an element stays). `byline` names elements that hold the
    credits, inside the region or outside; credits at the end of the text itself need no selector. Empty selectors
    match nothing.
    """

    name: str
    region: tuple[str, ...]
    marker: str = ""
    title: str = ""
    date: str = ""
    byline: str = ""
    section: str = ""
    tags: str = ""
    caption: str = ""
    image: str = ""
    drop: tuple[str, ...] = ()


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
    """Reads the path and query of a URL, as "/berita/1/x?p=2"; the `url` it returns is a path, too."""
    listings: tuple[ListingForm, ...] = ()
    numbered_path: str = ""
    """Where articles have permalinks, which editors change and give to other articles: the path that names one by its
    number, as "/?p={}". The number then stands in the page. Empty where every address carries it."""
    places: tuple[str, ...] = ()
    """Places that are a dateline when they stand alone before a dash."""
    dateline_marks: tuple[str, ...] = ()
    """What the newsroom prints behind a dateline's place, as "MCKabPaser"."""
    is_described: bool = True
    """False for a site that nobody has described: then its pages must say themselves what they are."""
    verify_certificates: bool = True

    @cached_property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The site's own hosts: the bare one and the forms that lead to it."""
        return frozenset({self.host, f"m.{self.host}", f"www.{self.host}"})

    def identify(self, url: str) -> Address | None:
        """The article that a URL of this site leads to; None for another host's URL or a page that is no article."""
        try:
            parts = urlsplit(url)
        except ValueError:  # as of "https://[x"
            return None
        if parts.hostname not in self.hosts:
            return None
        try:
            address = self.address(urlunsplit(("", "", parts.path, parts.query, "")))
        except ValueError:  # as of a number of 25 digits
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
        """What is listed at a path (with its query); None where no listing is known to be."""
        return next((form.kind for form in self.listings if form.path.fullmatch(path)), None)

    def own_address(self, url: str, *, origin: str) -> str:
        """The address on the site itself of what was asked for at `origin`, a server in its place or itself."""
        asked, place = urlsplit(url), urlsplit(origin)
        if (asked.scheme, asked.netloc) != (place.scheme, place.netloc):
            return url
        return self.origin + urlunsplit(("", "", asked.path, asked.query, asked.fragment))

    def at_home(self, url: str) -> str:
        """The address on the site itself of a capture of this site, whatever server stood in its place."""
        asked = urlsplit(url)
        return url if asked.hostname in self.hosts else self.own_address(url, origin=f"{asked.scheme}://{asked.netloc}")

    def article_id(self, address: Address) -> str:
        """ "site/number"; where a site shows no number, its address on the site takes the number's place."""
        if address.number is not None:
            return f"{self.name}/{address.number}"
        parts = urlsplit(address.url)
        return self.name + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
