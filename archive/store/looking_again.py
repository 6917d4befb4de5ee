"""How many known stories one run looks at, and which of them sooner than their time (docs/looking-again.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from archive.sites import Site
from archive.store.database import Archive
from archive.store.ladder import late_steps
from archive.store.timestamps import iso_utc

MOST_YOUNG = 3000
"""So many looks at young stories in one run, some 50 minutes at one request a second, so that the next hour's run can
look for new stories. All numbers here were chosen, not measured."""
MOST_CALLED = 50
"""So many looks in one run at old stories beside one that was withdrawn or moved: a site that moves all of its stories
does not make one run go through all of them."""
LEAST_OLD = 10
"""The least allowance of a run for the old stories up to the last step, and for those behind it."""
SPARE_PER_DAY = 240
"""So many looks at old stories a day, ten in each hourly run, cost a site nothing that it would notice: where fewer are
due, as in an archive of some ten thousand stories, those that were not looked at longest take their place."""
NOT_SOONER = timedelta(days=30)
"""No old story is looked at again so soon, unless it is due or was called."""
MARGIN = 1.5
"""The allowance is so many times what falls due on average, so that a queue grows shorter."""
LONGEST_PAUSE = timedelta(days=30)
"""A run makes up for a pause of so many days before it, at most."""

_NEIGHBOURS = 5
"""So many stories before and after one that was withdrawn or moved are looked at sooner."""
_LOOKED_AT_LATELY = timedelta(days=1)


@dataclass(slots=True)
class Allowance:
    """How many more known stories a run may ask for: young ones; old ones that were called (`call_neighbours`); other
    old ones, up to the site's last step and behind it. The last two are apart so that a large archive that was imported
    keeps no one from looking at last month's news. `spare` are all looks at old stories in a run where few are
    due."""

    young: int
    called: int
    old: int
    oldest: int
    spare: int


def allowance(archive: Archive, site: Site, *, at: datetime) -> Allowance:
    """What the run that began at `at` may ask for: of the old stories, so many as fell due since the last run that had
    answers, half as many again for what was left over, and a few in any case. So the runs of a day have one day's share
    together, whether there are 24 or one."""
    row = archive.row(
        "SELECT max(started_at) AS at FROM runs WHERE site = ? AND read > 0 AND started_at < ?",
        [site.name, iso_utc(at)],
    )
    pause = at - datetime.fromisoformat(row["at"]) if row and row["at"] else timedelta(days=1)
    days = _days(min(pause, LONGEST_PAUSE))
    old, oldest = (max(ceil(MARGIN * days * looks), LEAST_OLD) for looks in old_looks_per_day(archive, site, at=at))
    return Allowance(MOST_YOUNG, MOST_CALLED, old, oldest, ceil(SPARE_PER_DAY * days))


def old_looks_per_day(archive: Archive, site: Site, *, at: datetime) -> tuple[float, float]:
    """How many looks at old stories fall due in a day, on average, up to the last step and behind it: each story
    between two steps has one look in the days between them, and each story behind the last step has one in as many days
    as that step has."""
    steps = late_steps(site.look_again_days)
    oldest = _stories(archive, site, after=None, until=at - steps[-1]) / _days(steps[-1])
    old = 0.0
    for lower, upper in pairwise(steps):
        old += _stories(archive, site, after=at - upper, until=at - lower) / _days(upper - lower)
    return old, oldest


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)


def _stories(archive: Archive, site: Site, *, after: datetime | None, until: datetime) -> int:
    """How many pages of a site were first read after one moment, and not after another."""
    row = archive.row(
        "SELECT count(*) AS n FROM pages WHERE site = ? AND first_read_at > ? AND first_read_at <= ?",
        [site.name, iso_utc(after) if after else "", iso_utc(until)],
    )
    return int(row["n"]) if row else 0


def call_neighbours(archive: Archive, article_id: str | None, *, at: datetime) -> None:
    """Makes the stories beside one that was found withdrawn or moved at `at` due at once, since what happened to it
    often happened to them, too. Beside it are those with the next numbers, or, for a story without a number, those
    published next. What was looked at within a day is left. Call it within a transaction, once for each such event."""
    story = archive.row("SELECT id, site, number, key FROM articles WHERE id = ?", [article_id])
    if story is None:
        return
    column = "key" if story["number"] is None else "number"
    for beside, order in (("<", "DESC"), (">", "ASC")):
        archive.db.execute(
            "UPDATE pages SET called_at = :at, due_at = min(coalesce(due_at, :at), :at)"
            " WHERE state = 'read' AND checked_at < :lately AND article_id IN"
            f" (SELECT id FROM articles WHERE site = :site AND {column} {beside} :place"
            f" ORDER BY {column} {order} LIMIT {_NEIGHBOURS})",
            {"at": iso_utc(at), "lately": iso_utc(at - _LOOKED_AT_LATELY), "site": story["site"]}
            | {"place": story[column]},
        )
