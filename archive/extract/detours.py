"""Where a site sends who asks for a story: on to the story, or to a page that is none. Pure functions."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from w3lib.html import get_meta_refresh

from archive.extract.urls import absolute
from archive.sites import Site

_FRONT = re.compile(r"/*(?:index\.(?:php|html?|aspx?|jsp)|home|beranda)?/*", re.IGNORECASE)
_LOGIN = re.compile(r"(?:^|/)(?:wp-login\.php|log-?in|sign-?in|masuk|sso|auth)(?:[/.]|$)", re.IGNORECASE)
_NOT_FOUND = re.compile(r"(?:^|/)(?:error/?)?(?:404|not-?found|halaman-tidak-ditemukan)(?:[/.]|$)", re.IGNORECASE)
_SEARCH = re.compile(r"/(?:search|cari|pencarian)(?:[/.]|$)", re.IGNORECASE)
_SEARCH_FIELDS = frozenset({"s", "q", "cari", "keyword"})
_LONGEST_REFRESH_SECONDS = 30
"""After a longer time a page that refreshes itself is meant to be read first. Chosen, not measured."""


def away_from_story(site: Site, location: str) -> str | None:
    """What stands at an address where certainly no story does: a front page, a listing, a login, in words; None for an
    address that may be a story's, or nobody knows what."""
    try:
        parts = urlsplit(location)
        own = parts.hostname in site.hosts
    except ValueError:  # such as "https://[x"
        return None
    if parts.scheme not in ("http", "https") or site.identify(location) is not None:
        return None
    searched = _SEARCH_FIELDS & {name for name, _ in parse_qsl(parts.query)}
    if _FRONT.fullmatch(parts.path):
        if searched:
            return "a search"
        return "the front page" if own else "the front page of another site"
    if not own:
        return None
    if site.listing_kind(parts.path + (f"?{parts.query}" if parts.query else "")):
        return "a listing"
    for pattern, words in ((_LOGIN, "a login"), (_NOT_FOUND, "a page for what is not there"), (_SEARCH, "a search")):
        if pattern.search(parts.path):
            return words
    return None


def refresh_target(text: str, url: str) -> str | None:
    """The address to which a page sends its reader on by a meta refresh; None if it does not."""
    try:
        seconds, target = get_meta_refresh(text, url)
    except ValueError:
        return None
    if seconds is None or target is None or not 0 <= seconds <= _LONGEST_REFRESH_SECONDS:
        return None
    address = absolute(url, target)
    return address if address.startswith(("http://", "https://")) and address != url else None
