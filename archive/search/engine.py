"""Search: one engine for the command line, the web pages and their feeds.

What is found is exact: every story that meets the question. What costs is bounded: relevance is reckoned for the newest
RANKED stories found and for the newest TITLED that have all words in the title, and the rest follows by date; of a word
in a large part of all stories, which tells next to nothing of any of them, only the place is looked at. Counts end at
BOUND (all in archive.search.fts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from archive.search.fts import BOUND, Asked, Found, Query
from archive.search.highlight import MARK, UNMARK, Marker
from archive.search.person_names import name_key, names_of
from archive.store.database import Archive

SHOWN_VALUES = 12
"""Values that a facet shows."""

Facet = Literal["site", "year", "section", "pewarta", "credit", "advertorial"]
FACETS: tuple[Facet, ...] = ("site", "year", "section", "pewarta", "credit", "advertorial")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One story found, of the site where it fits best; `also_on` are the ids of its articles on other sites. `snippet`
    has MARK and UNMARK around the words."""

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
    is_advertorial: bool
    gone_at: str | None
    changed_at: str | None
    also_on: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"snippet": self.snippet.replace(MARK, "").replace(UNMARK, "")}


@dataclass(frozen=True)
class Result:
    """`total` stories were found, or where it is `capped` more than that; then `facets` are counted over the newest
    ones, but for years, which are counted each, up to YEARLY. A facet is a list of (value, stories).
    `suggestions` are known words written like one that no story has, `prefixes_cut` prefixes of too many words to
    look for all. `words_cut` says that more was typed than is read, `or_unread` that an OR says nothing where it stands
    (see archive.search.query_syntax.Question), `nothing_read` that what was typed has no word. `uncounted` stories are
    so new that their words are not in `terms` yet. `more` stories come after these hits."""

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
    uncounted: int
    marker: Marker = field(repr=False)


def search(archive: Archive, query: Query) -> Result:
    """The stories that meet a query. No text raises."""
    asked = Asked(archive, query)
    marker = Marker(asked.parts())
    rows = asked.newest(size := BOUND + 1)
    counted, capped, end = rows[:BOUND], len(rows) > BOUND, query.offset + query.limit
    while len(rows) == size and len(_folded(rows)) <= end:  # many articles may be one story
        rows = asked.newest(size := 2 * max(size, end))
    ordered = asked.by_relevance(rows) if query.sort == "relevance" and asked.expression else rows
    stories = _folded(ordered)
    facets = _facets(counted)
    if capped and not asked.within_days:
        facets["year"] = [*asked.years()]
    return Result(
        len(_folded(counted)),
        capped,
        len(stories) > end,
        _hits(archive, stories[query.offset : end], marker),
        facets,
        {} if rows else asked.suggestions(),
        asked.prefixes_cut(),
        asked.question.is_cut,
        asked.question.or_unread,
        bool(query.words.strip()) and asked.question.is_empty,
        archive.rows("SELECT count(*) AS n FROM uncounted")[0]["n"],
        marker,
    )


def latest(archive: Archive, count: int) -> list[Hit]:
    """The newest stories."""
    asked = Asked(archive, Query(words=""))
    return _hits(archive, _folded(asked.newest(2 * count))[:count], Marker(()))


def _folded(rows: Iterable[Found]) -> list[Found]:
    """The first article of each story."""
    stories: dict[str, Found] = {}
    for row in rows:
        stories.setdefault(row.story_id or row.id, row)
    return list(stories.values())


def _facets(rows: list[Found]) -> dict[Facet, list[tuple[str, int]]]:
    """For each value the stories that have it on one of their sites: as many as are found with it."""
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
        name: sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_VALUES]
        for name, counter in counts.items()
    }
    result["pewarta"] = [(spellings[key].most_common(1)[0][0], count) for key, count in result["pewarta"]]
    return result | {"year": sorted(counts["year"].items(), reverse=True)}


def _hits(archive: Archive, rows: list[Found], marker: Marker) -> list[Hit]:
    marks = ", ".join("?" for _ in rows)
    articles = archive.rows(
        "SELECT key, id, url, title, pewarta, editor, published_at, section, credit, site, is_advertorial, gone_at,"
        " changed_at,"
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
        article = by_key[row.key]
        also = [m["article_id"] for m in members if m["story_id"] == row.story_id and m["article_id"] != row.id]
        article["is_advertorial"] = bool(article["is_advertorial"])
        hits.append(Hit(**article | {"snippet": marker.passage(article.pop("body"))}, also_on=tuple(sorted(also))))
    return hits
