"""Credits as Indonesian newsrooms print them: dateline, pewarta and editor, source credit, (ADV), copyright tail.

Only forms seen on the sites (FACTS, section 3) are read; anything else stays in the body.

    Tana Paser (ANTARA) - Bupati ...          dateline: a place, the agency's mark, a dash or none
    TANA PASER, MCKabPaser – Bupati ...       dateline: a place and the newsroom's mark (Site.dateline_marks)
    Tana Paser – Bupati ...                   dateline: a known place alone (Site.places)
    ... selesai. (ADV/MC Kominfo Paser)       source credit; ADV marks a paid advertorial; (*) is no credit
    Pewarta: R. WartonoEditor: Abdul Hakim    byline: labels glued together, on one line or on several; one may be empty
    COPYRIGHT © ANTARA 2026                   never read as a date: the year may be that of rendering
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from archive.sites import Site

_LABEL = re.compile(r"(?P<label>Pewarta|Editor|Penerjemah|Uploader|Oleh)\s*:\s*")
_LABEL_LINE = re.compile(r"(?:Pewarta|Editor|Penerjemah|Uploader|Oleh)\s*:")
_GLUED_BYLINE = re.compile(r"(?<=[\w.)\"”’])\s*(?=Pewarta\s*:\s*\S)")
_AFTER_NAMES = re.compile(r"\s*(?:COPYRIGHT\b|©|Dilarang keras\b).*", re.IGNORECASE | re.DOTALL)
_CLOSING = re.compile(r"(?:COPYRIGHT\s*©|©|Dilarang keras\b)", re.IGNORECASE)
_NAME = r"[A-Z][\w.'’\-]*"
_OLEH = re.compile(rf"Oleh\s+(?P<names>{_NAME}(?:\s+{_NAME}|\s*[/,]\s*{_NAME}|\s+dan\s+{_NAME}){{0,7}})")
_JOINTS = re.compile(r"\s*/\s*|\s*,\s*|\s+dan\s+")
_SYNDICATED = re.compile(r"Berita ini telah tayang di\b", re.IGNORECASE)

_SOURCE = r"(?:MC|Media Center|Kominfo|Diskominfo\w*|Humas|Prokopim)\b[^()]{0,60}"
_TAIL = re.compile(
    rf"\s*\((?:(?P<star>\*+)|(?P<adv>ADV)(?:\s*/\s*(?P<adv_source>[^()/]{{2,80}}))?|(?P<source>{_SOURCE}))\)\s*$",
    re.IGNORECASE,
)

_AGENCY = re.compile(
    r"(?P<place>[A-Z][\w .,'’\-/]{1,58}?)\s*,?\s*\((?:ANTARA|Antara)(?:news)?\b[^()]{0,40}\)\s*[-–—]*\s*",
)
_MAX_NAME_CHARS = 120
"""A longer value of a label is a sentence, not a name. Chosen, not measured."""
_MAX_TAIL_PARAGRAPHS = 14
"""How many of the last paragraphs are searched for a byline: the copyright, notices and share lines come after it.
Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Credits:
    """The credits of a story; several names of a field are joined by ", "."""

    pewarta: str | None = None
    editor: str | None = None
    credit: str | None = None
    is_advertorial: bool = False
    dateline: str | None = None


def read_credits(paragraphs: Sequence[str], byline: Sequence[str] = (), *, site: Site) -> tuple[list[str], Credits]:
    """Separates the story from its credits: (paragraphs of the body, credits). The dateline stays in the body.

    `paragraphs` is the text as printed, which AMP pages may have twice; `byline` are lines of credits that the page
    prints outside the text.
    """
    printed = [paragraph for paragraph in paragraphs if not _SYNDICATED.match(paragraph)]
    body, lines = _part_byline(_once(printed))
    body = _once(body)
    names = _names([*byline, *lines])
    credit, is_advertorial = None, False
    while body and (match := _TAIL.search(body[-1])):
        credit = credit or match["source"] or match["adv_source"]
        is_advertorial = is_advertorial or bool(match["adv"])
        body[-1] = body[-1][: match.start()].rstrip()
        if not body[-1]:
            body.pop()
    return body, Credits(
        pewarta=names.get("Pewarta") or names.get("Oleh"),
        editor=names.get("Editor"),
        credit=" ".join(credit.split()) if credit else None,
        is_advertorial=is_advertorial,
        dateline=read_dateline(body[0], site) if body else None,
    )


def read_dateline(paragraph: str, site: Site) -> str | None:
    """The place of the dateline at the beginning of a paragraph, as printed: "Serang, Banten (ANTARA) - ..." gives
    "Serang, Banten"."""
    for form in (_AGENCY, *_forms_of(site.dateline_marks, site.places)):
        if match := form.match(paragraph):
            return match["place"].strip(" ,")
    return None


@cache
def _forms_of(marks: tuple[str, ...], places: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Regular expressions of the datelines that one site prints besides the agency's."""
    forms = []
    if marks:
        mark = "|".join(map(re.escape, marks))
        forms.append(rf"(?P<place>[A-Z][\w .'’\-]{{1,40}}?)\s*,\s*(?:{mark})\s*[-–—]*\s*")
    if places:
        forms.append(rf"(?P<place>{'|'.join(map(re.escape, places))})\s+[–—-]\s+\S")
    return [re.compile(form, re.IGNORECASE) for form in forms]


def _once(paragraphs: Sequence[str]) -> list[str]:
    """The first half of paragraphs whose second half repeats it, as some AMP pages do; others as they are."""
    half = len(paragraphs) // 2
    if len(paragraphs) % 2 == 0 and half and list(paragraphs[:half]) == list(paragraphs[half:]):
        return list(paragraphs[:half])
    return list(paragraphs)


def _part_byline(paragraphs: list[str]) -> tuple[list[str], list[str]]:
    """(body, lines of credits), split at the first line of credits near the end. What follows it, such as notices and
    share lines, is not the story either."""
    start = max(0, len(paragraphs) - _MAX_TAIL_PARAGRAPHS)
    for index in range(start, len(paragraphs)):
        text, rest = paragraphs[index], paragraphs[index + 1 :]
        if _is_credit(text) and not _goes_on(rest):
            return paragraphs[:index], paragraphs[index:]
        match = _GLUED_BYLINE.search(text)
        if match and _is_credit(text[match.end() :]) and not _goes_on(rest):
            return [*paragraphs[:index], text[: match.start()]], [text[match.end() :], *rest]
    return paragraphs, []


def _is_credit(text: str) -> bool:
    """Whether a paragraph is a byline or the copyright line. A sentence that begins with "Editor:" is neither."""
    if _CLOSING.match(text) or _OLEH.fullmatch(text):
        return True
    names = _LABEL.split(_AFTER_NAMES.sub("", text))
    return bool(_LABEL_LINE.match(text)) and all(len(name) <= _MAX_NAME_CHARS for name in names)


def _goes_on(paragraphs: Sequence[str]) -> bool:
    """Whether the story goes on after what looks like a byline: before the copyright line comes a paragraph that is too
    long for a share line."""
    for text in paragraphs:
        if _CLOSING.match(text):
            return False
        if len(text) > _MAX_NAME_CHARS and not _is_credit(text):
            return True
    return False


def _names(lines: Sequence[str]) -> dict[str, str]:
    """Label -> its names joined by ", ", from the first line where the label has any."""
    names: dict[str, str] = {}
    for line in lines:
        line = " ".join(line.split())
        if match := _OLEH.fullmatch(line):
            names.setdefault("Oleh", _joined(match["names"]))
            continue
        labels = list(_LABEL.finditer(line))
        for index, label in enumerate(labels):
            end = labels[index + 1].start() if index + 1 < len(labels) else len(line)
            value = line[label.end() : end]
            value = _AFTER_NAMES.sub("", value).strip(" ,;|/-–")
            if value and len(value) <= _MAX_NAME_CHARS:
                names.setdefault(label["label"], _joined(value))
    return names


def _joined(names: str) -> str:
    return ", ".join(name for name in _JOINTS.split(names.strip()) if name)
