"""What a page says outside the text of its story: title, times, section, tags, picture, and which article it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from archive.extract.body import Element, collapse, select, text_lines
from archive.extract.dates import read_date_line, read_machine_time
from archive.extract.urls import absolute
from archive.sites import Address, Layout, Site, original_address

_PUBLISHED = ("article:published_time", "datePublished")
_MODIFIED = ("article:modified_time", "dateModified")
_STORY_TYPES = frozenset(
    {"Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle"}
    | {"OpinionNewsArticle", "ReviewNewsArticle", "BlogPosting"}
)
_ARTICLE_TYPES = _STORY_TYPES | {"WebPage"}
_FIRST_PUBLISHED = re.compile(r"telah tayang di\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:[+-]\d\d:?\d\d|Z|\b(?:GMT|UTC))\s*$")
_POST_CLASS = re.compile(r"\bpostid-(\d{1,15})\b")
_POST_ELEMENT = re.compile(r"post-(\d{1,15})")
_TAG_LABELS = frozenset({"tag", "tags", "tags:", "tag:"})


class Metadata:
    """The metadata of one parsed page, from the selectors of its layout and from common machine-readable forms (meta
    elements, JSON-LD, microdata). `rules` says where each value was found: field -> selector or name of the form."""

    def __init__(self, tree: Element, source: str, *, url: str, site: Site) -> None:
        self.rules: dict[str, str] = {}
        self._tree = tree
        self._source = source
        self._url = url
        self._site = site
        self._metas: dict[str, str] = {}
        for meta in tree.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop")
            if name and (content := collapse(meta.get("content"))):
                self._metas.setdefault(name, content)

    def title(self, layout: Layout | None) -> str | None:
        for element in self._select(layout.title if layout else ""):
            if text := collapse(element.text_content()):
                self.rules["title"] = layout.title if layout else ""
                return text
        self.rules["title"] = "og:title"
        return self._metas.get("og:title")

    def published_at(self, layout: Layout | None) -> datetime | None:
        """From the machine-readable forms first, since they carry an offset, then from the line that the layout prints.
        Never from the story, the copyright year or the path of an image: they give other dates."""
        return self._machine_time("published_at", _PUBLISHED) or self._printed_time(layout)

    def modified_at(self) -> datetime | None:
        return self._machine_time("modified_at", _MODIFIED)

    def section(self, layout: Layout | None) -> str | None:
        """The last section of the breadcrumb; the link to the front page is none."""
        for element in reversed(self._select(layout.section if layout else "")):
            text, target = collapse(element.text_content()), absolute("/", element.get("href"))
            if text and urlsplit(target).path.strip("/"):
                self.rules["section"] = layout.section if layout else ""
                return text
        return None

    def tags(self, layout: Layout | None) -> tuple[str, ...]:
        self.rules["tags"] = layout.tags if layout else ""
        found = (
            collapse(element.text_content()).lstrip("#").strip()
            for element in self._select(layout.tags if layout else "")
        )
        return tuple(dict.fromkeys(tag for tag in found if tag and tag.casefold() not in _TAG_LABELS))

    def caption(self, layout: Layout | None) -> str | None:
        for element in self._select(layout.caption if layout else ""):
            if text := collapse(element.text_content()):
                self.rules["caption"] = layout.caption if layout else ""
                return text
        return None

    def image_url(self, layout: Layout | None) -> str | None:
        """The address of the story's picture: og:image, else the layout's. Lazily loaded images have it in data-src."""
        address = self._metas.get("og:image")
        self.rules["image_url"] = "og:image"
        if address is None:
            self.rules["image_url"] = layout.image if layout else ""
            for element in self._select(layout.image if layout else ""):
                address = element.get("data-src") or element.get("src")
                if address and not address.startswith("data:"):
                    break
        return absolute(self._url, address) or None if address else None

    def original_url(self) -> str | None:
        """Where a syndicated story was published first: the link in "Berita ini telah tayang di Antaranews.com dengan
        judul: <a>" (FACTS, section 1). An ANTARA article's address loses its slug: any slug serves the article."""
        if not _FIRST_PUBLISHED.search(self._source):
            return None
        for link in self._tree.iter("a"):
            if _FIRST_PUBLISHED.search(_text_before(link)):
                self.rules["original_url"] = "the link after telah tayang di"
                return original_address(absolute(self._url, link.get("href")))
        return None

    def byline(self, layout: Layout | None) -> list[str]:
        lines: list[str] = []
        for element in self._select(layout.byline if layout else ""):
            lines += text_lines(element)
        return lines

    def addresses(self) -> Iterator[Address]:
        """The article addresses that the page gives as its own, the most reliable first."""
        for css, attribute in (
            ('link[rel="canonical"]', "href"),
            ('link[rel="shortlink"]', "href"),
            ('meta[property="og:url"]', "content"),
        ):
            for element in self._select(css):
                # A mirror names its own host here, and the site may name another of its hosts. Path and query identify
                # the article.
                own = urlsplit(absolute(self._url, element.get(attribute)))
                here = urlsplit(self._site.origin)._replace(path=own.path, query=own.query).geturl()
                if address := self._site.identify(here):
                    yield address

    def is_of_article(self) -> bool:
        """Whether the page says in a machine-readable form that it is an article."""
        if self._metas.get("og:type", "").lower() == "article":
            return True
        if any(_types(thing) & _STORY_TYPES for thing in self._linked_data()):
            return True
        microdata = [element.get("itemtype").rpartition("/")[2] for element in select(self._tree, "[itemtype]")]
        if sum(kind in _STORY_TYPES for kind in microdata) == 1:  # several are the teasers of a list
            return True
        return any("single-post" in (body.get("class") or "").split() for body in self._tree.iter("body"))

    def post_number(self) -> int | None:
        """A WordPress post id: body.postid-N, article#post-N, or the shortlink /?p=N."""
        if not self._site.has_permalinks:
            return None
        for body in self._tree.iter("body"):
            if match := _POST_CLASS.search(body.get("class") or ""):
                return int(match[1])
        numbers = {int(m[1]) for e in self._tree.iter("article") if (m := _POST_ELEMENT.fullmatch(e.get("id") or ""))}
        if len(numbers) == 1:
            return numbers.pop()
        return next((address.number for address in self.addresses() if address.number is not None), None)

    def _select(self, css: str) -> list[Element]:
        return select(self._tree, css, source=self._source)

    def _machine_time(self, field: str, names: tuple[str, ...]) -> datetime | None:
        for name in names:
            if moment := self._time(self._metas.get(name)):
                self.rules[field] = f"meta {name}"
                return moment
        for thing in self._linked_data():
            if moment := self._time(thing.get(names[1])):
                self.rules[field] = f"JSON-LD {names[1]}"
                return moment
        css = f'time[itemprop="{names[1]}"]'
        for element in self._select(css):
            if moment := self._time(element.get("datetime")):
                self.rules[field] = css
                return moment
        return None

    def _time(self, text: Any) -> datetime | None:
        """A machine-readable time, in the site's time zone. On an unknown site it keeps its own offset, and without one
        it is not used: its zone would be a guess."""
        if not isinstance(text, str):
            return None
        if self._site.is_described:
            return read_machine_time(text, self._site.timezone)
        return read_machine_time(text, None) if _OFFSET.search(text) else None

    def _printed_time(self, layout: Layout | None) -> datetime | None:
        for element in self._select(layout.date if layout else ""):
            self.rules["published_at"] = layout.date if layout else ""
            if moment := self._time(element.get("datetime")):
                return moment
            for line in text_lines(element):
                if moment := read_date_line(line, self._site.timezone):
                    return moment
        return None

    def _linked_data(self) -> Iterator[dict[str, Any]]:
        """The JSON-LD objects of the page that describe an article."""
        for script in self._select('script[type="application/ld+json"]'):
            try:
                data = json.loads(script.text or "", strict=False)
            except (ValueError, RecursionError):
                continue
            things = data if isinstance(data, list) else [data]
            for thing in things:
                graph = thing.get("@graph") if isinstance(thing, dict) else None
                for item in graph if isinstance(graph, list) else [thing]:
                    if isinstance(item, dict) and _types(item) & _ARTICLE_TYPES:
                        yield item


def _text_before(element: Element) -> str:
    """The text directly before an element, also where the element is inside <b>, <i> or the like."""
    while element is not None and element.getparent() is not None:
        previous = element.getprevious()
        text = (previous.tail if previous is not None else element.getparent().text) or ""
        if text.strip() or previous is not None:
            return text
        element = element.getparent()
    return ""


def _types(thing: dict[str, Any]) -> frozenset[str]:
    value = thing.get("@type")
    values = value if isinstance(value, list) else [value]
    return frozenset(item for item in values if isinstance(item, str))
