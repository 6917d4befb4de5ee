"""Reading WARC files in bulk: `read_slice`, a pure function over a slice of a file, for any number of processes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.extract.exchange import Reading, Source, read_exchange
from archive.sites import SITES
from archive.store.outcome import Failure
from archive.store.syndication import bands_of
from archive.store.timestamps import iso_utc
from archive.warc.account import FAILURE, NAMED, RunStart, read_account, read_run_start
from archive.warc.capture import FOREIGN, RESPONSE, REVISIT, capture_of
from archive.warc.members import walk
from archive.warc.reader import Record, WarcError, read_record

SLICE_RECORDS = 200
SLICE_BYTES = 8 << 20
"""A slice ends at the first of these: some seconds of reading, and little to do again after an interruption."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some records of one file: its folder and its name below that, the bytes from `start` to `end`, the date of the
    first record as iso_utc (empty where it cannot be read), the file's size and time of change, and whence they come.
    """

    root: Path
    warc: str
    start: int
    end: int
    begins: str
    stamp: str
    source: Source


@dataclass(frozen=True, slots=True)
class RunBegan:
    """A run, as the warcinfo record of its file says. `is_dated` is False where the file does not say when it began."""

    start: RunStart
    is_dated: bool


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The account of a run at its end (see archive.store.runs.account_of)."""

    account: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """Addresses that a person put on the list of a site."""

    site: str
    urls: tuple[str, ...]
    at: datetime


Event = Reading | RunBegan | RunEnded | Failure | Named
"""What one record tells."""


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event, when it was and where it stands in its file."""

    at: datetime
    offset: int
    event: Event


@dataclass(slots=True)
class SliceRead:
    """What a slice tells; where records cannot be read and why; how many of each other kind there are."""

    events: list[DatedEvent] = field(default_factory=list)
    damaged: list[tuple[int, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    records: int = 0

    @property
    def pages(self) -> int:
        """How many stories were read."""
        return sum(isinstance(dated.event, Reading) and dated.event.article is not None for dated in self.events)


def slices(root: Path, warc: str) -> Iterator[Slice]:
    """Cuts a file into slices. What is damaged goes with the records around it and is told when they are read. Raises
    OSError for a file that cannot be read."""
    path, start, count = root / warc, 0, 0
    status = path.stat()
    source, begins = _source(path, warc), _date_at(path, 0)
    if source.started_at is not None:
        begins = min(begins, iso_utc(source.started_at))
    stamp = f"{status.st_size} {status.st_mtime_ns}"
    for member in walk(path):
        if count == SLICE_RECORDS or member.offset - start >= SLICE_BYTES:
            yield Slice(root, warc, start, member.offset, begins, stamp, source)
            start, count, begins = member.offset, 0, _date_at(path, member.offset)
        count += 1
    if count:
        yield Slice(root, warc, start, status.st_size, begins, stamp, source)


def read_slice(part: Slice) -> SliceRead:
    """Reads every record of a slice with today's readers. Nothing is raised for what is in it, nothing written."""
    result = SliceRead()
    path = part.root / part.warc
    for member in walk(path, start=part.start, end=part.end):
        if not member.whole:
            result.damaged.append((member.offset, f"{member.length} bytes are no whole record"))
            continue
        result.records += 1
        url: str | None = None
        try:
            record = read_record(path, member.offset)
            url = record.url
            event = _event_of(part, record)
        except WarcError as error:
            result.damaged.append((member.offset, str(error)))
        except Exception as error:  # one page in ten million must not stop the others; it is named
            result.damaged.append((member.offset, f"{url}: an error in warta itself: {error!r}"))
        else:
            if isinstance(event, str):
                result.others[event] += 1
            else:
                result.events.append(event)
    return result


def _source(path: Path, warc: str) -> Source:
    """Whence the records of a file come: what its warcinfo record tells, which is the first one unless somebody put
    the records in another order; where none of ours can be read, what the file's folder tells."""
    folder = warc.partition("/")[0]
    for member in walk(path):
        try:
            start = read_run_start(read_record(path, member.offset)) if member.whole else None
        except WarcError:
            start = None
        if start is not None and start.site in SITES:
            # Another warta's runs are not runs of this archive.
            return Source(start.site, start.origin, start.since, None if folder == FOREIGN else start.started_at)
        if folder == FOREIGN:
            break
    return Source(folder) if folder in SITES else Source()


def _date_at(path: Path, offset: int) -> str:
    try:
        return iso_utc(read_record(path, offset).date)
    except WarcError:
        return ""


def _event_of(part: Slice, record: Record) -> DatedEvent | str:
    """What a record tells, or what kind of record it is, if it tells nothing. Raises WarcError."""
    own = not part.warc.startswith(f"{FOREIGN}/")
    if own and (start := read_run_start(record)) and start.site in SITES:
        return DatedEvent(start.started_at, record.offset, RunBegan(start, start.started_at != record.date))
    if own and (account := read_account(record)):
        return DatedEvent(record.date, record.offset, _account_event(*account, record))
    if record.type not in (RESPONSE, REVISIT) or not re.match(r"https?://", record.url or "", re.IGNORECASE):
        return record.type
    site = part.source.place(record.url or "")[0]
    if site is None:
        return record.type
    capture = capture_of(record, site=site.name, warc=part.warc)
    holding = record if record.type == RESPONSE else None
    reading = read_exchange(capture, record, holding, part.source)
    if reading is None:
        return "page of a site unknown here that says of itself to be no article"
    if reading.article is not None:
        reading = replace(reading, bands=tuple(bands_of(reading.article.body)))
    return DatedEvent(record.date, record.offset, reading)


def _account_event(target: str, content: dict[str, Any], record: Record) -> Event:
    """Raises WarcError for an account that was not written by warta."""
    try:
        if target == NAMED:
            urls = tuple(url for url in content["urls"] if isinstance(url, str))
            return Named(str(content["site"]), urls, record.date)
        if target == FAILURE:
            reason, of_site = str(content["reason"]), bool(content["of_site"])
            return Failure(str(content["site"]), str(content["url"]), record.date, reason, of_site)
        return RunEnded(content)
    except (KeyError, TypeError) as error:
        raise WarcError(f"{target}: the account is not as warta writes it: {error!r}") from error
