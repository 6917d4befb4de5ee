"""Pages per second of `warta rebuild`, with one worker process and with two, and its peak memory.

python -m benchmarks.rebuilding [STORIES ...]      (default: 2000 20000)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive.store.database import Archive
from benchmarks.scheduled import newsroom, run
from tests.support.commands import WARTA

ROUNDS = 2
"""Each rebuild runs twice, in turns, and the fastest counts: other work on the machine only makes it slower."""


def rebuild(data: Path, workers: int) -> tuple[float, int]:
    """(seconds, peak memory in bytes of the largest process) of one `warta rebuild`."""
    started = time.monotonic()
    process = subprocess.Popen(
        [WARTA, "rebuild", "--workers", str(workers), "--data", data], stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the rebuild ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def main(sizes: list[int]) -> None:
    print("| stories | pages | pages/s, 1 worker | pages/s, 2 workers | two to one | peak memory |")
    print("|---|---|---|---|---|---|")
    for stories in sizes:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            with newsroom(stories).serving() as origins:
                run(data, origins)
            with Archive.open_reading(data) as archive:
                row = archive.row("SELECT count(*) AS count FROM captures WHERE article_id IS NOT NULL")
            assert row is not None
            pages = row["count"]
            measured = [(rebuild(data, 1), rebuild(data, 2)) for _ in range(1 if stories > 5000 else ROUNDS)]
        one, two = (min(pair[n][0] for pair in measured) for n in range(2))
        peak = max(result[1] for pair in measured for result in pair)
        cells = (f"{pages / one:.0f}", f"{pages / two:.0f}", f"{one / two:.2f}", f"{peak / 1e6:.0f} MB")
        print(f"| {stories:,} | {pages:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    try:
        main([int(size) for size in sys.argv[1:]] or [2000, 20_000])
    except ValueError:
        sys.exit(__doc__)
