"""Walking a listing page after page, newest first, without asking twice for what is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from archive.extract.listings import Listed, ListingError
from archive.store.frontier import Noticed, Walk
from crawler.fetching import FetchError
from crawler.verdict import Trouble

if TYPE_CHECKING:
    from crawler.spiders.base.news import NewsSpider

FAMILIAR_PAGES = 2
"""So many listing pages in a row that bring nothing new are among what earlier walks saw: one may be of pinned
stories."""
MAX_AGELESS_PAGES = 60
"""After so many pages in a row that are no older than those before, a listing is taken for endless."""


class ListingWalk:
    """A walk of the listing whose n-th page is `path(n)`, down to the spider's `since`.

    First comes the front: from the first page down to what earlier walks saw without a gap. What a run noticed that
    was stopped within its front does not count as seen, so no stop leaves a hole. If earlier walks did not reach back
    to `since`, the walk goes on from where they ended: so a long walk is done in slices. It ends where a page is
    empty, repeats the page before, or is older than `since`. How far it came is kept in one transaction with what each
    page names.
    """

    def __init__(self, spider: NewsSpider, path: Callable[[int], str], *, way: str) -> None:
        assert spider.since is not None
        self._spider = spider
        self._session = spider.session
        self._since = spider.since
        self._path = path
        self._way = way
        self._earlier = self._session.frontier.walk(way)
        self._size = 0  # entries a page
        self._edge = self._earlier.edge
        self._fresh = 0  # articles in front of what earlier walks saw
        self._familiar_pages = 0  # in a row
        self._joined = False  # past the front
        self._landing = False  # gone on to where earlier walks ended, and not yet seen to overlap with them
        self._oldest = date.max
        self._ageless = 0

    async def pages(self) -> AsyncIterator[None]:
        """Yields after each page was noted. The first page must serve: its FetchError or ListingError goes to the
        caller. A later one that fails ends the walk, to be taken up by the next run."""
        number, previous = 1, list[Listed]()
        while not self._session.stopping:
            listed = await self._ask(number)
            if listed is None:
                return
            if not self._landing and (not listed or _addresses(listed) == _addresses(previous)):
                self._end(number - 1, previous)  # there is no further page, at least today
                return
            self._size = self._size or len(listed)
            noticed = self._note(number, listed)
            yield
            if self._landing and number > 2 and set(self._earlier.edge).isdisjoint(_addresses(listed)):
                number, previous = number - 1, []  # stories were withdrawn, so that the end moved up
                continue
            self._landing = False
            if self._is_older(listed):
                self._end(number, listed)
                return
            if self._is_endless(listed):
                error = ListingError(f"{MAX_AGELESS_PAGES} pages in a row bring nothing older")
                self._session.listing_failed(self._path(number), error)
                return
            following = number + 1 if self._joined else self._through_front(number, noticed)
            if following is None:
                self._complete()
                return
            number, previous = following, listed

    def _through_front(self, number: int, noticed: Sequence[Noticed]) -> int | None:
        """The page after page `number` of the front; None where all there is behind it is known."""
        self._fresh += sum(not self._earlier.knew(item.discovered_at) for item in noticed)
        familiar = all(self._earlier.knew(item.noticed_at) for item in noticed)
        self._familiar_pages = self._familiar_pages + 1 if familiar else 0
        seen = self._earlier.items + self._fresh
        if self._familiar_pages < FAMILIAR_PAGES and number * self._size < seen:
            return number + 1
        self._joined = True
        if self._earlier.items:
            self._keep(replace(self._earlier, items=seen))
        if self._earlier.reaches(self._since):
            return None
        end = seen // self._size
        self._landing = end > number + 1
        return max(number + 1, end)

    async def _ask(self, number: int) -> list[Listed] | None:
        """The entries of a page; None where the walk is over: it failed, was stopped, or nothing has changed."""
        try:
            unchanged_will_do = number == 1 and self._earlier.reaches(self._since)
            listing = await self._spider.ask(self._path(number), conditional=unchanged_will_do)
        except (FetchError, ListingError) as error:
            if isinstance(error, FetchError) and error.kind is Trouble.STOPPING:
                return None
            if number == 1:
                raise
            if isinstance(error, FetchError) and error.status in (400, 404):
                return []  # past its last page WordPress says so
            self._session.listing_failed(self._path(number), error)
            return None
        if number == 1 and listing is not None and not listing.entries:
            raise ListingError("the listing names no article")
        self._session.served_by(self._way)
        if listing is None:
            self._session.report.complete = self._session.report.unchanged = True
            return None
        self._session.report.markup = listing.markup or self._session.report.markup
        return list(listing.entries)

    def _note(self, number: int, listed: list[Listed]) -> list[Noticed]:
        """Keeps what a page names and, past the front, how far the walk has come with it."""
        beyond = self._joined and not self._landing
        walked = (self._way, self._reached(number, listed)) if beyond or not self._earlier.items else None
        return self._spider.note(listed, on=self._path(number), walked=walked)

    def _end(self, number: int, listed: Sequence[Listed]) -> None:
        """The walk came down to `since` or to the listing's end with page `number`: nothing is missing above it."""
        self._complete()
        if not self._joined:  # the front alone reaches as deep; what lies behind a gap is not known for sure
            self._keep(self._reached(number, listed))

    def _complete(self) -> None:
        self._session.report.complete = True
        self._spider.all_known(self._path(1))

    def _reached(self, number: int, listed: Sequence[Listed]) -> Walk:
        days = [day for item in listed if (day := self._day(item))]
        # What is older than `since` was not kept, so that a walk with an earlier one has to come this way again.
        day = max(*days, self._since - timedelta(days=1)) if days else None
        self._edge = tuple(item.address.url for item in listed if self._spider.wants(item)) or self._edge
        return Walk(number * self._size, day, self._edge)

    def _keep(self, walk: Walk) -> None:
        self._session.frontier.keep_walk(self._way, walk, at=datetime.now(UTC))

    def _is_older(self, listed: Sequence[Listed]) -> bool:
        """Whether a page is wholly before `since`, as far as the days of most of its stories are known."""
        days = [day for item in listed if (day := self._day(item))]
        return 2 * len(days) > len(listed) and all(day < self._since for day in days)

    def _is_endless(self, listed: Sequence[Listed]) -> bool:
        day = min((day for item in listed if (day := self._day(item))), default=date.max)
        self._ageless = 0 if day < self._oldest else self._ageless + 1
        self._oldest = min(self._oldest, day)
        return self._ageless >= MAX_AGELESS_PAGES

    def _day(self, item: Listed) -> date | None:
        """The day by which the listing is ordered; where it prints none, the one the story itself told."""
        return item.stands_at or self._session.frontier.published_day(item)


def _addresses(listed: Sequence[Listed]) -> list[str]:
    return [item.address.url for item in listed]
