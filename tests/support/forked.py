"""Runs the commands in processes that are forked off one with everything loaded: hundreds of runs take a few minutes.

python -m tests.support.forked   reads runs from standard input, each a line of JSON, and answers with its exit code
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

PARTS = """
    crawler.cli.main crawler.run crawler.download_handler crawler.session_keeper crawler.middlewares.politeness
    crawler.middlewares.robots crawler.spiders.antara_kaltim crawler.spiders.mc_paser
"""
HANGS_AFTER = 100
"""Seconds; then a command is ended by SIGALRM."""


class Warta(Protocol):
    """`warta` with arguments; it ends with -SIGALRM where it hangs."""

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]: ...


@contextmanager
def forked() -> Iterator[Warta]:
    """While it lasts, commands are run by a process of its own."""
    command = [sys.executable, "-m", "tests.support.forked"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        asked, answers = server.stdin, server.stdout
        assert asked is not None
        assert answers is not None
        out, err = Path(folder, "out"), Path(folder, "err")

        def warta(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
            told = [str(argument) for argument in arguments]
            asked.write(json.dumps({"arguments": told, "out": str(out), "err": str(err)}) + "\n")
            asked.flush()
            code = int(answers.readline())
            return subprocess.CompletedProcess(told, code, out.read_text(), err.read_text())

        try:
            yield warta
        finally:
            asked.close()


def main() -> None:
    for part in PARTS.split():
        importlib.import_module(part)
    from archive.cli.main import cli

    gc.freeze()
    for line in sys.stdin:
        run = json.loads(line)
        if (child := os.fork()) == 0:
            signal.alarm(HANGS_AFTER)
            for number, path, flags in (
                (0, os.devnull, os.O_RDONLY),
                (1, run["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
                (2, run["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            ):
                os.dup2(os.open(path, flags), number)
            cli(run["arguments"], prog_name="warta")
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
