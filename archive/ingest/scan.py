"""Reading WARC files in bulk: `read_slice`, a pure function over a slice of a file, for any number of processes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from archive.extract.article import Article, ReadingError, declares_article, read_article
from archive.extract.encoding import decode_page
from archive.extract.listings import Listed, ListingError, ListingPage, reader_of
from archive.extract.urls import absolute
from archive.sites import SITES, Site, site_of
from archive.store.payload import length_was_announced, refuse_broken_off
from archive.store.syndication import bands_of
from archive.store.timestamps import http_date, iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import Head, Member, Record, WarcError, digest, read_record, walk

SLICE_RECORDS = 200
SLICE_BYTES = 8 << 20
"""A slice ends at the first of these: some seconds of reading, and little to do again after an interruption."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOLD = re.compile(r"(?m)^(isPartOf|description): *(.*?)\r?$")


@dataclass(frozen=True, slots=True)
class Source:
    """What a file's warcinfo record tells: for warta's own files the site, the server that stood in its place, and
    how far back the run looked."""

    site: str | None = None
    origin: str | None = None
    since: date | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one response (or revisit) record holds.

    `capture` is without id, run and article. `url` is the address on the site itself, `location` where a redirect
    leads, `refers_to` the record that holds a revisit's payload. A page gives an `article` and the
    bands of its text, or `reason`, why there is none in it; a listing gives what it `listed`.
    """

    capture: Capture
    url: str
    article: Article | None = None
    bands: tuple[int, ...] | None = None
    listed: tuple[Listed, ...] | None = None
    reason: str | None = None
    location: str | None = None
    refers_to: str | None = None
    truncated: bool = False


@dataclass(slots=True)
class SliceRead:
    """The readings of a slice; where records cannot be read and why; how many of each other kind there are."""

    readings: list[Reading] = field(default_factory=list)
    damaged: list[tuple[int, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    @property
    def records(self) -> int:
        """How many records could be read."""
        return len(self.readings) + self.others.total()

    @property
    def pages(self) -> int:
        """How many stories were read."""
        return sum(reading.article is not None for reading in self.readings)


def slices(root: Path, warc: str) -> Iterator[Slice]:
    """Cuts a file into slices. What is damaged goes with the records around it and is told when they are read."""
    path, start, count = root / warc, 0, 0
    source, begins = _beginning(path, 0)
    status = path.stat()
    stamp = f"{status.st_size} {status.st_mtime_ns}"
    for member in walk(path):
        if count == SLICE_RECORDS or member.offset - start >= SLICE_BYTES:
            yield Slice(root, warc, start, member.offset, begins, stamp, source)
            start, count, begins = member.offset, 0, _beginning(path, member.offset)[1]
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
        try:
            record = read_record(path, member.offset)
        except WarcError as error:
            result.damaged.append((member.offset, str(error)))
            continue
        if record.type not in ("response", "revisit") or not (record.url or "").startswith(("http://", "https://")):
            result.others[record.type] += 1
            continue
        try:
            reading = _read(part, record, member)
        except WarcError as error:
            result.damaged.append((member.offset, str(error)))
            continue
        except Exception as error:  # one page in ten million must not stop the others; it is named
            result.damaged.append((member.offset, f"{record.url}: an error in warta itself: {error!r}"))
            continue
        if reading is None:
            result.others["page of a site unknown here that says of itself to be no article"] += 1
        else:
            result.readings.append(reading)
    return result


def _beginning(path: Path, offset: int) -> tuple[Source, str]:
    """(what the record tells if it is a warcinfo of warta's, its date)."""
    try:
        record = read_record(path, offset)
    except WarcError:
        return Source(), ""
    begins = iso_utc(record.date)
    if record.type != "warcinfo" or b"warta/" not in record.block:
        return Source(), begins
    told = dict(_TOLD.findall(record.block.decode("utf-8", "replace")))
    arguments = dict(pair.split("=", 1) for pair in told.get("description", "").split() if "=" in pair)
    site, since = told.get("isPartOf"), arguments.get("since")
    try:
        day = date.fromisoformat(since) if since else None
    except ValueError:
        day = None
    return Source(site if site in SITES else None, arguments.get("origin"), day), begins


def _read(part: Slice, record: Record, member: Member) -> Reading | None:
    """None for what no archive of news keeps: another site's page that is no article."""
    assert record.url is not None
    site, url = _place(part.source, record.url)
    if site is None:
        return None
    head = record.head
    capture = Capture(
        site=site.name,
        url=record.url,
        fetched_at=record.date,
        status=head.status,
        content_type=head.get("Content-Type"),
        record_type=record.type,
        payload_digest=record.header("WARC-Payload-Digest") or digest(b""),
        warc=part.warc,
        offset=member.offset,
        length=member.length,
        record_id=record.header("WARC-Record-ID") or f"<{part.warc}#{member.offset}>",
        etag=head.get("ETag"),
        last_modified=head.get("Last-Modified"),
        received=len(record.block),
    )
    base = Reading(
        capture=capture,
        url=url,
        refers_to=record.header("WARC-Refers-To"),
        truncated=record.header("WARC-Truncated") is not None,
    )
    if head.status in _REDIRECTS and (target := head.get("Location")):
        return replace(base, location=_place(part.source, absolute(record.url, target))[1])
    if record.type == "response" and head.status == 200 and not base.truncated:
        base = _content(part, record, head, site, base)
    return base if base.article is not None or site.cms != "unknown" else None


def _content(part: Slice, record: Record, head: Head, site: Site, base: Reading) -> Reading:
    """What a page or listing says. Raises WarcError where its body cannot be decoded."""
    kind = (base.capture.content_type or "text/html").lower()
    read_listing = reader_of(site, base.url.removeprefix(site.origin))
    if read_listing is None and "html" not in kind:
        return base
    text = decode_page(record.body(), base.capture.content_type)
    if read_listing is not None:
        page = ListingPage(
            text=text,
            site=site,
            resolve=lambda target: _place(part.source, absolute(record.url or "", target))[1],
            now=http_date(head.get("Date")) or record.date,
        )
        since = part.source.since
        try:
            listed = read_listing(page)
        except ListingError as error:
            return replace(base, reason=str(error))
        wanted = [i for i in listed if since is None or i.stands_at is None or i.stands_at >= since]
        return replace(base, listed=tuple(wanted))
    try:
        if not base.capture.is_foreign:
            refuse_broken_off(text, length_was_announced=length_was_announced(head))
        if site.cms == "unknown" and not declares_article(text):
            return base
        article = read_article(text, url=base.url, site=site, fetched_at=record.date)
    except ReadingError as error:
        return replace(base, reason=str(error))
    return replace(base, article=article, bands=tuple(bands_of(article.body)))


def _place(source: Source, url: str) -> tuple[Site | None, str]:
    """(site, address on the site itself) of what was asked for; (None, url) for what is no web address."""
    if source.site is not None:
        own = SITES[source.site].own_address(url, origin=source.origin or SITES[source.site].origin)
        if urlsplit(own).hostname in SITES[source.site].hosts:
            return SITES[source.site], own
    try:
        return site_of(url), url
    except ValueError:
        return None, url
