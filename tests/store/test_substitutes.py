"""What reads like a story and is none, by what the archive knows of the site: beside it what is an edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from archive.extract.article import Article
from archive.extract.exchange import Reading
from archive.extract.listings import Listed
from archive.extract.page import Doubts
from archive.sites import SITES, Address
from archive.store import substitutes
from archive.store.articles import Meaning
from archive.store.database import Archive
from archive.store.frontier import Frontier
from archive.store.outcome import Outcome, settle
from archive.store.timestamps import iso_utc
from tests.support.shelf import made_up_capture

KALTIM = SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = (
    "Tana Paser (ANTARA) - Petani di desa ke-{n} memanen {n} ton padi pada musim ini.\n\n"
    "Kepala desa ke-{n} menyebut hasil itu naik dibanding musim lalu yang hanya separuhnya karena banjir."
)
OTHER = "Bacaan ini disediakan khusus bagi pelanggan, daftar sekarang dengan alamat surat elektronik untuk melanjutkan."


def url_of(n: int) -> str:
    return f"{KALTIM.origin}/berita/{n}/judul"


def article(n: int, body: str = "", title: str = "") -> Article:
    return Article(
        site=KALTIM.name,
        id=f"antara-kaltim/{n}",
        number=n,
        url=url_of(n),
        title=title or f"Panen padi di desa ke-{n}",
        body=body or TEXT.format(n=n),
        layout="antara-3",
    )


class Room:
    """An archive of a site whose listing named pages 1 to 9."""

    def __init__(self, archive: Archive, kind: Any = "article") -> None:
        self.archive = archive
        self.numbers = count()
        listed = [Listed(address=Address(kind, n, url_of(n))) for n in range(1, 10)]
        Frontier(archive, KALTIM).discover(listed, on="/terkini", at=NOW - HOUR)

    def answers(self, what: Article, *, at: float = 0, **reading: Any) -> Outcome:
        capture = made_up_capture(KALTIM.name, what.url, record=next(self.numbers), at=NOW + at * HOUR)
        said = Reading(capture=self.archive.add_capture(capture), url=what.url, article=what, **reading)
        return settle(self.archive, KALTIM, said, page_url=what.url, in_order=True)

    @property
    def stories(self) -> dict[int, tuple[str, int]]:
        """number -> (body, versions)"""
        return {row["number"]: (row["body"], row["versions"]) for row in self.archive.rows("SELECT * FROM articles")}

    def state(self, n: int) -> str:
        row = self.archive.row("SELECT state FROM pages WHERE url = ?", [url_of(n)])
        assert row is not None
        return str(row["state"])


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Archive.open(tmp_path) as archive:
        yield Room(archive)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(article(1, TEXT.format(n=1).replace("padi", "jagung")), id="a correction"),
        pytest.param(article(1, TEXT.format(n=1).partition("\n\n")[0]), id="shortened to its lead"),
        pytest.param(article(1, TEXT.format(n=1) + "\n\nRalat: hasilnya dua ton."), id="lengthened"),
        pytest.param(article(1, "Berita ini dicabut redaksi karena keliru."), id="replaced by a word of withdrawal"),
        pytest.param(article(1, title="(Ralat) Panen jagung"), id="another title"),
        pytest.param(article(1, OTHER), id="another text under its title, at this address alone"),
    ],
)
def test_an_edit_is_a_version(room: Room, edit: Article) -> None:
    room.answers(article(1))
    assert room.answers(edit, at=1).meaning is Meaning.CHANGED
    assert room.stories[1] == (edit.body, 2)


def test_another_title_and_text_are_an_edit_once_they_stayed_for_a_day(room: Room) -> None:
    room.answers(article(1))
    changed = article(1, OTHER, "Khusus pelanggan setia")
    for at in (1, 2, 8, 24):
        outcome = room.answers(changed, at=at)
        assert (outcome.meaning, outcome.is_something_else) == (Meaning.UNREAD, True)
    assert room.stories[1] == (TEXT.format(n=1), 1)
    assert room.answers(changed, at=26).meaning is Meaning.CHANGED
    assert room.stories[1] == (OTHER, 2)


def test_it_has_to_stay_the_same_text(room: Room) -> None:
    room.answers(article(1))
    for at, other in ((1, OTHER), (12, OTHER + " Segera."), (30, OTHER), (40, OTHER + " Segera.")):
        assert room.answers(article(1, other, "Khusus pelanggan"), at=at).meaning is Meaning.UNREAD
    assert room.answers(article(1), at=41).meaning is Meaning.SAME
    assert room.state(1) == "read"


def test_one_text_in_place_of_several_known_stories_is_taken_back(room: Room) -> None:
    for n in (1, 2, 3):
        room.answers(article(n))
    assert room.answers(article(1, OTHER), at=1).meaning is Meaning.CHANGED  # alone it looks like an edit
    outcome = room.answers(article(2, OTHER), at=2)
    assert (outcome.meaning, outcome.taken_back) == (Meaning.UNREAD, ((url_of(1), False),))
    assert room.answers(article(3, OTHER), at=3).taken_back == ()
    assert room.stories == {n: (TEXT.format(n=n), 1) for n in (1, 2, 3)}
    assert [room.state(n) for n in (1, 2, 3)] == ["failed"] * 3
    assert room.archive.rows("SELECT article_id, version FROM versions ORDER BY article_id") == [
        {"article_id": f"antara-kaltim/{n}", "version": 1} for n in (1, 2, 3)
    ]
    row = room.archive.row("SELECT changed_at FROM articles WHERE number = 1")
    assert row == {"changed_at": None}


def test_what_is_taken_back_is_the_last_version_alone(room: Room) -> None:
    edited = article(1, TEXT.format(n=1).replace("padi", "jagung"))
    room.answers(article(1), at=-90)
    room.answers(article(2), at=-90)
    room.answers(edited, at=-60)
    room.answers(article(1, OTHER), at=1)
    room.answers(article(2, OTHER), at=1)
    assert room.stories[1] == (edited.body, 2)
    row = room.archive.row("SELECT changed_at FROM articles WHERE number = 1")
    assert row == {"changed_at": iso_utc(NOW - 60 * HOUR)}


def test_the_story_whose_text_another_address_answers_keeps_it(room: Room) -> None:
    room.answers(article(1))
    room.answers(article(2, OTHER), at=1)
    assert room.answers(article(1, OTHER), at=2).meaning is Meaning.UNREAD
    assert room.stories == {1: (TEXT.format(n=1), 1), 2: (OTHER, 1)}
    assert room.state(2) == "read"


def test_new_stories_of_one_title_and_one_text_are_none(room: Room) -> None:
    for n in (1, 2, 3):
        assert room.answers(article(n, OTHER, "Khusus pelanggan"), at=n / 10).meaning is Meaning.NEW
    outcome = room.answers(article(4, OTHER, "Khusus pelanggan"), at=1)
    assert outcome.meaning is Meaning.UNREAD
    assert outcome.taken_back == tuple((url_of(n), True) for n in (1, 2, 3))
    assert room.answers(article(5, OTHER, "Khusus pelanggan"), at=2).meaning is Meaning.UNREAD
    assert room.stories == {}
    assert room.archive.rows("SELECT * FROM versions") == []
    assert len(room.archive.rows("SELECT * FROM captures WHERE article_id IS NULL")) == 5
    assert room.answers(article(1), at=30).meaning is Meaning.NEW


@pytest.mark.parametrize(
    ("titles", "hours"),
    [
        pytest.param([f"Bacaan ke-{n}" for n in range(1, 7)], 0.1, id="each has its own title"),
        pytest.param(["Bacaan"] * 6, 30, id="day after day"),
        pytest.param(["Bacaan"] * 3, 0.1, id="three of them"),
    ],
)
def test_new_stories_that_repeat_a_text_may_be_stories(room: Room, titles: list[str], hours: float) -> None:
    for n, title in enumerate(titles, 1):
        assert room.answers(article(n, OTHER, title), at=n * hours).meaning is Meaning.NEW


def test_captions_of_pictures_may_be_alike(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        photos = Room(archive, "photo")
        for n in range(1, 7):
            assert photos.answers(replace(article(n, OTHER, "Foto pilihan"))).meaning is Meaning.NEW


NO_NAME, NO_END = Doubts(no_name=True), Doubts(no_end=True)


@pytest.fixture
def marked(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A room in which the pages of the stories before number 6 have all marks, and the later ones none."""
    monkeypatch.setattr(substitutes, "_look_at", lambda archive, site, rows, is_so: [row["number"] < 6 for row in rows])
    return room


@pytest.mark.parametrize("doubts", [NO_NAME, NO_END])
def test_a_site_may_lose_its_marks_in_a_redesign(marked: Room, doubts: Doubts) -> None:
    marked.answers(article(1))
    for at in (1, 7):
        for n in (6, 7, 8, 9):
            assert marked.answers(article(n), at=at, doubts=doubts).meaning is Meaning.UNREAD
    for n in (6, 7, 8, 9):
        assert marked.answers(article(n), at=26, doubts=doubts).meaning is Meaning.NEW


@pytest.mark.parametrize("doubts", [NO_NAME, NO_END])
def test_one_text_without_marks_is_no_redesign(marked: Room, doubts: Doubts) -> None:
    marked.answers(article(1))
    for at in (1, 7, 26, 52):
        for n in (6, 7, 8, 9):
            assert marked.answers(article(n, OTHER, f"Judul {n}"), at=at, doubts=doubts).meaning is Meaning.UNREAD


def test_half_a_page_of_a_known_story_is_no_redesign(marked: Room) -> None:
    for n in (1, 2, 3, 4, 5):
        marked.answers(article(n))
    for at in (1, 7, 26, 52):
        for n in (1, 2, 3, 4, 5):
            half = article(n, TEXT.format(n=n)[:-50])
            assert marked.answers(half, at=at, doubts=NO_END).meaning is Meaning.UNREAD


def test_a_page_with_the_text_of_the_known_story_needs_no_other_mark(marked: Room) -> None:
    marked.answers(article(1))
    edited = article(1, TEXT.format(n=1).replace("padi", "jagung"))
    assert marked.answers(edited, at=1, doubts=NO_NAME).meaning is Meaning.CHANGED
    assert marked.answers(article(1, OTHER), at=2, doubts=NO_NAME).meaning is Meaning.UNREAD


def test_two_stories_may_be_withdrawn_with_the_same_words(room: Room) -> None:
    words = "Berita ini telah dihapus atas permintaan narasumber sesuai dengan pedoman pemberitaan media siber."
    for n in (1, 2, 3, 4, 5):
        room.answers(article(n))
    for at in (1, 7):
        for n in (1, 2):
            room.answers(article(n, words), at=at)
    assert [room.stories[n] for n in (1, 2)] == [(TEXT.format(n=n), 1) for n in (1, 2)]
    for n in (1, 2):
        assert room.answers(article(n, words), at=32).meaning is Meaning.CHANGED
    assert [room.stories[n] for n in (1, 2)] == [(words, 2)] * 2


def test_a_wall_that_stays_in_place_of_many_stories_is_no_edit(room: Room) -> None:
    for n in range(1, 7):
        room.answers(article(n))
    for at in (1, 7, 32, 100):
        for n in range(1, 7):
            room.answers(article(n, OTHER), at=at)
    assert room.stories == {n: (TEXT.format(n=n), 1) for n in range(1, 7)}


def test_the_forecast_of_each_day_may_have_one_title_and_one_text(room: Room) -> None:
    for n in range(1, 7):
        daily = replace(article(n, OTHER, "Prakiraan cuaca"), published_at=NOW - n * 24 * HOUR - HOUR)
        assert room.answers(daily, at=n / 10).meaning is Meaning.NEW


@pytest.mark.parametrize("hours", [0, 48])
def test_a_time_that_tells_no_stories_apart_does_not_count(room: Room, hours: int) -> None:
    """The time at which the page was made, or the same one on every page."""
    for n in range(1, 7):
        made = NOW - hours * HOUR if hours else NOW + n * HOUR / 10
        room.answers(replace(article(n, OTHER, "Khusus pelanggan"), published_at=made), at=n / 10)
    assert room.stories == {}
