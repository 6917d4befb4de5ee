"""Which element of a page that nobody described holds its story."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from lxml import etree

from archive.extract.text_runs import Run, container_of, prose_within, runs_of

Element = Any  # lxml ships no types

_NOT_THE_STORY = re.compile(
    r"(?:^|[-_\s])(?:related|relateds|terkait|baca-?juga|bacajuga|read-?also|share|shares|sharing|sharedaddy|addtoany"
    r"|sosmed|socials?|social-share|komentar|comments?|commentlist|disqus|respond|breadcrumbs?|breadcome|crumbs?|iklan"
    r"|ads?|advert\w*|adsbygoogle|banner|newsletter|subscribe|popular|populer|terpopuler|terbaru|trending|recommend\w*"
    r"|rekomendasi|sidebar|widget|footer|navbar|navigation|menu|tags?|tagging|tagcloud|pagination|paging|pager"
    r"|copyright|promo|sponsor\w*|lainnya|most|topik|outbrain|taboola|skip-?link|cookie\w*|login|search|author-?box"
    r"|post-?nav|sr-only|rss|rating|vote|polling|toolbar|settingfont)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
"""Words in an id or a class that name what stands around a story, in the languages of Indonesian sites."""
_COMMENTS = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|comment-?respond|respond|komentar|kommentare?|disqus\w*|replies)(?:$|[-_\s\d])",
    re.I,
)
_ALWAYS_OUT = (
    "nav",
    "aside",
    "footer",
    "input",
    "select",
    "textarea",
    "button",
    "iframe",
    "noscript",
    "script",
    "style",
)
_NAMED = (
    '[contains(concat(" ", @itemprop, " "), " articleBody ")]',
    *(
        f'[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'
        for name in (
            "entry-content",
            "post-content",
            "article-content",
            "article-body",
            "article__body",
            "td-post-content",
        )
    ),
)
_MOST = 0.4
"""An element with this share of the page's prose or more is never taken for what stands around the story."""
_TEXT_BLOCKS = frozenset(("p", "blockquote", "ul", "ol"))
_TELLING_CHARS = 40
_MOST_TELLING = 100
_LINKED = 0.8
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CARDS = 3
_CARD_TITLE_CHARS = 20
_CARD_CHARS = 700


def cleaned(tree: Element) -> Element:
    """A copy of a page without what names itself something else than the story, and without cards of other stories."""
    tree = deepcopy(tree)
    for element in list(tree.iter(etree.Comment, etree.ProcessingInstruction)):
        _drop(element)
    # Readers may write more than the newsroom.
    for element in list(tree.iter("div", "section", "ol", "ul", "aside", "article")):
        if _COMMENTS.search(_named(element)) and not any(True for _ in element.iter("h1")):
            _drop(element)
    prose = prose_within(list(runs_of(tree)))
    most = _MOST * prose.get(tree, 0)
    for element in list(tree.iter(*_ALWAYS_OUT)):
        if prose.get(element, 0) <= most:
            _drop(element)
    for element in list(tree.iter()):
        if element.tag in ("html", "body", "main") or prose.get(element, 0) > most:
            continue
        if element.get("role") in ("navigation", "complementary", "search") or _NOT_THE_STORY.search(_named(element)):
            _drop(element)
    without_cards(tree)
    for element in list(tree.iter("ul", "ol", "div", "table", "section")):
        if not prose.get(element, 0) and _is_list_of_links(element):
            _drop(element)
    return tree


def without_cards(tree: Element) -> Element:
    for parent in list(tree.iter()):
        for card in _cards(parent):
            _drop(card)
    return tree


def _is_list_of_links(element: Element) -> bool:
    links = list(element.iter("a"))
    text = len(" ".join(element.text_content().split()))
    return len(links) >= (1 if element.tag in ("ul", "ol") else 2) and text > 0 and _links(element) >= _LINKED * text


def _named(element: Element) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"


def _drop(element: Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _cards(parent: Element) -> list[Element]:
    """The children of an element that are cards of other stories: alike, each with a link that is a title."""
    alike: dict[tuple[str, str], list[Element]] = {}
    for child in parent:
        if isinstance(child.tag, str) and child.tag not in ("p", "br", "a", "span", "section"):
            alike.setdefault((child.tag, " ".join((child.get("class") or "").split()[:1])), []).append(child)
    return [card for group in alike.values() if len(group) >= _CARDS for card in group if _is_card(card)]


def _is_card(element: Element) -> bool:
    text = " ".join(element.text_content().split())
    if not text or len(text) > _CARD_CHARS:
        return False
    for link in element.iter("a"):
        title = " ".join(link.text_content().split())
        if len(title) < _CARD_TITLE_CHARS:
            continue
        if 2 * len(title) >= len(text) or any(one.tag in _HEADINGS for one in link.iter()):
            return True
        # A link within a heading may be a word of it.
        heading = next((one for one in link.iterancestors(*_HEADINGS) if element in one.iterancestors()), None)
        if heading is not None and _LINKED * len(" ".join(heading.text_content().split())) <= len(title):
            return True
    return False


def story_region(page: Element, headline: Element | None) -> Element | None:
    """The element of a cleaned page that holds the story. Text before the headline is none of it. None where no prose
    is found."""
    runs = list(runs_of(page))
    if headline is not None:
        inside = set(headline.iter())
        at = max((index for index, run in enumerate(runs) if run.within in inside), default=-1)
        runs = runs[at + 1 :] if any(run.prose for run in runs[at + 1 :]) else runs
    prose = prose_within(runs)
    best = _densest(runs)
    if best is None:
        return None
    for named in _NAMED:
        holders = [element for element in page.xpath(f"//*{named}") if 2 * prose.get(element, 0) >= prose[best]]
        if holders:
            return max(holders, key=lambda element: (prose[element], -len(element.text_content())))
    return _widened(best, prose)


def region_of(page: Element, uncleaned: Element, story: list[str], region: Element | None) -> Element | None:
    """The region of a cleaned page, if it holds most of the `story` that was found by other means; else the smallest
    element that does, of the page as it was where cleaning took the story for something else."""
    telling = sorted((text for text in story if len(text) >= _TELLING_CHARS), key=len)
    wanted = [_letters(text) for text in telling[-_MOST_TELLING:]]
    total = sum(map(len, wanted))

    def held(element: Element) -> int:
        plain = _letters(element.text_content())
        return sum(len(text) for text in wanted if text in plain)

    if not wanted or (region is not None and 2 * held(region) >= total):
        return region
    for holder in (page, uncleaned):
        most = held(holder)
        if 2 * most < total:
            continue
        inner = holder
        while inner is not None and inner.tag not in _TEXT_BLOCKS:
            holder = inner
            inner = next((one for one in holder if isinstance(one.tag, str) and 20 * held(one) >= 17 * most), None)
        return holder
    return region


def _letters(text: str) -> str:
    return "".join(text.split())


def after(region: Element, headline: Element | None) -> Element:
    """The region without its headline and what stands before it, where it holds the headline."""
    if headline is None or region not in headline.iterancestors():
        return region
    inner = headline
    while inner is not region:
        outer = inner.getparent()
        for earlier in list(inner.itersiblings(preceding=True)):
            outer.remove(earlier)
        outer.text = None
        inner = outer
    if headline.getparent() is not None:
        headline.drop_tree()
    return region


def _densest(runs: list[Run]) -> Element | None:
    own: dict[Element, float] = {}
    for run in runs:
        if prose := run.prose:
            container = container_of(run)
            own[container] = own.get(container, 0) + prose
    return max(own, key=lambda element: own[element]) if own else None


def _widened(region: Element, prose: dict[Element, float]) -> Element:
    """The region, or an element around it that holds further blocks of the text: blocks like it, or without a name."""
    widest = child = region
    parent = region.getparent()
    while parent is not None and parent.tag not in ("body", "html"):
        alike = [one for one in parent if one is not child and _is_alike(one, child)]
        more = sum(prose.get(one, 0) for one in alike)
        if more >= 0.15 * prose[widest] and more > sum(map(_links, alike)):
            widest = parent
        child, parent = parent, parent.getparent()
    return widest


def _is_alike(element: Element, other: Element) -> bool:
    if element.tag in _TEXT_BLOCKS:
        return True
    same = element.tag == other.tag and element.get("class") == other.get("class")
    return same or (element.tag in ("div", "section") and not element.get("class") and not element.get("id"))


def _links(element: Element) -> int:
    return sum(len(" ".join(link.text_content().split())) for link in element.iter("a"))
