"""Composes the printed body of a tale: paragraphs, lists, tables and quotes, and what pages print between them."""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random
from unicodedata import lookup

from crawler.newsroom.story import Block
from crawler.newsroom.tales import Tale


def compose(tale: Tale, extras: Collection[str], rng: Random) -> tuple[Block, ...]:
    """The blocks of a tale, with each of `extras` (names of traps) in them. The first block is always text, and so is
    the last but for "telah-tayang"."""
    texts = list(tale.paragraphs)
    if "nbsp" in extras:
        texts = [_with_odd_spaces(text, rng) for text in texts]
    if "nbsp-run" in extras:
        texts[0] = "\xa0" * 8 + texts[0]
    blocks = [Block("text", text) for text in texts]
    if "baca-juga-inline" in extras:
        blocks[0] = Block("text", texts[0], ((tale.aside,),))
    special = {
        "subheading": Block("subheading", tale.subheading),
        "list": Block("list", rows=tuple((item,) for item in tale.items)),
        "table": Block("table", rows=tale.table),
        "blockquote": Block("quote", f'"{tale.aside}"'),
        "tweet": Block("tweet", tale.tweet, (("— Kabar Paser (@kabarpaser)", "12 Mei 2024"),)),
        "baca-juga-bold": Block("baca-juga"),
        "ad-in-body": Block("ad"),
        "figure-in-body": Block("figure", tale.caption),
    }
    middle = max(1, len(blocks) // 2)
    for name, block in special.items():
        if name in extras and len(texts) > 1:
            blocks.insert(middle, block)
            middle += 1 if name == "subheading" else 0
    if "telah-tayang" in extras:
        blocks.append(Block("telah-tayang"))
    return tuple(blocks)


def _with_odd_spaces(text: str, rng: Random) -> str:
    """The text with some spaces no-break or doubled, as copy and paste leaves them."""
    return re.sub(" ", lambda _: "\xa0" if rng.random() < 0.04 else "  " if rng.random() < 0.02 else " ", text)


def curly(text: str) -> str:
    """The text with typographic quotes in place of straight ones, as WordPress prints it."""
    text = re.sub(r'(^|[\s(])"', r"\1“", text)
    return text.replace('"', "”").replace("'", "’")


def mathematical(text: str) -> str:
    """The text with its first two words in bold letters of the mathematical alphabet, as in some headlines."""
    words = text.split(" ")
    return " ".join([_bold(word) for word in words[:2]] + words[2:])


def _bold(word: str) -> str:
    return "".join(
        lookup(f"MATHEMATICAL BOLD {'CAPITAL' if letter.isupper() else 'SMALL'} {letter.upper()}")
        if letter.isascii() and letter.isalpha()
        else letter
        for letter in word
    )


def slug_of(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower().replace("'", "")).strip("-")[:90].rstrip("-")
