"""Pages that could not be fetched or read: why, and when each is tried next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archive.store.database import Archive
from archive.store.pages import Page, PageState, page_of_row

_FAILED = f"""(
    state IN ('{PageState.FAILED}', '{PageState.MISSING}')
    OR (state = '{PageState.GONE}' AND first_read_at IS NULL)
    OR (state IN ('{PageState.NEW}', '{PageState.READ}') AND reason IS NOT NULL)
)"""
"""A page that keeps its state and has a reason was asked for when its whole site failed. A story that was read and is
withdrawn now is no failure."""


def pages_of(archive: Archive, sites: Sequence[str], *, only_failed: bool = False) -> Iterator[Page]:
    """The known pages of these sites, the ones that are due first before the others; those that are not tried again
    come last."""
    marks = ", ".join("?" * len(sites))
    cursor = archive.db.execute(
        f"SELECT * FROM pages WHERE site IN ({marks}) AND {_FAILED if only_failed else '1'}"
        " ORDER BY site, due_at IS NULL, due_at, url",
        list(sites),
    )
    names = [column[0] for column in cursor.description]
    for row in cursor:
        page = page_of_row(dict(zip(names, row, strict=True)))
        assert page is not None
        yield page


def as_dict(page: Page) -> dict[str, Any]:
    """What is said of a page in JSON."""
    names = ("url", "site", "article_id", "kind", "state", "reason", "failures", "checks")
    times = ("published_at", "discovered_at", "discovered_on", "first_read_at", "missing_since", "checked_at", "due_at")
    return {name: getattr(page, name) for name in (*names, *times)}
