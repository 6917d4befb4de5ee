"""What a page says outside the text of its story: title, times, section, tags, picture, and which article it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.extract.body import Element, collapse, select, text_lines
from archive.extract.dates import past, read_date_line, read_machine_time
from archive.extract.headline import SiteNames, chosen_headline, letters
from archive.extract.linked_data import STORY_TYPES, StoryData, Thing, json_ld, loose_properties, types_of
from archive.extract.own_address import own_addresses
from archive.extract.urls import absolute
from archive.sites import Address, Layout, Site, original_address

_PUBLISHED = ("article:published_time", "datePublished")
_MODIFIED = ("article:modified_time", "dateModified")
_FIRST_PUBLISHED = re.compile(r"telah tayang di\b", re.IGNORECASE)
_POST_CLASS = re.compile(r"\bpostid-(\d{1,15})\b")
_POST_ELEMENT = re.compile(r"post-(\d{1,15})")
_SITE_NAMES = ".site-title, #site-title, .site-name, #site-name, .navbar-brand"
_TAG_LABELS = frozenset({"tag", "tags", "tags:", "tag:"})


class Metadata:
    """The metadata of one parsed page, from the selectors of its layout and from common machine-readable forms (meta
    elements, JSON-LD, microdata). `rules` says where each value was found: field -> selector or name of the form."""

    def __init__(self, tree: Element, source: str, *, url: str, site: Site, fetched_at: datetime | None = None) -> None:
        self.rules: dict[str, str] = {}
        self._tree = tree
        self._source = source
        self._url = url
        self._site = site
        self.post: Element | None = None
        """The element that names the post, if the page has one; see archive.extract.layout_region."""
        self._fetched_at = fetched_at
        self._metas: dict[str, str] = {}
        self._all_metas: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            name = meta.get("property") or meta.get("name")
            if name and (content := collapse(meta.get("content"))):
                self._metas.setdefault(name, content)
                self._all_metas.setdefault(name, []).append(content)

    def title(self, layout: Layout | None) -> str | None:
        """The headline: see archive.extract.headline."""
        found = {
            text: css
            for css in reversed(layout.title if layout else ())
            for element in reversed(self._within(css))
            if (text := collapse(element.text_content()))
        }
        declared = [self._metas.get("og:title"), self._metas.get("twitter:title"), *self._window_titles()]
        title = chosen_headline([*found][::-1], [text for text in declared if text], self._site_names())
        self.rules["title"] = found.get(title or "", "og:title")
        return title

    def published_at(self, layout: Layout | None) -> datetime | None:
        """From the machine-readable forms first, since they carry an offset, then from the line that the layout prints,
        then from a description that is alone on the page and has another headline. Never from the story, the copyright
        year or the path of an image: they give other dates."""
        return (
            self._machine_time("published_at", _PUBLISHED)
            or self._printed_time(layout)
            or self._linked_time("published_at", _PUBLISHED[1], proven=False)
        )

    def modified_at(self) -> datetime | None:
        return self._machine_time("modified_at", _MODIFIED) or self._linked_time(
            "modified_at", _MODIFIED[1], proven=False
        )

    def section(self, layout: Layout | None) -> str | None:
        """The rubrik: of a line of links such as a breadcrumb the last one that is not the front page's."""
        if layout is None:
            return None
        if texts := self._of_classes(layout.section_class):
            self.rules["section"] = f"the post's class {layout.section_class}…"
            return texts[0]
        for css in layout.section:
            for element in reversed(self._within(css)):
                text, target = collapse(element.text_content()), absolute("/", element.get("href"))
                if text and urlsplit(target).path.strip("/"):
                    self.rules["section"] = css
                    return text
        self.rules["section"] = "article:section"
        return self._metas.get("article:section", "").lstrip("#").strip() or None

    def tags(self, layout: Layout | None) -> tuple[str, ...]:
        """The tags that the page prints, else its keywords; none if the post's own classes say that it has none."""
        if layout is None:
            return ()
        if tags := _tags(self._of_classes(layout.tag_class)):
            self.rules["tags"] = f"the post's class {layout.tag_class}…"
            return tags
        if layout.tag_class and layout.section_class and self._of_classes(layout.section_class):
            self.rules["tags"] = "the post's classes"  # which name its rubrik, and no tag
            return ()
        for css in layout.tags:
            texts = [text for element in self._within(css) for text in _tag_texts(element)]
            if tags := _tags(texts):
                self.rules["tags"] = css
                return tags
        self.rules["tags"] = "article:tag" if "article:tag" in self._metas else "meta keywords"
        return _tags(self._all_metas.get("article:tag") or self._metas.get("keywords", "").split(","))

    def _post_classes(self) -> list[str]:
        return (self.post.get("class") or "").split() if self.post is not None else []

    def _of_classes(self, beginning: str) -> list[str]:
        """The texts of the links that lead to what the classes of the post's element name, in the page's order: with
        the class "tag-gunung-lumut" that of the first link to /tag/gunung-lumut/."""
        names = {
            name.removeprefix(beginning) for name in self._post_classes() if beginning and name.startswith(beginning)
        }
        found: dict[str, str] = {}
        for link in [*self.post.iter("a"), *self._tree.iter("a")] if names and self.post is not None else []:
            path = urlsplit(absolute("/", link.get("href"))).path
            name = unquote(path.rstrip("/").rpartition("/")[2]).casefold()
            kind = beginning.strip("-")
            is_of_kind = kind in path.split("/") or kind in (link.get("rel") or "").split()
            if name in names and is_of_kind and (text := collapse(link.text_content())):
                found.setdefault(name, text)
        return list(found.values())

    def caption(self, layout: Layout | None, *, title: str) -> str | None:
        """The caption of the story's picture; the headline over again is none."""
        for css in layout.caption if layout else ():
            for element in self._within(css):
                text = collapse(element.text_content())
                if text and letters(text) != letters(title):
                    self.rules["caption"] = css
                    return text
        return None

    def image_url(self, layout: Layout | None) -> str | None:
        """The address of the story's picture: og:image, else the layout's. Lazily loaded images have it in data-src."""
        address = self._metas.get("og:image")
        self.rules["image_url"] = "og:image"
        for css in layout.image if layout and address is None else ():
            for element in self._within(css):
                source = element.get("data-src") or element.get("src")
                if address is None and source and not source.startswith("data:"):
                    address, self.rules["image_url"] = source, css
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

    def lead(self, layout: Layout | None, region: Element) -> list[str]:
        """The paragraphs of a lead that stands above the region, in the element that names the post."""
        for css in layout.lead if layout and self.post is not None else ():
            for element in select(self.post, css, source=self._source):
                if region not in element.iterancestors() and region not in element.iter():
                    return text_lines(element)
        return []

    def byline(self, layout: Layout | None) -> tuple[str, list[str]]:
        """(the selector that found the credits outside the text, their lines); ("", []) where there are none."""
        for css in layout.byline if layout else ():
            if lines := [line for element in self._within(css) for line in text_lines(element)]:
                return css, lines
        return "", []

    def addresses(self) -> Iterator[Address]:
        """The article addresses that the page gives as its own; see archive.extract.own_address."""
        return own_addresses(self._tree, self._site, self._url)

    def linked_stories(self) -> list[Thing]:
        """The JSON-LD objects that describe the page's own story."""
        return [thing for thing, _ in self._story_data.linked if types_of(thing) & STORY_TYPES]

    def is_of_article(self) -> bool:
        """Whether the page says in a machine-readable form that it is an article."""
        if self._metas.get("og:type", "").lower() == "article":
            return True
        if any(types_of(thing) & STORY_TYPES for thing in json_ld(self._tree)):
            return True
        microdata = [element.get("itemtype").rpartition("/")[2] for element in select(self._tree, "[itemtype]")]
        if sum(kind in STORY_TYPES for kind in microdata) == 1:  # several are the teasers of a list
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

    def _within(self, css: str) -> list[Element]:
        """The elements in the page's post, if it names one, else anywhere."""
        inside = select(self.post, css, source=self._source) if self.post is not None else []
        return inside or self._select(css)

    def _window_titles(self) -> Iterator[str]:
        for element in self._tree.iter("title"):
            if text := collapse(element.text_content()):
                yield text
            return  # the others are those of pictures (SVG)

    def _site_names(self) -> SiteNames:
        printed = [collapse(element.text_content()) for element in self._select(_SITE_NAMES)]
        named = [self._metas.get("og:site_name"), self._metas.get("application-name"), self._site.title, *printed]
        return SiteNames(self._site.host, *named)

    def _select(self, css: str) -> list[Element]:
        return select(self._tree, css, source=self._source)

    def _machine_time(self, field: str, names: tuple[str, ...]) -> datetime | None:
        for name in names:
            if moment := self._time(self._metas.get(name)):
                self.rules[field] = f"meta {name}"
                return moment
        if moment := self._linked_time(field, names[1], proven=True):
            return moment
        if moment := self._time(loose_properties(self._tree, names[1])):
            self.rules[field] = f'[itemprop="{names[1]}"]'
            return moment
        return None

    def _linked_time(self, field: str, name: str, *, proven: bool) -> datetime | None:
        """A time from JSON-LD or microdata. `proven`: whether that is known to be of the page's own story."""
        for form, things in (("JSON-LD", self._story_data.linked), ("microdata", self._story_data.microdata)):
            for thing, is_proven in things:
                if is_proven is proven and (moment := self._time(thing.get(name))):
                    self.rules[field] = f"{form} {name}"
                    return moment
        return None

    @cached_property
    def _story_data(self) -> StoryData:
        links = self._select('link[rel="canonical"], link[rel="shortlink"]')
        addresses = [self._url, *(absolute(self._url, link.get("href")) for link in links)]
        addresses.append(absolute(self._url, self._metas.get("og:url")))
        titles = [self._metas.get("og:title", ""), self._metas.get("twitter:title", "")]
        titles += [element.text_content() for element in self._tree.iter("title", "h1")]
        return StoryData(self._tree, url=self._url, addresses=addresses, titles=titles)

    def _time(self, value: Any) -> datetime | None:
        """A machine-readable time, in the site's time zone; of a list, the one that all its items give. On an unknown
        site it keeps its own offset, and without one it is not used: its zone would be a guess."""
        texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
        zone = self._site.timezone if self._site.is_described else None
        moments = {self._past(read_machine_time(text, zone)) for text in texts} - {None}
        moment = moments.pop() if len(moments) == 1 else None
        return moment if moment is not None and moment.tzinfo is not None else None

    def _past(self, moment: datetime | None) -> datetime | None:
        if moment is None or moment.tzinfo is None or self._fetched_at is None:
            return moment
        return past(moment, self._fetched_at)

    def _printed_time(self, layout: Layout | None) -> datetime | None:
        for css in layout.date if layout else ():
            for element in self._within(css):
                self.rules["published_at"] = css
                if moment := self._time(element.get("datetime")):
                    return moment
                for line in text_lines(element):
                    if moment := self._past(read_date_line(line, self._site.timezone)):
                        return moment
        return None


def _text_before(element: Element) -> str:
    """The text directly before an element, also where the element is inside <b>, <i> or the like."""
    while element is not None and element.getparent() is not None:
        previous = element.getprevious()
        text = (previous.tail if previous is not None else element.getparent().text) or ""
        if text.strip() or previous is not None:
            return text
        element = element.getparent()
    return ""


def _tag_texts(element: Element) -> list[str]:
    """The tags in an element: a link is one tag, whatever it has in it; keywords are joined by commas."""
    text = element.text_content() or element.get("content") or ""
    return [text] if element.tag == "a" else text.split(",")


def _tags(texts: Iterable[str]) -> tuple[str, ...]:
    found = (collapse(text).lstrip("#").strip() for text in texts)
    return tuple(dict.fromkeys(tag for tag in found if tag and tag.casefold() not in _TAG_LABELS))
