"""The query language: what a person types -> a ParsedQuery.

    banjir kuaro           both words, each in all its forms (kebanjiran, membanjiri)
    "rumah sakit"          a phrase in exactly this form;  =menulis is one word in exactly this form
    banjir OR longsor      one of them
    -longsor               without this word
    pem*                   words that begin with pem
    judul:banjir  pewarta:wartono  editor:"abdul hakim"       in this field alone
    situs:mc-paser  -kredit:kominfo                           from this site; not with this credit
    rubrik:umum OR rubrik:hukum                               in one of these sections
    sejak:2020-01  sampai:2021                                published since, until; both days included

No text is an error: what is odd or unbalanced is searched as words.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from archive.extract.folding import index_tokens, joined_words, tokens

Field = Literal["title", "pewarta", "editor"]
FilterColumn = Literal["site", "section", "credit"]

_FIELDS: dict[str, Field] = {"judul": "title", "title": "title", "pewarta": "pewarta", "editor": "editor"}
_FILTER_COLUMNS: dict[str, FilterColumn] = {
    **{"situs": "site", "site": "site", "rubrik": "section", "section": "section"},
    **{"kredit": "credit", "credit": "credit"},
}
_DATES: dict[str, Literal["since", "until"]] = {"sejak": "since", "since": "since", "sampai": "until", "until": "until"}
_NAMES = "|".join((*_FIELDS, *_FILTER_COLUMNS, *_DATES))

# A minus excludes only at the beginning of a word: a headline may have "Satu Desa"-nya in it.
_PIECE = re.compile(
    rf'(?P<minus>(?:(?<!\S)-)?)(?:(?P<name>{_NAMES}):)?(?P<is>=?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))', re.I
)
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_WORDS = ("tahun", "thn", "th", "year")
MAX_QUERY_CHARS = 1000
"""Characters of a query that are read; the rest is left out. Chosen, not measured."""
MAX_QUERY_TERMS = 32
"""Words and phrases of a query that are searched for; later ones are left out. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query: `typed` as it was typed, `tokens` folded, with letters and digits alone. `joined`
    is the word without the hyphens and apostrophes in it: prakerja of pra-kerja.

    A term matches all forms of its word, or only this form (`exact`), or every word that begins with it (`prefix`).
    With `field` it matches in that field alone.
    """

    tokens: tuple[str, ...]
    typed: str
    exact: bool = False
    prefix: bool = False
    field: Field | None = None
    joined: str = ""

    @classmethod
    def of(cls, text: str, **how: Any) -> Term:
        words = index_tokens(text) if how.get("prefix") else tokens(text)
        joined = "".join(joined_words(text)[:1])
        return cls(words, text, joined=joined if joined == "".join(words) else "", **how)


@dataclass(frozen=True, slots=True)
class Filter:
    """The value of `column` must contain all tokens of one of `names`; with `excluded` it must not."""

    column: FilterColumn
    names: list[tuple[str, ...]]
    excluded: bool

    def can_join(self, other: Filter) -> bool:
        """Whether OR between the two filters has a meaning."""
        return self.column == other.column and not self.excluded and not other.excluded


@dataclass(slots=True)
class ParsedQuery:
    """Each item of `required` is a list of alternatives, one of which must match; no term of `excluded` may match.
    `since` and `until` are included.

    `words_cut`: the query was longer than MAX_QUERY_CHARS or MAX_QUERY_TERMS. `or_unread`: an OR was ignored because it
    stands between a word and a filter, or before something excluded.
    """

    required: list[list[Term]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    words_cut: bool = False
    or_unread: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.required or self.excluded or self.filters or self.since or self.until)


class _DateLimit(NamedTuple):
    end: Literal["since", "until"]
    day: date


def parse_query(typed: str) -> ParsedQuery:
    parsed = ParsedQuery(words_cut=len(typed) > MAX_QUERY_CHARS)
    before: list[Term] | Filter | _DateLimit | Term | None = None
    after_or = False
    for match in _PIECE.finditer(typed[:MAX_QUERY_CHARS].translate(_QUOTES).replace("\0", " ")):
        if match[0] == "OR" and before and not after_or:
            after_or = True
            continue
        piece = _filter(match) or _date_limit(match) or _term(match)
        if piece is None:
            continue
        if isinstance(piece, Term) and sum(map(len, parsed.required)) + len(parsed.excluded) >= MAX_QUERY_TERMS:
            parsed.words_cut = True
        elif after_or and not match["minus"] and isinstance(before, list) and isinstance(piece, Term):
            before.append(piece)
        elif after_or and isinstance(before, Filter) and isinstance(piece, Filter) and before.can_join(piece):
            before.names.extend(piece.names)
        else:
            parsed.or_unread |= after_or
            before = _add(parsed, piece, excluded=bool(match["minus"]))
        after_or = False
    if after_or:
        parsed.required.append([Term(("or",), "OR")])
    return parsed


def _add(
    parsed: ParsedQuery, piece: Term | Filter | _DateLimit, *, excluded: bool
) -> list[Term] | Filter | _DateLimit | Term:
    """Returns what a following OR may extend: the new list of alternatives or the filter. A date limit or an excluded
    term is returned, too, but cannot be extended."""
    match piece:
        case Filter():
            parsed.filters.append(piece)
        case _DateLimit("since"):
            parsed.since = piece.day
        case _DateLimit():
            parsed.until = piece.day
        case _ if excluded:
            parsed.excluded.append(piece)
        case _:
            parsed.required.append([piece])
            return parsed.required[-1]
    return piece


def _filter(match: re.Match[str]) -> Filter | None:
    column = _FILTER_COLUMNS.get((match["name"] or "").lower())
    words = tokens(match["phrase"] or match["word"] or "")
    return Filter(column, [words], bool(match["minus"])) if column and words else None


def _date_limit(match: re.Match[str]) -> _DateLimit | None:
    end = _DATES.get((match["name"] or "").lower())
    days = date_range(match["phrase"] or match["word"] or "")
    if end is None or days is None or match["minus"]:
        return None
    return _DateLimit(end, days[0] if end == "since" else days[1])


def date_range(text: str) -> tuple[date, date] | None:
    """(first, last) day of a year, a month or a day, as "2020", "2020-01" or "2020-01-31"; None for any other text."""
    match = _DATE.fullmatch(text)
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


def _term(match: re.Match[str]) -> Term | None:
    phrase, word = match["phrase"], match["word"]
    name = (match["name"] or "").lower()
    text = phrase if phrase is not None else word
    if name and name not in _FIELDS:  # no date, as in "sejak:kapan", or an excluded one: its name is a word, too
        text = f"{name} {text}"
    if not tokens(text):
        return None
    return Term.of(
        text,
        exact=phrase is not None or bool(match["is"]) or name in ("pewarta", "editor"),
        prefix=phrase is None and word.endswith("*") and len(index_tokens(text)) == 1,
        field=_FIELDS.get(name),
    )


def with_years_as_dates(typed: str) -> str | None:
    """The query with the years among its words as limits of the publication: banjir 2020 -> banjir sejak:2020
    sampai:2020. None where it has no such year beside other words."""
    text = typed[:MAX_QUERY_CHARS].translate(_QUOTES).replace("\0", " ")
    pieces = [match for match in _PIECE.finditer(text) if match[0] != "OR"]
    years: list[str] = []
    kept: list[str] = []
    for match in pieces:
        words = tokens(match["word"] or "")
        if (
            (match["minus"], match["name"], match["is"]) == ("", None, "")
            and len(words) == 1
            and _YEAR.fullmatch(words[0])
        ):
            years.append(words[0])
            if kept and kept[-1].lower() in _YEAR_WORDS:
                kept.pop()
        else:
            kept.append(match[0])
    rest = parse_query(" ".join(kept))
    if not years or not rest.required or rest.since or rest.until or " OR " in text:
        return None
    return f"{' '.join(kept)} sejak:{min(years)} sampai:{max(years)}"
