"""Chooses a page's headline among its headings and what it declares, and never the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SEPARATORS = re.compile(r"\s+[|–—\-»›·•:/]+\s+|\s*[|»›•]\s*|\s+[-–—|]+$")
_UNSPOKEN = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Letters and digits alone, without case, to compare what is printed in two places."""
    return _UNSPOKEN.sub("", text.casefold())


def site_names(host: str, *named: str | None) -> frozenset[str]:
    """What counts as the name of a site, folded: the names given, its host, and the host's labels without its ending:
    "kabar.example" is printed as "Kabar", too."""
    bare = host.removeprefix("www.")
    labels = bare.split(".")
    return frozenset(
        name for text in (*named, bare, *(".".join(labels[:at]) for at in (1, 2, 3))) if text and (name := folded(text))
    )


def without_site(title: str, names: Iterable[str]) -> str:
    """A declared title without the site's name before or behind it: "Judul - Kabar" is "Judul"; "" for a title that is
    nothing but the name. `names` are folded."""
    names = frozenset(names)
    changed = True
    while changed:
        changed = False
        for match in _SEPARATORS.finditer(title):
            before, behind = title[: match.start()].strip(), title[match.end() :].strip()
            if folded(behind) in names or not folded(behind):
                title, changed = before, True
                break
            if folded(before) in names or not folded(before):
                title, changed = behind, True
                break
    return "" if folded(title) in names else title.strip()


def headline(headings: Sequence[str], declared: Sequence[str], names: frozenset[str]) -> str | None:
    """The headline of a page. `headings` are those that it prints, the likeliest first; `declared` are the titles that
    it declares (og:title, <title>), the more reliable first; `names` are the site's, folded.

    A heading that the declared title has in it is the headline; then a declared title that stands in a heading, as in
    "Kriminal | Judul"; then the likeliest heading; then the declared title.
    """
    printed = [text for text in headings if folded(text) and folded(text) not in names]
    titles = [text for title in declared if (text := without_site(title, names))]
    for title in titles:
        whole = folded(title)
        if within := [text for text in printed if whole.startswith(folded(text)) or _is_in(text, whole)]:
            return max(within, key=lambda text: len(folded(text)))
    for title in titles:
        if any(folded(title) in folded(heading) for heading in printed):
            return title
    return next(iter([*printed, *titles]), None)


def _is_in(heading: str, title: str) -> bool:
    """Whether a heading of several words stands somewhere in a folded title."""
    return len(heading.split()) > 1 and folded(heading) in title
