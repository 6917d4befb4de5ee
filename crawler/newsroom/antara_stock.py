"""Writes the stories of ANTARA Kaltim, so that every layout, form of credit and trap comes in its turn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from html import unescape
from random import Random

from crawler.newsroom.bylines import byline
from crawler.newsroom.composing import compose, mathematical, slug_of
from crawler.newsroom.dates import DateLines
from crawler.newsroom.story import WIB, WITA, Kind, Layout, Story
from crawler.newsroom.tales import Tale

HOST = "https://kaltim.antaranews.com"
SECTIONS = {
    "kesehatan": ("Kesehatan", "/kesehatan"),
    "pertanian": ("Ekonomi", "/ekonomi"),
    "pendidikan": ("Pendidikan", "/pendidikan"),
    "pemerintahan": ("Paser", "/paser"),
    "bencana": ("Lingkungan", "/lingkungan"),
    "usaha": ("Ekonomi", "/ekonomi"),
    "olahraga": ("Olahraga", "/olahraga"),
    "hukum": ("Politik dan Hukum", "/politik-hukum"),
    "budaya": ("Seni & Budaya", "/seni-budaya"),
    "prasarana": ("Paser", "/paser"),
}
_DATELINES = (
    ("", "no-dateline"),
    ("{} (Antaranews Kaltim) – ", "dateline-en-dash"),
    ("{}, (ANTARA News Kaltim) - ", "dateline-comma"),
    ("{} (ANTARA Kaltim) - ", "dateline-hyphen"),
    ("{} (ANTARA) - ", "dateline-hyphen"),
    ("{} (ANTARA) ", "dateline-no-dash"),
    ("{} (ANTARA News) – ", "dateline-en-dash"),
    ("{} (ANTARA)\xa0-\xa0", "dateline-nbsp"),
)
_PLACES = ("Tana Paser", "Balikpapan", "Samarinda", "Paser", "Penajam, Kaltim")
_TAILS = (
    ("", "no-tail"),
    (" (MC Kominfo Paser)", "tail-mc"),
    ("", "no-tail"),
    (" (ADV/MC Kominfo Paser)", "tail-adv-mc"),
    ("(ADV)", "tail-adv-glued"),
    (" (*)", "tail-star"),
    (" (ADV)", "tail-adv"),
    ("\n(MC Kominfo Paser)", "tail-own-paragraph"),
    ("", "no-tail"),
)
_CAPTION_TAILS = (" ANTARA/Istimewa", " (ANTARA/HO-MC Kominfo Paser)", "", ". (Antaranews Kaltim/Rusmini Hadi)")
# Trap -> (n, k): every n-th story of a layout has it, from the k-th on, counted from 0.
_EXTRAS: dict[str, tuple[int, int]] = {
    "list": (13, 1),
    "subheading": (13, 3),
    "table": (13, 5),
    "blockquote": (13, 7),
    "tweet": (13, 9),
    "baca-juga-inline": (4, 1),
    "baca-juga-bold": (4, 3),
    "ad-in-body": (3, 0),
    "figure-in-body": (9, 4),
    "telah-tayang": (12, 6),
    "nbsp": (5, 2),
    "nbsp-run": (10, 8),
}
# Layout -> traps that it never has.
_NEVER_IN: dict[str, frozenset[str]] = {
    "antara-1": frozenset({"ad-in-body", "telah-tayang", "figure-in-body", "tweet", "baca-juga-inline"}),
    "antara-2a": frozenset({"figure-in-body"}),
    "antara-2b": frozenset({"ad-in-body", "figure-in-body", "tweet"}),
    "antara-3": frozenset(),
    "antara-amp": frozenset({"ad-in-body", "figure-in-body", "tweet"}),
}


def paragraphs_for(nth: int) -> int | None:
    """The number of paragraphs of the `nth` story, None for an ordinary one."""
    return 1 if nth % 70 == 33 else 310 if nth % 1000 in (55, 165) else None


class AntaraDesk:
    """Writes one story after the other, oldest first. `now` is the time at which its pages are served."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._written = 0
        self._of_layout: Counter[str] = Counter()
        self._dates = DateLines()

    @property
    def written(self) -> int:
        return self._written

    def wants_paser_story(self, moment: datetime) -> bool:
        """Whether the next story will have the credit of MC Kominfo Paser, so that it may be a reprint from there."""
        tail = _TAILS[self._of_layout[self._layout(moment)] % len(_TAILS)][0]
        return "MC Kominfo" in tail and paragraphs_for(self._written) is None

    def write(self, rng: Random, tale: Tale, moment: datetime, number: int, twin_id: str | None = None) -> Story:
        """`tale` as a story of this site. `twin_id` is the id of the same story on the other site, for a reprint."""
        nth, layout = self._written, self._layout(moment)
        turn = self._of_layout[layout]
        self._written += 1
        self._of_layout[layout] += 1
        kind: Kind = "berita"
        if layout == "antara-3" and twin_id is None:
            kind = "foto" if turn % 16 == 5 else "video" if turn % 16 == 11 else "berita"
        title, traps = (tale.title, set()) if twin_id else _headline(tale.title, nth)
        machine = layout in ("antara-3", "antara-2a") or (layout in ("antara-1", "antara-amp") and turn % 2 == 1)
        if not machine:
            moment = moment.replace(second=0)
        date_line: str | None
        date_line, date_traps = self._dates.line(moment)
        if layout in ("antara-1", "antara-2b") and turn % 17 == 9 and (self._now - moment).days > 60:
            date_line, machine, date_traps = None, False, {"no-date"}
        extras = {name for name, (every, first) in _EXTRAS.items() if turn % every == first} - _NEVER_IN[layout]
        if twin_id:
            extras &= {"ad-in-body", "nbsp"}
            traps.add("twin")
        if kind != "berita":
            extras = set()
        lead_in, dateline_trap = _DATELINES[turn % len(_DATELINES)]
        place = _PLACES[turn % len(_PLACES)]
        tail, tail_trap = _TAILS[turn % len(_TAILS)]
        if kind != "berita":
            tail, tail_trap = _TAILS[0]
            lead_in, dateline_trap = ("ANTARA - ", "dateline-agency-only") if kind == "video" else _DATELINES[0]
        if layout == "antara-amp":
            lead_in, dateline_trap = _DATELINES[0]
        credits = byline(turn, rng)
        crumbs = [("Home", "/"), SECTIONS[tale.topic]]
        if kind != "berita":
            crumbs = [("Home", "/"), (kind.capitalize(), f"/{kind}")]
        elif turn % 2:
            crumbs.insert(1, ("Kaltim", "/kaltim"))
        blocks = compose(tale, extras, rng)
        if kind != "berita":
            blocks = blocks[:2]
            traps.add(kind)
        traps |= {name for name in extras if len(tale.paragraphs) > 1 or not name.startswith(("list", "subh", "tab"))}
        if len(tale.paragraphs) == 1:
            traps.add("one-paragraph")
        if len(tale.paragraphs) > 100:
            traps.add("long-read")
        if layout == "antara-1" and turn % 500 in (3, 9):
            traps.add("windows-1252")
        if layout == "antara-2b" and turn % 2 == 0:
            traps.add("quote-old")
        twice = layout != "antara-1" and (nth // 40 + nth) % 2 == 0
        if layout == "antara-amp" and twice:
            traps.add("amp-body-twice")
        if layout == "antara-3":
            traps.add("crawling-notice")
        has_image = turn % 9 != 8 or kind != "berita"
        caption = None
        if has_image and kind != "video" and turn % 6 != 5:
            caption = tale.caption + _CAPTION_TAILS[turn % len(_CAPTION_TAILS)]
            traps.add("caption-credit") if _CAPTION_TAILS[turn % len(_CAPTION_TAILS)] else None
        slug = slug_of(tale.title)
        year = self._now.year if layout in ("antara-2b", "antara-3", "antara-amp") else moment.year
        return Story(
            site="antara-kaltim",
            number=number,
            url=f"{HOST}/{kind}/{number}/{slug}",
            title=title,
            pewarta=credits.pewarta,
            editor=credits.editor,
            translator=credits.translator,
            published_at=moment.isoformat() if date_line else None,
            section=crumbs[-1][0],
            tags=list(tale.tags) if layout not in ("antara-1", "antara-amp") else [],
            dateline=place if "{}" in lead_in else None,
            credit="MC Kominfo Paser" if "MC Kominfo" in tail else None,
            is_advertorial="ADV" in tail,
            caption=caption,
            image_url=f"https://img.antaranews.com/cache/1200x800/{moment:%Y/%m/%d}/{slug[:40]}.jpg"
            if has_image
            else None,
            layout=layout,
            kind=kind,
            traps=frozenset(traps | date_traps | credits.traps | {dateline_trap, tail_trap}),
            twin_id=twin_id,
            instant=moment,
            modified=moment,
            slug=slug,
            crumbs=crumbs,
            lead_in=lead_in.format(place),
            blocks=blocks,
            tail=tail,
            byline=credits.printed,
            copyright=f"COPYRIGHT © ANTARA News Kalimantan Timur {year}"
            if year == moment.year and turn % 2
            else f"Copyright © ANTARA {year}",
            date_line=date_line,
            machine_date=moment.astimezone(WIB).isoformat() if machine else None,
            amp_twice=twice,
        )

    def _layout(self, moment: datetime) -> Layout:
        if self._written % 40 == 7:
            return "antara-amp"
        if moment < datetime(2018, 1, 1, tzinfo=WITA):
            return "antara-1"
        if moment < datetime(2024, 5, 1, tzinfo=WITA):
            return "antara-2a" if self._written % 5 < 2 else "antara-2b"
        return "antara-3"


def _headline(title: str, nth: int) -> tuple[str, set[str]]:
    if nth % 500 in (70, 150):
        return mathematical(title), {"math-letters"}
    if nth % 60 == 20:
        return title.upper(), {"all-caps-title"}
    if nth % 24 == 8:
        decorated = ('"{}"', "{} & sekitarnya", "Target < 14 persen, {}", "{}: 'Siap'", unescape("&ldquo;{}&rdquo;"))
        return decorated[nth // 24 % len(decorated)].format(title), {"title-markup"}
    return title, set()
