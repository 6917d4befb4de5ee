"""The frontier disbelieves times that lie ahead: a clock that was wrong for one run hides no later edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive.extract.listings import Listed
from archive.sites import SITES, Address
from archive.store.database import Archive, CorruptDatabaseError, Row
from archive.store.frontier import (
    CLOCK_SLACK,
    LONGEST_RETRY_AFTER,
    Frontier,
    Walk,
    mark_read,
    number_of,
    reset_future_times,
)
from archive.store.ladder import longest_wait
from archive.store.runs import leave_alone, left_alone_until, start_run
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from tests.support.shelf import made_up_capture

KALTIM = SITES["antara-kaltim"]
NOW = datetime.now(UTC).replace(microsecond=0)
YEARS = timedelta(days=5 * 365)
URL = f"{KALTIM.origin}/berita/101/judul"
LISTING = f"{KALTIM.origin}/terkini"
LONGEST = longest_wait(KALTIM.look_again_days)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        yield archive


def page(archive: Archive) -> Row:
    row = archive.row("SELECT * FROM pages WHERE url = ?", [URL])
    assert row is not None
    return row


def a_run(archive: Archive, at: datetime) -> None:
    """A story is listed, read and its listing known, by a clock that says `at`."""
    frontier = Frontier(archive, KALTIM)
    walk = Walk(items=1, day=date(2020, 1, 1))
    listed = Listed(address=Address("article", 101, URL), title="Judul", published_at=NOW)
    frontier.discover([listed], on="/terkini", at=at, walked=("listing", walk))
    with archive.writing():
        mark_read(archive, KALTIM, URL, "antara-kaltim/101", at=at)
    capture = made_up_capture(KALTIM.name, LISTING, record=1, at=at)
    archive.keep_listing(archive.add_capture(capture), since=date(2020, 1, 1))


def test_what_a_run_noted_years_ahead_is_due_and_walked_anew(archive: Archive) -> None:
    a_run(archive, NOW + YEARS)
    frontier = Frontier(archive, KALTIM)
    assert frontier.due(before=NOW, limit=9) == []
    assert reset_future_times(archive, NOW) == 1
    row = page(archive)
    assert (row["checked_at"], row["due_at"], row["state"]) == (None, iso_utc(NOW), "read")
    assert {row["discovered_at"], row["noticed_at"], row["first_read_at"]} == {iso_utc(NOW)}
    assert [one.url for one in frontier.due(before=NOW, limit=9)] == [URL]
    assert (frontier.walk("listing"), archive.known_listing(LISTING, since=date(2026, 1, 1))) == (Walk(), None)
    assert reset_future_times(archive, NOW) == 0


def test_an_edit_that_a_listing_tells_afterwards_is_seen(archive: Archive) -> None:
    a_run(archive, NOW + YEARS)
    reset_future_times(archive, NOW)
    with archive.writing():
        mark_read(archive, KALTIM, URL, "antara-kaltim/101", at=NOW)
    assert page(archive)["due_at"] > iso_utc(NOW)
    edited = Listed(address=Address("article", 101, URL), title="Judul baru", published_at=NOW)
    Frontier(archive, KALTIM).discover([edited], on="/terkini", at=NOW + timedelta(minutes=1))
    assert page(archive)["due_at"] == iso_utc(NOW + timedelta(minutes=1))


@pytest.mark.parametrize("ahead", [timedelta(0), CLOCK_SLACK])
def test_clocks_may_differ_by_some_minutes(archive: Archive, ahead: timedelta) -> None:
    a_run(archive, NOW + ahead)
    before = page(archive)
    assert reset_future_times(archive, NOW) == 0
    assert page(archive) == before
    assert Frontier(archive, KALTIM).walk("listing").items == 1
    assert archive.known_listing(LISTING, since=date(2026, 1, 1)) is not None


@pytest.mark.parametrize("column", ["checked_at", "first_read_at", "missing_since", "discovered_at", "noticed_at"])
def test_each_time_that_lies_ahead_makes_its_page_due(archive: Archive, column: str) -> None:
    a_run(archive, NOW - timedelta(days=1))
    archive.db.execute(f"UPDATE pages SET {column} = ?", [iso_utc(NOW + YEARS)])
    assert reset_future_times(archive, NOW) == 1
    assert page(archive)["due_at"] == iso_utc(NOW)
    assert page(archive)[column] == (None if column == "checked_at" else iso_utc(NOW))


@pytest.mark.parametrize(
    ("due_in", "kept"), [(LONGEST, True), (LONGEST + timedelta(days=1), False), (timedelta(days=999), False)]
)
def test_no_page_waits_longer_than_between_two_looks(archive: Archive, due_in: timedelta, kept: bool) -> None:
    a_run(archive, NOW)
    archive.db.execute("UPDATE pages SET due_at = ?", [iso_utc(NOW + due_in)])
    assert reset_future_times(archive, NOW) == (not kept)
    assert page(archive)["due_at"] == iso_utc(NOW + due_in if kept else NOW)


def test_a_site_that_asks_for_years_of_rest_is_asked_in_a_week(archive: Archive) -> None:
    run_id = start_run(archive, RunStart(KALTIM.name, "", NOW, {}))
    leave_alone(archive, run_id, until=NOW + LONGEST_RETRY_AFTER)
    reset_future_times(archive, NOW)
    assert left_alone_until(archive, KALTIM) == NOW + LONGEST_RETRY_AFTER
    leave_alone(archive, run_id, until=NOW + YEARS)
    reset_future_times(archive, NOW)
    assert left_alone_until(archive, KALTIM) is None


# Numbers, damage


@pytest.mark.parametrize(
    ("article_id", "number"),
    [
        ("antara-kaltim/67123", 67123),
        ("mc-paser/berita/kabar", None),
        ("mc-paser/berita/2020", None),  # an address, not a number
        ("kabar.example?p=5", None),
        ("mc-paser/٣", None),
        ("", None),
        (None, None),
    ],
)
def test_the_number_in_an_id(article_id: str | None, number: int | None) -> None:
    assert number_of(article_id) == number


@pytest.mark.parametrize(
    ("column", "value"), [("state", "aneh"), ("noticed_at", "kemarin"), ("discovered_at", "2026-99")]
)
def test_a_value_that_warta_never_writes_is_damage_and_said_so(archive: Archive, column: str, value: str) -> None:
    a_run(archive, NOW)
    archive.db.execute(f"UPDATE pages SET {column} = ?", [value])
    listed = Listed(address=Address("article", 101, URL))
    with pytest.raises(CorruptDatabaseError, match=value):
        Frontier(archive, KALTIM).discover([listed], on="/terkini", at=NOW)
