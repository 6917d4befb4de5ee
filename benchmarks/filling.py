"""Fills an archive with made-up articles, to measure search in a large one:

    python -m benchmarks.filling DATA [ARTICLES]      (default: 1,000,000)

The words are Indonesian roots with real affixes. Their frequencies follow Zipf's law: a few words are in nearly all
articles, some in 40 of 100, and most in hardly any. The same number of articles gives the same articles.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from archive.search.vocabulary import update_terms
from archive.store.database import Archive

MEAN_ARTICLE_WORDS = 300
_COMMON = (
    "yang di dan ini itu untuk dengan pada dari dalam tidak akan juga kata ke oleh para telah karena ada ia bisa"
    " lebih saat sudah warga harus kami agar tersebut serta hari tahun orang secara atau dapat masyarakat daerah"
    " kabupaten paser kalimantan timur kepala pemerintah bupati desa kecamatan kegiatan antara senin selasa rabu kamis"
).split()
_SECTIONS = "Kesehatan Ekonomi Pendidikan Hukum Olahraga Politik Kesra Umum Lingkungan Daerah Artikel Seputar".split()
_CREDITS = (None,) * 16 + ("MC Kominfo Paser", "Humas Pemkab Kutai", "Diskominfo Kaltim", "Prokopim PPU")
_SITES = ("antara-kaltim",) * 7 + ("mc-paser",) * 3
_ZONE = ZoneInfo("Asia/Makassar")
_FIRST = datetime(2008, 1, 1, tzinfo=_ZONE)
_SPAN_SECONDS = int(timedelta(days=365 * 18.8).total_seconds())
_TWIN_INTERVAL_ARTICLES = 10
"""Every tenth article and the next one are the same story, if they are of different sites."""
_BATCH_ARTICLES = 10_000


def nasal(prefix: str, root: str) -> str:
    """A root with the prefix meN- or peN-, whose nasal depends on the root: menulis, memakai, mengirim, menyapu."""
    first = root[0]
    if first in "kpts" and root[1:2] not in ("", "r", "l"):
        return prefix + {"k": "ng", "p": "m", "t": "n", "s": "ny"}[first] + root[1:]
    if first in "lmnrwy":
        return prefix + root
    return prefix + {"b": "m", "f": "m", "v": "m", "p": "m", "c": "n", "d": "n", "j": "n", "z": "n", "t": "n"}.get(
        first, "ng"
    ) + root  # fmt: skip


def family(root: str) -> list[str]:
    """The forms of a root, in the order of their frequency."""
    me, pe = nasal("me", root), nasal("pe", root)
    forms = [root, me + "kan", "di" + root, me, pe + "an", root + "an", "ber" + root, "di" + root + "kan", "ter" + root]
    forms += [root + "nya", "ke" + root + "an", pe, me + "i", "di" + root + "i", pe + "annya", root + "kan"]
    forms += [root + "annya", "ke" + root + "annya", "per" + root + "an", "se" + root, root + "i", "memper" + root]
    return forms


def vocabulary() -> tuple[list[str], list[float]]:
    """(words, cumulative frequencies), as random.choices takes them."""
    roots = (files("Sastrawi.Stemmer") / "data" / "kata-dasar.txt").read_text().split()
    roots = [root for root in roots if root.isalpha() and len(root) > 3]
    random.Random(1).shuffle(roots)
    weights = dict.fromkeys(_COMMON, 0.0)
    for rank, word in enumerate(_COMMON):
        weights[word] = 1 / (rank + 2)
    for rank, root in enumerate(roots):
        forms = family(root)[: max(1, 24 - rank // 500)]
        for place, form in enumerate(forms):
            weights[form] = weights.get(form, 0) + 0.5 / (rank + len(_COMMON)) / (place + 1)
    return list(weights), list(accumulate(weights.values()))


def people(rng: random.Random) -> list[str]:
    first = (
        "Ahmad Budi Citra Dewi Eko Fajar Gita Hadi Indra Joko Kartika Lestari Mulyono Nur Oki Putri Rahmat Sari".split()
    )
    last = "Wartono Hakim Saad Rusdi Siregar Nugroho Pratama Wijaya Santoso Halim Maulana Kusuma Saputra Utami".split()
    return [f"{one} {other}" for one in first for other in last if rng.random() < 0.9]


def articles(count: int) -> Iterator[tuple[object, ...]]:
    """Rows of the table `articles`, in the order of `COLUMNS`."""
    rng = random.Random(count)
    words, weights = vocabulary()
    names = people(rng)
    shares = list(accumulate(1 / (rank + 1) for rank in range(len(names))))
    for number in range(1, count + 1):
        length = rng.randint(MEAN_ARTICLE_WORDS // 2, MEAN_ARTICLE_WORDS * 3 // 2)
        text = rng.choices(words, cum_weights=weights, k=length + 8)
        title, body, start = " ".join(text[:8]).capitalize(), [], 8
        while start < len(text):
            end = start + rng.randint(20, 45)
            body.append(" ".join(text[start:end]).capitalize() + ".")
            start = end
        site = rng.choice(_SITES)
        published = _FIRST + timedelta(seconds=_SPAN_SECONDS * number // count)
        key = int(published.timestamp()) << 20 | crc32(f"{site}/{number}".encode()) & 0xFFFFF
        yield (
            key, f"{site}/{number}", site, number, f"https://{site}.example/berita/{number}/x", title,
            rng.choices(names, cum_weights=shares)[0], rng.choices(names, cum_weights=shares)[0],
            published.isoformat(), published.date().isoformat(), rng.choice(_SECTIONS),
            json.dumps(text[:3]), "Tana Paser", rng.choice(_CREDITS), int(rng.random() < 0.05),
            "\n\n".join(body), length, "made-up", published.isoformat(), number, f"{number:040x}",
        )  # fmt: skip


COLUMNS = (
    "key, id, site, number, url, title, pewarta, editor, published_at, published_date, section, tags, dateline, credit,"
    " is_advertorial, body, word_count, layout, first_seen_at, capture_id, fingerprint"
)


def fill(data: Path, count: int) -> None:
    with Archive.open(data) as archive:
        marks = ", ".join("?" for _ in COLUMNS.split(","))
        batch: list[tuple[Any, ...]] = []

        def write_batch() -> None:
            with archive.writing():
                archive.db.conn.executemany(
                    "INSERT INTO captures (id, site, url, article_id, fetched_at, status, content_type, record_type,"
                    " payload_digest, warc, offset, length, record_id)"
                    " VALUES (?, ?, ?, ?, ?, 200, 'text/html', 'response', 'sha1:' || ?, ?, 0, 9000, ?)",
                    [
                        (r[19], r[2], r[4], r[1], r[8], r[20], f"{r[2]}/2026/made-up.warc.gz", f"<urn:uuid:{r[20]}>")
                        for r in batch
                    ],
                )
                archive.db.conn.executemany(f"INSERT INTO articles ({COLUMNS}) VALUES ({marks})", batch)
                archive.db.conn.executemany(
                    "INSERT INTO versions VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?)",
                    [(r[1], r[8], r[19], r[5], r[6], r[7], r[15], r[20]) for r in batch],
                )
                archive.db.conn.executemany(
                    "INSERT INTO stories VALUES (?, ?)",
                    [
                        (r[1], one[1])
                        for one, other in pairwise(batch)
                        if one[3] % _TWIN_INTERVAL_ARTICLES == 0 and one[2] != other[2]
                        for r in (one, other)
                    ],
                )
            batch.clear()

        for row in articles(count):
            batch.append(row)
            if len(batch) == _BATCH_ARTICLES:
                write_batch()
        write_batch()
        archive.db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        archive.db.conn.commit()
        update_terms(archive)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
