"""The README's examples: what it shows is what the commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

import crawler.cli  # noqa: F401  (adds its commands)
from archive.cli import cli
from tests.run import WARTA, warta

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line.removeprefix("$ ").split("   #")[0].split(" > ")[0] for line in re.findall(r"^\$ warta .*", README, re.M)
]
EXAMPLES = re.findall(r"<!-- example -->\n```console\n\$ (.*)\n((?:.*\n)*?)```", README)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_warta_understands(command: str) -> None:
    _, name, *arguments = shlex.split(command)
    subcommand = cli.get_command(click.Context(cli), name)
    assert subcommand is not None
    subcommand.make_context(name, arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    assert warta("demo", "--data", folder / "demo-data").returncode == 0
    return folder


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_an_example_prints_what_the_readme_shows(folder: Path, command: str, shown: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "warta"
    ended = subprocess.run([WARTA, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    pattern = ".*".join(map(re.escape, lines(shown).split("...")))
    assert re.fullmatch(pattern, lines(ended.stdout), re.DOTALL), ended.stdout


def lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_the_readme_names_no_file_that_is_not_there() -> None:
    for name in re.findall(r"\]\(((?!https?:)[^)]+)\)", README):
        assert (ROOT / name).exists(), name


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
