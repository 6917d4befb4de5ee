"""Whether the text of a page came to its end. Pure functions."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_ENDS = re.compile(r"</(?:html|(?:\w+:)?(?:rss|feed|urlset|sitemapindex|RDF))\s*>|\]\s*$", re.IGNORECASE)
"""The end of a page, a feed, a sitemap or a REST answer."""
_END_CHARS = 1000
"""How many of the last characters are searched for the end: comments and counters of a cache may follow it. Chosen, not
measured."""
_CUT_TAG = re.compile(r"<[a-zA-Z/!][^<>]*$")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements without an end tag (HTML, 13.1.2)."""
_MAY_STAY_OPEN = frozenset(
    "html head body p li dt dd option optgroup rb rt rtc rp colgroup caption thead tbody tfoot tr td th".split()
)
"""Elements whose end tag may be left out (HTML, 13.1.2.4)."""


def shows_its_end(text: str) -> bool:
    """Whether the end tag of the whole page, feed or sitemap, or the end of a REST answer, stands near the end."""
    return _ENDS.search(text, max(0, len(text) - _END_CHARS)) is not None


def has_an_end(text: str) -> bool:
    """Whether the end tag of a feed or a sitemap stands anywhere: much may follow it."""
    return _ENDS.search(text) is not None


def ends_open(text: str) -> bool:
    """Whether a page ends within a tag, or before an element that needs an end tag has it. HTML allows </html> to be
    missing, but not </div>: a page without the one is whole if it has the other."""
    if _CUT_TAG.search(text, max(0, len(text) - _END_CHARS)):
        return True
    parser = _OpenElements()
    parser.feed(text)
    return any(tag not in _MAY_STAY_OPEN for tag in parser.open)


class _OpenElements(HTMLParser):
    """Keeps the elements that are open, the outermost first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of HTML's own elements <br/> is void and <div/> is open, as browsers take it; of SVG's it is closed."""
        if tag in ("div", "span", "p", "a", "section", "article", "main"):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]
