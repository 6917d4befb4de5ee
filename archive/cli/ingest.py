"""`warta rebuild` and `warta import`: load WARC files into the database."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from archive.cli.options import data_option
from archive.ingest.imports import import_files
from archive.ingest.pipeline import OnProgress, Report, StoppedError
from archive.ingest.rebuild import rebuild
from archive.sites import SITES

EXIT_STOPPED = 1
MAX_REASONS = 40
"""How many reasons why records gave nothing are printed."""
SECONDS_BETWEEN_LINES = 10.0
"""Time between two lines of progress if the output is no terminal."""
MAX_NAMED = 20
"""How many damaged records, and how many kept stories, are named one by one."""

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read at once (default: one for each processor).",
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Read on the Dask cluster with this scheduler, as tcp://10.0.0.5:8786; its workers see the archive's folder at"
    " the same path. Needs the extra `cluster`.",
)


@click.command(
    "rebuild", epilog="\b\nExamples:\n  warta rebuild --dry-run\n  warta rebuild --site mc-paser --only-changed"
)
@click.option("--site", type=click.Choice(list(SITES)), help="Only this site's stories.")
@click.option(
    "--only-changed",
    is_flag=True,
    help="Write only the stories that read otherwise, into the database as it stands, instead of a new database.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; what was read is kept for the real run.")
@workers_option
@scheduler_option
@data_option
def rebuild_command(
    site: str | None, only_changed: bool, dry_run: bool, workers: int | None, scheduler: str | None, data: Path
) -> None:
    """Read all WARC files again with today's readers, and show what reads otherwise than before.

    The new database is made beside the old one and takes its place when it is whole. An interrupted rebuild goes on
    where it was. A damaged database is set aside under another name. Exit code: 0 done, 1 stopped, or a file, a
    record or the database is missing or damaged (each is named, and what it told stays as it was), 75 another run
    holds the archive.
    """
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())

    def work(on_progress: OnProgress) -> Report:
        return rebuild(
            data,
            site=site,
            only_changed=only_changed,
            dry_run=dry_run,
            workers=workers or os.cpu_count() or 1,
            scheduler=scheduler,
            on_progress=on_progress,
            say=lambda line: console.print(line, markup=False),
        )

    report = _carried_out(work, console)
    console.print(f"{report.read:,} pages read, {report.unread:,} give no story.")
    _print_damage(report)
    if report.kept:
        click.echo(
            f"{len(report.kept):,} stories stay as they were, because a record of theirs is missing, damaged or not"
            f" read any more: {', '.join(report.kept[:MAX_NAMED])}{', …' if len(report.kept) > MAX_NAMED else ''}",
            err=True,
        )
    if report.comparison is not None:
        for line in report.comparison.lines():
            console.print(line, markup=False, soft_wrap=True)
    if dry_run:
        console.print("Nothing was written.")
    sys.exit(int(not report.is_whole))


@click.command("import", epilog="\b\nExamples:\n  warta import crawl-2019.warc.gz collection.wacz")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@workers_option
@scheduler_option
@data_option
def import_command(files: tuple[Path, ...], workers: int | None, scheduler: str | None, data: Path) -> None:
    """Take WARC, ARC and WACZ FILES of any program into the archive and read the articles in them.

    The files are kept beside the own ones, in warc/imported/. Pages of known sites are read as a crawl reads them; of
    other sites those that say of themselves that they are articles. A table says why records gave nothing. Exit code:
    0 done, 1 stopped, a file is none or gave nothing, or something is damaged (each is named), 75 another run holds
    the archive.
    """
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    complaints: list[str] = []

    def work(on_progress: OnProgress) -> Report:
        return import_files(
            data,
            list(files),
            workers=workers or os.cpu_count() or 1,
            scheduler=scheduler,
            on_progress=on_progress,
            say=lambda line: console.print(line, markup=False),
            complain=complaints.append,
        )

    report = _carried_out(work, console)
    console.print(
        f"{report.read:,} pages read, {report.new:,} stories are new; {report.unread:,} pages give no story,"
        f" {report.listings:,} listings read, {report.known:,} records were there already."
    )
    _print_nothing(report, console)
    _print_damage(report)
    for complaint in complaints:
        click.echo(f"warta: {complaint}", err=True)
    sys.exit(int(bool(complaints) or not report.is_whole))


def _carried_out(work: Callable[[OnProgress], Report], console: Console) -> Report:
    """Does the work and shows its progress; exits with EXIT_STOPPED if it was stopped."""
    try:
        with _progress(console) as on_progress:
            return work(on_progress)
    except StoppedError:
        click.echo("Stopped. The same command goes on from here.", err=True)
        sys.exit(EXIT_STOPPED)


def _print_nothing(report: Report, console: Console) -> None:
    """Prints why records gave nothing, the most frequent reasons first."""
    reasons = report.nothing.most_common()
    if reasons:
        console.print("Records that gave nothing:")
    for reason, count in reasons[:MAX_REASONS]:
        example = report.examples.get(reason)
        told = f"{count:>9,}  {reason}" + (f" ({example})" if example else "")
        console.print(told, markup=False, soft_wrap=True)
    if left := reasons[MAX_REASONS:]:
        console.print(f"{sum(count for _, count in left):>9,}  for {len(left):,} other reasons")


def _print_damage(report: Report) -> None:
    if report.unknown_layouts:
        click.echo(
            f"{len(report.unknown_layouts):,} pages of known sites are in no layout that is known, as"
            f" {report.unknown_layouts[0]}: look whether they were read, and well.",
            err=True,
        )
    for line in report.faulty_files:
        click.echo(line, err=True)
    for damage in report.damaged[:MAX_NAMED]:
        click.echo(f"Damaged: {damage.warc} at byte {damage.offset}: {damage.why}", err=True)
    left = report.damaged[MAX_NAMED:]
    if left:
        files = ", ".join(dict.fromkeys(damage.warc for damage in left))
        click.echo(f"Damaged: {len(left):,} more, in {files}.", err=True)


@contextmanager
def _progress(console: Console) -> Iterator[OnProgress]:
    """A progress bar with pages per second and the time left; lines from time to time if the output is no terminal."""
    started = time.monotonic()

    def speed(pages: int) -> float:
        return pages / max(time.monotonic() - started, 0.001)

    if console.is_terminal:
        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("looking at the files", total=None)

            def show(done: int, total: int, pages: int) -> None:
                told = f"{pages:,} pages, {speed(pages):,.0f} pages/s"
                progress.update(task, description=told, completed=done, total=total)

            yield show
        return
    last = started

    def tell(done: int, total: int, pages: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < SECONDS_BETWEEN_LINES:
            return
        last = now
        left = (now - started) * (total - done) / max(done, 1)
        console.print(f"{done / total:.0%}: {pages:,} pages, {speed(pages):,.0f} pages/s, {left / 60:.0f} minutes left")

    yield tell
