"""`warta`: search, show, history, status, serve. `crawler.cli.main` adds the commands that fetch."""

from __future__ import annotations

import errno
import json
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive.cli.options import console_of_output, data_option
from archive.cli.search import search_command
from archive.store.database import Archive, ArchiveError, Row, database_path
from archive.store.lock import ArchiveBusyError
from archive.store.status import TREND_RUNS, all_sites
from archive.store.versions import Paragraph, changes, versions_of
from archive.warc.reader import find

EXIT_BUSY = 75  # EX_TEMPFAIL of sysexits.h: try again later


class OneLineErrors(click.Group):
    """What a person can mend is told in one line, without a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except ArchiveBusyError as error:
            self._fail(str(error), EXIT_BUSY)
        except ArchiveError as error:
            self._fail(str(error))
        except sqlite3.Error as error:
            self._fail(f"the archive: {error}.")
        except UnicodeEncodeError as error:
            self._fail(f"there is text that cannot be written as {error.encoding.upper()}: {error.reason}.")
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            self._fail(f"{error.filename or 'the system'}: {error.strerror or error}.")

    def _fail(self, message: str, code: int = 1) -> None:
        click.echo(f"warta: {message}", err=True)
        sys.exit(code)


@click.group(
    cls=OneLineErrors,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 well, 1 something went wrong, 2 usage, 75 another run holds the archive.",
)
@click.version_option(package_name="warta")
def cli() -> None:
    """An archive of regional news: crawl it, search it, read it."""


cli.add_command(search_command)


@cli.command()
@click.argument("article_id", metavar="ID")
@data_option
def show(article_id: str, data: Path) -> None:
    """Print the article ID (as "antara-kaltim/67123", or its address) and where its capture is kept."""
    with Archive.open_reading(data) as archive:
        article = _find(archive, article_id)
        capture = archive.capture(article["capture_id"])
        assert capture is not None
        warc = find(archive.warc_root, capture.warc)
        also = archive.rows(
            "SELECT article_id FROM stories WHERE article_id <> :id"
            " AND story_id = (SELECT story_id FROM stories WHERE article_id = :id)",
            {"id": article["id"]},
        )
    console = console_of_output()
    console.print(Text(article["title"], style="bold"))
    for label, value in [*_facts(article), ("Also on", ", ".join(row["article_id"] for row in also))]:
        if value:
            console.print(Text(f"{label}: {value}"))
    console.print()
    console.print(Text(article["body"]))
    console.print()
    provenance = {
        "captured": capture.fetched_at.isoformat(),
        "asked": capture.url,
        "status": capture.status,
        "WARC": warc,
        "offset": capture.offset,
        "length": capture.length,
        "record": capture.record_id,
        "payload": capture.payload_digest,
    }
    for label, value in provenance.items():
        console.print(Text(f"{label}: {value}", style="dim"), soft_wrap=True)


def _facts(article: Row) -> list[tuple[str, Any]]:
    return [
        ("Published", article["published_at"]),
        ("Pewarta", article["pewarta"]),
        ("Editor", article["editor"]),
        ("Place", article["dateline"]),
        ("Credit", article["credit"]),
        ("Advertorial", "yes" if article["is_advertorial"] else None),
        ("Section", article["section"]),
        ("Tags", ", ".join(json.loads(article["tags"]))),
        ("Caption", article["caption"]),
        ("Address", article["url"]),
        ("First published", article["original_url"]),
        ("Versions", article["versions"]),
        ("Withdrawn", article["gone_at"]),
    ]


@cli.command()
@click.argument("article_id", metavar="ID")
@data_option
def history(article_id: str, data: Path) -> None:
    """Show what changed in the article ID from version to version, word by word."""
    with Archive.open_reading(data) as archive:
        article = _find(archive, article_id)
        versions = versions_of(archive, article["id"])
        withdrawn = article["gone_at"]
    console = console_of_output()
    console.print(Text(article["title"], style="bold"))
    console.print(f"Version 1, seen {_minute(versions[0]['seen_at'])}")
    for change in changes(versions):
        console.print(f"\nVersion {change.version}, seen {_minute(change.seen_at)}")
        for field, paragraphs in change.fields.items():
            for paragraph in paragraphs:
                label = "" if field == "body" else f"{field}: "
                console.print(Padding(Text(label) + _compared(paragraph, console), (0, 0, 0, 2), expand=False))
    if withdrawn:
        console.print(f"\nWithdrawn, not there since {_minute(withdrawn)}. The text is kept.")
    elif len(versions) == 1:
        console.print("\nNo change was seen.")


def _compared(paragraph: Paragraph, console: Console) -> Text:
    """Taken out is red and struck through, put in is green; without colours as git prints it: [-old-] {+new+}."""
    marks = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}
    styles = {"=": "", "-": "red strike", "+": "green"}
    words = []
    for piece in paragraph:
        before, after = ("", "") if console.is_terminal and not console.no_color else marks[piece.kind]
        words.append(Text(before + piece.text + after, style=styles[piece.kind]))
    return Text(" ").join(words)


def _find(archive: Archive, article_id: str) -> Row:
    article = archive.row("SELECT * FROM articles WHERE id = ? OR url = ?", [article_id, article_id])
    if article is None:
        raise ArchiveError(f"No article {article_id!r} in {archive.data}. Ids look like antara-kaltim/67123.")
    return article


@cli.command()
@data_option
def status(data: Path) -> None:
    """Say what the archive holds, and how the last runs of each site went."""
    with Archive.open_reading(data) as archive:
        sites = all_sites(archive)
    console = console_of_output()
    for site in sites:
        console.print(
            Text.assemble((site.site, "bold"), f": {site.verdict}", f": {site.reason}" if site.reason else "")
        )
        if site.last_run:
            last_new = f", last new story {_minute(site.last_new)}" if site.last_new else ""
            console.print(f"  last run {_minute(site.last_run)}{last_new}")
        span = f" from {site.oldest} to {site.newest}" if site.oldest else ""
        counts = f"{site.edited} edited, {site.withdrawn} withdrawn, {site.captures} captures, {site.waiting} pages due"
        console.print(f"  {site.stories} stories{span}, {counts}")
        if site.trend:
            console.print(f"  new stories in the last {TREND_RUNS} runs: {site.trend}")


def _minute(time: str) -> str:
    """2026-11-24 10:42Z"""
    return f"{time[:16].replace('T', ' ')}Z"


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@data_option
def serve(port: int, data: Path) -> None:
    """Open the archive in a browser with Datasette, on this machine alone."""
    Archive.open_reading(data).close()
    import uvicorn
    from datasette.app import Datasette

    from archive.web.datasette_config import METADATA, SETTINGS

    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise ArchiveError(f"Port {port} is taken (by another `warta serve`?): name another with --port.") from error
    datasette = Datasette([str(database_path(data))], metadata=METADATA, settings=SETTINGS)
    click.echo(f"http://127.0.0.1:{listening.getsockname()[1]}/\nCtrl-C ends.")
    config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])
