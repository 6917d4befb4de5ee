"""`warta status`, `warta runs` and `warta pages`: every run accounted for, every failed page named."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.cli.main import cli
from archive.store.database import Archive
from archive.store.lock import hold, is_held
from archive.store.outcome import Failure, settle_failure
from archive.store.run_history import runs_of
from archive.store.runs import CUT_OFF, end_run, start_run
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from tests.support.commands import warta
from tests.support.shelf import shelve

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as archive:
        yield archive


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Within the block somebody holds the archive."""
    with (data / "warta.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(archive: Archive, ago: timedelta, site: str = "antara-kaltim", **values: Any) -> None:
    """A run that began so long ago and took a minute; it has no end if `verdict` is None."""
    began = NOW - ago
    row = start_run(archive, RunStart(site, "", began, {}))
    values = {"verdict": "well", "finished_at": iso_utc(began + HOUR / 60)} | values
    if values["verdict"] is not None:
        end_run(archive, row, values)


def asked(archive: Archive, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--data", str(archive.data)])


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def page(archive: Archive, number: int, *, site: str = "antara-kaltim", **values: Any) -> str:
    url = f"https://{site}.example/berita/{number}/x"
    now = iso_utc(NOW)
    row = {"url": url, "site": site, "article_id": f"{site}/{number}", "kind": "article", "discovered_at": now}
    row |= {"discovered_on": "a feed", "noticed_at": now, "due_at": now, "state": "new"}
    with archive.writing():
        archive.insert("pages", row | values)
    return url


# Running and cut off


def test_a_run_without_an_end_is_cut_off_unless_the_lock_is_held(archive: Archive) -> None:
    run(archive, HOUR, verdict=None)
    assert is_held(archive.data) is False
    assert [(one.verdict, one.reason) for one in runs_of(archive, ["antara-kaltim"])] == [
        (CUT_OFF["verdict"], CUT_OFF["reason"])
    ]
    with held(archive.data):
        assert is_held(archive.data) is True
        (one,) = runs_of(archive, ["antara-kaltim"])
        assert (one.verdict, one.has_failed) == ("running", False)
        assert list(runs_of(archive, ["antara-kaltim"], only_failed=True)) == []
    assert is_held(archive.data) is False


def test_of_two_runs_without_an_end_only_the_last_can_be_running(archive: Archive) -> None:
    run(archive, 5 * HOUR, verdict=None)
    run(archive, HOUR, verdict=None)
    with held(archive.data):
        assert [one.verdict for one in runs_of(archive, ["antara-kaltim"])] == ["running", "stopped"]


def test_where_the_lock_cannot_be_seen_nothing_is_claimed(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    run(archive, HOUR, verdict=None)
    monkeypatch.setattr("archive.store.run_history.is_held", lambda data: None)
    assert [one.verdict for one in runs_of(archive, ["antara-kaltim"])] == ["running, or cut off"]


def test_who_looks_at_the_lock_keeps_nobody_from_holding_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = (tmp_path / "warta.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)  # as is_held does, for a moment
    monkeypatch.setattr("archive.store.lock.time.sleep", lambda seconds: lock.close())
    hold(tmp_path)
    assert is_held(tmp_path) is True


# warta status


def test_status_counts_sites_that_are_only_imported(archive: Archive) -> None:
    shelve(archive, 1)
    with archive.writing():
        archive.db.execute("UPDATE articles SET site = 'kabar.example'")
        archive.db.execute("UPDATE captures SET site = 'kabar.example'")
    sites = {one["site"]: one for one in objects(asked(archive, "status", "--json"))}
    assert list(sites) == ["antara-kaltim", "mc-paser", "kabar.example"]
    assert (sites["kabar.example"]["stories"], sites["kabar.example"]["captures"]) == (1, 1)
    assert (sites["kabar.example"]["last_day"], sites["mc-paser"]["last_day"]) == (None, "no run")
    assert asked(archive, "status", "--strict", "--site", "kabar.*").exit_code == 0
    assert "kabar.example: not crawled, only imported" in asked(archive, "status").stdout


@pytest.mark.parametrize(
    ("runs", "code"),
    [
        ([], 1),
        ([(HOUR, "well")], 0),
        ([(25 * HOUR, "well")], 1),
        ([(30 * HOUR, "refused"), (HOUR, "well")], 0),
        ([(5 * HOUR, "refused"), (HOUR, "well")], 1),
        ([(HOUR, "degraded")], 1),
        ([(HOUR, None)], 1),
    ],
    ids=["none", "well", "too long ago", "failed before", "failed lately", "degraded", "cut off"],
)
def test_strict_asks_for_a_day_without_failure(
    archive: Archive, runs: list[tuple[timedelta, str | None]], code: int
) -> None:
    for ago, verdict in runs:
        run(archive, ago, verdict=verdict)
    assert asked(archive, "status", "--strict", "--site", "antara-kaltim").exit_code == code
    assert asked(archive, "status", "--site", "antara-kaltim").exit_code == 0


def test_a_run_at_work_is_a_run(archive: Archive) -> None:
    run(archive, 30 * HOUR, verdict=None)
    with held(archive.data):
        assert asked(archive, "status", "--strict", "--site", "antara-*").exit_code == 0
        assert "antara-kaltim: running" in asked(archive, "status").stdout
    assert "antara-kaltim: stopped: cut off" in asked(archive, "status").stdout


def test_the_bars_are_beside_the_sites_own_median(archive: Archive) -> None:
    for ago, new in enumerate([3000, 0, 4, 2, 4, 8, 80, 0, 1], start=1):
        run(archive, (20 - ago) * HOUR, new=new)
    run(archive, 2 * HOUR, verdict="unreachable", reason="no answer")
    run(archive, HOUR, verdict=None)
    with held(archive.data):
        (site,) = objects(asked(archive, "status", "--json", "--site", "antara-kaltim"))
    assert (site["usual"], site["trend"]) == (4.0, "█·▄▂▄██·▁✗…")
    assert [(one["verdict"], one["reason"]) for one in site["failures"]] == [("unreachable", "no answer")]


def test_failures_are_told_below_the_bars(archive: Archive) -> None:
    for ago in range(1, 7):
        run(archive, ago * HOUR, verdict="refused", reason=f"/terkini: HTTP 403 \x1b[2J {ago}")
    lines = asked(archive, "status", "--site", "antara-kaltim").stdout.splitlines()
    assert [line.split(" ", 5)[-1] for line in lines if line.startswith("  ✗ ")] == [
        f"refused: /terkini: HTTP 403 ?[2J {ago}" for ago in (1, 2, 3)
    ]
    assert "  and 3 more: warta runs --failed --site antara-kaltim" in lines


# warta runs


def test_runs_are_told_the_newest_first_and_narrowed_down(archive: Archive) -> None:
    run(archive, 50 * HOUR, verdict="refused", reason="HTTP 403")
    run(archive, 3 * HOUR, new=2, changed=1)
    run(archive, 2 * HOUR, site="mc-paser", verdict="degraded", reason="the dates", failed=4)
    run(archive, HOUR)

    def told(*arguments: str) -> list[tuple[str, str]]:
        return [(one["site"], one["verdict"]) for one in objects(asked(archive, "runs", "--json", *arguments))]

    kaltim, paser = "antara-kaltim", "mc-paser"
    assert told() == [(kaltim, "well"), (paser, "degraded"), (kaltim, "well"), (kaltim, "refused")]
    assert told("--failed") == [(paser, "degraded"), (kaltim, "refused")]
    assert told("--failed", "--site", "antara-*") == [(kaltim, "refused")]
    assert told("--since", f"{NOW - 26 * HOUR:%Y-%m-%d}") == told()[:3]
    assert told("--since", "2999") == []
    lines = asked(archive, "runs").stdout.splitlines()
    assert [line[19:] for line in lines if line[0] != " "] == [
        "antara-kaltim  well  nothing new",
        "mc-paser  degraded  4 failed",
        "antara-kaltim  well  2 new, 1 changed",
        "antara-kaltim  refused  nothing new",
    ]
    assert [line for line in lines if line[0] == " "] == ["  the dates", "  HTTP 403"]


def test_a_run_in_json_has_the_columns_of_its_row(archive: Archive) -> None:
    run(archive, HOUR, filled='{"title": 1.0}', new=7)
    (one,) = objects(asked(archive, "runs", "--json"))
    assert set(one) == set(archive.columns("runs"))
    assert (one["filled"], one["arguments"], one["new"]) == ({"title": 1.0}, {}, 7)


@pytest.mark.parametrize("command", ["runs", "pages", "status"])
def test_a_site_that_is_not_there_is_an_error_that_names_those_that_are(archive: Archive, command: str) -> None:
    answer = asked(archive, command, "--site", "antara-nix*")
    assert answer.exit_code == 2
    assert "antara-kaltim, mc-paser" in answer.output


# warta pages


def test_failed_pages_are_told_with_their_reason_and_when_they_are_tried_next(archive: Archive) -> None:
    read: dict[str, Any] = {"state": "read", "first_read_at": iso_utc(NOW)}
    page(archive, 1)
    page(archive, 2, **read)
    page(archive, 3, **read | {"state": "gone", "reason": "HTTP 410", "due_at": None})
    page(archive, 4, state="gone", reason="HTTP 404", due_at=None)
    page(archive, 5, state="missing", reason="HTTP 404")
    page(archive, 6, state="other address", reason="HTTP 500", article_id=None, due_at=None)
    failed, of_site = page(archive, 7), page(archive, 8, site="mc-paser")
    settle_failure(archive, Failure("antara-kaltim", failed, NOW, "the page has no title", of_site=False))
    settle_failure(archive, Failure("mc-paser", of_site, NOW, "HTTP 503", of_site=True))
    told = {one["url"]: one for one in objects(asked(archive, "pages", "--failed", "--json"))}
    assert {url.split("/")[-2] for url in told} == {"4", "5", "7", "8"}
    assert (told[failed]["reason"], told[failed]["failures"]) == ("the page has no title", 1)
    assert told[failed]["due_at"] > iso_utc(NOW)
    assert (told[of_site]["state"], told[of_site]["reason"]) == ("new", "HTTP 503")
    assert len(objects(asked(archive, "pages", "--json"))) == 8
    text = asked(archive, "pages", "--failed", "--site", "antara-kaltim").stdout
    assert f"{failed}\n  failed once, last {NOW:%Y-%m-%d %H:%M}Z: the page has no title; next try " in text
    assert "not there: HTTP 404; not tried again unless a listing names it" in text


def test_without_trouble_a_sentence_says_so(archive: Archive) -> None:
    assert asked(archive, "pages", "--failed").stdout == "No page failed.\n"
    assert asked(archive, "runs", "--failed").stdout == "No run failed.\n"


@pytest.mark.parametrize("command", ["runs", "pages", "status"])
def test_what_is_printed_in_a_pipe_has_no_colours(archive: Archive, command: str) -> None:
    run(archive, HOUR, verdict="refused", reason="x" * 500)
    page(archive, 1, state="failed", reason="y" * 500)
    printed = warta(command, "--data", archive.data).stdout
    assert "\x1b" not in printed
    assert ("x" * 500 in printed) or ("y" * 500 in printed)
