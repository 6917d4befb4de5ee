"""What an exchange means for its page: each row of the table in archive/store/outcome.py, in order and out of order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from archive.extract.article import GENERIC, Article
from archive.extract.exchange import Reading
from archive.extract.listings import Listed
from archive.sites import SITES, Address, named
from archive.store.articles import Meaning
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier
from archive.store.outcome import Failure, Outcome, settle, settle_failure
from archive.store.pages import PageState, page_at
from archive.store.timestamps import iso_utc
from tests.support.shelf import made_up_capture

KALTIM = SITES["antara-kaltim"]
URL = f"{KALTIM.origin}/berita/101/judul"
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
STORY = Article(
    site=KALTIM.name,
    id="antara-kaltim/101",
    number=101,
    url=URL,
    title="Bupati membuka pasar",
    body="Tana Paser (ANTARA) - Bupati membuka pasar.",
    layout="antara-3",
    published_at=NOW - timedelta(days=1),
)
EDITED = replace(STORY, body="Tana Paser (ANTARA) - Bupati dan wakil membuka pasar.")


class Room:
    """An archive in which one page was listed before NOW. Exchanges are at so many hours after NOW."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.numbers = count()
        listed = Listed(address=Address("article", 101, URL))
        Frontier(archive, KALTIM).discover([listed], on="/terkini", at=NOW - HOUR)

    def exchange(
        self, status: int, article: Article | None = None, *, at: float = 0, reason: str | None = None
    ) -> Reading:
        capture = made_up_capture(
            KALTIM.name,
            URL,
            record=next(self.numbers),
            at=NOW + at * HOUR,
            status=status,
            record_type="revisit" if status == 304 else "response",
            warc="nowhere.warc.gz",
        )
        return Reading(capture=self.archive.add_capture(capture), url=URL, article=article, reason=reason)

    def settle(
        self,
        status: int,
        article: Article | None = None,
        *,
        at: float = 0,
        reason: str | None = None,
        in_order: bool = False,
    ) -> Outcome:
        reading = self.exchange(status, article, at=at, reason=reason)
        return settle(self.archive, KALTIM, reading, page_url=URL, in_order=in_order)

    @property
    def story(self) -> Row:
        row = self.archive.row("SELECT * FROM articles")
        assert row is not None
        return row

    @property
    def texts(self) -> list[str]:
        return [row["body"] for row in self.archive.rows("SELECT body FROM versions ORDER BY version")]

    @property
    def state(self) -> PageState:
        page = page_at(self.archive, URL)
        assert page is not None
        return page.state

    def everything(self) -> dict[str, list[Row]]:
        return {table: self.archive.rows(f"SELECT * FROM {table}") for table in ("articles", "versions", "pages")}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Archive.open(tmp_path) as archive:
        yield Room(archive)


# In order


def test_200_with_a_story_is_read_and_new(room: Room) -> None:
    outcome = room.settle(200, STORY)
    assert (outcome.meaning, outcome.article_id, outcome.article) == (Meaning.NEW, STORY.id, STORY)
    assert (room.state, room.texts, room.story["first_seen_at"]) == (PageState.READ, [STORY.body], iso_utc(NOW))


@pytest.mark.parametrize(
    ("then", "meaning", "texts"),
    [
        pytest.param(STORY, Meaning.SAME, [STORY.body], id="as it was"),
        pytest.param(replace(STORY, title="BUPATI, membuka – pasar!"), Meaning.SAME, [STORY.body], id="typography"),
        pytest.param(replace(STORY, section="Ekonomi"), Meaning.SAME, [STORY.body], id="page chrome"),
        pytest.param(replace(STORY, url=f"{URL}-baru"), Meaning.MOVED, [STORY.body], id="moved"),
        pytest.param(EDITED, Meaning.CHANGED, [STORY.body, EDITED.body], id="edited"),
    ],
)
def test_200_with_the_story_again_is_what_changed_in_it(
    room: Room, then: Article, meaning: Meaning, texts: list[str]
) -> None:
    room.settle(200, STORY)
    outcome = room.settle(200, then, at=1)
    assert (outcome.meaning, outcome.article_id) == (meaning, STORY.id)
    assert (room.state, room.texts) == (PageState.READ, texts)
    assert (room.story["url"], room.story["section"]) == (then.url, then.section)
    assert room.story["changed_at"] == (iso_utc(NOW + HOUR) if meaning is Meaning.CHANGED else None)


def test_an_edit_whose_earlier_record_is_lost_says_so_and_keeps_the_earlier_text(room: Room) -> None:
    room.settle(200, STORY)
    outcome = room.settle(200, EDITED, at=1)
    assert outcome.damage is not None
    assert "nowhere.warc.gz is missing" in outcome.damage
    assert room.texts == [STORY.body, EDITED.body]


@pytest.mark.parametrize("known", [True, False])
def test_200_without_a_story_fails_the_page_and_no_text(room: Room, known: bool) -> None:
    if known:
        room.settle(200, STORY)
    outcome = room.settle(200, at=1, reason="the page has no title")
    assert (outcome.meaning, outcome.reason) == (Meaning.UNREAD, "the page has no title")
    page = page_at(room.archive, URL)
    assert page is not None
    assert (page.state, page.reason, page.failures) == (PageState.FAILED, "the page has no title", 1)
    assert room.texts == ([STORY.body] if known else [])


def test_a_story_that_lost_its_layout_is_a_guess_and_no_edit(room: Room) -> None:
    room.settle(200, STORY)
    before = room.story
    outcome = room.settle(200, replace(EDITED, layout=GENERIC), at=1)
    assert outcome.meaning is Meaning.UNREAD
    assert "no known layout any more" in (outcome.reason or "")
    assert (room.state, room.texts, room.story) == (PageState.FAILED, [STORY.body], before)


def test_304_says_that_the_story_is_as_it_was(room: Room) -> None:
    room.settle(200, STORY)
    before = room.story
    outcome = room.settle(304, at=1)
    assert (outcome.meaning, outcome.article_id) == (Meaning.UNCHANGED, STORY.id)
    page = page_at(room.archive, URL)
    assert page is not None
    assert (page.state, page.checked_at, room.story) == (PageState.READ, iso_utc(NOW + HOUR), before)


@pytest.mark.parametrize("status", [304, 500])
def test_without_a_story_an_answer_without_a_text_says_nothing(room: Room, status: int) -> None:
    before = room.everything()
    assert room.settle(status).meaning is Meaning.NOTHING
    assert room.everything() == before


@pytest.mark.parametrize(
    ("answers", "meanings", "gone_at"),
    [
        pytest.param([(404, 1)], [Meaning.MISSING], None, id="missing at first"),
        pytest.param([(404, 1), (404, 20)], [Meaning.MISSING, Meaning.MISSING], None, id="for some hours"),
        pytest.param([(404, 1), (404, 26)], [Meaning.MISSING, Meaning.GONE], 1, id="still a day later"),
        pytest.param([(410, 1)], [Meaning.GONE], 1, id="410 says so at once"),
        pytest.param([(404, 1), (410, 2)], [Meaning.MISSING, Meaning.GONE], 1, id="missing, then 410"),
        pytest.param([(410, 1), (410, 2)], [Meaning.GONE, Meaning.MISSING], 1, id="gone already"),
    ],
)
def test_404_and_410_withdraw_a_story_and_keep_its_text(
    room: Room, answers: list[tuple[int, float]], meanings: list[Meaning], gone_at: float | None
) -> None:
    room.settle(200, STORY)
    assert [room.settle(status, at=at).meaning for status, at in answers] == meanings
    assert room.story["gone_at"] == (iso_utc(NOW + gone_at * HOUR) if gone_at else None)
    assert room.texts == [STORY.body]
    assert room.state is (PageState.GONE if gone_at else PageState.MISSING)


@pytest.mark.parametrize("answer", [(200, STORY), (200, EDITED), (304, None)])
def test_a_story_that_can_be_read_is_back(room: Room, answer: tuple[int, Article | None]) -> None:
    room.settle(200, STORY)
    room.settle(410, at=1)
    room.settle(*answer, at=2)
    assert (room.story["gone_at"], room.state) == (None, PageState.READ)


@pytest.mark.parametrize("status", [301, 302, 403, 429, 500, 503])
def test_what_is_no_answer_of_the_page_changes_nothing(room: Room, status: int) -> None:
    room.settle(200, STORY)
    before = room.everything()
    assert room.settle(status, at=1).meaning is Meaning.NOTHING
    assert room.everything() == before


@pytest.mark.parametrize(("of_site", "state", "failures"), [(False, PageState.FAILED, 1), (True, PageState.READ, 0)])
def test_a_page_that_could_not_be_had_is_failed_unless_it_is_no_matter_of_the_page(
    room: Room, of_site: bool, state: PageState, failures: int
) -> None:
    room.settle(200, STORY)
    before = room.story
    settle_failure(room.archive, Failure(KALTIM.name, URL, NOW + HOUR, "HTTP 500", of_site))
    page = page_at(room.archive, URL)
    assert page is not None
    assert (page.state, page.failures, page.reason, room.story) == (state, failures, "HTTP 500", before)


# Out of order: an exchange that is older than what is known


def test_an_older_story_is_history_to_be_put_in_its_place(room: Room) -> None:
    room.settle(200, EDITED, at=2)
    before = room.everything()
    outcome = room.settle(200, STORY, at=1)
    assert (outcome.meaning, outcome.article_id) == (Meaning.OLDER, STORY.id)
    assert room.everything() == before
    linked = room.archive.rows("SELECT article_id FROM captures ORDER BY id")
    assert [row["article_id"] for row in linked] == [STORY.id, STORY.id]


@pytest.mark.parametrize(
    ("status", "reason", "meaning"),
    [
        (200, "no title", Meaning.UNREAD),
        (200, None, Meaning.NOTHING),
        (304, None, Meaning.OLDER),
        (404, None, Meaning.OLDER),
        (410, None, Meaning.OLDER),
        (500, None, Meaning.OLDER),
    ],
)
def test_an_older_answer_changes_nothing(room: Room, status: int, reason: str | None, meaning: Meaning) -> None:
    room.settle(200, STORY, at=2)
    before = room.everything()
    assert room.settle(status, at=1, reason=reason).meaning is meaning
    assert room.everything() == before


def test_an_older_failure_changes_nothing(room: Room) -> None:
    room.settle(200, STORY, at=2)
    before = room.everything()
    settle_failure(room.archive, Failure(KALTIM.name, URL, NOW + HOUR, "HTTP 500", of_site=False))
    settle_failure(room.archive, Failure(KALTIM.name, f"{KALTIM.origin}/berita/9", NOW, "HTTP 500", of_site=False))
    assert room.everything() == before


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_was_listed_since_is_not_missing(room: Room, status: int) -> None:
    before = room.everything()
    assert room.settle(status, at=-2).meaning is Meaning.NOTHING
    assert room.everything() == before


def test_the_first_story_of_a_page_is_read_however_old_it_is(room: Room) -> None:
    room.settle(404, at=2)
    assert room.settle(200, STORY, at=-100).meaning is Meaning.NEW
    assert room.story["first_seen_at"] == iso_utc(NOW - 100 * HOUR)


def test_who_goes_through_all_exchanges_in_order_is_believed_whatever_the_clock_says(room: Room) -> None:
    room.settle(200, STORY, at=2, in_order=True)
    assert room.settle(200, EDITED, at=1, in_order=True).meaning is Meaning.CHANGED
    assert room.settle(410, at=0, in_order=True).meaning is Meaning.GONE
    assert room.texts == [STORY.body, EDITED.body]


# Sites that nobody has described


def test_a_site_that_nobody_has_described_needs_no_page(room: Room) -> None:
    url = "https://kabar.example/a"
    article = replace(STORY, site="kabar.example", id="kabar.example/a", number=None, url=url)
    reading = room.exchange(200, article)
    outcome = settle(room.archive, named("kabar.example", url), reading, page_url=url)
    assert (outcome.meaning, outcome.article_id) == (Meaning.NEW, "kabar.example/a")
    assert page_at(room.archive, url) is None
