"""An exchange with a site, as its WARC record tells it: what was asked, what came, and what that says. Pure: the crawl
and every later reading of the files call the one function here, `read_exchange`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from archive.extract.article import Article, ReadingError
from archive.extract.dates import read_http_date
from archive.extract.listings import Listed, Listing, ListingError
from archive.extract.page import ChallengeError, UndeclaredError, may_be_article, read_listing, read_page
from archive.extract.urls import absolute
from archive.sites import SITES, Site, site_of
from archive.warc.capture import Capture
from archive.warc.reader import Record, UndecodableError, payload_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Source:
    """Whence records come, as the warcinfo record of their file tells: for warta's own files the site, the server
    that stood in its place, how far back the run looked, and when it began."""

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
                    return site, own
            return site_of(url), url
        except ValueError:  # as of "http://[x"
            return None, url

    def resolve(self, base: str, target: str | None) -> str:
        """The address on the site itself to which a link on the page `base` leads."""
        return self.place(absolute(base, target))[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one exchange holds.

    `url` is the address on the site itself that was asked for, `location` where a redirect leads, `refers_to` the
    record that holds a revisit's payload. A page gives an `article`, or `reason`, why there is none in it; a listing
    gives what it lists, of which the run wanted what is not older than `since`. `is_challenge` tells that the page of
    a bot defence stood in the answer's place. `bands` are those of the article's text (see archive.store.syndication),
    where somebody reckoned them already. `server_time` is the site's own clock, `run_started_at` tells which run asked.
    """

    capture: Capture
    url: str
    article: Article | None = None
    bands: tuple[int, ...] | None = None
    listing: Listing | None = None
    since: date | None = None
    reason: str | None = None
    is_challenge: bool = False
    location: str | None = None
    refers_to: str | None = None
    server_time: datetime | None = None
    run_started_at: datetime | None = None

    @property
    def wanted(self) -> list[Listed]:
        """The listing's entries that the run wanted, as far as their days are told."""
        entries = self.listing.entries if self.listing else ()
        return [item for item in entries if self.since is None or (item.stands_at or date.max) >= self.since]


def read_exchange(capture: Capture, record: Record, holding: Record | None, source: Source) -> Reading | None:
    """Reads a response or revisit record, whose row is `capture`. `holding` is the record with its payload: itself,
    the one a revisit refers to, or None where that is not in hand; then nothing is said of the payload.

    None for what no archive of news keeps: another site's page that does not say that it is an article.
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
        return replace(reading, location=source.resolve(capture.url, target))
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
    try:
        article = read_page(payload, url=url, site=site, fetched_at=capture.fetched_at)
    except UndeclaredError:
        return None
    except ReadingError as error:
        if not site.is_described:
            return None
        return replace(reading, reason=str(error), is_challenge=isinstance(error, ChallengeError))
    return replace(reading, article=article)
