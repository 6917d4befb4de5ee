"""How long searches take in a large archive, one that `benchmarks.filling` made:

    python -m benchmarks.searching DATA            # 200 queries in both orders; pages, beside Datasette's own
    python -m benchmarks.searching DATA add        # what 1,000 more articles cost, and the size of one on disk

Each query asks for 20 hits with snippets, all facets and the total. It runs once to warm up, then three times, of which
the median counts.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Literal

from archive.search.engine import search
from archive.search.fts import Query
from archive.search.vocabulary import update_terms
from archive.store.database import Archive, database_path
from benchmarks.filling import articles
from tests.support.shelf import shelve

QUERIES_PER_KIND = 20


def queries(archive: Archive) -> dict[str, list[Query]]:
    """Kind of query -> queries; the same for the same archive."""
    rng = random.Random(1)
    total = archive.rows("SELECT count(*) AS n FROM articles_fts_docsize")[0]["n"]

    def words_in(low: float, high: float, count: int = QUERIES_PER_KIND) -> list[str]:
        """`count` words that between `low` and `high` of all articles have, as fractions of 1."""
        rows = archive.rows(
            "SELECT form FROM terms WHERE count BETWEEN ? AND ? AND length(form) > 3 ORDER BY form",
            [low * total, high * total],
        )
        return [row["form"] for row in rng.choices(rows, k=count)]

    big = archive.rows("SELECT stem, count(*) AS n FROM terms GROUP BY stem HAVING n BETWEEN 15 AND 30 ORDER BY stem")
    rarest = archive.rows("SELECT form FROM terms ORDER BY count, form LIMIT 1000")
    families = [row["stem"] for row in rng.choices(big, k=QUERIES_PER_KIND)]
    middle = words_in(0.0005, 0.01, 400)
    phrases: list[str] = []
    while len(phrases) < QUERIES_PER_KIND:
        row = archive.row(
            "SELECT lead FROM articles WHERE key >= ? LIMIT 1",
            [rng.randint(*archive.db.execute("SELECT min(key), max(key) FROM articles").fetchone())],
        )
        text = row["lead"].strip(".").split() if row else []
        if len(text) > 6:
            phrases.append(f'"{" ".join(text[3:5])}"')
    people = [row["pewarta"] for row in archive.rows("SELECT DISTINCT pewarta FROM articles LIMIT 200")]
    made: dict[str, list[str]] = {
        "rare word": [f"={row['form']}" for row in rng.sample(rarest, QUERIES_PER_KIND)],
        "common word (40 of 100 stories)": [f"={word}" for word in words_in(0.35, 0.5)],
        "stop word": [rng.choice(["yang", "di", "dan", "ini", "untuk", "dengan"]) for _ in range(QUERIES_PER_KIND)],
        "two to four words": [" ".join(rng.sample(middle, rng.randint(2, 4))) for _ in range(QUERIES_PER_KIND)],
        "common and rare together": [f"{a} {b}" for a, b in zip(words_in(0.2, 0.5), middle, strict=False)],
        "phrase": phrases,
        "prefix": [f"{word[:3]}*" for word in middle[:QUERIES_PER_KIND]],
        "family of 15 to 30 forms": families,
    }
    result = {kind: [Query(words=typed, limit=20) for typed in texts] for kind, texts in made.items()}
    years = [rng.randint(2008, 2025) for _ in range(QUERIES_PER_KIND)]
    result["word within a year"] = [
        Query(words=word, since=date(year, 1, 1), until=date(year, 12, 31), limit=20)
        for word, year in zip(middle, years, strict=False)
    ]
    result["word of a site or a pewarta"] = [
        Query(words=word, limit=20, **({"site": "mc-paser"} if number % 2 else {"pewarta": rng.choice(people)}))
        for number, word in enumerate(words_in(0.001, 0.4))
    ]
    return result


def median_milliseconds(work: Callable[[], object]) -> float:
    """The median of three runs, after one to warm up."""
    work()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def latency(data: Path) -> None:
    with Archive.open_reading(data) as archive:
        everything: dict[Literal["relevance", "newest"], list[float]] = {"relevance": [], "newest": []}
        print("| queries | relevance: median ms | p95 | newest: median ms | p95 |\n|---|---|---|---|---|")
        for kind, kind_queries in queries(archive).items():
            line = []
            for sort, all_times in everything.items():
                times = [
                    median_milliseconds(partial(search, archive, replace(query, sort=sort))) for query in kind_queries
                ]
                all_times += times
                line += [f"{median(times):.1f}", f"{p95(times):.1f}"]
            print(f"| {kind} | {' | '.join(line)} |", flush=True)
        line = [figure for times in everything.values() for figure in (f"{median(times):.1f}", f"{p95(times):.1f}")]
        print(f"| all {len(everything['newest'])} | {' | '.join(line)} |")
        together = [time for times in everything.values() for time in times]
        print(f"\nBoth orders: median {median(together):.1f} ms, p95 {p95(together):.1f} ms")
        words = [q.words.strip("=") for q in queries(archive)["two to four words"]][:10]
    asyncio.run(pages(data, words))


async def pages(data: Path, words: list[str]) -> None:
    """Times pages of the reading room, and Datasette's own table search for the same words."""
    from datasette.app import Datasette

    from archive.web.datasette_config import METADATA, SETTINGS

    datasette = Datasette([str(database_path(data))], metadata=METADATA, settings=SETTINGS)
    print("\n| page | median ms |\n|---|---|")
    for name, address in (
        ("start page", "/"),
        ("/cari, relevance", "/cari?q="),
        ("/cari.json", "/cari.json?q="),
        ("Datasette's table page, _search", "/archive/articles?_facet=site&_search="),
        ("Datasette's table as JSON, _search", "/archive/articles.json?_search="),
    ):
        times = []
        for word in words if "=" in address else [""] * 3:
            for _ in range(2):
                start = time.perf_counter()
                response = await datasette.client.get(address + word.replace(" ", "+"))
                spent = 1000 * (time.perf_counter() - start)
            times.append(spent if response.status_code == 200 else float("inf"))
        print(f"| {name} | {median(times):.0f} |", flush=True)


def add(data: Path) -> None:
    with Archive.open(data) as archive:
        count = archive.rows("SELECT count(*) AS n FROM articles_fts_docsize")[0]["n"]
        made = list(articles(1000))
        start = time.perf_counter()
        for row in made:
            shelve(
                archive,
                10_000_000 + count + int(str(row[3])),
                title=str(row[5]),
                body=str(row[15]),
                pewarta=str(row[6]),
                published_at=datetime.fromisoformat(str(row[8])),
            )
        shelved = time.perf_counter()
        update_terms(archive)
        counted = time.perf_counter()
        print(f"1,000 articles more: {shelved - start:.1f} s to shelve, {counted - shelved:.1f} s to count their words")
        size = archive.rows("SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size")[0]["n"]
        index = archive.rows("SELECT total(length(block)) AS n FROM articles_fts_data")[0]["n"]
        words = archive.rows("SELECT count(*) AS n, total(2 * length(form) + length(stem) + 8) AS size FROM terms")[0]
        print(f"on disk {size / count:,.0f} bytes an article, of it the full-text index {index / count:,.0f}")
        print(f"{words['n']:,} words in terms, some {words['size'] / 1e6:.0f} MB")


if __name__ == "__main__":
    (add if sys.argv[2:] == ["add"] else latency)(Path(sys.argv[1]))
