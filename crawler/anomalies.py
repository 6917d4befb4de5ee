"""Compares a run with the site's own earlier runs and stories, and finds where it falls short of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise

from archive.sites import Site
from archive.store.database import Archive, Row
from archive.store.timestamps import iso_utc
from crawler.verdict import WATCHED, RunReport

MIN_STORIES = 20
"""The runs of the latest stories are taken together until they have this number; fewer stories are not compared."""
MIN_REMAINING_SHARE = 0.5
"""It is an anomaly if a field is filled less than half as often as before, or a week has less than half the stories of
the poorest week before. All numbers here were chosen, not measured."""
LOOK_BACK = timedelta(days=90)
"""How far back runs and stories are compared."""
COMPARED_WEEKS = 12
"""At most this number of weeks before the last seven days is compared with these."""
MIN_WEEKS = 4
"""A site with fewer weeks of stories is too young to compare."""
MAX_PAUSE_RATIO = 3
"""It is an anomaly if there was no new story for more than this multiple of the longest pause before."""


def shortfalls(archive: Archive, site: Site, report: RunReport, *, before_run: int, now: datetime) -> list[str]:
    """Where a run falls short of the site's past, in lines for people. `before_run` is the run's id, `now` the time on
    the site's clock."""
    runs = archive.rows(
        "SELECT * FROM runs WHERE site = ? AND id < ? AND started_at >= ? ORDER BY id DESC",
        [site.name, before_run, iso_utc(datetime.now(now.tzinfo) - LOOK_BACK)],
    )
    days = _stories_per_day(archive, site)
    today = now.astimezone(site.timezone).date()
    found = [
        *_emptied_fields(report.shares(), runs),
        _lost_discovery(report, runs),
        _slowed(days, today),
        _silent(days, today),
    ]
    return [shortfall for shortfall in found if shortfall]


def _emptied_fields(shares: Mapping[str, float], runs: Iterable[Row]) -> list[str]:
    """Lines about fields that are filled far less often in the latest stories than in those before. `shares` is the
    run's RunReport.shares(), `runs` are the rows of earlier runs, the last one first."""
    latest, before = [shares] if shares else [], list[Mapping[str, float]]()
    for run in runs:
        filled = json.loads(run["filled"])
        if filled:
            enough = sum(share["stories"] for share in latest) >= MIN_STORIES
            (before if enough else latest).append(filled)
    new, old = _pooled(latest), _pooled(before)
    if min(new["stories"], old["stories"]) < MIN_STORIES:
        return []
    return [
        f"{name}: in {new[name]:.0%} of the latest stories, before in {old[name]:.0%}"
        for name in WATCHED
        if new[name] < old[name] * MIN_REMAINING_SHARE and old[name] - new[name] > 0.1
    ]


def _pooled(shares: list[Mapping[str, float]]) -> dict[str, float]:
    """The shares of several runs together, weighted by their numbers of stories."""
    stories = sum(share["stories"] for share in shares)
    return {"stories": stories} | {
        name: sum(share.get(name, 0) * share["stories"] for share in shares) / (stories or 1) for name in WATCHED
    }


def _lost_discovery(report: RunReport, runs: list[Row]) -> str | None:
    """A line about a way of discovery that worked in the last run and failed in this one. It is reported once, because
    the next run is compared with this one."""
    before = next((run["discovery"] for run in runs if run["discovery"]), None)
    if before is None or not report.ways or not report.listing_troubles:
        return None
    lost = {way.partition(" (")[0] for way in before.split("; ")} - set(report.ways)
    return f"articles were named by {before} before, now by {report.discovery()}: {report.troubles()}" if lost else None


def _stories_per_day(archive: Archive, site: Site) -> dict[date, int]:
    """Day -> number of stories published; the newest 1,000 days with stories, newest first."""
    rows = archive.rows(
        "SELECT published_date AS day, count(*) AS stories FROM articles WHERE site = ? AND published_date IS NOT NULL"
        " GROUP BY day ORDER BY day DESC LIMIT 1000",
        [site.name],
    )
    return {date.fromisoformat(row["day"]): row["stories"] for row in rows}


def _slowed(days: Mapping[date, int], today: date) -> str | None:
    """A line if the last seven days had far fewer stories than any week before."""
    whole_weeks = min(COMPARED_WEEKS, (today - min(days, default=today)).days // 7 - 1)
    if whole_weeks < MIN_WEEKS:
        return None
    weeks = [0] * (whole_weeks + 1)
    for day, stories in days.items():
        if 0 <= (week := (today - day).days // 7) <= whole_weeks:
            weeks[week] += stories
    latest, fewest = weeks[0], min(weeks[1:])
    if latest >= fewest * MIN_REMAINING_SHARE:
        return None
    return f"{latest} stories in the last 7 days; none of the {whole_weeks} weeks before had fewer than {fewest}"


def _silent(days: Mapping[date, int], today: date) -> str | None:
    """A line if there was no new story for far longer than the longest pause before; for sites with weeks without
    stories."""
    newest = max(days, default=today)
    lately = [day for day in days if newest - day <= LOOK_BACK]
    if len(lately) < MIN_STORIES:
        return None
    longest = max((later - earlier).days for later, earlier in pairwise(lately))
    silent = (today - newest).days
    if silent <= MAX_PAUSE_RATIO * longest:
        return None
    return f"no new story for {silent} days; the longest pause before was {longest}"
