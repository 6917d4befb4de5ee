"""How else a number is written: 15 kg as 15kg, 250.000 as 250000."""

from __future__ import annotations

import re
from itertools import pairwise, product

Tokens = tuple[str, ...]
MAX_SEAMS = 3
"""Places between numbers and letters of which all spellings are searched; beyond, only apart and together."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def spellings(words: Tokens) -> list[Tokens]:
    """The words as they are, then with numbers and letters written together, with the thousands of a number together
    and apart. The index has numbers and letters apart already, but only with a few words around them; a longer phrase
    is found as the index has it."""
    numbers = [words, *_regrouped(words)]
    return list(dict.fromkeys(form for one in numbers for form in _glued(one)))


def _glued(words: Tokens) -> list[Tokens]:
    seams = [place for place, pair in enumerate(pairwise(words), 1) if _is_seam(*pair)]
    if len(words) < 3 or not seams:  # two words are always in the index apart
        return [words]
    choices = product((False, True), repeat=len(seams)) if len(seams) <= MAX_SEAMS else [(False,), (True,)]
    result = []
    for choice in choices:
        glued = {place for place, is_glued in zip(seams, choice * len(seams), strict=False) if is_glued}
        form = [words[0]]
        for place, word in enumerate(words[1:], 1):
            form[-1:] = [form[-1] + word] if place in glued else [form[-1], word]
        result.append(tuple(form))
    return result


def _is_seam(one: str, other: str) -> bool:
    return one.isascii() and other.isascii() and one.isdigit() != other.isdigit()


def _regrouped(words: Tokens) -> list[Tokens]:
    """The words with long numbers in groups of three digits, and with such groups as one number."""
    apart: list[str] = []
    together: list[str] = []
    is_grouped = False
    for word in words:
        if word.isdigit() and len(word) > 3 and not word.startswith("0") and not _YEAR.fullmatch(word):
            first = len(word) % 3
            apart += [*([word[:first]] if first else []), *(word[n : n + 3] for n in range(first, len(word), 3))]
        else:
            apart.append(word)
        begins = bool(together) and together[-1].isdigit() and not together[-1].startswith("0")
        if word.isdigit() and len(word) == 3 and begins and (is_grouped or len(together[-1]) <= 3):
            together[-1] += word
            is_grouped = True
        else:
            together.append(word)
            is_grouped = False
    return [form for form in (tuple(apart), tuple(together)) if form != words]
