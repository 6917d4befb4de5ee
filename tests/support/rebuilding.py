"""Rebuilds an archive and compares it with itself before."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import warta
from tests.support.database_equality import assert_same, told


def assert_rebuilt_the_same(data: Path) -> None:
    """A rebuild gives the same rows, with the database beside it and without. What only runs know (their history, the
    state of listings) is not compared without it."""
    live = told(data)
    warta("rebuild", "--data", data)
    assert_same(live, told(data))
    for file in data.glob("archive.db*"):
        file.unlink()
    warta("rebuild", "--data", data)
    again = told(data)
    for table in ("articles", "versions", "pages", "captures"):
        assert_same({table: live[table]}, {table: again[table]})
