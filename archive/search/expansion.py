"""From what a person typed to the words that are looked for: all forms of a word, the words of a prefix, other names
for the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.search.query_syntax import Part, tokens_of
from archive.search.stemmer import stem
from archive.search.vocabulary import MOST_FORMS, beginning, count_of, family
from archive.store.database import Archive

Tokens = tuple[str, ...]
EQUAL_NAMES = "equal_names.txt"


@dataclass(frozen=True, slots=True)
class Sought:
    """A part of a question and the forms in which it is looked for, each a word or the words of a phrase. `cost` is
    how many entries of the index they have; `cut` that a prefix has more words than are looked for."""

    part: Part
    forms: tuple[Tokens, ...]
    cost: int
    cut: bool = False


Alternatives = list[list[Sought]]
"""One of these must occur; each is several that must occur together."""


def sought(archive: Archive, part: Part) -> Sought:
    forms: tuple[Tokens, ...] = (part.tokens, *([part.as_typed] if part.as_typed else []))
    words: list[str] = list(part.tokens)
    cut = False
    if part.prefix:
        words = beginning(archive, part.tokens[0])
        cut, words = len(words) > MOST_FORMS, words[:MOST_FORMS] or [part.tokens[0]]
        forms = tuple((word,) for word in words)
    elif not part.exact and _is_one_word(part.tokens):
        words = list(dict.fromkeys([*family(archive, part.tokens[0]), *part.tokens[:1]]))
        forms = tuple(dict.fromkeys((*forms, *((word,) for word in words))))
    return Sought(part, forms, count_of(archive, words), cut)


def _is_one_word(tokens: Tokens) -> bool:
    """Also one that is said twice: anak-anak. A number said twice is another one: 10.10."""
    return len(tokens) == 1 or (all(map(str.isalpha, tokens)) and len({stem(token) for token in tokens}) == 1)


def widened(archive: Archive, wanted: list[list[Part]]) -> list[Alternatives]:
    """All that must occur, with equal names beside what they are equal to."""
    names = _equal_names(_own_names(archive))
    result: list[Alternatives] = []
    position = 0
    while position < len(wanted):
        length, others = next(_named(names, wanted, position), (1, []))
        if length > 1:
            alternatives = [[sought(archive, parts[0]) for parts in wanted[position : position + length]]]
        else:
            alternatives = [[sought(archive, part)] for part in wanted[position]]
            others = [other for part in wanted[position] for other in _equal_to(names, part.tokens, part)]
        alternatives += [[sought(archive, other)] for other in others]
        result.append(alternatives)
        position += length
    return result


def _named(names: dict[Tokens, list[Tokens]], wanted: list[list[Part]], start: int) -> Iterator[tuple[int, list[Part]]]:
    """(how many parts from `start` on are one name, the names equal to it), the longest first."""
    longest = max(map(len, names), default=0)
    for end in range(min(len(wanted), start + longest), start + 1, -1):
        parts = [parts[0] for parts in wanted[start:end] if len(parts) == 1]
        if len(parts) == end - start and len({(part.field, part.exact or part.prefix) for part in parts}) == 1:
            tokens = tuple(token for part in parts for token in part.tokens)
            if others := _equal_to(names, tokens, parts[0]):
                yield end - start, others


def _equal_to(names: dict[Tokens, list[Tokens]], tokens: Tokens, part: Part) -> list[Part]:
    """Other names for what these words name, looked for where `part` is."""
    if part.exact or part.prefix:
        return []
    return [Part(name, " ".join(name), exact=True, field=part.field) for name in names.get(tokens, [])]


def _own_names(archive: Archive) -> str:
    path = archive.data / EQUAL_NAMES
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


@cache
def _equal_names(own: str) -> dict[Tokens, list[Tokens]]:
    """Each name and those that are equal to it, of the package's table and of the archive's own."""
    shipped = files("archive.search").joinpath(EQUAL_NAMES).read_text("utf-8")
    equal: dict[Tokens, list[Tokens]] = {}
    for line in f"{shipped}\n{own}".splitlines():
        names = list(dict.fromkeys(tokens_of(name) for name in line.split("=") if tokens_of(name)))
        if line.startswith("#") or len(names) < 2:
            continue
        for name in names:
            equal.setdefault(name, []).extend(other for other in names if other != name)
    return equal
