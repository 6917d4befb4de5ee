"""The Datasette plugin: a reading room in front of Datasette's own pages.

    /                       start page
    /cari?q=…               search; /cari.json, /cari.csv, /cari.atom
    /berita/ID              a story;  ?bentuk=bibtex, ?bentuk=ris
    /orang/NAME             a person's stories
    /tangkapan/ID           a captured page

It uses only what Datasette 0.65 and 1.0 have in common: `register_routes`, `handle_exception`, `startup`,
`Database.execute_fn`, `urls.path`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Request, Response
from sqlite_utils import Database

from archive.store.database import Archive
from archive.store.migrations import migrations
from archive.web.captures import capture, captured_page
from archive.web.database_watch import App, watching
from archive.web.people import person
from archive.web.reading import MissingError, Reader
from archive.web.rendering import labels_for, trouble
from archive.web.results import results
from archive.web.start import start
from archive.web.story import story

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

View = Callable[["Datasette", Request, Reader], Awaitable[Response]]
PAGE_TIMEOUT_SECONDS = 5
"""How long the queries of one page may take. Chosen, not measured."""


@hookimpl
def startup() -> None:
    # Where Rich is installed, as it is with warta, Datasette prints every exception with all local variables: 160 lines
    # for each address that does not exist, and for some an error of Rich itself.
    setattr(import_module("datasette.handle_exception"), "rich", None)  # noqa: B010


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    return partial(watching, datasette)


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Response | None:
    if isinstance(exception, NotFound) and "." not in request.path.rpartition("/")[2]:  # x.json is for programs
        return trouble(datasette, request, labels_for(request).no_such_page, status=404)
    return None


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:  # noqa: ARG001
    return [
        (r"^/$", _view(start)),
        (r"^/cari(?:\.(?P<form>json|csv|atom))?$", _view(results)),
        (r"^/berita/(?P<id>.+)$", _view(story)),
        (r"^/orang/(?P<name>.+)$", _view(person)),
        (r"^/tangkapan/(?P<id>\d{1,18})$", _view(capture)),
        (r"^/tangkapan/(?P<id>\d{1,18})/halaman$", _view(captured_page)),
        (r"^/-/warta\.css$", style),
    ]


def style() -> Response:
    text = files("archive.web").joinpath("warta.css").read_text("utf-8")
    return Response(text, headers={"Cache-Control": "max-age=3600"}, content_type="text/css; charset=utf-8")


def _view(view: View) -> Callable[..., Awaitable[Response]]:
    """The view as Datasette calls it: with a Reader for the archive, and with a page for what goes wrong."""

    async def answer(datasette: Datasette, request: Request) -> Response:
        labels = labels_for(request)
        try:
            return await view(datasette, request, _reader(datasette))
        except MissingError as error:
            return trouble(datasette, request, getattr(labels, str(error)), status=404)
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            return trouble(datasette, request, labels.too_slow, status=503)

    return answer


def _reader(datasette: Datasette) -> Reader:
    """Reads the first of Datasette's databases that is an archive."""
    candidates = [one for one in datasette.databases.values() if one.path and Path(one.path).name == "archive.db"]

    async def read(work: Callable[[Archive], Any]) -> Any:
        for database in candidates:
            try:
                return await database.execute_fn(partial(_run, Path(database.path).parent, work))
            except _NotAnArchiveError:
                continue
        raise MissingError("no_archive")

    return read


class _NotAnArchiveError(Exception):
    """The file is named archive.db, but is another program's database."""


def _run(data: Path, work: Callable[[Archive], Any], connection: sqlite3.Connection) -> Any:
    db = Database(connection)
    if not migrations.applied(db):
        raise _NotAnArchiveError
    if migrations.pending(db):
        raise MissingError("old_archive")
    with sqlite_timelimit(connection, PAGE_TIMEOUT_SECONDS * 1000):
        return work(Archive(data, db))
