"""Archive: the SQLite database of articles, versions, captures, frontier and runs; every write in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, Self
from zlib import crc32

from sqlite_utils import Database

from archive.article import Article
from archive.captures import Capture
from archive.listings import Listed
from archive.schema import migrations
from archive.sites import Site

BUSY_SECONDS = 60
"""How long a write waits for another writer (a vacuum, a person's transaction) before it fails."""

Row = dict[str, Any]


class ArchiveError(Exception):
    """The archive cannot be opened or written; the message is one line for people."""


def database_path(data: Path) -> Path:
    return data / "archive.db"


def warc_root(data: Path) -> Path:
    return data / "warc"


class Archive:
    """One data folder: `archive.db` and, beside it, `warc/`.

    `Archive.open` reads and writes and makes what is missing; `Archive.open_reading` only reads. Both raise
    ArchiveError, with nothing touched, for a folder without rights, a file that is no database, another program's
    database, or the database of a newer warta.
    """

    def __init__(self, data: Path, db: Database) -> None:
        self.data = data
        self.db = db

    @classmethod
    def open(cls, data: Path) -> Self:
        path = database_path(data)
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"Cannot make the folder {data}: {error.strerror}.") from error
        if path.exists():
            _refuse_foreign(path)
        with _opening(path):
            db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
            db.execute("PRAGMA journal_mode = wal")
            db.execute("PRAGMA synchronous = normal")
            db.execute("PRAGMA foreign_keys = on")
            archive = cls(data, db)
            if migrations.pending(db):
                with archive.writing():  # all or nothing: a disk that fills up leaves no half-made archive
                    migrations.apply(db)
        return archive

    @classmethod
    def open_reading(cls, data: Path) -> Self:
        path = database_path(data)
        if not path.exists():
            raise ArchiveError(f"There is no archive in {data}: `warta crawl` makes one, --data names another folder.")
        _refuse_foreign(path)
        with _opening(path):
            db = Database(_connect_reading(path))
            if migrations.pending(db):
                raise ArchiveError(f"{path} was made by an older warta: the next `warta crawl` brings it up to date.")
        return cls(data, db)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction. It takes the write lock at once: a transaction that reads first and writes later fails
        without waiting when another writer came between (SQLite: SQLITE_BUSY_SNAPSHOT)."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def rows(self, sql: str, parameters: Sequence[Any] | Row = ()) -> list[Row]:
        return list(self.db.query(sql, parameters))

    def row(self, sql: str, parameters: Sequence[Any] | Row = ()) -> Row | None:
        return next(iter(self.rows(sql, parameters)), None)

    # Captures

    def add_capture(self, capture: Capture) -> Capture:
        """Keeps the row of an exchange that is already whole in its WARC file; returns it with its id."""
        values = asdict(capture)
        values["fetched_at"] = iso_utc(capture.fetched_at)
        with self.writing():
            return replace(capture, id=self._insert("captures", values))

    def last_capture(self, url: str) -> Capture | None:
        """The newest capture of `url` whose payload is stored, which a revisit record may refer to."""
        row = self.row(
            "SELECT * FROM captures WHERE url = ? AND record_type = 'response' ORDER BY id DESC LIMIT 1", [url]
        )
        return _capture(row) if row else None

    def capture(self, capture_id: int) -> Capture | None:
        row = self.row("SELECT * FROM captures WHERE id = ?", [capture_id])
        return _capture(row) if row else None

    # Frontier

    def discover(self, site: Site, listed: Iterable[Listed], *, on: str, at: datetime) -> int:
        """Keeps what a listing at URL `on` named, before it is fetched; returns how many of them were unknown."""
        unknown = 0
        with self.writing():
            for item in listed:
                address = item.address
                article_id = site.article_id(address) if address.number is not None else None
                known = self.row("SELECT * FROM pages WHERE article_id = ? OR url = ?", [article_id, address.url])
                values = {
                    "published_at": iso_local(item.published_at, site),
                    "modified_at": iso_local(item.modified_at, site),
                    "listed_day": item.day.isoformat() if item.day else None,
                }
                if known is None:
                    unknown += 1
                    values |= {"url": address.url, "site": site.name, "article_id": article_id, "kind": address.kind}
                    values |= {"discovered_at": iso_utc(at), "discovered_on": on, "due_at": iso_utc(at), "state": "new"}
                    self._insert("pages", values)
                else:
                    self.db.execute(
                        "UPDATE pages SET article_id = coalesce(article_id, ?),"
                        " published_at = coalesce(?, published_at), modified_at = coalesce(?, modified_at),"
                        " listed_day = coalesce(?, listed_day) WHERE url = ?",
                        [article_id, *values.values(), known["url"]],
                    )
        return unknown

    def due(self, site: Site, *, before: datetime, limit: int) -> list[Row]:
        """The pages to fetch now: unknown articles first, the newest of them first; none twice in a run, because a
        page checked at or after `before` (the run's start) waits for the next one."""
        return self.rows(
            "SELECT * FROM pages WHERE site = :site AND due_at IS NOT NULL"
            " AND (checked_at IS NULL OR checked_at < :before)"
            " ORDER BY state = 'new' DESC, coalesce(published_at, discovered_at) DESC, article_id DESC LIMIT :limit",
            {"site": site.name, "before": iso_utc(before), "limit": limit},
        )

    def page_failed(self, url: str, *, at: datetime, reason: str) -> None:
        """Notes that a page could not be fetched or read. It stays due: the next run tries again."""
        with self.writing():
            self.db.execute(
                "UPDATE pages SET state = 'failed', reason = ?, checked_at = ?, checks = checks + 1 WHERE url = ?",
                [reason, iso_utc(at), url],
            )

    # Articles

    def shelve(self, article: Article, capture: Capture, *, page_url: str) -> Literal["new", "changed", "same"]:
        """Puts an article on the shelf: article, version, the capture's link and the page's state in one transaction.

        The publication time that the listing gave serves where the page itself has none; where the listing gave a
        day alone, it puts the story in its place among the others (`key`) and no more.
        """
        if capture.id is None:
            raise ValueError("a capture is kept before its article")
        seen_at = iso_utc(capture.fetched_at)
        with self.writing():
            page = self.row("SELECT * FROM pages WHERE url = ?", [page_url])
            if article.number is None and page is not None and page["article_id"]:
                # The page does not show its number, but the listing did.
                number = int(page["article_id"].rpartition("/")[2])
                article = replace(article, id=page["article_id"], number=number)
            values = _article_values(article)
            if page is not None:
                values["published_at"] = values["published_at"] or page["published_at"]
                values["modified_at"] = values["modified_at"] or page["modified_at"]
            values["published_date"] = values["published_at"][:10] if values["published_at"] else None
            known = self.row("SELECT * FROM articles WHERE id = ?", [article.id])
            outcome: Literal["new", "changed", "same"]
            if known is None:
                outcome = "new"
                values |= {"first_seen_at": seen_at, "capture_id": capture.id}
                day = f"{page['listed_day']}T00:00:00+00:00" if page and page["listed_day"] else seen_at
                values["key"] = self._free_key(article.id, values["published_at"] or day)
                self._insert("articles", values)
            elif known["fingerprint"] != article.fingerprint:
                outcome = "changed"
                values |= {"changed_at": seen_at, "capture_id": capture.id, "versions": known["versions"] + 1}
                self._update_article(known, values)
            else:
                # Typography and page chrome are no new version: the story stays as it was first printed, and what
                # stands around it (section, tags, caption, times) follows the page.
                outcome = "same"
                for versioned in ("title", "pewarta", "editor", "body", "word_count", "fingerprint"):
                    del values[versioned]
                self._update_article(known, values)
            if outcome != "same":
                self._insert(
                    "versions",
                    {
                        "article_id": article.id,
                        "version": values.get("versions", 1),
                        "seen_at": seen_at,
                        "capture_id": capture.id,
                    }
                    | {name: values[name] for name in ("title", "pewarta", "editor", "body", "fingerprint")},
                )
            self.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [article.id, capture.id])
            # One page a story: where two addresses turn out to be one article, the other address stays known.
            self.db.execute("UPDATE OR IGNORE pages SET article_id = ? WHERE url = ?", [article.id, page_url])
            self.db.execute(
                "UPDATE pages SET state = 'read', reason = NULL, checked_at = ?, checks = checks + 1, due_at = NULL"
                " WHERE url = ?",
                [seen_at, page_url],
            )
        return outcome

    def _update_article(self, known: Row, values: Row) -> None:
        values = {name: value for name, value in values.items() if known.get(name) != value}
        published_at = values.get("published_at")
        if published_at:
            values["key"] = self._free_key(known["id"], published_at)
        elif "published_at" in values:
            del values["published_at"], values["published_date"]  # a page that lost its date does not unpublish it
        if values:
            assignments = ", ".join(f"{name} = :{name}" for name in values)
            self.db.execute(
                f"UPDATE articles SET {assignments} WHERE id = :known_id", values | {"known_id": known["id"]}
            )

    def _free_key(self, article_id: str, time: str) -> int:
        """Rises with time; the same article at the same time has the same key in every rebuild. It stays below 2**53,
        so that JSON readers keep it exact."""
        key = int(datetime.fromisoformat(time).timestamp()) << 20 | crc32(article_id.encode()) & 0xFFFFF
        while self.row("SELECT 1 FROM articles WHERE key = ? AND id <> ?", [key, article_id]):
            key += 1
        return key

    # Runs and WARC files

    def start_run(self, site: Site, *, at: datetime, since: date, arguments: Row) -> int:
        values = {"site": site.name, "started_at": iso_utc(at), "since": since.isoformat()}
        with self.writing():
            return self._insert("runs", values | {"arguments": json.dumps(arguments)})

    def walked_back_to(self, site: Site, *, before_run: int) -> date | None:
        """How far the listings were walked without a gap: the `since` of the last run if its discovery came to its
        end, None if that run was cut short. Only then do pages full of known articles mean that nothing older is
        missing."""
        row = self.row(
            "SELECT since, complete FROM runs WHERE site = ? AND id < ? ORDER BY id DESC LIMIT 1",
            [site.name, before_run],
        )
        return date.fromisoformat(row["since"]) if row and row["complete"] else None

    def finish_run(self, run_id: int, *, at: datetime, values: Row) -> None:
        """`values` are columns of `runs`: verdict, reason, discovery, complete and the counts."""
        values = values | {"finished_at": iso_utc(at), "id": run_id}
        assignments = ", ".join(f"{name} = :{name}" for name in values if name != "id")
        with self.writing():
            self.db.execute(f"UPDATE runs SET {assignments} WHERE id = :id", values)

    def add_warc(self, name: str, *, site: str, records: int, size: int, sha256: str, at: datetime) -> None:
        with self.writing():
            self._insert(
                "warcs",
                {"name": name, "site": site, "records": records, "size": size}
                | {"sha256": sha256, "sealed_at": iso_utc(at)},
            )

    def _insert(self, table: str, values: Row) -> int:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        return self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).lastrowid or 0


def iso_utc(time: datetime) -> str:
    """ "2026-09-30T04:00:00.000000Z": always of one length, so that text order is time order."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_local(time: datetime | None, site: Site) -> str | None:
    """ "2026-09-30T12:00:00+08:00": a publication time, in the offset of its site."""
    return time.astimezone(site.timezone).isoformat(timespec="seconds") if time else None


def _article_values(article: Article) -> Row:
    values = asdict(article)
    values["tags"] = json.dumps(article.tags, ensure_ascii=False)
    values["is_advertorial"] = int(article.is_advertorial)
    values["word_count"] = article.word_count
    values["fingerprint"] = article.fingerprint
    for name in ("published_at", "modified_at"):
        values[name] = values[name].isoformat(timespec="seconds") if values[name] else None
    return values


def _capture(row: Row) -> Capture:
    return Capture(**row | {"fetched_at": datetime.fromisoformat(row["fetched_at"])})


def _connect_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(f"Cannot open {path}: {error}.") from error


def _refuse_foreign(path: Path) -> None:
    """Looks at the file without writing, and raises ArchiveError unless it is an archive this warta understands."""
    with _opening(path):
        if path.stat().st_size == 0:
            return
        connection = _connect_reading(path)
        try:
            db = Database(connection)
            applied = {migration.name for migration in migrations.applied(db)}
            if not applied and db.table_names():
                raise ArchiveError(f"{path} is a database of another program: name another folder with --data.")
        finally:
            connection.close()
    known = {migration.name for migration in migrations._migrations}
    if applied - known:
        raise ArchiveError(f"{path} was made by a newer warta: update warta to open it.")
