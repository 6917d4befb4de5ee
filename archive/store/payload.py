"""Finds the record that holds a capture's payload, decodes the payload, reads the article in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archive.extract.article import Article
from archive.extract.page import read_page
from archive.sites import Site
from archive.store.timestamps import iso_utc
from archive.warc.capture import REVISIT, Capture
from archive.warc.reader import Payload, Record, WarcError, find, payload_of, read_captured

if TYPE_CHECKING:
    from archive.store.database import Archive


class NeverKeptError(WarcError):
    """The record that a revisit refers to was never kept."""


def payload_record(archive: Archive, capture: Capture, record: Record | None = None) -> Record:
    """The record with the payload of a capture: its own, or for a revisit the one that it refers to; where that is
    not in the archive, another capture of the same payload.

    `record` is the capture's own, where it is in hand. Raises WarcError where the file is missing, the record damaged
    or another one, or the payload was never kept.
    """
    record = record or _stored_record(archive, capture)
    if capture.record_type != REVISIT:
        return record
    target, at = record.refers_to or (None, None)
    values = {"refers": record.header("WARC-Refers-To"), "target": target, "target_at": at and iso_utc(at)}
    values |= {"url": capture.url, "at": iso_utc(capture.fetched_at), "digest": capture.payload_digest}
    named = ["record_id = :refers", "url = :target AND fetched_at = :target_at"]
    if capture.status == 304:  # it has no payload, so no digest to search for
        wanted = [f"{where} AND status = 200 AND fetched_at <= :at" for where in (*named, "url = :url")]
    else:
        wanted = [f"{where} AND coalesce(payload_digest = :digest, 1)" for where in named]
        wanted += [f"{where} AND payload_digest = :digest" for where in ("url = :url", "1")]
    for where in wanted:
        row = archive.row(
            f"SELECT id FROM captures WHERE record_type <> 'revisit' AND {where}"
            " ORDER BY fetched_at DESC, id DESC LIMIT 1",
            values,
        )
        if row is not None and (earlier := archive.capture(row["id"])) is not None:
            return _stored_record(archive, earlier)
    raise NeverKeptError(f"Nothing of {capture.url} is kept: the earlier capture that it refers to is not there.")


def located(archive: Archive, capture: Capture) -> tuple[Capture, Path]:
    """A capture and its WARC file. Raises WarcError if that is missing. Where a run has packed the file
    (archive.ingest.packing) since the capture was looked up, the database says where its record is now."""
    try:
        return capture, find(archive.warc_root, capture.warc)
    except WarcError:
        if (now := _moved(archive, capture)) is None:
            raise
        return now, find(archive.warc_root, now.warc)


def _stored_record(archive: Archive, capture: Capture) -> Record:
    try:
        return read_captured(archive.warc_root, capture)
    except WarcError:
        if (now := _moved(archive, capture)) is None:
            raise
        return read_captured(archive.warc_root, now)


def _moved(archive: Archive, capture: Capture) -> Capture | None:
    """The capture as it is in the database now, if its record has another place there."""
    now = archive.capture(capture.id) if capture.id is not None else None
    return now if now is not None and (now.warc, now.offset) != (capture.warc, capture.offset) else None


def payload(archive: Archive, capture: Capture) -> Payload:
    """The decoded payload of a capture. Raises WarcError as `payload_record` does, and if it cannot be decoded."""
    return payload_of(payload_record(archive, capture), is_foreign=capture.is_foreign)


def read_stored(archive: Archive, capture: Capture, *, url: str, site: Site) -> Article:
    """Reads the article of a capture with today's readers; `url` is its address on the site. Raises WarcError if its
    record is gone or damaged, ReadingError if there is no story in it."""
    return read_page(payload(archive, capture), url=url, site=site, fetched_at=capture.fetched_at)
