"""What scheduled runs cost and whether they notice every change, and the peak memory of a first run.

python -m benchmarks.scheduled runs [STORIES]          a first run, a second right after it, and two after changes
python -m benchmarks.scheduled memory [STORIES ...]    peak memory of a first run of so many stories
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from tests.support.clock import later
from tests.support.commands import WARTA, crawl_arguments

SINCE = "2012-06-01"
COLUMNS = ("requests", "bytes", "saved", "new", "checked", "changed", "moved", "missing", "gone", "failed")


def newsroom(stories: int) -> Newsroom:
    return Newsroom(antara=stories * 2 // 3, paser=stories - stories * 2 // 3)


def run(data: Path, origins: dict[str, str]) -> tuple[dict[str, Any], float, int]:
    """(sums of COLUMNS over all sites, seconds of the slower site, peak memory in bytes) of one `warta crawl`."""
    report = data.parent / "report.json"
    process = subprocess.Popen(
        [WARTA, *crawl_arguments(data, origins, "--report", str(report), since=SINCE)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the crawl ended with {os.waitstatus_to_exitcode(status)}")
    sites = json.loads(report.read_text())
    counts = {name: sum(site[name] for site in sites) for name in COLUMNS}
    return counts, max(site["seconds"] for site in sites), usage.ru_maxrss * 1024


def show(what: str, counts: dict[str, Any], seconds: float) -> None:
    text = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    print(f"{what}: {text}; {seconds:.1f} s")


def runs(stories: int) -> None:
    room = newsroom(stories)
    with tempfile.TemporaryDirectory() as folder, room.serving() as origins:
        data = Path(folder) / "data"
        first, first_seconds, _ = run(data, origins)
        show("first run", first, first_seconds)
        second, seconds, _ = run(data, origins)
        show("second, right after", second, seconds)
        shares = (f"{name} {second[name] / first[name]:.2%}" for name in ("requests", "bytes"))
        print(f"  of the first: {', '.join(shares)}, time {seconds / first_seconds:.2%}")

        with Archive.open_reading(data) as archive:
            known = {row["id"] for row in archive.rows("SELECT id FROM articles")}
        antara, paser = (
            [story for story in room.stories[name] if story.id in known and story.kind == "berita"]
            for name in ("antara-kaltim", "mc-paser")
        )
        edited = {story.id for story in [*antara[50:56], *paser[40:44]]}
        withdrawn = {story.id for story in antara[60:64]}
        moved = {story.id for story in paser[60:62]}
        for act, ids in ((room.edit, edited), (room.withdraw, withdrawn), (room.move, moved)):
            for id in sorted(ids):
                act(room.story(id))
        new = {story.id for story in [*room.publish("antara-kaltim", 14), *room.publish("mc-paser", 6)]}
        room.redecorate()
        urls = {story.id: story.url for stories in room.stories.values() for story in stories}

        for hours, what in ((1.1, "an hour later"), (25, "a day later")):
            later(data, hours)
            for server in room.servers.values():
                server.log.clear()
            counts, seconds, _ = run(data, origins)
            show(f"after {len(new)} new, 10 edited, 4 withdrawn, 2 moved, {what}", counts, seconds)
            answers = Counter(request.status for server in room.servers.values() for request in server.log)
            print(f"  answers: {dict(sorted(answers.items()))}")
        with Archive.open_reading(data) as archive:
            held = {row["id"]: row for row in archive.rows("SELECT * FROM articles")}
        noticed = {
            "new": (set(held) - known, new),
            "edited": ({id for id, row in held.items() if row["versions"] > 1}, edited),
            "withdrawn": ({id for id, row in held.items() if row["gone_at"]}, withdrawn),
            "moved": ({id for id in moved if held[id]["url"] == urls[id]}, moved),
        }
        for what, (seen, true) in noticed.items():
            print(
                f"  {what}: {len(seen)} noticed, {len(true)} happened, {'the same' if seen == true else 'NOT the same'}"
            )


def memory(sizes: list[int]) -> None:
    for stories in sizes:
        room = newsroom(stories)
        with tempfile.TemporaryDirectory() as folder, room.serving() as origins:
            counts, seconds, peak = run(Path(folder) / "data", origins)
        print(f"{counts['new']:,} articles: peak {peak / 1e6:.0f} MB, {counts['new'] / seconds:.0f} articles/s")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["runs", *sizes]:
            runs(int(sizes[0]) if sizes else 2000)
        case ["memory", *sizes]:
            memory([int(size) for size in sizes] or [200, 20_000])
        case _:
            sys.exit(__doc__)
