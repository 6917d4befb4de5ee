"""The address that a page says is its own: by its links and metadata, or by what a browser wrote into a saved page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from archive.extract.linked_data import json_ld
from archive.extract.urls import absolute, is_loopback
from archive.sites import Address, Site, site_of

Element = Any  # lxml ships no types

_SAVED_FROM = re.compile(
    r"(?:saved from url=\s*(?:\(\d+\))?|^\s*(?:url|source|page url):\s*)\s*(https?://\S+)", re.I | re.M
)
"""What Internet Explorer, Chrome, Firefox add-ons and SingleFile write into a page that they save."""
_IDENTIFYING = re.compile(
    r"(?:^|&)(?:\w*id\w*|p|no|kode|berita|artikel|article|news|judul|slug|read|baca|detail)=", re.IGNORECASE
)
"""Parameters that name a story."""
_SLUG_WORDS = 3
_SAME_STORY = re.compile(
    r".*/(?:page/\d{1,3}|all|amp|full|print|cetak|komentar|comments?)|/.*[-/][^/]+/\d{1,2}", re.IGNORECASE | re.DOTALL
)
"""The path of a part, or of another form, of the story above it. A bare number behind a single word may
be that of a story in a section."""


def stated_address(tree: Element) -> str | None:
    """The web address that a stored page gives as its own; None where it gives none. The most reliable statement
    counts first; a front page is taken only where nothing else is said."""
    found = [address for address in _stated(tree) if _is_web_address(address)]
    return next((address for address in found if _is_article(address)), found[0] if found else None)


def own_addresses(tree: Element, site: Site, url: str) -> Iterator[Address]:
    """The article addresses that the page at `url` gives as its own, the most reliable first.

    What it says of other hosts (the copy on an agency's national site) does not count, except of a server on this
    machine that stands in for the site. Nor does what says less than the address that was asked for: the front page, a
    section above the story, an address without what alone tells two stories apart, as /baca.php lacks the ?id=5 of
    /baca.php?id=5.
    """
    asked = site.identify(url)
    for target in (*_linked(tree, "canonical"), *_linked(tree, "shortlink"), *_metas(tree, "og:url")):
        named = absolute(url, target)
        if is_loopback(named):
            named = site.own_address(named, origin=named)
        address = site.identify(named)
        if address is not None and not (asked is not None and _says_less(address.url, asked.url)):
            yield address


def _says_less(named: str, asked: str) -> bool:
    here, there = urlsplit(asked), urlsplit(named)
    if there.query:
        return False
    path, above = here.path.rstrip("/"), there.path.rstrip("/")
    if above == path:
        return bool(here.query) and not _is_enough(here.path, here.query)
    if not path.startswith(above + "/"):
        return False
    return path.count("/") > above.count("/") + 2 or not _SAME_STORY.fullmatch(path)


def _is_enough(path: str, query: str) -> bool:
    """Whether a path tells a story from others without its query: it has a number or a slug, and the query no id."""
    if _IDENTIFYING.search(query):
        return False
    return re.search(r"\d{3}", path) is not None or len(re.split(r"[-_+.]", path.rpartition("/")[2])) >= _SLUG_WORDS


def _stated(tree: Element) -> Iterator[str]:
    saved = list(_saved_from(tree))
    bases = [target for base in tree.iter("base") if (target := (base.get("href") or "").strip())]
    open_graph = list(_metas(tree, "og:url"))
    base = next((one for one in (*bases, *saved, *open_graph) if _is_web_address(one)), "")
    for target in (*_linked(tree, "canonical"), *open_graph):
        yield absolute(base, target) if base else target
    yield from _linked_data(tree)
    for target in (*_metas(tree, "twitter:url"), *_metas(tree, "al:web:url"), *_linked(tree, "shortlink")):
        yield absolute(base, target) if base else target
    yield from saved
    yield from bases


def _linked(tree: Element, rel: str) -> Iterator[str]:
    for link in tree.iter("link"):
        if rel in (link.get("rel") or "").lower().split() and (target := (link.get("href") or "").strip()):
            yield target


def _metas(tree: Element, name: str) -> Iterator[str]:
    for meta in tree.iter("meta"):
        named = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if named.strip().lower() == name and (content := (meta.get("content") or "").strip()):
            yield content


def _linked_data(tree: Element) -> Iterator[str]:
    for thing in json_ld(tree):
        main = thing.get("mainEntityOfPage")
        for value in (main.get("@id") if isinstance(main, dict) else main, thing.get("url"), thing.get("@id")):
            if isinstance(value, str):
                yield value.strip()


def _saved_from(tree: Element) -> Iterator[str]:
    # Before <html>, a comment is no child of the root element.
    for comment in (*tree.xpath("preceding-sibling::comment()"), *tree.iter(etree.Comment)):
        if match := _SAVED_FROM.search(comment.text or ""):
            yield match[1]


def _is_web_address(address: str) -> bool:
    try:
        site_of(address)
    except ValueError:  # as of "javascript:" and "/berita/1"
        return False
    return True


def _is_article(address: str) -> bool:
    return site_of(address).identify(address) is not None
