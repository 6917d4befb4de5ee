"""Runs the commands as a person does, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WARTA = Path(sys.executable).parent / "warta"


def warta(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`options` go to subprocess.run."""
    return subprocess.run([WARTA, *arguments], capture_output=True, text=True, timeout=90, check=False, **options)


def crawl(
    data: Path, origins: Mapping[str, str], *more: str | Path, since: str = "2012-01-01", **options: Any
) -> subprocess.CompletedProcess[str]:
    """`warta crawl` of the sites served at `origins`, without a delay."""
    told = [f"--origin={site}={origin}" for site, origin in origins.items()]
    return warta("crawl", *origins, "--data", data, "--delay", "0", "--since", since, *told, *more, **options)
