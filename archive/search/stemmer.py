"""Indonesian word families: menulis, penulis, ditulis and tulisan have the stem tulis.

PySastrawi (Nazief and Adriani's rules with a dictionary of 30,000 roots) knows them. What it gets wrong in news, as
meninggal (to die) with tinggal (to live), stands right in stems.txt.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

SHORTEST = 4
"""Letters a word must have to be taken apart."""


def fold(word: str) -> str:
    """Without case and accents, as the full-text index compares words. Letters of the mathematical alphabets, which
    some sites print, become the plain ones."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


@lru_cache(1 << 14)
def stem(word: str) -> str:
    """The stem of a word as it stands in a text; the word itself, folded, where it has no other."""
    word = fold(word)
    if word in _known():
        return _known()[word]
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
        return word
    return str(_stemmer().stem(word)) or word


@cache
def _known() -> dict[str, str]:
    lines = files("archive.search").joinpath("stems.txt").read_text("utf-8").splitlines()
    families = (line.partition(":") for line in lines if not line.startswith("#"))
    return {form: stem for stem, _, forms in families for form in forms.split()}


@cache
def _stemmer() -> Any:
    from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
    from Sastrawi.Stemmer.Stemmer import Stemmer
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return Stemmer(ArrayDictionary(StemmerFactory().get_words()))  # its factory's own wraps a cache without bound
