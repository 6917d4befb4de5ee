"""The verdict on a run, and what a site's past leads one to expect of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.sites import SITES
from archive.store.database import Archive
from archive.store.runs import end_run, start_run
from archive.warc.account import RunStart
from crawler.anomalies import shortfalls
from crawler.verdict import WATCHED, RunReport, Trouble

SITE = SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
FEWER = "stories in the last 7 days; none of the 12 weeks before had fewer than"


def report(**values: Any) -> RunReport:
    named = {"named": True, "ways": {"listing": None}, "complete": True, "found": 20}
    return RunReport(**{**named, **values})


def with_failures(*failures: tuple[str, str, int], **values: Any) -> RunReport:
    made = report(fetched=50, **values)
    for kind, message, times in failures:
        for n in range(times):
            made.article_failed(f"https://x/{n}", Trouble(kind), message)
    return made


def without_listing(kind: str, message: str, **values: Any) -> RunReport:
    made = report(named=False, ways={}, complete=False, found=0, **values)
    made.listing_failed("/terkini", Trouble(kind), message)
    return made


VERDICTS: dict[str, tuple[RunReport, str, str | None]] = {
    "everything read": (report(read=20), "well", None),
    "nothing new": (report(unchanged=True, named=False), "well", None),
    "only stories older than the run looks for": (report(found=0), "well", None),
    "never reached": (without_listing("unreachable", "no answer"), "unreachable", "/terkini: no answer"),
    "refused": (without_listing("refused", "HTTP 403"), "refused", "/terkini: HTTP 403"),
    "no listing": (without_listing("missing", "HTTP 404"), "found nothing", "/terkini: HTTP 404"),
    "no listing, but stories checked again": (without_listing("broken", "HTTP 500", read=5), "degraded", None),
    "one page of one failed": (
        with_failures(("broken", "HTTP 500", 1)),
        "well",
        "1 of 50 pages failed: HTTP 500 (https://x/0)",
    ),
    "all pages failed": (
        with_failures(("unread", "no title", 3)),
        "read nothing",
        "3 of 50 pages failed: no title (3, as https://x/0)",
    ),
    "one page refused for good": (with_failures(("refused", "HTTP 403", 1)), "well", None),
    "three pages refused": (with_failures(("refused", "HTTP 403", 3)), "refused", None),
    "refused at once": (with_failures(("refused", "HTTP 429", 1), given_up=True), "refused", None),
    "given up while refused": (with_failures(("refused", "HTTP 429", 10), read=30, given_up=True), "refused", None),
    "given up for broken pages": (with_failures(("broken", "HTTP 500", 10), read=30, given_up=True), "degraded", None),
    "more failed than read": (with_failures(("broken", "HTTP 500", 6), read=5), "degraded", None),
    "some failed": (with_failures(("broken", "HTTP 500", 6), read=9), "well", None),
    "most stories gone": (report(fetched=20, missing=11, read=9), "degraded", "11 of 20 stories are no longer there"),
    "links of the whole page": (report(read=9, markup="any link"), "degraded", None),
    "a link in a form that is not known": (
        report(read=9, unread_links={"https://x/1": "/terkini"}),
        "degraded",
        "1 link to an article not read on /terkini, as https://x/1",
    ),
    "links in a form that is not known": (
        report(read=9, unread_links={f"https://x/{n}": f"/terkini/{n % 5 + 1}" for n in range(12)}),
        "degraded",
        "12 links to articles not read on /terkini/1, /terkini/2, /terkini/3, as https://x/0",
    ),
    "stories in several pages": (
        report(read=9, continued={"https://x/a/2/": "x/1", "https://x/b/2/": "x/2"}),
        "degraded",
        "2 stories go on in further pages, which are not read: x/1, x/2",
    ),
    "short of its past": (report(read=9, past=["too few"]), "degraded", "too few"),
    "stopped by an error": (report(read=9, stopped="disk full"), "stopped", "disk full"),
    "asked to stop": (
        report(read=9, interrupted=True, complete=False),
        "well",
        "interrupted; the next run goes on where this one stopped",
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name: str) -> None:
    made, verdict, reason = VERDICTS[name]
    assert made.verdict()[0] == verdict
    if reason is not None:
        assert made.verdict()[1] == reason
    assert (made.verdict()[1] is None) == (name in ("everything read", "nothing new") or "older" in name)


def test_a_listing_that_fails_on_its_way_down_is_told_until_it_serves() -> None:
    made = report(read=9, complete=False)
    made.listing_failed("/terkini/5", Trouble.BROKEN, "HTTP 500")
    assert made.verdict() == ("degraded", "/terkini/5: HTTP 500")
    made.complete = True  # as where a feed fails and the listing serves
    assert made.verdict() == ("well", "/terkini/5: HTTP 500")
    off = report(read=9)
    off.listing_failed("/rss/terkini.xml", Trouble.MISSING, "HTTP 404")  # one that is switched off is no news
    assert off.verdict() == ("well", None)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path) as opened:
        yield opened


def run_of(archive: Archive, *, stories: int = 0, discovery: str = "feed; listing (cards)", **shares: float) -> int:
    """A run an hour after the last one, of so many stories, all fields filled but for `shares`."""
    run = start_run(archive, RunStart(SITE.name, SITE.origin, datetime.now(UTC), {"since": "2026-01-01"}))
    filled = {"stories": stories} | dict.fromkeys(WATCHED, 1.0) | shares if stories else {}
    end_run(archive, run, {"discovery": discovery, "filled": json.dumps(filled), "verdict": "well"})
    return run


def published(archive: Archive, stories_a_day: Callable[[int], int]) -> None:
    """Stories of the last 120 days: how many, by how many days ago."""
    capture = {"site": SITE.name, "url": "x", "fetched_at": "x", "record_type": "response", "warc": "x"}
    with archive.writing():
        at = archive.insert("captures", capture | {"offset": 0, "length": 0, "record_id": "x"})
        for ago in range(120):
            day = NOW.date() - timedelta(days=ago)
            for n in range(stories_a_day(ago)):
                archive.insert(
                    "articles",
                    {"id": f"{ago}/{n}", "site": SITE.name, "url": "x", "title": "x", "published_date": day.isoformat()}
                    | {"body": "x", "word_count": 1, "layout": "x", "first_seen_at": "x", "capture_id": at}
                    | {"fingerprint": "x"},
                )


def short(archive: Archive, made: RunReport, *, run: int = 10_000) -> list[str]:
    return shortfalls(archive, SITE, made, before_run=run, now=NOW)


def test_a_field_that_stops_being_filled_is_an_alarm_though_each_run_brings_but_three_stories(archive: Archive) -> None:
    for _ in range(40):
        run_of(archive, stories=3)
    assert short(archive, report()) == []
    for _ in range(3):
        run_of(archive, stories=3, pewarta=0)
    assert short(archive, report()) == []  # nine stories of the latest twenty do not tell yet
    for _ in range(4):
        run_of(archive, stories=3, pewarta=0)
    assert short(archive, report()) == ["pewarta: in 0% of the latest stories, before in 100%"]
    run_of(archive)  # a run that read nothing changes nothing
    assert len(short(archive, report())) == 1


def test_a_field_that_was_never_filled_is_none(archive: Archive) -> None:
    for _ in range(40):
        run_of(archive, stories=5, editor=0.04, caption=0.6)
    for _ in range(10):
        run_of(archive, stories=5, editor=0, caption=0.4)
    assert short(archive, report()) == []


def test_a_way_of_discovery_that_is_lost_is_told_once(archive: Archive) -> None:
    run_of(archive)
    made = report(markup="cards")
    made.listing_failed("/rss/terkini.xml", Trouble.MISSING, "HTTP 404")
    assert short(archive, made) == [
        "articles were named by feed; listing (cards) before, now by listing (cards): /rss/terkini.xml: HTTP 404"
    ]
    run_of(archive, discovery="listing (cards)")
    assert short(archive, made) == []


@pytest.mark.parametrize(
    ("stories_a_day", "said"),
    [
        (lambda ago: 5, []),
        (lambda ago: 2 if ago < 7 else 5, [f"14 {FEWER} 35"]),
        (lambda ago: 3 if ago < 7 else 5, []),
        (lambda ago: 2 if ago < 7 or 30 < ago < 38 else 5, []),  # as poor a week as there was
        (lambda ago: int(ago > 5 or ago == 0), [f"2 {FEWER} 7"]),
        (lambda ago: int(ago >= 25), ["no new story for 25 days; the longest pause before was 1"]),
        (lambda ago: int(ago % 3 == 0 and ago > 12), ["no new story for 15 days; the longest pause before was 3"]),
        (lambda ago: int(ago < 25), []),  # too young to know
    ],
)  # fmt: skip
def test_fewer_stories_than_a_sites_own_rhythm_lets_expect(
    archive: Archive, stories_a_day: Callable[[int], int], said: list[str]
) -> None:
    published(archive, stories_a_day)
    assert short(archive, report()) == said


def test_an_empty_archive_leads_one_to_expect_nothing(archive: Archive) -> None:
    assert short(archive, report()) == []
