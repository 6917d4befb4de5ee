"""Reads WARC files in slices. `read_slice` depends on the slice alone, so that any number of processes can read."""

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
from archive.warc.capture import FOREIGN, PAGE_TYPES, REVISIT, capture_of
from archive.warc.members import walk
from archive.warc.packing import is_packed
from archive.warc.reader import Record, WarcError, read_record

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
SLICE_RECORDS = 200
SLICE_BYTES = 8 << 20
"""A slice ends at the first of these limits, so that it takes some seconds, and little is lost by an interruption.
Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A range of records of the file `warc` below the folder `root`: the bytes from `start` to `end`. `begins` is the
    date of its first record as of iso_utc, "" if that cannot be read; `stamp` has the file's size and time of change;
    `source` says where the records come from.
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
    """The run that wrote a file, from the warcinfo record. `is_dated` is False if the file does not say when the run
    began. `packed` is the name of that file, if it is a part of a packed one now (archive.warc.packing)."""

    start: RunStart
    is_dated: bool
    packed: str | None = None


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The account of a run's end (see archive.store.runs.account_of)."""

    account: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """Addresses of a site's articles that a person named (`--urls`)."""

    site: str
    urls: tuple[str, ...]
    at: datetime


Event = Reading | RunBegan | RunEnded | Failure | Named
"""What one record says."""


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event, its time, and the offset of its record in the file."""

    at: datetime
    offset: int
    event: Event


@dataclass(slots=True)
class SliceRead:
    """What was read from a slice: its events; `damaged`, records that cannot be read as (offset, why); `others`, kind
    of record without an event -> number; the number of whole records."""

    events: list[DatedEvent] = field(default_factory=list)
    damaged: list[tuple[int, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    records: int = 0

    @property
    def pages(self) -> int:
        """How many stories were read."""
        return sum(isinstance(dated.event, Reading) and dated.event.article is not None for dated in self.events)


def slices(root: Path, warc: str) -> Iterator[Slice]:
    """Divides a file into slices without a gap; damaged bytes are in the slice of the records before or after them. In
    a file with the records of several runs, another one begins with each run's warcinfo. Raises OSError for a file that
    cannot be read."""
    path, start, count = root / warc, 0, 0
    status = path.stat()
    source = _source(path, warc)
    begins = _begin(path, 0, source)
    stamp = f"{status.st_size} {status.st_mtime_ns}"
    for member in walk(path):
        following = (member.is_info and _source_at(path, warc, member.offset)) or source
        if count == SLICE_RECORDS or member.offset - start >= SLICE_BYTES or (count and following != source):
            yield Slice(root, warc, start, member.offset, begins, stamp, source)
            begins = _begin(path, member.offset, following) if following != source else _date_at(path, member.offset)
            start, count = member.offset, 0
        source = following
        count += 1
    if count:
        yield Slice(root, warc, start, status.st_size, begins, stamp, source)


def read_slice(part: Slice) -> SliceRead:
    """Reads all records of a slice. It writes nothing, and a record that cannot be read raises nothing."""
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
        except Exception as error:  # one page must not stop the others; the report names it
            result.damaged.append((member.offset, f"{url}: an error in warta itself: {error!r}"))
        else:
            if isinstance(event, str):
                result.others[event] += 1
            else:
                result.events.append(event)
    return result


def _source(path: Path, warc: str) -> Source:
    """Where the first records of a file come from: what its warcinfo record says. That is the first record, unless
    somebody changed their order. Without a readable warcinfo of warta's, it is the site of the file's folder."""
    folder = warc.partition("/")[0]
    for member in walk(path):
        if member.is_info and (source := _source_at(path, warc, member.offset)):
            return source
        if folder == FOREIGN:
            break
    return Source(folder) if folder in SITES else Source()


def _source_at(path: Path, warc: str, offset: int) -> Source | None:
    """What a warcinfo record says of the records after it; None for another program's."""
    try:
        start = read_run_start(read_record(path, offset))
    except WarcError:
        return None
    if start is None or start.site not in SITES:
        return None
    # The runs of an imported file of another archive are no runs of this archive.
    is_own = not warc.startswith(f"{FOREIGN}/")
    return Source(start.site, start.origin, start.since, start.started_at if is_own else None)


def _begin(path: Path, offset: int, source: Source) -> str:
    """The time of the first event of the records of a run, which begin at `offset`: its own beginning is one."""
    first = _date_at(path, offset)
    return first if source.started_at is None else min(first, iso_utc(source.started_at))


def _date_at(path: Path, offset: int) -> str:
    try:
        return iso_utc(read_record(path, offset).date)
    except WarcError:
        return ""


def _event_of(part: Slice, record: Record) -> DatedEvent | str:
    """The event of a record, or the kind of a record that has none. Raises WarcError."""
    own = not part.warc.startswith(f"{FOREIGN}/")
    if own and (start := read_run_start(record)) and start.site in SITES:
        packed = record.header("WARC-Filename") if is_packed(part.warc) else None
        return DatedEvent(start.started_at, record.offset, RunBegan(start, start.started_at != record.date, packed))
    if own and (account := read_account(record)):
        return DatedEvent(record.date, record.offset, _account_event(*account, record))
    if record.type not in PAGE_TYPES:
        return f"{record.type or 'nameless'} record"
    site = part.source.place(record.url or "")[0]
    if site is None or not re.match(r"https?://", record.url or "", re.IGNORECASE):
        scheme = _SCHEME.match(record.url or "")
        return f"{record.type} record that is no page ({scheme[0] if scheme else 'it has no address'})"
    capture = capture_of(record, site=site.name, warc=part.warc)
    holding = None if record.type == REVISIT else record
    reading = read_exchange(capture, record, holding, part.source)
    if reading is None:
        return f"of another site, and no article: {site.name}"
    if reading.article is not None:
        reading = replace(reading, bands=tuple(bands_of(reading.article.body)))
    return DatedEvent(record.date, record.offset, reading)


def _account_event(target: str, content: dict[str, Any], record: Record) -> Event:
    """The event of an account. Raises WarcError for an account that is not as warta writes it."""
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
