"""What an archive holds of each site, and how the site's runs went."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from archive.store.database import Archive, Row
from archive.store.pages import PageState
from archive.store.run_history import Run, runs_of
from archive.store.runs import Verdict
from archive.store.timestamps import iso_utc
from archive.warc.capture import FOREIGN

TREND_RUNS = 30
_COMPARED_RUNS = 1000
"""How many of a site's last runs its median is taken of. Chosen, not measured."""
_BARS = "▁▂▃▄▅▆▇█"
NONE, TROUBLE, AT_WORK = "·", "✗", "…"
A_DAY = timedelta(hours=24)
_LONGEST_RUN_DAYS = 30
"""A run that began earlier than this before the last 24 hours is not looked for."""
NEVER_RUN, NOT_CRAWLED = "never run", "not crawled, only imported"
WELL, A_RUN_FAILED, NO_RUN = "well", "a run failed", "no run"
_TABLES = ("articles", "captures", "pages", "runs", "warcs")
_NOTHING: Row = {"stories": 0, "oldest": None, "newest": None, "last_new": None, "edited": 0, "withdrawn": 0}
_NOTHING |= {"captures": 0, "waiting": 0, "failed": 0, "files": 0, "bytes": 0}
_OF_FAILURES = ("started_at", "finished_at", "verdict", "reason")


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """The status of one site, also of one that is only imported. `oldest` and `newest` are dates of publication,
    `last_new` is when the newest story was first seen, `edited` counts stories with more than one version, `waiting`
    pages that are due, `failed` pages that failed and are tried again, `files` and `bytes` the site's own WARC files.
    `verdict` and `reason` are the last run's.

    `usual` is the median of the new stories of the site's runs that had any. `trend` has a character for each of the
    last runs: a bar that is half as high as can be for `usual` new stories and full for twice as many, a dot for none,
    a cross for a run that failed. `failures` are the failed ones of these runs, the newest first.

    `last_day` says of the last 24 hours: "well", "a run failed" or "no run"; None for a site that is not crawled.
    """

    site: str
    stories: int
    oldest: str | None
    newest: str | None
    last_new: str | None
    edited: int
    withdrawn: int
    captures: int
    waiting: int
    failed: int
    files: int
    bytes: int
    last_run: str | None
    verdict: str
    reason: str | None
    usual: float | None
    trend: str
    failures: tuple[Run, ...]
    last_day: str | None

    @property
    def is_well(self) -> bool:
        """Whether nothing went wrong in the last 24 hours; of a site that is not crawled nothing is asked."""
        return self.last_day in (None, WELL)


def as_dict(status: SiteStatus) -> dict[str, Any]:
    """The status of a site for JSON."""
    values = {field.name: getattr(status, field.name) for field in fields(status)}
    failures = [{name: run.as_dict()[name] for name in _OF_FAILURES} for run in status.failures]
    return values | {"failures": failures}


@dataclass(frozen=True, slots=True)
class Files:
    """The sealed WARC files of an archive, and how many of them are other programs'."""

    count: int
    bytes: int
    imported: int


def all_files(archive: Archive) -> Files:
    row = archive.rows(
        "SELECT count(*) AS n, coalesce(sum(size), 0) AS bytes, coalesce(sum(site = ?), 0) AS imported FROM warcs",
        [FOREIGN],
    )[0]
    return Files(row["n"], row["bytes"], row["imported"])


def known_sites(archive: Archive, crawled: Collection[str]) -> list[str]:
    """The `crawled` sites, and after them all others of which anything is in the archive."""
    held = {row["site"] for table in _TABLES for row in archive.rows(f"SELECT DISTINCT site FROM {table}")}
    return [*crawled, *sorted(held - {FOREIGN} - set(crawled))]


def statuses(archive: Archive, sites: Sequence[str], *, crawled: Collection[str]) -> list[SiteStatus]:
    """The status of each of the sites. `crawled` are those of which runs are expected; so they are of every site that
    had one. Raises sqlite3.Error if the archive cannot be read."""
    now = datetime.now(UTC)
    articles = _by_site(
        archive,
        "SELECT site, count(*) AS stories, min(published_date) AS oldest, max(published_date) AS newest,"
        " max(first_seen_at) AS last_new, sum(versions > 1) AS edited, count(gone_at) AS withdrawn"
        " FROM articles GROUP BY site",
    )
    captures = _by_site(archive, "SELECT site, count(*) AS captures FROM captures GROUP BY site")
    pages = _by_site(
        archive,
        f"SELECT site, sum(due_at <= ?) AS waiting, sum(state = '{PageState.FAILED}') AS failed FROM pages"
        " GROUP BY site",
        iso_utc(now),
    )
    files = _by_site(archive, "SELECT site, count(*) AS files, sum(size) AS bytes FROM warcs GROUP BY site")
    found = []
    for site in sites:
        held = _NOTHING | articles.get(site, {}) | captures.get(site, {}) | files.get(site, {})
        held |= {name: count or 0 for name, count in pages.get(site, {}).items() if name != "site"}
        runs = list(runs_of(archive, [site], limit=TREND_RUNS))
        is_crawled = site in crawled or bool(runs)
        usual = _usual(archive, site)
        found.append(
            SiteStatus(
                **held | {"site": site},
                last_run=runs[0].row["started_at"] if runs else None,
                verdict=runs[0].verdict if runs else NEVER_RUN if is_crawled else NOT_CRAWLED,
                reason=runs[0].reason if runs else None,
                usual=usual,
                trend=trend(reversed(runs), usual),
                failures=tuple(run for run in runs if run.has_failed),
                last_day=_last_day(archive, site, now) if is_crawled else None,
            )
        )
    return found


def trend(runs: Iterable[Run], usual: float | None) -> str:
    """A character for each run, see SiteStatus."""
    return "".join(_bar(run, usual or 1) for run in runs)


def _bar(run: Run, usual: float) -> str:
    if run.is_at_work:
        return AT_WORK
    if run.has_failed:
        return TROUBLE
    new = run.row["new"]
    return _BARS[min(math.ceil(new / usual * len(_BARS) / 2), len(_BARS)) - 1] if new > 0 else NONE


def _usual(archive: Archive, site: str) -> float | None:
    rows = archive.rows(
        f"SELECT new FROM runs WHERE site = ? AND verdict = '{Verdict.WELL}' AND new > 0 ORDER BY id DESC LIMIT ?",
        [site, _COMPARED_RUNS],
    )
    return float(median(row["new"] for row in rows)) if rows else None


def _last_day(archive: Archive, site: str, now: datetime) -> str:
    """What the runs were like that ended in the last 24 hours, or are at work."""
    since = now - A_DAY
    lately = [
        run
        for run in runs_of(archive, [site], since=(since - A_DAY * _LONGEST_RUN_DAYS).date())
        if run.is_at_work or (run.row["finished_at"] or run.row["started_at"]) >= iso_utc(since)
    ]
    if not lately:
        return NO_RUN
    return A_RUN_FAILED if any(run.has_failed for run in lately) else WELL


def _by_site(archive: Archive, sql: str, *parameters: Any) -> dict[str, Row]:
    return {row["site"]: row for row in archive.rows(sql, parameters)}
