"""Stems of Indonesian words: menulis, penulis, ditulis and tulisan have the stem tulis.

PySastrawi finds most of them (Nazief and Adriani's rules with a dictionary of 30,000 roots). Families that it gets
wrong in news, as meninggal (to die) with tinggal (to live), are listed in stems.txt. Compounds written as one word
(bekerjasama, kerjasamanya) have their own stem, kerjasama.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from archive.extract.folding import fold
from archive.search.compounds import compound_of

MIN_STEMMED_LETTERS = 4
"""Shorter words are their own stem."""


@lru_cache(1 << 14)
def stem(word: str) -> str:
    """The stem of a word as printed; the folded word itself where no other is known."""
    word = fold(word)
    if word in _exceptions():
        return _exceptions()[word]
    if compound := compound_of(word):
        return compound
    if len(word) < MIN_STEMMED_LETTERS or not (word.isascii() and word.isalpha()):
        return word
    return str(_stemmer().stem(word)) or word


@cache
def _exceptions() -> dict[str, str]:
    """Form -> stem, from stems.txt."""
    lines = files("archive.search").joinpath("stems.txt").read_text("utf-8").splitlines()
    families = (line.partition(":") for line in lines if not line.startswith("#"))
    return {form: stem for stem, _, forms in families for form in forms.split()}


@cache
def _stemmer() -> Any:
    from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
    from Sastrawi.Stemmer.Stemmer import Stemmer
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    # Not StemmerFactory.create_stemmer(): it adds a cache that grows without limit.
    return Stemmer(ArrayDictionary(StemmerFactory().get_words()))
