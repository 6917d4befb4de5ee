"""Reads listings: feeds, sitemaps, WordPress REST answers, listing pages. They name articles, with titles and times.

A reader raises ListingError for a text that is not such a listing; the spider then tries the site's next way of
discovery. A single entry that cannot be read is skipped and reported in `ListingPage.refused`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from archive.extract.cards import read_archive_page, read_cards, read_pager
from archive.extract.dates import read_machine_time
from archive.extract.feeds import markup_text, read_feed, read_sitemap
from archive.extract.listed import (
    ANY_LINK,
    MAX_ENTRIES,
    MAX_URLS,
    Listed,
    Listing,
    ListingError,
    ListingPage,
    unique,
)
from archive.sites import Address, ListingKind, Site


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
    return unique(listed)


def read_listing_page(kind: ListingKind, page: ListingPage) -> Listing:
    """Reads a listing of the given kind. Raises ListingError for what is no such listing."""
    parts, markup, next_page = list[str](), None, None
    match kind:
        case "feed":
            entries = read_feed(page)
        case "cards":
            markup, entries = read_cards(page)
            next_page = read_pager(page)
        case "posts":
            entries = read_posts(page)
        case "sitemap":
            parts, entries = read_sitemap(page)
        case "archive page":
            entries = read_archive_page(page)
    most = MAX_URLS if kind == "sitemap" else MAX_ENTRIES
    return Listing(
        entries=tuple(entries[:most]),
        parts=tuple(parts),
        markup=markup if entries else None,
        refused=tuple(page.refused),
        left=max(0, len(entries) - most),
        next_page=next_page,
        unread=tuple(page.unread),
        boxed=tuple(page.boxed),
    )


def _rendered(title: Any) -> str | None:
    html = title.get("rendered") if isinstance(title, dict) else None
    return markup_text(html) if isinstance(html, str) else None


def _gmt(text: Any, site: Site) -> datetime | None:
    """A time of WordPress's _gmt fields, which are in UTC and have no offset; in the site's zone."""
    if not isinstance(text, str):
        return None
    moment = read_machine_time(text, UTC)
    return moment.astimezone(site.timezone) if moment else None


__all__ = [
    "ANY_LINK",
    "MAX_ENTRIES",
    "MAX_URLS",
    "Listed",
    "Listing",
    "ListingError",
    "ListingPage",
    "read_archive_page",
    "read_cards",
    "read_feed",
    "read_listing_page",
    "read_posts",
    "read_sitemap",
]
