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
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

NEWEST_STORIES = 10
MAX_MONTHS = 50 * 12
"""Months that are drawn, the newest and those before it: an older date is an error of the page."""


@dataclass(frozen=True, slots=True)
class Start:
    """`sites` are rows of site, stories (their number) and run (the last one, or None). `months` are ("2026-09", number
    of stories), oldest first and without gaps, at most MAX_MONTHS; `years` are ("2026", number of stories), the newest
    first."""

    newest: list[Hit]
    sites: list[Row]
    months: list[tuple[str, int]]
    years: list[tuple[str, int]]

    @property
    def most(self) -> int:
        """The number of stories in the month that has most."""
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
    return Start(latest(archive, NEWEST_STORIES), sites, _every_month(months), years)


def _stories_by_time(archive: Archive) -> Counter[str]:
    """The number of stories of each month ("2026-09") and year ("2026"). Articles of one story count once in a month
    and once in a year, as in a search."""
    counts: Counter[str] = Counter()
    # Grouped by day, the order of the index: grouping a million rows by month takes four times as long.
    for day, count in archive.db.execute(
        "SELECT published_date, count(*) FROM articles WHERE published_date NOT NULL GROUP BY 1"
    ):
        for time in (day[:7], day[:4]):
            counts[time] += count
    seen = set()
    # From the index alone: the rows of `articles` lie far apart on disk.
    for story, day in archive.db.execute(
        "SELECT story_id, published_date FROM articles INDEXED BY articles_facets"
        " CROSS JOIN stories ON article_id = id WHERE published_date NOT NULL"
    ):
        for time in (day[:7], day[:4]):
            counts[time] -= (story, time) in seen
            seen.add((story, time))
    return counts


def _every_month(counts: dict[str, int]) -> list[tuple[str, int]]:
    if not counts:
        return []
    first, last = (12 * int(month[:4]) + int(month[5:7]) - 1 for month in (min(counts), max(counts)))
    months = (
        f"{number // 12:04}-{number % 12 + 1:02}" for number in range(max(first, last - MAX_MONTHS + 1), last + 1)
    )
    return [(month, counts.get(month, 0)) for month in months]
