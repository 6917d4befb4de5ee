"""What an archive holds of each site, and how the site's runs went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from archive.sites import SITES
from archive.store.database import Archive
from archive.store.runs import Verdict
from archive.store.timestamps import iso_utc

TREND_RUNS = 30
_BARS = "▁▂▃▄▅▆▇█"
TROUBLE = "✗"


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """The status of one site. `oldest` and `newest` are dates of publication, `last_new` is when the newest story was
    first seen, `edited` counts stories with more than one version, `waiting` pages that are due. `trend` has a
    character for each of the last runs: a bar as high as its number of new stories, or a cross if it did not go
    well."""

    site: str
    stories: int
    oldest: str | None
    newest: str | None
    last_new: str | None
    edited: int
    withdrawn: int
    captures: int
    waiting: int
    last_run: str | None
    verdict: str
    reason: str | None
    trend: str


def status_of(archive: Archive, site: str) -> SiteStatus:
    """The status of a site. Raises sqlite3.Error if the archive cannot be read."""
    held = archive.rows(
        "SELECT count(*) AS stories, min(published_date) AS oldest, max(published_date) AS newest,"
        " max(first_seen_at) AS last_new,"
        " coalesce(sum(versions > 1), 0) AS edited, count(gone_at) AS withdrawn FROM articles WHERE site = ?",
        [site],
    )[0]
    captures = archive.rows("SELECT count(*) AS n FROM captures WHERE site = ?", [site])[0]["n"]
    waiting = archive.rows(
        "SELECT count(*) AS n FROM pages WHERE site = ? AND due_at <= ?", [site, iso_utc(datetime.now(UTC))]
    )[0]["n"]
    runs = archive.rows("SELECT * FROM runs WHERE site = ? ORDER BY id DESC LIMIT ?", [site, TREND_RUNS])
    last = runs[0] if runs else {}
    return SiteStatus(
        site=site,
        stories=held["stories"],
        oldest=held["oldest"],
        newest=held["newest"],
        last_new=held["last_new"],
        edited=held["edited"],
        withdrawn=held["withdrawn"],
        captures=captures,
        waiting=waiting,
        last_run=last.get("started_at"),
        verdict=last.get("verdict") or ("running, or cut off" if last else "never run"),
        reason=last.get("reason"),
        trend=_trend([(run["new"], run["verdict"] in (None, Verdict.WELL)) for run in reversed(runs)]),
    )


def all_sites(archive: Archive) -> list[SiteStatus]:
    return [status_of(archive, site) for site in SITES]


def _trend(runs: list[tuple[int, bool]]) -> str:
    most = max((new for new, _ in runs), default=0) or 1
    return "".join(_BARS[round(new / most * (len(_BARS) - 1))] if well else TROUBLE for new, well in runs)
