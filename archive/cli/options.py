"""What all commands share: the option --data, and the console for their output."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    envvar="WARTA_DATA",
    show_default=True,
    show_envvar=True,
    help="The folder of the archive.",
)


def console_of_output() -> Console:
    """A console for standard output; its lines are not broken at 80 columns if that is a file or a pipe."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=400, soft_wrap=True)


def minute(time: str) -> str:
    """ "2026-11-24 10:42Z" of a time as of iso_utc."""
    return f"{time[:16].replace('T', ' ')}Z"
