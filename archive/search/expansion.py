"""Query expansion: each term of a query gets the forms it is searched in. These are all forms of a word, the words that
begin with a prefix, and other names for the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.search.query_syntax import Term, tokenize
from archive.search.stemmer import stem
from archive.search.vocabulary import MAX_PREFIX_FORMS, family_forms, posting_count, prefix_forms
from archive.store.database import Archive

Tokens = tuple[str, ...]
EQUAL_NAMES_FILE = "equal_names.txt"


@dataclass(frozen=True, slots=True)
class ExpandedTerm:
    """A term and the forms it is searched in, each the tokens of a word or a phrase. `postings` is how many postings
    the index has for them. `truncated`: a prefix has more than MAX_PREFIX_FORMS words, only the commonest are used."""

    term: Term
    forms: tuple[Tokens, ...]
    postings: int
    truncated: bool = False


Clause = list[list[ExpandedTerm]]
"""Alternatives, one of which must match. An alternative is a list of terms that must all match."""


def expand_term(archive: Archive, term: Term) -> ExpandedTerm:
    forms: tuple[Tokens, ...] = (term.tokens, *([term.unfolded] if term.unfolded else []))
    words: list[str] = list(term.tokens)
    truncated = False
    if term.prefix:
        words = prefix_forms(archive, term.tokens[0])
        truncated, words = len(words) > MAX_PREFIX_FORMS, words[:MAX_PREFIX_FORMS] or [term.tokens[0]]
        forms = tuple((word,) for word in words)
    elif not term.exact and _is_one_word(term.tokens):
        words = list(dict.fromkeys([*family_forms(archive, term.tokens[0]), *term.tokens[:1]]))
        forms = tuple(dict.fromkeys((*forms, *((word,) for word in words))))
    return ExpandedTerm(term, forms, posting_count(archive, words), truncated)


def _is_one_word(tokens: Tokens) -> bool:
    """True also for a reduplicated word (anak-anak), but not for a repeated number: 10.10 is not 10."""
    return len(tokens) == 1 or (all(map(str.isalpha, tokens)) and len({stem(token) for token in tokens}) == 1)


def expand(archive: Archive, required: list[list[Term]]) -> list[Clause]:
    """A clause for each item of `ParsedQuery.required`. Adjacent items that together are a name with equal names become
    one clause: tana paser -> (tana AND paser) OR "tanah grogot"."""
    names = _equal_names(_own_names(archive))
    clauses: list[Clause] = []
    position = 0
    while position < len(required):
        length, others = next(_names_at(names, required, position), (1, []))
        if length > 1:
            clause = [[expand_term(archive, terms[0]) for terms in required[position : position + length]]]
        else:
            clause = [[expand_term(archive, term)] for term in required[position]]
            others = [other for term in required[position] for other in _equal_terms(names, term.tokens, term)]
        clause += [[expand_term(archive, other)] for other in others]
        clauses.append(clause)
        position += length
    return clauses


def _names_at(
    names: dict[Tokens, list[Tokens]], required: list[list[Term]], start: int
) -> Iterator[tuple[int, list[Term]]]:
    """(number of items from `start` on that form one name of several words, terms for its equal names), longest
    first."""
    longest = max(map(len, names), default=0)
    for end in range(min(len(required), start + longest), start + 1, -1):
        terms = [terms[0] for terms in required[start:end] if len(terms) == 1]
        if len(terms) == end - start and len({(term.field, term.exact or term.prefix) for term in terms}) == 1:
            tokens = tuple(token for term in terms for token in term.tokens)
            if others := _equal_terms(names, tokens, terms[0]):
                yield end - start, others


def _equal_terms(names: dict[Tokens, list[Tokens]], tokens: Tokens, term: Term) -> list[Term]:
    """A phrase for each name equal to `tokens`, in the field of `term`; none for an exact term or a prefix."""
    if term.exact or term.prefix:
        return []
    return [Term(name, " ".join(name), exact=True, field=term.field) for name in names.get(tokens, [])]


def _own_names(archive: Archive) -> str:
    path = archive.data / EQUAL_NAMES_FILE
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


@cache
def _equal_names(own: str) -> dict[Tokens, list[Tokens]]:
    """Name -> its equal names, from the table shipped with the package and `own`, the text of the archive's table."""
    shipped = files("archive.search").joinpath(EQUAL_NAMES_FILE).read_text("utf-8")
    equal: dict[Tokens, list[Tokens]] = {}
    for line in f"{shipped}\n{own}".splitlines():
        names = list(dict.fromkeys(tokenize(name) for name in line.split("=") if tokenize(name)))
        if line.startswith("#") or len(names) < 2:
            continue
        for name in names:
            equal.setdefault(name, []).extend(other for other in names if other != name)
    return equal
