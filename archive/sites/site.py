"""What a site is: where it lives, what identifies its articles, and where their parts sit in each layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

Kind = Literal["article", "photo", "video", "infographic"]


@dataclass(frozen=True, slots=True)
class Address:
    """An article as a URL names it: `number` where the URL carries it, and the canonical `url` on the site's origin."""

    kind: Kind
    number: int | None
    url: str


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
        address = self.address(urlunsplit(("", "", parts.path, parts.query, "")))
        if address is None:
            return None
        return Address(address.kind, address.number, self.origin + address.url)

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
