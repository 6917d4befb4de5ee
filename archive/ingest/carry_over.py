"""What a rebuilt database takes over from the one before it: what no WARC file tells, and what stands in files that are
gone or damaged, so that no rebuild loses a story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.store.database import Archive, Row
from archive.store.syndication import forget, regroup, relate

_LISTED = ("published_at", "modified_at", "listed_day")
"""Columns of `pages` that listings tell. The others, but for the story itself, say when a page was and will be looked
at."""


@contextmanager
def beside(archive: Archive, other: Path, *, name: str = "old") -> Iterator[None]:
    """While it lasts, another database is attached to `archive` under a name."""
    archive.db.execute(f"ATTACH ? AS {name}", [str(other)])
    try:
        yield
    finally:
        archive.db.execute(f"DETACH {name}")


def take_other_sites(archive: Archive, site: str) -> None:
    """Takes over everything of all sites but one, before that one is read anew."""
    with archive.writing():
        _copy(archive, "runs", "1")
        for table in ("captures", "articles", "pages"):
            _copy(archive, table, "site <> :site", {"site": site})
        others = "(SELECT id FROM old.articles WHERE site <> :site)"
        _copy(archive, "versions", f"article_id IN {others}", {"site": site})
        _copy(archive, "bands", "key IN (SELECT key FROM old.articles WHERE site <> :site)", {"site": site})
        _copy(archive, "twins", f"one IN {others} AND other IN {others}", {"site": site})


def take_over(archive: Archive) -> int:
    """Completes a rebuilt archive from the old one; how many stories stay as they were, since their records are
    missing, damaged or not read any more."""
    with archive.writing():
        _copy(archive, "runs", "id NOT IN (SELECT id FROM runs)")
        archive.db.execute("""
            UPDATE captures SET (run_id, received) = (o.run_id, o.received) FROM old.captures AS o
            WHERE o.record_id = captures.record_id""")
        known = "record_id IN (SELECT record_id FROM captures)"
        archive.db.execute(f"CREATE TEMP TABLE lost AS SELECT id, record_id FROM old.captures WHERE NOT {known}")
        names = [name for name in archive.columns("captures") if name != "id"]
        archive.db.execute(
            f"INSERT INTO captures ({', '.join(names)}) SELECT {', '.join(names)} FROM old.captures WHERE NOT {known}"
        )
        kept = _keep_stories(archive)
        _merge_pages(archive)
        for table in ("listings", "walks"):
            archive.db.execute(f"DELETE FROM {table}")
        archive.db.execute(
            f"INSERT INTO listings SELECT url, {_new_capture('l.capture_id')}, since FROM old.listings l"
        )
        _copy(archive, "walks", "1")
        _copy(archive, "warcs", "name NOT IN (SELECT name FROM warcs)")
        archive.db.execute("DROP TABLE temp.lost")
        regroup(archive)
    return kept


def _keep_stories(archive: Archive) -> int:
    """A story of which a version's record was not found, or gives no story any more, is taken over as it was, with all
    its versions."""
    archive.db.execute(f"""
        CREATE TEMP TABLE kept AS SELECT DISTINCT article_id AS id FROM old.versions AS v WHERE
            capture_id IN (SELECT id FROM temp.lost)
            OR NOT EXISTS (SELECT 1 FROM captures AS m WHERE m.id = {_new_capture("v.capture_id")}
                           AND m.article_id IN (SELECT id FROM articles))
        """)
    for story in archive.rows("SELECT * FROM main.articles JOIN temp.kept USING (id)"):
        forget(archive, story)
    for table, key in (("versions", "article_id"), ("articles", "id")):
        archive.db.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM temp.kept)")
    names = ", ".join(f"o.{name}" for name in archive.columns("articles"))
    stories = archive.rows(f"SELECT {names} FROM old.articles o JOIN temp.kept USING (id)")
    for story in stories:
        while archive.row("SELECT 1 FROM articles WHERE key = ?", [story["key"]]):
            story["key"] += 1
        story["capture_id"] = _capture_of(archive, story["capture_id"])
        archive.insert("articles", story)
        relate(archive, story)
    for version in archive.rows("SELECT o.* FROM old.versions o JOIN temp.kept ON kept.id = o.article_id"):
        archive.insert("versions", version | {"capture_id": _capture_of(archive, version["capture_id"])})
    archive.db.execute("""
        UPDATE captures SET article_id = o.article_id FROM old.captures AS o
        WHERE o.record_id = captures.record_id AND o.article_id IN (SELECT id FROM temp.kept)""")
    archive.db.execute("DROP TABLE temp.kept")
    return len(stories)


def _merge_pages(archive: Archive) -> None:
    """The frontier goes on where it was. What is listed, and which story a page is, is what was read now; what only
    listings told whose records are missing stays as it was."""
    for name in _LISTED:
        archive.db.execute(
            f"UPDATE pages SET {name} = o.{name} FROM old.pages AS o WHERE o.url = pages.url AND pages.{name} IS NULL"
        )
    own = ("url", "site", "kind", "article_id", *_LISTED)
    names = [name for name in archive.columns("pages") if name not in own]
    archive.db.execute(f"""
        UPDATE pages SET ({", ".join(names)}) = ({", ".join(f"o.{name}" for name in names)}) FROM old.pages AS o
        WHERE o.url = pages.url AND NOT (o.state = 'failed' AND pages.state = 'read')""")
    archive.db.execute("""
        INSERT INTO pages SELECT * FROM old.pages AS o WHERE url NOT IN (SELECT url FROM pages)
        AND (article_id IS NULL OR article_id NOT IN (SELECT article_id FROM pages WHERE article_id IS NOT NULL))""")
    archive.db.execute("""
        UPDATE OR IGNORE pages SET article_id = o.article_id FROM old.pages AS o
        WHERE o.url = pages.url AND pages.article_id IS NULL AND o.article_id IN (SELECT id FROM articles)""")
    for row in archive.rows("""
        SELECT o.id, o.published_at, o.published_date, o.key
        FROM articles AS n JOIN old.articles AS o USING (id) JOIN pages AS p ON p.article_id = o.id
        WHERE n.published_at IS NULL AND coalesce(p.published_at, p.listed_day) IS NOT NULL
        AND o.published_at IS p.published_at AND (o.published_at IS NOT NULL OR o.key <> n.key)"""):
        story = archive.row("SELECT * FROM main.articles WHERE id = ?", [row["id"]])
        assert story is not None
        forget(archive, story)
        while archive.row("SELECT 1 FROM articles WHERE key = ? AND id <> ?", [row["key"], row["id"]]):
            row["key"] += 1
        archive.db.execute(
            "UPDATE articles SET published_at = :published_at, published_date = :published_date, key = :key"
            " WHERE id = :id",
            row,
        )
        relate(archive, story | row)


def _copy(archive: Archive, table: str, where: str, parameters: Row | None = None) -> None:
    names = ", ".join(archive.columns(table))
    archive.db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM old.{table} WHERE {where}", parameters or {})


def _new_capture(old_id: str) -> str:
    """SQL for the id that an old capture has in the rebuilt archive."""
    return f"(SELECT n.id FROM captures AS n JOIN old.captures AS c ON c.record_id = n.record_id WHERE c.id = {old_id})"


def _capture_of(archive: Archive, old_id: int) -> int:
    row = archive.row(f"SELECT {_new_capture('?')} AS id", [old_id])
    assert row is not None
    return int(row["id"])
