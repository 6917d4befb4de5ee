"""Dates are read as the sites print them, and what is not wholly a date is not read."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.dates import ZONES, past, read_date_line, read_day, read_http_date, read_machine_time

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Jumat, 25 Oktober 2019 16:30 WITA", "2019-10-25T16:30:00+08:00"),
        ("Jumat, 25 Oktober 2019 16:30 WIB", "2019-10-25T17:30:00+08:00"),
        ("Jumat, 25 Oktober 2019 16:30 WIT", "2019-10-25T15:30:00+08:00"),
        ("Jumat, 25 Oktober 2019 16:30 Wita", "2019-10-25T16:30:00+08:00"),
        ("Jumat, 25 Oktober 2019 16:30", "2019-10-25T16:30:00+08:00"),
        ("Jum'at, 3 Nopember 2017 09.05 WITA", "2017-11-03T09:05:00+08:00"),
        ("Jum’at, 3 Nov 2017 09:05 WITA", "2017-11-03T09:05:00+08:00"),
        ("Ahad, 4 Pebruari 2018 16.58 WITA", "2018-02-04T16:58:00+08:00"),
        ("1 Agt 2020 00:00 wita", "2020-08-01T00:00:00+08:00"),
        ("1 Agust 2020 00:00 WITA", "2020-08-01T00:00:00+08:00"),
        ("1 Ags 2020 00:00 WITA", "2020-08-01T00:00:00+08:00"),
        ("Selasa, 1 Sept 2020 23:59:58 WITA", "2020-09-01T23:59:58+08:00"),
        ("Selasa,\xa01 Mei 2012 \xa0 7:01 WIB", "2012-05-01T08:01:00+08:00"),
        ("1 Januari 2020 00:30 WIT", "2019-12-31T23:30:00+08:00"),
        # with a counter behind, before, with or without a bar
        ("Rabu, 2 Maret 2016 15:06 WIB | 998 Views", "2016-03-02T16:06:00+08:00"),
        ("Rabu, 2 Maret 2016 15:06 WIB | 1.229 Views", "2016-03-02T16:06:00+08:00"),
        ("Rabu, 2 Maret 2016 15:06 WIB, dibaca 98 kali", "2016-03-02T16:06:00+08:00"),
        ("Rabu, 2 Maret 2016 15:06 Dibaca: 1.998", "2016-03-02T15:06:00+08:00"),
        ("Rabu, 2 Maret 2016 15:06 WITA 25x dibaca", "2016-03-02T15:06:00+08:00"),
        ("1,998 Hits | Rabu, 2 Maret 2016 15:06 WIB", "2016-03-02T16:06:00+08:00"),
        # in figures, day first
        ("Rabu, 02/03/2016 09:25 WIB", "2016-03-02T10:25:00+08:00"),
        ("- Rabu, 02/03/2016 09:25 WIB", "2016-03-02T10:25:00+08:00"),
        ("02-03-2016, 09.25", "2016-03-02T09:25:00+08:00"),
        ("02.03.2016 09:25", "2016-03-02T09:25:00+08:00"),
        ("2-Mar-2016 09:25", "2016-03-02T09:25:00+08:00"),
        # what stands between day and time, and what the time is called
        ("rabu, 02 maret 2016 | 11:13 WIB", "2016-03-02T12:13:00+08:00"),
        ("Rabu 2 Maret 2016 - 16:30", "2016-03-02T16:30:00+08:00"),
        ("Rabu, 2 Maret 2016, pukul 16.58 WITA", "2016-03-02T16:58:00+08:00"),
        ("Rabu, 2 Maret 2016 Pkl. 16.58", "2016-03-02T16:58:00+08:00"),
        ("Jum`at, 4 Maret 2016 16.58 Wita.", "2016-03-04T16:58:00+08:00"),
        # zones
        ("2 Maret 2016 11:13 (WIB)", "2016-03-02T12:13:00+08:00"),
        ("2 Maret 2016 11:13 GMT+7", "2016-03-02T12:13:00+08:00"),
        ("2 Maret 2016 11:13 UTC+07:00", "2016-03-02T12:13:00+08:00"),
        ("2 Maret 2016 11:13 +7:00", "2016-03-02T12:13:00+08:00"),
        ("2 Maret 2016 11:13 WIB (GMT+7)", "2016-03-02T12:13:00+08:00"),
    ],
)
def test_a_printed_line_is_that_moment_in_the_offset_of_the_site(line: str, expected: str) -> None:
    moment = read_date_line(line, WITA)
    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Selasa (10/7)",
        "11 Juli 2026",  # a day is not a time
        "Jumat, 31 Februari 2020 10:00 WITA",
        "Jumat, 25 Oktober 2019 25:00 WITA",
        "Jumat, 25 Okt0ber 2019 16:30 WITA",
        "Acara berlangsung Jumat, 25 Oktober 2019 16:30 WITA di Balikpapan",
        "16:30 WITA",
        "2019",
        "Dibaca 998 kali",
        "998 Views",
        "kamis, 05 november 2015",
        "Kamis, 05 November 2015 | 998 Views",
        "11/25/2015 10:00",  # no month has that number
        "05/11/15 10:00",
        "5 November 2015 11:13 MYT",  # a zone that is not known
        "5 November 2015 11:13 XYZ",
        "5 November 2015 11:13 WIB (GMT+8)",  # two that do not agree
        "5 November 2015 10:00 - 12:00",  # from, to
        "5 November 2015 10:00-12:00 WITA",
        "5 November 2015 11:13 WIB di Balikpapan",
        "Tayang 998 kali sejak Rabu, 2 Maret 2016 15:06 WIB",
        "1 Januari 1970 07:00 WIB",
        "1 Januari 0001 00:00",
    ],
)
def test_what_is_not_wholly_a_date_with_a_time_is_left_empty(line: str) -> None:
    assert read_date_line(line, WITA) is None


def test_without_a_zone_of_the_site_only_a_line_that_prints_one_gives_a_time() -> None:
    assert read_date_line("Rabu, 2 Maret 2016 15:06", None) is None
    moment = read_date_line("Rabu, 2 Maret 2016 15:06 WIT", None)
    assert moment is not None
    assert moment.isoformat() == "2016-03-02T15:06:00+09:00"


@given(st.text())
def test_no_text_makes_reading_a_date_raise(text: str) -> None:
    read_date_line(text, WITA)
    read_machine_time(text, WITA)
    read_day(text, now=datetime(2026, 9, 30, tzinfo=UTC), zone=WITA)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001
def test_whatever_is_printed_in_a_known_form_is_read_back(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=WITA)
    months = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ]
    line = f"Senin, {moment.day} {months[moment.month - 1]} {moment.year} {moment:%H:%M} WITA"
    assert read_date_line(line, WITA) == moment


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("21 jam lalu", date(2026, 7, 12)),
        ("21 jam yang lalu", date(2026, 7, 12)),
        ("5 menit lalu", date(2026, 7, 13)),
        ("Kemarin 18:31", date(2026, 7, 12)),
        ("11 Juli 2026", date(2026, 7, 11)),
        ("11 Juli 2026 10:00", date(2026, 7, 11)),
        ("Terpopuler", None),
        ("32 Juli 2026", None),
        ("Sabtu, 11/07/2026", date(2026, 7, 11)),
        ("sabtu, 11 juli 2026 | 45 Views", date(2026, 7, 11)),
        ("11 Juli 2026 10:00 WIB di Paser", None),
        ("1 Januari 1970", None),
    ],
)
def test_the_day_a_listing_prints_is_relative_to_the_clock_of_the_server(printed: str, day: date | None) -> None:
    assert read_day(printed, now=datetime(2026, 7, 13, 10, tzinfo=WITA), zone=WITA) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-10-25T16:30:00+07:00", "2019-10-25T17:30:00+08:00"),
        ("2019-10-25T08:30:00Z", "2019-10-25T16:30:00+08:00"),
        ("2019-10-25T16:30:00", "2019-10-25T16:30:00+08:00"),
        ("2019-10-25 16:30:00", "2019-10-25T16:30:00+08:00"),
        ("Sun, 28 Aug 2022 21:39:36 +0700", "2022-08-28T22:39:36+08:00"),
        ("2019-10-25", None),
        ("kemarin", None),
    ],
)
def test_machine_times_keep_their_offset(text: str, expected: str | None) -> None:
    moment = read_machine_time(text, WITA)
    assert (moment.isoformat() if moment else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # ISO 8601
        ("2026-09-30T04:05:06+00:00", "2026-09-30T12:05:06+08:00"),
        ("2026-09-30T04:05:06Z", "2026-09-30T12:05:06+08:00"),
        ("2026-09-30T04:05:06", "2026-09-30T04:05:06+08:00"),
        ("2026-09-30 04:05", "2026-09-30T04:05:00+08:00"),
        ("2026-09-30T04:05:06.789+0700", "2026-09-30T05:05:06.789000+08:00"),
        ("\n 2026-09-30T04:05:06Z ", "2026-09-30T12:05:06+08:00"),
        # RFC 2822
        ("Wed, 30 Sep 2026 04:05:06 +0700", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 GMT", "2026-09-30T12:05:06+08:00"),
        ("30 Sep 2026 04:05:06 +0000", "2026-09-30T12:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 -0000", "2026-09-30T12:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 WIB", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 wita", "2026-09-30T04:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 (WIT)", "2026-09-30T03:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06", "2026-09-30T04:05:06+08:00"),
        # zones that neither allows, but that stand in feeds and pages
        ("Wed, 30 Sep 2026 04:05:06 GMT+7", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 GMT+0700", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 GMT +07:00", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 UTC+07:00", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +07:00", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +7:00", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +7", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +700", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +0700 (WIB)", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 +0800 (Central Indonesia Time)", "2026-09-30T04:05:06+08:00"),
        ("Wed Sep 30 2026 04:05:06 GMT+0700 (Western Indonesia Time)", "2026-09-30T05:05:06+08:00"),
        ("Wed, 30 Sep 2026 04:05:06 UT", "2026-09-30T12:05:06+08:00"),
        ("2026-09-30T04:05:06 WIB", "2026-09-30T05:05:06+08:00"),
        ("2026-09-30 04:05:06 wita", "2026-09-30T04:05:06+08:00"),
        ("2026-09-30 04:05:06 GMT+7", "2026-09-30T05:05:06+08:00"),
        ("2026-09-30 04:05:06 UTC", "2026-09-30T12:05:06+08:00"),
        ("2026-09-30T04:05:06+7:00", "2026-09-30T05:05:06+08:00"),
        ("2026-09-30T04:05:06 +0700", "2026-09-30T05:05:06+08:00"),
        ("2026-09-30T04:05:06-0000", "2026-09-30T12:05:06+08:00"),
        ("2026-09-30T04:05:06+07:00[Asia/Jakarta]", "2026-09-30T05:05:06+08:00"),
        # the ends of what is believed
        ("1990-01-01T00:00:00+08:00", "1990-01-01T00:00:00+08:00"),
        ("2200-12-31T23:59:59+08:00", "2200-12-31T23:59:59+08:00"),
    ],
)
def test_a_machines_time_is_that_moment_in_the_offset_of_the_site(text: str, expected: str) -> None:
    moment = read_machine_time(text, WITA)
    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-09-30",  # a day is no time
        "20260930",
        "Wed, 30 Sep 2026",
        "Wed, 30 Sep 2026 04:05:06 WIX",  # a zone that nobody knows
        "Wed, 30 Sep 2026 04:05:06 MYT",
        "Wed, 30 Sep 2026 04:05:06 GMT+7 MYT",
        "Wed, 30 Sep 2026 04:05 PM",
        "Wed, 30 Sep 2026 04:05:06 +0800 (WIB)",  # two that do not agree
        "Wed, 30 Sep 2026 04:05:06 +70",
        "Wed, 30 Sep 2026 04:05:06 GMT+25",
        "2026-09-30T04:05:06 MYT",
        "2026-09-30T04:05:06+23:00",
        "1970-01-01T00:00:00+00:00",  # what programs print for no time
        "Thu, 01 Jan 1970 07:00:00 +0700",
        "-0001-11-30T00:00:00+00:00",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "Wed, 30 Sep 2026 04:05:06 +99999999999999999999",
        "2026-09-30T04:05:06+99999999999999999999",
        "Wed, 21 Oct 2026 07:28:00 -99999999999999",
        "Wed, 31 Feb 2026 04:05:06 GMT",
        "2026-09-30T25:05:06Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00-14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59+14:00",
        "1989-12-31T23:59:59+08:00",
        "2201-01-02T00:00:00+08:00",
        "Fri, 31 Dec 9999 23:59:59 -1400",
        "Mon, 01 Jan 0001 00:00:00 +0000",  # what programs print for no time
        "1790000000000",
        "9" * 5000,
    ],
)
def test_what_is_no_time_of_the_web_is_left_empty(text: str) -> None:
    assert read_machine_time(text, WITA) is None
    assert read_machine_time(text, None) is None
    assert read_http_date(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 30 Sep 2026 04:05:06 GMT", "2026-09-30T04:05:06+00:00"),
        ("Wednesday, 30-Sep-26 04:05:06 GMT", "2026-09-30T04:05:06+00:00"),
        ("Wed Sep 30 04:05:06 2026", "2026-09-30T04:05:06+00:00"),
        ("120", None),
        (None, None),
        ("soon", None),
    ],
)
def test_the_three_forms_of_http_dates_are_read(text: str | None, expected: str | None) -> None:
    moment = read_http_date(text)
    assert (moment.isoformat() if moment else None) == expected


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2200, 12, 30)), st.sampled_from(sorted(ZONES)))  # noqa: DTZ001
def test_whatever_is_printed_with_an_indonesian_zone_is_that_moment(moment: datetime, zone: str) -> None:
    printed = moment.replace(microsecond=0, tzinfo=ZONES[zone])
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[printed.month - 1]
    text = f"{printed:%d} {month} {printed:%Y %H:%M:%S}"
    assert read_machine_time(f"{text} {zone}", WITA) == printed


def test_a_time_that_is_still_to_come_is_none() -> None:
    now = datetime(2026, 9, 30, 4, tzinfo=UTC)
    yesterday, tonight = now - timedelta(days=1), (now + timedelta(hours=9)).astimezone(WITA)
    assert past(yesterday, now) == yesterday
    assert past(tonight, now) == tonight  # a wrong zone
    assert past(now.replace(year=2062), now) is None
    assert past(now + timedelta(days=2), now) is None
    assert past(None, now) is None
