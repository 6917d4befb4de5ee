"""Finds the article region of a page: the element with the story in it, and not just any element of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.extract.body import Element, select
from archive.sites import Layout, Site

_ASIDES = ("a", "script", "style", "noscript", "form", "button", "nav", "figcaption")
"""Elements whose text is not a story's own: a box of links has much text and no story."""
_ENOUGH = 0.5
"""A region that is preferred counts if it has this part of the text that the fullest one has. Chosen, not measured."""
_DIGITS = re.compile(r"\d+")
_LITTLE = 0.1
"""A region with less than this part of its post's text is not the story, but a box in it. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Region:
    """The article region of a page. `css` is the selector that found it; `post` is the element that names the post, if
    the page has one: its title, tags and rubrik stand there, and those of other posts do not."""

    layout: Layout
    element: Element
    css: str
    post: Element | None


def region_of(tree: Element, source: str, *, site: Site, number: int | None) -> Region | None:
    """The article region in the first of the site's layouts that the page has; None for a page of no known layout.
    `number` is the number of the article, if it is known."""
    for layout in site.layouts:
        if layout.marker and not select(tree, layout.marker, source=source):
            continue
        named = next(_posts(tree, layout, number), None)
        if named is None:
            found = _fullest(tree, layout, source)
        else:
            anywhere, chars = _fullest(tree, layout, source, of=named[1]), own_chars(named[1])
            inside = _fullest(named[1], layout, source)
            if anywhere is not None and chars < own_chars(anywhere[1]) * _ENOUGH:
                found = anywhere  # the post's element is a title or the like
            elif inside is not None and own_chars(inside[1]) >= chars * _LITTLE:
                found = inside
            else:
                found = named if chars else None
        if found is not None:
            return Region(layout, found[1], found[0], named[1] if named else None)
    return None


def own_chars(element: Element) -> int:
    """The number of characters of an element's text that stands in no link, form or script."""
    aside = 0
    for inner in element.iter(*_ASIDES):
        above = inner.getparent()
        while above is not element and above is not None and above.tag not in _ASIDES:
            above = above.getparent()
        if above is element or inner is element:
            aside += len(inner.text_content())
    return len(element.text_content().strip()) - aside


def _posts(tree: Element, layout: Layout, number: int | None) -> Iterator[tuple[str, Element]]:
    for form in layout.post if number is not None else ():
        css = form.format(number)
        yield from ((css, element) for element in select(tree, css))


def _fullest(scope: Element, layout: Layout, source: str, *, of: Element | None = None) -> tuple[str, Element] | None:
    """Of the regions in preference order, the first that has about as much text as any; text in links counts where
    there is no other. Regions of other posts than `of` are left out."""
    found = [(css, element) for css in layout.region for element in select(scope, css, source=source)]
    if of is not None:
        form = _DIGITS.sub("", of.get("id") or of.get("class") or "")
        found = [(css, element) for css, element in found if not _is_in_another(element, of, form)]
    for measure in (own_chars, lambda element: len(element.text_content().strip())):
        sizes = [measure(element) for _, element in found]
        most = max(sizes, default=0)
        if most > 0:
            return next(one for one, size in zip(found, sizes, strict=True) if size >= most * _ENOUGH)
    return None


def _is_in_another(element: Element, post: Element, form: str) -> bool:
    """Whether an element is in another post than this one: one with a name of the same form and another number, as
    pages have that load the next story below the first."""
    return any(
        above is not post
        and form in (_DIGITS.sub("", above.get("id") or ""), _DIGITS.sub("", above.get("class") or ""))
        for above in (element, *element.iterancestors())
    )
