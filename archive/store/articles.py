"""Shelving: what was read of a page becomes a story, a new version of one, or nothing new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Literal
from zlib import crc32

from archive.extract.article import GENERIC, Article, ReadingError
from archive.sites import SITES, Site, site_of
from archive.store.database import Archive, Row
from archive.store.frontier import number_of, settle
from archive.store.payload import read_stored
from archive.store.syndication import forget, relate
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import WarcError

Outcome = Literal["new", "changed", "moved", "same", "read anew"]

_AROUND = ("published_at", "published_date", "modified_at", "section", "tags", "image_url", "caption", "original_url")
"""Columns of an article that its page prints around the story."""

_ARTICLE_FIELDS = [field.name for field in fields(Article)]

_TEXTS = ("title", "pewarta", "editor", "body", "fingerprint")
"""Columns of a version."""


def shelve(
    archive: Archive, article: Article, capture: Capture, *, page_url: str, bands: Sequence[int] | None = None
) -> Outcome:
    """Puts an article on the shelf: article, version, the capture's link and the page's state in one transaction.

    The publication time that the listing gave serves where the page itself has none; where the listing gave a
    day alone, it puts the story in its place among the others (`key`) and no more. Raises ReadingError, with
    nothing changed, for a story that stood in a known layout before and now does not: what would be read of it
    then is a guess, and no new version. What a newer warta reads otherwise from the same page is none either: the
    last version's text is corrected. `bands` are those of the article's text where they are known.
    """
    if capture.id is None:
        raise ValueError("a capture is kept before its article")
    seen_at = iso_utc(capture.fetched_at)
    with archive.writing():
        page = archive.row("SELECT * FROM pages WHERE url = ?", [page_url])
        known = known_story(archive, article, page)
        if known is not None:
            article = replace(article, id=known["id"], number=article.number or known["number"])
        elif article.number is None and page is not None and (number := number_of(page["article_id"])):
            article = replace(article, id=page["article_id"], number=number)  # the listing showed it
        values = _article_values(article)
        if page is not None:
            values["published_at"] = values["published_at"] or page["published_at"]
            values["modified_at"] = values["modified_at"] or page["modified_at"]
        values["published_date"] = values["published_at"][:10] if values["published_at"] else None
        if known is not None and known["layout"] != GENERIC == article.layout:
            raise ReadingError(f"the page is in no known layout any more, before it was in {known['layout']}")
        outcome: Outcome
        if known is None:
            outcome = "new"
            values |= {"first_seen_at": seen_at, "capture_id": capture.id}
            day = f"{page['listed_day']}T00:00:00+00:00" if page and page["listed_day"] else seen_at
            values["key"] = _free_key(archive, article.id, values["published_at"] or day)
            archive.insert("articles", values)
        elif known["fingerprint"] != article.fingerprint and _read_anew(archive, known) == article.fingerprint:
            outcome = "read anew"
            _update(archive, known, values)
        elif known["fingerprint"] != article.fingerprint:
            outcome = "changed"
            values |= {"changed_at": seen_at, "capture_id": capture.id, "versions": known["versions"] + 1}
            _update(archive, known, values)
        else:
            # Typography and page chrome are no new version: the story stays as it was first printed, and what
            # stands around it (section, tags, caption, times, its address) follows the page.
            outcome = "same" if known["url"] == article.url else "moved"
            for name in (*_TEXTS, "word_count"):
                del values[name]
            _update(archive, known, values)
        if outcome in ("new", "changed"):
            archive.insert(
                "versions",
                {
                    "article_id": article.id,
                    "version": values.get("versions", 1),
                    "seen_at": seen_at,
                    "capture_id": capture.id,
                }
                | {name: values[name] for name in _TEXTS},
            )
        archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [article.id, capture.id])
        _relate(archive, article.id, known, bands)
        settle(archive, _site(article.site, article.url), page_url, article.id, at=capture.fetched_at)
    return outcome


def known_story(archive: Archive, article: Article, page: Row | None) -> Row | None:
    """The story on the shelf that a page tells: the one its address is known for, unless the page says that it is
    another post; else the one of its number. A story read before its number was known keeps the id it got then."""
    if page is not None and page["article_id"]:
        known = archive.row("SELECT * FROM articles WHERE id = ?", [page["article_id"]])
        if known is not None and (None in (known["number"], article.number) or known["number"] == article.number):
            return known
    return archive.row(
        "SELECT * FROM articles WHERE id = ? OR (site = ? AND number = ?)", [article.id, article.site, article.number]
    )


def _read_anew(archive: Archive, known: Row) -> str | None:
    """Reads a story's last version again from its capture, so that what only the reader sees otherwise than an
    older one is taken for no edit; corrects the version's text. Returns its fingerprint, None where the WARC file
    is not there any more."""
    capture = archive.capture(known["capture_id"])
    assert capture is not None
    try:
        article = read_stored(archive, capture, url=known["url"], site=_site(known["site"], known["url"]))
    except (WarcError, ReadingError):
        return None
    texts = {name: value for name, value in _article_values(article).items() if name in _TEXTS}
    archive.db.execute(
        f"UPDATE versions SET {', '.join(f'{name} = :{name}' for name in texts)}"
        " WHERE article_id = :id AND version = :version",
        texts | {"id": known["id"], "version": known["versions"]},
    )
    return article.fingerprint


def _relate(archive: Archive, article_id: str, known: Row | None, bands: Sequence[int] | None) -> None:
    """Finds a story's twins, if it is new or what makes them was changed. `bands` are of the text just read, which is
    not always the one that is kept."""
    now = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
    assert now is not None
    if known is None:
        relate(archive, now, bands)
    elif any(known[name] != now[name] for name in ("key", "body", "url", "original_url")):
        forget(archive, known)
        relate(archive, now)


def _site(name: str, url: str) -> Site:
    return SITES.get(name) or site_of(url)


def _update(archive: Archive, known: Row, values: Row) -> None:
    values |= {"gone_at": None}  # a story that can be read is back
    for name in _AROUND:
        if values.get(name) in (None, "[]"):
            values[name] = known[name]  # what stood around a story and was lost in a redesign was still printed
    if values["published_at"]:
        values["key"] = _free_key(archive, known["id"], values["published_at"])
    values = {name: value for name, value in values.items() if known.get(name) != value}
    if values:
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        archive.db.execute(
            f"UPDATE articles SET {assignments} WHERE id = :known_id", values | {"known_id": known["id"]}
        )


def _free_key(archive: Archive, article_id: str, time: str) -> int:
    """Rises with time; the same article at the same time has the same key in every rebuild. It stays below 2**53,
    so that JSON readers keep it exact."""
    key = int(datetime.fromisoformat(time).timestamp()) << 20 | crc32(article_id.encode()) & 0xFFFFF
    while archive.row("SELECT 1 FROM articles WHERE key = ? AND id <> ?", [key, article_id]):
        key += 1
    return key


def _article_values(article: Article) -> Row:
    values = {name: getattr(article, name) for name in _ARTICLE_FIELDS}
    values["tags"] = json.dumps(article.tags, ensure_ascii=False)
    values["is_advertorial"] = int(article.is_advertorial)
    values["word_count"] = article.word_count
    values["fingerprint"] = article.fingerprint
    for name in ("published_at", "modified_at"):
        values[name] = values[name].isoformat(timespec="seconds") if values[name] else None
    return values
