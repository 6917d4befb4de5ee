"""What `--help` prints: no line is cut, every command has an example that it understands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import crawler.cli.main  # noqa: F401  (adds its commands)
from archive.cli.main import cli
from tests.support.commands import understand

WIDTH = 80
COMMANDS = {"warta": cli, **{f"warta {name}": command for name, command in cli.commands.items()}}


def help_of(name: str) -> str:
    return COMMANDS[name].get_help(
        click.Context(COMMANDS[name], info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"])
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_is_too_long_or_cut(name: str) -> None:
    lines = help_of(name).splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []
    assert [line for line in lines if re.search(r"(…|\.\.\.)$", line) and not line.startswith("Usage:")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_that_it_understands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"^ +(warta .*)", help_of(name).partition("Examples:")[2], re.MULTILINE)
    assert any(example.startswith(name) for example in examples)
    for example in examples:
        for file in re.findall(r"\S+\.(?:warc\.gz|wacz|html)\b", example):
            Path(file).touch()
        understand(example)
