"""Pages read per second on one core, by warta and by other readers, from the same pages.

python -m benchmarks.reading [STORIES]      needs tests/reading/peers.txt

The newsroom prints little around a story (pages of 5 kB), a live site prints much (a listing page of 2026 has 113 kB).
So the pages are measured twice: as they are, and with made-up menus and cards around the story up to live size.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version

from archive.extract.article import ReadingError, read_article
from archive.sites import SITES
from crawler.newsroom.newsroom import Newsroom
from tests.reading import peers, quality
from tests.reading.quality import Page, Read

TURNS = 5
"""Each reader reads a fifth of the pages, then the next one, so that a machine that slows down slows all of them."""
LIVE_PAGE_CHARS = 110_000


def surroundings(size: int) -> str:
    """Made-up menus and cards as around the story of a live page, of at least `size` characters."""
    stories = Newsroom(antara=200, paser=1).stories["antara-kaltim"]
    cards = [
        f'<div class="card__post card__post-list mt-30"><div class="image-sm">'
        f'<a href="{story.url}" title="{story.title}">'
        f'<picture><source type="image/webp" data-srcset="https://img.example.org/{story.number}.webp">'
        f'<img class="lazyload img-fluid" data-src="https://img.example.org/{story.number}.jpg" alt="{story.title}">'
        f'</picture></a></div><div class="card__post__body"><div class="card__post__content">'
        f'<div class="card__post__title">'
        f'<h2 class="h5 post_title"><a href="{story.url}" title="{story.title}">{story.title}</a></h2></div>'
        f'<p class="d-none d-lg-block">{story.body[:160]}</p><ul class="list-inline"><li class="list-inline-item">'
        f'<span class="text-secondary">{story.published_at}</span></li></ul></div></div></div>'
        for story in stories
    ]
    text = ""
    while len(text) < size:
        text += "".join(cards)
    return text[: text.index("</div></div></div>", size) + len("</div></div></div>")]


def warta(page: Page) -> Read:
    read_article(page.html, url=page.url, site=SITES[page.site], fetched_at=page.fetched_at)
    return {}


def measure(pages: Sequence[Page]) -> None:
    readers = {f"warta {version('warta')}": warta} | peers.readers() | peers.text_readers()
    seconds = dict.fromkeys(readers, 0.0)
    for reader in readers.values():
        reader(pages[0])  # loads what the reader needs, which is not measured
    for turn in range(TURNS):
        for name, reader in readers.items():
            started = time.process_time()
            for page in pages[turn::TURNS]:
                with suppress(ReadingError):
                    reader(page)
            seconds[name] += time.process_time() - started
    bare = next(seconds[name] for name in seconds if name.startswith("trafilatura"))
    mean = sum(len(page.html) for page in pages) / len(pages)
    print(f"\n{len(pages)} pages of {mean / 1000:.0f} kB\n")
    print("| reader | pages/s on one core | bare trafilatura = 1 |\n|---|---|---|")
    for name, spent in seconds.items():
        print(f"| {name} | {len(pages) / spent:.0f} | {bare / spent:.1f} |")


def main(stories: int) -> None:
    # One page per story: an AMP page after the story's other page would find its dates in htmldate's caches.
    pages = list({page.truth.id: page for page in quality.pages(stories)}.values())
    measure(pages)
    around = surroundings(LIVE_PAGE_CHARS)
    measure([replace(page, html=page.html.replace("</body>", f"{around}</body>")) for page in pages])


if __name__ == "__main__":
    match sys.argv[1:]:
        case [] | [_]:
            main(int(sys.argv[1]) if sys.argv[1:] else 300)
        case _:
            sys.exit(__doc__)
