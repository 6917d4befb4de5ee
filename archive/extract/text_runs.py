"""The text of a page as a reader sees it: run after run, with how much of each is links, and how much is prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

Element = Any  # lxml ships no types

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike strong"
    " sub sup time tt u var wbr br img".split()
)
_PARTS = frozenset("p li ul ol dl dt dd blockquote pre table tbody thead tr td th figure figcaption center".split())
"""Blocks that are parts of a text, and not what holds it."""
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSEEN = frozenset("script style noscript template head title iframe object svg select option textarea button".split())
_MIN_PROSE_CHARS = 40
_COPYRIGHT = re.compile(r"©|\(c\) ?(?:19|20)\d\d|\bcopyright\b.{0,30}(?:19|20)\d\d|all rights reserved", re.IGNORECASE)
_MAX_WORD_CHARS = 14
"""Words that are longer on the average are glued entries of a menu."""
_SENTENCE_ENDS = (".", "!", "?", "”", '"', "’", ")", "…", ":")


@dataclass(frozen=True, slots=True)
class Run:
    """Text that no block and no <br> parts. `block` is the innermost block that holds it, `within` the innermost
    element of any kind, `link_chars` how many of its characters are links."""

    block: Element
    within: Element
    text: str
    link_chars: int

    @property
    def prose(self) -> float:
        """How many characters of prose it is: none for a heading, a menu entry, a link, a word or two."""
        if len(self.text) < _MIN_PROSE_CHARS or self.block.tag in _HEADINGS or 2 * self.link_chars > len(self.text):
            return 0
        if _COPYRIGHT.search(self.text):
            return 0
        if len(self.text) > _MAX_WORD_CHARS * (1 + self.text.count(" ")) and self.text.isascii():
            return 0
        own = len(self.text) - self.link_chars
        return own if len(self.text) >= 2 * _MIN_PROSE_CHARS or self.text.endswith(_SENTENCE_ENDS) else own / 3


def runs_of(root: Element) -> Iterator[Run]:
    """The runs of an element in the page's order. Comments must have been removed."""
    blocks = [root]
    texts: list[tuple[str, Element, bool]] = []
    links = unseen = 0

    def ended() -> Iterator[Run]:
        text = " ".join("".join(one for one, _, _ in texts).split())
        if text:
            within = next(element for one, element, _ in texts if one.strip())
            linked = sum(len(" ".join(one.split())) for one, _, is_link in texts if is_link)
            yield Run(blocks[-1], within, text, min(linked, len(text)))
        texts.clear()

    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_block = element.tag not in _INLINE
        if event == "start":
            if is_block or element.tag == "br":
                yield from ended()
            if is_block and element is not root:
                blocks.append(element)
            unseen += element.tag in _UNSEEN
            links += element.tag == "a"
            if element.text and not unseen:
                texts.append((element.text, element, links > 0))
        else:
            if is_block:
                yield from ended()
                if element is not root:
                    blocks.pop()
            unseen -= element.tag in _UNSEEN
            links -= element.tag == "a"
            if element is not root and element.tail and not unseen:
                texts.append((element.tail, element.getparent(), links > 0))


def container_of(run: Run) -> Element:
    """The element that holds a text of which the run is a part: a block with further blocks in it."""
    element = run.block
    while element.getparent() is not None and element.tag != "body":
        if element.tag not in _PARTS and element.tag not in _HEADINGS and element.tag not in _INLINE:
            if element is not run.block or any(child.tag not in _INLINE for child in element.iterdescendants()):
                return element
            if _has_breaks(element):
                return element
        element = element.getparent()
    return element


def _has_breaks(element: Element) -> bool:
    """Whether paragraphs of an element are parted by <br> alone."""
    return sum(1 for _ in element.iter("br")) >= 2


def prose_within(runs: list[Run]) -> dict[Element, float]:
    """Element -> the prose in it and below it."""
    found: dict[Element, float] = {}
    for run in runs:
        if prose := run.prose:
            element = run.block
            while element is not None:
                found[element] = found.get(element, 0) + prose
                element = element.getparent()
    return found
