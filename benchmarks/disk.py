"""The disk that an archive takes: bytes of WARC files and of the database for stories, for looking at them again, and
for hourly runs that find nothing new.

python -m benchmarks.disk [STORIES]      (default: 1,000)

Measured twice: with the newsroom's pages as they are, which have next to nothing around the story, and with menus and
cards around it up to the size of a live article page. Both sites together; servers answer in gzip, as live ones do.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.reading import surroundings
from benchmarks.scheduled import newsroom, run
from crawler.newsroom.server import Answer
from tests.support.clock import all_due

LIVE_ARTICLE_CHARS = 45_000
"""What stands around the story on an article page of www.antaranews.com of 2025 (49 kB in all, 11.5 kB in gzip)."""
IDLE_RUNS = 24


@dataclass(frozen=True)
class Disk:
    """What the folder of an archive takes, in bytes, and its number of WARC files."""

    warc: int
    files: int
    database: int

    @classmethod
    def of(cls, data: Path) -> Disk:
        db = sqlite3.connect(data / "archive.db")
        size, pages, free = (
            db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_size", "page_count", "freelist_count")
        )
        db.close()
        sizes = [path.stat().st_size for path in (data / "warc").rglob("*.warc.gz")]
        return cls(sum(sizes), len(sizes), (pages - free) * size)

    def __sub__(self, other: Disk) -> Disk:
        return Disk(self.warc - other.warc, self.files - other.files, self.database - other.database)


def padded(answer: Callable[[str], Answer], around: bytes) -> Callable[[str], Answer]:
    """The same answers, with `around` at the end of article pages."""

    def answered(path: str) -> Answer:
        given = answer(path)
        if "/berita/" not in path or b"</body>" not in given.body:
            return given
        return replace(given, body=given.body.replace(b"</body>", around + b"</body>", 1))

    return answered


def measure(stories: int, around: str) -> None:
    room = newsroom(stories)
    for server in room.servers.values():
        server.answer = padded(server.answer, around.encode())
    with tempfile.TemporaryDirectory() as folder, room.serving() as origins:
        data = Path(folder) / "data"
        counts, _, _ = run(data, origins)
        first = Disk.of(data)
        new = counts["new"]
        print(f"first run: {new:,} stories, {counts['requests']:,} requests, {counts['bytes'] / 1e6:.1f} MB received")
        show(f"1,000 stories ({new:,} measured)", first, new / 1000)

        for _ in range(IDLE_RUNS):
            run(data, origins)
        idle = Disk.of(data)
        show(f"run of a site without news ({IDLE_RUNS} runs of 2 sites measured)", idle - first, IDLE_RUNS * 2)

        all_due(data)
        counts, _, _ = run(data, origins)
        looked = Disk.of(data)
        checked = counts["checked"]
        show(f"1,000 looks again, nothing changed ({checked:,} measured)", looked - idle, checked / 1000)

        new = len([*room.publish("antara-kaltim", 20), *room.publish("mc-paser", 6)])
        run(data, origins)
        show(f"run of a site with {new // 2} new stories", Disk.of(data) - looked, 2)


def show(what: str, disk: Disk, per: float) -> None:
    print(
        f"  per {what}: WARC {disk.warc / per / 1000:,.1f} kB in {disk.files / per:.2f} files,"
        f" database {disk.database / per / 1000:,.1f} kB"
    )


def main(stories: int) -> None:
    print("pages as the newsroom prints them")
    measure(stories, "")
    print("pages of live size")
    measure(stories, surroundings(LIVE_ARTICLE_CHARS))


if __name__ == "__main__":
    match sys.argv[1:]:
        case [] | [_]:
            main(int(sys.argv[1]) if sys.argv[1:] else 1000)
        case _:
            sys.exit(__doc__)
