"""Lets time pass between two runs, by moving the times in the database back."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from archive.store.timestamps import iso_utc


def later(data: Path, hours: float) -> None:
    """Lets hours pass: moves all times of the frontier, the walks and the pauses back by so many."""
    with sqlite3.connect(data / "archive.db") as db:
        for table, key, columns in (
            (
                "pages",
                "url",
                (
                    "due_at",
                    "checked_at",
                    "first_read_at",
                    "missing_since",
                    "discovered_at",
                    "noticed_at",
                    "answered_since",
                    "called_at",
                ),
            ),
            ("walks", "site || way", ("joined_at",)),
            ("runs", "id", ("retry_at",)),
        ):
            for column in columns:
                rows = db.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
                moved = [(iso_utc(datetime.fromisoformat(time) - timedelta(hours=hours)), row) for row, time in rows]
                db.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", moved)
    db.close()


def all_due(data: Path) -> None:
    """Makes every page due, and changes nothing else."""
    with sqlite3.connect(data / "archive.db") as db:
        db.execute("UPDATE pages SET due_at = '2020-01-01T00:00:00.000000Z'")
    db.close()
