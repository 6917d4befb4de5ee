"""Puts stories with a test's own texts into an archive, without pages or WARC files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from archive.extract.article import Article
from archive.sites import SITES, Site
from archive.store import articles
from archive.store.database import Archive
from archive.warc.capture import Capture

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)


def made_up_capture(site: str, url: str, *, record: object, at: datetime = NOW, **fields: Any) -> Capture:
    """A capture of which there is no record in any file; `record` tells it from others."""
    made: dict[str, Any] = {
        "status": 200,
        "content_type": "text/html",
        "record_type": "response",
        "payload_digest": "sha1:X",
        "warc": "x.warc.gz",
        "offset": 0,
        "length": 1,
        "record_id": f"<urn:{record}>",
    }
    return Capture(site=site, url=url, fetched_at=at, **made | fields)


def shelve(
    archive: Archive,
    number: int,
    *,
    site: Site = KALTIM,
    title: str = "Judul",
    body: str = "Isi berita",
    **fields: object,
) -> str:
    """Shelves an article as if its page had been captured: published `number` hours after NOW unless `published_at`
    says otherwise."""
    url = f"{site.origin}/berita/{number}/x"
    captures = archive.rows("SELECT coalesce(max(id), 0) AS n FROM captures")[0]["n"]
    at = NOW + timedelta(minutes=captures)
    capture = archive.add_capture(made_up_capture(site.name, url, record=captures, at=at))
    values = {"published_at": NOW.astimezone(site.timezone) + timedelta(hours=number)} | fields
    article = Article(
        site=site.name,
        id=f"{site.name}/{number}",
        number=number,
        url=url,
        title=title,
        body=body,
        layout="antara-3",
        **values,  # type: ignore[arg-type]
    )
    return articles.shelve(archive, article, capture, page_url=url).meaning


def make_one(archive: Archive, *ids: str) -> None:
    """Makes these articles one story."""
    with archive.writing():
        archive.db.conn.executemany("INSERT INTO stories VALUES (?, ?)", [(article_id, ids[0]) for article_id in ids])
