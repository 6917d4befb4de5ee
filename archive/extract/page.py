"""Reads the payload of a capture as an article or a listing, or raises why it is neither. No database, no network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archive.extract.article import Article, ReadingError, declares_article, read_article
from archive.extract.completeness import ends_open, has_an_end, shows_its_end
from archive.extract.encoding import decode_page
from archive.extract.listings import Listing, ListingError, ListingPage, read_listing_page
from archive.extract.something_else import CHALLENGES, names_its_story, something_else
from archive.sites import ListingKind, Site
from archive.warc.http_message import CodingError, gunzipped
from archive.warc.reader import Payload

_LIKE_A_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


class ChallengeError(ReadingError):
    """A bot defence's challenge page came instead of what was asked for."""


class UndeclaredError(ReadingError):
    """A page of an undescribed site does not declare itself an article."""


class BrokenOffError(ReadingError):
    """A page may have been cut off, and its end is missing."""


class SomethingElseError(ReadingError):
    """Another page came in the story's place, with status 200."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a page lacks that other pages of its site may have (archive.store.substitutes decides by these). `no_end`:
    its markup breaks off, although the answer seems whole. `no_name`: it does not say which story it is."""

    no_end: bool = False
    no_name: bool = False


NO_DOUBTS = Doubts()


def read_page(payload: Payload, *, url: str, site: Site, fetched_at: datetime) -> Article:
    """Reads the article of a page. `url` is its address on the site.

    Raises ReadingError where there is no story in it: BrokenOffError for a page that was cut off, ChallengeError for a
    bot defence's, SomethingElseError for one that is no story's, UndeclaredError for a page of an undescribed site that
    does not declare itself an article.
    """
    text = decode_page(payload.content, payload.content_type)
    if not payload.is_whole and not shows_its_end(text):
        raise BrokenOffError("the page breaks off before its end")
    try:
        if not site.is_described and not declares_article(text):
            raise UndeclaredError("the page does not say of itself that it is an article")
        article = read_article(text, url=url, site=site, fetched_at=fetched_at)
    except ReadingError as error:
        if _is_challenge(text):
            raise ChallengeError("a challenge page in place of the answer") from error
        if site.is_described and (what := something_else(text, None, names_itself=False)):
            raise SomethingElseError(f"something else than the story came: {what}") from error
        raise
    is_named = not site.is_described or _names_itself(text, article, url, site)
    if what := something_else(text, article, names_itself=is_named):
        raise SomethingElseError(f"something else than the story came: {what}")
    return article


def doubts_about(payload: Payload, article: Article, *, url: str, site: Site) -> Doubts:
    """What is doubtful about a page from which an article was read."""
    text = decode_page(payload.content, payload.content_type)
    return Doubts(
        no_end=not shows_its_end(text) and ends_open(text),
        no_name=not _names_itself(text, article, url, site),
    )


def says_it_is_none(payload: Payload) -> bool:
    """Whether a page does not declare itself an article."""
    try:
        return not declares_article(decode_page(payload.content, payload.content_type))
    except ReadingError:
        return False


def _names_itself(text: str, article: Article, url: str, site: Site) -> bool:
    return names_its_story(text, number=article.number, urls=(url, article.url), site=site)


def may_be_article(payload: Payload, *, url: str, site: Site) -> bool:
    """Whether an answer should be read as an article's page: it has an article's address, or it is HTML according to
    its Content-Type or its first bytes. Style sheets, pictures and scripts are not."""
    if site.is_described and site.identify(url) is not None:
        return True
    kind = (payload.content_type or "").lower()
    return "html" in kind or _LIKE_A_PAGE.match(decode_page(payload.content[:4096], payload.content_type)) is not None


def read_listing(
    payload: Payload, kind: ListingKind, *, site: Site, resolve: Callable[[str], str], now: datetime
) -> Listing:
    """Reads a listing; see ListingPage for `resolve` and `now`. Raises ListingError for what is no listing of this kind
    or was cut off, ChallengeError for a bot defence's page."""
    try:
        text = decode_page(gunzipped(payload.content), payload.content_type)
    except CodingError as error:
        raise ListingError(str(error)) from error
    if not payload.is_whole and not shows_its_end(text):
        raise ListingError("the listing breaks off before its end")
    if kind in ("feed", "sitemap") and "<" in text and not has_an_end(text) and not _is_challenge(text):
        raise ListingError("the listing breaks off before its end")
    page = ListingPage(text=text, site=site, resolve=resolve, now=now)
    try:
        listing = read_listing_page(kind, page)
    except ListingError as error:
        if _is_challenge(text):
            raise ChallengeError("a challenge page in place of the answer") from error
        raise
    if not listing.entries and not listing.parts and _is_challenge(text):
        raise ChallengeError("a challenge page in place of the answer")
    return listing


def _is_challenge(text: str) -> bool:
    return any(mark in text for mark in CHALLENGES)
