"""What an exchange means for its page: the one place that decides it, for the crawl, recovery, rebuild and import.

| answer | its page | its story |
|---|---|---|
| 200 with a story | read | new, a new version, moved, or as it was (archive.store.articles) |
| 200 without one | failed | stays as it is: a login page, an error page or half a page is no edit |
| 304 | read | as it was |
| 404, 410 | missing, later gone | `gone_at` |
| a redirect | what it leads to decides | |
| anything else, no answer | failed, see `settle_failure` | stays as it is |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.extract.article import Article, ReadingError
from archive.extract.exchange import Reading
from archive.sites import Site, named
from archive.store.articles import Meaning, known_story, shelve
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier
from archive.store.pages import Page, page_at
from archive.store.timestamps import iso_utc


@dataclass(frozen=True, slots=True)
class Outcome:
    """`article_id` is that of the story it is about, `article` what was read now, `reason` why nothing was. `damage`
    tells why a record that was needed could not be read."""

    meaning: Meaning
    article_id: str | None = None
    article: Article | None = None
    reason: str | None = None
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be had: no answer, a refusal, an error of the server. `of_site` tells that it is no matter
    of this one page."""

    site: str
    url: str
    at: datetime
    reason: str
    of_site: bool


NOTHING = Outcome(Meaning.NOTHING)


def settle(archive: Archive, site: Site, reading: Reading, *, page_url: str, in_order: bool = False) -> Outcome:
    """Carries out what an exchange means for the page at `page_url`, the address that was asked for in the first
    place, in one transaction. Its capture is kept already. For a site that nobody has described there need be no page.

    An exchange that is older than what is known of the page changes nothing, unless the caller goes through all
    exchanges with the page `in_order`: a crawl does, whatever the clock says.
    """
    with archive.writing():
        page = page_at(archive, page_url)
        story = _story(archive, reading, page)
        is_first = reading.article is not None and story is None
        known_at = None if in_order or is_first else _known_at(archive, story, page)
        status = reading.capture.status
        if known_at is not None and known_at > iso_utc(reading.capture.fetched_at):
            return _outdated(archive, reading, story, page)
        if status == 200 and (reading.article is not None or reading.reason is not None):
            return _settle_page(archive, site, reading, page, page_url)
        if status == 304 and page is not None and story is not None:
            Frontier(archive, site).unchanged(page.url, story["id"], at=reading.capture.fetched_at)
            return Outcome(Meaning.UNCHANGED, story["id"])
        if status in (404, 410) and page is not None:
            gone = Frontier(archive, site).missing(page, at=reading.capture.fetched_at, status=status)
            return Outcome(Meaning.GONE if gone else Meaning.MISSING, page.article_id)
    return NOTHING


def settle_failure(archive: Archive, failure: Failure) -> None:
    """Notes in the frontier that a page could not be had, unless more recent things are known of it."""
    with archive.writing():
        page = page_at(archive, failure.url)
        if page is not None and not page.is_known_since(failure.at):
            frontier = Frontier(archive, named(failure.site, failure.url))
            frontier.failed(page, at=failure.at, reason=failure.reason, of_site=failure.of_site)


def _settle_page(archive: Archive, site: Site, reading: Reading, page: Page | None, page_url: str) -> Outcome:
    reason = reading.reason
    if reading.article is not None:
        try:
            shelved = shelve(archive, reading.article, reading.capture, page_url=page_url, bands=reading.bands)
        except ReadingError as error:
            reason = str(error)
        else:
            return Outcome(shelved.meaning, shelved.article_id, reading.article, damage=shelved.damage)
    if page is not None:
        Frontier(archive, site).failed(page, at=reading.capture.fetched_at, reason=reason or "", of_site=False)
    return Outcome(Meaning.UNREAD, page.article_id if page else None, reason=reason)


def _outdated(archive: Archive, reading: Reading, story: Row | None, page: Page | None) -> Outcome:
    """More recent things are known: a text takes its place among the versions later, the rest is history."""
    if reading.capture.status == 200:
        if reading.article is None or story is None:
            return Outcome(Meaning.UNREAD if reading.reason else Meaning.NOTHING, reason=reading.reason)
        archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [story["id"], reading.capture.id])
        return Outcome(Meaning.OLDER, story["id"], reading.article)
    if page is None or story is None:
        return NOTHING
    return Outcome(Meaning.OLDER, story["id"])


def _story(archive: Archive, reading: Reading, page: Page | None) -> Row | None:
    """The story on the shelf that an exchange is about."""
    if reading.article is not None:
        return known_story(archive, reading.article, page)
    earlier = archive.row("SELECT article_id FROM captures WHERE record_id = ?", [reading.refers_to])
    article_id = (earlier["article_id"] if earlier else None) or (page.article_id if page else None)
    return archive.row("SELECT * FROM articles WHERE id = ?", [article_id])


def _known_at(archive: Archive, story: Row | None, page: Page | None) -> str | None:
    """The moment of the most recent thing that is known of a story and its page: of one that was never looked at, when
    a listing last told something of it."""
    times = [page.checked_at if story else page.checked_at or page.noticed_at] if page else []
    if story is not None:
        newest = archive.row("SELECT max(fetched_at) AS at FROM captures WHERE article_id = ?", [story["id"]])
        times.append(newest["at"] if newest else None)
    return max(filter(None, times), default=None)
