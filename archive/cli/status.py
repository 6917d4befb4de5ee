"""`warta status`: prints what the archive holds of each site, and how its last runs went."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from archive.cli.filters import json_option, matching, site_option
from archive.cli.lines import print_indented, printable
from archive.cli.options import console_of_output, data_option, minute
from archive.sites import SITES
from archive.store.database import Archive
from archive.store.status import TREND_RUNS, TROUBLE, SiteStatus, all_files, as_dict, known_sites, statuses

EXIT_NOT_WELL = 1
NAMED_FAILURES = 3
"""How many failed runs of a site are named below its trend."""


@click.command(
    "status",
    short_help="What is held of each site, how its runs went.",
    epilog="\b\nExamples:\n  warta status --strict\n  warta status --site 'antara-*' --json",
)
@site_option
@json_option
@click.option(
    "--strict", is_flag=True, help="Exit with 1 if the last 24 hours had a failed run or none, for a monitor."
)
@data_option
def status_command(site: str | None, as_json: bool, strict: bool, data: Path) -> None:
    """Say what the archive holds of each site, also of imported ones, and how the last runs went.

    The bars are new stories, beside the site's own median: half as high for as many, full for twice as many and more;
    a dot is a run without new stories, ✗ one that failed; the one at work has three dots.

    Exit code: 0 printed, 1 with --strict if in the last 24 hours a run of a site failed or there was none; of sites
    that are only imported no runs are asked for.
    """
    with Archive.open_reading(data) as archive:
        sites = statuses(archive, matching(site, known_sites(archive, list(SITES))), crawled=list(SITES))
        files = all_files(archive)
    console = console_of_output()
    for status in sites:
        if as_json:
            click.echo(json.dumps(as_dict(status), ensure_ascii=False))
        else:
            _print(status, console)
    if not as_json and site is None:
        stories, captures = sum(status.stories for status in sites), sum(status.captures for status in sites)
        imported = f", {files.imported:,} of them imported" if files.imported else ""
        console.print(
            f"All: {stories:,} stories, {captures:,} captures in {files.count:,} WARC files of"
            f" {files.bytes / 1e6:,.1f} MB{imported}"
        )
    unwell = [status for status in sites if not status.is_well]
    if strict and unwell:
        told = ", ".join(f"{status.site} ({status.last_day})" for status in unwell)
        click.echo(f"warta: not well in the last 24 hours: {told}.", err=True)
        sys.exit(EXIT_NOT_WELL)


def _print(site: SiteStatus, console: Console) -> None:
    reason = f": {printable(site.reason)}" if site.reason else ""
    console.print(Text.assemble((site.site, "bold"), f": {site.verdict}{reason}"))
    last_new = f"last new story {minute(site.last_new)}" if site.last_new else ""
    last_run = f"last run {minute(site.last_run)}" if site.last_run else ""
    if last_run or last_new:
        print_indented(console, ", ".join(filter(None, [last_run, last_new])))
    span = f" from {site.oldest} to {site.newest}" if site.oldest else ""
    counts = f"{site.edited} edited, {site.withdrawn} withdrawn, {site.captures} captures, {site.waiting} pages due"
    failed = f", {site.failed} failed" if site.failed else ""
    print_indented(console, f"{site.stories} {'story' if site.stories == 1 else 'stories'}{span}, {counts}{failed}")
    if site.trend:
        print_indented(console, f"new stories in the last {TREND_RUNS} runs: {site.trend}")
    for run in site.failures[:NAMED_FAILURES]:
        reason = f": {run.reason}" if run.reason else ""
        print_indented(console, f"{TROUBLE} {minute(run.row['started_at'])} {run.verdict}{reason}")
    if len(site.failures) > NAMED_FAILURES:
        more = len(site.failures) - NAMED_FAILURES
        print_indented(console, f"and {more} more: warta runs --failed --site {site.site}")
