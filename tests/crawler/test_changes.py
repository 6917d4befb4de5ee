"""Sites that change under a scheduled crawl: ways of discovery that come and go, addresses that move from post to post,
pages that never serve. Stories stay what they are, no run gets stuck, no page is asked for every hour."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.server import Answer, SiteServer
from crawler.newsroom.story import Story
from tests.support import faults
from tests.support.clock import later
from tests.support.commands import WARTA, crawl, crawl_arguments, warta
from tests.support.faults import answer, redirect, to
from tests.support.integrity import assert_whole

pytestmark = pytest.mark.slow

REST, SITEMAP, FEED = "/wp-json", "/wp-sitemap", "/feed"


@dataclass
class Site:
    """One site of a newsroom and an archive of it."""

    name: str
    data: Path
    room: Newsroom
    server: SiteServer
    origin: str

    @property
    def stories(self) -> list[Story]:
        return self.room.stories[self.name]  # type: ignore[index]

    def run(self, *more: str, since: str = "2012-01-01", exits: int = 0) -> dict[str, Any]:
        """A run an hour after the last; its report."""
        if (self.data / "archive.db").exists():
            later(self.data, 1.1)
        self.server.log.clear()
        report = self.data / "report.json"
        ended = crawl(self.data, {self.name: self.origin}, "--report", str(report), *more, since=since)
        assert ended.returncode == exits, ended.stdout + ended.stderr
        (told,) = json.loads(report.read_text())
        return dict(told)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with Archive.open_reading(self.data) as archive:
            return archive.rows(sql, values)

    def held(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.rows("SELECT * FROM articles")}

    def path(self, story: Story) -> str:
        return "/" + story.url.split("/", 3)[3]


@contextmanager
def site(name: str, data: Path, count: int = 25) -> Iterator[Site]:
    room = Newsroom(antara=count, paser=count)
    server = room.servers[name]  # type: ignore[index]
    with server.serving() as origin:
        yield Site(name, data, room, server, origin)


@pytest.fixture
def paser(tmp_path: Path) -> Iterator[Site]:
    with site("mc-paser", tmp_path) as made:
        yield made


@pytest.fixture
def kaltim(tmp_path: Path) -> Iterator[Site]:
    with site("antara-kaltim", tmp_path) as made:
        yield made


def test_quiet_runs_are_well_though_a_way_of_discovery_is_switched_off(paser: Site) -> None:
    paser.server.switched_off.add(REST)
    for _ in range(3):
        assert paser.run()["verdict"] == "well"


def test_a_way_that_serves_nothing_is_never_taken_for_unchanged(paser: Site) -> None:
    since = paser.stories[-8].instant.date().isoformat()
    paser.run(since=since)
    well = paser.server.answer
    paser.server.answer = lambda target: Answer(b"[]") if target.startswith(REST) else well(target)
    for _ in range(3):
        paser.room.publish("mc-paser", 2)
        paser.run(since=since, exits=int(_ == 0))  # that REST is lost is told once
    assert {story.id for story in paser.stories[-14:]} <= set(paser.held())


def test_ways_of_discovery_that_come_and_go_leave_every_story_one(paser: Site) -> None:
    for off in ((), (REST,), (REST, SITEMAP), (REST, SITEMAP, FEED), (SITEMAP, FEED), ()):
        paser.server.switched_off = set(off)
        paser.room.publish("mc-paser", 2)
        report = paser.run(exits=int(off in ((REST,), (REST, SITEMAP), (REST, SITEMAP, FEED))))
        assert report["new"] in (2, 27)
    held = paser.held()
    assert set(held) == {story.id for story in paser.stories}
    assert {row["versions"] for row in held.values()} == {1}


def test_posts_that_swap_their_permalinks_stay_themselves(paser: Site) -> None:
    paser.run()
    one, two = paser.stories[5], paser.stories[9]
    one.url, two.url, one.slug, two.slug = two.url, one.url, two.slug, one.slug
    for story in (one, two):
        paser.room._touch(story)
    assert paser.run()["changed"] == 0
    held = paser.held()
    assert (held[one.id]["url"], held[two.id]["url"]) == (one.url, two.url)
    assert (held[one.id]["body"], held[two.id]["body"]) == (one.body, two.body)
    paser.room.publish("mc-paser")
    assert paser.run()["new"] == 1


def test_a_permalink_taken_over_by_another_post_is_another_story(paser: Site) -> None:
    paser.run()
    old, new = paser.stories[5], paser.room.publish("mc-paser")[0]
    paser.room.withdraw(old)
    new.url, new.slug, old.slug = old.url, old.slug, "gone"
    paser.room._touch(new)
    for hours in (0, 25, 25):
        later(paser.data, hours)
        paser.run()
    held = paser.held()
    assert (held[new.id]["body"], held[old.id]["body"]) == (new.body, old.body)
    assert held[old.id]["gone_at"] is not None
    assert held[new.id]["gone_at"] is None


def test_a_story_that_moved_while_nothing_shows_its_number_is_not_withdrawn(paser: Site) -> None:
    paser.run()
    moved = paser.stories[-3]
    old = paser.path(moved)
    paser.server.switched_off.add(REST)
    paser.room.move(moved)
    well = paser.server.answer
    paser.server.answer = lambda target: Answer(b"", 404) if target.startswith(old) else well(target)
    assert paser.run(exits=1)["moved"] == 1  # exit 1: that REST is lost is told once
    for _ in range(2):
        later(paser.data, 25)
        paser.run()
    row = paser.held()[moved.id]
    assert (row["gone_at"], row["url"]) == (None, moved.url)


def test_a_story_read_before_its_number_is_known_stays_one_story(paser: Site) -> None:
    """The site shows post ids nowhere on its pages, and REST is off at first."""
    well = paser.server.answer

    def anonymous(target: str) -> Answer:
        page = well(target)
        body = re.sub(rb"postid-\d+|post-\d+|\?p=\d+", b"x", page.body) if b"<html" in page.body[:200] else page.body
        return replace(page, body=body)

    paser.server.answer = anonymous
    paser.server.switched_off = {REST, FEED}
    paser.run()
    assert all(row["number"] is None for row in paser.held().values())
    paser.room.edit(paser.stories[4])
    paser.run()
    paser.server.switched_off.clear()
    later(paser.data, 6)
    paser.run()
    assert len(paser.held()) == len(paser.stories)


def test_an_edit_that_is_named_makes_a_page_that_failed_due_at_once(paser: Site) -> None:
    story = paser.stories[-2]
    paser.run()
    paser.server.fault = to(paser.path(story), answer(status=500))
    for hours in (0, 6, 24, 72):
        later(paser.data, hours)
        paser.run()
    paser.server.fault = None
    paser.room.edit(story)
    assert paser.run()["changed"] == 1


def test_pages_that_never_serve_do_not_keep_a_run_from_the_others(kaltim: Site) -> None:
    bad = "|".join(
        f"/berita/{story.number}/|/foto/{story.number}/|/video/{story.number}/" for story in kaltim.stories[-12:]
    )
    kaltim.server.fault = to(bad, redirect("http://www.antaranews.com/x"))
    for _ in range(2):
        assert kaltim.run(exits=1)["verdict"] == "refused"
    for _ in range(2):
        kaltim.run()
    assert len(kaltim.held()) == len(kaltim.stories) - 12
    assert not [path for path in kaltim.server.asked if re.match(bad, path)]  # ever more rarely


def test_a_page_that_always_breaks_off_is_tried_ever_more_rarely(kaltim: Site) -> None:
    path = f"/berita/{kaltim.stories[-1].number}/"
    kaltim.server.fault = to(path, faults.breaking_off)
    kaltim.run()
    for _ in range(4):
        kaltim.run()
    assert not [asked for asked in kaltim.server.asked if asked.startswith(path)]


def test_slices_of_a_long_walk_go_on_though_stories_are_due_again(kaltim: Site) -> None:
    counts = [kaltim.run("--max-articles", "10")["new"] for _ in range(3)]
    assert counts == [10, 10, 5]
    assert kaltim.run("--max-articles", "10")["checked"] == 10


def test_a_long_retry_after_holds_for_later_runs_too(kaltim: Site) -> None:
    kaltim.server.fault = to("/rss", answer(status=503, Retry_After="86400"))
    assert kaltim.run(exits=1)["verdict"] == "refused"
    kaltim.server.fault = None
    report = kaltim.run(exits=1)
    assert (report["verdict"], kaltim.server.asked) == ("refused", [])
    assert "the site asked to be left alone until 20" in report["reason"]
    later(kaltim.data, 24)
    assert kaltim.run()["new"] == len(kaltim.stories)


def test_a_429_without_a_time_ends_the_asking_at_once(kaltim: Site) -> None:
    kaltim.server.fault = to("/berita|/foto|/video", answer(status=429))
    assert kaltim.run(exits=1)["verdict"] == "refused"
    assert kaltim.server.asked[-1].startswith(("/berita", "/foto", "/video"))
    assert len(kaltim.server.asked) == 3  # robots.txt, the feed, one article
    kaltim.server.fault = None
    kaltim.run()
    assert len(kaltim.held()) == len(kaltim.stories)


def test_one_page_that_is_refused_for_good_is_no_alarm(kaltim: Site) -> None:
    kaltim.server.fault = to(f"/berita/{kaltim.stories[-1].number}/", answer(status=403))
    for _ in range(4):
        assert kaltim.run()["verdict"] == "well"


def test_a_listing_without_days_ends_where_its_stories_do(paser: Site) -> None:
    paser.server.switched_off = {REST, SITEMAP, FEED}
    since = paser.stories[-4].instant.date().isoformat()
    paser.run(since=since)
    assert "/berita/page/3/" not in paser.server.asked


@pytest.mark.parametrize("date", ["Wed, 30 Sep 2026 04:00:00", "Wed, 30 Sep 2026 04:00:00 -0000", "today"])
def test_an_odd_clock_of_the_server_stops_nothing(kaltim: Site, date: str) -> None:
    well = kaltim.server.answer
    kaltim.server.fault = to("/terkini|/rss", lambda request: _with_date(request, well(request.path).body, date))
    kaltim.run()
    assert len(kaltim.held()) == len(kaltim.stories)


def _with_date(request: Any, body: bytes, date: str) -> None:
    request.send_response_only(200)
    for name, value in {"Date": date, "Content-Length": str(len(body)), "Content-Type": "text/html"}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def test_what_a_crash_left_and_cannot_be_read_stops_no_later_run(kaltim: Site) -> None:
    """Redesigned pages, in which known stories are not to be read, and a file of another make among the WARC files."""
    kaltim.run()
    well = kaltim.server.answer
    kaltim.server.answer = faults.redesigned(well)
    later(kaltim.data, 6)
    point = "in the database, not yet read"
    command = crawl_arguments(kaltim.data, {"antara-kaltim": kaltim.origin})
    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.killed", point, "12", *command], capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    kaltim.server.answer = well
    kaltim.run()
    assert {row["versions"] for row in kaltim.held().values()} == {1}
    assert_whole(kaltim.data)


def test_a_page_that_broke_off_is_no_version_after_a_crash_either(kaltim: Site) -> None:
    kaltim.run()
    story = kaltim.stories[-1]
    page = kaltim.server.answer(f"/berita/{story.number}/x").body
    kaltim.server.fault = to(
        f"/berita/{story.number}/", lambda request: _breaking_off(request, page[: len(page) * 2 // 3])
    )
    later(kaltim.data, 6)
    command = crawl_arguments(kaltim.data, {"antara-kaltim": kaltim.origin})
    subprocess.run(
        [sys.executable, "-m", "tests.support.killed", "before a file is sealed", "1", *command], check=False
    )
    kaltim.server.fault = None
    kaltim.run()
    assert {row["versions"] for row in kaltim.held().values()} == {1}


def _breaking_off(request: Any, body: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(body)
    request.close_connection = True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "0001-01-01"], "no news site is older than 1990-01-01"),
        (["--origin", "mc-paser=http://127.0.0.1:abc"], "is not SITE=URL"),
        (["--origin", "mc-paser=http://[x"], "is not SITE=URL"),
        (["--urls", "/nowhere/list"], "No such file"),
        (["--report", "/proc/nowhere/report.json"], "/proc/nowhere"),
    ],
)
def test_odd_arguments_are_told_in_a_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = warta("crawl", "--data", tmp_path / "x", *arguments)
    assert ended.returncode in (1, 2)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_addresses_are_found_in_any_text(paser: Site, coding: str) -> None:
    one, two, three = paser.stories[3:6]
    bare = two.url.removeprefix("https://")
    text = f"Lihat ({one.url.rstrip('/')}).\n{bare};x\n**{three.url}**\nhttps://[x\nhttps://www.example.org/y\n"
    (paser.data / "list.txt").write_text(text, encoding=coding)
    report = paser.run("--urls", str(paser.data / "list.txt"))
    assert (report["new"], report["failed"]) == (3, 0)


def test_a_run_that_is_stopped_before_it_began_says_so() -> None:
    program = (
        "import signal, crawler.cli.crawl as crawl\n"
        "with crawl.stopping_before_it_began(): signal.raise_signal(signal.SIGTERM)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "The run was asked to stop before it began.\n")


def test_a_run_that_is_stopped_while_it_asks_for_robots_txt_ends_well(kaltim: Site) -> None:
    asked = threading.Event()

    def slow(request: Any) -> None:
        asked.set()
        time.sleep(1)
        answer(status=404)(request)

    kaltim.server.fault = to("/robots.txt", slow)
    command = [str(WARTA), *crawl_arguments(kaltim.data, {"antara-kaltim": kaltim.origin})]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert asked.wait(30)
    process.terminate()
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    assert "interrupted" in stdout
