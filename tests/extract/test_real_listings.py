"""The real listing pages and feeds, where their folder exists: every entry, in the page's order, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.extract.encoding import decode_page
from archive.extract.listings import Listing, ListingPage, read_listing_page
from archive.extract.urls import absolute
from archive.sites import ListingKind, Site
from archive.sites.antara import bureau
from tests.support.real_files import REAL, needs_real

PAGES = REAL / "pages"
EXPECTED = PAGES / "expected.json"
KINDS: dict[str, ListingKind] = {"listing": "cards", "feed": "feed"}


def _known() -> dict[str, dict[str, Any]]:
    told = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}
    return {name: entry for name, entry in told.items() if entry["kind"] in KINDS and (PAGES / name).is_file()}


KNOWN = _known()


def site_of(url: str) -> Site:
    name = (urlsplit(url).hostname or "").removesuffix(".antaranews.com")
    return bureau(name, name, "Asia/Jakarta")


def read(file: Path, url: str, now: str, *, kind: ListingKind = "cards", site: Site | None = None) -> Listing:
    page = ListingPage(
        text=decode_page(file.read_bytes(), None),
        site=site or site_of(url),
        resolve=partial(absolute, url),
        now=datetime.fromisoformat(now),
    )
    return read_listing_page(kind, page)


@needs_real
@pytest.mark.parametrize("name", KNOWN)
def test_a_real_listing_is_read_as_it_was_looked_at(name: str) -> None:
    entry = KNOWN[name]
    listing = read(PAGES / name, entry["url"], entry["now"], kind=KINDS[entry["kind"]])
    site = site_of(entry["url"])
    wanted = [site.identify(article["url"]) for article in entry["articles"]]
    assert [item.address.number for item in listing.entries] == [address and address.number for address in wanted]
    for item, article in zip(listing.entries, entry["articles"], strict=True):
        assert item.title == article["title"]
        assert str(item.day) == article.get("day", "None")
        if told := article.get("published_at"):
            assert item.published_at == datetime.fromisoformat(told)
    assert (listing.unread, listing.refused, listing.left) == ((), (), 0)


LAMPUNG = "https://lampung.antaranews.com/lampung-update"
NATIONAL = "https://www.antaranews.com/tekno"


@needs_real
def test_no_link_around_a_real_listing_is_an_alarm() -> None:
    listing = read(REAL / "antara-listing-2026-07-13.html", NATIONAL, "2026-07-13T12:00:00+07:00")
    assert (len(listing.entries), listing.markup, listing.unread, len(listing.boxed)) == (15, "cards", (), 30)
    listing = read(PAGES / "antara-lampung-listing-2025-07-23.html", LAMPUNG, "2025-07-23T12:00:00+07:00")
    assert (len(listing.entries), listing.markup, listing.unread) == (11, "older markup", ())
    assert len(listing.boxed) > 100


@needs_real
@pytest.mark.parametrize("left_out", ["big-block", "simple-big", "mt-30"])
def test_a_real_listing_without_the_reader_of_one_form_is_an_alarm(left_out: str) -> None:
    file, url = PAGES / "antara-lampung-listing-2025-07-23.html", LAMPUNG
    if left_out == "mt-30":
        file, url = REAL / "antara-listing-2026-07-13.html", NATIONAL
    whole = read(file, url, "2026-07-13T12:00:00+07:00")
    site = site_of(url)
    forms = tuple(form for form in site.card_forms if left_out not in form.card and form.name != "loose cards")
    listing = read(file, url, "2026-07-13T12:00:00+07:00", site=replace(site, card_forms=forms))
    lost = {"big-block": 1, "simple-big": 10, "mt-30": 15}[left_out]
    assert len(listing.unread) == lost
    assert set(listing.unread) <= {item.address.url for item in whole.entries}
    assert listing.markup == ("any link" if left_out == "mt-30" else "older markup")


@needs_real
def test_the_pagers_of_real_listings_lead_to_the_second_page() -> None:
    """With the section's own listing known to the site, as /terkini is to every bureau."""
    for file, url, section in (
        (PAGES / "antara-lampung-listing-2025-07-23.html", LAMPUNG, "lampung-update"),
        (REAL / "antara-listing-2026-07-13.html", NATIONAL, "tekno"),
    ):
        text = decode_page(file.read_bytes(), None).replace(f"{section}/", "terkini/")
        resolve = partial(absolute, url.replace(section, "terkini"))
        page = ListingPage(text=text, site=site_of(url), resolve=resolve, now=datetime(2026, 7, 13, 5, tzinfo=UTC))
        assert read_listing_page("cards", page).next_page == "/terkini/{}"
