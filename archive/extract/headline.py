"""The title of a page that nobody described, without the name of its site, and the element that prints it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Element = Any  # lxml ships no types

_JOINT = re.compile(r"\s+[-–—|•·»›>]+\s+|\s*\|\s*|\s*::+\s*|\s+[-–—]\s*$")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAX_TITLE_CHARS = 300
_MIN_LETTERS = 8
_HOST_WORDS = frozenset("www com co id net org go ac or sch desa web my info news tv blog m amp".split())


@dataclass(frozen=True, slots=True)
class Headline:
    text: str
    element: Element | None
    rule: str


def letters(text: str | None) -> str:
    """Letters and digits alone, without case and accents, to compare words as a reader does."""
    plain = unicodedata.normalize("NFKD", text or "").casefold()
    return re.sub(r"[\W_]+", "", plain)


class SiteNames:
    """The names of a site, by which it is told from titles and people: what it says of itself, and its host's."""

    def __init__(self, host: str, *said: str | None) -> None:
        labels = [label for label in host.lower().split(".") if label not in _HOST_WORDS and len(label) > 2]
        self._labels = {letters(label) for label in labels} - {""}
        self._said = {letters(name) for name in said} - {""}
        self._host = letters(host)

    def is_name(self, text: str) -> bool:
        """Whether a text is a name of the site: as it calls itself, or with its host's name among few other words."""
        plain = letters(text)
        if not plain:
            return True
        if plain in self._said or (len(plain) >= 4 and plain in self._host):
            return True
        few = len(text.split()) <= 6
        return few and any(label in plain for label in (*self._labels, *self._said) if len(label) >= 4)


def find_headline(tree: Element, metas: Mapping[str, str], names: SiteNames, linked: str | None) -> Headline | None:
    """The headline: the printed one where it is what the metadata say, or else what the metadata say."""
    stated = [
        (rule, text)
        for rule, text in (
            ("og:title", metas.get("og:title")),
            ("twitter:title", metas.get("twitter:title")),
            ("JSON-LD headline", linked),
            ("title", " ".join((tree.findtext(".//title") or "").split())),
        )
        if text and not names.is_name(text)
    ]
    printed = list(_printed(tree))
    for rule, text in stated:
        parts = [part for part in _JOINT.split(text) if letters(part) and not names.is_name(part)]
        longest = letters(max(parts, key=len, default=text))
        whole = letters(text)
        fits = [
            (element, title)
            for element, title in printed
            if letters(title) in whole
            and (longest in letters(title) or 10 * len(letters(title)) >= 6 * len(longest))
            and not _has_name(title, names)
        ]
        if fits:
            element, title = max(fits, key=lambda one: (len(letters(one[1])), _rank(one[0])))
            return Headline(title, element, f"the heading <{element.tag}>, as in {rule}")
    for rule, text in stated:
        title = without_names(text, names)
        heading = next((e for e, t in printed if e.tag == "h1" and not names.is_name(t)), None)
        return Headline(title, heading, rule)
    for element, title in printed:
        if element.tag in ("h1", "h2") and not names.is_name(title):
            return Headline(title, element, f"the heading <{element.tag}>")
    # With nothing else to go by, a story may be headed as its site is called.
    return next((Headline(t, e, f"the heading <{e.tag}>") for e, t in printed if e.tag == "h1"), None)


def without_names(text: str, names: SiteNames) -> str:
    """A title without the name of the site before it or behind it: "Judul | Kabar Paser", "Kabar.com: Judul"."""
    begins = re.match(r"([^:|]{2,40}?)\s*:\s+(?=\S)", text)
    if begins and names.is_name(begins[1]) and len(begins[1].split()) <= 2:
        text = text[begins.end() :]
    pieces = [piece for piece in re.split(f"({_JOINT.pattern})", text) if piece]
    while len(pieces) > 2 and names.is_name(pieces[0]):
        del pieces[:2]
    at = next((i for i, piece in enumerate(pieces) if i >= 2 and i % 2 == 0 and names.is_name(piece)), len(pieces) + 1)
    kept = "".join(pieces[: at - 1]).strip()
    return re.sub(r"\s+[-–—|]\s*$", "", kept).strip() or text


def _has_name(title: str, names: SiteNames) -> bool:
    parts = _JOINT.split(title)
    return len(parts) > 1 and any(names.is_name(part) for part in parts if part)


def _printed(tree: Element) -> Iterator[tuple[Element, str]]:
    """What may be a printed headline: headings, and other elements that say so of themselves."""
    body = tree.find("body")
    for element in (body if body is not None else tree).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in _HEADINGS and "headline" not in (element.get("itemprop") or ""):
            named = (element.get("class") or "").lower()
            if element.tag not in ("div", "p", "span", "strong") or not re.search(
                r"title|judul|headline|\bh[1-6]\b", named
            ):
                continue
        title = " ".join(element.text_content().split())
        if len(letters(title)) >= (1 if element.tag == "h1" else _MIN_LETTERS) and len(title) <= _MAX_TITLE_CHARS:
            yield element, title


def _rank(element: Element) -> int:
    """How surely an element is the page's headline, and not a link to the same story in a box beside it."""
    score = 3 if element.tag == "h1" else 2 if "headline" in (element.get("itemprop") or "") else 1
    score -= element.tag not in _HEADINGS
    return score - 3 * any(
        up.tag in ("a", "li", "nav", "aside", "footer") for up in (element, *element.iterancestors())
    )
