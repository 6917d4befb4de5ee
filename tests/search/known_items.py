"""Known items: someone remembers a story and asks for it in words of their own form.

    python -m tests.search.known_items      # how often the story is among the first ten hits, beside plain FTS5

Each query is a headline of the newsroom whose words are put in other forms: forms that stand nowhere in that story.
The forms are written here by hand, without sight of any stemmer.
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

QUERIES, FIRST = 200, 10

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
    """Of so many queries, how many have their story among the first ten hits, and as the first."""

    queries: int
    found: int
    first: int


def filled(data: Path) -> tuple[Archive, list[Story]]:
    """An archive of the newsroom's stories as they are, without crawling."""
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
    """(what is typed, the id of the story it is about), of stories whose headline is theirs alone."""
    chance = random.Random(1)
    titles = Counter(story.title.lower() for story in stories)
    made: list[tuple[str, str]] = []
    for story in chance.sample(stories, len(stories)):
        text = set(re.findall(r"\w+", f"{story.title} {story.body}".lower()))
        words, others = [], 0
        for word in re.findall(r"\w+", story.title.lower()):
            forms = [form for form in FAMILIES.get(word, ()) if form not in text]
            words.append(chance.choice(forms) if forms else word)
            others += bool(forms)
        if others and titles[story.title.lower()] == 1 and len(made) < QUERIES:
            made.append((" ".join(words), story.id))
    return made


def score(find: Callable[[str], list[str]], asked: list[tuple[str, str]]) -> Score:
    ranks = [found.index(wanted) if wanted in (found := find(words)) else FIRST for words, wanted in asked]
    return Score(len(asked), sum(rank < FIRST for rank in ranks), ranks.count(0))


def ours(archive: Archive) -> Callable[[str], list[str]]:
    def find(words: str) -> list[str]:
        hits = search(archive, Query(words=words, limit=FIRST)).hits
        return [name for hit in hits for name in (hit.id, *hit.also_on)]

    return find


def plain(archive: Archive, joint: str) -> Callable[[str], list[str]]:
    """FTS5 as it is: the same index, all words (joint " AND ") or any of them (" OR "), in the forms typed."""

    def find(words: str) -> list[str]:
        expression = joint.join(f'"{word}"' for word in words.split())
        rows = archive.rows(
            "SELECT id FROM articles_fts JOIN articles ON key = articles_fts.rowid WHERE articles_fts MATCH ?"
            " ORDER BY rank LIMIT ?",
            [expression, FIRST],
        )
        return [row["id"] for row in rows]

    return find


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive, stories = filled(Path(folder))
        asked = queries(stories)
        searches = {
            "warta": ours(archive),
            "FTS5, all words": plain(archive, " AND "),
            "FTS5, any": plain(archive, " OR "),
        }
        for name, find in searches.items():
            got = score(find, asked)
            print(f"{name:16} {got.found / got.queries:6.1%} in the first ten, {got.first / got.queries:6.1%} first")  # noqa: T201
        for words, wanted in asked:
            if wanted not in ours(archive)(words):
                print(f"  not found: {words} ({wanted})")  # noqa: T201


if __name__ == "__main__":
    main()
