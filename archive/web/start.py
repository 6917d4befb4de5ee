"""The start page: search, the newest stories, the state of each site, stories per month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.search.engine import Hit, latest
from archive.sites import SITES
from archive.store.database import Archive, Row
from archive.web.reading import Reader
from archive.web.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette  # which loads this plugin while it is being imported

NEWEST = 10
MOST_MONTHS = 50 * 12
"""Months that are drawn: what is older was misdated."""


@dataclass(frozen=True, slots=True)
class Start:
    """`months` are (month as 2026-09, stories), all from the first of the last MOST_MONTHS to the last; `years` those
    with stories, the newest first; `sites` rows of site, stories and run."""

    newest: list[Hit]
    sites: list[Row]
    months: list[tuple[str, int]]
    years: list[tuple[str, int]]

    @property
    def most(self) -> int:
        return max((count for _, count in self.months), default=0)


async def start(datasette: Datasette, request: Request, read: Reader) -> Response:
    return page(datasette, request, "start.html", start=await read(_start))


def _start(archive: Archive) -> Start:
    by_site = archive.rows("SELECT site, count(*) AS n FROM articles GROUP BY site ORDER BY site")
    counts = {row["site"]: row["n"] for row in by_site}
    sites = []
    for site in dict.fromkeys((*SITES, *counts)):
        run = archive.row(
            "SELECT started_at, verdict, reason FROM runs WHERE site = ? ORDER BY id DESC LIMIT 1", [site]
        )
        sites.append({"site": site, "stories": counts.get(site, 0), "run": run})
    stories = _stories_by_time(archive)
    months = {time: count for time, count in stories.items() if len(time) == len("2026-09")}
    years = sorted(stories.items() - months.items(), reverse=True)
    return Start(latest(archive, NEWEST), sites, _every_month(months), years)


def _stories_by_time(archive: Archive) -> Counter[str]:
    """How many stories each month ("2026-09") and year ("2026") has. Several articles of a time that are one story
    count once, as a search shows them."""
    counts: Counter[str] = Counter()
    # By day, as the index has them: grouping a million rows by month takes four times as long.
    for day, count in archive.db.execute(
        "SELECT published_date, count(*) FROM articles WHERE published_date NOT NULL GROUP BY 1"
    ):
        for time in (day[:7], day[:4]):
            counts[time] += count
    told = set()
    for story, day in archive.db.execute(
        "SELECT story_id, published_date FROM articles INDEXED BY articles_facets"
        " CROSS JOIN stories ON article_id = id WHERE published_date NOT NULL"  # along an index: rows lie far apart
    ):
        for time in (day[:7], day[:4]):
            counts[time] -= (story, time) in told
            told.add((story, time))
    return counts


def _every_month(counts: dict[str, int]) -> list[tuple[str, int]]:
    if not counts:
        return []
    first, last = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (min(counts), max(counts)))
    months = (f"{number // 12:04}-{number % 12 + 1:02}" for number in range(max(first, last - MOST_MONTHS), last + 1))
    return [(month, counts.get(month, 0)) for month in months]
