"""Runs `warta` as a person does, each command in a process of its own."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import crawler.cli.main  # noqa: F401  (adds its commands)
from archive.cli.main import cli

WARTA = Path(sys.executable).parent / "warta"


def warta(
    *arguments: str | Path, constants: Mapping[str, Any] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Runs `warta` with arguments. `constants` (such as {"crawler.settings.DOWNLOAD_TIMEOUT": 1}) are changed in that
    process; `options` are passed to subprocess.run."""
    program: list[str | Path] = [WARTA]
    if constants:
        program = [sys.executable, "-m", "tests.support.patched", json.dumps(constants)]
    return subprocess.run([*program, *arguments], capture_output=True, text=True, timeout=90, check=False, **options)


def understand(command: str) -> None:
    """Parses a command line as `warta` does, without running it; raises if there is no such command or option. Of a
    command without arguments, as texts mention it, only the name is checked."""
    _, name, *arguments = shlex.split(command)
    subcommand = cli.get_command(click.Context(cli), name)
    assert subcommand is not None, name
    if arguments:
        subcommand.make_context(name, arguments).close()


def crawl_arguments(data: Path, origins: Mapping[str, str], *more: str | Path, since: str = "2012-01-01") -> list[str]:
    """The arguments of `warta crawl` for the sites served at `origins`, without a delay."""
    told = [f"--origin={site}={origin}" for site, origin in origins.items()]
    return ["crawl", *origins, "--data", str(data), "--delay", "0", "--since", since, *told, *map(str, more)]


def crawl(
    data: Path, origins: Mapping[str, str], *more: str | Path, since: str = "2012-01-01", **options: Any
) -> subprocess.CompletedProcess[str]:
    return warta(*crawl_arguments(data, origins, *more, since=since), **options)
