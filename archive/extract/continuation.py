"""Stories in several pages, as WordPress's page break makes them: /judul/, /judul/2/, /judul/3/.

Only the first page is read as the story. A further page must never be taken for an edit of it, and that a story goes on
must be said: see `Article.goes_on_at`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from archive.extract.body import Element, collapse
from archive.extract.urls import absolute

_LAST = re.compile(r"^(?P<above>.*?)/(?:page/|halaman/)?(?P<number>\d{1,2})/?$")
_NUMBER_2 = re.compile(r"(?:^|[/=])0?2(?:[/?#&]|\s*$)")
_PARAMETERS = ("page", "halaman", "hal")


def first_page(tree: Element, url: str) -> str | None:
    """The address of a story's first page, if the page at `url` is a further one; else None. An address such as
    /berita/12 may also be that of a story with this number, so the page must have a link to the first one in its
    pager."""
    for first in _without_number(url):
        wanted = _plain(first)
        for link, target in _links(tree, url):
            is_pager = collapse(link.text_content()) == "1" or "prev" in (link.get("rel") or "").lower().split()
            if is_pager and _plain(target) == wanted:
                return first
    return None


def second_page(tree: Element, url: str, own: str) -> str | None:
    """The address to which a story goes on from the page at `url`, whose own address is `own`; None if it does not."""
    wanted = {_plain(one) for one in (url, own)}
    for _, target in _links(tree, url, having=_NUMBER_2):
        if any(_plain(first) in wanted for first in _without_number(target, number=2)):
            return target
    return None


def _links(tree: Element, url: str, *, having: re.Pattern[str] | None = None) -> Iterator[tuple[Element, str]]:
    """The links of a page that can be its pager's, with their targets; only those whose address has `having` in it."""
    for link in tree.iter("a", "link"):
        if having is not None and not having.search(link.get("href") or ""):
            continue  # pages have hundreds of links, and to resolve each takes half of the time of reading
        is_step = {"next", "prev"} & set((link.get("rel") or "").lower().split())
        if (link.tag == "a" or is_step) and (target := absolute(url, link.get("href"))):
            yield link, target


def _without_number(url: str, *, number: int | None = None) -> Iterator[str]:
    """What an address is without the number of its page, 2 to 99 or this one."""
    parts = urlsplit(url)
    if (last := _LAST.match(parts.path)) and _is_page(last["number"], number) and last["above"].strip("/"):
        yield urlunsplit((*parts[:2], last["above"] + "/", parts.query, ""))
    query = parse_qsl(parts.query)
    kept = [(name, value) for name, value in query if not (name in _PARAMETERS and _is_page(value, number))]
    if len(kept) < len(query):
        yield urlunsplit((*parts[:3], urlencode(kept), ""))


def _is_page(text: str, number: int | None) -> bool:
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
    return value == number if number is not None else value > 1


def _plain(url: str) -> tuple[str, str]:
    """Path and parameters of an address, without what does not matter here: the host (a server may stand in for the
    site), the last slash, the order of the parameters."""
    parts = urlsplit(url)
    return parts.path.rstrip("/"), urlencode(sorted(parse_qsl(parts.query)))
