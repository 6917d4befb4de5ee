"""The history of runs: what a run's account tells makes its row again, and a poisoned account changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.sites import SITES
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier, Walk
from archive.store.runs import (
    CUT_OFF,
    END_UNKNOWN,
    account_of,
    add_undated_run,
    apply_account,
    end_run,
    forget_listings,
    leave_alone,
    left_alone_until,
    run_id_at,
    start_of,
    start_run,
    unfinished,
)
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from archive.warc.capture import Capture
from archive.warc.sealing import Sealed
from tests.support.shelf import made_up_capture

PASER, KALTIM = SITES["mc-paser"], SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
START = RunStart("mc-paser", PASER.origin, NOW, {"since": "2020-01-02", "limit": "5"})
END: Row = {"verdict": "well", "reason": None, "discovery": "REST", "finished_at": iso_utc(NOW + timedelta(hours=1))}
END |= {"filled": '{"title": 1.0}', "complete": 1, "requests": 12, "bytes": 34567, "found": 9, "new": 3, "read": 8}
END |= {"changed": 2, "failed": 1, "saved": 4, "checked": 5, "moved": 6, "missing": 7, "gone": 8}
FEED = f"{PASER.origin}/feed/"


def listing(site: str = "mc-paser", url: str = FEED) -> Capture:
    return made_up_capture(site, url, record=site, at=NOW, content_type="text/xml")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "one") as archive:
        yield archive


@pytest.fixture
def again(tmp_path: Path) -> Iterator[Archive]:
    """A database that is made from the accounts, with the captures that the files tell."""
    with Archive.open(tmp_path / "again") as archive:
        archive.add_capture(listing("antara-kaltim", f"{KALTIM.origin}/rss/terkini.xml"))
        archive.add_capture(listing())
        yield archive


def a_run(archive: Archive) -> tuple[int, dict[str, Any]]:
    """(the id, the account) of a run that walked a listing and went well."""
    run_id = start_run(archive, START)
    archive.keep_listing(archive.add_capture(listing()), since=date(2020, 1, 2))
    Frontier(archive, PASER).keep_walk("REST", Walk(items=9, day=date(2020, 1, 2), edge=("a", "b")), at=NOW)
    archive.add_warc(Sealed("mc-paser/2026/before.warc.gz", 3, 99, "0" * 64), at=NOW)
    leave_alone(archive, run_id, until=NOW + timedelta(days=1))
    row = archive.row("SELECT * FROM runs WHERE id = ?", [run_id])
    assert row is not None
    account = account_of(archive, row, END)
    end_run(archive, run_id, END)
    return run_id, json.loads(json.dumps(account))


TOLD = {
    "runs": "SELECT * FROM runs ORDER BY id",
    "walks": "SELECT * FROM walks ORDER BY site, way",
    "listings": "SELECT l.url, record_id, since FROM listings AS l JOIN captures ON captures.id = capture_id",
}


def told(archive: Archive) -> dict[str, list[Row]]:
    return {name: archive.rows(sql) for name, sql in TOLD.items()}


def test_an_account_makes_the_run_again_and_how_far_its_listings_are_known(archive: Archive, again: Archive) -> None:
    _, account = a_run(archive)
    start_run(again, START)
    apply_account(again, account)
    assert told(again) == told(archive)
    assert account["previous"] == "mc-paser/2026/before.warc.gz"


def test_an_account_whose_beginning_is_lost_makes_the_run_all_the_same(archive: Archive, again: Archive) -> None:
    _, account = a_run(archive)
    apply_account(again, account)
    (run,) = again.rows("SELECT * FROM runs")
    assert {name: run[name] for name in END} == END
    assert (run["site"], run["started_at"], run["arguments"]) == ("mc-paser", iso_utc(NOW), "{}")


def test_an_account_is_applied_once(archive: Archive) -> None:
    run_id, account = a_run(archive)
    end_run(archive, run_id, {"reason": "seen by a person"})
    forget_listings(archive, ["mc-paser"])
    before = told(archive)
    apply_account(archive, account)
    assert told(archive) == before


def test_a_listing_whose_record_is_lost_is_not_known(archive: Archive, tmp_path: Path) -> None:
    _, account = a_run(archive)
    with Archive.open(tmp_path / "without") as without:
        apply_account(without, account)
        assert without.rows("SELECT * FROM listings") == []
        assert without.known_listing(FEED, since=date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    "poison",
    [
        {"started_at": "kemarin"},
        {"started_at": None},
        {"run": None},
        {"run": {"requests": -1}},
        {"run": {"requests": 2**53}},
        {"run": {"requests": 10**30}},
        {"run": {"requests": "12"}},
        {"run": {"requests": 1.5}},
        {"run": {"verdict": ["well"]}},
        {"run": {"finished_at": 5}},
        {"walks": [{}]},
        {"walks": None},
        {"walks": [{"way": "REST", "items": "x", "day": None, "edge": "[]", "joined_at": "2026"}]},
        {"listings": [{"url": 5, "record_id": "<urn:mc-paser>", "since": "2020-01-01"}]},
        {"listings": [{"url": FEED, "record_id": ["x"], "since": "2020-01-01"}]},
        {"listings": 7},
    ],
    ids=repr,
)
def test_a_poisoned_account_is_an_error_and_within_a_transaction_changes_nothing(
    archive: Archive, again: Archive, poison: dict[str, Any]
) -> None:
    _, account = a_run(archive)
    start_run(again, START)
    before = told(again)
    with pytest.raises((ValueError, TypeError, KeyError)), again.writing():
        apply_account(again, account | poison)
    assert told(again) == before


@pytest.mark.parametrize("name", ["site", "started_at", "run", "walks", "listings"])
def test_an_account_that_lacks_a_part_is_an_error(archive: Archive, again: Archive, name: str) -> None:
    _, account = a_run(archive)
    del account[name]
    with pytest.raises(KeyError, match=name), again.writing():
        apply_account(again, account)
    assert again.rows("SELECT * FROM runs") == []


def test_columns_that_nobody_knows_are_passed_over(archive: Archive, again: Archive) -> None:
    _, account = a_run(archive)
    account["run"]["id"] = 99
    account["run"]["site = 'x' --"] = "y"
    apply_account(again, account)
    assert again.row("SELECT id, site, verdict FROM runs") == {"id": 1, "site": "mc-paser", "verdict": "well"}


# Runs that did not tell their end


def test_a_run_that_was_cut_off_is_unfinished_until_its_end_is_noted(archive: Archive) -> None:
    run_id = start_run(archive, START)
    (run,) = unfinished(archive)
    assert (run["id"], run["since"], json.loads(run["arguments"])) == (run_id, "2020-01-02", START.arguments)
    assert start_of(run, origin=PASER.origin) == START
    end_run(archive, run_id, CUT_OFF | {"finished_at": iso_utc(NOW)})
    assert unfinished(archive) == []
    row = archive.row("SELECT verdict, reason FROM runs")
    assert row == {"verdict": "stopped", "reason": "cut off"}


def test_a_start_is_noted_once(archive: Archive) -> None:
    assert start_run(archive, START) == start_run(archive, START)
    other = RunStart("antara-kaltim", "", NOW, {})
    assert start_run(archive, other) != start_run(archive, START)
    assert len(archive.rows("SELECT 1 FROM runs")) == 2


def test_a_file_that_does_not_say_when_its_run_began_makes_a_row_that_says_so(archive: Archive) -> None:
    add_undated_run(archive, START)
    add_undated_run(archive, START)
    (run,) = archive.rows("SELECT * FROM runs")
    assert (run["verdict"], run["reason"], run["finished_at"]) == (*END_UNKNOWN.values(), iso_utc(NOW))


@pytest.mark.parametrize(("hours", "rows"), [(-1, 2), (0, 1), (0.5, 1), (1, 1), (1.5, 2)])
def test_a_file_of_a_run_that_has_a_row_makes_no_other(archive: Archive, hours: float, rows: int) -> None:
    end_run(archive, start_run(archive, START), END)  # from NOW to an hour later
    add_undated_run(archive, RunStart("mc-paser", "", NOW + timedelta(hours=hours), {}))
    assert len(archive.rows("SELECT 1 FROM runs")) == rows


def test_the_run_at_a_moment_is_the_last_that_began_before(archive: Archive) -> None:
    first = start_run(archive, START)
    second = start_run(archive, RunStart("mc-paser", "", NOW + timedelta(hours=2), {}))
    moments = (NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=3))
    assert [run_id_at(archive, "mc-paser", moment) for moment in moments] == [None, first, first, second]


# Pauses and forgetting


def test_a_site_is_left_alone_until_the_last_of_the_pauses_it_asked_for(archive: Archive) -> None:
    assert left_alone_until(archive, PASER) is None
    for hours in (5, 2):
        run_id = start_run(archive, RunStart("mc-paser", "", NOW + timedelta(minutes=hours), {}))
        leave_alone(archive, run_id, until=NOW + timedelta(hours=hours))
    assert left_alone_until(archive, PASER) == NOW + timedelta(hours=5)
    assert left_alone_until(archive, KALTIM) is None


def test_of_a_site_of_which_something_is_missing_nothing_is_taken_for_known(archive: Archive) -> None:
    a_run(archive)
    kaltim = archive.add_capture(listing("antara-kaltim", f"{KALTIM.origin}/rss/terkini.xml"))
    archive.keep_listing(kaltim, since=date(2020, 1, 2))
    Frontier(archive, KALTIM).keep_walk("listing", Walk(items=1), at=NOW)
    forget_listings(archive, ["mc-paser", "imported"])
    assert [row["site"] for row in archive.rows("SELECT site FROM walks")] == ["antara-kaltim"]
    assert [row["url"] for row in archive.rows("SELECT url FROM listings")] == [kaltim.url]
