"""What packing saves and costs: files and bytes of sites that are crawled each hour.

python -m benchmarks.packing [SITES] [DAYS]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.ingest.packing import pack
from archive.store.database import Archive
from archive.warc.account import RUN_END, RunStart
from archive.warc.capture import capture_of
from archive.warc.writer import Exchange, WarcWriter
from tests.support.past import writing_at

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
YEARS = (1, 10)
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
STORIES_A_DAY = 12
PAGE_BYTES = 110_000
"""Of a live page (benchmarks/README.md), made up of words that compress to about a quarter."""


def page() -> bytes:
    body = " ".join(str(random.getrandbits(20)) for _ in range(PAGE_BYTES // 7)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def run(archive: Archive, site: str, at: datetime, stories: int) -> None:
    """A run that asks for robots.txt and a feed that is as it was, and fetches stories."""
    origin = f"https://{site}.example"
    with writing_at(at):
        writer = WarcWriter(archive.warc_root, site, info=RunStart(site, origin, at, {}).fields())
        for number, answer in enumerate([NOT_MODIFIED] * 2 + [page() for _ in range(stories)]):
            url = f"{origin}/{at:%Y%m%d%H}/{number}"
            record = writer.write(Exchange(url, b"GET / HTTP/1.1\r\n\r\n", answer, at + timedelta(seconds=number)))
            archive.add_capture(capture_of(record, site=site, warc=writer.name))
        writer.write_account(RUN_END, {"site": site, "started_at": at.isoformat()}, at=at)
        for sealed in writer.close():
            archive.add_warc(sealed, at=at)


def held(archive: Archive) -> tuple[int, int]:
    """(files, bytes on disk, in whole blocks)"""
    statuses = [path.stat() for path in archive.warc_root.glob("*/*/*")]
    return len(statuses), sum(status.st_blocks * 512 for status in statuses)


def main(sites: int, days: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder)) as archive:
        for hour in range(days * 24):
            with archive.writing():
                for number in range(sites):
                    stories = STORIES_A_DAY // 6 if hour % 24 in range(6, 18, 2) else 0
                    run(archive, f"site-{number}", FIRST + timedelta(hours=hour), stories)
        before = held(archive)
        started = time.monotonic()
        packing = pack(archive, now=FIRST + timedelta(days=days))
        seconds = time.monotonic() - started
        after = held(archive)
    print(f"{sites} sites, {days} days of 24 runs; {packing}")
    for what, (files, size) in (("before", before), ("after", after)):
        reckoned = "; ".join(f"{years} y: {files * 365 * years / days:,.0f} files" for years in YEARS)
        a_year = size * 365 / days / 1e9
        print(f"{what}: {files:,} files, {size / 1e6:,.1f} MB on disk; {reckoned}, {a_year:,.1f} GB a year")
    each, rate = seconds / packing.packed * 1000, packing.bytes / seconds / 1e6
    print(f"{seconds:.1f} s: {each:.0f} ms a day of 24 parts, {rate:.0f} MB/s")


if __name__ == "__main__":
    main(*[int(argument) for argument in sys.argv[1:]] or [54, 2])
