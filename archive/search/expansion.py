"""Query expansion: each term of a query gets the forms it is searched in. These are all forms of a word, the words that
begin with a prefix, other spellings of numbers and compounds, and other names for the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive.extract.folding import tokens
from archive.search.compounds import Compound, bound_part, compound, is_bound, written_apart
from archive.search.query_syntax import Term
from archive.search.spellings import Tokens, spellings
from archive.search.stemmer import stem
from archive.search.vocabulary import MAX_PREFIX_FORMS, family_forms, known_forms, posting_count, prefix_forms
from archive.store.database import Archive

EQUAL_NAMES_FILE = "equal_names.txt"
MAX_APART_FORMS = 60
"""Phrases that a compound written as one word stands for. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class ExpandedTerm:
    """A term and the forms it is searched in, each the tokens of a word or a phrase. `postings` is how many postings
    the index has for them. `truncated`: a prefix has more than MAX_PREFIX_FORMS words, only the commonest are used."""

    term: Term
    forms: tuple[Tokens, ...]
    postings: int
    truncated: bool = False

    def canonical_forms(self) -> list[Tokens]:
        """The forms as archive.extract.folding cuts a text; the index has some of them otherwise: 15kg, km²."""
        return list(dict.fromkeys(tokens(" ".join(form)) for form in self.forms))


Clause = list[list[ExpandedTerm]]
"""Alternatives, one of which must match. An alternative is a list of terms that must all match."""


def expand_term(archive: Archive, term: Term) -> ExpandedTerm:
    forms: list[Tokens] = spellings(term.tokens)
    words: list[str] = list(term.tokens)
    truncated = False
    if term.prefix:
        words = prefix_forms(archive, term.tokens[0])
        truncated, words = len(words) > MAX_PREFIX_FORMS, words[:MAX_PREFIX_FORMS] or [term.tokens[0]]
        forms = [(word,) for word in words]
    elif not term.exact:
        if _is_one_word(term.tokens):
            words = list(dict.fromkeys([*family_forms(archive, term.tokens[0]), *term.tokens[:1]]))
            forms += [(word,) for word in words]
        if term.joined:
            joined = list(dict.fromkeys([term.joined, *family_forms(archive, term.joined)]))
            words += joined
            forms += [(word,) for word in joined]
        if len(term.tokens) == 1:
            forms += _apart(archive, term.tokens[0])
    return ExpandedTerm(term, tuple(dict.fromkeys(forms)), posting_count(archive, words), truncated)


def _apart(archive: Archive, word: str) -> list[Tokens]:
    """A compound written as one word, as phrases of the two words that the archive has of it."""
    if found := compound(word):
        first, last = set(known_forms(archive, found.first_forms())), set(known_forms(archive, found.last_forms()))
        pairs: list[Tokens] = [(found.first, found.last)]
        pairs += [
            (one, other)
            for one in found.first_forms()
            for other in found.last_forms()
            if {one} <= first and {other} <= last
        ]
        firsts, lasts = (known_forms(archive, forms) for forms in found.noun_forms())
        pairs += [(one, other) for one in firsts for other in lasts]
        return pairs[:MAX_APART_FORMS]
    part = bound_part(word)
    return [(part, word[len(part) :])] if part and known_forms(archive, [word[len(part) :]]) else []


def _together(archive: Archive, one: list[Term], other: list[Term]) -> Term | None:
    """The compound that two words of a query are, as one word; None where they are none, or the archive has no such
    word."""
    if len(one) != 1 or len(other) != 1 or one[0].field != other[0].field:
        return None
    if any(term.exact or term.prefix or len(term.tokens) != 1 for term in (one[0], other[0])):
        return None
    first, last = one[0].tokens[0], other[0].tokens[0]
    found: Compound | None = written_apart(first, last)
    word = found.word if found else first + last
    if found is None and not (is_bound(first) and known_forms(archive, [word])):
        return None
    return Term((word,), f"{one[0].typed} {other[0].typed}", field=one[0].field)


def _is_one_word(words: Tokens) -> bool:
    """True also for a reduplicated word (anak-anak), but not for a repeated number: 10.10 is not 10."""
    if len(words) == 1:
        return True
    return all(word.isascii() and word.isalpha() for word in words) and len({stem(word) for word in words}) == 1


def expand(archive: Archive, required: list[list[Term]]) -> list[Clause]:
    """A clause for each item of `ParsedQuery.required`. Adjacent items that together are a name with equal names become
    one clause: tana paser -> (tana AND paser) OR "tanah grogot"; and so do two that are a compound: kerja sama."""
    names = _equal_names(_own_names(archive))
    clauses: list[Clause] = []
    position = 0
    while position < len(required):
        length, others = next(_names_at(names, required, position), (1, []))
        pair = required[position : position + 2]
        if length == 1 and len(pair) == 2 and (word := _together(archive, *pair)):
            length, others = 2, [word]
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
            words = tuple(word for term in terms for word in term.tokens)
            if others := _equal_terms(names, words, terms[0]):
                yield end - start, others


def _equal_terms(names: dict[Tokens, list[Tokens]], words: Tokens, term: Term) -> list[Term]:
    """A phrase for each name equal to `words`, in the field of `term`; none for an exact term or a prefix."""
    if term.exact or term.prefix:
        return []
    return [Term(name, " ".join(name), exact=True, field=term.field) for name in names.get(words, [])]


def _own_names(archive: Archive) -> str:
    path = archive.data / EQUAL_NAMES_FILE
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


@cache
def _equal_names(own: str) -> dict[Tokens, list[Tokens]]:
    """Name -> its equal names, from the table shipped with the package and `own`, the text of the archive's table."""
    shipped = files("archive.search").joinpath(EQUAL_NAMES_FILE).read_text("utf-8")
    equal: dict[Tokens, list[Tokens]] = {}
    for line in f"{shipped}\n{own}".splitlines():
        names = list(dict.fromkeys(tokens(name) for name in line.split("=") if tokens(name)))
        if line.startswith("#") or len(names) < 2:
            continue
        for name in names:
            equal.setdefault(name, []).extend(other for other in names if other != name)
    return equal
