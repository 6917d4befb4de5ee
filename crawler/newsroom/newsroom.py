"""Newsroom: a stand-in for both sites on loopback. Its stories are made up, and it knows what each page says.

It prints every generation of markup, every form of credits and dates, and every trap. A trap is something odd that was
seen on the sites and that a reader may stumble over; it has a name, and each story lists its own. The newsroom's clock
stands still except when a method below moves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from crawler.newsroom.antara_site import AntaraSite
from crawler.newsroom.numbering import STORIES_PER_DAY
from crawler.newsroom.paser_site import PaserSite
from crawler.newsroom.paser_stock import CATEGORIES, HOST
from crawler.newsroom.server import SiteServer
from crawler.newsroom.stock import Stock
from crawler.newsroom.story import WITA, Block, SiteName, Story

NOW = datetime(2026, 9, 30, 12, 0, tzinfo=WITA)


class Newsroom:
    """`stories[site]` are the stories, oldest first, with the withdrawn ones. `servers[site]` logs the requests and can
    switch addresses off. `publish`, `edit`, `withdraw`, `restore`, `move` and `redecorate` do what happens on a site
    between two runs.

    `antara` and `paser` are numbers of stories; the same numbers, seed and time make the same newsroom.
    """

    def __init__(self, *, antara: int = 240, paser: int = 120, seed: int = 2026, now: datetime = NOW) -> None:
        self._stock = Stock(antara=antara, paser=paser, seed=seed, now=now)
        self.now = now
        self.stories = self._stock.stories
        self.antara = AntaraSite(self.stories["antara-kaltim"], self._clock)
        self.paser = PaserSite(self.stories["mc-paser"], self._clock)
        self.servers: dict[SiteName, SiteServer] = {
            "antara-kaltim": SiteServer(self.antara.answer, self._clock),
            "mc-paser": SiteServer(self.paser.answer, self._clock),
        }

    def _clock(self) -> datetime:
        return self.now

    @property
    def gone_status(self) -> int:
        """The status of ANTARA's withdrawn pages, 404 or 410."""
        return self.antara.gone_status

    @gone_status.setter
    def gone_status(self, status: int) -> None:
        self.antara.gone_status = status

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        """Serves both sites on ports of their own; yields site -> origin, as http://127.0.0.1:40001."""
        with ExitStack() as stack:
            yield {site: stack.enter_context(server.serving()) for site, server in self.servers.items()}

    def story(self, article_id: str) -> Story:
        site, _, number = article_id.partition("/")
        return next(s for s in self.stories[site] if s.number == int(number))  # type: ignore[index]

    def publish(self, site: SiteName, count: int = 1) -> list[Story]:
        """Publishes `count` new stories at the site's pace, and moves the clock to them."""
        written = []
        for _ in range(count):
            self.now += timedelta(days=1 / STORIES_PER_DAY[site])
            written.append(self._stock.write(site, self.now - timedelta(minutes=3)))
        self._renumber()
        return written

    def edit(self, story: Story) -> None:
        """Adds a sentence to the story's first paragraph of plain text."""
        index = next(i for i, block in enumerate(story.blocks) if block.kind == "text" and not block.rows)
        block = story.blocks[index]
        blocks = list(story.blocks)
        blocks[index] = Block("text", f"{block.text} Keterangan ini telah dilengkapi redaksi.")
        story.blocks = tuple(blocks)
        self._touch(story)

    def withdraw(self, story: Story) -> None:
        story.withdrawn = True
        self._touch(story)

    def restore(self, story: Story) -> None:
        story.withdrawn = False
        self._touch(story)

    def move(self, story: Story) -> None:
        """Moves a post of the media centre to the next category: its permalink changes, its id does not."""
        known = list(CATEGORIES.values())
        name, slug, _ = known[([c[0] for c in known].index(story.section) + 1) % len(known)]
        story.crumbs = [*story.crumbs[:-1], (name, f"/category/berita/{slug}/")]
        story.section, story.url = name, f"{HOST}/berita/{slug}/{story.slug}/"
        self._touch(story)

    def redecorate(self) -> None:
        """Changes what is printed around the stories on every page: counters, sidebars, teasers of other stories."""
        self.antara.edition += 1
        self.paser.edition += 1

    def _touch(self, story: Story) -> None:
        self.now += timedelta(minutes=1)
        story.modified = self.now
        self._renumber()

    def _renumber(self) -> None:
        self.antara.refresh()
        self.paser.refresh()
