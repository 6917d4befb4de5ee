"""The stock of the newsroom: the stories of both sites, written in order of publication; the same for the same seed."""

from __future__ import annotations

from datetime import datetime
from heapq import merge
from random import Random

from crawler.newsroom.antara_stock import AntaraDesk, paragraphs_for
from crawler.newsroom.numbering import moments, number_at
from crawler.newsroom.paser_stock import PaserDesk
from crawler.newsroom.story import SiteName, Story
from crawler.newsroom.tales import Tale, tell


class Stock:
    """`stories[site]` are the stories of a site, oldest first. Some of ANTARA's stories with the media centre's credit
    are reprints from there: the same tale on both sites, each with the other's id in `twin_id`."""

    def __init__(self, *, antara: int, paser: int, seed: int, now: datetime) -> None:
        self._rng = Random(seed)
        counts: dict[SiteName, int] = {"antara-kaltim": antara, "mc-paser": paser}
        self._antara, self._paser = AntaraDesk(now), PaserDesk()
        self._not_reprinted: tuple[Story, Tale] | None = None
        self.stories: dict[SiteName, list[Story]] = {"antara-kaltim": [], "mc-paser": []}
        timelines = [
            [(moment, site) for moment in moments(site, count, now, self._rng)] for site, count in counts.items()
        ]
        for moment, site in merge(*timelines):
            self.write(site, moment)

    def write(self, site: SiteName, moment: datetime) -> Story:
        """Writes the next story of a site, published at a moment after its last one."""
        shelf = self.stories[site]
        number = max(number_at(site, moment), shelf[-1].number + 1 if shelf else 1)
        story = self._for_antara(moment, number) if site == "antara-kaltim" else self._for_paser(moment, number)
        shelf.append(story)
        return story

    def _for_antara(self, moment: datetime, number: int) -> Story:
        if self._not_reprinted and self._antara.wants_paser_story(moment):
            origin, tale = self._not_reprinted
            self._not_reprinted = None
            story = self._antara.write(self._rng, tale, moment, number, twin_id=origin.id)
            origin.twin_id = story.id
            return story
        tale = tell(self._rng, moment.date(), paragraphs_for(self._antara.written))
        return self._antara.write(self._rng, tale, moment, number)

    def _for_paser(self, moment: datetime, number: int) -> Story:
        length = 1 if self._paser.written % 50 == 21 else None
        tale = tell(self._rng, moment.date(), length)
        story = self._paser.write(self._rng, tale, moment, number)
        self._not_reprinted = (story, tale)
        return story
