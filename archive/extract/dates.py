"""Reads printed Indonesian dates and machine-readable times as aware datetimes. A form that is not known gives None.

The dates of articles must match a regular expression as a whole (FACTS, section 4), because `dateparser` finds a date
in nearly any text. It reads only the relative days of listings ("21 jam lalu", "Kemarin 18:31").
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import dateparser

from archive.warc.reader import FIRST_YEAR, LAST_YEAR

ZONES = {
    "WIB": ZoneInfo("Asia/Jakarta"),
    "WITA": ZoneInfo("Asia/Makassar"),
    "WIT": ZoneInfo("Asia/Jayapura"),
}
"""Indonesia's three time zones, none with daylight saving time. They are also printed as "Wita" or "wib"."""

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan",
            "februari pebruari feb peb",
            "maret mar",
            "april apr",
            "mei",
            "juni jun",
            "juli jul",
            "agustus agu agt agust ags aug",
            "september sept sep",
            "oktober okt oct",
            "november nopember nov nop",
            "desember des dec",
        ),
        start=1,
    )
    for name in names.split()
}

_DAYS = r"senin|selasa|rabu|kamis|jum['’‘`´]?at|sabtu|minggu|ahad"
_LINE = re.compile(
    rf"(?:(?:{_DAYS})\s*,?\s+)?"
    r"(?P<day>\d{1,2})\s+(?P<month>[a-z]{3,9})\.?\s+(?P<year>\d{4})"
    r"(?:\s*[,|\-–]?\s*(?:(?:pukul|jam)\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<zone>wib|wita|wit))?)?",
    re.IGNORECASE,
)


def read_date_line(text: str, zone: ZoneInfo) -> datetime | None:
    """The time that a line such as "Jumat, 25 Oktober 2019 16:30 WIB" gives, in `zone`, the site's own. A line without
    WIB, WITA or WIT is taken to be in `zone`. None unless the whole line is a date with a time of day."""
    match = _match(text)
    if match is None or match["hour"] is None:
        return None
    printed = ZONES[match["zone"].upper()] if match["zone"] else zone
    try:
        moment = datetime(
            int(match["year"]),
            _MONTHS[match["month"].lower()],
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            tzinfo=printed,
        )
    except ValueError:
        return None
    return moment.astimezone(zone)


def read_day(text: str, *, now: datetime, zone: ZoneInfo) -> date | None:
    """The day that a listing prints beside a link: "11 Juli 2026", "Kemarin 18:31", "21 jam lalu". `now` is the time on
    the server's clock (its Date header), which relative days refer to."""
    match = _match(text)
    if match is not None:
        try:
            return date(int(match["year"]), _MONTHS[match["month"].lower()], int(match["day"]))
        except ValueError:
            return None
    if not re.fullmatch(
        r"(kemarin|hari ini|\d{1,3} (detik|menit|jam|hari|minggu|bulan) (yang )?lalu)\b.{0,10}", text, re.I
    ):
        return None
    moment = dateparser.parse(
        text,
        languages=["id"],
        settings={"RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None), "RETURN_AS_TIMEZONE_AWARE": False},
    )
    return moment.date() if moment else None


def read_machine_time(text: str, zone: tzinfo | None) -> datetime | None:
    """A machine-readable time: ISO 8601 (article:published_time, JSON-LD, REST) or RFC 2822 (RSS pubDate).

    The result is in `zone`, the site's own; a time without an offset is taken to be in it. Where `zone` is None, a time
    keeps its own offset, and is naive without one. None for what is no time, a date alone, an unknown zone name, and a
    year outside FIRST_YEAR to LAST_YEAR.
    """
    text = text.strip()
    if len(text) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment_or_none = _rfc_2822(text)
        if moment_or_none is None:
            return None
        moment = moment_or_none
    try:
        moment = moment if zone is None else moment.replace(tzinfo=moment.tzinfo or zone).astimezone(zone)
    except (OverflowError, ValueError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def read_http_date(text: str | None) -> datetime | None:
    """The time in an HTTP header such as Date or Retry-After (RFC 9110, 5.6.7), in UTC; None for what is no time."""
    return read_machine_time(text or "", UTC)


_YEAR_BELOW_1000 = re.compile(r"(?<![+\d:-])0\d{3}(?![\d:])")
"""Programs print 01 Jan 0001 for no time; Python's e-mail module would take it for 2001. Not an offset, as +0700."""


def _rfc_2822(text: str) -> datetime | None:
    """RFC 2822, 3.3 and 4.3, with Indonesia's zones. Naive where no zone stands behind the time."""
    if _YEAR_BELOW_1000.search(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    if moment.tzinfo is not None:
        return moment
    last = text.split()[-1].strip("()").upper()
    if last == "-0000":  # RFC 2822, 3.3: UTC, with no information about the local zone
        return moment.replace(tzinfo=UTC)
    if last in ZONES:
        return moment.replace(tzinfo=ZONES[last])
    return None if last.isalpha() else moment


def _match(text: str) -> re.Match[str] | None:
    match = _LINE.fullmatch(" ".join(text.split()))
    return match if match and match["month"].lower() in _MONTHS else None
