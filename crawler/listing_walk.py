"""Walks a listing page after page, newest first, without requesting again what earlier runs walked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from archive.extract.listings import ANY_LINK, Listed, Listing, ListingError
from archive.store.frontier import Noticed, Walk
from crawler.fetching import FetchError
from crawler.verdict import Trouble

if TYPE_CHECKING:
    from crawler.spiders.base.news import NewsSpider

FAMILIAR_PAGES = 2
"""After this number of pages in a row with nothing new, a walk has reached what earlier walks saw. One page is not
enough: it may be full of pinned stories. Chosen, not measured."""
MAX_AGELESS_PAGES = 60
"""After this number of pages in a row that are no older than those before, a listing is taken to be endless. Chosen,
not measured."""


class ListingWalk:
    """A walk of the listing whose n-th page is `path(n)`, back to the spider's `since`. `way` is the name of this way
    of discovery, under which the frontier stores how far it was walked. If the pager of the first page gives its pages
    other addresses, these are tried first.

    The walk begins with the front: the pages from the first one to those that earlier walks saw without a gap. Only a
    front that was walked in full counts as seen, so that a run that is stopped leaves no gap. If earlier walks did not
    reach `since`, the walk goes on where they ended; so a long walk can be done in several runs. It ends at a page that
    is empty, repeats the page before, or is older than `since`. How far it came is stored in one transaction with the
    articles that a page names.
    """

    def __init__(self, spider: NewsSpider, path: Callable[[int], str], *, way: str) -> None:
        assert spider.since is not None
        self._spider = spider
        self._session = spider.session
        self._since = spider.since
        self._path = path
        self._forms = [path]  # of the pages' addresses: the pager's, if it has another, and the site's
        self._way = way
        self._earlier = self._session.frontier.walk(way)
        self._size = 0  # entries of a page
        self._edge = self._earlier.edge  # addresses of the last entries that the walk has reached
        self._fresh = 0  # entries of the front that earlier walks did not see
        self._familiar_pages = 0  # pages in a row with nothing new
        self._joined = False  # whether the front has been walked in full
        self._landing = False  # whether the walk went to where earlier walks ended, and may have missed the place
        self._oldest = date.max  # the oldest day seen
        self._ageless = 0  # pages in a row that are no older
        self._first = list[str]()  # addresses of the entries of the first page
        self._last: Listing | None = None  # the last page that was read

    async def pages(self) -> AsyncIterator[None]:
        """Walks, and yields after each page. Raises FetchError or ListingError if the first page fails; if a later one
        fails, the walk ends, and the next run goes on with it."""
        number, previous = 1, list[Listed]()
        while not self._session.stopping:
            listed = await self._ask(number)
            if listed is None:
                return
            if not self._landing and (not listed or self._is_repeated(listed, previous)):
                self._end(number - 1, previous)  # there is no further page, at least today
                return
            self._first = self._first or _addresses(listed)
            self._size = self._size or len(listed)
            noticed = self._note(number, listed)
            yield
            if self._landing and number > 2 and set(self._earlier.edge).isdisjoint(_addresses(listed)):
                number, previous = number - 1, []  # stories were withdrawn, so the entries moved to a page before
                continue
            self._landing = False
            if self._is_older(listed):
                self._end(number, listed)
                return
            if self._is_endless(listed):
                error = ListingError(f"{MAX_AGELESS_PAGES} pages in a row bring nothing older")
                self._session.listing_failed(self._page(number), error)
                return
            following = number + 1 if self._joined else self._through_front(number, noticed)
            if following is None:
                self._complete()
                return
            number, previous = following, listed

    def _through_front(self, number: int, noticed: Sequence[Noticed]) -> int | None:
        """The number of the page to walk after page `number` of the front; None if all pages after it are known."""
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
        """The entries of a page, [] after the last page; None if the walk is over: it failed, was stopped, or the
        listing has not changed."""
        try:
            unchanged_will_do = number == 1 and self._earlier.reaches(self._since)
            listing = await self._spider.ask(self._page(number), conditional=unchanged_will_do)
        except (FetchError, ListingError) as error:
            if isinstance(error, FetchError) and error.kind is Trouble.STOPPING:
                return None
            if number == 1:
                raise
            if number == 2 and self._drop_pagers_form():
                return await self._ask(number)
            if isinstance(error, FetchError) and (error.kind is Trouble.MISSING or error.status == 400):
                listing = Listing(())  # WordPress answers 400 for a page after the last one
            else:
                self._session.listing_failed(self._page(number), error)
                return None
        if listing is None:
            self._session.served_by(self._way)
            self._session.report.complete = self._session.report.unchanged = True
            return None
        if number == 1:
            self._look_at_first(listing)
        elif number == 2 and _addresses(listing.entries) in ([], self._first) and self._drop_pagers_form():
            return await self._ask(number)
        self._session.served_by(self._way)
        return self._entries(listing, self._page(number))

    def _look_at_first(self, listing: Listing) -> None:
        if not listing.entries:
            unread = f", and {len(listing.unread)} links to articles on it are not read" if listing.unread else ""
            raise ListingError(f"the listing names no article{unread}")
        if (form := listing.next_page) and form.replace("{}", "2") != self._path(2):
            self._forms.insert(0, lambda number: form.replace("{}", str(number)))

    def _drop_pagers_form(self) -> bool:
        """Goes back to the site's own form of the pages' addresses; False if the pager gave no other."""
        had_another = len(self._forms) > 1
        del self._forms[:-1]
        return had_another

    def _page(self, number: int) -> str:
        return self._path(1) if number == 1 else self._forms[0](number)

    def _entries(self, listing: Listing, path: str) -> list[Listed]:
        """The entries of a page; [] for one without a card, as a site's theme prints it after the listing's end. Links
        to articles that are in no card are reported, unless they are in none on the page before, too: then they belong
        to the theme."""
        before, self._last = self._last, listing
        if before is not None and listing.markup == ANY_LINK != before.markup:
            known = {*before.unread, *before.boxed, *_addresses(before.entries)}
            if known.issuperset(listing.unread):
                return []
        self._session.report.markup = listing.markup or self._session.report.markup
        if listing.markup != ANY_LINK and not self._is_repeated(listing.entries, before.entries if before else ()):
            for url in listing.unread:
                if before and url in before.unread:
                    self._session.report.unread_links.pop(url, None)
                else:
                    self._session.link_unread(path, url)
        return list(listing.entries)

    def _is_repeated(self, listed: Sequence[Listed], before: Sequence[Listed]) -> bool:
        """Whether a page is the one before or the first one over again."""
        return _addresses(listed) in (_addresses(before), self._first)

    def _note(self, number: int, listed: list[Listed]) -> list[Noticed]:
        """Stores the articles that a page names and, after the front, how far the walk has come."""
        beyond = self._joined and not self._landing
        walked = (self._way, self._reached(number, listed)) if beyond or not self._earlier.items else None
        return self._spider.note(listed, on=self._page(number), walked=walked)

    def _end(self, number: int, listed: Sequence[Listed]) -> None:
        """Ends a walk that reached `since` or the listing's end with page `number`, so that nothing before is
        missing."""
        self._complete()
        if not self._joined:  # the front alone reached so far: what earlier walks saw may lie after a gap
            self._keep(self._reached(number, listed))

    def _complete(self) -> None:
        self._session.report.complete = True
        if not self._session.report.unread_links:
            self._spider.all_known(self._path(1))

    def _reached(self, number: int, listed: Sequence[Listed]) -> Walk:
        """How far the walk has come with page `number`."""
        days = [day for item in listed if (day := self._day(item))]
        # Entries older than `since` were not stored, so a later walk with an earlier `since` has to walk them again.
        day = max(*days, self._since - timedelta(days=1)) if days else None
        self._edge = tuple(item.address.url for item in listed if self._spider.wants(item)) or self._edge
        return Walk(number * self._size, day, self._edge)

    def _keep(self, walk: Walk) -> None:
        self._session.frontier.keep_walk(self._way, walk, at=datetime.now(UTC))

    def _is_older(self, listed: Sequence[Listed]) -> bool:
        """Whether a page is older than `since`: the days of more than half of its entries are known, and all are
        older."""
        days = [day for item in listed if (day := self._day(item))]
        return 2 * len(days) > len(listed) and all(day < self._since for day in days)

    def _is_endless(self, listed: Sequence[Listed]) -> bool:
        day = min((day for item in listed if (day := self._day(item))), default=date.max)
        self._ageless = 0 if day < self._oldest else self._ageless + 1
        self._oldest = min(self._oldest, day)
        return self._ageless >= MAX_AGELESS_PAGES

    def _day(self, item: Listed) -> date | None:
        """The day by which the listing is ordered; if the listing has none, the day the story was published, if it was
        read."""
        return item.stands_at or self._session.frontier.published_day(item)


def _addresses(listed: Sequence[Listed]) -> list[str]:
    return [item.address.url for item in listed]
