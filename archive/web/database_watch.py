"""The reading room shows the database that is there now: one that was deleted is shown no longer, and one that took its
place is shown at once. Datasette opens a file once and would read it for ever, whatever became of its name."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Request

from archive.web.rendering import labels_for, trouble

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
_Identity = tuple[int, int, int]


def watching(datasette: Datasette, app: App) -> App:
    """An ASGI application that looks at the archives' files before it passes a request on."""
    seen: dict[str, _Identity | None] = {}

    async def watched(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (missing := _look(datasette, seen)):
            request = Request(scope, receive)
            words = f"{labels_for(request).no_archive} ({missing})"
            await trouble(datasette, request, words, status=503).asgi_send(send)
            return
        await app(scope, receive, send)

    return watched


def _look(datasette: Datasette, seen: dict[str, _Identity | None]) -> str | None:
    """The path of an archive that is gone, if one is. Where another file has its place, the connections to the old
    one are forgotten."""
    for database in datasette.databases.values():
        path = str(database.path or "")
        if not path or database.is_memory or Path(path).name != "archive.db":
            continue
        identity = _identity(path, is_fixed=not database.is_mutable)
        if identity != seen.setdefault(path, identity):
            seen[path] = identity
            # Datasette keeps a connection a thread here, under the database's name.
            setattr(import_module("datasette.database"), "connections", threading.local())  # noqa: B010
        if identity is None:
            return path
    return None


def _identity(path: str, *, is_fixed: bool) -> _Identity | None:
    """Which file stands there; of one that is opened as unchanging (a read-only medium) also when it was changed."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns if is_fixed else 0
