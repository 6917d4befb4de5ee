"""Shelving of articles: what was read from a page becomes a new story, a new version of a known one, or nothing new.

No published text is overwritten: an edit becomes a new version. Only where today's warta reads the same page
differently than an older warta did, the version that was read from that page is corrected.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from zlib import crc32

from archive.extract.article import GENERIC, Article, ReadingError
from archive.extract.folding import index_words
from archive.sites import named
from archive.store.database import Archive, Row
from archive.store.frontier import mark_read, number_of
from archive.store.migrations import IN_SEARCH_WORDS
from archive.store.pages import Page, page_at
from archive.store.payload import read_stored
from archive.store.syndication import are_unlike, find_twins, remove_twins, shingles
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import WarcError

_METADATA_COLUMNS = (
    "published_at",
    "published_date",
    "modified_at",
    "section",
    "tags",
    "image_url",
    "caption",
    "original_url",
)
"""Columns of `articles` for what the page prints around the story. A page that does not print one keeps the old
value."""

_ARTICLE_FIELDS = [field.name for field in fields(Article) if field.name != "goes_on_at"]

_VERSION_COLUMNS = ("title", "pewarta", "editor", "translator", "body", "fingerprint")
"""Columns of `versions` that are read from the page."""


class Meaning(StrEnum):
    """What an exchange meant for a page and its story.

    NEW to READ_ANEW: a story was read. MOVED: it has another address than before. READ_ANEW: the text differs only
    because an older warta read the same page differently. UNREAD: no story could be read. UNCHANGED: the site answered
    304. MISSING: it answered 404 or 410. GONE: so it did, and the story is now known to be withdrawn. OLDER: a more
    recent exchange is known, so only the capture was linked to its story.
    """

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"
    READ_ANEW = "read anew"
    UNREAD = "unread"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    GONE = "gone"
    OLDER = "older"
    NOTHING = "nothing"

    @property
    def is_story(self) -> bool:
        return self in (Meaning.NEW, Meaning.CHANGED, Meaning.MOVED, Meaning.SAME, Meaning.READ_ANEW)


@dataclass(frozen=True, slots=True)
class Shelved:
    """The result of shelving an article. `article_id` is the id of its story, which it got when it was first read.
    `damage` says why the record of the last version could not be read for comparison; None if that was not so."""

    meaning: Meaning
    article_id: str
    damage: str | None = None


def shelve(
    archive: Archive, article: Article, capture: Capture, *, page_url: str, bands: Sequence[int] | None = None
) -> Shelved:
    """Stores an article that was read from `capture`: its story, its version, the capture's link to the story and the
    state of the page at `page_url`, in one transaction.

    A page without a publication time gets the time that a listing gave. If the listing gave only a day, that decides
    the story's order among the others (`key`) and is not stored as its date. `bands` are those of the article's body,
    if they were computed already (archive.store.syndication).

    Raises ReadingError, with nothing changed, for a known story whose page had a known layout before and has none now:
    what trafilatura reads from such a page is a guess, not an edit.
    """
    if capture.id is None:
        raise ValueError("a capture must be stored before its article")
    with archive.writing():
        page = page_at(archive, page_url)
        article = at_own_address(archive, article, page_url)
        known = known_story(archive, article, page)
        article = _identified(article, known, page)
        values = _article_values(article, page)
        meaning, today, damage = _meaning(archive, article, known)
        if known is not None and today is not None:
            _correct_last_version(archive, known, today)
        seen_at = iso_utc(capture.fetched_at)
        if known is None:
            day = f"{page.listed_day}T00:00:00+00:00" if page and page.listed_day else seen_at
            values |= {"first_seen_at": seen_at, "capture_id": capture.id}
            values |= {"key": _free_key(archive, article.id, values["published_at"] or day)}
            archive.insert("articles", values | _words(values))
        elif meaning is Meaning.CHANGED:
            values |= {"changed_at": seen_at, "capture_id": capture.id, "versions": known["versions"] + 1}
            _update(archive, known, values)
        elif meaning is Meaning.READ_ANEW:
            _update(archive, known, values)
        else:
            # Typography and page chrome are no new version: the story stays as it was first printed, and what
            # stands around it (section, tags, caption, times, its address) follows the page.
            of_text = (*_VERSION_COLUMNS, "word_count")
            _update(archive, known, {name: value for name, value in values.items() if name not in of_text})
        if meaning in (Meaning.NEW, Meaning.CHANGED):
            version = {"article_id": article.id, "version": values.get("versions", 1), "seen_at": seen_at}
            version |= {"capture_id": capture.id} | {name: values[name] for name in _VERSION_COLUMNS}
            archive.insert("versions", version)
        archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [article.id, capture.id])
        _update_twins(archive, article.id, known, bands)
        mark_read(archive, named(article.site, article.url), page_url, article.id, at=capture.fetched_at)
    return Shelved(meaning, article.id, damage)


def known_story(archive: Archive, article: Article, page: Page | None) -> Row | None:
    """The row of `articles` that an article belongs to: the story known at the page's address, unless the article has
    another number; else the story with the article's id or number. None for a new story. (A story that was read before
    its number was known keeps its first id.)"""
    if page is not None and page.article_id:
        known = archive.row("SELECT * FROM articles WHERE id = ?", [page.article_id])
        if known is not None and (None in (known["number"], article.number) or known["number"] == article.number):
            return known
    return archive.row(
        "SELECT * FROM articles WHERE id = ? OR (site = ? AND number = ?)", [article.id, article.site, article.number]
    )


def at_own_address(archive: Archive, article: Article, page_url: str) -> Article:
    """The article with the address that was asked for, if another story is kept under the one that its page gives as
    canonical: some sites give one address for all their stories. Numbers need no such care."""
    if article.number is not None:
        return article
    site = named(article.site, article.url)
    asked = site.identify(page_url)
    if asked is None or asked.url == article.url:
        return article
    own_id = site.article_id(asked)
    kept = archive.row("SELECT title, body FROM articles WHERE id = ?", [article.id])
    is_known = archive.row("SELECT 1 FROM articles WHERE id = ?", [own_id]) is not None
    is_another = kept is not None and kept["title"] != article.title
    if kept and is_another and (is_known or are_unlike(shingles(kept["body"]), shingles(article.body))):
        return replace(article, id=own_id, url=asked.url)
    return replace(article, id=own_id) if is_known else article


def _identified(article: Article, known: Row | None, page: Page | None) -> Article:
    """The article with the id of its known story, or else with the id that a listing gave its page."""
    if known is not None:
        return replace(article, id=known["id"], number=article.number or known["number"])
    if article.number is None and page is not None and (number := number_of(page.article_id)):
        return replace(article, id=page.article_id or "", number=number)
    return article


def _meaning(archive: Archive, article: Article, known: Row | None) -> tuple[Meaning, Article | None, str | None]:
    """(what a reading of a story's page is beside what is known of the story, the last version as today's reader reads
    it from its own record where that is otherwise than before, why that record could not be read). Raises ReadingError
    for a guess."""
    if known is None:
        return Meaning.NEW, None, None
    if known["layout"] != GENERIC == article.layout:
        raise ReadingError(f"the page is in no known layout any more, before it was in {known['layout']}")
    if known["fingerprint"] == article.fingerprint:
        return Meaning.SAME if known["url"] == article.url else Meaning.MOVED, None, None
    # What only today's reader sees otherwise than an older one is no edit. Nothing follows from a record that is gone,
    # damaged or not read any more: then the last version stays as it was read.
    capture = archive.capture(known["capture_id"])
    assert capture is not None
    site = named(known["site"], known["url"])
    try:
        today = read_stored(archive, capture, url=known["url"], site=site)
    except WarcError as error:
        return Meaning.CHANGED, None, str(error)
    except ReadingError:
        return Meaning.CHANGED, None, None
    meaning = Meaning.READ_ANEW if today.fingerprint == article.fingerprint else Meaning.CHANGED
    return meaning, today if today.fingerprint != known["fingerprint"] else None, None


def _correct_last_version(archive: Archive, known: Row, today: Article) -> None:
    texts = {name: getattr(today, name) for name in _VERSION_COLUMNS}
    archive.db.execute(
        f"UPDATE versions SET {', '.join(f'{name} = :{name}' for name in texts)}"
        " WHERE article_id = :id AND version = :version",
        texts | {"id": known["id"], "version": known["versions"]},
    )


def _update_twins(archive: Archive, article_id: str, known: Row | None, bands: Sequence[int] | None) -> None:
    """Finds the twins of a story that is new, or of which something was changed that decides on twins. `bands` are of
    the text just read; a known story may keep its old text, so they are used only for a new one."""
    now = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
    assert now is not None
    if known is None:
        find_twins(archive, now, bands)
    elif any(known[name] != now[name] for name in ("key", "body", "url", "original_url")):
        remove_twins(archive, known)
        find_twins(archive, now)


def _update(archive: Archive, known: Row, values: Row) -> None:
    values |= {"gone_at": None}  # a story that can be read is not withdrawn
    for name in _METADATA_COLUMNS:
        if values.get(name) in (None, "[]"):
            values[name] = known[name]  # it was printed once; a redesign of the site may have lost it
    if values["published_at"]:
        values["key"] = _free_key(archive, known["id"], values["published_at"])
    values |= _words(known | values)
    values = {name: value for name, value in values.items() if known.get(name) != value}
    if values:
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        archive.db.execute(
            f"UPDATE articles SET {assignments} WHERE id = :known_id", values | {"known_id": known["id"]}
        )


def _words(row: Row) -> Row:
    """The columns with the words of an article that the full-text index would cut otherwise than people type them."""
    return {
        "title_words": index_words(row["title"]),
        "search_words": index_words(*(row.get(name) for name in IN_SEARCH_WORDS)),
    }


def _free_key(archive: Archive, article_id: str, time: str) -> int:
    """A key of `articles`: seconds since 1970, then 20 bits of a checksum of the id. So keys rise with time, an article
    gets the same key in every rebuild unless another one has it, and JSON readers keep it exact (it is below 2**53)."""
    key = int(datetime.fromisoformat(time).timestamp()) << 20 | crc32(article_id.encode()) & 0xFFFFF
    while archive.row("SELECT 1 FROM articles WHERE key = ? AND id <> ?", [key, article_id]):
        key += 1
    return key


def _article_values(article: Article, page: Page | None) -> Row:
    """The columns of `articles` that are read from a page, with the listing's times where the page has none."""
    values = {name: getattr(article, name) for name in _ARTICLE_FIELDS}
    values["tags"] = json.dumps(article.tags, ensure_ascii=False)
    values["is_advertorial"] = int(article.is_advertorial)
    values["word_count"] = article.word_count
    values["fingerprint"] = article.fingerprint
    for name in ("published_at", "modified_at"):
        listed = getattr(page, name) if page is not None else None
        values[name] = values[name].isoformat(timespec="seconds") if values[name] else listed
    values["published_date"] = values["published_at"][:10] if values["published_at"] else None
    return values
