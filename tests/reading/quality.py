"""Measures a reader: what it reads from each page of the newsroom is compared with the story, field by field.

A field is right or wrong. A body is measured in words: precision (the share of the words read that are the story's),
recall (the share of the story's words that were read) and F1, each as a mean over pages, and the share of bodies
exactly right.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.extract.article import ReadingError, read_article
from archive.extract.encoding import decode_page
from archive.sites import SITES
from crawler.cli.read import plain
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import SiteName, Story

FIELDS: tuple[str, ...] = ("title", "pewarta", "editor", "translator", "published_at", "section", "tags", "dateline")
FIELDS += ("credit", "is_advertorial", "caption", "image_url", "layout")
DAY = "published day"
"""The day of published_at, for readers that give no time."""
BODY = ("body exactly right", "body precision", "body recall", "body F1")
MEASURES = (*FIELDS, DAY, *BODY)
STORIES = 900
FLOORS = Path(__file__).parent / "floors.json"

Read = dict[str, Any]
Shares = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the newsroom: `html` is decoded; `truth` is the story as a perfect reader would take it from there."""

    html: str
    url: str
    site: SiteName
    truth: Story
    fetched_at: datetime


Reader = Callable[[Page], Read]
"""Reads a page: field -> value. Raises ReadingError if it finds no story."""


def pages(stories: int = STORIES) -> Iterator[Page]:
    """The pages of all stories of both sites, and ANTARA's AMP pages."""
    room = Newsroom(antara=stories * 2 // 3, paser=stories // 3)
    for name, site_stories in room.stories.items():
        for story in site_stories:
            path = story.url.removeprefix(SITES[name].origin)
            forms = [(story, path)] if name == "mc-paser" else [(story, path), (story.as_amp(), "/amp" + path)]
            for truth, address in forms:
                answer = room.servers[name].answer(address)
                yield Page(decode_page(answer.body, answer.content_type), story.url, name, truth, room.now)


def warta(page: Page) -> Read:
    return plain(read_article(page.html, url=page.url, site=SITES[page.site], fetched_at=page.fetched_at))


@dataclass
class Quality:
    """`sums`: site -> measure -> sum over its pages. `wrong`: (site, measure) -> the first three wrong readings."""

    sums: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, page: Page, read: Read) -> None:
        sums = self.sums[page.site]
        sums["pages"] += 1
        for name in FIELDS:
            self._count(page, name, read.get(name), truth_of(page.truth, name))
        days = [str(value or "")[:10] for value in (read.get("published_at"), truth_of(page.truth, "published_at"))]
        self._count(page, DAY, *days)
        body, story = read.get("body") or "", page.truth.body
        self._count(page, "body exactly right", body, story)
        for name, share in zip(BODY[1:], words_right(body, story), strict=True):
            sums[name] += share  # type: ignore[assignment]

    def _count(self, page: Page, name: str, read: object, true: object) -> None:
        self.sums[page.site][name] += read == true
        if read != true and len(examples := self.wrong[page.site, name]) < 3:
            examples.append(f"{page.truth.layout} {page.truth.id}: {_difference(str(read), str(true))}")

    def shares(self) -> Shares:
        """Site -> measure -> mean over pages. Rounded down to four places, so that a floor is never above the measured
        value."""
        return {
            site: {name: int(sums[name] / sums["pages"] * 10_000) / 10_000 for name in MEASURES}
            for site, sums in self.sums.items()
        }


def measure(reader: Reader, stories: int = STORIES) -> Quality:
    quality = Quality()
    for page in pages(stories):
        try:
            read = reader(page)
        except ReadingError:
            read = {}
        quality.add(page, read)
    return quality


def truth_of(story: Story, name: str) -> object:
    value = getattr(story, name)
    if name == "published_at" and story.date_line is None and story.machine_date is None:
        return None  # only a listing has it
    return value


def words_right(read: str, true: str) -> tuple[float, float, float]:
    """(precision, recall, F1) of two texts as bags of words."""
    ours, theirs = Counter(read.split()), Counter(true.split())
    common = (ours & theirs).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / ours.total(), common / theirs.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def floors() -> Shares:
    return dict(json.loads(FLOORS.read_text()))


def _difference(read: str, true: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(read, true, strict=False)) if a != b), min(len(read), len(true)))
    start = max(0, at - 30)
    return f"read {read[start : at + 60]!r}, wanted {true[start : at + 60]!r}"
