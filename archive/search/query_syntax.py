"""What a person types into the search box -> a Question: words, phrases, alternatives, and what narrows them.

    banjir kuaro           both words, each in all its forms (kebanjiran, membanjiri)
    "rumah sakit"          a phrase, in this form alone;  =menulis one word in this form alone
    banjir OR longsor      one of them
    -longsor               not this one
    pem*                   words that begin so
    judul:banjir  pewarta:wartono  editor:"abdul hakim"       in this field alone
    situs:mc-paser  -kredit:kominfo                           of this site, not of this credit
    rubrik:umum OR rubrik:hukum                               one of these rubrics
    sejak:2020-01  sampai:2021                                published then, both days included

No text is an error: what is odd or unbalanced is searched as words.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from archive.search.stemmer import fold

Field = Literal["title", "pewarta", "editor"]
Narrowing = Literal["site", "section", "credit"]

_FIELDS: dict[str, Field] = {"judul": "title", "title": "title", "pewarta": "pewarta", "editor": "editor"}
_NARROWINGS: dict[str, Narrowing] = {
    **{"situs": "site", "site": "site", "rubrik": "section", "section": "section"},
    **{"kredit": "credit", "credit": "credit"},
}
_DATES: dict[str, Literal["since", "until"]] = {"sejak": "since", "since": "since", "sampai": "until", "until": "until"}
_NAMES = "|".join((*_FIELDS, *_NARROWINGS, *_DATES))

_PIECE = re.compile(rf'(?P<minus>-?)(?:(?P<name>{_NAMES}):)?(?P<is>=?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.I)
TOKEN = re.compile(r"[^\W_]+")
"""A word, as the full-text index takes texts apart."""
_QUOTES = str.maketrans("“”„«»", '"' * 5)
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

    @classmethod
    def of(cls, text: str, **how: Any) -> Part:
        typed = tuple(TOKEN.findall(text.lower()))
        return cls(tokens_of(text), text, as_typed=typed if typed != tuple(map(fold, typed)) else (), **how)


@dataclass(frozen=True, slots=True)
class Limit:
    """The name of the site, the rubric or the credit must have all words of one of `names`; with `out` it must not."""

    column: Narrowing
    names: list[tuple[str, ...]]
    out: bool

    def goes_with(self, other: Limit) -> bool:
        """Whether "one or the other" can be said of both."""
        return self.column == other.column and not self.out and not other.out


@dataclass(slots=True)
class Question:
    """Each of `wanted` is a list of alternatives, of which one must occur, `unwanted` must not; the days are inclusive.
    `is_cut` says that there was more than is read, `or_unread` that an OR stands where it says nothing: between a word
    and what narrows, or before what is left out."""

    wanted: list[list[Part]] = field(default_factory=list)
    unwanted: list[Part] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    is_cut: bool = False
    or_unread: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.wanted or self.unwanted or self.limits or self.since or self.until)


def tokens_of(text: str) -> tuple[str, ...]:
    """The words of a text, as the full-text index takes them apart, folded."""
    return tuple(TOKEN.findall(fold(text)))


class _Day(NamedTuple):
    end: Literal["since", "until"]
    day: date


def understood(typed: str) -> Question:
    """Reads what a person typed."""
    question = Question(is_cut=len(typed) > LONGEST)
    before: list[Part] | Limit | _Day | Part | None = None
    after_or = False
    for match in _PIECE.finditer(typed[:LONGEST].translate(_QUOTES).replace("\0", " ")):
        if match[0] == "OR" and before and not after_or:
            after_or = True
            continue
        piece = _limit(match) or _day(match) or _part(match)
        if piece is None:
            continue
        if isinstance(piece, Part) and sum(map(len, question.wanted)) + len(question.unwanted) >= MOST_PARTS:
            question.is_cut = True
        elif after_or and not match["minus"] and isinstance(before, list) and isinstance(piece, Part):
            before.append(piece)
        elif after_or and isinstance(before, Limit) and isinstance(piece, Limit) and before.goes_with(piece):
            before.names.extend(piece.names)
        else:
            question.or_unread |= after_or
            before = _put(question, piece, unwanted=bool(match["minus"]))
        after_or = False
    if after_or:
        question.wanted.append([Part(("or",), "OR")])
    return question


def _put(question: Question, piece: Part | Limit | _Day, *, unwanted: bool) -> list[Part] | Limit | _Day | Part:
    """Returns what an OR after it may add to; a day or an unwanted part is nothing of that kind."""
    match piece:
        case Limit():
            question.limits.append(piece)
        case _Day("since"):
            question.since = piece.day
        case _Day():
            question.until = piece.day
        case _ if unwanted:
            question.unwanted.append(piece)
        case _:
            question.wanted.append([piece])
            return question.wanted[-1]
    return piece


def _limit(match: re.Match[str]) -> Limit | None:
    column = _NARROWINGS.get((match["name"] or "").lower())
    tokens = tokens_of(match["phrase"] or match["word"] or "")
    return Limit(column, [tokens], bool(match["minus"])) if column and tokens else None


def _day(match: re.Match[str]) -> _Day | None:
    end = _DATES.get((match["name"] or "").lower())
    days = days_of(match["phrase"] or match["word"] or "")
    if end is None or days is None or match["minus"]:
        return None
    return _Day(end, days[0] if end == "since" else days[1])


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
    if not tokens_of(text):
        return None
    return Part.of(
        text,
        exact=phrase is not None or bool(match["is"]) or name in ("pewarta", "editor"),
        prefix=phrase is None and word.endswith("*") and len(tokens_of(text)) == 1,
        field=_FIELDS.get(name),
    )
