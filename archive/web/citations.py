"""Citations of a story: a line of text, BibTeX, RIS."""

from __future__ import annotations

import re
from datetime import date

from archive.search.person_names import names_of
from archive.sites import SITES
from archive.store.database import Row
from archive.web.i18n import Labels

_SPECIAL = {c: f"\\{c}" for c in "&%$#_"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}
_SPECIAL |= {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts braces, escaped ones too


def publisher(article: Row) -> str:
    site = SITES.get(article["site"])
    return site.title if site else str(article["site"])


def as_text(article: Row, captured: str, labels: Labels) -> str:
    """As in: R. Wartono. “Judul.” ANTARA Kaltim, 30 September 2026. https://… (captured 1 October 2026).

    `captured` is the time of capture as ISO 8601 text, here and in the other functions.
    """
    names = ", ".join(names_of(article["pewarta"]))
    day = f", {labels.day(article['published_date'])}" if article["published_date"] else ""
    title = article["title"].rstrip(".")
    captured_on = f"{labels.captured[:1].lower()}{labels.captured[1:]} {labels.day(captured)}"
    return f"{f'{names}. ' if names else ''}“{title}.” {publisher(article)}{day}. {article['url']} ({captured_on})."


def as_bibtex(article: Row, captured: str) -> str:
    """An @online entry of biblatex. Each name is kept whole in braces, since a byline does not say which part of it is
    the family name."""
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in names_of(article["pewarta"])),
        "title": f"{{{_escaped(article['title'])}}}",
        "date": article["published_date"] or "",
        "organization": f"{{{_escaped(publisher(article))}}}",
        "url": re.sub(r"[{}\\\s]", lambda match: f"%{ord(match[0]):02X}", article["url"]),
        "urldate": captured[:10],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = re.sub(r"[^A-Za-z0-9]+", "-", article["id"]).strip("-")
    return "\n".join([f"@online{{{key},", *lines, "}", ""])


def as_ris(article: Row, captured: str) -> str:
    """An entry of type NEWS in RIS."""
    day = date.fromisoformat(article["published_date"]) if article["published_date"] else None
    fields = [("TY", "NEWS"), *(("AU", name) for name in names_of(article["pewarta"])), ("TI", article["title"])]
    fields += [("T2", publisher(article))]
    fields += [("PY", f"{day.year}"), ("DA", f"{day:%Y/%m/%d}")] if day else []
    fields += [("UR", article["url"]), ("Y2", captured[:10].replace("-", "/")), ("ER", "")]
    return "".join(f"{name}  - {' '.join(value.split())}\r\n" for name, value in fields)


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))
