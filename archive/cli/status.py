"""`warta status`: prints what the archive holds of each site, and how its last runs went."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from archive.cli.options import console_of_output, data_option, minute
from archive.store.database import Archive
from archive.store.status import TREND_RUNS, all_sites


@click.command("status")
@data_option
def status_command(data: Path) -> None:
    """Say what the archive holds, and how the last runs of each site went."""
    with Archive.open_reading(data) as archive:
        sites = all_sites(archive)
    console = console_of_output()
    for site in sites:
        console.print(
            Text.assemble((site.site, "bold"), f": {site.verdict}", f": {site.reason}" if site.reason else "")
        )
        if site.last_run:
            last_new = f", last new story {minute(site.last_new)}" if site.last_new else ""
            console.print(f"  last run {minute(site.last_run)}{last_new}")
        span = f" from {site.oldest} to {site.newest}" if site.oldest else ""
        counts = f"{site.edited} edited, {site.withdrawn} withdrawn, {site.captures} captures, {site.waiting} pages due"
        console.print(f"  {site.stories} {'story' if site.stories == 1 else 'stories'}{span}, {counts}")
        if site.trend:
            console.print(f"  new stories in the last {TREND_RUNS} runs: {site.trend}")
