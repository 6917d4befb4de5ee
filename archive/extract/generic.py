"""Reads a page in no known layout: finds the headline, the element that holds the story, and what stands around it.

The rules are those of news pages at large, never of one site. The text is read as in a known layout (archive.extract.
body); where no element holds a story, trafilatura reads the whole page, with precision before recall: measured on real
pages (`python -m tests.reading.generic`), recall brings several times as much of what is not the story."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from archive.extract.body import collapse, paragraphs_of, whole_page
from archive.extract.generic_region import after, cleaned, region_of, story_region, without_cards
from archive.extract.headline import Headline, SiteNames, find_headline, letters
from archive.extract.nearby import (
    LINES_BEFORE,
    LINES_BEHIND,
    People,
    caption,
    captions,
    has_time,
    printed_time,
    rubrik,
    without_time,
)
from archive.extract.stated import metas_of, stated_author
from archive.extract.text_runs import Run, runs_of
from archive.sites.site import ADVERTISING_INSERTIONS

Element = Any  # lxml ships no types

_DROP = (
    *("script", "style", "noscript", "iframe", "form", "figure", "figcaption", "nav", "aside", "button"),
    *ADVERTISING_INSERTIONS,
    *(".wp-caption", ".caption", ".quote_old", ".baca-juga", ".bacajuga", ".adsbygoogle", ".sharedaddy"),
)
_READ_ALSO = re.compile(
    r"(?:-\s*)?[\[(]?(?:(?:baca|lihat|simak|tonton)\s+(?:juga|pula|selengkapnya)\b|baca\s*(?:artikel|berita)?\s*:|\[?Gambas:"
    r"|also read\b|read also\b)",
    re.IGNORECASE,
)
_MAX_READ_ALSO_CHARS = 300
_ADVERTISING = re.compile(
    r"(?:advertisements?|iklan|scroll to (?:continue|resume).*|lanjutkan membaca.*|adsense|sponsored(?: link)?)", re.I
)
_NOT_TEXT = re.compile(
    r"(?:share|shares|bagikan|tweet|komentar|comments?|print|cetak|email|e-mail|whatsapp|facebook|twitter|google\+?"
    r"|line|telegram|copy link|salin tautan|mail|like|suka|berita terkait|artikel terkait|terkait|terpopuler|populer"
    r"|foto terkait|video terkait|rekomendasi|tags?|tag terkait|topik(?: terkait)?|jangan lewatkan.*|lihat semua"
    r"|tags? ?:.*|topik ?:.*|kata kunci ?:.*|share on \w+|a|[\d.,]+ ?(?:k|rb)?|rating.*|dibaca.*kali|views? ?:? ?\d*"
    r"|(?:fotografer|foto|photographer|photo) ?: ?.{2,60}|ikuti (?:perkembangan )?berita.*|follow .{2,40}"
    r"|\d+ (?:shares?|komentar|comments?|views?|kali dibaca))",
    re.IGNORECASE,
)
_LIST_TITLE = re.compile(
    r"(?:(?:berita|artikel|foto|video|baca|simak|lihat)\s+(?:terkait|juga|lainnya|lain|pilihan|menarik lainnya)"
    r"|jangan lewatkan|terkait|more photos|related(?: articles?| posts?| news)?|rekomendasi(?: untuk anda)?"
    r"|kumpulan berita terkait)\s*[:!.]*",
    re.IGNORECASE,
)
_CREDIT_ROW = re.compile(
    r"(?P<label>Penulis|Reporter|Editor|Redaktur|Sumber)\s*\|\s*:?\s*(?P<names>.{2,100})", re.IGNORECASE
)
_IN_PLACE_OF_A_STORY = re.compile(
    r"\b(?:40\d|50\d|not found|tidak (?:ditemukan|tersedia)|maintenance|pemeliharaan|error|galat|forbidden|denied"
    r"|log ?in|sign in|captcha|just a moment|attention required|verif\w+|cookies?|consent|persetujuan)\b",
    re.IGNORECASE,
)
_LONG_CHARS = 80
_OTHER_TITLE_CHARS = 25
_FEW_LINKS = 10
"""A page without prose and with this many links is a list; with fewer, a story may be a line."""
_LEAD = re.compile(
    r"summary|ringkasan|\blead\b|excerpt|intro\b|sinopsis|standfirst|sub-?(?:title|judul|headline)", re.I
)
_SIGNED = re.compile(r"[A-Z][A-Z.'’]+(?: [A-Z][A-Z.'’]*){1,3}(?:\s*\|\s*[A-Z][A-Z.'’]+(?: [A-Z][A-Z.'’]*){0,3})*")
_MISLABELLED = frozenset(timedelta(hours=hours) for hours in (7, 8, 9))


@dataclass(slots=True)
class GenericPage:
    """What is read from a page in no known layout. `byline` are the credits around the text, as labelled lines;
    `author` is the person that the page's metadata name, for want of a printed one; `rules` as in Metadata."""

    headline: Headline | None
    paragraphs: list[str]
    byline: list[str] = field(default_factory=list)
    author: str | None = None
    published_at: datetime | None = None
    section: str | None = None
    caption: str | None = None
    rules: dict[str, str] = field(default_factory=dict)
    has_password: bool = False

    @property
    def is_surely_a_story(self) -> bool:
        """Whether the page could hardly be another one, such as a challenge, a login or an error in the site's theme:
        it prints the headline that its metadata name, and several paragraphs below it."""
        if self.headline is None or self.headline.element is None or self.has_password:
            return False
        long = [text for text in self.paragraphs if len(text) >= _LONG_CHARS]
        return len(long) >= 3 and not _IN_PLACE_OF_A_STORY.search(self.headline.text)


def read_generic(tree: Element, *, url: str, linked: list[dict[str, Any]]) -> GenericPage:
    """Reads the page at `url`, in no known layout. `linked` are the JSON-LD objects that describe its story."""
    metas = metas_of(tree)
    names = SiteNames(urlsplit(url).hostname or "", metas.get("og:site_name"), metas.get("application-name"))
    stated = next((one["headline"] for one in linked if isinstance(one.get("headline"), str)), None)
    tree = deepcopy(tree)
    for aside in list(tree.iter(etree.Comment, etree.ProcessingInstruction)):
        if aside.getparent() is not None:
            aside.drop_tree()
    for number, element in enumerate(tree.iter()):
        element.set("data-at", str(number))
    headline = find_headline(tree, metas, names, stated)
    page = cleaned(tree)
    printed = _same(page, headline.element if headline else None)
    taken = whole_page(deepcopy(tree))
    region = region_of(page, without_cards(deepcopy(tree)), taken, story_region(page, printed))
    body = tree.find("body")
    runs = list(runs_of(body if body is not None else tree))
    before, between, inside, behind = _around(runs, headline, region)
    behind = list(takewhile(lambda run: not _is_title_of_another(run), behind))
    found = GenericPage(headline, [])
    rules = found.rules
    found.has_password = any((box.get("type") or "").lower() == "password" for box in tree.iter("input"))
    if headline is not None:
        rules["title"] = headline.rule
    if region is None and sum(1 for _ in tree.iter("a")) < _FEW_LINKS:
        found.paragraphs = taken
        rules["body"] = "trafilatura, from the whole page"
    elif region is not None:
        _cut_lists(after(region, printed))
        found.paragraphs = paragraphs_of(region, _DROP)
        rules["body"] = f"the densest text, <{region.tag}{_mark(region)}>"
    people = People(names)
    title = headline.text if headline else ""
    found.caption = caption([*between, *inside, *behind[:3]], title)
    found.paragraphs = _story(found.paragraphs, (title, found.caption or ""), people)
    if not found.paragraphs:
        found.paragraphs = list(dict.fromkeys(captions([*between, *inside, *behind])))
        rules["body"] = "the captions of the pictures"
    _add_lead(found.paragraphs, between)
    near = [*between, *reversed(before)]
    people.read_lines([run.text for run in between])
    people.read_elements(between)
    people.read_lines([run.text for run in behind])
    people.read_lines([run.text for run in before])
    people.read_elements(before[-3:])
    if people.reporter is None and found.paragraphs and _SIGNED.fullmatch(found.paragraphs[-1]):
        people.reporter = people.names(found.paragraphs[-1])
        if people.reporter:
            found.paragraphs.pop()
    if people.reporter:
        found.byline.append(f"Pewarta: {people.reporter}")
    if people.editor:
        found.byline.append(f"Editor: {people.editor}")
    found.author = stated_author(tree, linked, metas, people)
    lines = [run.text for run in (*near, *inside[:3], *behind[:6])]
    found.published_at = printed_time(lines)
    found.section = rubrik(before, between, title, url) or collapse(metas.get("article:section")) or None
    return found


def right_time(stated: datetime | None, printed: datetime | None) -> datetime | None:
    """The time of a page whose metadata state one and that prints one. Where they are as far apart as an Indonesian
    zone is from UTC, the metadata call local time UTC."""
    if stated is not None and printed is not None:
        apart = abs(stated - printed)
        if any(abs(apart - offset) < timedelta(minutes=2) for offset in _MISLABELLED):
            return printed
    return stated or printed


def _is_title_of_another(run: Run) -> bool:
    return len(run.text) >= _OTHER_TITLE_CHARS and 2 * run.link_chars > len(run.text)


def _mark(element: Element) -> str:
    if element.get("id"):
        return f"#{element.get('id')}"
    return f".{element.get('class').split()[0]}" if (element.get("class") or "").split() else ""


def _same(page: Element, element: Element | None) -> Element | None:
    """The element of a copy of the page."""
    if element is None:
        return None
    return next(iter(page.xpath("//*[@data-at=$at]", at=element.get("data-at"))), None)


def _around(
    runs: list[Run], headline: Headline | None, region: Element | None
) -> tuple[list[Run], list[Run], list[Run], list[Run]]:
    """The runs before the headline, between it and the story, in the story, and behind it."""
    inside: set[str] = set()
    if region is not None:
        inside = {element.get("data-at") for element in region.iter()}
    at = [i for i, run in enumerate(runs) if run.within.get("data-at") in inside]
    text = [i for i in at if runs[i].prose]
    first, last = (text[0], at[-1]) if text else (len(runs), len(runs))
    head = -1
    if headline is not None and headline.element is not None:
        of = {element.get("data-at") for element in headline.element.iter()}
        head = max((i for i, run in enumerate(runs) if run.within.get("data-at") in of), default=-1)
    if head < 0 or head > first:
        head = max(0, first - LINES_BEFORE) - 1
        return [], runs[head + 1 : first], runs[first : last + 1], runs[last + 1 : last + 1 + LINES_BEHIND]
    return (
        runs[max(0, head - LINES_BEFORE) : head],
        runs[head + 1 : first],
        runs[first : last + 1],
        runs[last + 1 : last + 1 + LINES_BEHIND],
    )


def _cut_lists(region: Element) -> None:
    """Removes titles such as "Baca juga" and "Berita terkait" from a region with the links that follow them."""
    for title in list(region.iter("h2", "h3", "h4", "h5", "h6", "p", "div", "strong", "b", "span", "em")):
        if region not in title.iterancestors() or not _LIST_TITLE.fullmatch(collapse(title.text_content())):
            continue
        while title.getparent() is not region and not letters(_beside(title)):
            title = title.getparent()
        following = title
        while not (following.tail or "").strip() and (link := following.getnext()) is not None:
            linked = sum(len(collapse(one.text_content())) for one in (link, *link.iter()) if one.tag == "a")
            if link.tag != "br" and 2 * linked < len(collapse(link.text_content())) + 1:
                break
            following.drop_tree()
            following = link
        following.drop_tree()


def _beside(element: Element) -> str:
    """The text of an element's parent without the element's own."""
    return collapse(element.getparent().text_content()).replace(collapse(element.text_content()), "", 1)


def _story(paragraphs: list[str], beside: tuple[str, ...], people: People) -> list[str]:
    """The paragraphs without what is printed before, in and behind a story and is none of it; `beside` are the title
    and the caption. Long paragraphs that a page prints again are left out, too."""
    around = {letters(text) for text in beside if text}
    kept: list[str] = []
    seen: set[str] = set()
    for text in paragraphs:
        read_also = _READ_ALSO.match(text) and len(text) <= _MAX_READ_ALSO_CHARS
        again = len(text) >= _LONG_CHARS and text in seen
        seen.add(text)
        if not (read_also or again or _ADVERTISING.fullmatch(text) or _LIST_TITLE.fullmatch(text)):
            kept.append(text)
    if len(kept) > 1 and len(kept[0]) <= 60 and re.search(r"[-–—]\s*$", kept[0]):
        kept[:2] = [f"{kept[0]} {kept[1]}"]  # a dateline in a block of its own
    while kept and _is_beside(kept[0], around):
        people.read_lines([kept.pop(0)])
    while kept and ((row := _CREDIT_ROW.fullmatch(kept[-1])) or _is_beside(kept[-1], around)):
        if row:
            people.read_lines([f"{row['label']}: {row['names']}"])
        kept.pop()
    return [text for text in kept if letters(text) not in around]


def _is_beside(text: str, around: set[str]) -> bool:
    if letters(text) in around or _NOT_TEXT.fullmatch(text.strip(" -:|")) or not letters(text):
        return True
    return len(text) <= 100 and has_time(text) and len(without_time(text).split()) <= 5


def _add_lead(paragraphs: list[str], between: list[Run]) -> None:
    """Puts the lead that is printed between headline and text before the text."""
    for run in between:
        named = any(
            _LEAD.search(f"{element.get('id') or ''} {element.get('class') or ''} {element.get('itemprop') or ''}")
            for element in [run.within, *run.within.iterancestors()][:2]
        )
        if named and run.prose and letters(run.text) not in letters("".join(paragraphs)):
            paragraphs.insert(0, run.text)
            return
