"""How a page reads the archive: on one of Datasette's own connections, which cannot write, in a thread of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from archive.store.database import Archive

Reader = Callable[[Callable[[Archive], Any]], Awaitable[Any]]
"""Awaits what a function finds in the archive."""


class MissingError(Exception):
    """What was asked for is not there; the message is the name of a label."""
