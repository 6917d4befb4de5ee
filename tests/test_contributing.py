"""CONTRIBUTING.md, docs/architecture.md, the Makefile and the hooks: what they name is there, what they print works."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from tests.reading import __main__ as gold_cases
from tests.reading.cases import all_cases
from tests.support.commands import understand

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text() for name in ("CONTRIBUTING.md", "docs/architecture.md")}
CONTRIBUTING, ARCHITECTURE = PAGES.values()
README = (ROOT / "README.md").read_text()

NOT_YET: frozenset[str] = frozenset()
"""Named, and still on its way."""


def in_backticks(page: str) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", prose.replace("\n", " "))


def printed(page: str, mark: str) -> list[str]:
    """The blocks of code below <!-- mark -->."""
    return re.findall(rf"<!-- {mark} -->\n```\w+\n(.*?)```", page, re.DOTALL)


def commands(page: str) -> list[str]:
    """What a reader would type: behind a prompt, or in backticks."""
    typed = [part for line in re.findall(r"^\$ (.*)", page, re.MULTILINE) for part in line.split(" && ")]
    return [command.removeprefix(".venv/bin/").split("   #")[0] for command in typed + in_backticks(page)]


COMMANDS = [command for page in PAGES.values() for command in commands(page)]


# What is named is there


@pytest.mark.parametrize("name", PAGES)
def test_every_path_that_is_named_is_there(name: str) -> None:
    named = {word.rstrip("/") for word in in_backticks(PAGES[name]) if re.fullmatch(r"[\w.-]*(/[\w.-]+)+/?", word)}
    named |= {word for word in in_backticks(PAGES[name]) if re.fullmatch(r"[\w.-]+\.(md|toml)", word)}
    assert len(named) > 10
    assert {word for word in named if not (ROOT / word).exists()} - NOT_YET == set()


@pytest.mark.parametrize("name", [*PAGES, "README.md"])
def test_every_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", (ROOT / name).read_text())
    assert links
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


# The site of the example is not there; its commands are run below.
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("warta ") and "antara-jambi" not in c])
def test_every_command_is_one_that_warta_understands(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").touch()
    understand(command)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python -m ")])
def test_every_module_that_is_run_is_there(command: str) -> None:
    _, _, module, *arguments = shlex.split(command)
    assert find_spec(module) is not None
    if module == "tests.reading":
        subcommand = gold_cases.main.get_command(click.Context(gold_cases.main), arguments[0])
        assert subcommand is not None, arguments[0]
        subcommand.make_context(arguments[0], arguments[1:]).close()


# The house is as it is drawn

ROOMS = re.findall(r"^\| `archive/(\w+)` \|", ARCHITECTURE.partition("\n## Rooms")[2], re.MULTILINE)
"""From the top to the bottom."""


def test_all_rooms_are_named_in_one_order() -> None:
    assert set(ROOMS) == {path.parent.name for path in (ROOT / "archive").glob("*/__init__.py")}
    assert f"**Imports go down only**: {', '.join(ROOMS)}." in " ".join(CONTRIBUTING.split())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    files = list((ROOT / "archive" / room).rglob("*.py"))
    names = {(path.name, tuple(name.split(".")[:2])) for path in files for name in imports(path)}
    below = ROOMS[ROOMS.index(room) :]
    assert {(file, *name) for file, name in names if name[0] in ("crawler", "scrapy", "twisted")} == set()
    assert {(file, *name) for file, name in names if name[0] == "archive" and name[1] not in below} == set()


def test_the_tables_are_those_of_an_archive(tmp_path: Path) -> None:
    section = ARCHITECTURE.partition("\n## Tables")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`\w+`.*?) \|", section, re.MULTILINE)
    with Archive.open(tmp_path) as archive:
        tables = {name for name in archive.db.table_names() if not re.match(r"_|articles_fts_|sqlite_", name)}
    assert {name for row in rows for name in in_backticks(row)} == tables


# One set of commands

TARGETS = {
    name: (help_text, [line.strip() for line in recipe.splitlines()])
    for name, help_text, recipe in re.findall(
        r"^(\w+):.*?## (.*)\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
}


def of_readme(mark: str) -> list[str]:
    (block,) = printed(README, mark)
    return block.strip().split(" && ")


def test_the_makefile_types_the_commands_of_the_readme_and_of_ci() -> None:
    assert [command for name in ("setup", "check", "test") for command in TARGETS[name][1]] == of_readme("tests")
    assert TARGETS["demo"][1] == of_readme("main")[-1:]
    assert (ROOT / ".ci" / "run").read_text().endswith(f" {TARGETS['slow'][1][0]}\n")


def test_every_target_is_told_and_no_other() -> None:
    declared = re.findall(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared == [" ".join(TARGETS)]
    told = {command.removeprefix("make ") for command in COMMANDS if re.fullmatch(r"make \w+", command)}
    assert told == set(TARGETS) - {"help"}


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_make_says_what_there_is() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [f"  make {name}\t{help_text}" for name, (help_text, _) in TARGETS.items()]


def test_a_commit_is_checked_as_make_check_does() -> None:
    entries = re.findall(r"entry: (.*)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert entries == [command.removesuffix(" --check") for command in TARGETS["check"][1]]


# The examples, in a copy of the checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("archive", "crawler", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "scrapy.cfg"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


INSTALLED = {
    # What stands in .venv/bin would import what is installed, not the copy.
    ".venv/bin/python": [sys.executable],
    ".venv/bin/scrapy": [sys.executable, "-m", "scrapy"],
    ".venv/bin/warta": [sys.executable, "-c", "from crawler.cli.main import main; main()"],
}


def run(command: str, checkout: Path) -> str:
    program, *arguments = shlex.split(command)
    ended = subprocess.run(
        [*INSTALLED[program], *arguments], cwd=checkout, capture_output=True, text=True, timeout=90, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_site_is_added_as_printed(checkout: Path) -> None:
    (diff,), (spider,), (typed,) = (printed(CONTRIBUTING, mark) for mark in ("site", "spider", "site-command"))
    register = checkout / "archive" / "sites" / "__init__.py"
    context, added = (line[1:] for line in diff.splitlines(keepends=True))
    before = register.read_text()
    assert before.count(context) == 1
    register.write_text(before.replace(context, context + added))
    (checkout / "crawler" / "spiders" / "antara_jambi.py").write_text(spider)
    listing, crawling = re.findall(r"^\$ (.*)", typed, re.MULTILINE)
    assert run(listing, checkout).split() == ["antara_jambi", "antara_kaltim", "mc_paser"]
    with Newsroom(antara=5, paser=5).serving() as origins:
        crawled = run(crawling.replace("http://127.0.0.1:PORT", origins["antara-kaltim"]), checkout)
    assert crawled.startswith("antara-jambi: well\n  5 new")
    assert "antara-jambi" not in run(".venv/bin/warta demo", checkout)  # the newsroom does not stand in for it


def test_a_gold_case_is_made_as_printed(checkout: Path) -> None:
    page = next(page for case in all_cases() if (page := case.folder / "page.html").exists() and case.golden["url"])
    shutil.copy(page, checkout / "page.html")
    typed = [
        (command, shown)
        for block in printed(CONTRIBUTING, "gold")
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]
    assert len(typed) == 4
    for command, shown in typed:
        assert run(command, checkout).endswith(shown)
    assert (checkout / "tests" / "reading" / "antara-kaltim" / "byline-after-tags" / "article.json").exists()
