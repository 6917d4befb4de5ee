"""`warta demo`: crawls made-up stories from this machine and searches them, without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from archive.cli.search import search_command
from archive.store.database import ArchiveError
from crawler.cli.crawl import run_and_tell

FIRST_STORY = date(2012, 1, 1)
SAMPLE = "stunting"  # a word of the newsroom's stock


@click.command("demo", epilog="\b\nExamples:\n  warta demo\n  warta search stunting --data demo-data")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="The folder of the demonstration's archive.",
)
@click.pass_context
def demo_command(context: click.Context, data: Path) -> None:
    """Show the whole job without a network: crawl made-up news from this machine, then search it."""
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print("A newsroom with made-up stories stands in for the sites, on this machine alone.")
    with newsroom_process() as origins:
        code = run_and_tell(tuple(origins), data, console, since=FIRST_STORY, delay=0, origins=origins)
    if code:
        sys.exit(code)
    console.print(f"\n$ warta search {SAMPLE} --limit 3 --data {data}", style="bold", markup=False)
    context.invoke(search_command, words=(SAMPLE,), limit=3, data=data)
    console.print(f"\nBrowse it:          warta serve --data {data}", markup=False)
    console.print(f"Read one story:     warta show ID --data {data}", markup=False)
    contact = "set WARTA_CONTACT first: a web or e-mail address of yours"
    console.print(f"The real sites:     warta crawl   ({contact})", markup=False)


@contextmanager
def newsroom_process() -> Iterator[dict[str, str]]:
    """Runs the newsroom in a process of its own, so that it does not slow down the crawl; yields site -> origin."""
    command = [sys.executable, "-m", "crawler.newsroom"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = []
            while line := process.stdout.readline().strip():  # an empty line ends the list
                lines.append(line)
            if not lines:
                raise ArchiveError("The newsroom did not start.")
            yield dict(line.split("=", 1) for line in lines)
        finally:
            process.terminate()
