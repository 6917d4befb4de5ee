"""Looking again never ends: no story waits longer than its site's longest time, and what one run asks for
is bounded."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from archive.extract.listings import Listed
from archive.sites import SITES, Address
from archive.sites.site import LOOK_AGAIN_DAYS
from archive.store.database import Archive
from archive.store.frontier import Frontier, mark_read
from archive.store.ladder import EARLY_STEPS, YOUNG, longest_wait, next_check
from archive.store.looking_again import (
    LEAST_OLD,
    MARGIN,
    MOST_CALLED,
    MOST_YOUNG,
    SPARE_PER_DAY,
    allowance,
    call_neighbours,
    old_looks_per_day,
)
from archive.store.runs import end_run, start_run
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from benchmarks.looking_again import Simulation, ending_at_180_days, made_up, share_noticed

KALTIM = SITES["antara-kaltim"]
NOW = datetime(2027, 6, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        archive.db.execute("PRAGMA foreign_keys = off")
        yield archive


def url(number: int) -> str:
    return f"{KALTIM.origin}/berita/{number}/judul"


def read(archive: Archive, number: int, *, first: datetime, looked_at: datetime | None = None) -> None:
    """A story that was read at `first` and perhaps looked at once more."""
    id = f"{KALTIM.name}/{number}"
    frontier = Frontier(archive, KALTIM)
    frontier.discover([Listed(address=Address("article", number, url(number)))], on="/terkini", at=first)
    values = {
        "key": number,
        "id": id,
        "site": KALTIM.name,
        "number": number,
        "url": url(number),
        "title": "",
        "body": "",
    }
    values |= {"word_count": 0, "layout": "", "first_seen_at": iso_utc(first)}
    values |= {"fingerprint": "", "capture_id": 0}
    with archive.writing():
        archive.insert("articles", values)
        for at in filter(None, (first, looked_at)):
            mark_read(archive, KALTIM, url(number), id, at=at)


def due(archive: Archive, *, at: datetime = NOW, frontier: Frontier | None = None) -> list[int]:
    """The numbers of the stories that a whole run is given, in its order. Each is looked at and was not changed."""
    frontier = frontier or Frontier(archive, KALTIM)
    given = list[int]()
    while pages := frontier.due(before=at, limit=100, now=at):
        for page in pages:
            assert page.article_id is not None
            frontier.unchanged(page.url, page.article_id, at=at)
            given.append(int(page.article_id.rpartition("/")[2]))
    return given


def looks(first: datetime, key: str, until: timedelta, days: tuple[int, ...] = LOOK_AGAIN_DAYS) -> list[timedelta]:
    ages, now = list[timedelta](), first
    while (now := next_check(first, now, key=key, days=days)) - first <= until:
        ages.append(now - first)
    return ages


# When


@pytest.mark.parametrize("days", [LOOK_AGAIN_DAYS, (), (31,), (400,), (45, 730), (60, 90, 180, 365, 400), (3650,)])
def test_no_gap_between_looks_is_longer_than_stated_for_any_story(days: tuple[int, ...]) -> None:
    longest = longest_wait(days)
    for number in range(300):
        ages = looks(NOW, f"antara-kaltim/{number}", timedelta(days=8000), days)
        assert ages[:6] == list(EARLY_STEPS)
        assert max(later - earlier for earlier, later in pairwise((timedelta(0), *ages))) <= longest
        assert timedelta(days=8000) - ages[-1] <= longest
        assert all(any(earlier < age <= step for age in ages) for earlier, step in pairwise([30 * DAY, *by_days(days)]))
        assert len(ages) <= 6 + len(days) + 8000 // (days or (30,))[-1] + 1


def by_days(days: tuple[int, ...]) -> list[timedelta]:
    return [timedelta(days=step) for step in days]


def test_the_longest_time_is_a_year() -> None:
    assert longest_wait(LOOK_AGAIN_DAYS) == 365 * DAY
    assert longest_wait(()) == 30 * DAY
    assert longest_wait((45, 730, 800)) == 800 * DAY


def test_a_missed_step_is_not_made_up_for_and_the_grid_stays() -> None:
    planned = [NOW + age for age in looks(NOW, "a/1", timedelta(days=4000))]
    random = Random(3)
    for _ in range(500):
        now = NOW + timedelta(days=random.random() * 3600)
        assert next_check(NOW, now, key="a/1") == next(at for at in planned if at > now)


def test_stories_of_one_day_are_spread_over_each_interval() -> None:
    """300,000 of one day would else be due on one day each year."""
    for age, length in ((YOUNG, 30), (90 * DAY, 90), (365 * DAY, 365), (6 * 365 * DAY, 365)):
        days = Counter((next_check(NOW, NOW + age, key=f"antara-kaltim/{n}") - NOW - age) // DAY for n in range(20_000))
        assert set(days) <= set(range(length))
        assert max(days.values()) < 20_000 / length * 2


@pytest.mark.parametrize("days", [(30,), (60, 60), (90, 60), (-1,), (60, 99_999), (365 * 3000,)])
def test_a_site_says_days_that_rise(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="look_again_days"):
        replace(KALTIM, look_again_days=days)


def test_a_site_has_steps_of_its_own(archive: Archive) -> None:
    site = replace(KALTIM, look_again_days=(40,))
    read(archive, 1, first=NOW - 100 * DAY)
    with archive.writing():
        mark_read(archive, site, url(1), "antara-kaltim/1", at=NOW)
    row = archive.row("SELECT due_at FROM pages")
    assert row is not None
    assert iso_utc(NOW) < row["due_at"] <= iso_utc(NOW + 40 * DAY)


def test_a_withdrawn_story_is_looked_at_for_ever_too(archive: Archive) -> None:
    read(archive, 1, first=NOW - 900 * DAY)
    frontier = Frontier(archive, KALTIM)
    for days in (0, 2, 40, 500):
        (page,) = frontier._due("1", "url", {"site": KALTIM.name, "now": "~", "before": "~", "limit": 9})
        frontier.missing(page, at=NOW + days * DAY, reason="HTTP 404")
        row = archive.row("SELECT due_at FROM pages")
        assert row is not None
        assert iso_utc(NOW + days * DAY) < row["due_at"] <= iso_utc(NOW + (days + 365) * DAY)


# How many in a run


def test_a_run_is_given_new_stories_first_and_of_old_ones_its_share_those_due_longest_first(archive: Archive) -> None:
    for number in range(1, 101):  # as imported: read long ago, never looked at since, due for years
        read(archive, number, first=NOW - (3000 - number) * DAY)
    read(archive, 200, first=NOW - 2 * DAY)
    Frontier(archive, KALTIM).discover([Listed(address=Address("article", 201, url(201)))], on="/terkini", at=NOW)
    first = due(archive)
    assert first == [201, 200, *range(1, LEAST_OLD + 1)]
    assert due(archive, at=NOW + timedelta(minutes=5)) == list(range(LEAST_OLD + 1, 2 * LEAST_OLD + 1))


def test_the_share_of_a_run_is_that_of_the_time_since_the_last_one_that_had_answers(archive: Archive) -> None:
    fill(archive, 36_500)
    assert old_looks_per_day(archive, KALTIM, at=NOW) == (0, 100)
    assert allowance(archive, KALTIM, at=NOW).oldest == 150  # the first run
    for hours, answers, share in ((24 * 900, 5, 4500), (24 * 7, 5, 1050), (24, 5, 150), (2, 0, 150), (1, 5, 10)):
        run_id = start_run(archive, RunStart(KALTIM.name, "", NOW - timedelta(hours=hours), {}))
        end_run(archive, run_id, {"read": answers})
        assert allowance(archive, KALTIM, at=NOW).oldest == share


def fill(archive: Archive, pages: int, *, first: datetime = NOW - 4000 * DAY) -> None:
    """So many pages as an import leaves them."""
    values = (
        (
            url(n),
            KALTIM.name,
            f"{KALTIM.name}/{n}",
            *([iso_utc(first)] * 4),
            iso_utc(
                first + timedelta(hours=1),
            ),
        )
        for n in range(1, pages + 1)
    )
    with archive.writing():
        archive.db.conn.executemany(
            "INSERT INTO pages (url, site, article_id, kind, state, discovered_on, discovered_at, noticed_at,"
            " checked_at, first_read_at, due_at) VALUES (?, ?, ?, 'article', 'read', '', ?, ?, ?, ?, ?)",
            values,
        )


def test_each_age_counts_with_the_length_of_its_interval(archive: Archive) -> None:
    for number, age in enumerate([29] * 50 + [31] * 30 + [61] * 30 + [100] * 90 + [200] * 185 + [366] * 365):
        read(archive, number + 1, first=NOW - age * DAY, looked_at=NOW - DAY)
    assert old_looks_per_day(archive, KALTIM, at=NOW) == (30 / 30 + 30 / 30 + 90 / 90 + 185 / 185, 1)


@pytest.mark.slow
def test_an_archive_imported_on_one_day_is_gone_through_within_a_year_evenly(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.looking_again.SPARE_PER_DAY", 0)  # as for an archive of a hundred thousand
    fill(archive, 3650)
    seen, most, now = set[int](), 0, NOW
    gap = timedelta(0)
    looked_at = dict.fromkeys(range(1, 3651), NOW)
    for day in range(2 * 365 + 20):
        now = NOW + day * DAY
        run_id = start_run(archive, RunStart(KALTIM.name, "", now, {}))
        given = due(archive, at=now)
        end_run(archive, run_id, {"read": len(given)})
        most = max(most, len(given))
        for number in given:
            gap = max(gap, now - looked_at[number])
            looked_at[number] = now
            seen.add(number)
    assert most <= 3650 / 365 * MARGIN + 1
    assert seen == set(looked_at)
    assert max(gap, *(now - at for at in looked_at.values())) <= 366 * DAY + DAY


def test_what_a_listing_says_something_new_of_needs_no_share(archive: Archive) -> None:
    for number in range(1, 60):
        read(archive, number, first=NOW - 3000 * DAY, looked_at=NOW - DAY)
    titled = [Listed(address=Address("article", n, url(n)), title="Lama", published_at=NOW) for n in range(1, 60)]
    Frontier(archive, KALTIM).discover(titled, on="/rss", at=NOW - timedelta(hours=1))
    edited = [replace(item, title="Baru") for item in titled]
    Frontier(archive, KALTIM).discover(edited, on="/rss", at=NOW)
    assert sorted(due(archive)) == list(range(1, 60))


def test_an_import_keeps_no_one_from_last_months_news(archive: Archive) -> None:
    for number in range(1, 100):
        read(archive, number, first=NOW - 3000 * DAY)
    read(archive, 200, first=NOW - 100 * DAY, looked_at=NOW - 70 * DAY)
    assert due(archive)[0] == 200


def test_a_run_ends_although_more_young_stories_are_due(archive: Archive) -> None:
    fill(archive, MOST_YOUNG + 5, first=NOW - 2 * timedelta(hours=1))
    assert len(due(archive)) == MOST_YOUNG
    assert len(due(archive, at=NOW + timedelta(minutes=1))) == 5


# Sooner


def test_stories_beside_a_withdrawn_one_are_looked_at_in_the_next_run_once(archive: Archive) -> None:
    for number in range(1, 41):
        read(archive, number, first=NOW - 800 * DAY, looked_at=NOW - 2 * DAY)
    frontier = Frontier(archive, KALTIM)
    page = frontier._due("article_id = 'antara-kaltim/20'", "url", _all(9))[0]
    assert frontier.missing(page, at=NOW, reason="HTTP 410", for_good=True)
    assert not frontier.missing(page, at=NOW + timedelta(hours=1), reason="HTTP 410", for_good=True)
    called = archive.rows("SELECT DISTINCT called_at FROM pages WHERE called_at IS NOT NULL")
    assert called == [{"called_at": iso_utc(NOW)}]
    assert due(archive, at=NOW + DAY) == [20, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25]


def test_where_few_are_due_those_not_looked_at_longest_take_their_place(archive: Archive) -> None:
    for number in range(1, 301):
        read(archive, number, first=NOW - 3000 * DAY, looked_at=NOW - timedelta(days=29, hours=number))
    archive.db.execute("UPDATE pages SET due_at = ?", [iso_utc(NOW + 99 * DAY)])
    given = due(archive)
    assert given == list(range(300, 300 - SPARE_PER_DAY, -1))
    run_id = start_run(archive, RunStart(KALTIM.name, "", NOW, {}))
    end_run(archive, run_id, {"read": 1})
    assert due(archive, at=NOW + timedelta(hours=1)) == list(range(60, 50, -1))
    assert due(archive, at=NOW + 2 * DAY) == list(range(50, 0, -1))
    assert due(archive, at=NOW + 3 * DAY) == []


def _all(limit: int) -> dict[str, str | int]:
    return {"site": KALTIM.name, "now": "~", "before": "~", "limit": limit}


def test_called_stories_go_before_a_queue_and_are_bounded(archive: Archive) -> None:
    for number in range(1, 301):
        read(archive, number, first=NOW - 3000 * DAY)
    with archive.writing():
        for number in range(101, 201):
            call_neighbours(archive, f"{KALTIM.name}/{number}", at=NOW)
    given = due(archive, at=NOW + timedelta(minutes=1))
    assert set(given[:MOST_CALLED]) <= set(range(96, 206))
    assert len(given) == MOST_CALLED + LEAST_OLD


def test_neighbours_of_a_story_without_a_number_are_those_published_next(archive: Archive) -> None:
    for number in range(1, 21):
        read(archive, number, first=NOW - 800 * DAY, looked_at=NOW - 2 * DAY)
    archive.db.execute("UPDATE articles SET number = NULL")
    call_neighbours(archive, f"{KALTIM.name}/3", at=NOW)
    archive.db.conn.commit()
    assert due(archive, at=NOW + timedelta(minutes=1)) == [1, 2, 4, 5, 6, 7, 8]


def test_neighbours_are_of_the_same_site_and_were_not_looked_at_lately(archive: Archive) -> None:
    read(archive, 1, first=NOW - 800 * DAY, looked_at=NOW - 2 * DAY)
    read(archive, 2, first=NOW - 800 * DAY, looked_at=NOW - timedelta(hours=3))
    read(archive, 3, first=NOW - 800 * DAY, looked_at=NOW - 2 * DAY)
    archive.db.execute("UPDATE articles SET site = 'antara-lain' WHERE number = 3")
    call_neighbours(archive, f"{KALTIM.name}/1", at=NOW)
    call_neighbours(archive, "antara-kaltim/99", at=NOW)
    call_neighbours(archive, None, at=NOW)
    archive.db.conn.commit()
    assert due(archive, at=NOW + timedelta(minutes=1)) == []


# Archives of the warta before


def test_an_archive_of_the_warta_before_gets_due_times_that_a_rebuild_would_give(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        archive.db.execute("PRAGMA foreign_keys = off")
        for number, age in ((1, 200), (2, 3000), (3, 45), (4, 1)):
            read(archive, number, first=NOW - age * DAY, looked_at=NOW - min(age, 10) * DAY)
        expected = archive.rows("SELECT url, due_at FROM pages ORDER BY url")
        long = iso_utc(NOW + 140 * DAY)
        archive.db.execute("UPDATE pages SET due_at = CASE WHEN article_id LIKE '%/3' THEN ? END", [long])
        archive.db.execute("UPDATE pages SET due_at = ? WHERE article_id LIKE '%/4'", [iso_utc(NOW - DAY)])
        Frontier(archive, KALTIM).discover([Listed(address=Address("article", 9, url(9)))], on="/", at=NOW)
        archive.db.execute("UPDATE pages SET state = 'other address', due_at = NULL WHERE article_id LIKE '%/9'")
        read(archive, 10, first=NOW)
        archive.db.execute("UPDATE pages SET checked_at = 'kemarin', due_at = NULL WHERE article_id LIKE '%/10'")
        archive.db.execute("DROP INDEX pages_first_read")
        archive.db.execute("ALTER TABLE pages DROP COLUMN called_at")
        archive.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_looking_again'")
        archive.db.conn.commit()
    with Archive.open(tmp_path) as archive:
        got = {row["url"]: row["due_at"] for row in archive.rows("SELECT url, due_at FROM pages")}
    assert [got.pop(row["url"]) for row in expected[:3]] == [row["due_at"] for row in expected[:3]]
    assert got == {url(4): iso_utc(NOW - DAY), url(9): None, url(10): None}
    with sqlite3.connect(tmp_path / "archive.db") as db:
        assert db.execute("SELECT max(called_at) FROM pages").fetchone() == (None,)
    db.close()


# Years


@pytest.mark.slow
def test_simulated_years_of_news(tmp_path: Path) -> None:
    simulation = Simulation(made_up(800, 300, 3))
    simulation.run(tmp_path / "new", every=timedelta(hours=6))
    assert simulation.longest_gap <= longest_wait(LOOK_AGAIN_DAYS) + 2 * DAY
    before = Simulation(made_up(800, 300, 3))
    with ending_at_180_days():
        before.run(tmp_path / "old", every=timedelta(hours=6))
    assert share_noticed(simulation.world.all_changes) > share_noticed(before.world.all_changes)
    seen = [one for one in simulation.world.all_changes if one.could_be_seen]
    settled = [one for one in seen if one.at < simulation.world.end - 368 * DAY]
    assert share_noticed([one for one in settled if one.what == "withdrawal"]) == 1
