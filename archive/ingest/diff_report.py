"""Compares a rebuilt database with the old one, field by field, with examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from archive.store.database import Archive, Row
from archive.store.syndication import find_twins, remove_twins
from archive.store.versions import compare

FIELDS: tuple[str, ...] = (
    "title",
    "pewarta",
    "editor",
    "translator",
    "published_at",
    "modified_at",
    "section",
    "tags",
    "dateline",
    "credit",
)
FIELDS += ("is_advertorial", "body", "caption", "image_url", "original_url", "url", "layout", "gone_at", "versions")
EXAMPLES_PER_FIELD = 3
_MAX_EXAMPLE_CHARS = 240
_STORY_COLUMNS = (
    *FIELDS,
    "site",
    "number",
    "published_date",
    "word_count",
    "first_seen_at",
    "changed_at",
    "fingerprint",
    "key",
)
_VERSION_COLUMNS = "article_id, version, seen_at, title, pewarta, editor, translator, body, fingerprint"


@dataclass
class Comparison:
    """The differences of two databases: `new` counts stories that are only in the new one, `changed` those that differ.
    `fields` is field -> number of stories that differ in it, `examples` field -> the first of these as (id, old value,
    new value)."""

    new: int = 0
    changed: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """The comparison as lines for people."""
        if self.new:
            yield f"{self.new:,} stories are new."
        if not self.fields:
            yield "No story reads otherwise than before."
            return
        yield f"{self.changed:,} stories read otherwise than before:"
        for name, count in self.fields.items():
            yield f"  {name}: {count:,}"
            for id, old, new in self.examples[name]:
                yield f"    {id}: {old} -> {new}" if new else f"    {id}: {old}"


def compared(archive: Archive) -> Comparison:
    """Compares a rebuilt database with the old one, which is attached to it as `old`."""
    result = Comparison()
    both = "FROM articles AS n JOIN old.articles AS o USING (id)"
    counts = archive.row(f"SELECT {', '.join(f'sum(n.{name} IS NOT o.{name}) AS {name}' for name in FIELDS)} {both}")
    for name, count in (counts or {}).items():
        if not count:
            continue
        differs = f"n.{name} IS NOT o.{name}"
        rows = archive.rows(
            f"SELECT id, o.{name} AS was, n.{name} AS now {both} WHERE {differs} ORDER BY id LIMIT {EXAMPLES_PER_FIELD}"
        )
        result.fields[name] = count
        result.examples[name] = [_example(name, row) for row in rows]
    if result.fields:
        differs = " OR ".join(f"n.{name} IS NOT o.{name}" for name in FIELDS)
        result.changed = _count(archive, f"SELECT count(*) AS c {both} WHERE {differs}")
    result.new = _count(archive, "SELECT count(*) AS c FROM articles WHERE id NOT IN (SELECT id FROM old.articles)")
    return result


def write_changed(archive: Archive) -> None:
    """Copies the stories that differ from the rebuilt database, which is attached as `rebuilt`, into `archive`."""
    differs = " OR ".join(f"n.{name} IS NOT o.{name}" for name in _STORY_COLUMNS)
    with archive.writing():
        archive.db.execute(f"""
            CREATE TEMP TABLE changed AS
            SELECT n.id FROM rebuilt.articles AS n LEFT JOIN main.articles AS o USING (id)
            WHERE o.id IS NULL OR {differs}
            UNION SELECT article_id FROM (SELECT {_VERSION_COLUMNS} FROM rebuilt.versions
                                          EXCEPT SELECT {_VERSION_COLUMNS} FROM main.versions)""")
        names = ", ".join(n for n in archive.columns("captures") if n not in ("id", "run_id"))
        archive.db.execute(f"""
            INSERT INTO captures ({names}) SELECT {names} FROM rebuilt.captures
            WHERE record_id NOT IN (SELECT record_id FROM main.captures)""")
        for story in archive.rows("SELECT * FROM main.articles JOIN temp.changed USING (id)"):
            remove_twins(archive, story)
        for table, key in (("versions", "article_id"), ("articles", "id")):
            archive.db.execute(f"DELETE FROM main.{table} WHERE {key} IN (SELECT id FROM temp.changed)")
        for table, key in (("articles", "id"), ("versions", "article_id")):
            names = ", ".join(n for n in archive.columns(table) if n != "capture_id")
            archive.db.execute(f"""
                INSERT INTO {table} ({names}, capture_id)
                SELECT {names}, (SELECT m.id FROM main.captures AS m JOIN rebuilt.captures AS c USING (record_id)
                                 WHERE c.id = n.capture_id)
                FROM rebuilt.{table} AS n WHERE {key} IN (SELECT id FROM temp.changed)""")
        archive.db.execute("""
            UPDATE captures SET article_id = n.article_id FROM rebuilt.captures AS n
            WHERE n.record_id = captures.record_id AND n.article_id IS NOT captures.article_id""")
        for story in archive.rows("SELECT * FROM main.articles JOIN temp.changed USING (id)"):
            find_twins(archive, story)
        archive.db.execute("DROP TABLE temp.changed")


def _count(archive: Archive, sql: str) -> int:
    row = archive.row(sql)
    return int(row["c"]) if row else 0


def _example(name: str, row: Row) -> tuple[str, str, str]:
    """(id, old value, new value); for texts (id, the words around the first difference, "")."""
    if name in ("body", "title") and row["was"] and row["now"]:
        paragraphs = compare(row["was"], row["now"])
        marks = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}
        words = [
            marks[piece.kind][0] + piece.text + marks[piece.kind][1] if piece.kind != "=" else _shortened(piece.text)
            for piece in next(iter(paragraphs), [])
        ]
        return row["id"], " ".join(words)[:_MAX_EXAMPLE_CHARS] or "only its paragraphs are parted otherwise", ""
    was, now = (str(row[key]) if row[key] not in (None, "") else "nothing" for key in ("was", "now"))
    return row["id"], was[:_MAX_EXAMPLE_CHARS], now[:_MAX_EXAMPLE_CHARS]


def _shortened(text: str) -> str:
    words = text.split()
    return text if len(words) <= 8 else " ".join([*islice(words, 3), "...", *words[-4:]])
