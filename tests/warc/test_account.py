"""The account of a run in its WARC files: what warta writes reads back, and what it did not write is none."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.account import FAILURE, NAMED, RUN_END, RunStart, read_account, read_run_start
from archive.warc.reader import Record

WRITTEN = datetime(2026, 9, 30, 5, tzinfo=UTC)
BEGAN = datetime(2026, 9, 30, 4, 0, 0, 123456, tzinfo=UTC)


def warcinfo(block: str | bytes, kind: str = "warcinfo") -> Record:
    content = block.encode() if isinstance(block, str) else block
    return Record(type=kind, url=None, date=WRITTEN, headers=[], block=content)


def account(target: str, block: bytes, kind: str = "metadata") -> Record:
    return Record(type=kind, url=target, date=WRITTEN, headers=[], block=block)


def lines(fields: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


ONE_LINE = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1)


@given(
    st.builds(
        RunStart,
        site=st.sampled_from(["antara-kaltim", "mc-paser"]),
        origin=st.sampled_from(["https://kaltim.antaranews.com", "http://127.0.0.1:8000"]),
        started_at=st.datetimes(
            datetime(1991, 1, 1),  # noqa: DTZ001
            datetime(2199, 1, 1),  # noqa: DTZ001
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
        ),
        arguments=st.dictionaries(st.sampled_from(["since", "urls", "limit"]), st.text()),
    )
)
def test_whatever_a_run_began_with_reads_back(start: RunStart) -> None:
    assert read_run_start(warcinfo(lines(start.fields()).encode(errors="replace"))) == start


def test_a_run_says_what_a_person_reads_in_the_field_too() -> None:
    start = RunStart("mc-paser", "https://x", BEGAN, {"since": "2020-01-02", "limit": "5"})
    fields = start.fields()
    assert fields["isPartOf"] == "mc-paser"
    assert fields["description"] == "origin=https://x since=2020-01-02 limit=5"
    assert fields["software"].startswith("warta/")
    assert start.since == date(2020, 1, 2)


@pytest.mark.parametrize("since", ["", "kemarin", "2020-13-01", "2020"])
def test_a_day_that_is_none_is_no_bound(since: str) -> None:
    assert RunStart("x", "", BEGAN, {"since": since}).since is None
    assert RunStart("x", "", BEGAN, {}).since is None


OLD = "software: warta/0.1.0\r\nisPartOf: mc-paser\r\ndescription: origin=https://x since=2020-01-02 limit=5\r\n"


@pytest.mark.parametrize(
    ("more", "arguments", "started_at"),
    [
        pytest.param("", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="before arguments were JSON"),
        pytest.param('warta-arguments: {"urls": "a b"}\r\n', {"urls": "a b"}, WRITTEN, id="no beginning"),
        pytest.param(f"warta-run: {BEGAN.isoformat()}\n", {"since": "2020-01-02", "limit": "5"}, BEGAN, id="line feed"),
        pytest.param('warta-arguments: {"n": 5}\r\n', {"n": "5"}, WRITTEN, id="a number"),
        # What nobody writes must not stop a rebuild.
        pytest.param("warta-run: kemarin\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="no time"),
        pytest.param("warta-run: 2026-09-30T04:00\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="no zone"),
        pytest.param(
            "warta-run: 0001-01-01T00:00:00+14:00\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="year 1"
        ),
        pytest.param(
            "warta-run: 9999-12-31T23:59:59-14:00\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="year 9999"
        ),
        pytest.param("warta-arguments: [1]\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="a list"),
        pytest.param("warta-arguments: {\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="no JSON"),
        pytest.param(
            f"warta-arguments: {'[' * 100_000}\r\n", {"since": "2020-01-02", "limit": "5"}, WRITTEN, id="deep JSON"
        ),
    ],
)
def test_older_and_odd_forms_are_read_as_far_as_they_go(
    more: str, arguments: dict[str, str], started_at: datetime
) -> None:
    assert read_run_start(warcinfo(OLD + more)) == RunStart("mc-paser", "https://x", started_at, arguments)


@pytest.mark.parametrize(
    "record",
    [
        warcinfo("software: Heritrix/3.4.0\r\nisPartOf: mc-paser\r\n"),
        warcinfo(OLD, kind="metadata"),
        warcinfo(b""),
        warcinfo(b"\xff\xfe" * 100),
    ],
)
def test_another_programs_warcinfo_tells_of_no_run(record: Record) -> None:
    assert read_run_start(record) is None


@pytest.mark.parametrize("target", [NAMED, FAILURE, RUN_END])
def test_an_account_is_a_json_object_under_a_name_of_its_own(target: str) -> None:
    content = {"site": "mc-paser", "urls": ["https://x/é"], "at": None}
    assert read_account(account(target, json.dumps(content).encode())) == (target, content)


@pytest.mark.parametrize(
    "block",
    [b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000],
    ids=repr,
)
def test_an_account_that_is_no_json_object_is_none(block: bytes) -> None:
    assert read_account(account(RUN_END, block)) is None


def test_other_records_are_no_account() -> None:
    assert read_account(account(RUN_END, b"{}", kind="resource")) is None
    assert read_account(account("urn:warta:other", b"{}")) is None
    assert read_account(account("https://kaltim.antaranews.com/berita/1", b"{}")) is None


@given(st.binary())
def test_no_bytes_make_reading_an_account_raise(block: bytes) -> None:
    read_account(account(FAILURE, block))
    read_run_start(warcinfo(b"software: warta/9\r\n" + block))
