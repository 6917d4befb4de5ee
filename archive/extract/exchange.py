"""Reads the exchanges in WARC records. The crawl, recovery, rebuild and import all call `read_exchange`, so that they
read the same. Pure functions, no database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from archive.extract.article import Article, NoAddressError, ReadingError
from archive.extract.dates import read_http_date
from archive.extract.detours import away_from_story, refresh_target
from archive.extract.encoding import decode_page
from archive.extract.listings import Listed, Listing, ListingError
from archive.extract.page import (
    NO_DOUBTS,
    ChallengeError,
    Doubts,
    SomethingElseError,
    UndeclaredError,
    doubts_about,
    may_be_article,
    read_listing,
    read_page,
    says_it_is_none,
)
from archive.extract.urls import absolute
from archive.sites import SITES, Site, site_of
from archive.warc.capture import Capture
from archive.warc.reader import Record, UndecodableError, payload_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records of a file come from, according to its warcinfo record. All None for another program's file.

    For warta's own files: the name of the site, the `origin` that was requested (the site's own, or that of a server in
    its place), the day back to which the run looked, and when the run began.
    """

    site: str | None = None
    origin: str | None = None
    since: date | None = None
    started_at: datetime | None = None

    def place(self, url: str) -> tuple[Site | None, str]:
        """(site, address on the site itself) of what was asked for; (None, url) for what is no web address."""
        try:
            if self.site in SITES:
                site = SITES[self.site]
                own = site.own_address(url, origin=self.origin) if self.origin else site.at_home(url)
                if urlsplit(own).hostname in site.hosts:
                    return site, site.canonical(own)
            found = site_of(url)
            return found, found.canonical(url)
        except ValueError:  # as of "http://[x"
            return None, url

    def resolve(self, base: str, target: str | None) -> str:
        """The address on the site itself of the link `target` on the page at `base`."""
        return self.place(absolute(base, target))[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one exchange says.

    `url` is the requested address, on the site itself; `location` is the target of a redirect, also of a page's meta
    refresh; `away` says in words what stands there, if that is certainly no story; `refers_to` is the WARC-Refers-To of
    a revisit. An article's page has an `article`, and `doubts` about it, or else a `reason` why none can be read; a
    listing page has a `listing`, or else a `reason`. Of the listing's entries the run wanted those of `since` or later.
    `is_challenge` is True for the page of a bot defence, `is_something_else` for another one that came in a story's
    place, `is_no_story` for a page at an address that is no story's. `note` says what was wrong with the framing of an
    answer that could be read all the same. `bands` are the LSH bands of the article's body (see
    archive.store.syndication), if they were computed already. `server_time` is the time on the site's clock.
    `run_started_at` identifies the run that made the request.
    """

    capture: Capture
    url: str
    article: Article | None = None
    bands: tuple[int, ...] | None = None
    listing: Listing | None = None
    since: date | None = None
    reason: str | None = None
    is_challenge: bool = False
    is_something_else: bool = False
    is_no_story: bool = False
    doubts: Doubts = NO_DOUBTS
    note: str | None = None
    location: str | None = None
    away: str | None = None
    refers_to: str | None = None
    server_time: datetime | None = None
    run_started_at: datetime | None = None

    @property
    def wanted(self) -> list[Listed]:
        """The entries of the listing that the run wanted; those without a day are among them."""
        entries = self.listing.entries if self.listing else ()
        return [item for item in entries if self.since is None or (item.stands_at or date.max) >= self.since]


def read_exchange(capture: Capture, record: Record, holding: Record | None, source: Source) -> Reading | None:
    """Reads a response or revisit record, whose row is `capture`. `holding` is the record that holds the payload: the
    same one, the one that a revisit refers to, or None if that is not at hand; then the payload is not read.

    None for what is not kept in an archive of news: a page of an undescribed site that does not declare itself an
    article.
    """
    site, url = source.place(capture.url)
    if site is None:
        return None
    head = record.head
    reading = Reading(
        capture=capture,
        url=url,
        refers_to=record.header("WARC-Refers-To"),
        server_time=read_http_date(head.get("Date")) or capture.fetched_at,
        run_started_at=source.started_at,
    )
    if capture.status in REDIRECTS and (target := head.get("Location")):
        location = source.resolve(capture.url, target)
        return replace(reading, location=location, away=away_from_story(site, location))
    if capture.status != 200 or holding is None or not record.was_released:
        return reading if site.is_described else None
    try:
        payload = payload_of(holding, is_foreign=capture.is_foreign)
    except UndecodableError as error:
        return replace(reading, reason=str(error)) if site.is_described else None
    if kind := site.listing_kind(url.removeprefix(site.origin)):
        now = reading.server_time or capture.fetched_at
        try:
            listing = read_listing(
                payload, kind, site=site, resolve=lambda target: source.resolve(capture.url, target), now=now
            )
        except (ListingError, ReadingError) as error:
            return replace(reading, reason=str(error), is_challenge=isinstance(error, ChallengeError))
        return replace(reading, listing=listing, since=source.since)
    if not may_be_article(payload, url=url, site=site):
        return reading if site.is_described else None
    if site.is_described and (away := away_from_story(site, url)):
        return replace(reading, reason=f"{away} is no story", is_no_story=True)
    try:
        article = read_page(payload, url=url, site=site, fetched_at=capture.fetched_at)
    except UndeclaredError:
        return None
    except ReadingError as error:
        if not site.is_described:
            return None
        if not isinstance(error, ChallengeError) and not payload.is_broken:
            refresh = refresh_target(decode_page(payload.content, payload.content_type), capture.url)
            if refresh is not None:
                location = source.resolve(capture.url, refresh)
                return replace(reading, location=location, away=away_from_story(site, location))
        return replace(
            reading,
            reason=str(error),
            is_challenge=isinstance(error, ChallengeError),
            is_something_else=isinstance(error, ChallengeError | SomethingElseError),
            is_no_story=isinstance(error, NoAddressError)
            or (site.identify(url) is None and type(error) is ReadingError and says_it_is_none(payload)),
        )
    note = "the answer's framing says that more was to come, but the page is whole" if payload.is_broken else None
    return replace(reading, article=article, doubts=doubts_about(payload, article, url=url, site=site), note=note)
