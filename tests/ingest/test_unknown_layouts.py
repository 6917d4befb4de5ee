"""Pages of known sites in no layout that is known: read where they are surely stories, counted, and an alarm."""

from __future__ import annotations

from pathlib import Path

from archive.store.database import Archive
from crawler.verdict import RunReport
from tests.extract.test_generic import KNOWN, STORY, TITLE, read, usual
from tests.extract.test_reading import NOW
from tests.ingest.test_imports import put, response, take, warc
from tests.support.commands import warta

SHORT = "https://kaltim.antaranews.com/berita/70002/singkat"


def imported(tmp_path: Path) -> Path:
    pages = ((KNOWN, response(usual())), (SHORT, response(usual(text=f"<p>{STORY[0]}</p>"))))
    return put(tmp_path / "in", "x.warc.gz", warc(*pages))


def test_an_import_counts_them_and_reads_what_is_surely_a_story(tmp_path: Path) -> None:
    report, _, _ = take(tmp_path / "data", imported(tmp_path))
    assert sorted(report.unknown_layouts) == [KNOWN, SHORT]
    with Archive.open_reading(tmp_path / "data") as archive:
        rows = archive.rows("SELECT id, title, layout FROM articles")
    assert [tuple(dict(row).values()) for row in rows] == [("antara-kaltim/70001", TITLE, "generic")]


def test_import_and_rebuild_say_so(tmp_path: Path) -> None:
    alarm = "2 pages of known sites are in no layout that is known, as https://kaltim.antaranews.com/berita/7000"
    assert alarm in warta("import", imported(tmp_path), "--data", tmp_path / "data").stderr
    (tmp_path / "data" / "archive.db").unlink()
    assert alarm in warta("rebuild", "--data", tmp_path / "data").stderr


def test_one_such_page_degrades_a_run() -> None:
    report = RunReport(named=True, ways={"listing": None}, complete=True, found=20, read=20)
    report.count_fields(read(usual(), KNOWN), now=NOW)
    verdict, reason = report.verdict()
    assert (verdict, reason) == ("degraded", f"1 of 20 pages are in no layout that is known, as {KNOWN}")
