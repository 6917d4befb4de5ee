"""What the metadata of a page that nobody described state: meta elements and the person that they name."""

from __future__ import annotations

from typing import Any

from archive.extract.body import collapse
from archive.extract.nearby import People

Element = Any  # lxml ships no types

_AUTHORS = (
    *("creator", "dc.creator", "dcterms.creator", "dable:author", "content_author", "author", "article:author"),
    *("parsely-author", "sailthru.author"),
)
"""Names of meta elements with the author, the more reliable first."""


def stated_author(tree: Element, linked: list[dict[str, Any]], metas: dict[str, str], people: People) -> str | None:
    """The person whom JSON-LD, microdata or meta elements name. `linked` are the JSON-LD objects of the story."""
    for key in ("creator", "author"):
        for thing in linked:
            value = thing.get(key)
            given = [
                one.get("name") if isinstance(one, dict) else one
                for one in (value if isinstance(value, list) else [value])
            ]
            if found := [name for one in given if isinstance(one, str) and (name := people.names(one))]:
                return ", ".join(dict.fromkeys(found))
    for element in tree.xpath('//*[contains(concat(" ", @itemprop, " "), " author ")]'):
        text = element.get("content") or element.text_content()
        if len(text) <= 120 and (found_name := people.names(text)):
            return found_name
    for name in _AUTHORS:
        if found_name := people.names(metas.get(name, "")):
            return found_name
    return None


def metas_of(tree: Element) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and (content := collapse(meta.get("content"))):
            metas.setdefault(name.strip().lower(), content)
    return metas
