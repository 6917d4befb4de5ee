"""The page of a person: the stories they reported and those they edited, by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from datasette.utils.asgi import Request, Response

from archive.search.engine import Hit, search
from archive.search.fts import CompiledQuery, Query
from archive.store.database import Archive
from archive.web.reading import MissingError, Reader
from archive.web.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

MAX_SHOWN_STORIES = 20
Role = Literal["pewarta", "editor"]
ROLES: tuple[Role, ...] = ("pewarta", "editor")


@dataclass(frozen=True, slots=True)
class Work:
    """What a person did in one role. `years` are (year, number of stories), the newest first; `newest` the newest
    stories."""

    role: Role
    years: list[tuple[str, int]]
    newest: list[Hit]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.years)


async def person(datasette: Datasette, request: Request, read: Reader) -> Response:
    name = unquote(request.url_vars["name"]).strip()
    works: list[Work] = await read(lambda archive: _works(archive, name))
    if not works:
        raise MissingError("no_such_person")
    return page(datasette, request, "person.html", name=name, works=works)


def _works(archive: Archive, name: str) -> list[Work]:
    works = []
    for role in ROLES:
        query = Query(words="", sort="newest", limit=MAX_SHOWN_STORIES, **{role: name})  # type: ignore[arg-type]
        if years := CompiledQuery(archive, query).all_year_counts():
            works.append(Work(role, years, search(archive, query).hits))
    return works
