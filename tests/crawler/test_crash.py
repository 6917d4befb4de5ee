"""Whatever ends a run - a signal, kill -9, a full disk, a locked database -, the next one ends with the archive that an
undisturbed run would have made."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random

import pytest

from archive.search.engine import Result, search
from archive.search.fts import Query
from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import Story
from tests.support.clock import later
from tests.support.commands import WARTA, crawl, crawl_arguments
from tests.support.faults import answer, once
from tests.support.integrity import assert_whole
from tests.support.killed import POINTS

ANTARA, PASER = 30, 20


def at_request(room: Newsroom, number: int, act: Callable[[], object]) -> None:
    """Does something when the newsroom is asked for the n-th time."""
    asked = 0
    lock = threading.Lock()

    def count(request: BaseHTTPRequestHandler) -> bool:
        nonlocal asked
        with lock:
            asked += 1
            if asked == number:
                act()
        return False

    for server in room.servers.values():
        server.fault = count


def articles_asked(room: Newsroom) -> Counter[str]:
    return Counter(
        asked.path
        for server in room.servers.values()
        for asked in server.log
        if re.match(r"/(berita|foto|video)/(?!page/)", asked.path) and asked.status == 200
    )


def assert_held(data: Path, room: Newsroom, *, edited: list[Story] | None = None) -> None:
    """The archive holds the newsroom's stories, the edited ones in two versions, all others in one."""
    truth = {story.id: story for stories in room.stories.values() for story in stories}
    with Archive.open_reading(data) as archive:
        held = {row["id"]: row for row in archive.rows("SELECT * FROM articles")}
        versions = Counter(row["article_id"] for row in archive.rows("SELECT article_id FROM versions"))
    assert {id: row["body"] for id, row in held.items()} == {id: story.body for id, story in truth.items()}
    assert versions == dict.fromkeys(truth, 1) | {story.id: 2 for story in edited or []}
    assert versions == {id: row["versions"] for id, row in held.items()}
    assert_whole(data)


def assert_tails_were_named(data: Path, said: str) -> None:
    for tail in (data / "warc").rglob("*.tail"):
        assert f"set aside in {tail.name}" in said


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the newsroom as it is before anything happens."""
    data = tmp_path_factory.mktemp("crawled") / "data"
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as origins:
        assert crawl(data, origins).returncode == 0
    return data


def what_happens(room: Newsroom) -> list[Story]:
    """New stories, and edits of known ones, which are returned."""
    edited = [room.stories["antara-kaltim"][-2], room.stories["antara-kaltim"][8], *room.stories["mc-paser"][2:4]]
    for story in edited:
        room.edit(story)
    room.publish("antara-kaltim", 5)
    room.publish("mc-paser", 3)
    return edited


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_double(tmp_path: Path, crawled: Path, seed: int) -> None:
    """Even seeds: the first run of all; odd ones: a run that finds new and edited stories. One in three is killed a
    second time while it takes up what the first kill left."""
    random = Random(seed)
    room, data, edited = Newsroom(antara=ANTARA, paser=PASER), tmp_path / "data", list[Story]()
    if seed % 2:
        shutil.copytree(crawled, data)
        edited = what_happens(room)
        later(data, 1.1)
    said = ""
    with room.serving() as origins:
        for _ in range(2 if seed % 3 == 0 else 1):
            process = subprocess.Popen(
                [WARTA, *crawl_arguments(data, origins)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            at_request(room, random.randrange(1, 60), threading.Timer(random.random() * 0.03, process.kill).start)
            said += process.communicate(timeout=60)[0]
        for server in room.servers.values():
            server.fault = None
        ended = crawl(data, origins)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert_held(data, room, edited=edited)
    assert_tails_were_named(data, said + ended.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2, 9])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_the_worst_moments(tmp_path: Path, point: str, times: int) -> None:
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as all_origins:
        origins = {"antara-kaltim": all_origins["antara-kaltim"]}
        room.stories["mc-paser"].clear()
        killed = subprocess.run(
            [sys.executable, "-m", "tests.support.killed", point, str(times), *crawl_arguments(tmp_path, origins)],
            capture_output=True,
            check=False,
        )
        ended = crawl(tmp_path, origins)
    assert killed.returncode in (-signal.SIGKILL, 0)  # 0: one run does not come there so many times
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert_held(tmp_path, room)
    assert_tails_were_named(tmp_path, ended.stdout)
    if point == "within a record":
        assert len(list((tmp_path / "warc").rglob("*.tail"))) == 1


@pytest.mark.parametrize("point", ["on disk, not yet in the database", "in the database, not yet read"])
def test_what_a_crash_left_in_a_warc_file_is_shelved_without_fetching_it_again(tmp_path: Path, point: str) -> None:
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as all_origins:
        origins = {"antara-kaltim": all_origins["antara-kaltim"]}
        room.stories["mc-paser"].clear()
        command = [sys.executable, "-m", "tests.support.killed", point, "9", *crawl_arguments(tmp_path, origins)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
        ended = crawl(tmp_path, origins)
    assert "1 story was taken in from antara-kaltim-" in ended.stdout
    assert set(articles_asked(room).values()) == {1}
    assert_held(tmp_path, room)


def test_a_run_that_is_asked_to_stop_finishes_the_page_in_hand_and_the_next_one_goes_on(tmp_path: Path) -> None:
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as origins:
        process = subprocess.Popen(
            [WARTA, *crawl_arguments(tmp_path, origins)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        at_request(room, 25, process.terminate)
        stdout, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (0, "")
        assert "well: interrupted; the next run goes on where this one stopped" in stdout
        with Archive.open_reading(tmp_path) as archive:
            held = archive.row("SELECT count(*) AS n FROM articles")
            ends = archive.rows("SELECT verdict, finished_at IS NOT NULL AS finished FROM runs")
        assert held is not None
        assert held["n"] == articles_asked(room).total() < ANTARA + PASER
        assert ends == [{"verdict": "well", "finished": 1}] * 2
        assert_whole(tmp_path)
        assert crawl(tmp_path, origins).returncode == 0
    assert set(articles_asked(room).values()) == {1}
    assert_held(tmp_path, room)


def test_a_run_that_waits_because_the_site_asked_it_to_ends_when_it_is_told(tmp_path: Path) -> None:
    room = Newsroom(antara=20, paser=5)
    server = room.servers["antara-kaltim"]
    server.fault = once("/terkini", answer(status=503, Retry_After="250"))
    with server.serving() as origin:
        process = subprocess.Popen(
            [WARTA, *crawl_arguments(tmp_path, {"antara-kaltim": origin})],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while "/terkini" not in server.asked:
            time.sleep(0.05)
        time.sleep(0.5)
        process.terminate()
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "interrupted" in stdout
    assert server.asked.count("/terkini") == 1


def test_of_two_runs_started_at_once_the_second_leaves_with_75(tmp_path: Path) -> None:
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as origins:
        command = [str(WARTA), *crawl_arguments(tmp_path, origins)]
        runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in "ab"]
        said = [run.communicate(timeout=60)[1] for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 75]
    assert sorted(said) == ["", f"warta: Another run holds {tmp_path}: this one leaves it alone.\n"]
    assert set(articles_asked(room).values()) == {1}
    assert_held(tmp_path, room)


def test_scrapys_own_command_holds_the_archive_too(tmp_path: Path) -> None:
    room = Newsroom(antara=20, paser=5)
    with room.serving() as origins:
        origin = origins["antara-kaltim"]
        command = [*f"{sys.executable} -m scrapy crawl antara_kaltim -a origin={origin}".split()]
        command += ["-a", "since=2012-01-01", "-s", f"WARTA_DATA={tmp_path}"]  # with its delay of a second
        scrapy = subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
        while not room.servers["antara-kaltim"].log:
            time.sleep(0.05)
        busy = crawl(tmp_path, origins)
        scrapy.terminate()
        scrapy.wait(60)
        ended = crawl(tmp_path, origins)
    assert busy.returncode == 75
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert_held(tmp_path, room)


@pytest.mark.slow
def test_a_database_that_stays_locked_stops_the_run_and_nothing_is_fetched_twice(tmp_path: Path) -> None:
    room = Newsroom(antara=ANTARA, paser=PASER)
    room.stories["mc-paser"].clear()
    with room.serving() as all_origins:
        origins = {"antara-kaltim": all_origins["antara-kaltim"]}
        Archive.open(tmp_path).close()
        other = sqlite3.connect(tmp_path / "archive.db", check_same_thread=False, isolation_level=None)
        at_request(room, 15, lambda: other.execute("BEGIN IMMEDIATE"))
        locked = crawl(tmp_path, origins, constants={"archive.store.connections.BUSY_SECONDS": 0.5})
        other.execute("COMMIT")
        other.close()
        ended = crawl(tmp_path, origins)
    assert locked.returncode == 1
    assert "antara-kaltim: stopped: " in locked.stderr
    assert "database is locked" in locked.stderr
    assert locked.stderr.count("\n") == 1
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert set(articles_asked(room).values()) == {1}
    assert_held(tmp_path, room)


def test_the_words_of_a_long_run_are_counted_while_it_lasts(tmp_path: Path) -> None:
    room, searched = Newsroom(antara=ANTARA, paser=PASER), list[Result]()

    def look() -> None:
        with Archive.open_reading(tmp_path) as archive:
            searched.append(search(archive, Query(words="kab*", limit=1)))

    at_request(room, ANTARA + PASER, look)
    with room.serving() as origins:
        assert (
            crawl(tmp_path, origins, constants={"crawler.vocabulary_updater.MAX_UNCOUNTED_STORIES": 10}).returncode == 0
        )
    [result] = searched
    assert result.total > 0
    assert result.uncounted < 10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few hundred kilobytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no rights to mount a small disk here; test_crawl.py does the same with a limit on file sizes")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("kilobytes", [280, *(pytest.param(size, marks=pytest.mark.slow) for size in (200, 400, 600))])
def test_a_full_disk_stops_the_run_and_costs_nothing(small_disk: Path, kilobytes: int) -> None:
    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", small_disk], check=True)

    resize(f"{kilobytes}k")
    room = Newsroom(antara=ANTARA, paser=PASER)
    with room.serving() as origins:
        full = crawl(small_disk / "data", origins)
        resize("100m")
        ended = crawl(small_disk / "data", origins)
    assert full.returncode == 1
    assert "Traceback" not in full.stdout + full.stderr
    assert re.search(r"No space left|disk is full|disk I/O error|Cannot open", full.stderr), full.stderr
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert_held(small_disk / "data", room)
