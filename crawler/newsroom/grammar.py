"""Makes up sentences of Indonesian news from the word lists in words.txt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from random import Random

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_SLOT = re.compile(r"\{(\w+)(\*?)\}")

# An alternative cut at its slots. A piece is plain text, or (name of a list, whether it is chosen once per story).
_Piece = str | tuple[str, bool]
_Alternative = tuple[_Piece, ...]


def grouped(number: int) -> str:
    """12500 as Indonesian papers print it: 12.500."""
    return f"{number:,}".replace(",", ".")


_ONCE_PER_STORY = ("hari", "bidang", "panggilan")  # lists of which a story uses one alternative, with or without a *
_NUMBERS: dict[str, Callable[[Random], str]] = {
    "satuan": lambda rng: str(2 + int(rng.random() * 17)),
    "angka": lambda rng: str(21 + int(rng.random() * 460)),
    "ribu": lambda rng: grouped(1_000 + int(rng.random() * 24_000)),
    "juta": lambda rng: grouped(50 + 5 * int(rng.random() * 900)),
    "persen": lambda rng: str(2 + int(rng.random() * 96)),
    "koma": lambda rng: f"{1 + int(rng.random() * 7)},{1 + int(rng.random() * 9)}",
    "skor": lambda rng: str(int(rng.random() * 3)),
}


@cache
def vocabulary() -> dict[str, list[_Alternative]]:
    """Name of a list in words.txt -> its alternatives."""
    lists: dict[str, list[_Alternative]] = {}
    alternatives: list[_Alternative] = []
    for line in files("crawler.newsroom").joinpath("words.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            alternatives = lists.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            alternatives.append(_cut(line))
    return lists


def _cut(line: str) -> _Alternative:
    pieces: list[_Piece] = []
    end = 0
    for slot in _SLOT.finditer(line):
        if slot.start() > end:
            pieces.append(line[end : slot.start()])
        pieces.append((slot[1], bool(slot[2])))
        end = slot.end()
    if end < len(line):
        pieces.append(line[end:])
    return tuple(pieces)


def topics() -> list[str]:
    return [name.removesuffix(".berita") for name in vocabulary() if name.endswith(".berita")]


class Teller:
    """Makes up the sentences of one story. Where a slot has a `*`, the story uses the same words throughout."""

    def __init__(self, rng: Random, topic: str, event: date) -> None:
        self._rng = rng
        self._topic = topic
        self._lists = vocabulary()
        self._known = {"hari": f"{DAYS[event.weekday()]} ({event.day}/{event.month})"}
        self._known["bidang"] = self.tell(f"{topic}.bidang")
        self._known["panggilan"] = self.once("nama").rpartition(" ")[2]

    def tell(self, name: str) -> str:
        """A random alternative of a list, with its slots filled."""
        if name in _ONCE_PER_STORY and name in self._known:
            return self._known[name]
        number = _NUMBERS.get(name)
        if number:
            return number(self._rng)
        return self._fill(self._pick(self._lists[name]))

    def once(self, name: str) -> str:
        """As `tell`, but with the same words at each call for this story."""
        if name not in self._known:
            self._known[name] = self.tell(name)
        return self._known[name]

    def news(self) -> tuple[str, str]:
        """(title, lead) of the story."""
        title, _, lead = self.tell(f"{self._topic}.berita").partition(" | ")
        return _capitalised(title), _capitalised(lead)

    def several(self, part: str, count: int) -> list[str]:
        """Up to `count` different sentences of the lists named `part`, about half of them from the topic's own list."""
        own, common = self._lists.get(f"{self._topic}.{part}", []), self._lists.get(part, [])
        wanted = min(count, len(own) + len(common))
        from_own = min(len(own), max(wanted - len(common), (wanted + 1) // 2))
        chosen = self._rng.sample(own, from_own) + self._rng.sample(common, wanted - from_own)
        self._rng.shuffle(chosen)
        return [_capitalised(self._fill(alternative)) for alternative in chosen]

    def tags(self, count: int) -> list[str]:
        own = self._lists[f"{self._topic}.tag"]
        return [self._fill(tag) for tag in self._rng.sample(own, min(count, len(own)))]

    def _pick(self, alternatives: list[_Alternative]) -> _Alternative:
        return alternatives[int(self._rng.random() * len(alternatives))]

    def _fill(self, alternative: _Alternative) -> str:
        return "".join(
            piece if isinstance(piece, str) else self.once(piece[0]) if piece[1] else self.tell(piece[0])
            for piece in alternative
        )


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
