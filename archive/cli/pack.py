"""`warta pack`: the WARC files that runs left on days that are over become one file a site and day."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from archive.cli.options import console_of_output, data_option
from archive.ingest.packing import OnPacked, due, pack
from archive.ingest.recovery import recover_runs
from archive.store.database import Archive, ArchiveError
from archive.store.lock import hold

EXIT_LEFT = 1
SECONDS_BETWEEN_LINES = 10.0
"""Time between two lines of progress if the output is no terminal."""


@click.command("pack", epilog="\b\nExamples:\n  warta pack --site antara-kaltim --dry-run")
@click.option("--site", metavar="NAME", help="Only the files of this site.")
@click.option("--dry-run", is_flag=True, help="Say what would be packed, and change nothing.")
@data_option
def pack_command(site: str | None, dry_run: bool, data: Path) -> None:
    """Pack the WARC files of days that are over: one file a site and day.

    Runs leave a file each, and every `warta crawl` packs some of them at its end; this command packs all. The records
    stay byte for byte what they are, with their ids and digests. The old files go when the new one is on disk, read
    again and compared with them. Imported files stay as they are.

    Exit code: 0 done, 1 stopped, or a day stays as it is because a file is missing or damaged (each is named), 75
    another run holds the archive.
    """
    console = console_of_output()
    now = datetime.now(UTC)
    if dry_run:
        with Archive.open_reading(data) as archive:
            _refuse_unknown(archive, site)
            groups = due(archive, now=now, site=site)
        files, size = sum(len(group.rows) for group in groups), sum(group.size for group in groups)
        console.print(f"{files:,} files, {size / 1e6:,.1f} MB, would become {len(groups):,}. Nothing was written.")
        return
    if not data.is_dir():
        raise ArchiveError(f"There is no archive in {data}: --data names another folder.")
    hold(data)
    with Archive.open(data) as archive:
        for line in recover_runs(archive):
            console.print(line, markup=False)
        _refuse_unknown(archive, site)
        with _progress(console) as on_packed:
            packing = pack(archive, now=now, site=site, on_packed=on_packed)
    console.print(str(packing) if packing.packed else "No WARC files were packed.")
    for line in packing.refused:
        click.echo(line, err=True)
    if packing.was_stopped:
        click.echo("Stopped. The same command goes on from here.", err=True)
    sys.exit(EXIT_LEFT if packing.refused or packing.was_stopped else 0)


def _refuse_unknown(archive: Archive, site: str | None) -> None:
    if site is not None and archive.row("SELECT 1 FROM warcs WHERE site = ?", [site]) is None:
        names = ", ".join(row["site"] for row in archive.rows("SELECT DISTINCT site FROM warcs ORDER BY site"))
        raise ArchiveError(f"There are no WARC files of {site!r}. There are files of: {names or 'no site'}.")


@contextmanager
def _progress(console: Console) -> Iterator[OnPacked]:
    """A progress bar; lines from time to time if the output is no terminal."""
    if console.is_terminal:
        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("packing", total=None)

            def show(done: int, total: int) -> None:
                told = f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
                progress.update(task, description=told, completed=done, total=total)

            yield show
        return
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            console.print(f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB")

    yield tell
