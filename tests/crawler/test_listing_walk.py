"""Walks of a listing, taken up again and again while the site goes on: whatever stops them, no story is missed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.extract import listings
from archive.extract.listings import Listed
from archive.sites import SITES, Address
from archive.store.database import Archive
from archive.store.frontier import Frontier, Noticed
from crawler.listing_walk import FAMILIAR_PAGES, ListingWalk
from crawler.spiders.base.news import NewsSpider
from crawler.verdict import RunReport

SITE = SITES["antara-kaltim"]
SIZE = 5
EPOCH = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Listing:
    """A site's listing: the newest first, or the last changed first. One story a day was published, the oldest long
    ago. Past its end it repeats its last page, or has none."""

    stories: dict[int, datetime] = field(default_factory=lambda: {n: EPOCH + timedelta(days=n) for n in range(30)})
    by_change: bool = False
    repeats: bool = True
    _clock: int = 30

    def publish(self, count: int) -> None:
        for _ in range(count):
            self.stories[self._clock] = EPOCH + timedelta(days=self._clock)
            self._clock += 1

    def withdraw(self, places: list[int]) -> None:
        for number in {sorted(self.stories)[place % len(self.stories)] for place in places}:
            if len(self.stories) > SIZE:
                del self.stories[number]

    def edit(self, places: list[int]) -> None:
        if self.by_change:
            for place in places:
                self.stories[sorted(self.stories)[place % len(self.stories)]] = EPOCH + timedelta(days=self._clock)
                self._clock += 1

    def page(self, number: int) -> list[Listed]:
        order = sorted(self.stories, key=lambda n: self.stories[n], reverse=True)
        pages = [order[start : start + SIZE] for start in range(0, len(order), SIZE)]
        if number > len(pages):
            return self._listed(pages[-1]) if self.repeats else []
        return self._listed(pages[number - 1])

    def _listed(self, numbers: list[int]) -> list[Listed]:
        return [
            Listed(
                address=Address("article", n, f"{SITE.origin}/berita/{n}/x"),
                modified_at=self.stories[n] if self.by_change else None,
                day=None if self.by_change else self.stories[n].date(),
            )
            for n in numbers
        ]


class Walker:
    """A spider's part in a walk. Its run ends after `pages`: gently, or as if killed before the next was noted."""

    def __init__(self, archive: Archive, listing: Listing, *, since: date, pages: int = 1000) -> None:
        self.since = since
        self.asked: list[int] = []
        self._listing = listing
        self._left = pages
        self.session = SimpleNamespace(
            site=SITE,
            frontier=Frontier(archive, SITE),
            last_exchange=datetime.now(UTC),
            stopping=False,
            report=RunReport(),
            served_by=lambda way: None,
            listed=lambda listed, unknown: None,
        )

    async def ask(self, path: str, *, conditional: bool) -> listings.Listing:
        self.asked.append(int(path))
        self.session.last_exchange = datetime.now(UTC)
        return listings.Listing(tuple(self._listing.page(int(path))))

    def note(self, *arguments: Any, **named: Any) -> list[Noticed]:
        return NewsSpider.note(cast(NewsSpider, self), *arguments, **named)

    def all_known(self, path: str) -> None:
        """Its listings are asked for anew each time."""

    def wants(self, item: Listed) -> bool:
        return NewsSpider.wants(cast(NewsSpider, self), item)

    async def run(self) -> None:
        walk = ListingWalk(cast(NewsSpider, self), str, way="listing")
        async for _ in walk.pages():
            self._left -= 1
            if self._left == 0:
                return


def walked(archive: Archive, listing: Listing, *, since: date, pages: int = 1000) -> Walker:
    walker = Walker(archive, listing, since=since, pages=pages)
    asyncio.run(walker.run())
    return walker


def known(archive: Archive) -> set[int]:
    return {int(row["article_id"].rpartition("/")[2]) for row in archive.rows("SELECT article_id FROM pages")}


def day(n: int) -> date:
    return (EPOCH + timedelta(days=n)).date()


places = st.lists(st.integers(0, 200), max_size=8)
depths = st.sampled_from([3, 4, 12, 25])  # few, so that walks often look back to what others did
events = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 25)),
        st.tuples(st.just("withdraw"), places),
        st.tuples(st.just("edit"), places),
        st.tuples(st.just("named by hand"), places),
        st.tuples(st.just("walk"), st.tuples(depths, st.integers(1, 12))),
    ),
    min_size=3,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(events, st.booleans(), st.booleans(), depths)
def test_no_story_is_missed_whatever_happens_between_and_within_walks(
    happened: list[tuple[str, Any]], by_change: bool, repeats: bool, last: int
) -> None:
    listing = Listing(by_change=by_change, repeats=repeats)
    with TemporaryDirectory() as folder, Archive.open(Path(folder)) as archive:
        for what, how in happened:
            match what:
                case "walk":
                    walked(archive, listing, since=day(how[0]), pages=how[1])
                case "named by hand":
                    listed = [item for page in range(1, 50) for item in listing.page(page)]
                    some = [listed[place % len(listed)] for place in how]
                    Frontier(archive, SITE).discover(some, on="by hand", at=datetime.now(UTC))
                case _:
                    getattr(listing, what.replace(" ", "_"))(how)
        walker = walked(archive, listing, since=day(last))
        wanted = {n for n, moment in listing.stories.items() if moment.date() >= day(last)}
        assert wanted <= known(archive)
        assert walker.session.report.complete


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    with Archive.open(tmp_path) as opened:
        yield opened


def test_after_a_whole_walk_the_next_one_looks_at_the_front_alone(archive: Archive) -> None:
    listing = Listing()
    assert walked(archive, listing, since=day(8)).asked == [1, 2, 3, 4, 5, 6]
    listing.publish(7)  # a page and a half
    assert walked(archive, listing, since=day(8)).asked == [1, 2, *range(3, 3 + FAMILIAR_PAGES)]


def test_a_walk_that_was_stopped_goes_on_from_where_it_ended(archive: Archive) -> None:
    listing = Listing()
    assert walked(archive, listing, since=day(0), pages=4).asked == [1, 2, 3, 4]
    listing.publish(2)
    assert walked(archive, listing, since=day(0)).asked == [1, 2, 3, 4, 5, 6, 7, 8]
    deep = Listing({n: EPOCH + timedelta(days=n) for n in range(100)})
    with TemporaryDirectory() as folder, Archive.open(Path(folder)) as other:
        walked(other, deep, since=day(0), pages=15)
        assert walked(other, deep, since=day(0)).asked == [1, 2, 15, 16, 17, 18, 19, 20, 21]


def test_a_stop_within_the_front_leaves_no_hole(archive: Archive) -> None:
    listing = Listing()
    walked(archive, listing, since=day(8))
    listing.publish(40)
    walked(archive, listing, since=day(8), pages=4)
    walked(archive, listing, since=day(8))
    assert known(archive) == set(range(8, 70))


def test_stories_that_were_changed_before_they_were_read_do_not_hide_what_stands_behind_them(archive: Archive) -> None:
    listing = Listing(by_change=True)
    walked(archive, listing, since=day(3), pages=4)
    listing.edit([0, *range(15, 30)])  # an old one, then three pages of known ones above it
    walked(archive, listing, since=day(3))
    assert 0 in known(archive)


def test_an_endless_listing_without_age_is_left(archive: Archive) -> None:
    listing = Listing(dict.fromkeys(range(2000), EPOCH))
    walker = Walker(archive, listing, since=day(0))
    walker.session.listing_failed = lambda path, error: setattr(walker, "error", error)
    asyncio.run(walker.run())
    assert len(walker.asked) == 61
    assert "nothing older" in str(cast(Any, walker).error)
