"""Highlights the terms of a query in a text, and cuts the snippet that shows them best."""

from __future__ import annotations

from collections.abc import Iterable

from archive.extract.folding import placed_tokens
from archive.search.expansion import ExpandedTerm
from archive.search.spellings import Tokens

MARK_START, MARK_END = "\ue000", "\ue001"
"""Private-use characters around each highlighted word."""

MAX_SNIPPET_SOURCE_CHARS = 50_000
"""Characters of a text that are searched for its snippet: ten times a long story."""
SNIPPET_WORDS = 30
_WORDS_BEFORE_HIT = 6
"""Words of a snippet before its first highlighted one."""


class Highlighter:
    """Highlights terms in texts, in whatever form they stand there."""

    def __init__(self, terms: Iterable[ExpandedTerm]) -> None:
        self._singles: dict[str, int] = {}
        self._phrases: dict[str, list[tuple[Tokens, int]]] = {}
        """First word of a phrase -> phrases."""
        for number, term in enumerate(terms):
            for form in term.canonical_forms():
                if len(form) == 1:
                    self._singles.setdefault(form[0], number)
                else:
                    self._phrases.setdefault(form[0], []).append((form, number))

    def highlight(self, text: str) -> str:
        """The whole text, with marks around each match."""
        tokens, matches = self._matches(text)
        return _with_marks(text, 0, len(text), [tokens[index][1:] for index in sorted(matches)])

    def snippet(self, text: str) -> str:
        """The passage of SNIPPET_WORDS words that has the most different terms, on one line and with marks; the
        beginning of the text where no term matches."""
        whole, text = len(text), text[:MAX_SNIPPET_SOURCE_CHARS]
        tokens, matches = self._matches(text)
        if not tokens:
            return " ".join(text.split())
        places = sorted(matches)
        reach = SNIPPET_WORDS - _WORDS_BEFORE_HIT
        best = first = 0
        for number, place in enumerate(places):
            near = {matches[other] for other in places[number : number + reach] if other < place + reach}
            if len(near) > best:
                best, first = len(near), max(0, place - _WORDS_BEFORE_HIT)
        last = min(first + SNIPPET_WORDS, len(tokens)) - 1
        start = tokens[first][1] if first else 0
        end = tokens[last][2] if last + 1 < len(tokens) else len(text)
        passage = _with_marks(text, start, end, [tokens[index][1:] for index in places if first <= index <= last])
        return ("… " if start else "") + " ".join(passage.split()) + (" …" if end < whole else "")

    def _matches(self, text: str) -> tuple[list[tuple[str, int, int]], dict[int, int]]:
        """(all tokens of the text with their places, index of a matching token -> number of its term)."""
        tokens = placed_tokens(text)
        words = [word for word, _, _ in tokens]
        matches = {index: self._singles[word] for index, word in enumerate(words) if word in self._singles}
        for index, word in enumerate(words):
            for phrase, number in self._phrases.get(word, ()):
                if tuple(words[index : index + len(phrase)]) == phrase:
                    matches |= dict.fromkeys(range(index, index + len(phrase)), number)
        return tokens, matches


def _with_marks(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    """The text from `start` to `end` with marks around `spans`, which are in order."""
    pieces = []
    for begin, stop in spans:
        pieces += [text[start:begin], MARK_START, text[begin:stop], MARK_END]
        start = stop
    return "".join(pieces) + text[start:end]
