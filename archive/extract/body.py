"""The paragraphs of a story, from the article region of its page: what is not the story is cut out, bare text becomes
paragraphs, and trafilatura reads the rest."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.cssselect import CSSSelector
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor, use_config

Element = Any  # lxml ships no types

_BLOCKS = ("p", "div", "section", "article", "ul", "ol", "table", "blockquote", "figure", "h1", "h2", "h3", "h4", "h5")
_BREAKS = re.compile(r"(?:<br\b[^>]*>\s*)+")
_READ_ALSO = re.compile(r"\s*Baca [Jj]uga\b")
_MAX_READ_ALSO_CHARS = 300  # text of an element that is nothing but a link to another story; chosen, not measured
_UNSPOKEN = re.compile(r"[\W_]+")
_CLASS = re.compile(r"\.([\w-]+)")

# It logs each page in which it finds nothing; what becomes of such a page is told by its reader.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# trafilatura gives up on texts shorter than these limits, but a story of one paragraph is a story.
_CONFIG = use_config()
for _limit in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE", "MIN_EXTRACTED_COMM_SIZE", "MIN_OUTPUT_COMM_SIZE"):
    _CONFIG.set("DEFAULT", _limit, "1")
# trafilatura's options, made once: reading its settings takes as long as parsing a page.
_REGION_OPTIONS = Extractor(config=_CONFIG, output_format="python", fast=True, recall=True, comments=False)
_WHOLE_PAGE_OPTIONS = Extractor(config=_CONFIG, output_format="python", fast=True, precision=True, comments=False)


@lru_cache(maxsize=512)
def selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def select(tree: Element, css: str, *, source: str | None = None) -> list[Element]:
    """The elements that a CSS selector matches, in document order; none for an empty selector.

    With the page's `source`, selectors with a class that does not occur in it are skipped: on pages of live size, they
    would take most of the reading time.
    """
    if source is not None:
        css = ", ".join(one for one in css.split(", ") if all(name in source for name in _class_names(one)))
    return list(selector(css)(tree)) if css else []


@lru_cache(maxsize=512)
def _class_names(css: str) -> list[str]:
    return _CLASS.findall(css)


def collapse(text: str | None) -> str:
    """The text with each run of white space as one space, and none at its ends; "" for None. No-break spaces are white
    space, too."""
    return " ".join((text or "").split())


def folded(text: str) -> str:
    """The letters and digits of a text alone, without case, to tell whether two texts are the same but for
    typography."""
    return _UNSPOKEN.sub("", unicodedata.normalize("NFKC", text).casefold())


def text_lines(element: Element) -> list[str]:
    """The lines of an element, split at each <br> and at the edges of each block; empty ones are left out."""
    copy = deepcopy(element)
    for child in list(copy.iter("script", "style")):
        child.drop_tree()
    for child in copy.iter("br", "li", *_BLOCKS):
        child.tail = "\n" + (child.tail or "")
        child.text = "\n" + (child.text or "")
    return [line for line in map(collapse, copy.text_content().split("\n")) if line]


def paragraphs_of(region: Element, drop: Iterable[str]) -> list[str]:
    """The paragraphs of the story in `region`, an element of the page, without the elements that the selectors `drop`
    match. The element is not changed.

    trafilatura reads them. Where it loses, doubles or reorders words, they are taken from the element as they stand. A
    list item is "- item", a table row is its cells joined by " | ", subheadings and quotations are paragraphs.
    """
    region = deepcopy(region)
    region.tail = None
    for aside in list(region.iter(etree.Comment, etree.ProcessingInstruction)):
        aside.drop_tree()
    for element in select(region, ", ".join(filter(None, drop))):
        if element is not region and element.getparent() is not None:
            element.drop_tree()
    _drop_read_also(region)
    for link in list(region.iter("a")):
        if link is not region:
            link.drop_tag()  # trafilatura takes a paragraph that is one link for navigation; here it is text
    page = _with_paragraphs(region)
    printed = _letters(page)
    document = bare_extraction(page, options=_REGION_OPTIONS)
    if isinstance(document, Document) and _letters(document.body) == printed:
        found = _paragraphs(document.body)
        lines = {"".join(line.split()) for line in text_lines(page)}
        if all("".join(text.split()) in lines for text in found if not text.startswith("- ") and " | " not in text):
            return found  # else it joined blocks that stand apart
    return _plain_paragraphs(page)


def whole_page(tree: Element) -> list[str]:
    """The paragraphs that trafilatura takes for the story of a page, with precision before recall: which page has it is
    not known, and recall brings what is not the story."""
    document = bare_extraction(tree, options=_WHOLE_PAGE_OPTIONS)
    return _paragraphs(document.body) if isinstance(document, Document) else []


def _letters(element: Element) -> str:
    """The text without white space, to compare two renderings of the same words."""
    return "".join("".join(element.itertext()).split())


def _plain_paragraphs(page: Element) -> list[str]:
    """The paragraphs of a page without trafilatura: every word in its place."""
    for row in list(page.iter("tr")):
        cells = [collapse(cell.text_content()) for cell in row.iter("td", "th")]
        tail = row.tail
        row.clear()
        row.text, row.tail = "\n" + " | ".join(cells) + "\n", tail
    for item in page.iter("li"):
        item.text = "- " + (item.text or "").lstrip()
    return text_lines(page)


def _drop_read_also(region: Element) -> None:
    """Removes "Baca juga: <a>another story</a>" (read also), in an element of its own or as bare text before a link."""
    for link in list(region.iter("a")):
        if region not in link.iterancestors():
            continue  # removed with an earlier link
        holder = link
        while (
            holder.getparent() is not None
            and holder.getparent() is not region
            and len(holder.getparent().text_content()) <= _MAX_READ_ALSO_CHARS
            and _READ_ALSO.match(holder.getparent().text_content())
        ):
            holder = holder.getparent()
        if holder is not link or _READ_ALSO.match(link.text_content()):
            holder.drop_tree()
            continue
        previous = link.getprevious()
        before = (previous.tail if previous is not None else link.getparent().text) or ""
        label = re.search(r"Baca [Jj]uga\s*:?\s*$", before)
        if label:
            if previous is not None:
                previous.tail = before[: label.start()]
            else:
                link.getparent().text = before[: label.start()]
            link.drop_tree()
        elif (
            not before.strip()
            and previous is not None
            and re.fullmatch(r"\s*Baca [Jj]uga\s*:?\s*", previous.text_content())
        ):
            previous.drop_tree()
            link.drop_tree()


def _with_paragraphs(region: Element) -> Element:
    """A document with the region in which each run of text is a <p>: trafilatura loses or joins bare text nodes that
    only <br> or a neighbouring block separates."""
    for block in list(region.iter(*_BLOCKS)):
        if block is not region and (block.tail or "").strip():
            line_break = lxml_html.Element("br")
            line_break.tail, block.tail = block.tail, None
            block.addnext(line_break)
    outer = lxml_html.tostring(region, encoding="unicode")
    inner = outer[outer.index(">") + 1 : outer.rindex("<")] if "</" in outer else ""
    inner = _BREAKS.sub("</p><p>", inner)
    return lxml_html.document_fromstring(f"<html><body><article><p>{inner}</p></article></body></html>")


def _paragraphs(body: Element) -> list[str]:
    """The paragraphs of trafilatura's own tree, whose elements are p, head, list/item, quote, table/row/cell and lb."""
    etree.strip_elements(body, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    found: list[str] = []
    for block in body:
        if block.tag == "list":
            found += [f"- {text}" for item in block.iter("item") if (text := collapse(" ".join(item.itertext())))]
        elif block.tag == "table":
            for row in block.iter("row"):
                cells = [collapse(" ".join(cell.itertext())) for cell in row.iter("cell")]
                if any(cells):
                    found.append(" | ".join(cells))
        elif len(block) and any(child.tag in ("p", "quote", "list", "table", "head") for child in block):
            if text := collapse(block.text):
                found.append(text)
            found += _paragraphs(block)
        else:
            for line_break in block.iter("lb"):
                line_break.tail = "\n" + (line_break.tail or "")
            found += [text for line in "".join(block.itertext()).split("\n") if (text := collapse(line))]
        if text := collapse(block.tail):
            found.append(text)
    return found
