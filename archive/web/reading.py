"""How a page reads the archive: in a thread, on one of Datasette's own connections, which cannot write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from archive.store.database import Archive

Reader = Callable[[Callable[[Archive], Any]], Awaitable[Any]]
"""Calls a function with the archive and awaits what it returns."""


class MissingError(Exception):
    """What was asked for does not exist; the message is a name in archive.web.i18n.LABELS."""
