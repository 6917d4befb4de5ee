"""Compares the versions of a story word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz.distance import LCSseq

from archive.store.database import Archive, Row

FIELDS = ("title", "pewarta", "editor", "translator", "body")
MAX_WORD_PAIRS = 400_000_000
"""The most pairs of words (20,000 x 20,000) that are compared, which takes 50 MB of memory. Longer differing parts
count as wholly replaced."""
_WORDS = re.compile(r"\n\n|\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are in both versions ("="), only in the old one ("-") or only in the new one ("+")."""

    kind: Literal["=", "-", "+"]
    text: str


Paragraph = list[Piece]


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed: `fields` has for each changed field its paragraphs that differ."""

    version: int
    seen_at: str
    fields: dict[str, list[Paragraph]]


def versions_of(archive: Archive, article_id: str) -> list[Row]:
    """The rows of a story's versions, the first one first."""
    return archive.rows("SELECT * FROM versions WHERE article_id = ? ORDER BY version", [article_id])


def changes(versions: list[Row]) -> list[Change]:
    """What each version after the first changed."""
    steps = []
    for old, new in pairwise(versions):
        fields = {field: compare(old[field] or "", new[field] or "") for field in FIELDS}
        fields = {field: paragraphs for field, paragraphs in fields.items() if paragraphs}
        steps.append(Change(new["version"], new["seen_at"], fields))
    return steps


def compare(old: str, new: str) -> list[Paragraph]:
    """The paragraphs in which two texts differ. Paragraphs that both have are left out, and what is between them is
    compared by words."""
    before, after = ([" ".join(paragraph.split()) for paragraph in text.split("\n\n")] for text in (old, new))
    paragraphs = []
    done = new_done = 0
    for start, new_start, length in _same(before, after):
        paragraphs += _by_words("\n\n".join(before[done:start]), "\n\n".join(after[new_done:new_start]))
        done, new_done = start + length, new_start + length
    return paragraphs


def _by_words(old: str, new: str) -> list[Paragraph]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    paragraphs: list[Paragraph] = [[]]

    def add(kind: Literal["=", "-", "+"], words: list[str]) -> None:
        run: list[str] = []
        for word in [*words, ""]:
            if word in ("", "\n\n"):
                if run:
                    paragraphs[-1].append(Piece(kind, " ".join(run)))
                run = []
                if word:
                    paragraphs.append([])
            else:
                run.append(word)

    done = new_done = 0
    for start, new_start, length in _same(before, after):
        add("-", before[done:start])
        add("+", after[new_done:new_start])
        add("=", before[start : start + length])
        done, new_done = start + length, new_start + length
    return [paragraph for paragraph in paragraphs if any(piece.kind != "=" for piece in paragraph)]


def _same(before: list[str], after: list[str]) -> Iterator[tuple[int, int, int]]:
    """(index in the one, index in the other, length) of each run that is in both, by their longest common subsequence.
    If the lists have more than MAX_WORD_PAIRS pairs between their common beginning and end, only these are given."""
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next((n for n in range(shorter - head) if before[-1 - n] != after[-1 - n]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield 0, 0, head
    if len(old) * len(new) <= MAX_WORD_PAIRS:
        for start, new_start, length in LCSseq.editops(old, new).as_matching_blocks():
            yield head + start, head + new_start, length
    yield len(before) - tail, len(after) - tail, tail
