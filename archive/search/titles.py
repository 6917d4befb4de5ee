"""How well a title answers a query, from its words alone. A story with all words in its title comes before others."""

from __future__ import annotations

from archive.extract.folding import tokens
from archive.search.expansion import Clause, ExpandedTerm
from archive.search.query_syntax import Term
from archive.search.spellings import Tokens

ELSEWHERE, ALL, IN_ORDER, SIDE_BY_SIDE, BEGINNING, WHOLE = range(6)
"""Not all words are in the title; they are; in the order typed; side by side; at its beginning; nothing else is."""


class TitleQuery:
    """The words of a query that may stand in a title: those without a field of their own."""

    def __init__(self, clauses: list[Clause], typed: list[list[Term]]) -> None:
        self._clauses = [
            [[_Forms(term) for term in alternative] for alternative in clause]
            for clause in clauses
            if all(term.term.field in (None, "title") for alternative in clause for term in alternative)
        ]
        plain = [clause[0][0] for clause in self._clauses if len(clause) == len(clause[0]) == 1]
        self._needed = [forms.words for forms in plain if not forms.phrases]
        """Sets of words of which a title must have one each: looked at first, since most titles lack one."""
        terms = [alternatives[0] for alternatives in typed]
        is_plain = all(len(alternatives) == 1 for alternatives in typed) and not any(term.prefix for term in terms)
        self._words = tuple(word for term in terms if term.field in (None, "title") for word in tokens(term.typed))
        self._is_plain = is_plain and len(self._words) > 0

    def is_empty(self) -> bool:
        return not self._clauses

    def rank(self, title: str) -> int:
        words = tokens(title)
        for needed in self._needed:
            if needed.isdisjoint(words):
                return ELSEWHERE
        if not self._clauses or not all(any(_has_all(a, words) for a in clause) for clause in self._clauses):
            return ELSEWHERE
        if self._is_plain and words == self._words:
            return WHOLE
        if len(self._clauses) == 1 and len(self._words) == 1:
            return ALL  # one word is always in order; where it stands says nothing
        if self._is_plain and (place := _place(self._words, words)) is not None:
            return SIDE_BY_SIDE if place else BEGINNING
        return IN_ORDER if self._is_in_order(words) else ALL

    def _is_in_order(self, words: Tokens) -> bool:
        end = 0
        for clause in self._clauses:
            ends = [stop for alternative in clause if (stop := _end(alternative, words, end))]
            if not ends:
                return False
            end = min(ends)
        return True


class _Forms:
    """The forms of a term, for looking them up in the words of a title."""

    def __init__(self, term: ExpandedTerm) -> None:
        forms = [form for form in term.canonical_forms() if form]
        self.words = frozenset(form[0] for form in forms if len(form) == 1)
        self.phrases = [form for form in forms if len(form) > 1]

    def end(self, words: Tokens, start: int) -> int:
        """Where the first form at `start` or later ends in the words; 0 where there is none."""
        ends = [n + 1 for n in range(start, len(words)) if words[n] in self.words][:1]
        for phrase in self.phrases:
            place = _place(phrase, words, start)
            ends += [place + len(phrase)] if place is not None else []
        return min(ends, default=0)


def _has_all(alternative: list[_Forms], words: Tokens) -> bool:
    return all(not forms.words.isdisjoint(words) or (forms.phrases and forms.end(words, 0)) for forms in alternative)


def _end(alternative: list[_Forms], words: Tokens, start: int) -> int:
    for forms in alternative:
        if not (start := forms.end(words, start)):
            return 0
    return start


def _place(phrase: Tokens, words: Tokens, start: int = 0) -> int | None:
    places = range(start, len(words) - len(phrase) + 1)
    return next((n for n in places if words[n] == phrase[0] and words[n : n + len(phrase)] == phrase), None)
