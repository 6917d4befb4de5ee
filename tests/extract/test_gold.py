"""Gold cases: of each stored page, every field is read as it was looked at and written down."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from crawler.newsroom.newsroom import Newsroom
from tests.reading.cases import ROOT, Case, Golden, all_cases
from tests.support.commands import crawl

CASES = all_cases()
FIELDS = tuple(CASES[0].golden)

PRINTED = {
    # field: what shows that the page prints it, whatever its layout
    "pewarta": r"Pewarta\s*:(?:\s|&nbsp;)*[A-Z]",
    "editor": r"Editor\s*:[ \t]*[A-Z]",
    "published_at": r"article:published_time|datePublished|\d{1,2} \w+ 20\d\d,? (?:pukul )?\d\d[:.]\d\d (?i:WIT?A?B?)",
    "section": r'class="breadcrumb|rel="category',
    "tags": r'href="/tag/|rel="tag"',
    "dateline": r">\s*(?:&nbsp;)*[A-Z][\w ,]+\((?:ANTARA|Antara)[\w ]*\)",
    "credit": r"\((?:ADV/)?MC Kominfo Paser\)",
    "is_advertorial": r"\(ADV",
    "image_url": r"og:image",
    "caption": r"<figcaption|wp-caption-text",
    "original_url": r"telah tayang di",
}  # fmt: skip


@cache
def read(case: Case) -> Golden:
    return case.read()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_field(case: Case, field: str) -> None:
    assert read(case)[field] == case.golden[field]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_other_field_is_read_and_none_is_missing(case: Case) -> None:
    assert set(read(case)) == set(case.golden) == set(FIELDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_golden_value_is_empty_where_the_page_has_one(case: Case) -> None:
    page, golden = case.page(), case.golden
    assert all(golden[name] for name in ("site", "id", "url", "title", "body", "layout"))
    empty = [name for name, printed in PRINTED.items() if re.search(printed, page) and not golden[name]]
    assert empty == case.source.get("empty", [])


def test_every_trap_of_the_newsroom_stands_in_a_case_of_every_layout_that_has_it() -> None:
    room = Newsroom()
    pages = [story for stories in room.stories.values() for story in stories]
    pages += [story.as_amp() for story in room.stories["antara-kaltim"]]
    wanted = {(page.layout, trap) for page in pages for trap in page.traps}
    held = {(case.golden["layout"], trap) for case in CASES for trap in case.source.get("traps", [])}
    assert wanted <= held
    assert len(CASES) >= 60


def reading(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.reading", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[Case]:
    """A case that is gone after the test."""
    case = Case(f"mc-paser/made-by-{request.node.name}")
    shutil.rmtree(case.folder, ignore_errors=True)
    yield case
    shutil.rmtree(case.folder, ignore_errors=True)


def test_a_case_is_made_from_a_page_or_from_an_archives_capture(made: Case, tmp_path: Path) -> None:
    stored = CASES[-1]
    page = stored.folder / "page.html"
    from_page = reading("add", made.name, page, "--url", stored.source["url"], "--fetched-at", "2026-09-30")
    assert from_page.returncode == 0, from_page.stderr
    assert made.golden == stored.golden
    again = reading("add", made.name, page, "--url", stored.source["url"])
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    shutil.rmtree(made.folder)

    room = Newsroom(antara=5, paser=5)
    story = room.stories["mc-paser"][2]
    with room.serving() as origins:
        assert crawl(tmp_path, origins).returncode == 0
    from_archive = reading("add", made.name, "--data", tmp_path, "--id", story.id)
    assert from_archive.returncode == 0, from_archive.stderr
    assert (made.golden["body"], made.golden["id"]) == (story.body, story.id)
    assert (made.folder / "page.warc.gz").exists()


def test_a_golden_is_written_anew_with_its_differences_shown(made: Case) -> None:
    shutil.copytree(CASES[-1].folder, made.folder)
    golden = made.golden
    made.write(golden | {"pewarta": "Orang Lain"})
    shown = reading("rewrite", made.name, "--dry-run").stdout
    assert '-  "pewarta": "Orang Lain"' in shown
    assert "1 goldens would change." in shown
    assert made.golden["pewarta"] == "Orang Lain"
    reading("rewrite", made.name)
    assert made.golden == golden


def test_a_page_without_a_story_makes_no_case(made: Case, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Halo</p>")
    ended = reading("add", made.name, tmp_path / "page.html", "--url", "https://mediacenter.paserkab.go.id/berita/x/")
    assert ended.returncode == 1
    assert "nothing can be read from the page" in ended.stderr
    assert not made.folder.exists()
    assert reading("add", "nowhere/x", tmp_path / "page.html", "--url", "x").returncode == 2
    assert ROOT.exists()
