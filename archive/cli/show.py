"""`warta show` and `warta history`: print one story, and what changed in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive.cli.options import console_of_output, data_option, minute
from archive.search.lookup import ids_of
from archive.store.database import Archive, ArchiveError, Row
from archive.store.payload import located
from archive.store.versions import Paragraph, changes, versions_of
from archive.warc.reader import WarcError

MAX_NAMED = 10
"""How many articles of one number are named."""


@click.command(
    "show",
    epilog="\b\nExamples:\n  warta show antara-kaltim/67123\n  warta show https://kaltim.antaranews.com/berita/67123/judul",
)
@click.argument("article_id", metavar="ID")
@data_option
def show_command(article_id: str, data: Path) -> None:
    """Print the article ID (as "antara-kaltim/67123", its address, or its number alone) and where its capture is kept.

    Exit code: 0 shown, 1 there is no such article, or the WARC file of its capture is missing.
    """
    missing = ""
    with Archive.open_reading(data) as archive:
        article = _find(archive, article_id)
        capture = archive.capture(article["capture_id"])
        assert capture is not None
        warc: Path | str
        try:
            capture, warc = located(archive, capture)
        except WarcError as error:
            warc, missing = f"{archive.warc_root / capture.warc} (missing)", str(error)
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
    if missing:
        click.echo(f"warta: {missing} The text above is the database's; nothing proves it any more.", err=True)
        sys.exit(1)


def _facts(article: Row) -> list[tuple[str, Any]]:
    return [
        ("Published", article["published_at"]),
        ("Pewarta", article["pewarta"]),
        ("Editor", article["editor"]),
        ("Translator", article["translator"]),
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


@click.command("history", epilog="\b\nExamples:\n  warta history mc-paser/29841")
@click.argument("article_id", metavar="ID")
@data_option
def history_command(article_id: str, data: Path) -> None:
    """Show what changed in the article ID from version to version, word by word."""
    with Archive.open_reading(data) as archive:
        article = _find(archive, article_id)
        versions = versions_of(archive, article["id"])
        withdrawn = article["gone_at"]
    console = console_of_output()
    console.print(Text(article["title"], style="bold"))
    console.print(f"Version 1, seen {minute(versions[0]['seen_at'])}")
    for change in changes(versions):
        console.print(f"\nVersion {change.version}, seen {minute(change.seen_at)}")
        for field, paragraphs in change.fields.items():
            for paragraph in paragraphs:
                label = "" if field == "body" else f"{field}: "
                console.print(Padding(Text(label) + _compared(paragraph, console), (0, 0, 0, 2), expand=False))
    if withdrawn:
        console.print(f"\nWithdrawn, not there since {minute(withdrawn)}. The text is kept.")
    elif len(versions) == 1:
        console.print("\nNo change was seen.")


def _compared(paragraph: Paragraph, console: Console) -> Text:
    """A changed paragraph: removed words red and struck through, added ones green; without colours as `git diff
    --word-diff` prints them: [-old-] {+new+}."""
    marks = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}
    styles = {"=": "", "-": "red strike", "+": "green"}
    words = []
    for piece in paragraph:
        before, after = ("", "") if console.is_terminal and not console.no_color else marks[piece.kind]
        words.append(Text(before + piece.text + after, style=styles[piece.kind]))
    return Text(" ").join(words)


def _find(archive: Archive, article_id: str) -> Row:
    ids = ids_of(archive, article_id)
    if len(ids) > 1:
        raise ArchiveError(f"{article_id!r} names {len(ids)} articles, say which: {', '.join(ids[:MAX_NAMED])}.")
    article = archive.row("SELECT * FROM articles WHERE id = ?", ids) if ids else None
    if article is None:
        raise ArchiveError(f"No article {article_id!r} in {archive.data}. Ids look like antara-kaltim/67123.")
    return article
