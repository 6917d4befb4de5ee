"""Times as the archive writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.sites import Site


def iso_utc(time: datetime) -> str:
    """ "2026-09-30T04:00:00.000000Z": always of one length, so that text order is time order."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_local(time: datetime | None, site: Site) -> str | None:
    """ "2026-09-30T12:00:00+08:00": a publication time, in the offset of its site."""
    return time.astimezone(site.timezone).isoformat(timespec="seconds") if time else None
