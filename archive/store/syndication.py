"""Syndication: the same story on several sites.

Articles of different sites are twins if their texts are nearly the same or one is a shortened form of the other, or if
a page says where its story was published first. Twins, and twins of twins, are one story in the table `stories`.

Candidates are found by MinHash with banding (locality-sensitive hashing) over shingles of words, and then compared
exactly. The groups depend on the articles alone, not on the order in which they come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from rensa import RMinHash

from archive.sites import original_address, site_of

if TYPE_CHECKING:
    from archive.store.database import Archive, Row

SHINGLE_WORDS = 3
"""Words of a shingle. Texts are compared by the sets of their shingles."""
MIN_SHINGLES = 20
"""Shorter texts have no twins by text: they are alike by chance."""
MIN_SHARE_OF_SHORTER = 0.6
"""The share of the shorter text's shingles that the longer text must have."""
MAX_SHARE_OF_STRANGERS = 0.1
"""Two texts are different stories if the shorter one has less than this share of its shingles in common with the other.
Chosen, not measured."""
MAX_TIME_APART = timedelta(days=30)
"""The longest time between the publications of twins: announcements that recur every year are no twins."""

_BANDS, _ROWS, _MEETINGS = 16, 2, 2
"""Bands of a sketch, MinHash values of a band, and bands that candidates must have in common. Two texts with a Jaccard
similarity s have a given band in common with the probability s**_ROWS. So texts with s = 0.5 become candidates in 94 of
100 cases, with s = 0.9 always, with s = 0.01 once in a million."""
_SEED = 1
Shingles = frozenset[tuple[str, ...]]
_WORD = re.compile(r"\w+")


def shingles(text: str) -> Shingles:
    words = _WORD.findall(text.casefold())
    return frozenset(zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False))


def are_twins(one: Shingles, other: Shingles) -> bool:
    """Whether two texts, given by their shingles, are one story, in full or shortened."""
    shorter = min(len(one), len(other))
    return shorter >= MIN_SHINGLES and len(one & other) >= MIN_SHARE_OF_SHORTER * shorter


def are_unlike(one: Shingles, other: Shingles) -> bool:
    """Whether two texts, given by their shingles, have so little in common that neither is an edit of the other."""
    return len(one & other) < MAX_SHARE_OF_STRANGERS * min(len(one), len(other))


def find_twins(archive: Archive, story: Row, bands: Sequence[int] | None = None) -> None:
    """Stores the bands and the twins of an article (a row of `articles`), and updates the groups. `bands` are those of
    its body, if they were computed already. Call it within a transaction."""
    article_id = story["id"]
    bands = bands_of(story["body"]) if bands is None else bands
    archive.db.conn.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, story["key"]) for band in bands])
    twins = _of_one_origin(archive, story) | _of_one_text(archive, story, bands)
    before = _twins(archive, article_id)
    if twins == before:
        return
    archive.db.execute("DELETE FROM twins WHERE one = :id OR other = :id", {"id": article_id})
    pairs = [tuple(sorted((article_id, twin))) for twin in twins]
    archive.db.conn.executemany("INSERT INTO twins VALUES (?, ?)", pairs)
    for member in sorted({article_id} | twins | before):
        _group(archive, member)


def remove_twins(archive: Archive, story: Row) -> None:
    """Deletes the bands and the twins of an article, and updates the groups. `story` is its row of `articles` as it was
    at the last `find_twins`. Call it within a transaction."""
    bands = bands_of(story["body"])
    archive.db.conn.executemany(
        "DELETE FROM bands WHERE band = ? AND key = ?", [(band, story["key"]) for band in bands]
    )
    before = _twins(archive, story["id"])
    archive.db.execute("DELETE FROM twins WHERE one = :id OR other = :id", {"id": story["id"]})
    for member in sorted({story["id"]} | before):
        _group(archive, member)


def regroup(archive: Archive) -> None:
    """Makes the table `stories` again from `twins`. Call it within a transaction."""
    archive.db.execute("DELETE FROM stories")
    for row in archive.rows("SELECT one AS id FROM twins UNION SELECT other FROM twins"):
        _group(archive, row["id"])


def bands_of(text: str) -> list[int]:
    """The bands of a text: 64-bit numbers of which similar texts share some (see _BANDS). None for a short text."""
    own = shingles(text)
    if len(own) < MIN_SHINGLES:
        return []
    sketch = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    sketch.update([" ".join(words) for words in own])
    digest = sketch.digest()
    return [
        (band << 58) ^ (digest[band * _ROWS] << 26) ^ digest[band * _ROWS + 1] & (1 << 58) - 1 for band in range(_BANDS)
    ]


def _of_one_text(archive: Archive, story: Row, bands: Sequence[int]) -> set[str]:
    """The ids of articles of other sites, published within MAX_TIME_APART, that are the same text or a shortened
    one."""
    reach = int(MAX_TIME_APART.total_seconds()) << 20  # a key is the time in seconds, shifted by 20 bits
    near = {"low": story["key"] - reach, "high": story["key"] + reach, "site": story["site"]}
    marks = ", ".join(map(str, bands))
    found = archive.rows(
        "SELECT id, body FROM articles WHERE site <> :site AND key IN"
        f" (SELECT key FROM bands WHERE band IN ({marks}) AND key BETWEEN :low AND :high"
        f" GROUP BY key HAVING count(*) >= {_MEETINGS})",
        near,
    )
    own = shingles(story["body"]) if found else frozenset()
    return {row["id"] for row in found if are_twins(own, shingles(row["body"]))}


def _of_one_origin(archive: Archive, story: Row) -> set[str]:
    """The ids of articles that name the same first publication, of the one named, and of those that name this one."""
    own_address = original_address(story["url"])
    found = archive.rows("SELECT id FROM articles WHERE original_url = ?", [own_address])
    if story["original_url"]:
        found += archive.rows("SELECT id FROM articles WHERE original_url = ?", [story["original_url"]])
        site = site_of(story["original_url"])
        if address := site.identify(story["original_url"]):
            found += archive.rows(
                "SELECT id FROM articles WHERE id IN (?, (SELECT article_id FROM pages WHERE url = ?))",
                [site.article_id(address), address.url],
            )
    return {row["id"] for row in found} - {story["id"]}


def _twins(archive: Archive, article_id: str) -> set[str]:
    rows = archive.rows(
        "SELECT other AS id FROM twins WHERE one = :id UNION SELECT one FROM twins WHERE other = :id",
        {"id": article_id},
    )
    return {row["id"] for row in rows}


def _group(archive: Archive, article_id: str) -> None:
    """Stores the group of an article in `stories`, under the id of the member with the lowest key. An article without
    twins is in no group."""
    members, reached = {article_id}, [article_id]
    while reached:
        new = _twins(archive, reached.pop()) - members
        members |= new
        reached += new
    marks = ", ".join("?" for _ in members)
    if len(members) == 1:
        archive.db.execute("DELETE FROM stories WHERE article_id = ?", [article_id])
        return
    first = archive.row(f"SELECT id FROM articles WHERE id IN ({marks}) ORDER BY key LIMIT 1", sorted(members))
    assert first is not None
    archive.db.conn.executemany(
        "INSERT INTO stories VALUES (?, ?) ON CONFLICT (article_id) DO UPDATE SET story_id = excluded.story_id",
        [(member, first["id"]) for member in sorted(members)],
    )
