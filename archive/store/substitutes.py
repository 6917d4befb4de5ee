"""Decides whether a page that reads like a story came in the story's place, by what the archive knows of the site.

One page alone does not show it: a "not found" in the theme, a login in the text's place and half a page read like short
stories. It shows beside the others: other pages of the site say which story they are, come to their end, do not all
have one text. What is doubted is believed once it has stayed for a day, as a 404 is: a new text that has nothing to do
with the story's, and a site that does not write its pages any more as it did.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.extract.article import Article, ReadingError
from archive.extract.body import folded
from archive.extract.completeness import ends_open, shows_its_end
from archive.extract.encoding import decode_page
from archive.extract.exchange import Reading
from archive.extract.something_else import names_its_story
from archive.sites import Site
from archive.store.database import Archive, Row
from archive.store.frontier import RETRIES, number_of
from archive.store.pages import Page, PageState
from archive.store.payload import payload, read_stored
from archive.store.syndication import are_unlike, find_twins, remove_twins, shingles
from archive.store.timestamps import iso_utc
from archive.warc.reader import WarcError

BROKEN_OFF = "the page breaks off before its end"
NO_NAME = "something else than the story came: the page does not say which story it is, as others do"
SAME_TEXT = "something else than the story came: the text that other addresses answered, too"
MANY = 4
"""So many new addresses with one title and one text are no stories."""
WINDOW = timedelta(days=1)
"""How long ago other addresses may have answered the same text: one run, also a long one."""
STAYS_AFTER = timedelta(days=1)
"""A wholly other text that stays so long is an edit, as a 404 that stays is a withdrawal."""
_COMPARED_PAGES = 5
"""Of so many of the site's newest stories the pages are looked at. All numbers here were chosen, not measured."""
_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not taken for its story. `impostors` are the pages whose stories, or last versions, are the same
    text and are to be taken back."""

    reason: str
    is_something_else: bool = True
    impostors: tuple[Row, ...] = ()


def answer_of(article: Article) -> str:
    """Equal for pages that answer one text: a digest of the body without case, white space and punctuation."""
    return hashlib.sha256(folded(article.body).encode()).hexdigest()[:16]


def refusal(archive: Archive, site: Site, reading: Reading, known: Row | None, page: Page | None) -> Refusal | None:
    """Why what was read from a page is not its story; None if it is. `known` is the story's row."""
    article = reading.article
    assert article is not None
    if page is None:
        return None
    asked = number_of(page.article_id)
    if None not in (asked, article.number) and asked != article.number and article.url != page.url:
        # An address that was given to another story is that story's own address.
        return Refusal(f"something else than the story came: the page says that it is {article.id}")
    if known is not None and known["fingerprint"] == article.fingerprint:
        return None
    at = reading.capture.fetched_at
    if reading.doubts.no_end and _is_cut_off(archive, site, known, page, article, at):
        return Refusal(BROKEN_OFF, is_something_else=False)
    if reading.doubts.no_name and _is_nameless(archive, site, known, page, article, at):
        return Refusal(NO_NAME)
    same = archive.rows(
        "SELECT * FROM pages WHERE site = ? AND answer = ? AND url <> ? AND article_id IS NOT ?",
        [site.name, answer_of(article), page.url, known["id"] if known else page.article_id or ""],
    )
    lately = [row for row in same if iso_utc(at - WINDOW) <= (row["checked_at"] or "") <= iso_utc(at)]
    if known is not None:
        if not _is_unlike(known["body"], article.body):
            return None
        # Two or three stories may well be withdrawn with the same words; then the words stay.
        if same and (len(same) >= MANY - 1 or not _has_stayed(page, article, at)):
            return Refusal(SAME_TEXT, impostors=tuple(row for row in lately if _is_edited(archive, row, at)))
        if _titles_are_unlike(known["title"], article.title) and not _has_stayed(page, article, at):
            return Refusal("another title and a wholly other text came; if they stay for a day, they are an edit")
        return None
    if page.kind != "article":  # captions of pictures may be alike
        return None
    own_time = None if reading.doubts.no_name else _own_time(article, at)
    alike = [row for row in lately if row["state"] == PageState.FAILED or _is_alike(archive, row, article, own_time)]
    if len(alike) >= MANY - 1:
        return Refusal(SAME_TEXT, impostors=tuple(row for row in alike if _is_new(archive, row, at)))
    return None


def keep_answer(archive: Archive, page: Page | None, article: Article, at: datetime) -> None:
    """Stores which text a page answered, and since when it is this one. Call it within a transaction."""
    if page is not None:
        since = page.answered_since if page.answer == answer_of(article) and page.answered_since else iso_utc(at)
        archive.db.execute(
            "UPDATE pages SET answer = ?, answered_since = ? WHERE url = ?", [answer_of(article), since, page.url]
        )


def take_back(archive: Archive, site: Site, row: Row, at: datetime) -> bool:
    """Takes back what was made of a page (a row of `pages`) that answered something else: the last version of its
    story, or the story if that is all there is. The capture is kept. Returns whether it was a story of its own. Call it
    within a transaction."""
    story = archive.row("SELECT * FROM articles WHERE id = ?", [row["article_id"]])
    assert story is not None
    remove_twins(archive, story)
    archive.db.execute("UPDATE captures SET article_id = NULL WHERE id = ?", [story["capture_id"]])
    archive.db.execute("DELETE FROM versions WHERE article_id = ? AND version = ?", [story["id"], story["versions"]])
    is_new = story["versions"] == 1
    if is_new:
        archive.db.execute("UPDATE captures SET article_id = NULL WHERE article_id = ?", [story["id"]])
        archive.db.execute("DELETE FROM articles WHERE id = ?", [story["id"]])
        archive.db.execute(
            "UPDATE pages SET first_read_at = NULL, article_id = ? WHERE url = ?",
            [story["id"] if number_of(story["id"]) is not None else None, row["url"]],
        )
    else:
        _restore(archive, site, story)
    archive.db.execute(
        "UPDATE pages SET state = ?, reason = ?, failures = 1, due_at = ? WHERE url = ?",
        [PageState.FAILED, SAME_TEXT, iso_utc(at + RETRIES[0]), row["url"]],
    )
    return bool(is_new)


def _restore(archive: Archive, site: Site, story: Row) -> None:
    """Makes a story what its last version says, after the one behind it was deleted."""
    last = archive.row("SELECT * FROM versions WHERE article_id = ? ORDER BY version DESC LIMIT 1", [story["id"]])
    assert last is not None
    values = {
        name: last[name] for name in ("title", "pewarta", "editor", "translator", "body", "fingerprint", "capture_id")
    }
    values |= {"word_count": len(last["body"].split()), "versions": last["version"]}
    values |= {"changed_at": last["seen_at"] if last["version"] > 1 else None}
    capture = archive.capture(last["capture_id"])
    assert capture is not None
    try:
        article = read_stored(archive, capture, url=story["url"], site=site)
    except (WarcError, ReadingError):
        pass  # what stands around the text stays as it is
    else:
        values |= {"dateline": article.dateline, "credit": article.credit, "layout": article.layout}
        values |= {"is_advertorial": int(article.is_advertorial)}
        values |= {
            name: getattr(article, name) for name in ("section", "image_url", "caption") if getattr(article, name)
        }
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    archive.db.execute(f"UPDATE articles SET {assignments} WHERE id = :id", values | {"id": story["id"]})
    now = archive.row("SELECT * FROM articles WHERE id = ?", [story["id"]])
    assert now is not None
    find_twins(archive, now)


def _is_cut_off(archive: Archive, site: Site, known: Row | None, page: Page, article: Article, at: datetime) -> bool:
    """Whether a page without its end was cut off. It was if other pages of the site have theirs. Where none is known,
    it is taken to be, until so many pages had no end that the site must write them so."""
    others = _others(archive, site, known, _comes_to_its_end)
    if others.are_so:
        is_beginning = known is not None and folded(known["body"]).startswith(folded(article.body))
        return is_beginning or not _is_written_so(archive, site, page, article, BROKEN_OFF, others, at)
    if others.are_so is not None or not site.is_described:
        return False
    row = archive.row(
        "SELECT count(*) AS n FROM pages WHERE site = ? AND state = ? AND reason = ? AND url <> ?",
        [site.name, PageState.FAILED, BROKEN_OFF, page.url],
    )
    return row is None or row["n"] < MANY - 1


def _is_nameless(archive: Archive, site: Site, known: Row | None, page: Page, article: Article, at: datetime) -> bool:
    """Whether a page does not say which story it is, although others do. One that has the known story's text, or the
    title that a listing gave in full, says it by that."""
    if known is not None and not _is_unlike(known["body"], article.body):
        return False
    if page.listed_title and folded(page.listed_title) == folded(article.title):
        return False
    others = _others(archive, site, known, _names_itself)
    return bool(others.are_so) and not _is_written_so(archive, site, page, article, NO_NAME, others, at)


def _is_written_so(
    archive: Archive, site: Site, page: Page, article: Article, reason: str, others: _Others, at: datetime
) -> bool:
    """Whether a site writes all its pages otherwise than before, as after a redesign: what this one answers stayed for
    a day, and as many others as make MANY lack the same, each with a text of its own."""
    if not _has_stayed(page, article, at):
        return False
    row = archive.row(
        "SELECT count(DISTINCT answer) AS n FROM pages WHERE site = ? AND state = ? AND reason = ? AND answer <> ?",
        [site.name, PageState.FAILED, reason, answer_of(article)],
    )
    return row is not None and row["n"] + others.newest_that_lack_it >= MANY - 1


@dataclass(frozen=True, slots=True)
class _Others:
    """Whether other pages of a site have a property (None if none can be looked at), and how many of the newest
    stories' lack it."""

    are_so: bool | None
    newest_that_lack_it: int


def _others(archive: Archive, site: Site, known: Row | None, is_so: Callable[[str, Row, Site], bool]) -> _Others:
    """Looks at the pages of the site's newest stories and, for a known story, at its last one. A property that most of
    the newest lack is not asked of the known one either, whatever it was like before."""
    newest = archive.rows(
        f"SELECT * FROM articles WHERE site = ? ORDER BY key DESC LIMIT {_COMPARED_PAGES}", [site.name]
    )
    found = _look_at(archive, site, newest, is_so)
    most = 2 * sum(found) > len(found) if found else None
    if known is not None:
        own = _look_at(archive, site, [known], is_so)
        most = own[0] and most is not False if own else None
    return _Others(most, found.count(False))


def _look_at(archive: Archive, site: Site, stories: list[Row], is_so: Callable[[str, Row, Site], bool]) -> list[bool]:
    found = []
    for row in stories:
        capture = archive.capture(row["capture_id"])
        try:
            content = payload(archive, capture) if capture is not None else None
        except WarcError:
            continue
        if content is not None:
            found.append(is_so(decode_page(content.content, content.content_type), row, site))
    return found


def _comes_to_its_end(text: str, story: Row, site: Site) -> bool:  # noqa: ARG001
    return shows_its_end(text) or not ends_open(text)


def _names_itself(text: str, story: Row, site: Site) -> bool:
    return names_its_story(text, number=story["number"], urls=(story["url"],), site=site)


def _is_unlike(one: str, other: str) -> bool:
    return are_unlike(shingles(one), shingles(other))


def _titles_are_unlike(one: str, other: str) -> bool:
    first, second = ({word for word in _BETWEEN_WORDS.split(title.casefold()) if word} for title in (one, other))
    return bool(2 * len(first & second) < min(len(first), len(second)))


def _has_stayed(page: Page, article: Article, at: datetime) -> bool:
    since = page.answered_since
    return page.answer == answer_of(article) and since is not None and since <= iso_utc(at - STAYS_AFTER)


def _own_time(article: Article, at: datetime) -> datetime | None:
    """The time of publication that a page prints, if it cannot be the time at which the page was made for us."""
    time = article.published_at
    return time if time is not None and time < at - WINDOW else None


def _is_alike(archive: Archive, row: Row, article: Article, own_time: datetime | None) -> bool:
    """Whether the story of a page has an article's title, and not another time of publication: the forecast of each day
    may have one title and one text."""
    story = archive.row("SELECT title, published_at FROM articles WHERE id = ?", [row["article_id"]])
    if story is None or story["title"] != article.title:
        return False
    printed = story["published_at"]
    return own_time is None or printed is None or datetime.fromisoformat(printed) == own_time


def _is_new(archive: Archive, row: Row, at: datetime) -> bool:
    """Whether the story of a page was first seen lately, with one text."""
    versions = _newest_versions(archive, row)
    return len(versions) == 1 and versions[0]["seen_at"] >= iso_utc(at - WINDOW)


def _is_edited(archive: Archive, row: Row, at: datetime) -> bool:
    """Whether a page's story got a wholly other text lately."""
    versions = _newest_versions(archive, row)
    return (
        len(versions) == 2
        and versions[0]["seen_at"] >= iso_utc(at - WINDOW)
        and _is_unlike(versions[0]["body"], versions[1]["body"])
    )


def _newest_versions(archive: Archive, row: Row) -> list[Row]:
    if row["state"] != PageState.READ:
        return []
    return archive.rows(
        "SELECT * FROM versions WHERE article_id = ? ORDER BY version DESC LIMIT 2", [row["article_id"]]
    )
