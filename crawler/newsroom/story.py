"""A story of the newsroom: what a perfect reader would take from its page, and how the page prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

WITA = timezone(timedelta(hours=8), "WITA")
WIB = timezone(timedelta(hours=7), "WIB")

SiteName = Literal["antara-kaltim", "mc-paser"]
Layout = Literal["antara-1", "antara-2a", "antara-2b", "antara-3", "antara-amp", "wordpress"]
Kind = Literal["berita", "foto", "video"]
BlockKind = Literal[
    # parts of the story
    "text",
    "subheading",
    "list",
    "table",
    "quote",
    "tweet",
    # printed between them, but not of the story
    "baca-juga",
    "ad",
    "figure",
    "telah-tayang",
]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the printed body. `rows` are the items of a list (one in each row) or the cells of a table.

    A `text` block with rows is a paragraph with a link to another story in it: `rows[0][0]` is the text after the link.
    """

    kind: BlockKind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    def paragraphs(self) -> list[str]:
        """The paragraphs that a reader should take from the block."""
        match self.kind:
            case "text" if self.rows:
                return [squeezed(f"{self.text} {self.rows[0][0]}")]
            case "text" | "subheading" | "quote":
                return [squeezed(self.text)]
            case "tweet":
                return [squeezed(self.text), *(squeezed(" ".join(row)) for row in self.rows)]
            case "list":
                return [f"- {squeezed(item)}" for (item,) in self.rows]
            case "table":
                return [" | ".join(row) for row in self.rows]
        return []


def squeezed(text: str) -> str:
    """The text with each run of white space, no-break spaces too, as one space, and none at its ends."""
    return re.sub(r"\s+", " ", text).strip()


@dataclass(slots=True)
class Story:
    """The fields that a reader should take from the story's page, then how the page prints the story.

    Times are ISO 8601 text with +08:00, the offset of both sites. Names are joined by ", ". `published_at` is None
    where neither the page nor a feed gives it; its seconds are zero where the page has no machine-readable time.
    `traps` names what is odd about the page.
    """

    site: SiteName
    number: int
    url: str
    title: str
    pewarta: str | None
    editor: str | None
    translator: str | None
    published_at: str | None
    section: str
    tags: list[str]
    dateline: str | None
    credit: str | None
    is_advertorial: bool
    caption: str | None
    image_url: str | None
    layout: Layout
    kind: Kind
    traps: frozenset[str]
    twin_id: str | None  # the same story on the other site

    # How it is printed
    instant: datetime  # when it was published, even where the page does not say so
    modified: datetime
    slug: str
    crumbs: list[tuple[str, str]]  # (name, path); the last one is the section
    lead_in: str  # dateline as printed before the first paragraph
    blocks: tuple[Block, ...]
    tail: str  # printed after the last paragraph, glued or with its own white space
    byline: str  # with \n between lines
    copyright: str
    date_line: str | None
    machine_date: str | None  # the same instant as ISO 8601 text, for a meta element or JSON-LD
    amp_twice: bool = False  # the AMP page prints the body twice
    withdrawn: bool = False

    @property
    def id(self) -> str:
        return f"{self.site}/{self.number}"

    @property
    def body(self) -> str:
        """Paragraphs with an empty line between them; with the dateline as printed, without credits, captions, ads and
        links to other stories."""
        paragraphs = [paragraph for block in self.blocks for paragraph in block.paragraphs()]
        if paragraphs:
            paragraphs[0] = squeezed(self.lead_in + paragraphs[0])
        return "\n\n".join(paragraphs)

    @property
    def teaser(self) -> str:
        """The first fifteen words, as feeds and cards print them."""
        first = next((block.text for block in self.blocks if block.kind == "text"), self.title)
        return " ".join(squeezed(first).split()[:15]) + " ..."

    def as_amp(self) -> Story:
        """The story as a reader should take it from its AMP page, which has no dateline and no tags."""
        traps = self.traps | ({"amp-body-twice"} if self.amp_twice else set())
        return replace(self, layout="antara-amp", lead_in="", dateline=None, tags=[], traps=traps)
