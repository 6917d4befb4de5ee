"""The headline of a page, which is never the name of its site."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Element = Any  # lxml ships no types

_JOINT = re.compile(r"\s+[-–—|•·»›>]+\s+|\s*\|\s*|\s*::+\s*|\s+[-–—]\s*$")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MAX_TITLE_CHARS = 300
_MIN_LETTERS = 8
_HOST_WORDS = frozenset("www com co id net org go ac or sch desa web my info news tv blog m amp".split())


_NEWSROOM_WORDS = frozenset(
    "berita kabar portal media news online situs website web resmi official com co id net org tv blog home beranda"
    " pemkab pemkot pemprov pemerintah kabupaten kota provinsi diskominfo kominfo humas dinas mc".split()
)
"""What a site may call itself besides its name."""
_MAX_NAME_WORDS = 10


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
        labels = host.lower().split(".")
        runs = [labels[at:end] for at in range(len(labels)) for end in range(at + 1, len(labels) + 1)]
        of_host = [".".join(run) for run in runs if any(len(one) > 2 and one not in _HOST_WORDS for one in run)]
        self._names = {letters(name) for name in (*of_host, *said)} - {""}

    def is_name(self, text: str) -> bool:
        """Whether a text is a name of the site, in one word or several, and nothing more than such words as "portal"
        and "online": "Kutai Barat" is the name of kutaibarat.example, "Kutai Barat juara" is not."""
        plain = letters(text)
        if not plain or plain in self._names:
            return True
        words = [word for word in map(letters, re.split(r"[\W_]+", text)) if word][:_MAX_NAME_WORDS]
        return "".join(words) == plain and self._is_made_of_names(words)

    def _is_made_of_names(self, words: list[str]) -> bool:
        at, named = 0, False
        while at < len(words):
            longest = next((end for end in range(len(words), at, -1) if "".join(words[at:end]) in self._names), at)
            if longest == at and words[at] not in _NEWSROOM_WORDS:
                return False
            named |= longest > at
            at = max(longest, at + 1)
        return named


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
            and (
                longest in letters(title)
                or _begins(element, title, whole)
                or 10 * len(letters(title)) >= 6 * len(longest)
            )
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


def _begins(element: Element, title: str, whole: str) -> bool:
    """Whether a page's first-level heading, of several words, is how the title begins."""
    return element.tag == "h1" and len(title.split()) > 1 and whole.startswith(letters(title))


def chosen_headline(headings: Sequence[str], declared: Sequence[str], names: SiteNames) -> str | None:
    """The headline of a page in a known layout. `headings` are those that the layout's selectors find, the likeliest
    first; `declared` are the titles that the page declares (og:title, <title>), the more reliable first.

    A heading that the declared title has in it is the headline; then a declared title that stands in a heading, as in
    "Kriminal | Judul"; then the likeliest heading; then the declared title.
    """
    printed = [text for text in headings if not names.is_name(text)]
    titles = [title for text in declared if not names.is_name(title := without_names(text, names))]
    for title in titles:
        whole = letters(title)
        if within := [text for text in printed if whole.startswith(letters(text)) or _is_in(text, whole)]:
            return max(within, key=lambda text: len(letters(text)))
    for title in titles:
        if any(letters(title) in letters(heading) for heading in printed):
            return title
    return next(iter([*printed, *titles]), None)


def _is_in(heading: str, title: str) -> bool:
    """Whether a heading of several words stands somewhere in the letters of a title."""
    return len(heading.split()) > 1 and letters(heading) in title


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
