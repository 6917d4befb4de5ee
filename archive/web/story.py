"""The page of a story: its text, who wrote it, its versions, its captures, how to cite it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from datasette.utils.asgi import Request, Response

from archive.search.person_names import names_of
from archive.store.database import Archive, Row
from archive.store.versions import Change, changes, versions_of
from archive.warc.capture import Capture
from archive.web.citations import as_bibtex, as_ris, as_text
from archive.web.reading import MissingError, Reader
from archive.web.rendering import labels_for, page

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin


@dataclass(frozen=True, slots=True)
class Story:
    """`article` is a row of `articles`, `tags` its tags decoded from JSON; `also_on` are rows of id, site and url."""

    article: Row
    tags: list[str]
    capture: Capture
    versions: list[Row]
    changes: list[Change]
    also_on: list[Row]

    def people(self, role: str) -> list[str]:
        return names_of(self.article[role])


async def story(datasette: Datasette, request: Request, read: Reader) -> Response:
    article_id = unquote(request.url_vars["id"])
    found: Story = await read(lambda archive: _story(archive, article_id))
    captured = found.capture.fetched_at.isoformat()
    headers = {"X-Content-Type-Options": "nosniff"}
    match request.args.get("bentuk"):
        case "bibtex":
            text, kind = as_bibtex(found.article, captured), "application/x-bibtex; charset=utf-8"
        case "ris":
            text, kind = as_ris(found.article, captured), "application/x-research-info-systems; charset=utf-8"
        case _:
            labels = labels_for(request)
            citation = as_text(found.article, captured, labels)
            return page(datasette, request, "story.html", story=found, article=found.article, citation=citation)
    return Response(text, headers=headers, content_type=kind)


def _story(archive: Archive, article_id: str) -> Story:
    article = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
    if article is None:
        raise MissingError("no_such_story")
    capture = archive.capture(article["capture_id"])
    assert capture is not None  # articles.capture_id is a foreign key
    versions = versions_of(archive, article_id)
    also_on = archive.rows(
        "SELECT id, site, url FROM articles WHERE id <> :id AND id IN (SELECT article_id FROM stories WHERE story_id ="
        " (SELECT story_id FROM stories WHERE article_id = :id)) ORDER BY key",
        {"id": article_id},
    )
    return Story(article, json.loads(article["tags"]), capture, versions, changes(versions), also_on)
