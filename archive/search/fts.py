"""A query as SQL. What a person typed reaches SQLite only as parameters, and within the FTS5 expression only as letters
and digits in quotes.

The numbers below bound what a search costs. MAX_TITLE_MATCHES and MAX_STORIES_PER_YEAR were lowered until 95 of 100
searches of a million articles took less than 50 ms (`benchmarks.searching`); the others are chosen, not measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from archive.extract.folding import index_words, tokens
from archive.search.expansion import Clause, ExpandedTerm, expand, expand_term
from archive.search.person_names import name_key, name_keys
from archive.search.query_syntax import Filter, FilterColumn, ParsedQuery, Term, parse_query
from archive.search.titles import ELSEWHERE, TitleQuery
from archive.search.vocabulary import nearest_words
from archive.sites import SITES
from archive.store.database import Archive

MAX_COUNTED_ARTICLES = 1_000
"""The newest articles found, over which totals and facets are counted."""
MAX_RANKED_ARTICLES = 500
"""The newest articles found that are ordered by relevance."""
MAX_TITLE_MATCHES = 100
"""The newest articles with all terms in the title, which are ordered by relevance, too."""
MAX_STORIES_PER_YEAR = 20
"""Stories of one year that are counted where not all articles found are counted."""
MAX_CORRECTED_WORDS = 3
"""Unknown words of a query that get suggestions: for each, the whole vocabulary is read."""
MAX_COUNTED_YEARS = 50
"""Years that are counted, the newest and those before it: an older date is an error of the page."""
MAX_TITLE_POSTINGS = 100_000
"""Postings of the terms that may be read to find them in titles."""
MAX_SCORED_POSTINGS, MAX_RARE_SCORED_POSTINGS = 100_000, 40_000
"""Postings that the terms scored with BM25 may have: all terms of a query, or only the rarest. FTS5 reads every posting
of a term to score it."""
# Weights of title, body, pewarta, editor, caption, tags, title_words, search_words, lead, in the order of the index. A
# lead is in the body, too, and so is most of what the two columns of words have.
_BM25 = "bm25(articles_fts, 10, 1, 2, 2, 1, 4, 4, 0.5, 3)"
_FIELD_COLUMNS = {"title": "{title title_words}"}


class FoundArticle(NamedTuple):
    """The columns of an article found that facets and the grouping by story need."""

    key: int
    id: str
    site: str
    published_date: str | None
    section: str | None
    pewarta: str | None
    credit: str | None
    is_advertorial: int
    story_id: str | None


_COLUMNS = ", ".join("story_id" if name == "story_id" else f"articles.{name}" for name in FoundArticle._fields)


@dataclass(frozen=True, kw_only=True)
class Query:
    """`words` as typed (see archive.search.query_syntax). The other fields are filters on exact values; names are
    compared without case, accents and dots. `since` and `until` are included. `limit` and `offset` count stories."""

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


class CompiledQuery:
    """A query, parsed and expanded for one archive. `expression` is its FTS5 MATCH expression, "" where the query has
    only filters or excluded terms."""

    def __init__(self, archive: Archive, query: Query) -> None:
        self._archive = archive
        self.parsed = parsed = parse_query(query.words)
        self._typed = [term for alternatives in parsed.required for term in alternatives]
        archive.db.conn.create_function("name_keys", 1, name_keys, deterministic=True)
        self._clauses = expand(archive, parsed.required)
        for column in ("pewarta", "editor"):
            if (name := getattr(query, column)) and tokens(name):
                # The exact condition on the name is in _add_filters; this one lets the index find its stories.
                where = column if index_words(name) is None else None
                self._clauses.append([[expand_term(archive, Term.of(name, exact=True, field=where))]])
        excluded = [clause for term in parsed.excluded for clause in expand(archive, [[term]])]
        self._excluded_terms = [term for clause in excluded for alternative in clause for term in alternative]
        self._excluded = " OR ".join(map(_term_expression, self._excluded_terms))
        self.expression = self._without_excluded(_expression(self._clauses)) if self._clauses else ""
        self._conditions: list[str] = []
        self._parameters: dict[str, Any] = {}
        if self._excluded and not self.expression:
            self._add("articles.key NOT IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :excluded)")
            self._parameters["excluded"] = self._excluded
        self._add_filters(query, parsed)

    def terms(self) -> list[ExpandedTerm]:
        """The terms that are searched for; excluded ones are not among them."""
        return [term for clause in self._clauses for alternative in clause for term in alternative]

    def prefixes_cut(self) -> list[str]:
        """The prefixes, as typed, that more than MAX_PREFIX_FORMS words begin with; excluded ones, too."""
        return [one.term.typed for one in (*self.terms(), *self._excluded_terms) if one.truncated]

    def newest(self, limit: int) -> list[FoundArticle]:
        """The newest articles that the query finds."""
        return self._select(self.expression, limit)

    def _select(self, expression: str, limit: int, *conditions: str) -> list[FoundArticle]:
        key = "articles_fts.rowid" if expression else "articles.key"
        rows = self._archive.db.execute(
            f"SELECT {_COLUMNS} {self._source(expression, *conditions)} ORDER BY {key} DESC LIMIT {limit:d}",
            self._parameters,
        )
        return [FoundArticle._make(row) for row in rows]

    def _source(self, expression: str, *conditions: str) -> str:
        where = " AND ".join((*self._conditions, *conditions)) or "1"
        where = where.replace("{key}", "articles_fts.rowid" if expression else "articles.key")
        if not expression:
            return f"FROM articles LEFT JOIN stories ON article_id = id WHERE {where}"
        self._parameters["words"] = expression
        return (
            "FROM articles_fts CROSS JOIN articles INDEXED BY articles_facets ON articles.key = articles_fts.rowid"
            f" LEFT JOIN stories ON article_id = id WHERE articles_fts MATCH :words AND {where}"
        )

    def among(self, ids: list[str]) -> list[FoundArticle]:
        """Those of these articles that meet the filters, in their order, whatever their words."""
        if not ids:
            return []
        self._parameters["ids"] = json.dumps(ids)
        found = self._select("", len(ids), "articles.id IN (SELECT value FROM json_each(:ids))")
        return sorted(found, key=lambda row: ids.index(row.id))

    def by_relevance(self, rows: list[FoundArticle]) -> list[FoundArticle]:
        """`rows`, which are the newest articles found, with the best first: those with all words in the title, then
        the others, both by BM25. Where they are more than MAX_RANKED_ARTICLES, older ones with all terms in the title
        join them. What has no score comes last, the newest first."""
        titled = self._title_matches() if len(rows) > MAX_RANKED_ARTICLES else []
        found = {row.key: row for row in (*rows, *titled)}
        # bm25() is the smaller the better, and below 0 for a match: -1 puts title matches before unscored articles.
        scores = dict.fromkeys((row.key for row in rows), 0.0) | dict.fromkeys((row.key for row in titled), -1.0)
        clauses = self._scored_clauses(dense=len(rows) > MAX_COUNTED_ARTICLES)
        for among, in_title in ((rows[:MAX_RANKED_ARTICLES], False), (titled, True)):
            if among and clauses:
                for key, score in self._archive.db.execute(
                    f"SELECT rowid, {_BM25} FROM articles_fts WHERE articles_fts MATCH ? AND rowid BETWEEN ? AND ?",
                    [_expression(clauses, in_title=in_title), among[-1].key, among[0].key],
                ):
                    if key in found:
                        scores[key] = min(scores[key], score)
        ranks = self._title_ranks([row.key for row in (*rows[:MAX_RANKED_ARTICLES], *titled)])
        return sorted(found.values(), key=lambda row: (-ranks.get(row.key, ELSEWHERE), scores[row.key], -row.key))

    def _title_ranks(self, keys: list[int]) -> dict[int, int]:
        """Key -> how well the title answers the query (archive.search.titles)."""
        query = TitleQuery(self._clauses, self.parsed.required)
        if query.is_empty():
            return {}
        titles = self._archive.db.execute(
            "SELECT key, title FROM articles WHERE key IN (SELECT value FROM json_each(?))", [json.dumps(keys)]
        )
        return {key: query.rank(str(title)) for key, title in titles}  # in a damaged database it may be of any type

    def _title_matches(self) -> list[FoundArticle]:
        """The newest articles with all terms in the title. Of common terms only the newest part of the archive is
        searched, so large that about MAX_TITLE_POSTINGS of their postings lie in it."""
        postings = sum(term.postings for term in self.terms())
        oldest = self._archive.db.execute(
            "SELECT newest - (newest - oldest) * min(1.0, ? / max(?, 1.0)) FROM"
            " (SELECT (SELECT max(key) FROM articles) AS newest, (SELECT min(key) FROM articles) AS oldest)",
            [float(MAX_TITLE_POSTINGS), float(postings)],
        ).fetchone()[0]
        expression = self._without_excluded(_expression(self._clauses, in_title=True))
        return self._select(expression, MAX_TITLE_MATCHES, f"{{key}} >= {int(oldest or 0)}")

    def _without_excluded(self, expression: str) -> str:
        return f"({expression}) NOT ({self._excluded})" if self._excluded else expression

    def _scored_clauses(self, *, dense: bool) -> list[Clause]:
        """Clauses to score with BM25: all while their terms have at most MAX_SCORED_POSTINGS; for common queries only
        the rarest. `dense` says that very many articles were found: only then lie the newest ones so close together
        that few others with the rarest terms are scored between them."""
        costs = [sum(term.postings for alternative in clause for term in alternative) for clause in self._clauses]
        if sum(costs) <= MAX_SCORED_POSTINGS:
            return self._clauses
        chosen, spent = [], 0
        for cost, clause in sorted(zip(costs, self._clauses, strict=True), key=lambda pair: pair[0]):
            spent += cost
            if not dense or spent > MAX_RARE_SCORED_POSTINGS:
                break
            chosen.append(clause)
        return chosen

    def year_counts(self) -> Iterator[tuple[str, int]]:
        """(year, stories) of each year that has some, the newest first; counts end at MAX_STORIES_PER_YEAR."""
        span = [
            self._archive.rows(f"SELECT {end}(published_date) AS day FROM articles")[0]["day"] for end in ("min", "max")
        ]
        if None in span:
            return
        inside = "{key} BETWEEN :first AND :last AND published_date BETWEEN :start AND :end"
        source = self._source(self.expression, inside)
        newest, oldest = int(span[1][:4]), int(span[0][:4])
        for year in range(newest, max(oldest - 1, newest - MAX_COUNTED_YEARS), -1):
            first, last = _key_range(date(year, 1, 1), date(year, 12, 31))
            within = {"first": first, "last": last, "start": f"{year:04}-01-01", "end": f"{year:04}-12-31"}
            ((count,),) = self._archive.db.execute(
                "SELECT count(*) FROM"
                f" (SELECT DISTINCT coalesce(story_id, articles.id) {source} LIMIT {MAX_STORIES_PER_YEAR})",
                self._parameters | within,
            )
            if count:
                yield f"{year:04}", count

    def all_year_counts(self) -> list[tuple[str, int]]:
        """(year, stories), the newest first, with all stories counted; the year "" is for stories without a date."""
        rows = self._archive.rows(
            f"SELECT coalesce(substr(published_date, 1, 4), '') AS year,"
            f" count(DISTINCT coalesce(story_id, articles.id)) AS n {self._source(self.expression)}"
            " GROUP BY 1 ORDER BY 1 DESC",
            self._parameters,
        )
        return [(row["year"], row["n"]) for row in rows]

    def suggestions(self) -> dict[str, list[str]]:
        """Word as typed -> known words spelled like it, for the first MAX_CORRECTED_WORDS words that no article has."""
        unknown = [
            term for term in self._typed if len(term.tokens) == 1 and expand_term(self._archive, term).postings == 0
        ]
        result = {}
        for term in unknown[:MAX_CORRECTED_WORDS]:
            words = nearest_words(self._archive, term.tokens[0])
            if near := [word for word in words if word not in term.tokens]:
                result[term.typed] = near
        return result

    def _add(self, condition: str) -> None:
        self._conditions.append(condition)

    def _add_filters(self, query: Query, parsed: ParsedQuery) -> None:
        for column in ("site", "section", "credit"):
            if value := getattr(query, column):
                self._add(f"{column} = :{column}")
                self._parameters[column] = value
        for column in dict.fromkeys(one.column for one in parsed.filters):
            filters = [one for one in parsed.filters if one.column == column]
            self._add(f"coalesce({column}, '') IN (SELECT value FROM json_each(:{column}_names))")
            self._parameters[f"{column}_names"] = json.dumps(_filter_values(self._archive, column, filters))
        for column in ("pewarta", "editor"):
            if name := getattr(query, column):
                self._add(f"instr(name_keys(articles.{column}), :{column})")
                self._parameters[column] = f"|{name_key(name)}|"
        if query.advertorial is not None:
            self._add("is_advertorial = :advertorial")
            self._parameters["advertorial"] = int(query.advertorial)
        since = max(filter(None, (query.since, parsed.since)), default=None)
        until = min(filter(None, (query.until, parsed.until)), default=None)
        self.has_date_limit = bool(since or until)
        if self.has_date_limit:
            self._parameters["low"], self._parameters["high"] = _key_range(since or date.min, until or date.max)
            self._add("{key} BETWEEN :low AND :high AND published_date BETWEEN :since AND :until")
            self._parameters |= {"since": str(since or date.min), "until": str(until or date.max)}


def _term_expression(one: ExpandedTerm, *, in_title: bool = False) -> str:
    strings = " OR ".join(f'"{" ".join(form)}"' for form in one.forms)
    field = "title" if in_title and one.term.field is None else one.term.field
    column = _FIELD_COLUMNS.get(field or "", field)
    return f"({column} : ({strings}))" if column else f"({strings})"


def _expression(clauses: list[Clause], *, in_title: bool = False) -> str:
    """The FTS5 expression of all clauses; with `in_title`, terms without a field of their own must be in the title."""
    return " AND ".join(_clause_expression(clause, in_title=in_title) for clause in clauses)


def _clause_expression(clause: Clause, *, in_title: bool = False) -> str:
    return "(" + " OR ".join(
        "(" + " AND ".join(_term_expression(term, in_title=in_title) for term in alternative) + ")"
        for alternative in clause
    ) + ")"  # fmt: skip


def _key_range(first: date, last: date) -> tuple[int, int]:
    """(lowest, highest) `articles.key` of all articles published within these days in any time zone. A key has the time
    of publication, in seconds since 1970, above its lowest 20 bits."""
    lowest, highest = max(first, date(1, 1, 3)), min(last, date(9999, 12, 29))
    start = datetime.combine(lowest, time(), UTC) - timedelta(days=1)
    end = datetime.combine(highest, time(), UTC) + timedelta(days=2)
    return int(start.timestamp()) << 20, int(end.timestamp()) << 20


def _filter_values(archive: Archive, column: FilterColumn, filters: list[Filter]) -> list[str]:
    """The values of a column that pass all filters; "" is for articles without one. The distinct values are read by
    stepping along the column's index, not by a scan of the articles. A site also passes by its title."""
    rows = archive.rows(f"""
        WITH RECURSIVE names(name) AS (
            SELECT min({column}) FROM articles
            UNION ALL SELECT (SELECT min({column}) FROM articles WHERE {column} > name) FROM names WHERE name NOT NULL
        ) SELECT name FROM names WHERE name NOT NULL""")
    titles: dict[str, list[set[str]]] = {"": []}
    titles |= {row["name"]: [set(tokens(row["name"]))] for row in rows}
    if column == "site":
        for name in titles.keys() & SITES.keys():
            titles[name].append(set(tokens(SITES[name].title)))
    distinct = {(one.excluded, frozenset(map(frozenset, one.names))) for one in filters}
    return [
        value
        for value, called in titles.items()
        if all(excluded != any(words <= title for title in called for words in names) for excluded, names in distinct)
    ]
