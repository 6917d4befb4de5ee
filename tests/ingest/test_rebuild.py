"""warta rebuild: the database is a product of the WARC files."""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.extract.article import Article, ReadingError, read_article
from archive.ingest import rebuild, workers
from archive.ingest.pipeline import Report, StoppedError
from archive.ingest.spool import read_packed
from archive.store.database import Archive, ArchiveError
from crawler.newsroom.newsroom import Newsroom
from tests.support.clock import later
from tests.support.commands import crawl, warta
from tests.support.database_equality import assert_same, told
from tests.support.interruption import SlicesRead


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive after three runs, between which stories were published, edited, withdrawn and moved."""
    data = tmp_path_factory.mktemp("crawled") / "data"
    room = Newsroom(antara=40, paser=30)
    room.gone_status = 410
    with room.serving() as origins:
        assert crawl(data, origins).returncode == 0
        antara, paser = room.stories["antara-kaltim"], room.stories["mc-paser"]
        for story in (antara[30], antara[31], paser[20]):
            room.edit(story)
        room.withdraw(antara[25])
        room.move(paser[22])
        room.publish("antara-kaltim", 3)
        room.publish("mc-paser", 2)
        later(data, 1.1)
        assert crawl(data, origins).returncode == 0
        room.edit(antara[30])
        room.redecorate()
        later(data, 6)
        assert crawl(data, origins).returncode == 0
    return data


@pytest.fixture
def data(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled, tmp_path / "data"))


def remake(data: Path, **how: Any) -> Report:
    given: dict[str, Any] = {"site": None, "only_changed": False, "dry_run": False, "workers": 1, "scheduler": None}
    given |= {"on_progress": lambda done, total, pages: None, "say": lambda line: None}
    return rebuild.rebuild(data, **given | how)


@contextmanager
def database(data: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(data / "archive.db")
    with db:
        yield db
    db.close()


def read_otherwise(data: Path) -> None:
    """As if an older reader had read a story of each site."""
    with database(data) as db:
        for site in ("antara-kaltim", "mc-paser"):
            db.execute(
                "UPDATE articles SET editor = 'Orang Lain', body = body || ' Lama.' WHERE key ="
                " (SELECT max(key) FROM articles WHERE site = ?)",
                [site],
            )


def without_runs(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What WARC files alone can tell: no bookkeeping of runs and of the frontier's times."""
    tables = {name: rows for name, rows in tables.items() if name not in ("pages", "listings", "walks", "runs")}
    for row in (*tables["captures"], *tables["warcs"]):
        for name in ("run_id", "received", "sealed_at"):
            row.pop(name, None)
    for rows in tables.values():
        rows.sort(key=repr)
    return tables


def test_the_archive_of_these_tests_has_seen_everything(crawled: Path) -> None:
    with Archive.open_reading(crawled) as archive:
        assert archive.row("SELECT max(versions) AS most FROM articles") == {"most": 3}
        assert archive.rows("SELECT id FROM articles WHERE gone_at IS NOT NULL")
        kinds = archive.rows("SELECT DISTINCT record_type, status FROM captures")
    assert {"record_type": "revisit", "status": 304} in kinds
    assert {"record_type": "response", "status": 410} in kinds


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rebuilt_database_equals_the_live_one_row_for_row(data: Path, workers: int) -> None:
    live = told(data)
    outcome = remake(data, workers=workers)
    assert_same(live, told(data))
    assert outcome.comparison is not None
    assert list(outcome.comparison.lines()) == ["No story reads otherwise than before."]
    assert not (data / "rebuild").exists()


def test_a_database_that_was_thrown_away_is_made_again(data: Path) -> None:
    live = told(data)
    for path in data.glob("archive.db*"):
        path.unlink()
    remake(data)
    assert_same(without_runs(live), without_runs(told(data)))


def test_the_history_of_runs_and_of_listings_is_made_again_from_the_files_alone(data: Path) -> None:
    live = told(data)
    for path in data.glob("archive.db*"):
        path.unlink()
    remake(data)
    made = told(data)
    assert len(live["runs"]) == 6
    for table in ("runs", "walks", "listings"):
        assert_same({table: live[table]}, made)


def test_what_reads_otherwise_is_shown_field_by_field(data: Path) -> None:
    live = told(data)
    read_otherwise(data)
    outcome = remake(data)
    assert outcome.comparison is not None
    assert outcome.comparison.fields == {"editor": 2, "body": 2}
    lines = "\n".join(outcome.comparison.lines())
    assert "2 stories read otherwise than before:\n  editor: 2\n    antara-kaltim/" in lines
    assert ": Orang Lain -> " in lines
    assert "[-Lama.-]" in lines
    assert_same(live, told(data))


def test_a_dry_run_writes_nothing_and_spares_the_real_one_the_reading(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_otherwise(data)
    before = told(data)
    outcome = remake(data, dry_run=True)
    assert outcome.comparison is not None
    assert outcome.comparison.changed == 2
    assert_same(before, told(data))
    monkeypatch.setattr(workers, "read_packed", None)
    assert remake(data).read == outcome.read


def test_only_what_changed_is_written_into_the_database_as_it_stands(data: Path) -> None:
    live = told(data)
    read_otherwise(data)
    with database(data) as db:
        db.execute("CREATE TABLE notes (of_archivist)")  # a new database would not have it
        captures = db.execute("SELECT id, record_id FROM captures").fetchall()
    remake(data, only_changed=True)
    assert_same(live, told(data))
    with database(data) as db:
        assert db.execute("SELECT id, record_id FROM captures").fetchall() == captures
        assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_one_site_is_read_again_and_the_others_stay(data: Path) -> None:
    read_otherwise(data)
    remake(data, site="mc-paser")
    with database(data) as db:
        assert db.execute("SELECT site FROM articles WHERE editor = 'Orang Lain'").fetchall() == [("antara-kaltim",)]
    assert all(told(data)[table] for table in ("articles", "versions", "pages", "runs", "warcs"))


def test_who_reads_the_old_database_sees_the_new_one_whole(data: Path) -> None:
    read_otherwise(data)
    with Archive.open_reading(data) as archive:
        wrong = "SELECT count(*) AS count FROM articles WHERE editor = 'Orang Lain'"
        assert archive.row(wrong) == {"count": 2}
        remake(data)
        assert archive.row(wrong) == {"count": 0}


def test_a_missing_file_costs_no_story(data: Path) -> None:
    live = told(data)
    lost = max((data / "warc" / "antara-kaltim").rglob("*.gz"), key=lambda path: path.stat().st_size)
    lost.unlink()
    outcome = remake(data)
    assert len(outcome.kept) >= 39
    assert_same(live, told(data))


def test_a_missing_file_of_listings_costs_no_date(data: Path) -> None:
    """A story's time that only a listing told is in no other file."""
    live = told(data)
    with database(data) as db:
        name = db.execute("SELECT warc FROM captures WHERE url LIKE '%/terkini' ORDER BY id LIMIT 1").fetchone()[0]
        records = db.execute("SELECT offset, length FROM captures WHERE warc = ? AND url LIKE '%/terkini%'", [name])
        with (data / "warc" / name).open("r+b") as file:
            for offset, length in records:
                file.seek(offset + length // 2)
                file.write(b"\0" * 20)
    outcome = remake(data)
    assert outcome.damaged
    assert_same(live, told(data))


def test_a_damaged_record_is_named_and_costs_no_other(data: Path) -> None:
    live = told(data)
    with Archive.open_reading(data) as archive:
        capture = archive.row(
            "SELECT c.* FROM captures c JOIN articles a ON a.capture_id = c.id WHERE a.versions = 1 LIMIT 1"
        )
    assert capture is not None
    with (data / "warc" / capture["warc"]).open("r+b") as file:
        file.seek(capture["offset"] + capture["length"] // 2)
        file.write(b"\0" * 20)
    outcome = remake(data)
    assert [(damage.warc, damage.offset) for damage in outcome.damaged] == [(capture["warc"], capture["offset"])]
    assert len(outcome.kept) == 1
    assert_same(live, told(data))


def test_a_version_that_is_not_read_any_more_is_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = told(data)
    with Archive.open_reading(data) as archive:
        first = archive.row(
            "SELECT * FROM versions WHERE version = 1 AND article_id IN (SELECT id FROM articles WHERE versions = 3)"
        )
    assert first is not None

    def read(html: str, **named: Any) -> Article:
        article = read_article(html, **named)
        if article.body == first["body"]:
            raise ReadingError("today's reader finds no story")
        return article

    monkeypatch.setattr("archive.extract.page.read_article", read)
    assert len(remake(data).kept) == 1
    after = told(data)
    for table in ("articles", "versions", "stories", "twins", "bands"):
        assert_same({table: live[table]}, after)


def test_a_file_that_was_restored_after_a_dry_run_is_read_again(data: Path) -> None:
    live = told(data)
    path = max((data / "warc" / "mc-paser").rglob("*.gz"), key=lambda path: path.stat().st_size)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert remake(data, dry_run=True).damaged
    path.write_bytes(whole)
    outcome = remake(data)
    assert (outcome.damaged, outcome.kept) == ([], [])
    assert_same(live, told(data))


def test_the_log_of_a_database_that_was_lost_is_not_laid_over_the_new_one(data: Path) -> None:
    live = told(data)
    with database(data) as db:
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("UPDATE articles SET title = 'x'")
        db.commit()
        log = (data / "archive.db-wal").read_bytes()
    assert log
    for path in data.glob("archive.db*"):
        path.unlink()
    (data / "archive.db-wal").write_bytes(log)
    remake(data)
    assert_same(without_runs(live), without_runs(told(data)))


def test_a_stopped_rebuild_leaves_the_old_database_and_is_gone_on_with(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = told(data)
    read_otherwise(data)
    before = hashlib.sha256((data / "archive.db").read_bytes()).hexdigest()
    read = SlicesRead(monkeypatch, records=20, last=5)
    with pytest.raises(StoppedError):
        remake(data, on_progress=read.stop)
    assert hashlib.sha256((data / "archive.db").read_bytes()).hexdigest() == before
    stopped = set(read)
    read.clear()
    remake(data)
    assert len(read) > 5
    assert not stopped & set(read)
    assert_same(live, told(data))


@pytest.mark.slow
def test_a_rebuild_that_fails_at_its_very_end_leaves_the_old_database(data: Path) -> None:
    live = told(data)
    ended = warta(
        "rebuild", "--workers", "1", "--data", data, constants={"archive.ingest.carry_over._merge_pages": None}
    )
    assert ended.returncode == 1
    assert_same(live, told(data))
    assert warta("rebuild", "--workers", "1", "--data", data).returncode == 0
    assert_same(live, told(data))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_rebuild_is_ended_at_any_moment_and_gone_on_with(data: Path, by: signal.Signals, workers: int) -> None:
    live = told(data)
    read_otherwise(data)
    before = told(data)
    small = json.dumps({"archive.ingest.scan.SLICE_RECORDS": 4, "archive.cli.ingest.SECONDS_BETWEEN_LINES": 0})
    command = [
        sys.executable,
        "-m",
        "tests.support.patched",
        small,
        "rebuild",
        "--workers",
        str(workers),
        "--data",
        str(data),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "pages/s" in running.stdout.readline()  # it is at work
        running.send_signal(by)
        _, errors = running.communicate()
    if by != signal.SIGKILL:
        assert running.returncode == 1
        assert errors == "Stopped. The same command goes on from here.\n"
    assert_same(before, told(data))
    assert warta("rebuild", "--data", data).returncode == 0
    assert_same(live, told(data))


def test_an_archive_that_a_run_holds_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(b"WARC/1.0")
    with (data / "warta.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for arguments in (["rebuild"], ["import", tmp_path / "x.warc"]):
            ended = warta(*arguments, "--data", data)
            assert ended.returncode == 75
            assert ended.stderr == f"warta: Another run holds {data}: this one leaves it alone.\n"


def test_the_command_says_what_it_did(data: Path, tmp_path: Path) -> None:
    read_otherwise(data)
    ended = warta("rebuild", "--workers", "2", "--data", data)
    assert ended.returncode == 0, ended.stderr
    assert "pages read, 0 give no story." in ended.stdout
    assert "2 stories read otherwise than before:" in ended.stdout
    assert ended.stderr == ""
    nothing = warta("rebuild", "--data", tmp_path / "nothing")
    assert nothing.returncode == 1
    assert nothing.stderr == f"warta: There are no WARC files in {tmp_path / 'nothing'}: --data names another folder.\n"


def test_a_worker_with_another_version_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(data)
    monkeypatch.setattr(
        workers, "read_packed", lambda part: dataclasses.replace(read_packed(part), reader="of another day")
    )
    with pytest.raises(ArchiveError, match="another version of warta"):
        remake(data)
    assert_same(before, told(data))


CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_told_in_a_line(data: Path) -> None:
    nobody = warta("rebuild", "--scheduler", "tcp://127.0.0.1:9", "--data", data)
    assert nobody.returncode == 1
    assert nobody.stderr.splitlines()[-1].startswith("warta: No scheduler answers at tcp://127.0.0.1:9")


@pytest.mark.slow
def test_a_cluster_makes_the_same_database(data: Path, tmp_path: Path) -> None:
    """A real scheduler and two workers, each a process of its own."""
    live = told(data)
    read_otherwise(data)
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        ended = warta("rebuild", "--scheduler", address, "--data", data)
        assert cluster.stdin is not None
        cluster.stdin.close()
    assert ended.returncode == 0, ended.stderr
    assert "2 stories read otherwise than before:" in ended.stdout
    assert_same(live, told(data))
