"""Known-item search: someone remembers a story and searches for it, with words in other forms than the story has.

    python -m tests.search.known_items      # how often the story is among the first ten hits, beside plain FTS5

Each query is a headline of the newsroom with its words in forms that are nowhere in that story. The forms are written
by hand, independently of any stemmer.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.search.engine import search
from archive.search.fts import Query
from archive.search.vocabulary import update_terms
from archive.sites import SITES
from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import Story
from tests.support.shelf import shelve

QUERIES, TOP_HITS = 200, 10

_FORMS = """
    ikuti mengikuti diikuti | rendam merendam terendam | salurkan menyalurkan disalurkan penyaluran
    turun menurun penurunan | wakili mewakili diwakili perwakilan | ungkap mengungkap terungkap pengungkapan
    musnahkan memusnahkan dimusnahkan pemusnahan | kependudukan penduduk | layani melayani dilayani pelayanan layanan
    sumbang menyumbang menyumbangkan sumbangan | dipadamkan padam memadamkan pemadaman
    kebakaran terbakar membakar dibakar | tertibkan menertibkan ditertibkan penertiban
    lestarikan melestarikan dilestarikan pelestarian | dikunjungi mengunjungi kunjungan pengunjung
    diaspal aspal pengaspalan mengaspal | bangun dibangun membangun pembangunan
    bukukan membukukan dibukukan pembukuan | targetkan menargetkan ditargetkan target
    siagakan menyiagakan disiagakan kesiagaan | hadapi menghadapi dihadapi | tambah menambah penambahan ditambah
    gencarkan menggencarkan digencarkan | digelar menggelar gelaran | kembangkan mengembangkan dikembangkan pengembangan
    tata menata penataan ditata | setujui menyetujui disetujui persetujuan | perubahan diubah mengubah berubah
    pelatihan latihan dilatih melatih pelatih | menulis penulis ditulis tulisan penulisan
    luncurkan meluncurkan diluncurkan peluncuran | lantik melantik dilantik pelantikan
    bahas membahas dibahas pembahasan | peletakan meletakkan diletakkan
    bersihkan membersihkan dibersihkan pembersihan | serahkan menyerahkan diserahkan penyerahan
    sambangi menyambangi disambangi | raih meraih diraih peraih | cegah mencegah dicegah pencegahan
    dampingi mendampingi didampingi pendampingan | kesehatan sehat menyehatkan | pertanian petani tani bertani
    peremajaan meremajakan diremajakan | panen memanen dipanen pemanenan | bermuatan muatan dimuat memuat
    pelari berlari lari | ramaikan meramaikan diramaikan keramaian | berhasil hasil dihasilkan menghasilkan
    penghubung menghubungkan dihubungkan | tembus menembus ditembus | dikebut mengebut kebut
    penghargaan menghargai dihargai | usulan mengusulkan diusulkan usul | bimbingan membimbing dibimbing
"""
FAMILIES = {form: group.split() for group in re.split(r"[|\n]", _FORMS) for form in group.split()}


@dataclass(frozen=True)
class Score:
    """How many queries have their story among the first TOP_HITS hits (`found`), and as the first one (`first`)."""

    queries: int
    found: int
    first: int


def filled(data: Path) -> tuple[Archive, list[Story]]:
    """(archive, its stories): the newsroom's stories, stored without a crawl."""
    room = Newsroom(antara=1000, paser=500)
    stories = [*room.stories["antara-kaltim"], *room.stories["mc-paser"]]
    archive = Archive.open(data)
    with archive.writing():
        for story in stories:
            published = datetime.fromisoformat(story.published_at) if story.published_at else None
            names = ("title", "body", "pewarta", "editor", "section", "credit")
            fields = {name: getattr(story, name) for name in names}
            shelve(archive, story.number, site=SITES[story.site], published_at=published, **fields)
    update_terms(archive)
    return archive, stories


def queries(stories: list[Story]) -> list[tuple[str, str]]:
    """(what is typed, id of the story wanted), for QUERIES stories whose headline no other story has."""
    rng = random.Random(1)
    titles = Counter(story.title.lower() for story in stories)
    made: list[tuple[str, str]] = []
    for story in rng.sample(stories, len(stories)):
        text = set(re.findall(r"\w+", f"{story.title} {story.body}".lower()))
        words, changed = [], 0
        for word in re.findall(r"\w+", story.title.lower()):
            forms = [form for form in FAMILIES.get(word, ()) if form not in text]
            words.append(rng.choice(forms) if forms else word)
            changed += bool(forms)
        if changed and titles[story.title.lower()] == 1 and len(made) < QUERIES:
            made.append((" ".join(words), story.id))
    return made


def score(find: Callable[[str], list[str]], known: list[tuple[str, str]]) -> Score:
    ranks = [found.index(wanted) if wanted in (found := find(words)) else TOP_HITS for words, wanted in known]
    return Score(len(known), sum(rank < TOP_HITS for rank in ranks), ranks.count(0))


def warta_search(archive: Archive) -> Callable[[str], list[str]]:
    def find(words: str) -> list[str]:
        hits = search(archive, Query(words=words, limit=TOP_HITS)).hits
        return [name for hit in hits for name in (hit.id, *hit.also_on)]

    return find


def fts5_search(archive: Archive, operator: str) -> Callable[[str], list[str]]:
    """Plain FTS5 on the same index, with the words as typed: all of them (`operator` " AND ") or any (" OR ")."""

    def find(words: str) -> list[str]:
        expression = operator.join(f'"{word}"' for word in words.split())
        rows = archive.rows(
            "SELECT id FROM articles_fts JOIN articles ON key = articles_fts.rowid WHERE articles_fts MATCH ?"
            " ORDER BY rank LIMIT ?",
            [expression, TOP_HITS],
        )
        return [row["id"] for row in rows]

    return find


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive, stories = filled(Path(folder))
        known = queries(stories)
        searches = {
            "warta": warta_search(archive),
            "FTS5, all words": fts5_search(archive, " AND "),
            "FTS5, any": fts5_search(archive, " OR "),
        }
        for name, find in searches.items():
            got = score(find, known)
            print(f"{name:16} {got.found / got.queries:6.1%} in the first ten, {got.first / got.queries:6.1%} first")  # noqa: T201
        for words, wanted in known:
            if wanted not in warta_search(archive)(words):
                print(f"  not found: {words} ({wanted})")  # noqa: T201


if __name__ == "__main__":
    main()
