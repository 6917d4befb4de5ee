"""Where in a text stands what was looked for: marks, and the passage that shows it best."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.search.expansion import Sought, Tokens
from archive.search.query_syntax import TOKEN
from archive.search.stemmer import fold

MARK, UNMARK = "\ue000", "\ue001"
"""Private-use characters around the words found."""

LONGEST = 50_000
"""Characters that are looked through for a passage: ten times a long story."""
PASSAGE = 30
"""Words of a passage."""
_BEFORE = 6
"""Words before the first one found."""


class Marker:
    """Marks in texts what was looked for, in whatever form it stands there."""

    def __init__(self, parts: Iterable[Sought]) -> None:
        self._singles: dict[str, int] = {}
        self._phrases: list[tuple[Tokens, int]] = []
        for number, sought in enumerate(parts):
            for form in sought.forms:
                if len(form) == 1:
                    self._singles.setdefault(form[0], number)
                else:
                    self._phrases.append((form, number))

    def marked(self, text: str) -> str:
        tokens, found = self._found(text)
        return _with_marks(text, 0, len(text), [tokens[index].span() for index in sorted(found)])

    def passage(self, text: str) -> str:
        """The part of a text, of its first LONGEST characters, in which most of what was looked for stands close
        together, marked, on one line; the text's beginning where nothing does."""
        whole, text = len(text), text[:LONGEST]
        tokens, found = self._found(text)
        if not tokens:
            return " ".join(text.split())
        places = sorted(found)
        reach = PASSAGE - _BEFORE
        best = first = 0
        for number, place in enumerate(places):
            near = {found[other] for other in places[number : number + reach] if other < place + reach}
            if len(near) > best:
                best, first = len(near), max(0, place - _BEFORE)
        last = min(first + PASSAGE, len(tokens)) - 1
        start = tokens[first].start() if first else 0
        end = tokens[last].end() if last + 1 < len(tokens) else len(text)
        passage = _with_marks(text, start, end, [tokens[index].span() for index in places if first <= index <= last])
        return ("… " if start else "") + " ".join(passage.split()) + (" …" if end < whole else "")

    def _found(self, text: str) -> tuple[list[re.Match[str]], dict[int, int]]:
        """(all words, index of a word found -> number of the part)."""
        tokens = list(TOKEN.finditer(text))
        words = [fold(token[0]) for token in tokens]
        found = {index: self._singles[word] for index, word in enumerate(words) if word in self._singles}
        for phrase, number in self._phrases:
            length = len(phrase)
            for index in range(len(words) - length + 1):
                if words[index] == phrase[0] and tuple(words[index : index + length]) == phrase:
                    found |= dict.fromkeys(range(index, index + length), number)
        return tokens, found


def _with_marks(text: str, start: int, end: int, found: list[tuple[int, int]]) -> str:
    pieces = []
    for begin, stop in found:
        pieces += [text[start:begin], MARK, text[begin:stop], UNMARK]
        start = stop
    return "".join(pieces) + text[start:end]
