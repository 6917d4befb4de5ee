"""Credits as Indonesian newsrooms print them around a text: who reported, edited and translated it, who supplied it,
and whether it is paid for (FACTS, section 3). The place before the text is read in archive.extract.datelines.

    Pewarta: R. WartonoEditor: Abdul Hakim    labels glued together, on one line or on several; one may be empty
    (Pewarta : X, Editor : Y)                 in parentheses, at the end of the last sentence, above the text
    Oleh Budi Santoso                         without a colon: a name alone, never the beginning of a sentence
    ... selesai. (ADV/MC Kominfo Paser)       who supplied the text; ADV marks a paid advertorial; (*) is no credit
    ... selesai. (Rina/MC PPU)                the reporter with the office
    COPYRIGHT © ANTARA 2026                   never read as a date: the year may be that of rendering

Only what is wholly a credit leaves the text: labels with names behind them, at its end or at its very beginning. What
has a sentence behind a label, or the story behind it, is the story's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.extract.credit_lines import (
    COPYRIGHT,
    ENDS_A_SENTENCE,
    FIELDS,
    LABEL,
    LABELS,
    MAX_LINE_CHARS,
    OLEH,
    PARENTHESES,
    Named,
    Supplied,
    loosely_named_in,
    named_in,
    supplied_in,
)
from archive.extract.datelines import read_dateline
from archive.sites import Site

_MAX_TAIL_PARAGRAPHS = 16
_MAX_HEAD_PARAGRAPHS = 3

_SYNDICATED = re.compile(r"Berita ini telah tayang di\b.{1,80}\bdengan judul\b.{0,300}", re.IGNORECASE)
_GLUED_COPYRIGHT = re.compile(
    r"(?<=[\w.!?”\")])\s*COPYRIGHT\s*© ?ANTARA\b[\w ]{0,40}\b\d{4}\s*(?:Dilarang keras.*)?$", re.IGNORECASE | re.DOTALL
)
_CLOSING_CHARS = 400
_NOTICE = re.compile(r"Dilarang keras\b|Hak cipta\b", re.IGNORECASE)
_CHROME = re.compile(
    r"[\W_]*|baca juga\b.{0,150}|(?:berita|artikel) (?:terkait|lainnya)|komentar|tinggalkan (?:komentar|balasan)"
    r"|(?:bagikan|share|sebarkan|like|suka|tweet)\b.{0,20}|(?:post )?(?:views?|tags?|topik|label)\s*:.*"
    r"|facebook|twitter|x|whats ?app|telegram|line|linkedin|pinterest|e-?mail|surel|cetak|print|salin tautan|copy link"
    r"|(?:memuat|loading)\W*|(?:telah )?dibaca\W*[\d.,]+.{0,20}|[\d.,]+ views?",
    re.IGNORECASE,
)
"""Lines around credits that are the page's, not the story's."""


@dataclass(frozen=True, slots=True)
class Credits:
    """The credits of a story; several names of a field are joined by ", "."""

    pewarta: str | None = None
    editor: str | None = None
    credit: str | None = None
    is_advertorial: bool = False
    dateline: str | None = None
    translator: str | None = None


def read_credits(paragraphs: Sequence[str], byline: Sequence[str] = (), *, site: Site) -> tuple[list[str], Credits]:
    """Separates the story from its credits: (paragraphs of the body, credits). The dateline stays in the body.

    `paragraphs` is the text as printed, which AMP pages may have twice; `byline` are lines of credits that the page
    prints outside the text.
    """
    body = _once([paragraph for paragraph in paragraphs if not _SYNDICATED.fullmatch(paragraph)])
    named = [pair for line in byline for pair in loosely_named_in(line)]
    supplied = Supplied()
    body = _without_head(_without_tail(body, named, supplied), named)
    names = {name: _first(named, labels) for name, labels in LABELS.items()}
    return body, Credits(
        pewarta=names["pewarta"] or ", ".join(supplied.reporters) or None,
        editor=names["editor"],
        credit=next(iter(supplied.offices), None) or names["source"],
        is_advertorial=supplied.is_advertorial,
        dateline=read_dateline(body[0], site) if body else None,
        translator=names["translator"],
    )


def _first(named: Sequence[Named], labels: Iterable[str]) -> str | None:
    """The names behind the first of these labels that has any."""
    return next((names for label in labels for one, names in named if one == label.casefold() and names), None)


def _once(paragraphs: Sequence[str]) -> list[str]:
    """The first half of paragraphs whose second half repeats it, as some AMP pages do; others as they are."""
    half = len(paragraphs) // 2
    if len(paragraphs) % 2 == 0 and half and list(paragraphs[:half]) == list(paragraphs[half:]):
        return list(paragraphs[:half])
    return list(paragraphs)


# The end of the text


def _without_tail(paragraphs: list[str], named: list[Named], supplied: Supplied) -> list[str]:
    """The paragraphs without the credits at their end. These are added to `named` and `supplied`."""
    body = _until_copyright(paragraphs)
    cut, labels = len(body), set[str]()
    lines: list[list[Named]] = []
    offices: list[Supplied] = []
    for index in range(len(body) - 1, max(-1, len(body) - _MAX_TAIL_PARAGRAPHS), -1):
        text = body[index]
        line, office = _line_of_credits(text)
        if line:
            own = {label for label, _ in line}
            if own & labels:
                break  # a list of people, of which the last are the story's own
            labels |= own
            lines.append(line)
            offices += [office] if office else []
            cut = index
        elif _is_copyright(text):
            cut = index
        elif not lines and office is not None:
            offices.append(office)  # if a byline stands above it, else it is read below
        elif not _CHROME.fullmatch(text):
            break
    if cut == len(paragraphs) - len(lines) and lines and cut and body[cut - 1].endswith(":"):
        return body  # "The winners are:", and then who won
    for line in reversed(lines):
        named += line
    for office in offices if lines else []:
        supplied.add(office)
    return _without_glued_tail(_once(body[:cut]), named, supplied)


def _line_of_credits(text: str) -> tuple[list[Named], Supplied | None]:
    """What a paragraph says that is nothing but credits: labels, parentheses, or both."""
    match = PARENTHESES.search(text[-MAX_LINE_CHARS:])
    office = supplied_in(match[0], "") if match else None
    if match and office:
        text = text[: len(text) - len(match[0])]
    line = named_in(text)
    return line, office if line or not text.strip() else None


def _until_copyright(paragraphs: list[str]) -> list[str]:
    """The paragraphs before the last copyright line, if only notices and short lines stand behind it."""
    for index in range(len(paragraphs) - 1, max(-1, len(paragraphs) - _MAX_TAIL_PARAGRAPHS), -1):
        text = paragraphs[index]
        if _is_copyright(text):
            return paragraphs[:index]
        if _is_prose(text) and not _NOTICE.match(text):
            break
    return paragraphs


def _is_copyright(text: str) -> bool:
    return bool(COPYRIGHT.match(text)) and not _is_prose(text.partition("Dilarang keras")[0])


def _is_prose(text: str) -> bool:
    """Whether a paragraph may be one of a story: long, or a sentence."""
    return len(text) > 120 or (len(text.split()) > 3 and bool(ENDS_A_SENTENCE.search(text)))


def _without_glued_tail(body: list[str], named: list[Named], supplied: Supplied) -> list[str]:
    """The paragraphs without what stands glued to the end of the last one: parentheses and labels, in any order."""
    while body:
        text = body[-1]
        match = PARENTHESES.search(text[-MAX_LINE_CHARS:])
        if match:
            before = text[: len(text) - len(match[0])].rstrip()
            if (office := supplied_in(match[0], before)) is not None:
                supplied.add(office)
                body = [*body[:-1], before] if before else body[:-1]
                continue
        if closing := _GLUED_COPYRIGHT.search(text, max(0, len(text) - _CLOSING_CHARS)):
            text = text[: closing.start()].rstrip()
            body = [*body[:-1], text]
        glued = _glued(text)
        if glued is None:
            break
        body = [*body[:-1], glued[0]]
        named += glued[1]
    return body


def _glued(text: str) -> tuple[str, list[Named]] | None:
    """(the text before a byline that is glued to its end, the byline)."""
    start = max(0, len(text) - MAX_LINE_CHARS)
    for form in (OLEH, LABEL):
        for match in form.finditer(text, start):
            before, line = text[: match.start()].rstrip().removesuffix("(").rstrip(), named_in(text[match.start() :])
            if not before or not line:
                continue
            is_glued = match.start() == len(before) and before[-1].islower()
            fields = {FIELDS[label] for label, _ in line}
            if form is OLEH and len(line) == 1:
                continue  # "... dibuka. Oleh Ani Wijaya" may be a sentence
            if is_glued or ENDS_A_SENTENCE.search(before) or {"pewarta", "editor"} <= fields:
                return before, line
    return None


def _without_head(body: list[str], named: list[Named]) -> list[str]:
    """The paragraphs without a byline above the first one. It is added to `named`."""
    for index in range(min(len(body), _MAX_HEAD_PARAGRAPHS + 1)):
        line = named_in(body[index])
        # "Laporan:" above a text may be a heading, too.
        if line and all(names[:1].isupper() and FIELDS[label] and label != "laporan" for label, names in line):
            continue
        if index and index <= _MAX_HEAD_PARAGRAPHS and _is_prose(body[index]):
            named += [pair for text in body[:index] for pair in named_in(text)]
            return body[index:]
        break
    return body
