"""What a page says of its story to machines: JSON-LD and microdata in the words of schema.org.

A page also describes other stories so: related ones, those of a box, the next one. `StoryData` tells which
description is of the page's own story, by address or by headline; what cannot be told is not used.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from archive.extract.body import Element, collapse, folded, select
from archive.extract.urls import absolute
from archive.sites import original_address

STORY_TYPES = frozenset(
    {"Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle"}
    | {"OpinionNewsArticle", "ReviewNewsArticle", "AskPublicNewsArticle", "AdvertiserContentArticle"}
    | {"SatiricalArticle", "Report", "BlogPosting", "LiveBlogPosting"}
)
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "CreativeWork"})

Thing = dict[str, Any]
"""A JSON-LD object, or what microdata says in the same form: property -> value."""


# Which description is the page's own


class StoryData:
    """The descriptions of a page's own story. `addresses` are the page's own addresses as absolute URLs, `titles` what
    the page prints or names as its title."""

    def __init__(self, tree: Element, *, url: str, addresses: Iterable[str], titles: Iterable[str]) -> None:
        self._url = url
        self._addresses = {key for address in addresses if (key := _address_key(address))}
        self._titles = {key for title in titles for key in _title_keys(title)}
        self.linked = self._chosen(list(json_ld(tree)))
        self.microdata = self._chosen(list(microdata(tree)))

    def _chosen(self, things: list[Thing]) -> list[tuple[Thing, bool]]:
        """(description, whether it is proven to be of the page's own story), those of stories before those of pages.

        Of several descriptions of stories those count that name the page's address, else those that have its headline.
        A single one also counts if it names no address, but is not proven if its headline is another."""
        stories = [thing for thing in things if types_of(thing) & STORY_TYPES]
        pages = [thing for thing in things if thing not in stories]
        return [*self._own(stories), *self._own(pages)]

    def _own(self, things: list[Thing]) -> list[tuple[Thing, bool]]:
        at_home = [thing for thing in things if self._addresses & self._addresses_of(thing)]
        if at_home:
            return [(thing, True) for thing in at_home]
        if titled := [thing for thing in things if self._has_headline(thing)]:
            return [(thing, True) for thing in titled]
        if len(things) == 1 and not self._addresses_of(things[0]):
            return [(things[0], not _headlines(things[0]))]
        return []

    def _addresses_of(self, thing: Thing) -> set[str]:
        """The addresses that a description gives its story. A front page is none: some templates name it everywhere."""
        given = [thing.get("url"), thing.get("@id"), thing.get("mainEntityOfPage")]
        texts = [text for value in given for text in _texts(value, ("@id", "url")) if _ADDRESS.match(text)]
        return {key for text in texts if (key := _address_key(absolute(self._url, text)))}

    def _has_headline(self, thing: Thing) -> bool:
        for headline in _headlines(thing):
            key = folded(html.unescape(headline))
            if key in self._titles:
                return True
            cut = headline.rstrip().endswith(("...", "…")) or len(headline) >= _LONGEST_HEADLINE
            if cut and len(key) >= _SHORTEST_BEGINNING and any(title.startswith(key) for title in self._titles):
                return True
        return False


_LONGEST_HEADLINE = 100
"""Headlines for machines are often cut at 110 characters, the longest that search engines show."""
_SHORTEST_BEGINNING = 25
"""A cut headline must have so many letters to tell its story from others. Chosen, not measured."""
_ADDRESS = re.compile(r"https?://|/", re.IGNORECASE)
_NOT_OF_THE_STORY = re.compile(r"(?:utm_\w+|fbclid|gclid|page|amp)")
_AMP = re.compile(r"(?:^/amp(?=/)|/amp$)")
_SITES_NAME = re.compile(r"\s+[|–—-]\s+|\s+[«»]\s+|\s*\|\s*")


def _address_key(url: str) -> str:
    """Equal for addresses that lead to the same story. "" for what is no web address, and for a front page."""
    url = original_address(url) or url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ""
    query = urlencode([pair for pair in parse_qsl(parts.query) if not _NOT_OF_THE_STORY.fullmatch(pair[0])])
    path = _AMP.sub("", parts.path.rstrip("/"))
    if parts.scheme not in ("http", "https") or not (path or query):
        return ""
    return f"{host}{path}?{query}" if query else host + path


def _title_keys(title: str) -> set[str]:
    """A title as it is, and without the site's name before or behind it."""
    parts = _SITES_NAME.split(title)
    without = ["".join(parts[:-1]), "".join(parts[1:])] if len(parts) > 1 else []
    return {key for text in (title, *without) if len(key := folded(html.unescape(text))) > 1}


def _headlines(thing: Thing) -> list[str]:
    return [text for name in ("headline", "name") for text in _texts(thing.get(name)) if folded(html.unescape(text))]


def _texts(value: Any, names: tuple[str, ...] = ()) -> list[str]:
    """The texts of a value, which may be a text, a list of them, or an object with the text under one of `names`."""
    values = value if isinstance(value, list) else [value]
    texts = []
    for one in values[:_MOST_VALUES]:
        inner = [one.get(name) for name in names] if isinstance(one, dict) else [one]
        texts += [text.strip() for text in inner if isinstance(text, str) and text.strip()]
    return texts


_MOST_VALUES = 20


# JSON-LD


def types_of(thing: Thing) -> frozenset[str]:
    """The types of an object, without the vocabulary's address: "https://schema.org/NewsArticle" is NewsArticle."""
    return frozenset(_VOCABULARY.sub("", text) for text in _texts(thing.get("@type")))


_VOCABULARY = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)")


def json_ld(tree: Element) -> Iterator[Thing]:
    """The JSON-LD objects of a page that describe a story or a page. Of a page that is said to be about a story, the
    story."""
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            for data in read_json(script.text or ""):
                yield from _described(data, _MOST_LEVELS)


_MOST_LEVELS = 6
"""How deep lists, graphs and main entities are followed."""


def _described(data: Any, levels: int) -> Iterator[Thing]:
    if levels == 0:
        return
    if isinstance(data, list):
        for item in data:
            yield from _described(item, levels - 1)
    elif isinstance(data, dict):
        if types_of(data) & (STORY_TYPES | _PAGE_TYPES):
            yield data
        for name in ("@graph", "mainEntity"):
            yield from _described(data.get(name), levels - 1)


def read_json(text: str) -> list[Any]:
    r"""The JSON values in a script. Read are also raw line ends in a text, comments of HTML and JavaScript, CDATA, a
    comma too many, a semicolon at the end, several values one after the other, quotes as character references, and \'.
    What is broken otherwise gives what stands before it. A property that an object has twice, not the same, is none."""
    text = text.replace("\ufeff", "").strip()
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    inside = _OPENING.sub("", text[:_END_CHARS]) + text[_END_CHARS:]
    inside = inside[:-_END_CHARS] + _CLOSING.sub("", inside[-_END_CHARS:])
    most: list[Any] = []
    for form in chain((text, inside), map(_without_slips, (inside, text))):
        values, is_whole = _values(form)
        if values and is_whole:
            return values
        most = max(most, values, key=len)
    return most


_OPENING = re.compile(r"^(?:<!--//-->\s*<!\[CDATA\[//><!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|<!--|\s)+")
_CLOSING = re.compile(r"(?:\s*(?://|/\*)?\s*(?://--><!\]\]>|\]\]>|\]\]&gt;|-->)\s*(?:\*/)?)+[\s;]*$")
_END_CHARS = 100
_QUOTED = r'("(?:[^"\\]|\\.)*(?:"|\Z))'
_COMMENT = re.compile(rf"{_QUOTED}|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)|//[^\n]*", re.DOTALL)
_COMMAS = re.compile(rf"{_QUOTED}|(,[\s,]*)([}}\]]?)", re.DOTALL)
_APOSTROPHE = re.compile(r"(?<!\\)((?:\\\\)*)\\'")
_BETWEEN = re.compile(r"[\s;,]*")


def _without_slips(text: str) -> str:
    """The text without comments and without commas before a closing bracket. What stands in quotes stays, but for an
    apostrophe that needs no backslash."""
    text = _COMMENT.sub(lambda match: _APOSTROPHE.sub(r"\1'", match[1]) if match[1] else " ", text)
    return _COMMAS.sub(lambda match: match[1] or match[3] or match[2], text)


def _values(text: str) -> tuple[list[Any], bool]:
    """(the JSON values at the beginning of a text, whether nothing else stands behind them)."""
    values: list[Any] = []
    at = _end_of_gap(text, 0)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return values, False
        values.append(value)
        at = _end_of_gap(text, at)
    return values, True


def _end_of_gap(text: str, at: int) -> int:
    gap = _BETWEEN.match(text, at)
    return gap.end() if gap else at


def _unambiguous(pairs: list[tuple[str, Any]]) -> Thing:
    thing: Thing = {}
    twice = set()
    for name, value in pairs:
        if thing.setdefault(name, value) != value:
            twice.add(name)
    return {name: value for name, value in thing.items() if name not in twice}


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_unambiguous)


# Microdata


def microdata(tree: Element) -> Iterator[Thing]:
    """The items of a page that describe a story or a page, in the form of JSON-LD."""
    items: dict[Element, Thing] = {}
    for element in select(tree, "[itemprop]"):
        holder = _holder(element)
        if holder is None or not _is_story(holder):
            continue
        thing = items.setdefault(holder, {"@type": [_item_type(holder)], "@id": holder.get("itemid")})
        for name in (element.get("itemprop") or "").split():
            for key, value in _property(element, name):
                values = thing.setdefault(key, [])
                if value and value not in values:
                    values.append(value)
    yield from items.values()


def loose_properties(tree: Element, name: str) -> list[str]:
    """The values of a property that stands in no item at all, as the date of ANTARA's pages."""
    found = []
    for element in select(tree, f'[itemprop~="{name}"]'):
        if _holder(element) is None and next(element.iterancestors("a", "aside", "nav"), None) is None:
            found += [value for key, value in _property(element, name) if key == name and value]
    return list(dict.fromkeys(found))


_INNER_ITEMS = frozenset({"", "mainEntity", "mainContentOfPage", "blogPost"})
"""The properties of an outer item under which the page's own story may stand; under others, such as "comment" or
"hasPart", stands something else."""


def _holder(element: Element) -> Element | None:
    """The item that a property belongs to: the nearest element around it with `itemscope`."""
    return next((outer for outer in element.iterancestors() if outer.get("itemscope") is not None), None)


def _item_type(item: Element) -> str:
    return (item.get("itemtype") or "").strip().rpartition("/")[2]


def _is_story(item: Element) -> bool:
    return _item_type(item) in STORY_TYPES | _PAGE_TYPES | {""} and (item.get("itemprop") or "").strip() in _INNER_ITEMS


def _property(element: Element, name: str) -> Iterator[tuple[str, str]]:
    match name:
        case "datePublished" | "dateModified":
            yield name, element.get("datetime") or element.get("content") or collapse(element.text_content())
        case "headline" | "name":
            yield name, element.get("content") or collapse(element.text_content())
            for link in element.iter("a"):
                yield "url", link.get("href") or ""
            for link in element.iterancestors("a"):
                yield "url", link.get("href") or ""
        case "url" | "mainEntityOfPage":
            yield name, element.get("itemid") or element.get("href") or element.get("content") or ""
