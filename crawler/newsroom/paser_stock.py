"""Writes the posts of MC Kominfo Paser, so that every form of dateline, byline and trap comes in its turn."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from crawler.newsroom.bylines import byline
from crawler.newsroom.composing import compose, curly, mathematical, slug_of
from crawler.newsroom.story import WITA, Block, Story
from crawler.newsroom.tales import Tale

HOST = "https://mediacenter.paserkab.go.id"
CATEGORIES = {  # topic: (name, slug, WordPress term id)
    "kesehatan": ("Kesehatan", "kesehatan", 11),
    "pertanian": ("Pertanian & Perkebunan", "pertanian-perkebunan", 12),
    "pendidikan": ("Pendidikan", "pendidikan", 13),
    "pemerintahan": ("Pemerintahan", "pemerintahan", 14),
    "bencana": ("Lingkungan Hidup", "lingkungan-hidup", 15),
    "usaha": ("Ekonomi", "ekonomi", 16),
    "olahraga": ("Olahraga", "olahraga", 17),
    "hukum": ("Hukum", "hukum", 18),
    "budaya": ("Pariwisata", "pariwisata", 19),
    "prasarana": ("Pembangunan", "pembangunan", 20),
}
_EARLY = (
    ("TANA PASER, MCKabPaser – ", "TANA PASER", "dateline-mckabpaser"),
    ("SAMARINDA,MCKabPaser – ", "SAMARINDA", "dateline-mckabpaser-glued"),
    ("", None, "no-dateline"),
)
_LATE = (
    ("Tana Paser – ", "Tana Paser", "dateline-bare"),
    ("Tana Paser - ", "Tana Paser", "dateline-bare"),
    ("TANA PASER, MCKabPaser – ", "TANA PASER", "dateline-mckabpaser"),
    ("", None, "no-dateline"),
)
# Trap -> (n, k): every n-th post has it, from the k-th on, counted from 0.
_EXTRAS: dict[str, tuple[int, int]] = {
    "list": (11, 1),
    "subheading": (11, 3),
    "table": (11, 5),
    "blockquote": (11, 7),
    "figure-in-body": (11, 9),
    "nbsp": (7, 2),
}


class PaserDesk:
    """Writes one post after the other, oldest first."""

    def __init__(self) -> None:
        self.written = 0

    def write(self, rng: Random, tale: Tale, moment: datetime, number: int) -> Story:
        turn = self.written
        self.written += 1
        forms = _EARLY if moment < datetime(2023, 1, 1, tzinfo=WITA) else _LATE
        lead_in, place, dateline_trap = forms[turn % len(forms)]
        extras = {name for name, (every, first) in _EXTRAS.items() if turn % every == first}
        has_image = turn % 7 != 6
        caption = f"{tale.caption} (Foto: MC Kominfo Paser)" if has_image and turn % 3 else None
        if caption is None:
            extras.discard("figure-in-body")  # else its caption would be the only one of the page
        # Most bylines of this site are on one line, so every second one is. The other forms take turns in between.
        credits = byline(2 if turn % 2 else turn // 2, rng)
        title, traps = tale.title, extras | credits.traps | {dateline_trap, "comment-form", "related-teasers"}
        if turn % 500 in (31, 83):
            title = mathematical(title)
            traps.add("math-letters")
        elif turn % 40 == 12:
            title = title.upper()
            traps.add("all-caps-title")
        elif turn % 24 == 8:
            title = f'{title} & "Sekitarnya"'
            traps.add("title-markup")
        machine = moment.astimezone(UTC if turn % 2 else WITA).isoformat()
        if turn % 5 == 3:
            traps.add("no-date-on-page")
        elif turn % 2:
            traps.add("utc-date")
        if len(tale.paragraphs) == 1:
            traps.add("one-paragraph")
        name, category, _ = CATEGORIES[tale.topic]
        slug = slug_of(tale.title)
        if caption:
            traps.add("caption-credit")
        tail, tail_trap = (" (*)", "tail-star") if turn % 9 == 4 else ("", "no-tail")
        return Story(
            site="mc-paser",
            number=number,
            url=f"{HOST}/berita/{category}/{slug}-{number}/",
            title=curly(title),
            pewarta=credits.pewarta,
            editor=credits.editor,
            translator=credits.translator,
            published_at=moment.isoformat(),
            section=name,
            tags=list(tale.tags) if turn % 2 else [],
            dateline=place,
            credit=None,
            is_advertorial=False,
            caption=caption,
            image_url=f"{HOST}/wp-content/uploads/{moment:%Y/%m}/{slug[:40]}.jpg" if has_image else None,
            layout="wordpress",
            kind="berita",
            traps=frozenset(traps | {tail_trap}),
            twin_id=None,
            instant=moment,
            modified=moment,
            slug=f"{slug}-{number}",
            crumbs=[("Beranda", "/"), ("Berita", "/berita/"), (name, f"/category/berita/{category}/")],
            lead_in=lead_in,
            blocks=tuple(_typographic(block) for block in compose(tale, extras, rng)),
            tail=tail,
            byline=credits.printed,
            copyright="",
            date_line=None,
            machine_date=None if turn % 5 == 3 else machine,
        )


def _typographic(block: Block) -> Block:
    return Block(block.kind, curly(block.text), tuple(tuple(map(curly, row)) for row in block.rows))


def category_of(story: Story) -> tuple[str, str, int]:
    """(name, slug, term id) of the category that a post is in now."""
    return next(known for known in CATEGORIES.values() if known[0] == story.section)
