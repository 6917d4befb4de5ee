"""`warta crawl`, end to end, against both sites on loopback."""

from __future__ import annotations

import fcntl
import resource
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.store.database import Archive
from archive.store.runs import start_run
from archive.warc.account import RunStart
from archive.warc.reader import find, read_record
from crawler.newsroom.newsroom import Newsroom
from tests.support import commands as run
from tests.support.commands import warta
from tests.support.site_server import SiteServer, antara, antara_article, paser


def crawl(data: Path, **origins: str) -> subprocess.CompletedProcess[str]:
    return run.crawl(data, {name.replace("_", "-"): origin for name, origin in origins.items()}, since="2026-01-01")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str], SiteServer]:
    data = tmp_path_factory.mktemp("crawled")
    kaltim, media_centre = antara(), paser()
    with kaltim.serving() as a, media_centre.serving() as b:
        ended = crawl(data, antara_kaltim=a, mc_paser=b)
    return data, ended, kaltim


def test_both_sites_are_crawled_in_one_run_and_all_is_well(
    crawled: tuple[Path, subprocess.CompletedProcess[str], SiteServer],
) -> None:
    data, ended, _ = crawled
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    with Archive.open_reading(data) as archive:
        ids = [row["id"] for row in archive.rows("SELECT id FROM articles ORDER BY key")]
        runs = {row["site"]: row for row in archive.rows("SELECT * FROM runs")}
    assert sorted(ids) == sorted(
        [*(f"antara-kaltim/{1000 + 3 * n}" for n in range(1, 6)), *(f"mc-paser/{n}" for n in range(1, 5))]
    )
    assert {run["verdict"] for run in runs.values()} == {"well"}
    assert runs["mc-paser"]["discovery"] == "REST"
    assert runs["antara-kaltim"]["discovery"].startswith("feed")


def test_an_article_holds_what_its_page_says(
    crawled: tuple[Path, subprocess.CompletedProcess[str], SiteServer],
) -> None:
    with Archive.open_reading(crawled[0]) as archive:
        article = archive.rows("SELECT * FROM articles WHERE id = 'antara-kaltim/1003'")[0]
        post = archive.rows("SELECT * FROM articles WHERE id = 'mc-paser/2'")[0]
    assert article["pewarta"] == "R. Wartono"
    assert article["editor"] is None
    assert article["published_at"] == "2026-09-25T17:30:00+08:00"
    assert article["dateline"] == "Tana Paser"
    assert article["credit"] == "MC Kominfo Paser"
    assert article["is_advertorial"] == 1
    assert article["section"] == "Paser"
    assert article["caption"] == "Bupati Paser. ANTARA/Istimewa"
    assert article["body"].endswith("\n\nParagraf kedua.")
    assert post["published_at"] == "2026-09-03T09:00:00+08:00"  # the page has no date, REST does
    assert (post["title"], post["pewarta"], post["editor"]) == ("Kabar & 2", "Ani", "Budi")


def test_every_capture_row_points_at_its_record_and_every_exchange_has_one(
    crawled: tuple[Path, subprocess.CompletedProcess[str], SiteServer],
) -> None:
    data, _, kaltim = crawled
    with Archive.open_reading(data) as archive:
        captures = archive.rows("SELECT * FROM captures WHERE site = 'antara-kaltim' ORDER BY id")
        warcs = archive.rows("SELECT * FROM warcs")
    assert [capture["url"].removeprefix(kaltim.origin) for capture in captures] == kaltim.asked
    for capture in captures:
        record = read_record(find(data / "warc", capture["warc"]), capture["offset"])
        assert record.header("WARC-Record-ID") == capture["record_id"]
        assert record.header("WARC-Payload-Digest") == capture["payload_digest"]
    assert len(warcs) == 2
    assert not list(data.rglob("*.part"))


def test_the_listing_ends_where_it_repeats_its_last_page(
    crawled: tuple[Path, subprocess.CompletedProcess[str], SiteServer],
) -> None:
    assert "/terkini/3" in crawled[2].asked
    assert "/terkini/4" not in crawled[2].asked


def test_a_second_run_fetches_no_article_again(tmp_path: Path) -> None:
    server = antara()
    with server.serving() as origin:
        crawl(tmp_path, antara_kaltim=origin)
        first = len(server.asked)
        ended = crawl(tmp_path, antara_kaltim=origin)
    assert ended.returncode == 0
    assert not [path for path in server.asked[first:] if path.startswith("/berita/")]


@pytest.mark.parametrize(("off", "way"), [(("/wp-json",), "listing"), ((), "REST")])
def test_when_one_way_to_list_posts_is_switched_off_the_next_serves(
    tmp_path: Path, off: tuple[str, ...], way: str
) -> None:
    server = paser()
    links = "".join(f'<h2 class="entry-title"><a href="/berita/pemerintahan/kabar-{n}/">k</a></h2>' for n in (2, 1))
    server.put("/berita/page/1/", f"<html><body><article>{links}</article></body></html>")
    for path in [path for path in server.pages if path.startswith(off)] if off else []:
        del server.pages[path]
    with server.serving() as origin:
        ended = crawl(tmp_path, mc_paser=origin)
    with Archive.open_reading(tmp_path) as archive:
        run = archive.rows("SELECT * FROM runs")[0]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert run["discovery"] == way


def test_a_page_that_is_no_article_is_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    server = antara()
    server.put("/berita/1006/judul", "<html><body><h1>Sebentar…</h1><p>Memeriksa peramban Anda</p></body></html>")
    with server.serving() as origin:
        ended = crawl(tmp_path, antara_kaltim=origin)
    assert "1 of 5 pages failed" in ended.stdout
    with Archive.open_reading(tmp_path) as archive:
        failed = archive.rows("SELECT * FROM pages WHERE state = 'failed'")
        assert [page["article_id"] for page in failed] == ["antara-kaltim/1006"]
        assert archive.rows("SELECT count(*) AS n FROM articles")[0]["n"] == 4


def test_a_page_that_says_it_is_another_article_is_not_taken_for_the_one_asked_for(tmp_path: Path) -> None:
    server = antara()
    server.put("/berita/1006/judul", antara_article(999, "Lain"))
    with server.serving() as origin:
        ended = crawl(tmp_path, antara_kaltim=origin)
    assert "asked for article 1006, the page says it is 999" in ended.stdout


def verdict_of(data: Path) -> str:
    with Archive.open_reading(data) as archive:
        return str(archive.rows("SELECT verdict FROM runs")[0]["verdict"])


def test_an_unreachable_host_a_forbidding_one_and_an_empty_one_are_told_apart(tmp_path: Path) -> None:
    empty, forbidding = SiteServer(), antara()
    forbidding.put("/robots.txt", "User-agent: *\nDisallow: /")
    with empty.serving() as gone:
        pass
    with empty.serving() as nothing, forbidding.serving() as no:
        for name, origin, verdict in (
            ("gone", gone, "unreachable"),
            ("nothing", nothing, "found nothing"),
            ("no", no, "refused"),
        ):
            ended = crawl(tmp_path / name, antara_kaltim=origin)
            assert ended.returncode == 1
            assert ended.stderr.startswith(f"antara-kaltim: {verdict}: ")
            assert ended.stderr.count("\n") == 1
            assert verdict_of(tmp_path / name) == verdict


def test_a_second_run_at_the_same_time_leaves_the_archive_alone(tmp_path: Path) -> None:
    with (tmp_path / "warta.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = warta("crawl", "--data", tmp_path)
    assert ended.returncode == 75
    assert ended.stderr.splitlines() == [f"warta: Another run holds {tmp_path}: this one leaves it alone."]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nix"], "'nix' is no site"),
        (["--since", "gestern"], "does not match the format"),
        (["--max-articles", "0"], "not in the range"),
        (["--delay", "0"], "below 1 second is for servers of your own"),
        (["--origin", "mc-paser"], "is not SITE=URL"),
    ],
)
def test_wrong_usage_is_told_in_words_with_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = warta("crawl", "--data", tmp_path / "x", *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (tmp_path / "x").exists()


def test_scrapy_crawl_works_as_in_any_project(tmp_path: Path) -> None:
    server = antara()
    root = Path(__file__).parents[2]
    with server.serving() as origin:
        ended = subprocess.run(
            f"{sys.executable} -m scrapy crawl antara_kaltim -a origin={origin} -a since=2026-01-01 -a max_articles=2"
            f" -s WARTA_DATA={tmp_path} -s DOWNLOAD_DELAY=0 -O {tmp_path}/out.jsonl".split(),
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


def test_a_folder_that_takes_no_more_stops_the_run_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file where the folder should be")
    server = antara()
    with server.serving() as origin:
        ended = crawl(tmp_path, antara_kaltim=origin)
    assert ended.returncode == 1
    assert ended.stderr.startswith("antara-kaltim: stopped: cannot record what the site sends")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("kilobytes", [100, *(pytest.param(size, marks=pytest.mark.slow) for size in (20, 250, 400))])
def test_a_full_disk_is_told_in_a_line_and_costs_nothing_once_there_is_room(tmp_path: Path, kilobytes: int) -> None:
    """A limit on the size of files stands in for the full disk: the same writes fail, at the same calls."""
    room = Newsroom(antara=40, paser=20)
    with room.serving() as origins:
        limit = (kilobytes * 1024, kilobytes * 1024)
        full = run.crawl(tmp_path, origins, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        with_room = run.crawl(tmp_path, origins)
    assert full.returncode == 1
    assert "stopped: " in full.stderr or full.stderr.startswith("warta: Cannot open ")
    assert "Traceback" not in full.stdout + full.stderr
    assert with_room.returncode == 0, with_room.stdout + with_room.stderr
    with Archive.open_reading(tmp_path) as archive:
        held = [row["id"] for row in archive.rows("SELECT id FROM articles")]
        captures = archive.rows("SELECT * FROM captures")
        assert archive.row("PRAGMA integrity_check") == {"integrity_check": "ok"}
    assert sorted(held) == sorted(story.id for stories in room.stories.values() for story in stories)
    for capture in captures:
        record = read_record(find(tmp_path / "warc", capture["warc"]), capture["offset"])
        assert record.header("WARC-Record-ID") == capture["record_id"]


def test_a_run_waits_while_another_program_writes_to_the_archive(tmp_path: Path) -> None:
    room = Newsroom(antara=20, paser=10)
    Archive.open(tmp_path).close()
    other = sqlite3.connect(tmp_path / "archive.db", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(2, other.commit).start()
    with room.serving() as origins:
        ended = run.crawl(tmp_path, origins)
    other.close()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with Archive.open_reading(tmp_path) as archive:
        assert archive.row("SELECT count(*) AS n FROM articles") == {"n": 30}


def test_an_archive_that_stays_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Archive.open(tmp_path).close()
    monkeypatch.setattr("archive.store.connections.BUSY_SECONDS", 0.1)
    with sqlite3.connect(tmp_path / "archive.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        with Archive.open(tmp_path) as archive, pytest.raises(sqlite3.OperationalError, match="database is locked"):
            start_run(archive, RunStart("mc-paser", "", datetime.now(UTC), {}))
    other.close()
