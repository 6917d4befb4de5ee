"""`warta`: all commands, those that fetch and those that only read the archive."""

from __future__ import annotations

from archive.cli.main import cli
from crawler.cli.crawl import crawl_command
from crawler.cli.demo import demo_command
from crawler.cli.read import read_command

for command in (crawl_command, demo_command, read_command):
    cli.add_command(command)


def main() -> None:
    """The entry point `warta`."""
    cli(prog_name="warta")
