"""Publication times of the made-up stories, and the article numbers that the two sites gave at those times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from crawler.newsroom.story import WITA, SiteName


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


# ANTARA Kaltim: numbers seen beside dates in texts from its pages (FACTS, section 1). Where only a month was seen, its
# middle stands here.
_ANTARA = [
    (_day("2012-03-15"), 6062),
    (_day("2015-07-01"), 26251),
    (_day("2018-07-10"), 46605),
    (_day("2019-03-15"), 51953),
    (_day("2019-06-25"), 57690),
    (_day("2020-02-15"), 68914),
    (_day("2020-06-15"), 80796),
    (_day("2020-10-15"), 87597),
    (_day("2021-04-15"), 102942),
    (_day("2021-09-15"), 120417),
    (_day("2022-01-15"), 138781),
    (_day("2022-04-15"), 152225),
    (_day("2022-09-15"), 167521),
    (_day("2023-09-30"), 196143),
    (_day("2025-05-17"), 238109),
    (_day("2025-12-16"), 252727),
    (_day("2026-09-30"), 266284),
]
# MC Kominfo Paser: one post id was seen, 25139, without its date; all else is assumed, at a steady pace.
_PASER = [(_day("2020-01-01"), 3000), (_day("2025-01-01"), 25139), (_day("2026-09-30"), 33000)]

_KNOWN_NUMBERS: dict[SiteName, list[tuple[datetime, int]]] = {"antara-kaltim": _ANTARA, "mc-paser": _PASER}
STORIES_PER_DAY: dict[SiteName, float] = {"antara-kaltim": 20, "mc-paser": 6}


def number_at(site: SiteName, moment: datetime) -> int:
    """The number that the site had reached at a moment: a linear interpolation of the known ones (or extrapolation)."""
    table = _KNOWN_NUMBERS[site]
    right = min(max(bisect_right(table, moment, key=lambda known: known[0]), 1), len(table) - 1)
    (start, low), (end, high) = table[right - 1], table[right]
    return low + int((high - low) * ((moment - start) / (end - start)))


def moments(site: SiteName, count: int, now: datetime, rng: Random) -> Iterator[datetime]:
    """`count` publication times, oldest first: at the site's pace on the newest days, and ever rarer back to its first
    year."""
    oldest = (now - _KNOWN_NUMBERS[site][0][0]) / timedelta(days=1)
    pace = max(STORIES_PER_DAY[site], 2 * count / oldest)
    for index in reversed(range(count)):
        thinning = (max(0.0, index - pace) / count) ** 2.5
        age = (index + 0.2 + 0.2 * rng.random()) / pace + (oldest - count / pace) * thinning
        yield (now - timedelta(days=age)).replace(microsecond=0)
