"""What a person types -> safe SQL -> hits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from archive.database import Archive

MARK, UNMARK = "\ue000", "\ue001"
"""Private-use characters around the words found in a snippet."""

_PHRASES = re.compile(r'"([^"]*)"|(\S+)')
# bm25 weights in the order of the index: title, body, pewarta, editor, caption, tags.
_RANK = "bm25(articles_fts, 8, 1, 2, 2, 1, 4)"


@dataclass(frozen=True, kw_only=True)
class Query:
    """`words` as typed: all must occur, "a phrase" stands together. Dates are inclusive."""

    words: str
    site: str | None = None
    pewarta: str | None = None
    editor: str | None = None
    since: date | None = None
    until: date | None = None
    sort: Literal["relevance", "newest"] = "relevance"
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One story found; `snippet` has MARK and UNMARK around the words."""

    id: str
    url: str
    title: str
    pewarta: str | None
    editor: str | None
    published_at: str | None
    section: str | None
    credit: str | None
    site: str
    snippet: str

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"snippet": self.snippet.replace(MARK, "").replace(UNMARK, "")}


@dataclass(frozen=True)
class Result:
    total: int
    hits: list[Hit]


def match_expression(words: str) -> str | None:
    """An FTS5 expression of quoted strings alone, so that nothing a person types is syntax; None without a word.

    Letters of the mathematical alphabets, which some sites print, are looked for in both forms."""
    strings = []
    for phrase, word in _PHRASES.findall(words.replace("\0", " ")):
        text = (phrase or word).replace('"', " ")
        if not any(c.isalnum() for c in text):
            continue
        forms = dict.fromkeys((text, unicodedata.normalize("NFKC", text)))
        strings.append("(" + " OR ".join(f'"{form}"' for form in forms) + ")")
    return " AND ".join(strings) or None


def search(archive: Archive, query: Query) -> Result:
    """The stories in which all words occur and all filters hold."""
    expression = match_expression(query.words)
    if expression is None:
        return Result(0, [])
    conditions = ["articles_fts MATCH :words"]
    parameters: dict[str, Any] = {"words": expression, "limit": query.limit, "mark": MARK, "unmark": UNMARK}
    if query.site:
        conditions.append("site = :site")
        parameters["site"] = query.site
    for column in ("pewarta", "editor"):
        if name := getattr(query, column):
            # R. Wartono = R Wartono: names are compared without case, dots and space.
            folded = f"replace(replace(replace(lower(articles.{column}), '.', ''), ' ', ''), ',', '|')"
            conditions.append(f"instr('|' || {folded} || '|', :{column})")
            parameters[column] = "|" + re.sub(r"[.\s]", "", name.lower()) + "|"
    if query.since:
        conditions.append("published_date >= :since")
        parameters["since"] = query.since.isoformat()
    if query.until:
        conditions.append("published_date <= :until")
        parameters["until"] = query.until.isoformat()
    where = " AND ".join(conditions)
    source = f"articles_fts JOIN articles ON articles.key = articles_fts.rowid WHERE {where}"
    total = archive.rows(f"SELECT count(*) AS n FROM {source}", parameters)[0]["n"]
    order = "key DESC" if query.sort == "newest" else f"{_RANK}, key DESC"
    rows = archive.rows(
        "SELECT articles.id, url, articles.title, articles.pewarta, articles.editor, published_at, section, credit,"
        " site, snippet(articles_fts, 1, :mark, :unmark, ' … ', 24) AS snippet"
        f" FROM {source} ORDER BY {order} LIMIT :limit",
        parameters,
    )
    return Result(total, [Hit(**row) for row in rows])
