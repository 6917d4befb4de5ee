"""The frontier (table `pages`): the known pages of the sites, and when each is due to be requested again. It is in the
database, so that a run goes on where the last one ended, however it ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from archive.extract.listings import Listed
from archive.sites import SITES, Address, Site
from archive.store.database import Archive, Row
from archive.store.ladder import EARLY_STEPS, YOUNG, late_steps, longest_wait, next_check
from archive.store.looking_again import NOT_SOONER, Allowance, allowance, call_neighbours
from archive.store.pages import Page, PageState, moment, page_at, page_of, page_of_row
from archive.store.timestamps import iso_local, iso_utc

RETRIES = EARLY_STEPS[:5]
"""How long after a failure a page is tried again, by the number of its failures; the last step repeats (once a
week)."""
FROM_LIST = "a list of addresses"
"""`discovered_on` of an article that a person named (`--urls`)."""
FROM_WARC = "a WARC file"
"""`discovered_on` of an article that no listing named."""

CLOCK_SLACK = timedelta(minutes=10)
"""How far a stored time may be ahead of our clock before it is taken to be wrong: clocks of machines differ."""
LONGEST_RETRY_AFTER = timedelta(days=7)
"""The longest pause (Retry-After) that later runs keep: a site that asks for years is asked again after a week."""
WITHDRAWN_AFTER = timedelta(days=1)
"""A page that answered 404 and still does so after this time is withdrawn; with 410 it is so at once. It is checked
further at the same steps as a story that is there, counted from the first 404 or 410, because it may come back."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far back a listing was walked without a gap: at `joined_at` its newest `items` entries, and all of a later
    day than `day`, were in the frontier. `edge` are the addresses of the last entries, by which the place is found
    again."""

    items: int = 0
    day: date | None = None
    edge: tuple[str, ...] = ()
    joined_at: datetime | None = None

    def reaches(self, since: date) -> bool:
        return self.day is not None and self.day < since

    def knew(self, moment: datetime) -> bool:
        """Whether what was noticed at this moment was part of the walk."""
        return self.joined_at is not None and moment <= self.joined_at


@dataclass(frozen=True, slots=True)
class Noticed:
    """The state of an article that a listing named: whether it was `unknown` before, when it was discovered, and when a
    listing last said something new of it."""

    unknown: bool
    discovered_at: datetime
    noticed_at: datetime


class Frontier:
    """The pages of one site in an archive."""

    def __init__(self, archive: Archive, site: Site) -> None:
        self._archive = archive
        self._site = site
        self._allowance: Allowance | None = None

    def discover(
        self, listed: Iterable[Listed], *, on: str, at: datetime, walked: tuple[str, Walk] | None = None
    ) -> list[Noticed]:
        """Stores the articles that a listing at the URL `on` named, and in the same transaction `walked`, how far which
        way of discovery was walked. A story that was changed, moved or given another title since it was read becomes
        due at once; one that is missing or withdrawn becomes due at most once a day while listings name it."""
        with self._archive.writing():
            noticed = [self._discover(item, on, at) for item in listed]
            if walked is not None:
                self._keep_walk(*walked, at)
        return noticed

    def _discover(self, item: Listed, on: str, at: datetime) -> Noticed:
        address = item.address
        article_id = self._article_id(address)
        values = {
            "published_at": iso_local(item.published_at, self._site),
            "modified_at": iso_local(item.modified_at, self._site),
            "listed_day": item.day.isoformat() if item.day else None,
            # Listing pages shorten titles; feeds and REST, which have exact times, give them in full.
            "listed_title": item.title if item.published_at else None,
        }
        known = self._known(address, article_id)
        if known is None:
            free_address(self._archive, self._site, address.url)
            now = iso_utc(at)
            values |= {"url": address.url, "site": self._site.name, "article_id": article_id, "kind": address.kind}
            values |= {"discovered_at": now, "discovered_on": on, "noticed_at": now, "due_at": now}
            values |= {"state": PageState.NEW}
            self._archive.insert("pages", values)
            return Noticed(True, at, at)
        discovered_at, noticed_at = moment(known.discovered_at), moment(known.noticed_at)
        if at < noticed_at:  # an old listing is taken in: it fills gaps and changes nothing
            for name, value in values.items():
                if getattr(known, name) is None:
                    self._archive.db.execute(f"UPDATE pages SET {name} = ? WHERE url = ?", [value, known.url])
            return Noticed(False, discovered_at, noticed_at)
        moved = self._site.has_permalinks and address.number is not None and known.url != address.url
        news = moved or _changed(known, values)
        given: Row = {name: value for name, value in values.items() if value is not None}
        given |= {"article_id": known.article_id or article_id}
        if news:
            given |= {"noticed_at": iso_utc(at)}
        if moved or (news and known.state in (PageState.READ, PageState.FAILED)):
            given |= {"due_at": iso_utc(at)}
        elif known.missing_since or known.state is PageState.OTHER_ADDRESS:
            checked_at = _time(known.checked_at)
            if checked_at is None or at >= checked_at + WITHDRAWN_AFTER:
                given |= {"due_at": iso_utc(at), "called_at": iso_utc(at)}
        if moved:
            free_address(self._archive, self._site, address.url)
            given |= {"url": address.url}
        assignments = ", ".join(f"{name} = :{name}" for name in given)
        self._archive.db.execute(f"UPDATE pages SET {assignments} WHERE url = :known", given | {"known": known.url})
        return Noticed(False, discovered_at, at if news else noticed_at)

    def _article_id(self, address: Address) -> str | None:
        """The id of a listed article. One that was read before its number was known keeps its first id."""
        if address.number is None:
            return None
        row = self._archive.row(
            "SELECT id FROM articles WHERE site = ? AND number = ?", [self._site.name, address.number]
        )
        return row["id"] if row else self._site.article_id(address)

    def _known(self, address: Address, article_id: str | None) -> Page | None:
        """The page of a listed article: found by its id, else by its address unless another article is known there."""
        by_id = page_of(self._archive, article_id)
        if by_id is not None:
            return by_id
        by_url = page_at(self._archive, address.url)
        if by_url is not None and article_id is not None and number_of(by_url.article_id) is not None:
            return None
        return by_url

    def due(self, *, before: datetime, limit: int, untried: bool = False, now: datetime | None = None) -> list[Page]:
        """The pages to fetch now, at most `limit`: new ones first, and among these those never requested, the newest
        first. Then known ones: young stories and those of which a listing said something new; old stories beside one
        that was withdrawn or moved; other old ones, those that wait longest first. Of each kind of known ones a run
        gets no more than its allowance (archive.store.looking_again), the others stay due. Where few old ones are due,
        others that were not looked at longest follow. With `untried`, only
        pages never requested. A page that was requested at `before` (the start of the run) or later is left for the
        next run, so that none is fetched twice."""
        values = {"site": self._site.name, "now": iso_utc(now or datetime.now(UTC)), "before": iso_utc(before)}
        last_step = late_steps(self._site.look_again_days)[-1]
        values |= {"young": iso_utc(before - YOUNG), "old": iso_utc(before - last_step)}
        pages = self._due(
            "checked_at IS NULL" if untried else "checked_at IS NULL OR state = 'new'",
            "checked_at IS NULL DESC, coalesce(published_at, listed_day, discovered_at) DESC, article_id DESC",
            values | {"limit": limit},
        )
        if untried:
            return pages
        if self._allowance is None:
            self._allowance = allowance(self._archive, self._site, at=before)
        since = "coalesce(missing_since, first_read_at, '~')"  # a page that was never read counts as a young one
        for kind, condition, order in (
            ("young", f"({since} > :young OR noticed_at > checked_at)", "due_at"),
            ("called", f"{since} <= :young AND called_at > checked_at", "called_at"),
            ("old", f"{since} <= :young AND {since} > :old AND noticed_at <= checked_at", "due_at"),
            ("oldest", f"{since} <= :old AND {since} <= :young AND noticed_at <= checked_at", "checked_at"),
        ):
            left = getattr(self._allowance, kind)
            room = min(limit - len(pages), left)
            if room > 0:
                known = {page.url for page in pages}
                found = self._due(f"state <> 'new' AND {condition}", f"{order}, article_id", values | {"limit": room})
                fresh = [page for page in found if page.url not in known]
                setattr(self._allowance, kind, left - len(fresh))
                if kind != "young":
                    self._allowance.spare -= len(fresh)
                pages += fresh
        room = min(limit - len(pages), self._allowance.spare)
        if room > 0:
            spare = self._not_due(values | {"limit": room, "not_sooner": iso_utc(before - NOT_SOONER)})
            self._allowance.spare -= len(spare)
            pages += spare
        return pages

    def _not_due(self, values: Row) -> list[Page]:
        """Old stories that are not due, those first that were not looked at longest."""
        rows = self._archive.rows(
            "SELECT * FROM pages WHERE site = :site AND first_read_at <= :young AND due_at > :now AND state = 'read'"
            " AND checked_at < :not_sooner ORDER BY checked_at, article_id LIMIT :limit",
            values,
        )
        return [page for page in map(page_of_row, rows) if page]

    def _due(self, condition: str, order: str, values: Row) -> list[Page]:
        rows = self._archive.rows(
            "SELECT * FROM pages WHERE site = :site AND due_at <= :now AND (checked_at < :before OR checked_at IS NULL)"
            f" AND ({condition}) ORDER BY {order} LIMIT :limit",
            values,
        )
        return [page for page in map(page_of_row, rows) if page]

    def failed(self, page: Page, *, at: datetime, reason: str, of_site: bool) -> None:
        """Stores that a page could not be fetched or read. If the whole site failed (`of_site`), the page stays due;
        else it is tried again at the intervals of RETRIES."""
        failures = page.failures + (not of_site)
        state, due_at = page.state, page.due_at
        if not of_site:
            state, due_at = PageState.FAILED, iso_utc(at + RETRIES[min(failures, len(RETRIES)) - 1])
        with self._archive.writing():
            self._archive.db.execute(
                "UPDATE pages SET state = ?, reason = ?, failures = ?, checked_at = ?, checks = checks + 1, due_at = ?"
                " WHERE url = ?",
                [state, reason, failures, iso_utc(at), due_at, page.url],
            )

    def missing(self, page: Page, *, at: datetime, reason: str, for_good: bool = False) -> bool:
        """Stores that a page is not there: it answered 404, 410 (`for_good`), or a redirect to the front page. Returns
        whether its story was found to be withdrawn just now."""
        since = _time(page.missing_since) or at
        gone = for_good or at - since >= WITHDRAWN_AFTER
        state = PageState.GONE if gone else PageState.MISSING
        due_at: datetime | None = next_check(
            since, at, key=page.article_id or page.url, days=self._site.look_again_days
        )
        if not page.was_read:  # checked once more; after that only if a listing names it again
            due_at = None if gone else since + WITHDRAWN_AFTER
        with self._archive.writing():
            self._archive.db.execute(
                "UPDATE pages SET state = ?, reason = ?, missing_since = ?, checked_at = ?, checks = checks + 1,"
                " due_at = ? WHERE url = ?",
                [state, reason, iso_utc(since), iso_utc(at), due_at and iso_utc(due_at), page.url],
            )
            changed = self._archive.db.execute(
                "UPDATE articles SET gone_at = ? WHERE id = ? AND gone_at IS NULL AND ?",
                [iso_utc(since), page.article_id, gone],
            )
            if changed.rowcount:
                call_neighbours(self._archive, page.article_id, at=at)
        return changed.rowcount > 0

    def unchanged(self, url: str, article_id: str, *, at: datetime) -> None:
        """Stores that the story at this address has not changed (HTTP 304)."""
        with self._archive.writing():
            mark_read(self._archive, self._site, url, article_id, at=at)
            self._archive.db.execute("UPDATE articles SET gone_at = NULL WHERE id = ?", [article_id])

    # How far the listings are walked

    def walk(self, way: str) -> Walk:
        row = self._archive.row("SELECT * FROM walks WHERE site = ? AND way = ?", [self._site.name, way])
        if row is None:
            return Walk()
        day = date.fromisoformat(row["day"]) if row["day"] else None
        return Walk(row["items"], day, tuple(json.loads(row["edge"])), moment(row["joined_at"]))

    def keep_walk(self, way: str, walk: Walk, *, at: datetime) -> None:
        """Stores how far a way of discovery is walked without a gap at the moment `at`."""
        with self._archive.writing():
            self._keep_walk(way, walk, at)

    def _keep_walk(self, way: str, walk: Walk, at: datetime) -> None:
        values = {"site": self._site.name, "way": way, "items": walk.items, "edge": json.dumps(walk.edge)}
        values |= {"day": walk.day.isoformat() if walk.day else None, "joined_at": iso_utc(at)}
        self._archive.db.execute("DELETE FROM walks WHERE site = :site AND way = :way", values)
        self._archive.insert("walks", values)

    def published_day(self, listed: Listed) -> date | None:
        """The day of publication of a listed story, if it was read; for listings that print no day."""
        row = self._archive.row(
            "SELECT published_date FROM articles WHERE id = coalesce(?, (SELECT article_id FROM pages WHERE url = ?))",
            [self._article_id(listed.address), listed.address.url],
        )
        return date.fromisoformat(row["published_date"]) if row and row["published_date"] else None


def reset_future_times(archive: Archive, now: datetime) -> int:
    """Resets times in the future, which an earlier run stored while its clock was wrong: until then they would hide all
    edits. The pages become due and the listings are walked again. Returns how many pages were affected."""
    ahead = iso_utc(now + CLOCK_SLACK)
    latest_due = iso_utc(now + max(longest_wait(site.look_again_days) for site in SITES.values()) + CLOCK_SLACK)
    mended = 0
    with archive.writing():
        for column, value in (
            ("checked_at", None),
            ("first_read_at", iso_utc(now)),
            ("missing_since", iso_utc(now)),
            ("discovered_at", iso_utc(now)),
            ("noticed_at", iso_utc(now)),
            ("called_at", None),
        ):
            changed = archive.db.execute(
                f"UPDATE pages SET {column} = ?, due_at = ? WHERE {column} > ?", [value, iso_utc(now), ahead]
            )
            mended = max(mended, changed.rowcount)
        changed = archive.db.execute("UPDATE pages SET due_at = ? WHERE due_at > ?", [iso_utc(now), latest_due])
        mended = max(mended, changed.rowcount)
        archive.db.execute("DELETE FROM walks WHERE joined_at > ?", [ahead])
        archive.db.execute(
            "DELETE FROM listings WHERE capture_id IN (SELECT id FROM captures WHERE fetched_at > ?)", [ahead]
        )
        archive.db.execute(
            "UPDATE runs SET retry_at = NULL WHERE retry_at > ?", [iso_utc(now + LONGEST_RETRY_AFTER + CLOCK_SLACK)]
        )
    return mended


def number_of(article_id: str | None) -> int | None:
    """The number in an article's id; None for an id made of a path."""
    tail = (article_id or "").rpartition("/")[2]
    return int(tail) if tail.isascii() and tail.isdigit() and (article_id or "").count("/") == 1 else None


def free_address(archive: Archive, site: Site, url: str) -> None:
    """Makes `url` free for another article, since WordPress may give a permalink to another post. The page known there
    gets the address with its number (/?p=ID), or is deleted if there is none. Call it within a transaction."""
    holder = page_at(archive, url)
    if holder is None:
        return
    number = number_of(holder.article_id)
    if number is None or not site.has_permalinks:
        archive.db.execute("DELETE FROM pages WHERE url = ?", [url])
    else:
        archive.db.execute("UPDATE OR REPLACE pages SET url = ? WHERE url = ?", [site.numbered_address(number), url])


def mark_read(archive: Archive, site: Site, url: str, article_id: str, *, at: datetime) -> None:
    """Stores that the page at `url` was read, or is unchanged, as this article's page. Other pages of the article
    become OTHER_ADDRESS. Call it within a transaction."""
    page = page_at(archive, url)
    if page is None:
        return
    if number_of(page.article_id) is not None and page.article_id != article_id:
        free_address(archive, site, url)
        new = {"url": url, "site": site.name, "kind": page.kind, "state": PageState.NEW}
        new |= {"discovered_at": iso_utc(at), "discovered_on": page.discovered_on, "noticed_at": iso_utc(at)}
        archive.insert("pages", new)
    for other in archive.rows("SELECT * FROM pages WHERE article_id = ? AND url <> ?", [article_id, url]):
        archive.db.execute(
            "UPDATE pages SET article_id = NULL, state = ?, due_at = NULL WHERE url = ?",
            [PageState.OTHER_ADDRESS, other["url"]],
        )
        archive.db.execute(
            "UPDATE pages SET first_read_at = coalesce(?, first_read_at) WHERE url = ?", [other["first_read_at"], url]
        )
    archive.db.execute("UPDATE pages SET article_id = ? WHERE url = ?", [article_id, url])
    _schedule_next_check(archive, site, url, at=at)


def _schedule_next_check(archive: Archive, site: Site, url: str, *, at: datetime) -> None:
    """Sets a page's state to READ and the time when it is looked at again. Call it within a transaction."""
    page = page_at(archive, url)
    if page is None:
        return
    first = _time(page.first_read_at) or at
    due: str | None = iso_utc(next_check(first, at, key=page.article_id or url, days=site.look_again_days))
    if page.noticed_at > iso_utc(at):  # an older capture: what listings said after it still has to be fetched
        due = page.due_at
    archive.db.execute(
        "UPDATE pages SET state = ?, reason = NULL, failures = 0, missing_since = NULL, first_read_at = ?,"
        " checked_at = ?, checks = checks + 1, due_at = ? WHERE url = ?",
        [PageState.READ, iso_utc(first), iso_utc(at), due, url],
    )


def _changed(known: Page, listed: dict[str, Any]) -> bool:
    """Whether a listing says that a story was changed: a later time of change than is known of it, or another title."""
    seen = _time(known.modified_at) or _time(known.checked_at)
    modified = _time(listed["modified_at"])
    if modified is not None and seen is not None and modified > seen:
        return True
    title = listed["listed_title"]
    return bool(title and known.listed_title and title != known.listed_title)


def _time(text: str | None) -> datetime | None:
    return moment(text) if text else None
