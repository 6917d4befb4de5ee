"""What all commands share: where the archive is, and where they print."""

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
    """A terminal has its own width; what goes to a file or a pipe is not to be cut at 80 columns."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=400, soft_wrap=True)


def minute(time: str) -> str:
    """2026-11-24 10:42Z"""
    return f"{time[:16].replace('T', ' ')}Z"
