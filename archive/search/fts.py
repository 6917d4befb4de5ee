"""A query as SQL: what a person typed reaches it only as parameters, and within the FTS5 expression only as letters and
digits in quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from archive.search.expansion import Alternatives, Sought, sought, widened
from archive.search.person_names import name_key, name_keys
from archive.search.query_syntax import Limit, Narrowing, Part, Question, tokens_of, understood
from archive.search.vocabulary import nearest
from archive.sites import SITES
from archive.store.database import Archive

BOUND = 1_000
"""Where counting ends."""
RANKED = 500
"""The newest stories found that are ordered by relevance."""
TITLED = 100
"""The newest stories with all words in the title, which are ordered by relevance, too."""
YEARLY = 20
"""Where counting the stories of each year ends."""
MOST_ANSWERED = 3
"""Words not known that are answered with the nearest known ones: for each all words are looked through."""
MOST_YEARS = 50
"""Years back that are counted: what is older was misdated."""
TITLE_ENTRIES = 100_000
"""Entries of the index that are looked through for titles."""
COUNTED_ENTRIES, RANKED_ENTRIES = 100_000, 40_000
"""Entries of the index that words may have to be weighed, all of them or some: BM25 counts all entries of each word."""
# In the order of the index: title, body, pewarta, editor, caption, tags, lead. The lead is a part of the body.
_RANK = "bm25(articles_fts, 10, 1, 2, 2, 1, 4, 3)"


class Found(NamedTuple):
    """An article found, with what facets and folding need."""

    key: int
    id: str
    site: str
    published_date: str | None
    section: str | None
    pewarta: str | None
    credit: str | None
    is_advertorial: int
    story_id: str | None


_COLUMNS = ", ".join("story_id" if name == "story_id" else f"articles.{name}" for name in Found._fields)


@dataclass(frozen=True, kw_only=True)
class Query:
    """`words` as typed (see archive.search.query_syntax). The others narrow by exact values; names are compared without
    case, accents and dots. Days are inclusive. `offset` is how many hits come before the first one wanted."""

    words: str
    site: str | None = None
    section: str | None = None
    pewarta: str | None = None
    editor: str | None = None
    credit: str | None = None
    advertorial: bool | None = None
    since: date | None = None
    until: date | None = None
    sort: Literal["relevance", "newest"] = "relevance"
    limit: int = 10
    offset: int = 0


class Asked:
    """A query, read and widened; what it finds are articles."""

    def __init__(self, archive: Archive, query: Query) -> None:
        self._archive = archive
        question = understood(query.words)
        self._typed = [part for group in question.wanted for part in group]
        self.question = question
        archive.db.conn.create_function("name_keys", 1, name_keys, deterministic=True)
        self._groups = widened(archive, question.wanted)
        for column in ("pewarta", "editor"):
            if (name := getattr(query, column)) and tokens_of(name):
                self._groups.append([[sought(archive, Part.of(name, exact=True, field=column))]])
        unwanted = [group for part in question.unwanted for group in widened(archive, [[part]])]
        self._left_out = [one for group in unwanted for together in group for one in together]
        self._unwanted = " OR ".join(map(_sought, self._left_out))
        self.expression = self._without_unwanted(_all(self._groups)) if self._groups else ""
        self._conditions: list[str] = []
        self._parameters: dict[str, Any] = {}
        if self._unwanted and not self.expression:
            self._add("articles.key NOT IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :unwanted)")
            self._parameters["unwanted"] = self._unwanted
        self._narrow(query, question)

    def parts(self) -> list[Sought]:
        return [one for group in self._groups for together in group for one in together]

    def prefixes_cut(self) -> list[str]:
        """Beginnings of more words than are looked for."""
        return [one.part.typed for one in (*self.parts(), *self._left_out) if one.cut]

    def newest(self, limit: int) -> list[Found]:
        """The newest articles that meet the query."""
        return self._found(self._source(self.expression), limit)

    def _found(self, source: str, limit: int) -> list[Found]:
        rows = self._archive.db.execute(
            f"SELECT {_COLUMNS} {source} ORDER BY {self._key} DESC LIMIT {limit:d}", self._parameters
        )
        return [Found._make(row) for row in rows]

    def _source(self, expression: str | None, *conditions: str) -> str:
        where = " AND ".join((*self._conditions, *conditions)) or "1"
        if not expression:
            return f"FROM articles LEFT JOIN stories ON article_id = id WHERE {where}"
        self._parameters["words"] = expression
        return (
            "FROM articles_fts CROSS JOIN articles INDEXED BY articles_facets ON articles.key = articles_fts.rowid"
            f" LEFT JOIN stories ON article_id = id WHERE articles_fts MATCH :words AND {where}"
        )

    def by_relevance(self, rows: list[Found]) -> list[Found]:
        """The newest articles, and where not all of them are ranked those with all words in the title: the best first,
        then the newest."""
        titled = self._titled() if len(rows) > RANKED else []
        found = {row.key: row for row in (*rows, *titled)}
        rated = dict.fromkeys((row.key for row in rows), 0.0) | dict.fromkeys((row.key for row in titled), -1.0)
        weighty = self._weighty(dense=len(rows) > BOUND)
        for among, in_title in ((rows[:RANKED], False), (titled, True)):
            if among and weighty:
                for key, rank in self._archive.db.execute(
                    f"SELECT rowid, {_RANK} FROM articles_fts WHERE articles_fts MATCH ? AND rowid BETWEEN ? AND ?",
                    [_all(weighty, in_title=in_title), among[-1].key, among[0].key],
                ):
                    if key in found:
                        rated[key] = min(rated[key], rank)
        return sorted(found.values(), key=lambda row: (rated[row.key], -row.key))

    def _titled(self) -> list[Found]:
        """The newest articles with all words in the title, as far back as TITLE_ENTRIES of their entries reach."""
        cost = sum(one.cost for one in self.parts())
        oldest = self._archive.db.execute(
            "SELECT newest - (newest - oldest) * min(1.0, ? / max(?, 1.0)) FROM"
            " (SELECT (SELECT max(key) FROM articles) AS newest, (SELECT min(key) FROM articles) AS oldest)",
            [float(TITLE_ENTRIES), float(cost)],
        ).fetchone()[0]
        source = self._source(
            self._without_unwanted(_all(self._groups, in_title=True)), f"{self._key} >= {int(oldest or 0)}"
        )
        return self._found(source, TITLED)

    def _without_unwanted(self, expression: str) -> str:
        return f"({expression}) NOT ({self._unwanted})" if self._unwanted else expression

    def _weighty(self, *, dense: bool) -> list[Alternatives]:
        """The groups of words that are weighed: all, if their entries may be counted; else the rarest, if the articles
        found stand so close together that few others have these words."""
        costs = [sum(one.cost for together in group for one in together) for group in self._groups]
        if sum(costs) <= COUNTED_ENTRIES:
            return self._groups
        chosen, spent = [], 0
        for cost, group in sorted(zip(costs, self._groups, strict=True), key=lambda pair: pair[0]):
            spent += cost
            if not dense or spent > RANKED_ENTRIES:
                break
            chosen.append(group)
        return chosen

    def years(self) -> Iterator[tuple[str, int]]:
        """(year, stories) of each year that has some, the newest first, each counted up to YEARLY."""
        span = [
            self._archive.rows(f"SELECT {end}(published_date) AS day FROM articles")[0]["day"] for end in ("min", "max")
        ]
        if None in span:
            return
        inside = f"{self._key} BETWEEN :first AND :last AND published_date BETWEEN :start AND :end"
        source = self._source(self.expression, inside)
        newest, oldest = int(span[1][:4]), int(span[0][:4])
        for year in range(newest, max(oldest, newest - MOST_YEARS) - 1, -1):
            first, last = _keys(date(year, 1, 1), date(year, 12, 31))
            within = {"first": first, "last": last, "start": f"{year:04}-01-01", "end": f"{year:04}-12-31"}
            ((count,),) = self._archive.db.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT coalesce(story_id, articles.id) {source} LIMIT {YEARLY})",
                self._parameters | within,
            )
            if count:
                yield f"{year:04}", count

    def all_years(self) -> list[tuple[str, int]]:
        """(year, stories), the newest first, all of them counted; "" stands for no date."""
        rows = self._archive.rows(
            f"SELECT coalesce(substr(published_date, 1, 4), '') AS year,"
            f" count(DISTINCT coalesce(story_id, articles.id)) AS n {self._source(self.expression)}"
            " GROUP BY 1 ORDER BY 1 DESC",
            self._parameters,
        )
        return [(row["year"], row["n"]) for row in rows]

    @property
    def _key(self) -> str:
        return "articles_fts.rowid" if self.expression else "articles.key"

    def suggestions(self) -> dict[str, list[str]]:
        """Known words for the words typed that no story has, MOST_ANSWERED of them at most."""
        unknown = [part for part in self._typed if len(part.tokens) == 1 and sought(self._archive, part).cost == 0]
        result = {}
        for part in unknown[:MOST_ANSWERED]:
            near = [word for word in nearest(self._archive, part.tokens[0]) if word not in part.tokens + part.as_typed]
            if near:
                result[part.typed] = near
        return result

    def _add(self, condition: str) -> None:
        self._conditions.append(condition)

    def _narrow(self, query: Query, question: Question) -> None:
        for column in ("site", "section", "credit"):
            if value := getattr(query, column):
                self._add(f"{column} = :{column}")
                self._parameters[column] = value
        for column in dict.fromkeys(limit.column for limit in question.limits):
            limits = [limit for limit in question.limits if limit.column == column]
            self._add(f"coalesce({column}, '') IN (SELECT value FROM json_each(:{column}_names))")
            self._parameters[f"{column}_names"] = json.dumps(_values(self._archive, column, limits))
        for column in ("pewarta", "editor"):
            if name := getattr(query, column):
                self._add(f"instr(name_keys(articles.{column}), :{column})")
                self._parameters[column] = f"|{name_key(name)}|"
        if query.advertorial is not None:
            self._add("is_advertorial = :advertorial")
            self._parameters["advertorial"] = int(query.advertorial)
        since = max(filter(None, (query.since, question.since)), default=None)
        until = min(filter(None, (query.until, question.until)), default=None)
        self.within_days = bool(since or until)
        if self.within_days:
            self._parameters["low"], self._parameters["high"] = _keys(since or date.min, until or date.max)
            self._add(f"{self._key} BETWEEN :low AND :high AND published_date BETWEEN :since AND :until")
            self._parameters |= {"since": str(since or date.min), "until": str(until or date.max)}


def _sought(one: Sought, *, in_title: bool = False) -> str:
    strings = " OR ".join(f'"{" ".join(form)}"' for form in one.forms)
    column = "title" if in_title and one.part.field is None else one.part.field
    return f"({column} : ({strings}))" if column else f"({strings})"


def _all(groups: list[Alternatives], *, in_title: bool = False) -> str:
    return " AND ".join(_group(group, in_title=in_title) for group in groups)


def _group(group: Alternatives, *, in_title: bool = False) -> str:
    return "(" + " OR ".join(
        "(" + " AND ".join(_sought(one, in_title=in_title) for one in together) + ")" for together in group
    ) + ")"  # fmt: skip


def _keys(first: date, last: date) -> tuple[int, int]:
    """The keys of all articles that some zone of the earth may call published within these days."""
    lowest, highest = max(first, date(1, 1, 3)), min(last, date(9999, 12, 29))
    start = datetime.combine(lowest, time(), UTC) - timedelta(days=1)
    end = datetime.combine(highest, time(), UTC) + timedelta(days=2)
    return int(start.timestamp()) << 20, int(end.timestamp()) << 20


def _values(archive: Archive, column: Narrowing, limits: list[Limit]) -> list[str]:
    """The sites, rubrics or credits that meet all limits; "" stands for none. Each is a step along the index."""
    rows = archive.rows(f"""
        WITH RECURSIVE names(name) AS (
            SELECT min({column}) FROM articles
            UNION ALL SELECT (SELECT min({column}) FROM articles WHERE {column} > name) FROM names WHERE name NOT NULL
        ) SELECT name FROM names WHERE name NOT NULL""")
    called: dict[str, list[set[str]]] = {"": []}
    called |= {row["name"]: [set(tokens_of(row["name"]))] for row in rows}
    if column == "site":
        for name in called.keys() & SITES.keys():
            called[name].append(set(tokens_of(SITES[name].title)))
    asked = {(limit.out, frozenset(map(frozenset, limit.names))) for limit in limits}
    return [
        name
        for name, titles in called.items()
        if all(out != any(words <= title for title in titles for words in names) for out, names in asked)
    ]
