"""The vocabulary of an archive, in the table `terms`: each word of the full-text index with its stem and the number of
articles that have it. Queries are expanded from it, and spelling suggestions are taken from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rapidfuzz import process
from rapidfuzz.distance import OSA

from archive.search.stemmer import stem
from archive.store.database import Archive
from archive.store.migrations import INDEXED, TOKENIZER

MAX_PREFIX_FORMS = 60
"""Words that a prefix stands for, the commonest first: with all words of a short prefix a search would take seconds.
The number is chosen, not measured."""
MAX_FAMILY_FORMS = 200
"""Forms of a word that are searched, the commonest first: a hostile page that writes one word in thousands of alphabets
made searches for it take seconds. The number is chosen, not measured."""
_MAX_SUGGESTIONS = 3
_MAX_ONE_EDIT_LETTERS = 5
"""Words of up to so many letters are suggested only at an edit distance of 1, longer ones also at 2."""
_MERGE_PAGES = 500
"""Pages of the index that FTS5 may merge after each update, so that the index never falls into many small segments.
Chosen, not measured."""


def update_terms(archive: Archive) -> None:
    """Brings `terms` up to date with the articles that are new or changed since it was last called. Only words that are
    not in `terms` yet are stemmed, so the cost is that of those articles."""
    with archive.writing():
        archive.db.conn.create_function("stem", 1, stem, deterministic=True)
        if archive.row("SELECT 1 FROM terms LIMIT 1"):
            texts = " || char(10) || ".join(f"coalesce({column}, '')" for column in INDEXED)
            with _counted(archive, f"SELECT {texts} FROM articles WHERE key IN (SELECT key FROM uncounted)"):
                _add(archive, "counted")
            with _counted(archive, "SELECT text FROM outdated"):
                archive.db.execute(
                    "UPDATE terms SET count = terms.count - counted.doc FROM counted WHERE form = counted.term"
                )
            archive.db.execute("DELETE FROM terms WHERE count <= 0")
        else:
            archive.db.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, articles_fts, row)")
            _add(archive, "vocabulary")
            archive.db.execute("DROP TABLE temp.vocabulary")
            archive.db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        archive.db.execute("DELETE FROM uncounted")
        archive.db.execute("DELETE FROM outdated")
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('merge', ?)", [_MERGE_PAGES])


@contextmanager
def _counted(archive: Archive, texts: str) -> Iterator[None]:
    """A temporary table `counted` (term, doc: number of texts) of the words of `texts`, a SELECT. They are tokenized as
    the index tokenizes them."""
    archive.db.execute(f"CREATE VIRTUAL TABLE temp.counting USING fts5(text, content='', tokenize=\"{TOKENIZER}\")")
    archive.db.execute(f"INSERT INTO counting (text) {texts}")
    archive.db.execute("CREATE VIRTUAL TABLE temp.counted USING fts5vocab(temp, counting, row)")
    try:
        yield
    finally:
        archive.db.execute("DROP TABLE temp.counted")
        archive.db.execute("DROP TABLE temp.counting")


def _add(archive: Archive, vocabulary: str) -> None:
    archive.db.execute(f"""
        INSERT INTO terms SELECT term, coalesce((SELECT stem FROM terms WHERE form = term), stem(term)), doc
        FROM {vocabulary} WHERE true ON CONFLICT (form) DO UPDATE SET count = count + excluded.count""")


def family_forms(archive: Archive, word: str) -> list[str]:
    """The forms of a folded word that the archive has, the commonest first, at most MAX_FAMILY_FORMS."""
    known = archive.row("SELECT stem FROM terms WHERE form = ?", [word])
    rows = archive.rows(
        "SELECT form FROM terms WHERE stem = ? ORDER BY count DESC, form LIMIT ?",
        [known["stem"] if known else stem(word), MAX_FAMILY_FORMS],
    )
    return [row["form"] for row in rows]


def known_forms(archive: Archive, words: list[str]) -> list[str]:
    """Those of the folded words that the archive has, in their order."""
    marks = ", ".join("?" for _ in words)
    known = {row["form"] for row in archive.rows(f"SELECT form FROM terms WHERE form IN ({marks})", words)}
    return [word for word in words if word in known]


def prefix_forms(archive: Archive, prefix: str) -> list[str]:
    """The words that begin with a folded prefix, the commonest first. At most MAX_PREFIX_FORMS + 1, so that the caller
    sees whether there are more."""
    rows = archive.rows(
        "SELECT form FROM terms WHERE form >= :prefix AND form < :prefix || char(0x10ffff)"
        " ORDER BY count DESC, form LIMIT :most",
        {"prefix": prefix, "most": MAX_PREFIX_FORMS + 1},
    )
    return [row["form"] for row in rows]


def posting_count(archive: Archive, words: list[str]) -> int:
    """How many postings the index has for these words together: an article that has two of them counts twice."""
    marks = ", ".join("?" for _ in words)
    row = archive.row(f"SELECT total(count) AS n FROM terms WHERE form IN ({marks})", words)
    return int(row["n"]) if row else 0


def nearest_words(archive: Archive, word: str) -> list[str]:
    """The words of the archive that are spelled most like `word`, which is folded: the nearest first, of equally near
    ones the commonest. Distances are optimal string alignment (OSA)."""
    max_distance = 1 if len(word) <= _MAX_ONE_EDIT_LETTERS else 2
    if len(word) <= max_distance + 1:
        return []  # the edits would replace nearly all of so short a word
    counts = {
        row["form"]: row["count"]
        for row in archive.rows(
            "SELECT form, count FROM terms WHERE length(form) BETWEEN ? AND ?",
            [len(word) - max_distance, len(word) + max_distance],
        )
    }
    near = process.extract(word, list(counts), scorer=OSA.distance, score_cutoff=max_distance, limit=None)
    near.sort(key=lambda found: (found[1], -counts[found[0]]))
    return [form for form, _, _ in near[:_MAX_SUGGESTIONS]]
