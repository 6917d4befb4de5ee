"""Pages: the rows of the frontier, each an address at which an article was named or read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum

from archive.store.database import Archive, CorruptDatabaseError, Row
from archive.store.timestamps import iso_utc


class PageState(StrEnum):
    """What is known of a page. OTHER_ADDRESS: its story is known under another address."""

    NEW = "new"
    READ = "read"
    FAILED = "failed"
    MISSING = "missing"
    GONE = "gone"
    OTHER_ADDRESS = "other address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A row of the table `pages`: an address at which an article was named or read. Times are as iso_utc writes them;
    `published_at` and `modified_at` are in the site's offset, `listed_day` is a day."""

    url: str
    site: str
    article_id: str | None
    kind: str
    published_at: str | None
    modified_at: str | None
    discovered_at: str
    discovered_on: str
    checked_at: str | None
    due_at: str | None
    checks: int
    state: PageState
    reason: str | None
    listed_day: str | None
    listed_title: str | None
    noticed_at: str
    first_read_at: str | None
    missing_since: str | None
    failures: int
    answer: str | None = None
    answered_since: str | None = None
    called_at: str | None = None

    @property
    def was_read(self) -> bool:
        return self.first_read_at is not None

    def is_known_since(self, moment: datetime) -> bool:
        """Whether the page was looked at at a moment or later."""
        return self.checked_at is not None and self.checked_at >= iso_utc(moment)


COLUMNS = frozenset(field.name for field in fields(Page))


def page_at(archive: Archive, url: str) -> Page | None:
    return page_of_row(archive.row("SELECT * FROM pages WHERE url = ?", [url]))


def page_of(archive: Archive, article_id: str | None) -> Page | None:
    """The page of an article."""
    return page_of_row(archive.row("SELECT * FROM pages WHERE article_id = ?", [article_id]))


def page_of_row(row: Row | None) -> Page | None:
    if row is None:
        return None
    try:
        state = PageState(row["state"])
    except ValueError as error:
        raise CorruptDatabaseError(f"the page {row['url']} has the state {row['state']!r}") from error
    return Page(**{name: value for name, value in row.items() if name in COLUMNS} | {"state": state})


def restore_page(archive: Archive, page: Page) -> None:
    """Makes the row of a page what it was. Within a transaction."""
    assignments = ", ".join(f"{name} = :{name}" for name in COLUMNS)
    archive.db.execute(f"UPDATE pages SET {assignments} WHERE url = :url", asdict(page))


def moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CorruptDatabaseError(f"{text[:40]!r} stands where a time should") from error
