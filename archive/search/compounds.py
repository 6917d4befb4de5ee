"""Compounds that are written apart and together: kerja sama and kerjasama, with their affixes (compounds.txt)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

MIN_BOUND_REST = 4
"""Letters that must follow a bound part: the swa of swadaya is one, that of swasta is none."""

# An affix is taken off only around a whole compound, so these lists may be generous. Before k, p, t, s the nasal
# prefixes replace the letter: menindaklanjuti, penyalahgunaan.
_PREFIXES = "memper|diper|teper|ter|tak|ber|be|per|pe|di|ke|se|mem|meng|men|meny|me|pem|peng|pen|peny"
_NASAL_PREFIXES = "mem|meng|meny|men|pem|peng|peny|pen"
_SUFFIXES = "(?:kan|an|i)?(?:nya|lah|kah|pun|ku|mu)?"
_FIRST_PREFIXES = ("", "ber", "be", "di", "ter", "ke", "se", "mem", "meng", "men", "me", "memper", "diper")
_NOUN_PREFIXES = ("per", "pe", "pem", "peng", "pen", "ke")
_LAST_SUFFIXES = ("", "nya", "kan", "i", "an", "kannya", "lah", "kah", "pun", "ku", "mu")
_NOUN_SUFFIXES = ("an", "annya")


class Compound(NamedTuple):
    """Its two parts, and the forms in which they stand where the compound is written apart: affixes stand outside."""

    first: str
    last: str

    @property
    def word(self) -> str:
        return self.first + self.last

    def first_forms(self) -> list[str]:
        nasal = _nasal(self.first, "me")
        return list(dict.fromkeys([prefix + self.first for prefix in _FIRST_PREFIXES] + nasal))

    def last_forms(self) -> list[str]:
        return [self.last + suffix for suffix in _LAST_SUFFIXES]

    def noun_forms(self) -> tuple[list[str], list[str]]:
        """(forms of the first part, of the last part) that stand together alone: pertanggung jawaban."""
        first = [prefix + self.first for prefix in _NOUN_PREFIXES] + _nasal(self.first, "pe")
        return list(dict.fromkeys(first)), [self.last + suffix for suffix in _NOUN_SUFFIXES]

    def is_written(self, first: str, last: str) -> bool:
        """Whether two words are this compound, written apart."""
        firsts, lasts = self.noun_forms()
        return (first in self.first_forms() and last in self.last_forms()) or (first in firsts and last in lasts)


def _nasal(word: str, prefix: str) -> list[str]:
    """A word whose first letter gives way to a nasal prefix: tanda -> menanda, kerja stays."""
    nasal = {"k": "ng", "p": "m", "t": "n", "s": "ny"}.get(word[0])
    return [prefix + nasal + word[1:]] if nasal else []


@cache
def _table() -> tuple[dict[str, Compound], tuple[str, ...]]:
    """(compounds by the word that they are together, bound parts)."""
    lines = files("archive.search").joinpath("compounds.txt").read_text("utf-8").split("\n")
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    pairs = [Compound(*line.split()) for line in lines if not line.endswith("-")]
    return {pair.word: pair for pair in pairs}, tuple(line[:-1] for line in lines if line.endswith("-"))


@cache
def _form() -> re.Pattern[str]:
    words = sorted(_table()[0], key=len, reverse=True)
    bare = [word[1:] for word in words if word[0] in "kpts"]
    return re.compile(
        rf"(?:{_PREFIXES})?(?P<whole>{'|'.join(words)}){_SUFFIXES}|"
        rf"(?:{_NASAL_PREFIXES})(?P<bare>{'|'.join(bare)}){_SUFFIXES}"
    )


@cache
def _whole_of_bare() -> dict[str, str]:
    return {word[1:]: word for word in _table()[0] if word[0] in "kpts"}


def compound_of(word: str) -> str | None:
    """The compound, written as one word, that a folded word is a form of."""
    match = _form().fullmatch(word)
    return match and (match["whole"] or _whole_of_bare()[match["bare"]])


def compound(word: str) -> Compound | None:
    """The compound that a folded word is a form of."""
    return _table()[0].get(compound_of(word) or "")


@cache
def _by_first_form() -> dict[str, list[Compound]]:
    table: dict[str, list[Compound]] = {}
    for one in _table()[0].values():
        for form in dict.fromkeys([*one.first_forms(), *one.noun_forms()[0]]):
            table.setdefault(form, []).append(one)
    return table


def written_apart(first: str, last: str) -> Compound | None:
    """The compound that two folded words are."""
    return next((one for one in _by_first_form().get(first, ()) if one.is_written(first, last)), None)


def bound_part(word: str) -> str | None:
    """The bound part that a folded word begins with: pasca of pascabencana."""
    parts = (part for part in _table()[1] if word.startswith(part) and len(word) >= len(part) + MIN_BOUND_REST)
    return max(parts, key=len, default=None)


def is_bound(word: str) -> bool:
    return word in _table()[1]
