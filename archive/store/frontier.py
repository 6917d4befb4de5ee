"""The frontier: what is known to be out there, and when each page is to be asked for again. It lives in the database,
so that a run takes up what an earlier one left, however that ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from archive.extract.listings import Listed
from archive.sites import Address, Site
from archive.store.database import Archive, Row
from archive.store.pages import Page, PageState, moment, page_at, page_of, page_of_row
from archive.store.timestamps import iso_local, iso_utc

LADDER = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 3 * 24, 7 * 24, 30 * 24, 180 * 24))
"""When a story is looked at again, counted from when it was first read: edits and withdrawals come early."""
RETRIES = LADDER[:5]
"""When a page that could not be had or read is tried again: ever later, at last once a week."""
FROM_LIST = "a list of addresses"
"""Where an article was discovered that a person named."""
FROM_WARC = "a WARC file"
"""Where an article was discovered that no listing named."""

CLOCK_SLACK = timedelta(minutes=10)
"""So far ahead of our clock a stored time may lie without being wrong: machines' clocks differ."""
LONGEST_RETRY_AFTER = timedelta(days=7)
"""A site that asks to be left alone for longer is asked again after so long: nobody means years."""
WITHDRAWN_AFTER = timedelta(days=1)
"""A page that answers 404 now and still does so long after is withdrawn; 410 says so at once. A missing page is looked
at on the same ladder, counted from when it was first missed: it may come back."""


def next_check(first: datetime, now: datetime) -> datetime | None:
    """The next rung of the ladder after `now`; None when it has been climbed to its end."""
    return next((first + rung for rung in LADDER if first + rung > now), None)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one way of discovery is known without a gap: at `joined_at` its newest `items` entries, and everything
    after `day`, were in the frontier. `edge` are the addresses of the last entries, by which the end is found again."""

    items: int = 0
    day: date | None = None
    edge: tuple[str, ...] = ()
    joined_at: datetime | None = None

    def reaches(self, since: date) -> bool:
        return self.day is not None and self.day < since

    def knew(self, moment: datetime) -> bool:
        """Whether what was noticed at a moment was part of the walk."""
        return self.joined_at is not None and moment <= self.joined_at


@dataclass(frozen=True, slots=True)
class Noticed:
    """An article as a listing named it: whether it was `unknown` until then, since when it is known, and since when
    nothing new was told of it."""

    unknown: bool
    discovered_at: datetime
    noticed_at: datetime


class Frontier:
    """The pages of one site in an archive."""

    def __init__(self, archive: Archive, site: Site) -> None:
        self._archive = archive
        self._site = site

    def discover(
        self, listed: Iterable[Listed], *, on: str, at: datetime, walked: tuple[str, Walk] | None = None
    ) -> list[Noticed]:
        """Keeps what a listing at URL `on` named, before it is fetched, and with it how far its way is walked. A story
        that was changed, moved or renamed since it was read is due at once; one that is not there any more is looked
        at once a day while listings name it."""
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
            # Cards cut and change titles as they please; feeds and REST print the title as it is.
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
                given |= {"due_at": iso_utc(at)}
        if moved:
            free_address(self._archive, self._site, address.url)
            given |= {"url": address.url}
        assignments = ", ".join(f"{name} = :{name}" for name in given)
        self._archive.db.execute(f"UPDATE pages SET {assignments} WHERE url = :known", given | {"known": known.url})
        return Noticed(False, discovered_at, at if news else noticed_at)

    def _article_id(self, address: Address) -> str | None:
        """The id of a listed article. One that was read before its number was known keeps the id it got then."""
        if address.number is None:
            return None
        row = self._archive.row(
            "SELECT id FROM articles WHERE site = ? AND number = ?", [self._site.name, address.number]
        )
        return row["id"] if row else self._site.article_id(address)

    def _known(self, address: Address, article_id: str | None) -> Page | None:
        """The page of a listed article: by its id, else by its address, unless another article is known there."""
        by_id = page_of(self._archive, article_id)
        if by_id is not None:
            return by_id
        by_url = page_at(self._archive, address.url)
        if by_url is not None and article_id is not None and number_of(by_url.article_id) is not None:
            return None
        return by_url

    def due(self, *, before: datetime, limit: int, untried: bool = False) -> list[Page]:
        """The pages to fetch now: unknown articles first, those that were never asked for and the newest of them
        first, then rechecks (none of these where only `untried` pages are wanted). None comes twice in a run: a page
        checked at or after `before`, the run's start, waits for the next one."""
        tried = "checked_at < :before OR checked_at IS NULL" if not untried else "checked_at IS NULL"
        rows = self._archive.rows(
            f"SELECT * FROM pages WHERE site = :site AND due_at <= :now AND ({tried})"
            " ORDER BY state = 'new' DESC, checked_at IS NULL DESC,"
            " coalesce(published_at, listed_day, discovered_at) DESC, article_id DESC"
            " LIMIT :limit",
            {"site": self._site.name, "now": iso_utc(datetime.now(UTC)), "before": iso_utc(before), "limit": limit},
        )
        return [page for page in map(page_of_row, rows) if page]

    def failed(self, page: Page, *, at: datetime, reason: str, of_site: bool) -> None:
        """Notes that a page could not be fetched or read. It stays due where the whole site was at fault (`of_site`); a
        page that is itself at fault is tried again ever more rarely."""
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

    def missing(self, page: Page, *, at: datetime, status: int) -> bool:
        """Notes that a page answers 404 or 410; returns whether its story is now known to be withdrawn."""
        since = _time(page.missing_since) or at
        gone = status == 410 or at - since >= WITHDRAWN_AFTER
        state, due_at = PageState.GONE if gone else PageState.MISSING, next_check(since, at)  # it may come back
        if not page.was_read:  # looked at once more, and again only if listings name it
            due_at = None if gone else since + WITHDRAWN_AFTER
        with self._archive.writing():
            self._archive.db.execute(
                "UPDATE pages SET state = ?, reason = ?, missing_since = ?, checked_at = ?, checks = checks + 1,"
                " due_at = ? WHERE url = ?",
                [state, f"HTTP {status}", iso_utc(since), iso_utc(at), due_at and iso_utc(due_at), page.url],
            )
            changed = self._archive.db.execute(
                "UPDATE articles SET gone_at = ? WHERE id = ? AND gone_at IS NULL AND ?",
                [iso_utc(since), page.article_id, gone],
            )
        return changed.rowcount > 0

    def unchanged(self, url: str, article_id: str, *, at: datetime) -> None:
        """Notes that the site says the story at this address is as it was (304)."""
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
        """Keeps that a way is walked so far without a gap, as of `at`."""
        with self._archive.writing():
            self._keep_walk(way, walk, at)

    def _keep_walk(self, way: str, walk: Walk, at: datetime) -> None:
        values = {"site": self._site.name, "way": way, "items": walk.items, "edge": json.dumps(walk.edge)}
        values |= {"day": walk.day.isoformat() if walk.day else None, "joined_at": iso_utc(at)}
        self._archive.db.execute("DELETE FROM walks WHERE site = :site AND way = :way", values)
        self._archive.insert("walks", values)

    def published_day(self, listed: Listed) -> date | None:
        """The day a listed story was published, if it has been read: for listings that print no day."""
        row = self._archive.row(
            "SELECT published_date FROM articles WHERE id = coalesce(?, (SELECT article_id FROM pages WHERE url = ?))",
            [self._article_id(listed.address), listed.address.url],
        )
        return date.fromisoformat(row["published_date"]) if row and row["published_date"] else None


def reset_future_times(archive: Archive, now: datetime) -> int:
    """Forgets times that lie ahead: the clock of an earlier run was wrong, and what it noted would hide all edits until
    then. The pages are due, and listings are walked anew. Returns how many rows were mended."""
    ahead = iso_utc(now + CLOCK_SLACK)
    latest_due = iso_utc(now + LADDER[-1] + CLOCK_SLACK)
    mended = 0
    with archive.writing():
        for column, value in (
            ("checked_at", None),
            ("first_read_at", iso_utc(now)),
            ("missing_since", iso_utc(now)),
            ("discovered_at", iso_utc(now)),
            ("noticed_at", iso_utc(now)),
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
    """The number in an article's id; None where the site showed none when it was read."""
    tail = (article_id or "").rpartition("/")[2]
    return int(tail) if tail.isascii() and tail.isdigit() and (article_id or "").count("/") == 1 else None


def free_address(archive: Archive, site: Site, url: str) -> None:
    """Another article is at this address now (WordPress lets a permalink move from post to post): the one that was
    known there is looked for by its number. Within a transaction."""
    holder = page_at(archive, url)
    if holder is None:
        return
    number = number_of(holder.article_id)
    if number is None or not site.has_permalinks:
        archive.db.execute("DELETE FROM pages WHERE url = ?", [url])
    else:
        archive.db.execute("UPDATE OR REPLACE pages SET url = ? WHERE url = ?", [site.numbered_address(number), url])


def mark_read(archive: Archive, site: Site, url: str, article_id: str, *, at: datetime) -> None:
    """A page was read as this article: it is its page from now on, another address of it is kept as such. Within a
    transaction."""
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
    _schedule_next_check(archive, url, at=at)


def _schedule_next_check(archive: Archive, url: str, *, at: datetime) -> None:
    """A page was read, or is known to be as it was: its next check is the ladder's next rung. Within a transaction."""
    page = page_at(archive, url)
    if page is None:
        return
    first = _time(page.first_read_at) or at
    due_at = next_check(first, at)
    due = due_at and iso_utc(due_at)
    if page.noticed_at > iso_utc(at):  # an old capture is taken in: what listings told since is still to be seen
        due = page.due_at
    archive.db.execute(
        "UPDATE pages SET state = ?, reason = NULL, failures = 0, missing_since = NULL, first_read_at = ?,"
        " checked_at = ?, checks = checks + 1, due_at = ? WHERE url = ?",
        [PageState.READ, iso_utc(first), iso_utc(at), due, url],
    )


def _changed(known: Page, listed: dict[str, Any]) -> bool:
    """Whether what a listing says now differs from what it said before, or is of after the story was read."""
    seen = _time(known.modified_at) or _time(known.checked_at)
    modified = _time(listed["modified_at"])
    if modified is not None and seen is not None and modified > seen:
        return True
    title = listed["listed_title"]
    return bool(title and known.listed_title and title != known.listed_title)


def _time(text: str | None) -> datetime | None:
    return moment(text) if text else None
