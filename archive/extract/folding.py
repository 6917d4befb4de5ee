"""Words as people type them: the one rule by which a text is folded and cut, for what is searched and what is typed.

The full-text index cuts texts with SQLite's tokenizer unicode61. That keeps numbers and letters that are written
together as one word (Rp250, 15kg, RT04), a Chinese sentence as one word, a word with an invisible character in it as
two. What it cuts otherwise than `tokens` does is indexed a second time, cut by `tokens` (`index_words`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

CONTEXT_WORDS = 3
"""Words on each side of a word that is indexed a second time: a phrase may begin or end so far from it."""
MAX_JOINED_LETTERS = 40
"""Longer words with hyphens or apostrophes are addresses or noise and are not joined."""

# Marks that are written over or under letters that are the same without them: Latin, Hebrew, Arabic. Elsewhere a mark
# is a vowel, or makes another letter.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
# Scripts without spaces between words, and Hangul, whose words carry their particles: each letter is a token, so that a
# word is found as a phrase wherever it stands. Thai, Lao, Tibetan, Burmese, Khmer, Balinese, Sundanese, Kana, Bopomofo,
# Han, Javanese, Hangul.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1b00-\u1bbf\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua980-\ua9df\uac00-\ud7af\uf900-\ufaff\U00016fe0-\U00018d8f\U0001b000-\U0001b2ff"
    "\U00020000-\U0003ffff"
)
_APOSTROPHES = "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u2018\u2019\u201b\u2032\u2035\ua78c`\u00b4"
_SAME: dict[int, str] = {ord(c): "'" for c in _APOSTROPHES} | {
    **{ord("\u2010"): "-", ord("\u0640"): ""},  # the hyphen; the stroke that lengthens Arabic words
    **{ord("ı"): "i", ord("ø"): "o", ord("đ"): "d", ord("ł"): "l", ord("ħ"): "h", ord("ŧ"): "t"},
    **{ord("æ"): "ae", ord("œ"): "oe", ord("ð"): "d", ord("þ"): "th"},
    **{ord("\u0649"): "\u064a", ord("\u06cc"): "\u064a", ord("\u06a9"): "\u0643"},  # Arabic and Persian ya and kaf
}

_TOKEN = re.compile(rf"(?=[^\W_])[{_UNSPACED}]|\d+|[^\W\d_{_UNSPACED}]+")
_ASCII_TOKEN = re.compile(r"[a-z]+|[0-9]+")  # the same in plain text, in a third of the time
_INDEX_TOKEN = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_PARTS = re.compile(rf"[^\W\d_{_UNSPACED}]+(?:['-][^\W\d_{_UNSPACED}]+)+")
_SUSPECT = re.compile(rf"{_GLUED.pattern}|[^\W\d_]['`-][^\W\d_]|[^\x00-\x7f]")
_OLD_SIGNS = re.compile("[\u0080-\u036f\u2000-\u20b9\u2190-\u22ff\u2500-\u26ff\u2701-\u27bf\u3000-\u303f]")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


class _Folds(dict[int, str]):
    """Character -> what it is folded to, for str.translate; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


class _CutOtherwise(dict[str, bool]):
    """Character -> whether unicode61 makes something else of a word that has it than `tokens`."""

    def __missing__(self, character: str) -> bool:
        self[character] = otherwise = _is_cut_otherwise(character)
        return otherwise


def _fold_character(character: str) -> str:
    if unicodedata.category(character) in ("Cf", "Cs"):  # invisible (soft hyphen, zero-width space); half a character
        return "" if unicodedata.category(character) == "Cf" else character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", character.translate(_SAME)))
    folded = unicodedata.normalize("NFC", plain).casefold().translate(_SAME)
    # A sign such as ™ or ㎏ that stands for several letters is a word of its own; Ⓑ is a letter of its word.
    return f" {folded} " if not character.isalnum() and folded.isalpha() and len(folded) > 1 else folded


def _is_cut_otherwise(character: str) -> bool:
    if character.isascii():
        return False
    if _IS_UNSPACED.match(character):
        return True
    folded = _FOLDS[ord(character)]
    if not any(map(str.isalnum, character + folded)):
        # unicode61 takes signs that it does not know, as newer emoji, for letters.
        return folded == "" or not _OLD_SIGNS.match(character) or unicodedata.category(character) == "Cn"
    if folded == character.lower():
        return False
    first, *marks = list(unicodedata.normalize("NFD", character))  # unicode61 takes the accents of Latin letters off
    is_latin = first.isascii() and all("\u0300" <= mark <= "\u036f" for mark in marks)
    return not is_latin or (len(marks) > 1 and character < "\u1e00")  # but not the two of some


_FOLDS, _CUT_OTHERWISE = _Folds(), _CutOtherwise()


def fold(text: str) -> str:
    """The text without case, accents and invisible characters; letters of other alphabets' styles, as the mathematical
    ones, become plain ones, and all apostrophes the one of the keyboard."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).translate(_FOLDS)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded; a number is a word of its own, also where letters are written to it."""
    folded = fold(text)
    return tuple((_ASCII_TOKEN if folded.isascii() else _TOKEN).findall(folded))


def index_tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded, but cut as unicode61 cuts them: 15kg is one."""
    return tuple(_INDEX_TOKEN.findall(fold(text)))


def placed_tokens(text: str) -> list[tuple[str, int, int]]:
    """(token, start, end) of each of the `tokens` of a text; start and end are its place in the text as it stands."""
    if text.isascii():
        return [(match[0], match.start(), match.end()) for match in _ASCII_TOKEN.finditer(text.lower())]
    pieces, places = [], []
    for place, character in enumerate(text):
        pieces.append(piece := _FOLDS[ord(character)])
        places += [place] * len(piece)
    return [
        (match[0], places[match.start()], places[match.end() - 1] + 1) for match in _TOKEN.finditer("".join(pieces))
    ]


def joined_words(text: str) -> list[str]:
    """The words of a text that have hyphens or apostrophes in them, without these: pra-kerja -> prakerja, Jum'at ->
    jumat, Al-Qur'an -> alquran and quran. Reduplicated ones (anak-anak, sayur-mayur) are left out: nobody writes them
    together."""
    words = []
    for match in _PARTS.finditer(fold(text)):
        parts = match[0].split("-")
        if len(match[0]) <= MAX_JOINED_LETTERS and (len(parts) == 1 or not _is_reduplicated(parts)):
            words.append(match[0].replace("-", "").replace("'", ""))
        if len(parts) > 1:
            words += [part.replace("'", "") for part in parts if "'" in part and len(part) <= MAX_JOINED_LETTERS]
    return words


def _is_reduplicated(parts: list[str]) -> bool:
    one, other = parts[:2]
    return one in other or other in one or one[:3] == other[:3] or one[-3:] == other[-3:]


def index_words(*texts: str | None) -> str | None:
    """The words of texts that unicode61 cuts otherwise than `tokens`, as `tokens` cuts them, with the words beside
    them, and the joined forms of words with hyphens and apostrophes; None where there are none."""
    words = [word for text in texts if text and _SUSPECT.search(text) for word in _words_cut_otherwise(text)]
    return " ".join(words) or None


def _words_cut_otherwise(text: str) -> Iterator[str]:
    chunks = text.split()
    wanted: set[int] = set()
    joined: dict[str, None] = {}
    for place, chunk in enumerate(chunks):
        if chunk.isascii() and chunk.isalpha():
            continue
        if _GLUED.search(chunk) or (not chunk.isascii() and any(map(_CUT_OTHERWISE.__getitem__, chunk))):
            wanted.update(range(max(0, place - CONTEXT_WORDS), min(len(chunks), place + CONTEXT_WORDS + 1)))
        joined |= dict.fromkeys(joined_words(chunk))
    yield from tokens(" ".join(chunks[place] for place in sorted(wanted)))
    yield from joined
