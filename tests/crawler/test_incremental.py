"""Scheduled runs: a run does what is new, notices what changed, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.store.database import Archive
from archive.warc.reader import find, read_record
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import Story
from tests.support.clock import later
from tests.support.commands import crawl, warta

SINCE = "2025-06-01"  # listings reach further back, so that a run knows that it has seen everything it wants


@contextmanager
def at_work(data: Path, *, antara: int = 60, paser: int = 40) -> Iterator[tuple[Newsroom, dict[str, str]]]:
    """A newsroom that was crawled once."""
    room = Newsroom(antara=antara, paser=paser)
    with room.serving() as origins:
        assert crawl(data, origins, since=SINCE).returncode == 0
        for server in room.servers.values():
            server.log.clear()
        yield room, origins


def again(data: Path, origins: dict[str, str], *more: str, since: str = SINCE) -> dict[str, dict[str, Any]]:
    """Another run; the report of each site."""
    report = data / "report.json"
    ended = crawl(data, origins, "--report", report, *more, since=since)
    reports = {site["site"]: site for site in json.loads(report.read_text())}
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return reports


def rows(data: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    with Archive.open_reading(data) as archive:
        return archive.rows(sql, values)


def articles_asked(room: Newsroom) -> list[str]:
    return [
        path
        for server in room.servers.values()
        for path in server.asked
        if path.startswith(("/berita/", "/foto/", "/video/")) and "/page/" not in path
    ]


def test_a_run_right_after_another_asks_for_listings_alone_and_is_told_that_they_are_unchanged(tmp_path: Path) -> None:
    with at_work(tmp_path, paser=120) as (room, origins):
        reports = again(tmp_path, origins)
        kaltim, paser = room.servers["antara-kaltim"], room.servers["mc-paser"]
        assert kaltim.asked == ["/robots.txt", "/rss/terkini.xml", "/terkini"]
        assert [path.partition("?")[0] for path in paser.asked] == ["/robots.txt", "/wp-json/wp/v2/posts"]
        assert [asked.status for asked in kaltim.log] == [200, 304, 304]
    assert {report["verdict"] for report in reports.values()} == {"well"}
    assert all(report["saved"] > 2000 for report in reports.values())
    revisits = rows(tmp_path, "SELECT * FROM captures WHERE status = 304")
    assert len(revisits) == 3
    for row in revisits:
        record = read_record(find(tmp_path / "warc", row["warc"]), row["offset"])
        first = rows(tmp_path, "SELECT * FROM captures WHERE record_id = ?", record.header("WARC-Refers-To"))[0]
        assert (record.type, first["status"], first["url"]) == ("revisit", 200, row["url"])


def test_known_stories_are_looked_at_again_on_their_ladder_with_their_validators(tmp_path: Path) -> None:
    with at_work(tmp_path) as (room, origins):
        held = rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"]
        later(tmp_path, 1.1)
        reports = again(tmp_path, origins)
        asked = [asked for server in room.servers.values() for asked in server.log]
        rechecks = [asked for asked in asked if asked.path in articles_asked(room)]
        assert len(rechecks) == held
        assert {asked.status for asked in rechecks} == {304}
        again(tmp_path, origins)  # the next rung is hours away
        assert len(articles_asked(room)) == held
    assert sum(report["checked"] for report in reports.values()) == held
    assert rows(tmp_path, "SELECT max(versions) AS n FROM articles") == [{"n": 1}]
    assert rows(tmp_path, "SELECT count(*) AS n FROM pages WHERE checks = 2") == [{"n": held}]


def test_what_happened_between_two_runs_is_noticed_and_nothing_else(tmp_path: Path) -> None:
    with at_work(tmp_path) as (room, origins):
        known = {row["id"] for row in rows(tmp_path, "SELECT id FROM articles")}

        def some(site: str, start: int, count: int) -> list[Story]:
            return [s for s in room.stories[site] if s.id in known and s.kind == "berita"][start : start + count]  # type: ignore[index]

        edited = some("antara-kaltim", 3, 3) + some("mc-paser", 3, 2)
        withdrawn = some("antara-kaltim", 10, 2)
        moved = some("mc-paser", 9, 2)
        texts = {story.id: story.body for story in edited}
        for story in edited:
            room.edit(story)
        for story in withdrawn:
            room.withdraw(story)
        for story in moved:
            room.move(story)
        new = room.publish("antara-kaltim", 3) + room.publish("mc-paser", 2)
        room.redecorate()  # every page looks different, no other story is
        later(tmp_path, 1.1)
        first = again(tmp_path, origins)
        later(tmp_path, 25)
        second = again(tmp_path, origins)

    assert sum(report["new"] for report in first.values()) == len(new)
    assert sum(report["changed"] for report in first.values()) == len(edited)
    assert sum(report["moved"] for report in first.values()) == len(moved)
    assert sum(report["gone"] for report in first.values()) == 0  # one 404 may be a slip
    assert sum(report["gone"] for report in second.values()) == len(withdrawn)
    assert [second["antara-kaltim"][name] for name in ("new", "changed", "moved")] == [0, 0, 0]
    held = {row["id"]: row for row in rows(tmp_path, "SELECT * FROM articles")}
    assert set(held) == known | {story.id for story in new}
    assert {id for id, row in held.items() if row["gone_at"]} == {story.id for story in withdrawn}
    assert {id for id, row in held.items() if row["versions"] == 2} == {story.id for story in edited}
    assert all(held[story.id]["url"] == story.url for story in moved)
    for story in edited:
        old, current = rows(tmp_path, "SELECT body FROM versions WHERE article_id = ? ORDER BY version", story.id)
        assert (old["body"], current["body"]) == (texts[story.id], story.body)
    assert all(held[story.id]["body"] for story in withdrawn)


def test_an_edit_that_rest_names_is_fetched_at_once(tmp_path: Path) -> None:
    with at_work(tmp_path) as (room, origins):
        story = room.stories["mc-paser"][-3]
        room.edit(story)
        reports = again(tmp_path, origins)
        assert articles_asked(room) == [story.url.removeprefix("https://mediacenter.paserkab.go.id")]
    assert reports["mc-paser"]["changed"] == 1


def test_a_title_that_the_feed_prints_anew_makes_a_story_due_at_once(tmp_path: Path) -> None:
    with at_work(tmp_path) as (room, origins):
        story = room.stories["antara-kaltim"][-3]
        story.title = "Judul yang diperbaiki redaksi"
        room.edit(story)
        again(tmp_path, origins)
        assert len(articles_asked(room)) == 1
    assert rows(tmp_path, "SELECT title FROM articles WHERE id = ?", story.id) == [{"title": story.title}]


@pytest.mark.slow
def test_a_story_that_comes_back_is_no_longer_withdrawn(tmp_path: Path) -> None:
    with at_work(tmp_path) as (room, origins):
        story = room.stories["antara-kaltim"][-4]
        room.withdraw(story)
        for hours in (1.1, 25):
            later(tmp_path, hours)
            again(tmp_path, origins)
        gone = rows(tmp_path, "SELECT gone_at FROM articles WHERE id = ?", story.id)
        shown = warta("history", story.id, "--data", tmp_path).stdout
        room.restore(story)
        later(tmp_path, 25)
        again(tmp_path, origins)
    assert gone[0]["gone_at"] is not None
    assert "Withdrawn, not there since" in shown
    assert rows(tmp_path, "SELECT gone_at, versions FROM articles WHERE id = ?", story.id) == [
        {"gone_at": None, "versions": 1}
    ]


def test_a_page_that_answers_410_is_withdrawn_at_once(tmp_path: Path) -> None:
    with at_work(tmp_path, antara=20, paser=20) as (room, origins):
        story = room.stories["antara-kaltim"][-4]
        room.withdraw(story)
        room.gone_status = 410
        later(tmp_path, 1.1)
        reports = again(tmp_path, origins)
    assert reports["antara-kaltim"]["gone"] == 1


def test_history_shows_an_edit_word_by_word(tmp_path: Path) -> None:
    with at_work(tmp_path, antara=20, paser=20) as (room, origins):
        story = room.stories["mc-paser"][-2]
        room.edit(story)
        again(tmp_path, origins)
    shown = warta("history", story.id, "--data", tmp_path)
    assert shown.returncode == 0
    assert "{+Keterangan ini telah dilengkapi redaksi.+}" in shown.stdout
    assert "[-" not in shown.stdout
    assert warta("history", "mc-paser/1", "--data", tmp_path).returncode == 1


@pytest.mark.slow
def test_a_long_walk_is_done_in_slices_and_no_finished_page_is_asked_for_again(tmp_path: Path) -> None:
    room = Newsroom(antara=300, paser=5)
    server = room.servers["antara-kaltim"]
    with room.serving() as all_origins:
        origins = {"antara-kaltim": all_origins["antara-kaltim"]}
        crawl(tmp_path, origins, "--max-articles", "100")
        deepest = max(int(path.rpartition("/")[2]) for path in server.asked if path.startswith("/terkini/"))
        asked = len(server.asked)
        again(tmp_path, origins, since="2012-01-01")
        second = server.asked[asked:]
    pages = [int(path.rpartition("/")[2]) for path in second if path.startswith("/terkini/")]
    assert (
        min(page for page in pages if page > 4) >= deepest - 2
    )  # after the known pages in front, on from where it was
    articles = [path for path in server.asked if path.startswith(("/berita/", "/foto/", "/video/"))]
    assert len(articles) == len(set(articles)) == 300


@pytest.mark.slow
def test_an_interrupted_look_at_what_is_new_leaves_no_hole(tmp_path: Path) -> None:
    """New stories fill three listing pages, the run that sees them ends after the first: the next one sees the rest,
    although what follows its first page is known."""
    with at_work(tmp_path, antara=100, paser=20) as (room, origins):
        new = room.publish("antara-kaltim", 45)
        crawl(tmp_path, origins, "--max-articles", "3", since=SINCE)
        again(tmp_path, origins)
    held = {row["id"] for row in rows(tmp_path, "SELECT id FROM articles")}
    assert {story.id for story in new} <= held


@pytest.mark.slow
def test_a_deeper_since_walks_on_from_where_the_listing_was_left(tmp_path: Path) -> None:
    with at_work(tmp_path, antara=200, paser=20) as (room, origins):
        again(tmp_path, origins, since="2012-01-01")
    held = {row["id"] for row in rows(tmp_path, "SELECT id FROM articles")}
    assert held == {story.id for stories in room.stories.values() for story in stories}


def test_a_list_of_addresses_is_fetched_whatever_stands_around_them(tmp_path: Path) -> None:
    room = Newsroom(antara=30, paser=20)
    one, two, three = (room.stories["antara-kaltim"][n] for n in (2, 5, 8))
    post = room.stories["mc-paser"][4]
    (tmp_path / "list.csv").write_text(
        f"{one.url}?utm_source=x\n"
        f'"x","https://web.archive.org/web/2022/{two.url}",200\n'
        "com,antaranews,kaltim)/amp 2022"
        f" https://kaltim.antaranews.com/amp/berita/{three.number}/@kaltim_antara text/html\n"
        f"{post.url}\nhttps://www.antaranews.com/berita/1/x\nno address\n"
    )
    with room.serving() as origins:
        ended = crawl(tmp_path / "data", origins, "--urls", tmp_path / "list.csv")
        asked = [path for server in room.servers.values() for path in server.asked if path != "/robots.txt"]
    assert ended.returncode == 0, ended.stdout
    assert "4 articles named, 1 addresses are none of these sites'." in ended.stdout
    assert len(asked) == 4
    held = {row["id"] for row in rows(tmp_path / "data", "SELECT id FROM articles")}
    assert held == {one.id, two.id, three.id, post.id}
    (tmp_path / "none.txt").write_text("nothing\n")
    assert warta("crawl", "--urls", tmp_path / "none.txt", "--data", tmp_path / "x").returncode == 2


def test_a_bare_surrounding_as_crons_does(tmp_path: Path) -> None:
    room = Newsroom(antara=20, paser=20)
    with room.serving() as origins:
        ended = crawl(tmp_path / "data", origins, env={}, cwd="/", stdin=-3)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize("hours", [0.5])
def test_status_shows_the_last_run_and_the_trend(tmp_path: Path, hours: float) -> None:
    with at_work(tmp_path, antara=20, paser=20) as (_, origins):
        later(tmp_path, hours)
        again(tmp_path, origins)
    assert "▄·" in warta("status", "--data", tmp_path).stdout


@pytest.mark.slow
def test_a_newer_reader_corrects_what_an_older_one_read_and_makes_no_version_of_it(tmp_path: Path) -> None:
    """An older warta left a credit in the body; then the site's chrome changes, and one of two stories as well."""
    with at_work(tmp_path, antara=20, paser=20) as (room, origins):
        stories = room.stories["mc-paser"][-3:-1]
        with sqlite3.connect(tmp_path / "archive.db") as db:
            for table, key in (("articles", "id"), ("versions", "article_id")):
                db.execute(
                    f"UPDATE {table} SET body = body || ' Pewarta : X', fingerprint = 'old' WHERE {key} IN (?, ?)",
                    [story.id for story in stories],
                )
        db.close()
        before = stories[1].body
        room.edit(stories[1])
        room.redecorate()
        later(tmp_path, 1.1)
        reports = again(tmp_path, origins)
    assert reports["mc-paser"]["changed"] == 1
    texts = "SELECT version, body FROM versions WHERE article_id = ? ORDER BY version"
    assert rows(tmp_path, texts, stories[0].id) == [{"version": 1, "body": stories[0].body}]
    assert rows(tmp_path, texts, stories[1].id) == [
        {"version": 1, "body": before},
        {"version": 2, "body": stories[1].body},
    ]
