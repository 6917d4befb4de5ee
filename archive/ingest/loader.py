"""The loader puts the events of WARC files into the database, one after the other, as the crawl did."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from archive.extract.article import GENERIC, NO_LAYOUT, ReadingError
from archive.extract.detours import away_from_story
from archive.extract.exchange import REDIRECTS, Reading, Source, read_exchange
from archive.extract.listings import Listed
from archive.extract.urls import absolute
from archive.ingest.scan import Event, Named, RunBegan, RunEnded
from archive.sites import SITES, Site, named
from archive.store.articles import Meaning
from archive.store.database import ROW_ERRORS, Archive, CorruptDatabaseError
from archive.store.frontier import FROM_LIST, FROM_WARC, Frontier
from archive.store.outcome import Failure, settle, settle_failure
from archive.store.pages import Page, page_at, page_of, restore_page
from archive.store.payload import NeverKeptError, payload_record, read_stored
from archive.store.runs import add_undated_run, apply_account, run_id_at, run_id_of, start_run
from archive.store.syndication import remove_twins
from archive.store.timestamps import iso_utc
from archive.warc.capture import REVISIT, Capture
from archive.warc.reader import WarcError, read_captured

_VARYING = re.compile(r"https?://\S+|'[^']*'|\d[\d.,]*")
"""What differs in reasons that are the same: addresses, names in quotes, numbers."""
_MAX_REASON_CHARS = 100


class UnloadableError(Exception):
    """An event cannot be put into the archive, and nothing of it was. The message is one line for people."""


class Loader:
    """Puts events into an archive. They must come in the order of their dates. A capture may still be older than what
    the archive knows of its story; after it, `replay_older` makes the story's versions again in the right order.

    `read` counts pages with a story, `unread` pages that should have one and do not, `new` new stories, `known` records
    that were in the archive already, `listings` those that name stories. `nothing` counts why exchanges gave nothing,
    and `examples` has an address for each reason. `unknown_layouts` are the addresses of pages of described sites in no
    layout that is known. `previous_warcs` are the files that the accounts of runs name as "previous", and
    `packed_warcs` the names without folders of those that are parts of packed files now.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        # Target of a redirect -> (the page that was requested first, when the run began that requested it).
        self._redirected: dict[str, tuple[str, datetime | None]] = {}
        self._to_replay: set[str] = set()
        self._runs: dict[tuple[str, datetime], int | None] = {}
        self.previous_warcs: set[str] = set()
        self.packed_warcs: set[str] = set()
        self.unknown_layouts: list[str] = []
        self.read = self.unread = self.new = self.known = self.listings = 0
        self.nothing: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def take(self, event: Event) -> bool:
        """Puts an event into the archive, all of it or nothing; whether it said anything of a story. Raises
        UnloadableError if that fails for this event; errors of the whole database (a full disk, a lock, damage) are
        raised as they are."""
        nothing = self.nothing.total()
        try:
            with self.archive.writing():
                self._take(event)
        except sqlite3.Error as error:
            if not isinstance(error, ROW_ERRORS):
                raise
            raise UnloadableError(f"an error in warta itself: {error!r}") from error
        except WarcError as error:
            raise UnloadableError(str(error)) from error
        except CorruptDatabaseError:
            raise
        except Exception as error:  # one record must not stop the others; the report names it
            raise UnloadableError(f"an error in warta itself: {error!r}") from error
        return self.nothing.total() == nothing

    def replay_older(self) -> None:
        """Replays the stories of which an older capture was loaded after a newer one."""
        for article_id in sorted(self._to_replay):
            self._replay_story(article_id)
        self._to_replay.clear()

    def _take(self, event: Event) -> None:
        match event:
            case Reading():
                self._take_reading(event)
            case Failure():
                settle_failure(self.archive, event)
                # The redirect was not followed, so no later record is its answer.
                self._redirected = {to: asked for to, asked in self._redirected.items() if asked[0] != event.url}
            case Named():
                site = SITES[event.site]
                listed = [Listed(address=address) for url in event.urls if (address := site.identify(url))]
                Frontier(self.archive, site).discover(listed, on=FROM_LIST, at=event.at)
            case RunBegan():
                if event.packed is not None:
                    self.packed_warcs.add(event.packed)
                if event.is_dated:
                    start_run(self.archive, event.start)
                else:
                    add_undated_run(self.archive, event.start)
            case RunEnded():
                apply_account(self.archive, event.account)
                if isinstance(previous := event.account.get("previous"), str):
                    self.previous_warcs.add(previous)

    def _take_reading(self, reading: Reading) -> None:
        known = self._known_capture(reading.capture)
        if known is None:
            capture = self.archive.add_capture(
                replace(self._with_unique_id(reading.capture), run_id=self._run_id(reading))
            )
        else:
            self.known += 1
            capture = known
        reading = replace(reading, capture=capture)
        site = named(capture.site, reading.url)
        if capture.record_type == REVISIT and capture.status == 200:
            reading = self._with_payload(reading)
        if reading.listing is not None:
            on = reading.url.removeprefix(site.origin)
            Frontier(self.archive, site).discover(reading.wanted, on=on, at=capture.fetched_at)
            self.listings += 1
            if not reading.listing.entries and not reading.listing.parts:
                self._nothing(reading, "a listing that names no story")
            return
        page = self._page(site, reading)
        if reading.location is not None and reading.away is None:
            if page is not None:
                self._redirected[reading.location] = page.url, reading.run_started_at
            self._nothing(reading)
            return
        if known is not None and (capture.article_id or page is None or page.is_known_since(capture.fetched_at)):
            return  # it was settled, too; only a run that was cut off leaves a capture that was not
        if page is None and site.is_described:
            if reading.reason == NO_LAYOUT:
                self.unknown_layouts.append(reading.url)
            if reading.article is None or site.identify(reading.url) is None:
                if reading.reason is not None and site.identify(reading.url) is not None:
                    self.unread += 1
                self._nothing(reading)
                return  # it was not requested as an article, and is none
            page = self._discover(site, reading)
        self._settle(site, reading, page)

    def _nothing(self, reading: Reading, why: str | None = None) -> None:
        """Counts an exchange that gave nothing, and why."""
        path, status = urlsplit(reading.url).path, reading.capture.status
        if why is None and reading.location is not None:
            why = f"status {status}: a redirect"
        if why is None and path == "/robots.txt":
            why = "robots.txt"
        if why is None and reading.reason is not None:
            why = _VARYING.sub("…", reading.reason)[:_MAX_REASON_CHARS]
        if why is None and status == 200:
            why = "not HTML"
        why = why or (f"status {status}" if status else "no HTTP answer")
        self.nothing[why] += 1
        self.examples.setdefault(why, reading.url)

    def _known_capture(self, capture: Capture) -> Capture | None:
        """The row of the same exchange, if the archive has it. It is found by the record's id, or by its place, because
        some programs give all records the same id or none."""
        for record_id in (capture.record_id, capture.place):
            row = self.archive.row("SELECT id FROM captures WHERE record_id = ?", [record_id])
            known = self.archive.capture(row["id"]) if row else None
            if known is not None and _is_same(known, capture):
                return known
        return None

    def _with_unique_id(self, capture: Capture) -> Capture:
        """The capture, with its place as `record_id` if another capture has its id."""
        taken = self.archive.row("SELECT 1 FROM captures WHERE record_id = ?", [capture.record_id])
        return replace(capture, record_id=capture.place) if taken else capture

    def _run_id(self, reading: Reading) -> int | None:
        site, started_at = reading.capture.site, reading.run_started_at
        if reading.capture.is_foreign:
            return None
        if started_at is None:
            return run_id_at(self.archive, site, reading.capture.fetched_at)
        if (site, started_at) not in self._runs:
            known = run_id_of(self.archive, site, started_at) or run_id_at(self.archive, site, started_at)
            self._runs[site, started_at] = known
        return self._runs[site, started_at]

    def _with_payload(self, reading: Reading) -> Reading:
        """The reading of a revisit of an identical payload, with what the payload says that it refers to."""
        capture = reading.capture
        record = read_captured(self.archive.warc_root, capture)
        source = Source(capture.site, None, reading.since, reading.run_started_at)
        try:
            holding = payload_record(self.archive, capture, record)
            read = read_exchange(capture, record, holding, source)
        except NeverKeptError:
            return replace(reading, reason="a revisit without its original")
        except WarcError as error:
            return replace(reading, reason=str(error))
        if read is None:
            return reading
        return replace(read, url=reading.url, run_started_at=reading.run_started_at)

    def _page(self, site: Site, reading: Reading) -> Page | None:
        """The page of the frontier for which an address was requested, perhaps by way of redirects."""
        address = site.identify(reading.url)
        asked, run = self._redirected.pop(reading.url, ("", None))
        if not asked or run != reading.run_started_at:
            asked = address.url if address else reading.url
        page = page_at(self.archive, asked)
        if page is None and address is not None:
            page = page_of(self.archive, site.article_id(address))
        return page

    def _discover(self, site: Site, reading: Reading) -> Page | None:
        address = site.identify(reading.url)
        assert address is not None
        frontier = Frontier(self.archive, site)
        frontier.discover([Listed(address=address)], on=FROM_WARC, at=reading.capture.fetched_at)
        return self._page(site, reading)

    def _settle(self, site: Site, reading: Reading, page: Page | None) -> None:
        outcome = settle(self.archive, site, reading, page_url=page.url if page else reading.url)
        if outcome.meaning is Meaning.UNREAD:
            self.unread += 1
            if reading.reason == NO_LAYOUT:
                self.unknown_layouts.append(reading.url)
        if reading.article is not None and (outcome.meaning.is_story or outcome.meaning is Meaning.OLDER):
            self.read += 1
            self.new += outcome.meaning is Meaning.NEW
            if site.is_described and reading.article.layout == GENERIC:
                self.unknown_layouts.append(reading.article.url)
        elif outcome.meaning in (Meaning.UNREAD, Meaning.NOTHING):
            self._nothing(reading, outcome.reason and _VARYING.sub("…", outcome.reason)[:_MAX_REASON_CHARS])
        if outcome.meaning is Meaning.OLDER and outcome.article_id:
            self._to_replay.add(outcome.article_id)
        elif outcome.meaning.is_story and outcome.article_id:
            later = "SELECT 1 FROM captures WHERE url = ? AND fetched_at > ?"
            if self.archive.row(later, [reading.capture.url, iso_utc(reading.capture.fetched_at)]):
                self._to_replay.add(outcome.article_id)

    def _replay_story(self, article_id: str) -> None:
        """Deletes a story and settles all captures of its page again, in the order of their dates, so that its versions
        are in that order. The page's state in the frontier stays, unless a capture is newer. If a capture cannot be
        read, or a version's capture gives no story to today's reader, nothing is changed."""
        archive = self.archive
        captures = archive.rows(
            "SELECT id FROM captures WHERE url IN (SELECT url FROM captures WHERE article_id = :id)"
            " AND coalesce(article_id, :id) = :id ORDER BY fetched_at, id",
            {"id": article_id},
        )
        page = page_of(archive, article_id)
        story = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
        assert story is not None
        rows = archive.rows("SELECT capture_id FROM versions WHERE article_id = ?", [article_id])
        versions = {row["capture_id"] for row in rows}
        site = named(story["site"], story["url"])
        url = page.url if page else story["url"]
        with suppress(WarcError, ReadingError), archive.writing():
            remove_twins(archive, story)
            archive.db.execute("DELETE FROM versions WHERE article_id = ?", [article_id])
            archive.db.execute("DELETE FROM articles WHERE id = ?", [article_id])
            for row in captures:
                capture = archive.capture(row["id"])
                assert capture is not None
                self._replay_capture(site, url, capture, is_version=row["id"] in versions)
            if archive.row("SELECT 1 FROM articles WHERE id = ?", [article_id]) is None:
                raise ReadingError("the story would be gone")
            now = page_at(archive, url)
            if page is not None and now is not None and (page.checked_at or "") >= (now.checked_at or ""):
                restore_page(archive, page)

    def _replay_capture(self, site: Site, url: str, capture: Capture, *, is_version: bool) -> None:
        """Settles a capture of the page at `url` again. Raises WarcError if it cannot be read, and ReadingError if it
        is a version's and gives no story any more."""
        reading = Reading(capture=capture, url=site.at_home(capture.url))
        if capture.status in REDIRECTS:
            record = read_captured(self.archive.warc_root, capture)
            target = record.head.get("Location")
            away = away_from_story(site, site.at_home(absolute(capture.url, target))) if target else None
            reading = replace(reading, away=away)
        if capture.status == 200:
            if capture.article_id is None:
                return
            try:
                article = read_stored(self.archive, capture, url=reading.url, site=site)
            except ReadingError:
                if is_version:
                    raise
                return
            reading = replace(reading, article=article)
        settle(self.archive, site, reading, page_url=url, in_order=True, is_believed=is_version)


def _is_same(one: Capture, other: Capture) -> bool:
    return (one.url, one.fetched_at, one.status, one.payload_digest) == (
        other.url,
        other.fetched_at,
        other.status,
        other.payload_digest,
    )
