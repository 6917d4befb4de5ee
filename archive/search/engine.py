"""Search: one engine for the command line, the web pages and their feeds.

Every story that matches the query is found. The cost is bounded by numbers in archive.search.fts: relevance is computed
for the newest MAX_RANKED_ARTICLES articles found and the newest MAX_TITLE_MATCHES that have all terms in the title; the
others follow by date. Very common terms are not scored, since they tell next to nothing of an article. Counts end at
MAX_COUNTED_ARTICLES.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from archive.search.fts import MAX_COUNTED_ARTICLES, CompiledQuery, FoundArticle, Query
from archive.search.highlight import MARK_END, MARK_START, Highlighter
from archive.search.lookup import ids_of
from archive.search.person_names import name_key, names_of
from archive.search.query_syntax import with_years_as_dates
from archive.store.database import Archive

MAX_FACET_VALUES = 12

Facet = Literal["site", "year", "section", "pewarta", "credit", "advertorial"]
FACETS: tuple[Facet, ...] = ("site", "year", "section", "pewarta", "credit", "advertorial")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One story found, as its best-ranked article has it; `also_on` are the ids of its articles on other sites. The
    `snippet` has MARK_START and MARK_END around the terms found."""

    id: str
    url: str
    title: str
    pewarta: str | None
    editor: str | None
    translator: str | None
    published_at: str | None
    section: str | None
    credit: str | None
    site: str
    snippet: str
    is_advertorial: bool
    gone_at: str | None
    changed_at: str | None
    also_on: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """All fields, the snippet without its marks."""
        return asdict(self) | {"snippet": self.snippet.replace(MARK_START, "").replace(MARK_END, "")}


@dataclass(frozen=True)
class Result:
    """`hits` are the stories asked for with limit and offset; `more` says that others follow them.

    `total` is the number of stories found. Where it is `capped` there are more, and facets are counted over the newest
    MAX_COUNTED_ARTICLES articles found; only years are then counted one by one, up to MAX_STORIES_PER_YEAR each. A
    facet is a list of (value, stories).

    `suggestions`: word as typed -> known words spelled like it. `prefixes_cut`: prefixes with more words than are
    searched. `words_cut` and `or_unread`: see archive.search.query_syntax.ParsedQuery. `nothing_read`: what was typed
    has no letter or digit. `year_query`: where nothing was found, what to type instead to find the stories published in
    the year that was typed as a word. `uncounted`: how many articles are so new that their words are not in the table
    `terms` yet.
    """

    total: int
    capped: bool
    more: bool
    hits: list[Hit]
    facets: dict[Facet, list[tuple[str, int]]]
    suggestions: dict[str, list[str]]
    prefixes_cut: list[str]
    words_cut: bool
    or_unread: bool
    nothing_read: bool
    year_query: str | None
    uncounted: int
    highlighter: Highlighter = field(repr=False)


def search(archive: Archive, query: Query) -> Result:
    """The stories that a query finds: first the one whose address, id or number was typed, then those with the words.
    No text typed raises."""
    compiled = CompiledQuery(archive, query)
    highlighter = Highlighter(compiled.terms())
    rows = compiled.newest(size := MAX_COUNTED_ARTICLES + 1)
    counted, capped = rows[:MAX_COUNTED_ARTICLES], len(rows) > MAX_COUNTED_ARTICLES
    end = query.offset + query.limit
    while len(rows) == size and len(_one_per_story(rows)) <= end:  # fewer stories than articles: find more
        rows = compiled.newest(size := 2 * max(size, end))
    ordered = compiled.by_relevance(rows) if query.sort == "relevance" and compiled.expression else rows
    if named := compiled.among(ids_of(archive, query.words)):
        keys = {row.key for row in named}
        ordered = [*named, *(row for row in ordered if row.key not in keys)]
        counted = [*named, *(row for row in counted if row.key not in keys)]
        if query.sort == "newest":
            ordered.sort(key=lambda row: -row.key)
    stories = _one_per_story(ordered)
    facets = _facets(counted)
    if capped and not compiled.has_date_limit:
        facets["year"] = [*compiled.year_counts()]
    return Result(
        len(_one_per_story(counted)),
        capped,
        len(stories) > end,
        _hits(archive, stories[query.offset : end], highlighter),
        facets,
        {} if ordered else compiled.suggestions(),
        compiled.prefixes_cut(),
        compiled.parsed.words_cut,
        compiled.parsed.or_unread,
        bool(query.words.strip()) and compiled.parsed.is_empty,
        None if ordered else _year_query(archive, query),
        archive.rows("SELECT count(*) AS n FROM uncounted")[0]["n"],
        highlighter,
    )


def _year_query(archive: Archive, query: Query) -> str | None:
    """The query with its years as limits of the publication, if that finds something."""
    words = with_years_as_dates(query.words)
    return words if words and CompiledQuery(archive, replace(query, words=words)).newest(1) else None


def latest(archive: Archive, count: int) -> list[Hit]:
    """The newest stories."""
    compiled = CompiledQuery(archive, Query(words=""))
    return _hits(archive, _one_per_story(compiled.newest(2 * count))[:count], Highlighter(()))


def _one_per_story(rows: Iterable[FoundArticle]) -> list[FoundArticle]:
    """The first article of each story, in their order."""
    stories: dict[str, FoundArticle] = {}
    for row in rows:
        stories.setdefault(row.story_id or row.id, row)
    return list(stories.values())


def _facets(rows: list[FoundArticle]) -> dict[Facet, list[tuple[str, int]]]:
    """Facet -> (value, stories). A story counts for each value that one of its articles has, so that a count is what a
    search with that filter finds."""
    counts: dict[Facet, Counter[str]] = {name: Counter() for name in FACETS}
    spellings: dict[str, Counter[str]] = {}
    seen = set()
    for row in rows:
        story = row.story_id or row.id
        values: list[tuple[Facet, str | None]] = [("site", row.site), ("section", row.section), ("credit", row.credit)]
        values += [("year", (row.published_date or "")[:4]), ("advertorial", "yes" if row.is_advertorial else "no")]
        for name in names_of(row.pewarta):
            key = name_key(name)
            spellings.setdefault(key, Counter())[name] += 1
            values.append(("pewarta", key))
        for facet, value in values:
            if value and (row.story_id is None or (story, facet, value) not in seen):
                counts[facet][value] += 1
                if row.story_id:
                    seen.add((story, facet, value))
    result: dict[Facet, list[tuple[str, int]]] = {
        name: sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MAX_FACET_VALUES]
        for name, counter in counts.items()
    }
    result["pewarta"] = [(spellings[key].most_common(1)[0][0], count) for key, count in result["pewarta"]]
    return result | {"year": sorted(counts["year"].items(), reverse=True)}


def _hits(archive: Archive, rows: list[FoundArticle], highlighter: Highlighter) -> list[Hit]:
    marks = ", ".join("?" for _ in rows)
    articles = archive.rows(
        "SELECT key, id, url, title, pewarta, editor, translator, published_at, section, credit, site, is_advertorial,"
        " gone_at, changed_at,"
        f" body FROM articles WHERE key IN ({marks})",
        [row.key for row in rows],
    )
    by_key = {article.pop("key"): article for article in articles}
    stories = [row.story_id for row in rows if row.story_id]
    members = archive.rows(
        f"SELECT story_id, article_id FROM stories WHERE story_id IN ({', '.join('?' for _ in stories)})", stories
    )
    hits = []
    for row in rows:
        article = by_key.get(row.key)
        if article is None:  # another program changed it meanwhile, or an index is damaged
            continue
        also = [m["article_id"] for m in members if m["story_id"] == row.story_id and m["article_id"] != row.id]
        article["is_advertorial"] = bool(article["is_advertorial"])
        hits.append(Hit(**article | {"snippet": highlighter.snippet(article.pop("body"))}, also_on=tuple(sorted(also))))
    return hits
