"""Reads printed Indonesian dates and machine-readable times as aware datetimes. A form that is not known gives None.

The dates of articles must match a regular expression as a whole (FACTS, section 4), because `dateparser` finds a date
in nearly any text. It reads only the relative days of listings ("21 jam lalu", "Kemarin 18:31").
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
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
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt agust ags aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}

_DAYS = r"senin|selasa|rabu|kamis|jum['’‘`´]?at|sabtu|minggu|ahad"
_PRINTED_ZONE = r"\(?[a-z]{0,5}\)?\s*(?:\(?(?:gmt|utc)?\s*\+\d[\d:]{0,4}\)?)?"
_TIME = rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?(?:\s*(?P<zone>{_PRINTED_ZONE}))?"
_LINE = re.compile(
    rf"(?:(?:{_DAYS})\s*[,/|]?\s+)?"
    r"(?:(?P<day>\d{1,2})(?:\s+|\s*-\s*)(?P<month>[a-z]{3,9})\.?(?:\s+|\s*-\s*)(?P<year>\d{4})"
    r"|(?P<day_2>\d{1,2})(?P<slash>[/.-])(?P<month_2>\d{1,2})(?P=slash)(?P<year_2>\d{4}))"
    rf"(?:\s*[,|•·@–-]?\s*(?:(?:pukul|pkl|jam)\.?\s*:?\s*)?{_TIME})?",
    re.IGNORECASE | re.ASCII,
)
"""A printed date, with or without a time of day. Where it is in figures, the day comes first, as everywhere in
Indonesia."""

_COUNT = r"\d{1,3}(?:[.,]\d{3})+|\d{1,9}"
_READERS = r"views?|kali|hits?|x|pembaca|pengunjung|tayangan|komentar|comments?|shares?"
_COUNTER = (
    rf"(?:(?:dibaca|dilihat|views?|hits?|pembaca)\s*:?\s*(?:{_COUNT})(?:\s*(?:{_READERS}))?"
    rf"|(?:{_COUNT})\s*(?:(?:{_READERS})(?:\s*dibaca|\s*dilihat)?|dibaca|dilihat))"
)
_COUNTER_BEHIND = re.compile(rf"\s*[|,•·/–-]?\s*(?<!\d){_COUNTER}$", re.IGNORECASE)
_COUNTER_BEFORE = re.compile(rf"^{_COUNTER}\b\s*[|,•·/–-]?\s*", re.IGNORECASE)
"""How often a page was read: it stands in the line of the date, and changes at every look."""

CLOCK_SLACK = timedelta(days=1)
"""How far a page's time may be ahead of the clock: for wrong time zones and clocks. Chosen, not measured."""


def past(moment: datetime | None, now: datetime) -> datetime | None:
    """The time at which something was published or changed, as a page, a feed or an interface gives it; None if that
    is still to come at `now`, the time on the server's clock: a mistyped year would keep the story above all news for
    years."""
    return moment if moment is not None and moment <= now + CLOCK_SLACK else None


def read_zone(text: str) -> tzinfo | None:
    """The time zone that stands behind a time: "+0700", "+7:00", "Z", "WIB", "GMT+7", "UTC+07:00", "(WITA)". A remark
    behind an offset is left out, as in "+0700 (Western Indonesia Time)". None for a zone that is not known, and for two
    that do not agree."""
    text = " ".join(text.split())
    if remark := _REMARK.fullmatch(text):
        text = remark["offset"] + (f" {remark['remark']}" if remark["remark"].upper() in ZONES else "")
    found: list[tzinfo] = []
    for name in re.sub(r"[()]|\b(?:GMT|UTC|UT)\s*(?=[+−-])", " ", text, flags=re.IGNORECASE).upper().split():
        offset = _OFFSET.fullmatch(name)
        if offset is not None:
            span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
            if span > _LARGEST_OFFSET or int(offset["minutes"] or 0) > 59:
                return None
            found.append(timezone(span if offset["sign"] == "+" else -span))
        elif name in ZONES:
            found.append(ZONES[name])
        elif name in _OTHER_ZONES:
            found.append(timezone(timedelta(hours=_OTHER_ZONES[name])))
        else:
            return None
    noon = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - none of these zones changes its offset
    return found[0] if found and len({zone.utcoffset(noon) for zone in found}) == 1 else None


_OFFSET = re.compile(r"(?P<sign>[+−-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.ASCII)
_LARGEST_OFFSET = timedelta(hours=14)
_REMARK = re.compile(r"(?P<offset>(?:[A-Za-z]{1,3}\s*)?[+−-][\d:]+|Z)\s*[(\[](?P<remark>[^()\[\]]*)[)\]]")
_OTHER_ZONES = {"UTC": 0, "GMT": 0, "UT": 0, "Z": 0}
_OTHER_ZONES |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
"""The zones that RFC 2822, 4.3 names."""


def read_date_line(text: str, zone: ZoneInfo | None) -> datetime | None:
    """The time that a line such as "Jumat, 25 Oktober 2019 16:30 WIB" gives, in `zone`, the site's own. A line without
    a zone is taken to be in it; where `zone` is None, such a line gives no time. None unless the whole line is a date
    with a time of day; only a counter may stand in it too ("| 998 Views"). A zone that is not known leaves it empty."""
    match = _match(text)
    if match is None or match["hour"] is None:
        return None
    printed = read_zone(match["zone"]) if match["zone"] else zone
    day = _day_of(match)
    if printed is None or day is None:
        return None
    try:
        moment = datetime(
            *(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]), int(match["second"] or 0)),
            tzinfo=printed,
        )
    except ValueError:
        return None
    return _believed(moment if zone is None else moment.astimezone(zone))


def read_day(text: str, *, now: datetime, zone: ZoneInfo) -> date | None:
    """The day that a listing prints beside a link: "11 Juli 2026", "Kemarin 18:31", "21 jam lalu". `now` is the time on
    the server's clock (its Date header), which relative days refer to."""
    match = _match(text)
    if match is not None:
        return _day_of(match)
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
    """A machine-readable time: ISO 8601 (article:published_time, JSON-LD, REST) or RFC 2822 (RSS pubDate), with an
    offset or with a zone that `read_zone` knows.

    The result is in `zone`, the site's own; a time without an offset is taken to be in it. Where `zone` is None, a time
    keeps its own offset, and is naive without one. None for what is no time, a date alone, a zone that is not known,
    and a year outside FIRST_YEAR to LAST_YEAR, as programs print for no time (0001, 1970).
    """
    text = " ".join(text.split())
    if len(text) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        other = _with_zone_apart(text)
        if other is None:
            return None
        moment = other
    try:
        if abs(moment.utcoffset() or timedelta(0)) > _LARGEST_OFFSET:
            return None
        moment = moment if zone is None else moment.replace(tzinfo=moment.tzinfo or zone).astimezone(zone)
    except (OverflowError, ValueError):
        return None
    return _believed(moment)


def _believed(moment: datetime) -> datetime | None:
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def read_http_date(text: str | None) -> datetime | None:
    """The time in an HTTP header such as Date or Retry-After (RFC 9110, 5.6.7), in UTC; None for what is no time."""
    return read_machine_time(text or "", UTC)


_MAX_LINE_CHARS = 120
"""A longer line is no date. Chosen, not measured."""

_YEAR_BELOW_1000 = re.compile(r"(?<!\d)0\d{3}(?!\d)")
"""Programs print 01 Jan 0001 for no time; Python's e-mail module would take it for 2001."""


_CLOCK = re.compile(r"(?P<time>.*?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*(?P<zone>.*)", re.ASCII)
_YEAR = re.compile(r"\d{4}\b", re.ASCII)


def _with_zone_apart(text: str) -> datetime | None:
    """A time in RFC 2822, or in ISO 8601 with another zone than that allows. Naive where no zone stands behind it."""
    clock = _CLOCK.fullmatch(text)
    if clock is None or _YEAR_BELOW_1000.search(clock["time"]):
        return None
    time, zone = clock["time"], clock["zone"]
    mail = f"{time} -0000"
    if year := _YEAR.match(zone):  # Wed Sep 30 04:05:06 2026 (RFC 9110, 5.6.7)
        mail, zone = f"{time} {year[0]}", zone[year.end() :].strip()
    printed = read_zone(zone) if zone else None
    if zone and printed is None:
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        try:
            moment = parsedate_to_datetime(mail)
        except (ValueError, OverflowError, TypeError):
            return None
    return moment.replace(tzinfo=printed)


def _match(text: str) -> re.Match[str] | None:
    """The date that is the whole line, but for a counter; None for any other line."""
    line = " ".join(text.split()).strip("-–|• .")
    if len(line) > _MAX_LINE_CHARS:
        return None
    return _LINE.fullmatch(_COUNTER_BEFORE.sub("", _COUNTER_BEHIND.sub("", line)))


def _day_of(match: re.Match[str]) -> date | None:
    month = _MONTHS.get(match["month"].lower(), 0) if match["month"] else int(match["month_2"])
    try:
        day = date(int(match["year"] or match["year_2"]), month, int(match["day"] or match["day_2"]))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
