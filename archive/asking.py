"""What a person types into the search box -> a Question: words, phrases, alternatives, and what narrows them.

    banjir kuaro           both words, each in all its forms (kebanjiran, membanjiri)
    "rumah sakit"          a phrase, in this form alone;  =menulis one word in this form alone
    banjir OR longsor      one of them
    -longsor               not this one
    pem*                   words that begin so
    judul:banjir  pewarta:wartono  editor:"abdul hakim"       in this field alone
    situs:mc-paser  rubrik:kesehatan  -kredit:kominfo         of this site, rubric; not of this credit
    sejak:2020-01  sampai:2021                                published then, both days included

No text is an error: what is odd or unbalanced is searched as words.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from archive.stems import fold

Field = Literal["title", "pewarta", "editor"]
Narrowing = Literal["site", "section", "credit"]

_FIELDS: dict[str, Field] = {"judul": "title", "title": "title", "pewarta": "pewarta", "editor": "editor"}
_NARROWINGS: dict[str, Narrowing] = {
    **{"situs": "site", "site": "site", "rubrik": "section", "section": "section"},
    **{"kredit": "credit", "credit": "credit"},
}
_DATES = {"sejak": "since", "since": "since", "sampai": "until", "until": "until"}
_NAMES = "|".join((*_FIELDS, *_NARROWINGS, *_DATES))

_PIECE = re.compile(rf'(?P<minus>-?)(?:(?P<name>{_NAMES}):)?(?P<is>=?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.I)
_TOKEN = re.compile(r"[^\W_]+")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
LONGEST = 1000
"""Characters of a query that are read."""
MOST_PARTS = 32
"""Words and phrases that are searched for."""


@dataclass(frozen=True, slots=True)
class Part:
    """A word or a phrase. `tokens` are folded and hold nothing but letters and digits; `typed` is how it was typed.
    A part is looked for in all forms of its word, in this form (`exact`), or as the beginning of a word (`prefix`)."""

    tokens: tuple[str, ...]
    typed: str
    exact: bool = False
    prefix: bool = False
    field: Field | None = None
    as_typed: tuple[str, ...] = ()  # the tokens before folding, where that is more than case and accents: km²


@dataclass(slots=True)
class Question:
    """Each of `wanted` is a list of alternatives, of which one must occur, `unwanted` must not. `narrowed` are words
    that the name of the site, the rubric or the credit must have, `narrowed_out` must not; the days are inclusive.
    `is_cut` says that there was more than is read."""

    wanted: list[list[Part]] = field(default_factory=list)
    unwanted: list[Part] = field(default_factory=list)
    narrowed: dict[Narrowing, list[str]] = field(default_factory=dict)
    narrowed_out: dict[Narrowing, list[str]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    is_cut: bool = False


def tokens_of(text: str) -> tuple[str, ...]:
    """The words of a text, as the full-text index takes them apart, folded."""
    return tuple(_TOKEN.findall(fold(text)))


def understood(typed: str) -> Question:
    """Reads what a person typed."""
    question = Question(is_cut=len(typed) > LONGEST)
    after_or = False
    for match in _PIECE.finditer(typed[:LONGEST].replace("\0", " ")):
        if match[0] == "OR" and question.wanted and not after_or:
            after_or = True
            continue
        if _narrow(question, match) or (part := _part(match)) is None:
            continue
        if sum(map(len, question.wanted)) + len(question.unwanted) >= MOST_PARTS:
            question.is_cut = True
            continue
        if match["minus"]:
            question.unwanted.append(part)
        elif after_or:
            question.wanted[-1].append(part)
        else:
            question.wanted.append([part])
        after_or = False
    if after_or:
        question.wanted.append([Part(("or",), "OR")])
    return question


def _narrow(question: Question, match: re.Match[str]) -> bool:
    """Whether a piece says what the stories must be, not what they must say."""
    name, value = (match["name"] or "").lower(), match["phrase"] or match["word"] or ""
    if not name or not tokens_of(value):
        return False
    if name in _NARROWINGS:
        narrowed = question.narrowed_out if match["minus"] else question.narrowed
        narrowed.setdefault(_NARROWINGS[name], []).extend(tokens_of(value))
        return True
    if name in _DATES and not match["minus"] and (days := days_of(value)):
        if _DATES[name] == "since":
            question.since = days[0]
        else:
            question.until = days[1]
        return True
    return False


def days_of(text: str) -> tuple[date, date] | None:
    """The first and the last day of a year, month or day: 2020, 2020-01, 2020-01-31."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _part(match: re.Match[str]) -> Part | None:
    phrase, word = match["phrase"], match["word"]
    name = (match["name"] or "").lower()
    text = phrase if phrase is not None else word
    if name and name not in _FIELDS:  # as in "sejak:kapan", or an unwanted day
        text = f"{name} {text}"
    tokens = tokens_of(text)
    if not tokens:
        return None
    return Part(
        tokens,
        text,
        exact=phrase is not None or bool(match["is"]) or name in ("pewarta", "editor"),
        prefix=phrase is None and word.endswith("*") and len(tokens) == 1,
        field=_FIELDS.get(name),
        as_typed=raw if (raw := tuple(_TOKEN.findall(text.lower()))) != tuple(map(fold, raw)) else (),
    )
