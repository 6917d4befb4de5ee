"""The runs as people and monitors ask for them: which were there, how each ended, and whether one is at work.

The end of a run that is at work, or was cut off, is not noted. The archive's lock tells them apart: while it is held,
the last run of a site is running; all others were cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.store.database import Archive, Row
from archive.store.lock import is_held
from archive.store.runs import CUT_OFF, Verdict

RUNNING = "running"
MAYBE_RUNNING = "running, or cut off"
"""Where it cannot be found out whether the lock is held."""
_JSON_COLUMNS = ("arguments", "filled")


@dataclass(frozen=True, slots=True)
class Run:
    """A row of the table `runs`, with how the run ended: `verdict` and `reason` as they are noted, those of a run that
    was cut off where its end is not, or RUNNING."""

    row: Row
    verdict: str
    reason: str | None

    @property
    def is_at_work(self) -> bool:
        return self.verdict in (RUNNING, MAYBE_RUNNING)

    @property
    def has_failed(self) -> bool:
        """Whether the run ended, and not well."""
        return not self.is_at_work and self.verdict != Verdict.WELL

    def as_dict(self) -> dict[str, Any]:
        """The columns of the table `runs`, for JSON."""
        values = self.row | {"verdict": self.verdict, "reason": self.reason, "complete": bool(self.row["complete"])}
        return values | {name: json.loads(values[name]) for name in _JSON_COLUMNS}


def runs_of(
    archive: Archive,
    sites: Sequence[str],
    *,
    since: date | None = None,
    only_failed: bool = False,
    limit: int = -1,
) -> Iterator[Run]:
    """The runs of these sites, the newest first: those that began on the day `since` (in UTC) or later."""
    was_held = is_held(archive.data)
    marks = ", ".join("?" * len(sites))
    failed = f"AND (finished_at IS NULL OR verdict IS NOT '{Verdict.WELL}')" if only_failed else ""
    cursor = archive.db.execute(
        "SELECT *, finished_at IS NULL AND id = (SELECT max(id) FROM runs AS others WHERE others.site = runs.site)"
        f" AS may_run FROM runs WHERE site IN ({marks}) AND started_at >= ? {failed}"
        " ORDER BY started_at DESC, id DESC LIMIT ?",
        [*sites, since.isoformat() if since else "", limit],
    )
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        may_run = row.pop("may_run")
        if may_run and was_held is False:
            was_held = is_held(archive.data)  # the run may have begun between the look at the lock and the rows
        run = _run(row, may_run=bool(may_run), is_held=was_held)
        if run.has_failed or not only_failed:
            yield run


def _run(row: Row, *, may_run: bool, is_held: bool | None) -> Run:
    if row["finished_at"] is not None:
        return Run(row, row["verdict"] or Verdict.STOPPED, row["reason"])
    if may_run and is_held is not False:
        return Run(row, RUNNING if is_held else MAYBE_RUNNING, None)
    return Run(row, str(CUT_OFF["verdict"]), CUT_OFF["reason"])
