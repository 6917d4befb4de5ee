"""Packs copies of an archive, and kills each with SIGKILL before another line of the code that packs.

python -m tests.support.killed_packing ORIGINAL FOLDER   leaves in FOLDER a copy for each state that a kill left, under
                                                         the number of the line; prints how many lines there are
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from archive.ingest.packing import pack
from archive.store.database import Archive

KILLED_IN = ("archive/ingest/packing.py", "archive/warc/packing.py", "archive/store/packed.py")


def main() -> None:
    original, folder = map(Path, sys.argv[1:])
    seen, line = set[str](), 0
    while True:
        line += 1
        copy = Path(shutil.copytree(original, folder / "copy"))
        if (child := os.fork()) == 0:
            _pack(copy, kill_before=line)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        state = _state(shutil.copytree(copy, folder / "looked-at"))
        shutil.rmtree(folder / "looked-at")
        if state in seen:
            shutil.rmtree(copy)
        else:
            seen.add(state)
            copy.rename(folder / str(line))
        if ended != -signal.SIGKILL:
            sys.stdout.write(f"{line}\n")
            sys.exit(ended)


def _pack(data: Path, *, kill_before: int) -> None:
    left = kill_before

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(KILLED_IN):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    with Archive.open(data) as archive:
        sys.settrace(trace)
        pack(archive, now=datetime.now(UTC))
        sys.settrace(None)
    os._exit(0)


def _state(data: Path) -> str:
    """What there is in an archive: its WARC files, and what the database says of them."""
    told = [f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted((data / "warc").glob("*/*/*"))]
    with sqlite3.connect(data / "archive.db") as db:
        for table in ("warcs", "captures"):
            told += map(repr, db.execute(f"SELECT * FROM {table} ORDER BY 1"))
    db.close()
    return "\n".join(told)


if __name__ == "__main__":
    main()
