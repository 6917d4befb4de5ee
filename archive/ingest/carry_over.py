"""Copies rows from the old database into a rebuilt one: what is not in the WARC files, and what was in files that are
missing or damaged now, so that no rebuild loses a story. The old database is attached as `old`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.sites import named
from archive.store.database import Archive, Row
from archive.store.syndication import find_twins, regroup, remove_twins

_LISTING_COLUMNS = ("published_at", "modified_at", "listed_day")
"""Columns of `pages` that come from listings. The others say when the page was requested and will be, and which article
it is."""


@contextmanager
def attached(archive: Archive, other: Path, *, name: str = "old") -> Iterator[None]:
    """Attaches another database to `archive` under `name` for the time of the block."""
    archive.db.execute(f"ATTACH ? AS {name}", [str(other)])
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):  # DETACH fails while a statement is open, and would hide the first error
            archive.db.execute(f"DETACH {name}")
        raise
    archive.db.execute(f"DETACH {name}")


def copy_runs(archive: Archive) -> None:
    """Copies the rows of all runs. Called before the WARC files are read, which refer to them."""
    with archive.writing():
        _copy(archive, "runs", "1")


def copy_other_sites(archive: Archive, site: str) -> None:
    """Copies all rows of the sites other than `site`. Called before the files of that one site are read."""
    with archive.writing():
        for table in ("captures", "articles", "pages"):
            _copy(archive, table, "site <> :site", {"site": site})
        others = "(SELECT id FROM old.articles WHERE site <> :site)"
        _copy(archive, "versions", f"article_id IN {others}", {"site": site})
        _copy(archive, "bands", "key IN (SELECT key FROM old.articles WHERE site <> :site)", {"site": site})
        _copy(archive, "twins", f"one IN {others} AND other IN {others}", {"site": site})


def carry_over(archive: Archive) -> list[str]:
    """Completes a rebuilt database, after all files were read. Returns the ids of the stories that were copied as they
    were, because one of their records is missing, damaged or no longer readable."""
    with archive.writing():
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
        for table in ("lost", "kept"):
            archive.db.execute(f"DROP TABLE temp.{table}")
        regroup(archive)
    return kept


def _keep_stories(archive: Archive) -> list[str]:
    """Copies stories as they were, with all their versions: those of which a record was lost, whatever it was (a text,
    a withdrawal, a move), and those of which a version's record gives no story any more. Returns their ids, which are
    also in the table temp.kept. temp.lost has the old captures that are not in the files."""
    archive.db.execute("CREATE TEMP TABLE kept (id TEXT PRIMARY KEY)")
    archive.db.execute(f"""
        INSERT INTO kept SELECT DISTINCT article_id FROM old.versions AS v WHERE
            capture_id IN (SELECT id FROM temp.lost)
            OR NOT EXISTS (SELECT 1 FROM captures AS m WHERE m.id = {_new_capture("v.capture_id")}
                           AND m.article_id = v.article_id)""")
    for capture in archive.rows("SELECT o.site, o.url FROM old.captures AS o JOIN temp.lost USING (id)"):
        for article_id in _stories_at(archive, capture["site"], capture["url"]):
            archive.db.execute("INSERT OR IGNORE INTO kept SELECT id FROM old.articles WHERE id = ?", [article_id])
    for story in archive.rows("SELECT * FROM main.articles JOIN temp.kept USING (id)"):
        remove_twins(archive, story)
    for table, key in (("versions", "article_id"), ("articles", "id")):
        archive.db.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM temp.kept)")
    names = ", ".join(f"o.{name}" for name in archive.columns("articles"))
    stories = archive.rows(f"SELECT {names} FROM old.articles o JOIN temp.kept USING (id) ORDER BY id")
    for story in stories:
        while archive.row("SELECT 1 FROM articles WHERE key = ?", [story["key"]]):
            story["key"] += 1
        story["capture_id"] = _capture_of(archive, story["capture_id"])
        archive.insert("articles", story)
        find_twins(archive, story)
    for version in archive.rows("SELECT o.* FROM old.versions o JOIN temp.kept ON kept.id = o.article_id"):
        archive.insert("versions", version | {"capture_id": _capture_of(archive, version["capture_id"])})
    archive.db.execute("""
        UPDATE captures SET article_id = o.article_id FROM old.captures AS o
        WHERE o.record_id = captures.record_id AND o.article_id IN (SELECT id FROM temp.kept)""")
    _drop_duplicates(archive)
    return [story["id"] for story in stories]


def _drop_duplicates(archive: Archive) -> None:
    """Deletes stories that were read under another id from the records of stories that were copied."""
    doubles = archive.rows(
        "SELECT a.* FROM articles AS a JOIN captures AS c ON c.id = a.capture_id"
        " WHERE c.article_id IS NOT a.id AND c.article_id IN (SELECT id FROM temp.kept)"
    )
    for story in doubles:
        remove_twins(archive, story)
        archive.db.execute("DELETE FROM versions WHERE article_id = ?", [story["id"]])
        archive.db.execute("DELETE FROM articles WHERE id = ?", [story["id"]])
        archive.db.execute("UPDATE pages SET article_id = NULL WHERE article_id = ?", [story["id"]])


def _stories_at(archive: Archive, site_name: str, url: str) -> set[str]:
    """The ids of the stories that an exchange at `url` may have been about."""
    found = {
        row["article_id"]
        for row in archive.rows(
            "SELECT DISTINCT article_id FROM old.captures WHERE url = ? AND article_id IS NOT NULL", [url]
        )
    }
    site = named(site_name, url)
    if address := site.identify(site.at_home(url)):
        found.add(site.article_id(address))
        rows = archive.rows("SELECT article_id FROM old.pages WHERE url = ?", [address.url])
        found |= {row["article_id"] for row in rows if row["article_id"]}
    return found


def _merge_pages(archive: Archive) -> None:
    """Completes the frontier. Which pages there are, which story each is and what listings say of it is taken from the
    files; when a page was requested and is due, from the old database. Pages, listed times and days that are only in
    the old database are copied, and so are the pages of stories that were copied."""
    kept = "article_id IN (SELECT id FROM temp.kept)"
    archive.db.execute(f"DELETE FROM pages WHERE {kept} OR url IN (SELECT url FROM old.pages WHERE {kept})")
    for name in _LISTING_COLUMNS:
        archive.db.execute(
            f"UPDATE pages SET {name} = o.{name} FROM old.pages AS o WHERE o.url = pages.url AND pages.{name} IS NULL"
        )
    own = ("url", "site", "kind", "article_id", *_LISTING_COLUMNS)
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
        remove_twins(archive, story)
        while archive.row("SELECT 1 FROM articles WHERE key = ? AND id <> ?", [row["key"], row["id"]]):
            row["key"] += 1
        archive.db.execute(
            "UPDATE articles SET published_at = :published_at, published_date = :published_date, key = :key"
            " WHERE id = :id",
            row,
        )
        find_twins(archive, story | row)


def _copy(archive: Archive, table: str, where: str, parameters: Row | None = None) -> None:
    names = ", ".join(archive.columns(table))
    archive.db.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM old.{table} WHERE {where}", parameters or {})


def _new_capture(old_id: str) -> str:
    """An SQL expression for the new id of the capture with the old id `old_id`, which is an SQL expression, too."""
    return f"(SELECT n.id FROM captures AS n JOIN old.captures AS c ON c.record_id = n.record_id WHERE c.id = {old_id})"


def _capture_of(archive: Archive, old_id: int) -> int:
    row = archive.row(f"SELECT {_new_capture('?')} AS id", [old_id])
    assert row is not None
    return int(row["id"])
