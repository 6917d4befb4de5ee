"""Tales: made-up events as title, paragraphs, caption and tags, before a site prints them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from crawler.newsroom.grammar import Teller, topics


@dataclass(frozen=True, slots=True)
class Tale:
    """One event, and the material for everything that a page may print of it."""

    topic: str
    title: str
    paragraphs: tuple[str, ...]
    caption: str
    tags: tuple[str, ...]
    subheading: str
    items: tuple[str, ...]
    aside: str  # one more sentence, for a quote or for the text after a link
    tweet: str
    table: tuple[tuple[str, ...], ...]


def tell(rng: Random, day: date, length: int | None = None) -> Tale:
    """A tale of an event at most two days before `day`, in `length` paragraphs, by default 4 to 14."""
    names = topics()
    topic = names[int(rng.random() * len(names))]
    teller = Teller(rng, topic, day - timedelta(days=int(rng.random() * 3)))
    wanted = length or 4 + int(rng.random() * 11)
    title, lead = teller.news()
    return Tale(
        topic=topic,
        title=title,
        paragraphs=(lead, *_middle(rng, teller, wanted - 1)),
        caption=teller.several("keterangan", 1)[0],
        tags=tuple(teller.tags(1 + int(rng.random() * 4))),
        subheading=teller.tell("antarjudul"),
        items=tuple(teller.several("butir", 3)),
        aside=teller.several("isi", 1)[0].replace('"', ""),
        tweet=teller.tell("cuitan"),
        table=(
            ("Kecamatan", "Peserta", "Capaian"),
            *((teller.tell("kecamatan"), teller.tell("angka"), f"{teller.tell('persen')} persen") for _ in range(3)),
        ),
    )


def _middle(rng: Random, teller: Teller, count: int) -> list[str]:
    if count < 1:
        return []
    paragraphs = teller.several("perkenalan", 1)
    while len(paragraphs) < count:
        missing = count - len(paragraphs)
        quotes = teller.several("kutipan", max(1, missing // 3))
        facts = teller.several("isi", max(1, missing - len(quotes)))
        paragraphs += [text for pair in zip(facts, quotes, strict=False) for text in pair]
        paragraphs += facts[len(quotes) :]
    if count > 2 and rng.random() < 0.5:
        paragraphs[count - 1] = teller.several("penutup", 1)[0]
    return paragraphs[:count]
