"""The text forms in which the archive stores times."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.sites import Site


def iso_utc(time: datetime) -> str:
    """ "2026-09-30T04:00:00.000000Z". All have the same length, so that the order of the texts is that of the times."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_local(time: datetime | None, site: Site) -> str | None:
    """ "2026-09-30T12:00:00+08:00", a time of publication in the site's offset; None for None."""
    return time.astimezone(site.timezone).isoformat(timespec="seconds") if time else None
