"""What a site's own past leads one to expect of a run, and where the run falls short of it."""

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
"""So many of the latest stories are compared with those before, also where each run brings but a few."""
MIN_REMAINING_SHARE = 0.5
"""A field that is filled less than so often as it was is an alarm, as is a week with less than so many stories as the
poorest one before."""
LOOK_BACK = timedelta(days=90)
COMPARED_WEEKS = 12
MIN_WEEKS = 4
MAX_PAUSE_RATIO = 3
"""A silence so many times the longest pause before is an alarm."""


def shortfalls(archive: Archive, site: Site, report: RunReport, *, before_run: int, now: datetime) -> list[str]:
    """In words for people. `now` is the site's own clock."""
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
    """Fields that are filled far less often in the latest stories than in those of the weeks before."""
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
    stories = sum(share["stories"] for share in shares)
    return {"stories": stories} | {
        name: sum(share.get(name, 0) * share["stories"] for share in shares) / (stories or 1) for name in WATCHED
    }


def _lost_discovery(report: RunReport, runs: list[Row]) -> str | None:
    """A way of discovery that served the run before and failed in this one: said once, then it is how things are."""
    before = next((run["discovery"] for run in runs if run["discovery"]), None)
    if before is None or not report.ways or not report.listing_troubles:
        return None
    lost = {way.partition(" (")[0] for way in before.split("; ")} - set(report.ways)
    return f"articles were named by {before} before, now by {report.discovery()}: {report.troubles()}" if lost else None


def _stories_per_day(archive: Archive, site: Site) -> dict[date, int]:
    """The newest 1,000 days with stories, newest first."""
    rows = archive.rows(
        "SELECT published_date AS day, count(*) AS stories FROM articles WHERE site = ? AND published_date IS NOT NULL"
        " GROUP BY day ORDER BY day DESC LIMIT 1000",
        [site.name],
    )
    return {date.fromisoformat(row["day"]): row["stories"] for row in rows}


def _slowed(days: Mapping[date, int], today: date) -> str | None:
    """The last seven days brought far fewer stories than any week before."""
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
    """Nothing new for far longer than the longest pause before: for sites whose weeks may be empty."""
    newest = max(days, default=today)
    lately = [day for day in days if newest - day <= LOOK_BACK]
    if len(lately) < MIN_STORIES:
        return None
    longest = max((later - earlier).days for later, earlier in pairwise(lately))
    silent = (today - newest).days
    if silent <= MAX_PAUSE_RATIO * longest:
        return None
    return f"no new story for {silent} days; the longest pause before was {longest}"
