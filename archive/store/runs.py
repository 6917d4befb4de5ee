"""The table `runs`, and the account of a run, which is also a record in the run's WARC files (archive.warc.account), so
that a rebuild can make the table again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from archive.sites import Site
from archive.store.database import Archive, Row
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart
from archive.warc.capture import FOREIGN


class Verdict(StrEnum):
    """What became of a run. DEGRADED: a field, a way of discovery or the rhythm is not what it was."""

    WELL = "well"
    DEGRADED = "degraded"
    READ_NOTHING = "read nothing"
    FOUND_NOTHING = "found nothing"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"


CUT_OFF = {"verdict": Verdict.STOPPED, "reason": "cut off"}
"""What is known of a run that did not end by itself."""
END_UNKNOWN = {"verdict": Verdict.STOPPED, "reason": "how it ended is not in its WARC files"}

_TEXT_COLUMNS = ("verdict", "reason", "discovery", "filled", "retry_at", "finished_at")
_COUNT_COLUMNS = (
    *("complete", "requests", "bytes", "found", "new", "read", "changed", "failed"),
    *("saved", "checked", "moved", "missing", "gone"),
)
_MAX_COUNT = 1 << 53


def start_run(archive: Archive, start: RunStart) -> int:
    """Inserts the row of a run, unless it is there already; returns its id."""
    arguments = json.dumps(dict(start.arguments))
    since = start.since.isoformat() if start.since else None
    with archive.writing():
        known = run_id_of(archive, start.site, start.started_at)
        return known or archive.insert(
            "runs",
            {"site": start.site, "started_at": iso_utc(start.started_at), "since": since, "arguments": arguments},
        )


def run_id_of(archive: Archive, site: str, started_at: datetime) -> int | None:
    row = archive.row("SELECT id FROM runs WHERE site = ? AND started_at = ?", [site, iso_utc(started_at)])
    return int(row["id"]) if row else None


def run_id_at(archive: Archive, site: str, moment: datetime) -> int | None:
    """The id of the site's last run that began at this moment or before: for files that do not say which run wrote
    them."""
    row = archive.row(
        "SELECT id FROM runs WHERE site = ? AND started_at <= ? ORDER BY started_at DESC LIMIT 1",
        [site, iso_utc(moment)],
    )
    return int(row["id"]) if row else None


def add_undated_run(archive: Archive, start: RunStart) -> None:
    """Inserts a row for the run of a file that does not say when it began (`start.started_at` is then the file's date),
    unless a run of the site lasted at that time."""
    at = iso_utc(start.started_at)
    known = archive.row(
        "SELECT 1 FROM runs WHERE site = ? AND started_at <= ? AND coalesce(finished_at, '~') >= ?",
        [start.site, at, at],
    )
    if known is None:
        end_run(archive, start_run(archive, start), END_UNKNOWN | {"finished_at": at})


def end_run(archive: Archive, run_id: int, values: Row) -> None:
    """Sets columns of a run: verdict, reason, finished_at, the counts."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    with archive.writing():
        archive.db.execute(f"UPDATE runs SET {assignments} WHERE id = :id", values | {"id": run_id})


def leave_alone(archive: Archive, run_id: int, *, until: datetime) -> None:
    """Stores in a run's row until when its site asked for a pause (Retry-After)."""
    end_run(archive, run_id, {"retry_at": iso_utc(until)})


def left_alone_until(archive: Archive, site: Site) -> datetime | None:
    """Until when the site asked to be left alone; a run that was told not to wait (`--now`) forgot what was asked
    before."""
    row = archive.row(
        "SELECT max(retry_at) AS until FROM runs WHERE site = :site AND id >= coalesce((SELECT max(id) FROM runs"
        " WHERE site = :site AND json_extract(arguments, '$.now') IS NOT NULL), 0)",
        {"site": site.name},
    )
    return datetime.fromisoformat(row["until"]) if row and row["until"] else None


def unfinished(archive: Archive) -> list[Row]:
    """The rows of runs that have no end: they were killed or crashed, or one is at work."""
    return archive.rows("SELECT * FROM runs WHERE finished_at IS NULL ORDER BY id")


def start_of(run: Row, *, origin: str) -> RunStart:
    """The RunStart that belongs to a row of `runs`; `origin` is the site's own, used if the run had no other."""
    arguments = {str(name): str(value) for name, value in json.loads(run["arguments"]).items()}
    return RunStart(run["site"], arguments.get("origin", origin), datetime.fromisoformat(run["started_at"]), arguments)


def account_of(archive: Archive, run: Row, values: Row) -> dict[str, Any]:
    """The account of a run that ends with `values`: its row, how far its site's listings are known, and as "previous"
    the name of the site's last WARC file before this run, so that a missing file is noticed."""
    site = run["site"]
    retry_at = archive.row("SELECT retry_at FROM runs WHERE id = ?", [run["id"]])
    previous = archive.row("SELECT name FROM warcs WHERE site = ? ORDER BY sealed_at DESC, name DESC LIMIT 1", [site])
    return {
        "site": site,
        "started_at": run["started_at"],
        "run": values | (retry_at or {}),
        "walks": archive.rows("SELECT way, items, day, edge, joined_at FROM walks WHERE site = ? ORDER BY way", [site]),
        "listings": archive.rows(
            "SELECT listings.url, record_id, since FROM listings JOIN captures ON captures.id = capture_id"
            " WHERE site = ? ORDER BY listings.url",
            [site],
        ),
        "previous": previous["name"] if previous else None,
    }


def apply_account(archive: Archive, account: dict[str, Any]) -> None:
    """Sets the end of a run and how far its site's listings are known. Does nothing if the run has an end already.
    Raises ValueError, TypeError or KeyError for an account that is not as warta writes it."""
    site, started_at = str(account["site"]), datetime.fromisoformat(account["started_at"])
    run_id = run_id_of(archive, site, started_at)
    if run_id is None:
        run_id = start_run(archive, RunStart(site, "", started_at, {}))
    row = archive.row("SELECT finished_at FROM runs WHERE id = ?", [run_id])
    if row is not None and row["finished_at"] is not None:
        return
    run = account["run"]
    values: Row = {name: _text(run[name]) for name in _TEXT_COLUMNS if name in run}
    values |= {name: _count(run[name]) for name in _COUNT_COLUMNS if name in run}
    end_run(archive, run_id, values)
    archive.db.execute("DELETE FROM walks WHERE site = ?", [site])
    for walk in account["walks"]:
        known = {"site": site, "way": str(walk["way"]), "items": _count(walk["items"]), "day": _text(walk["day"])}
        archive.insert("walks", known | {"edge": _text(walk["edge"]), "joined_at": _text(walk["joined_at"])})
    archive.db.execute("DELETE FROM listings WHERE capture_id IN (SELECT id FROM captures WHERE site = ?)", [site])
    for listing in account["listings"]:
        capture = archive.row("SELECT id FROM captures WHERE record_id = ?", [_text(listing["record_id"])])
        if capture is not None:
            url, since = _text(listing["url"]), _text(listing["since"])
            archive.db.execute("INSERT OR REPLACE INTO listings VALUES (?, ?, ?)", [url, capture["id"], since])


def forget_listings(archive: Archive, sites: Iterable[str]) -> None:
    """Deletes how far the listings of these sites are known, so that the next run walks them again: for sites whose
    WARC files are missing or damaged."""
    for site in sites:
        if site != FOREIGN:
            archive.db.execute("DELETE FROM walks WHERE site = ?", [site])
            archive.db.execute(
                "DELETE FROM listings WHERE capture_id IN (SELECT id FROM captures WHERE site = ?)", [site]
            )


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < _MAX_COUNT:
        raise ValueError(f"{value!r} is no count")
    return value
