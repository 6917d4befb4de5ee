"""The vocabulary of an archive, in the table `terms`: each word of the full-text index, its family, and how many
articles have it. A query is widened from it, and who mistyped a word is shown the nearest ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rapidfuzz import process
from rapidfuzz.distance import OSA

from archive.search.stemmer import stem
from archive.store.database import Archive
from archive.store.migrations import INDEXED, TOKENIZER

MOST_FORMS = 60
"""A prefix stands for so many of its words, the commonest: with more, finding would take seconds."""
LARGEST_FAMILY = 200
"""Forms of a word that are looked for, the commonest: a page that writes one in thousands of alphabets is hostile."""
_SUGGESTED = 3
_SHORT = 5
"""Letters of a word that is near another one only with a single slip."""
_MERGED = 500
"""Pages of the index that are merged after each update, so that it never falls into many small parts."""


def update_terms(archive: Archive) -> None:
    """Counts the words of all articles that are new or other than when last counted. Only new words are stemmed, so it
    costs as much as those articles do."""
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
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('merge', ?)", [_MERGED])


@contextmanager
def _counted(archive: Archive, texts: str) -> Iterator[None]:
    """While it lasts, the words of `texts`, a SELECT, are in the temporary table `counted` (term, doc): taken apart by
    the tokenizer of the index itself."""
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


def family(archive: Archive, word: str) -> list[str]:
    """The forms in which the archive has a word, the commonest first, LARGEST_FAMILY at most. `word` is folded."""
    known = archive.row("SELECT stem FROM terms WHERE form = ?", [word])
    rows = archive.rows(
        "SELECT form FROM terms WHERE stem = ? ORDER BY count DESC, form LIMIT ?",
        [known["stem"] if known else stem(word), LARGEST_FAMILY],
    )
    return [row["form"] for row in rows]


def beginning(archive: Archive, prefix: str) -> list[str]:
    """The forms that begin so, the commonest first, one more than MOST_FORMS where there are more."""
    rows = archive.rows(
        "SELECT form FROM terms WHERE form >= :prefix AND form < :prefix || char(0x10ffff)"
        " ORDER BY count DESC, form LIMIT :most",
        {"prefix": prefix, "most": MOST_FORMS + 1},
    )
    return [row["form"] for row in rows]


def count_of(archive: Archive, words: list[str]) -> int:
    """How many entries some words have in the index: an article that has two of them counts twice."""
    marks = ", ".join("?" for _ in words)
    row = archive.row(f"SELECT total(count) AS n FROM terms WHERE form IN ({marks})", words)
    return int(row["n"]) if row else 0


def nearest(archive: Archive, word: str) -> list[str]:
    """The words of the archive that are written most like `word`, which is folded: the nearest first, then the
    commonest; none where none is near."""
    reach = 1 if len(word) <= _SHORT else 2
    if len(word) <= reach + 1:
        return []  # of a word so short nearly all is changed
    counts = {
        row["form"]: row["count"]
        for row in archive.rows(
            "SELECT form, count FROM terms WHERE length(form) BETWEEN ? AND ?", [len(word) - reach, len(word) + reach]
        )
    }
    near = process.extract(word, list(counts), scorer=OSA.distance, score_cutoff=reach, limit=None)
    near.sort(key=lambda found: (found[1], -counts[found[0]]))
    return [form for form, _, _ in near[:_SUGGESTED]]
