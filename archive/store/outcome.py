"""Decides what an exchange means for its page and its story. The crawl, recovery, rebuild and import all call this.

| answer | its page | its story |
|---|---|---|
| 200 with a story | read | new, a new version, moved, or unchanged (archive.store.articles) |
| 200 without one | failed | unchanged: a login page, an error page or half a page is no edit |
| a conversion of it (a record that was made from another) | unchanged | taken only where nothing better is known |
| 200 with something that reads like one (archive.store.substitutes) | failed | unchanged |
| 304 | read | unchanged |
| 404, 410 | missing, later gone | `gone_at` is set once it is gone |
| a redirect to the front page, a listing, a login | as 404 | as 404 |
| any other redirect | its target's answer decides | |
| anything else, no answer | failed, see `settle_failure` | unchanged |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.extract.article import Article, ReadingError
from archive.extract.exchange import Reading
from archive.sites import Site, named
from archive.store.articles import Meaning, at_own_address, known_story, shelve
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier
from archive.store.looking_again import call_neighbours
from archive.store.pages import Page, page_at
from archive.store.substitutes import Refusal, keep_answer, refusal, take_back
from archive.store.timestamps import iso_utc
from archive.warc.capture import CONVERSION


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of settling an exchange. `article_id` is the id of its story, `article` what was read now, `reason`
    why nothing could be read, or why the page is missing. `damage` says why a record that was needed for comparison
    could not be read. `is_something_else` is True if another page came in the story's place; `taken_back` are the
    addresses of pages that had answered the same before, and whether what was taken back there was a new story."""

    meaning: Meaning
    article_id: str | None = None
    article: Article | None = None
    reason: str | None = None
    damage: str | None = None
    is_something_else: bool = False
    taken_back: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A request for a page that failed: no answer, a refusal, an error of the server. `of_site` is True if the whole
    site failed and not this one page."""

    site: str
    url: str
    at: datetime
    reason: str
    of_site: bool


NOTHING = Outcome(Meaning.NOTHING)


def settle(
    archive: Archive,
    site: Site,
    reading: Reading,
    *,
    page_url: str,
    in_order: bool = False,
    is_believed: bool = False,
) -> Outcome:
    """Updates the page and the story for an exchange, in one transaction. `page_url` is the address that was requested
    first, before any redirects. The capture must be stored already. An undescribed site need not have the page.

    An exchange that is older than what is known of the page changes nothing. With `in_order` it is not compared: the
    caller settles all exchanges with the page in their order, as a crawl does even if the clock is wrong. With
    `is_believed` it was taken for the story before, and is not doubted again.
    """
    with archive.writing():
        page = page_at(archive, page_url)
        story = _story(archive, reading, page, page_url)
        is_first = reading.article is not None and story is None
        known_at = None if in_order or is_first else _known_at(archive, story, page)
        status = reading.capture.status
        if known_at is not None and known_at > iso_utc(reading.capture.fetched_at):
            return _outdated(archive, reading, story, page)
        if reading.capture.record_type == CONVERSION and story is not None and not _is_converted(archive, story):
            # Linked as an outdated one is, so that the order in which files come does not matter.
            archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [story["id"], reading.capture.id])
            return Outcome(Meaning.NOTHING, reason="a conversion of a page of which better is known")
        if page is not None and (reason := _why_missing(reading, page)):
            gone = Frontier(archive, site).missing(
                page, at=reading.capture.fetched_at, reason=reason, for_good=status == 410
            )
            return Outcome(Meaning.GONE if gone else Meaning.MISSING, page.article_id, reason=reason)
        if status == 200 and (reading.article is not None or reading.reason is not None):
            refused = None
            if reading.article is not None:
                refused = None if is_believed else refusal(archive, site, reading, story, page)
                keep_answer(archive, page, reading.article, reading.capture.fetched_at)
            outcome = _settle_page(archive, site, reading, refused, page, page_url)
            if outcome.meaning is Meaning.MOVED and not is_believed:
                call_neighbours(archive, outcome.article_id, at=reading.capture.fetched_at)
            return outcome
        if status == 304 and page is not None and story is not None:
            Frontier(archive, site).unchanged(page.url, story["id"], at=reading.capture.fetched_at)
            return Outcome(Meaning.UNCHANGED, story["id"])
    return NOTHING


def settle_failure(archive: Archive, failure: Failure) -> None:
    """Stores a failed request in the frontier, unless the page was requested again since."""
    with archive.writing():
        page = page_at(archive, failure.url)
        if page is not None and not page.is_known_since(failure.at):
            frontier = Frontier(archive, named(failure.site, failure.url))
            frontier.failed(page, at=failure.at, reason=failure.reason, of_site=failure.of_site)


def _why_missing(reading: Reading, page: Page) -> str | None:
    """Why a page is not there, in words; None if it may be."""
    status = reading.capture.status
    if status in (404, 410):
        return f"HTTP {status}"
    if reading.away is not None:
        return f"it redirects to {reading.away}"
    if status == 200 and reading.article is None and reading.is_no_story and reading.url != page.url:
        return "it redirects to a page that is no story"
    return None


def _settle_page(
    archive: Archive, site: Site, reading: Reading, refused: Refusal | None, page: Page | None, page_url: str
) -> Outcome:
    reason, is_something_else, at = reading.reason, reading.is_something_else, reading.capture.fetched_at
    taken_back = list[tuple[str, bool]]()
    if refused is not None:
        reason, is_something_else = refused.reason, refused.is_something_else
        taken_back = [(row["url"], take_back(archive, site, row, at)) for row in refused.impostors]
    if reading.article is not None and reason is None:
        try:
            shelved = shelve(archive, reading.article, reading.capture, page_url=page_url, bands=reading.bands)
        except ReadingError as error:
            reason = str(error)
        else:
            return Outcome(shelved.meaning, shelved.article_id, reading.article, damage=shelved.damage)
    if page is not None:
        Frontier(archive, site).failed(page, at=at, reason=reason or "", of_site=False)
    return Outcome(
        Meaning.UNREAD,
        page.article_id if page else None,
        reason=reason,
        is_something_else=is_something_else,
        taken_back=tuple(taken_back),
    )


def _outdated(archive: Archive, reading: Reading, story: Row | None, page: Page | None) -> Outcome:
    """Links the capture of an older text to its story; the caller may then replay the story's captures in their order
    (archive.ingest.loader). Other older exchanges change nothing."""
    if reading.capture.status == 200:
        if reading.article is None or story is None:
            return Outcome(Meaning.UNREAD if reading.reason else Meaning.NOTHING, reason=reading.reason)
        archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [story["id"], reading.capture.id])
        return Outcome(Meaning.OLDER, story["id"], reading.article)
    if page is None or story is None:
        return NOTHING
    return Outcome(Meaning.OLDER, story["id"])


def _story(archive: Archive, reading: Reading, page: Page | None, page_url: str) -> Row | None:
    """The row of `articles` that an exchange is about; None if it is not known."""
    if reading.article is not None:
        return known_story(archive, at_own_address(archive, reading.article, page_url), page)
    earlier = archive.row("SELECT article_id FROM captures WHERE record_id = ?", [reading.refers_to])
    article_id = (earlier["article_id"] if earlier else None) or (page.article_id if page else None)
    return archive.row("SELECT * FROM articles WHERE id = ?", [article_id])


def _is_converted(archive: Archive, story: Row) -> bool:
    """Whether the text of a story is known from conversions alone."""
    capture = archive.capture(story["capture_id"])
    return capture is not None and capture.record_type == CONVERSION


def _known_at(archive: Archive, story: Row | None, page: Page | None) -> str | None:
    """The time of the most recent exchange with a page and its story; for a page that was never requested, when a
    listing last said something new of it. None if nothing is known."""
    times = [page.checked_at if story else page.checked_at or page.noticed_at] if page else []
    if story is not None:
        newest = archive.row("SELECT max(fetched_at) AS at FROM captures WHERE article_id = ?", [story["id"]])
        times.append(newest["at"] if newest else None)
    return max(filter(None, times), default=None)
