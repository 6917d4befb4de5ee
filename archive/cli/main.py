"""`warta` and its commands that need no network. `crawler.cli.main` adds those that fetch."""

from __future__ import annotations

import errno
import sqlite3
import sys
from typing import Any

import click

from archive.cli.ingest import import_command, rebuild_command
from archive.cli.pack import pack_command
from archive.cli.runs import pages_command, runs_command
from archive.cli.search import search_command
from archive.cli.serve import serve_command
from archive.cli.show import history_command, show_command
from archive.cli.status import status_command
from archive.store.database import ArchiveError
from archive.store.lock import ArchiveBusyError

EXIT_BUSY = 75  # EX_TEMPFAIL of sysexits.h: try again later


class OneLineErrors(click.Group):
    """A group of commands whose expected errors are printed as one line instead of a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ArchiveBusyError as error:
            self._fail(str(error), EXIT_BUSY)
        except ArchiveError as error:
            self._fail(str(error))
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
                self._fail("the archive's database is damaged: `warta rebuild` makes it again from the WARC files.")
            self._fail(f"the archive: {' '.join(str(error).split())[:200]}.")  # SQLite quotes whole texts
        except UnicodeEncodeError as error:
            self._fail(f"there is text that cannot be written as {error.encoding.upper()}: {error.reason}.")
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            self._fail(f"{error.filename or 'the system'}: {error.strerror or error}.")

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands with their whole first sentence; click cuts it at the end of the line."""
        commands = [(name, self.commands[name]) for name in self.list_commands(context)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(limit=1000)) for name, command in commands])

    def _fail(self, message: str, code: int = 1) -> None:
        click.echo(f"warta: {message}", err=True)
        sys.exit(code)


@click.group(
    cls=OneLineErrors,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 well, 1 something went wrong, 2 usage, 75 another run holds the archive.\n\n"
    "\b\nExamples:\n  warta demo\n  warta crawl antara-kaltim\n  warta search banjir",
)
@click.version_option(package_name="warta")
def cli() -> None:
    """An archive of regional news: crawl it, search it, read it."""


for command in (
    *(search_command, show_command, history_command, status_command, serve_command),
    *(runs_command, pages_command, rebuild_command, import_command, pack_command),
):
    cli.add_command(command)
