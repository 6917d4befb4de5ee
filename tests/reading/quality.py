"""How well a reader reads: every page of the newsroom against the newsroom's own truth, field by field.

Fields are right or wrong. Bodies are measured in words: precision (of the words read, how many are the story's), recall
(of the story's words, how many were read) and F1, each as a mean over pages, and the share of bodies exactly right.
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

FIELDS: tuple[str, ...] = ("title", "pewarta", "editor", "published_at", "section", "tags", "dateline", "credit")
FIELDS += ("is_advertorial", "caption", "image_url", "layout")
DAY = "published day"
"""As published_at, but for readers that give no time of day."""
BODY = ("body exactly right", "body precision", "body recall", "body F1")
MEASURES = (*FIELDS, DAY, *BODY)
STORIES = 900
FLOORS = Path(__file__).parent / "floors.json"

Read = dict[str, Any]
Shares = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the newsroom: the text as decoded, and the story as a perfect reader would take it from there."""

    html: str
    url: str
    site: SiteName
    truth: Story
    fetched_at: datetime


Reader = Callable[[Page], Read]
"""Page -> field -> value; raises ReadingError where it finds no story."""


def pages(stories: int = STORIES) -> Iterator[Page]:
    """Both sites' stories in their layouts, and ANTARA's AMP pages."""
    room = Newsroom(antara=stories * 2 // 3, paser=stories // 3)
    for name, told in room.stories.items():
        for story in told:
            path = story.url.removeprefix(SITES[name].origin)
            forms = [(story, path)] if name == "mc-paser" else [(story, path), (story.as_amp(), "/amp" + path)]
            for truth, address in forms:
                answer = room.servers[name].answer(address)
                yield Page(decode_page(answer.body, answer.content_type), story.url, name, truth, room.now)


def warta(page: Page) -> Read:
    return plain(read_article(page.html, url=page.url, site=SITES[page.site], fetched_at=page.fetched_at))


@dataclass
class Quality:
    """Sums over pages of (site, measure), and the first examples of what was wrong."""

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
        """Site -> measure -> share, rounded down to four places, so that a floor is never above what was measured."""
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
        return None  # not on the page; the listing tells it
    return value


def words_right(read: str, true: str) -> tuple[float, float, float]:
    """(precision, recall, F1) of the words of two texts, as bags."""
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
