"""Compares two databases row for row, whatever the ids of their captures are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive.store.database import Archive

TABLES: tuple[str, ...] = ("articles", "versions", "captures", "pages", "listings", "walks", "runs", "warcs")
TABLES += ("stories", "twins", "bands", "terms", "uncounted", "outdated")


def told(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Table -> its rows, sorted, with record ids in place of the ids of captures; also what full-text search finds."""
    with Archive.open_reading(data) as archive:
        records = {row["id"]: row["record_id"] for row in archive.rows("SELECT id, record_id FROM captures")}
        tables = {}
        for table in TABLES:
            rows = archive.rows(f"SELECT * FROM {table}")
            for row in rows:
                if "capture_id" in row:
                    row["capture_id"] = records[row["capture_id"]]
                if table == "captures":
                    del row["id"]
            tables[table] = sorted(rows, key=repr)
        words = "SELECT rowid, title FROM articles_fts WHERE articles_fts MATCH 'paser OR kaltim' ORDER BY rowid"
        tables["articles_fts"] = archive.rows(words)
        assert archive.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert archive.rows("PRAGMA foreign_key_check") == []
    return tables


def assert_same(one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]) -> None:
    for table, rows in one.items():
        for was, now in zip(rows, other[table], strict=False):
            differ = {name: (was[name], now[name]) for name in was if was[name] != now[name]}
            assert not differ, f"{table} {was.get('id') or was.get('url') or was}: {differ}"
        assert len(rows) == len(other[table]), table
