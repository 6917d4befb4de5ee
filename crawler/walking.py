"""Walking a listing page after page, newest first, without asking twice for what is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from archive.frontier import Walk
from archive.listings import Listed, ListingError, ListingPage
from crawler.fetching import FetchError

if TYPE_CHECKING:
    from crawler.spiders.base.news import NewsSpider

KNOWN_PAGES_IN_A_ROW = 3
"""After so many listing pages without an unknown article one is among what earlier walks have seen."""
PAGES_WITHOUT_AGE = 60
"""After so many pages in a row that are no older than those before, a listing is taken for endless."""


class ListingWalk:
    """A walk of the listing whose n-th page is `path(n)`, down to the spider's `since`.

    It begins at the first page, so that nothing new is missed. Once among what earlier walks have seen it goes on from
    where they ended, if they did not reach back to `since`: so a long walk is done in slices. It ends where a page is
    empty, repeats the page before, or is older than `since`. How far it came is kept in one transaction with what each
    page names.
    """

    def __init__(
        self, spider: NewsSpider, path: Callable[[int], str], read: Callable[[ListingPage], list[Listed]], *, way: str
    ) -> None:
        assert spider.since is not None
        self._spider = spider
        self._session = spider.session
        self._since = spider.since
        self._path = path
        self._read = read
        self._way = way
        self._earlier = self._session.frontier.walk(way)
        self._unknown = 0  # articles found in front of what earlier walks have seen
        self._size = 0  # entries a page
        self._joined = False  # among what earlier walks have seen, or past it
        self._oldest = date.max
        self._ageless = 0

    async def pages(self) -> AsyncIterator[None]:
        """Yields after each page was noted. The first page must serve: its FetchError or ListingError goes to the
        caller. A later one that fails ends the walk, to be taken up by the next run."""
        number, known, previous = 1, 0, list[Listed]()
        landing = False  # just gone on to where an earlier walk ended, which must overlap with what it saw
        while not self._session.stopping:
            listed = await self._ask(number, first=not previous)
            if listed is None:
                return
            if not listed or _addresses(listed) == _addresses(previous):
                self._session.report.complete = True  # there is no further page, at least today
                return
            self._size = self._size or len(listed)
            unknown = self._note(number, listed)
            yield
            if self._older(listed):
                self._session.report.complete = True
                return
            if self._is_endless(listed):
                error = ListingError(f"{PAGES_WITHOUT_AGE} pages in a row bring nothing older")
                self._session.listing_failed(self._path(number), error)
                return
            previous = listed
            if landing and unknown == len(listed) and number > 2:
                number -= 1  # stories were withdrawn, so that the place moved up
                continue
            landing = False
            known = 0 if unknown else known + 1
            seen = self._earlier.items + self._unknown
            if not self._joined and (known >= KNOWN_PAGES_IN_A_ROW or number * self._size >= seen):
                self._joined = True
                self._session.frontier.keep_walk(self._way, self._whole())
                if self._earlier.reaches(self._since):
                    self._session.report.complete = True
                    return
                landing = seen // self._size > number + 1
                number = max(number, seen // self._size - 1)
            number += 1

    async def _ask(self, number: int, *, first: bool) -> list[Listed] | None:
        """The entries of a page; None where the walk is over: it failed, was stopped, or nothing has changed."""
        try:
            unchanged_will_do = number == 1 and self._earlier.reaches(self._since)
            listed = await self._spider.ask(self._path(number), self._read, conditional=unchanged_will_do)
        except (FetchError, ListingError) as error:
            if isinstance(error, FetchError) and error.kind == "stopping":
                return None
            if first:
                raise
            if isinstance(error, FetchError) and error.status in (400, 404):
                return []  # past its last page WordPress says so
            self._session.listing_failed(self._path(number), error)
            return None
        self._session.served_by(self._way)
        if listed is None:
            self._session.report.complete = self._session.report.unchanged = True
        elif first and not listed:
            raise ListingError("the listing names no article")
        return listed

    def _note(self, number: int, listed: list[Listed]) -> int:
        """Keeps what a page names, and that everything down to it is known, if it is."""
        reached = Walk(number * self._size, self._day(listed[-1]))
        # In front of what earlier walks have seen only that much is known without a gap; the rest is, once it is met.
        walked = None if not self._joined and self._nothing_new(listed) else (self._way, reached)
        unknown = self._spider.note(listed, on=self._path(number), walked=walked)
        if not self._joined:
            self._unknown += unknown
        return unknown

    def _nothing_new(self, listed: list[Listed]) -> bool:
        return self._unknown == 0 and not self._session.frontier.unknown(listed)

    def _whole(self) -> Walk:
        """What is known without a gap once the walk has met what earlier ones have seen."""
        return Walk(self._earlier.items + self._unknown, self._earlier.day)

    def _older(self, listed: list[Listed]) -> bool:
        """Whether a page is wholly before `since`."""
        days = [self._day(item) for item in listed]
        return all(day is not None and day < self._since for day in days)

    def _is_endless(self, listed: list[Listed]) -> bool:
        day = min((day for item in listed if (day := self._day(item))), default=date.max)
        self._ageless = 0 if day < self._oldest else self._ageless + 1
        self._oldest = min(self._oldest, day)
        return self._ageless >= PAGES_WITHOUT_AGE

    def _day(self, item: Listed) -> date | None:
        """The day by which the listing is ordered; where it prints none, the one the story itself told."""
        return item.stands_at or self._session.frontier.published_day(item)


def _addresses(listed: Sequence[Listed]) -> list[str]:
    return [item.address.url for item in listed]
