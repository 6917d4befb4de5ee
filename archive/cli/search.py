"""`warta search`: the command and its four output formats."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from rich.padding import Padding
from rich.text import Text

from archive.cli.filters import day
from archive.cli.options import console_of_output, data_option
from archive.extract.body import collapse
from archive.search.engine import Hit, Result, search
from archive.search.fts import Query
from archive.search.highlight import MARK_END, MARK_START
from archive.search.vocabulary import MAX_PREFIX_FORMS
from archive.sites import SITES
from archive.store.database import Archive


@click.command(
    "search",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog="\b\nExamples:\n  warta search banjir kuaro --since 2020\n"
    "  warta search '\"rumah sakit\" -longsor' --pewarta 'R Wartono' --format csv",
)
@click.argument("words", nargs=-1, required=True)
@click.option("--site", metavar="NAME", help="Only this site, as antara-kaltim; of an imported one its host.")
@click.option("--pewarta", metavar="NAME", help="Only stories of this reporter.")
@click.option("--editor", metavar="NAME", help="Only stories of this editor.")
@click.option("--since", callback=day(0), metavar="DATE", help="Published then or later: 2020, 2020-01 or 2020-01-31.")
@click.option("--until", callback=day(1), metavar="DATE", help="Published then or before.")
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table", show_default=True
)
@data_option
def search_command(words: tuple[str, ...], form: str, data: Path, **filters: Any) -> None:
    """Find stories in which all WORDS occur, in any of their forms.

    \b
    '"rumah sakit"'  a phrase           =menulis      this form alone
    banjir OR longsor                   -longsor      without this word
    pem*             words that begin so
    judul: pewarta: editor:             in this field
    situs: rubrik: kredit:              of this site, rubric, credit
    sejak:2020-01    sampai:2021        published then
    """
    # "-hutan" excludes a word. So click passes unknown options through as words (ignore_unknown_options), and -h and
    # unknown long options are handled here.
    if "-h" in words:
        click.echo(click.get_current_context().get_help())
        return
    for word in words:
        if word.startswith("--"):
            raise click.NoSuchOption(word.partition("=")[0])
    with Archive.open_reading(data) as archive:
        if (
            (site := filters["site"])
            and site not in SITES
            and not archive.row("SELECT 1 FROM articles WHERE site = ?", [site])
        ):
            raise click.BadParameter(f"{site!r} is none of {', '.join(SITES)}.", param_hint="--site")
        result = search(archive, Query(words=" ".join(words), **filters))
    _WRITERS[form](result)


def _write_table(result: Result) -> None:
    console = console_of_output()
    for hit in result.hits:
        console.print(_styled(result.highlighter.highlight(hit.title)), style="bold")
        facts = (hit.published_at and hit.published_at[:10], hit.id, hit.pewarta and f"Pewarta: {hit.pewarta}")
        also = hit.also_on and f"also on {', '.join(hit.also_on)}"
        console.print(Text("  " + " · ".join(fact for fact in (*facts, also) if fact), style="dim"))
        console.print(Padding(_styled(collapse(hit.snippet)), (0, 0, 0, 2), expand=False), soft_wrap=False)
        console.print()
    for word in result.prefixes_cut:
        console.print(f"{word}: only its {MAX_PREFIX_FORMS} commonest words were looked for.", markup=False)
    if result.words_cut:
        console.print("That is more than is read: the last words were left out.")
    if result.or_unread:
        console.print("OR stands between words, or between sites, rubrics or credits; here all must be met.")
    if result.nothing_read:
        console.print("There is no word or number in that: these are all stories.")
    if result.uncounted:
        console.print(
            f"New articles of whose words other forms and beginnings are not known yet: {result.uncounted:,}."
        )
    for word, near in result.suggestions.items():
        console.print(f"No story has {word}. Known are: {', '.join(near)}.", markup=False)
    if not result.total:
        console.print("No story is like that.")
        if result.year_query:
            console.print(f"Published in that year: warta search '{result.year_query}'", markup=False)
        return
    found = (
        "1 story"
        if result.total == 1 and not result.capped
        else f"{result.total:,}{'+' if result.capped else ''} stories"
    )
    shown = f", the first {len(result.hits):,} shown" if result.more or result.capped else ""
    console.print(f"{found}{shown}")


def _write_json(result: Result) -> None:
    click.echo(json.dumps([hit.as_dict() for hit in result.hits], ensure_ascii=False, indent=2))


def _write_jsonl(result: Result) -> None:
    for hit in result.hits:
        click.echo(json.dumps(hit.as_dict(), ensure_ascii=False))


def _write_csv(result: Result) -> None:
    writer = csv.DictWriter(sys.stdout, [field.name for field in fields(Hit)])
    writer.writeheader()
    writer.writerows(hit.as_dict() | {"also_on": " ".join(hit.also_on)} for hit in result.hits)


_WRITERS: dict[str, Callable[[Result], None]] = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}


def _styled(marked: str) -> Text:
    """The text with a style in place of MARK_START and MARK_END."""
    text = Text()
    for index, part in enumerate(marked.split(MARK_START)):
        word, _, rest = part.partition(MARK_END)
        if index and MARK_END in part:
            text.append(word, style="bold yellow").append(rest)
        else:
            text.append(part)
    return text
