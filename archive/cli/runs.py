"""`warta runs` and `warta pages`: what was done, and what could not be fetched or read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from rich.text import Text

from archive.cli.filters import day, json_option, matching, site_option
from archive.cli.lines import print_indented, printable
from archive.cli.options import console_of_output, data_option, minute
from archive.sites import SITES
from archive.store.database import Archive
from archive.store.pages import Page, PageState
from archive.store.run_history import Run, runs_of
from archive.store.status import known_sites
from archive.store.troubled_pages import as_dict, pages_of


@click.command(
    "runs",
    short_help="Print the runs, and how each ended.",
    epilog="\b\nExamples:\n  warta runs --failed --since 2026-11\n  warta runs --site 'antara-*' --json",
)
@site_option
@click.option(
    "--since", callback=day(0), metavar="DATE", help="Begun then or later: 2026, 2026-01 or 2026-01-31 (UTC)."
)
@click.option("--failed", is_flag=True, help="Only those that did not go well.")
@json_option
@data_option
def runs_command(site: str | None, since: date | None, failed: bool, as_json: bool, data: Path) -> None:
    """Print the runs, the newest first: when, which site, how it ended, what it brought, and what went wrong.

    "running" is a run that is at work; one that was killed or crashed is "stopped: cut off". With --json, the columns
    of the table `runs`. Exit code: 0 printed, also if there is none.
    """
    with Archive.open_reading(data) as archive:
        runs = runs_of(archive, matching(site, known_sites(archive, list(SITES))), since=since, only_failed=failed)
        if as_json:
            for run in runs:
                click.echo(json.dumps(run.as_dict(), ensure_ascii=False))
        else:
            _print_runs(runs, "No run failed." if failed else "There is no run.")


def _print_runs(runs: Iterator[Run], none: str) -> None:
    console = console_of_output()
    run = None
    for run in runs:
        style = "red" if run.has_failed else ""
        line = Text.assemble(
            f"{minute(run.row['started_at'])}  ", (run.row["site"], "bold"), "  ", (run.verdict, style)
        )
        if not run.is_at_work:
            line.append(f"  {_brought(run)}")
        console.print(line)
        if run.reason:
            print_indented(console, run.reason)
    if run is None:
        console.print(none)


def _brought(run: Run) -> str:
    counts = [f"{run.row[name]} {name}" for name in ("new", "changed", "gone", "failed") if run.row[name]]
    return ", ".join(counts) or "nothing new"


@click.command(
    "pages",
    short_help="Print what could not be fetched or read.",
    epilog="\b\nExamples:\n  warta pages --failed\n  warta pages --failed --site mc-paser --json",
)
@click.option("--failed", is_flag=True, help="Only those that could not be fetched or read.")
@site_option
@json_option
@data_option
def pages_command(failed: bool, site: str | None, as_json: bool, data: Path) -> None:
    """Print the pages that are known, with --failed those that could not be fetched or read: why, and when each is
    tried next.

    Exit code: 0 printed, also if there is none.
    """
    with Archive.open_reading(data) as archive:
        sites = matching(site, known_sites(archive, list(SITES)))
        console = console_of_output()
        page = None
        for page in pages_of(archive, sites, only_failed=failed):
            if as_json:
                click.echo(json.dumps(as_dict(page), ensure_ascii=False))
            else:
                console.print(Text(printable(page.url)), soft_wrap=True)
                print_indented(console, _state(page))
        if page is None and not as_json:
            console.print("No page failed." if failed else "No page is known.")


def _state(page: Page) -> str:
    """Such as "failed 2 times, last 2026-11-24 10:42Z: HTTP 500. Next try 2026-11-25 10:42Z"."""
    words = {
        PageState.NEW: "not fetched yet",
        PageState.READ: "read",
        PageState.FAILED: f"failed {page.failures} times" if page.failures > 1 else "failed once",
        PageState.MISSING: "not there",
        PageState.GONE: "withdrawn" if page.was_read else "not there",
        PageState.OTHER_ADDRESS: "another address of a story",
    }[page.state]
    last = f", last {minute(page.checked_at)}" if page.checked_at else ""
    next_time = f"next try {minute(page.due_at)}" if page.due_at else "not tried again unless a listing names it"
    return f"{words}{last}{f': {page.reason}' if page.reason else ''}; {next_time}"
