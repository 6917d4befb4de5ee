"""Runs `warta` and kills it with SIGKILL when a point in the code is reached for the N-th time.

python -m tests.support.killed POINT N crawl ...
"""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import crawler.cli.main  # noqa: F401  (adds its commands)
from archive.cli.main import cli

POINTS = {
    # point: (what is called there, whether the kill comes "before" it, "after" it or "within" it)
    "before a record is written": ("archive.warc.writer._write_record", "before"),
    "within a record": ("archive.warc.writer._write_record", "within"),
    "a record written, not yet on disk": ("archive.warc.writer.os.fsync", "before"),
    "on disk, not yet in the database": ("archive.store.database.Archive.add_capture", "before"),
    "in the database, not yet read": ("archive.store.database.Archive.add_capture", "after"),
    "read, not yet shelved": ("archive.store.outcome.shelve", "before"),
    "shelved": ("archive.store.outcome.shelve", "after"),
    "within the transaction of a shelving": ("archive.store.articles.mark_read", "after"),
    "within the transaction of a listing": ("archive.store.frontier.Frontier._discover", "before"),
    "a listing noted": ("archive.store.frontier.Frontier.discover", "after"),
    "before a file is sealed": ("archive.warc.writer.seal", "before"),
    "sealed, not yet noted": ("archive.store.database.Archive.add_warc", "before"),
    "noted, the run not yet ended": ("archive.store.runs.end_run", "before"),
}


def main() -> None:
    point, times, *arguments = sys.argv[1:]
    place, when = POINTS[point]
    left = int(times)
    owner, name = _resolve(place)
    original: Callable[..., Any] = getattr(owner, name)

    def reached(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if left == 0 and when == "within":
            whole = BytesIO()
            original(whole, *args[1:], **kwargs)
            args[0].write(whole.getvalue()[: len(whole.getvalue()) // 2])
            args[0].flush()
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, reached)
    cli(arguments, prog_name="warta")


def _resolve(place: str) -> tuple[Any, str]:
    """(module or class, name in it) of a dotted place."""
    owner, _, name = place.rpartition(".")
    return pkgutil.resolve_name(owner), name


if __name__ == "__main__":
    main()
