"""What the database says of packed files: the captures' places in them, their rows in `warcs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.store.database import Archive, Row
from archive.warc.packing import Day, Part, day_of
from archive.warc.sealing import Sealed


def days_to_pack(archive: Archive, *, before: str, site: str | None) -> dict[Day, list[Row]]:
    """The days before the day `before` (YYYYMMDD, in UTC) of which runs left several files -> their rows of `warcs`, in
    the order of their names; the newest days first, since that is what a schedule of runs has to keep up with."""
    days: dict[Day, list[Row]] = {}
    of_site = "" if site is None else "AND site = :site"
    for row in archive.rows(
        f"SELECT * FROM warcs WHERE name NOT LIKE '%-packed-%' {of_site} ORDER BY name", {"site": site}
    ):
        day = day_of(row["name"])
        if day is not None and day.day < before:
            days.setdefault(day, []).append(row)
    return {day: days[day] for day in sorted(days, reverse=True) if len(days[day]) > 1}


def note_packed(archive: Archive, packed: str, parts: Sequence[Part], sealed: Sealed | None) -> None:
    """Notes that the records of files are in a packed one now, in one transaction: where each capture's record is, and
    the row of the packed file (`sealed`) instead of its parts'.

    It was sealed when the last of its parts was: the account of the next run names the file that was sealed last (see
    archive.store.runs.account_of), and that is not one of an earlier day.
    """
    with archive.writing():
        at = None
        for part in parts:
            row = archive.row("SELECT sealed_at FROM warcs WHERE name = ?", [part.name])
            at = max(at or "", row["sealed_at"]) if row else at
            _move_captures(archive, packed, part)
            archive.db.execute("DELETE FROM warcs WHERE name = ?", [part.name])
        if sealed is not None and at is not None:
            archive.add_warc(sealed, at=datetime.fromisoformat(at))


def _move_captures(archive: Archive, packed: str, part: Part) -> None:
    """A capture is found by its record's id, or by the place that it has instead of one (Capture.place), because these
    have an index."""
    for record_id, offset in part.places:
        values = {"packed": packed, "now": part.start + offset, "name": part.name, "offset": offset, "id": record_id}
        values |= {"place": f"<{part.name}#{offset}>", "place_now": f"<{packed}#{part.start + offset}>"}
        archive.db.execute(
            "UPDATE captures SET warc = :packed, offset = :now,"
            " record_id = CASE record_id WHEN :place THEN :place_now ELSE record_id END"
            " WHERE record_id IN (:id, :place) AND warc = :name AND offset = :offset",
            values,
        )
