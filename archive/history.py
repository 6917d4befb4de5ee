"""What changed from one version of a story to the next, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from archive.database import Archive, Row

FIELDS = ("title", "pewarta", "editor", "body")
_WORDS = re.compile(r"\n\n|\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both versions have ("="), the old one ("-") or the new one ("+")."""

    kind: Literal["=", "-", "+"]
    text: str


Paragraph = list[Piece]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a story's history: field -> its paragraphs that differ, as pieces."""

    version: int
    seen_at: str
    fields: dict[str, list[Paragraph]]


def versions_of(archive: Archive, article_id: str) -> list[Row]:
    """A story's versions, first to last."""
    return archive.rows("SELECT * FROM versions WHERE article_id = ? ORDER BY version", [article_id])


def changes(versions: list[Row]) -> list[Change]:
    """What each version but the first changed."""
    steps = []
    for old, new in pairwise(versions):
        fields = {field: compare(old[field] or "", new[field] or "") for field in FIELDS}
        fields = {field: paragraphs for field, paragraphs in fields.items() if paragraphs}
        steps.append(Change(new["version"], new["seen_at"], fields))
    return steps


def compare(old: str, new: str) -> list[Paragraph]:
    """The paragraphs in which two texts differ. A paragraph that both have in full is left out."""
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

    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            add("=", before[start:end])
        else:
            add("-", before[start:end])
            add("+", after[new_start:new_end])
    return [paragraph for paragraph in paragraphs if any(piece.kind != "=" for piece in paragraph)]
