"""Properties of reading: what is printed in a known form is read back, what is not is left empty, nothing raises."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.extract.article import Article, ReadingError, read_article
from archive.extract.credits import Credits, read_credits
from archive.extract.datelines import read_dateline
from archive.extract.dates import ZONES, read_date_line, read_day, read_machine_time
from archive.extract.encoding import decode_page
from archive.sites import SITES
from tests.reading.cases import all_cases

KALTIM = SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
STORY = ["Bupati membuka rapat kerja di aula kantor camat.", "Rapat berlangsung dua hari dan ditutup dengan doa."]

names = st.lists(
    st.sampled_from("R. Wartono|Abdul Hakim Muhiddin|M. Solih|Ika|Novi A|Siti Nur'aini|H. Bambang-Sutrisno".split("|")),
    min_size=1,
    max_size=3,
    unique=True,
)
joints = st.sampled_from(["/", " / ", ", ", " dan "])
labels = st.sampled_from(["{}: ", "{} : ", "{}:", "{} :\xa0", "{}\xa0: "])
lines_between = st.sampled_from(["", " ", ", ", "\n"])
closings = st.sampled_from(["", "COPYRIGHT © ANTARA 2026", "Copyright © ANTARA News Kalimantan Timur 2019"])
tails: st.SearchStrategy[tuple[str, str | None, bool]] = st.sampled_from(
    [
        ("", None, False),
        (" (*)", None, False),
        ("(ADV)", None, True),
        (" (ADV)", None, True),
        (" (MC Kominfo Paser)", "MC Kominfo Paser", False),
        ("(ADV/MC Kominfo Paser)", "MC Kominfo Paser", True),
    ]
)


@given(names, names, joints, labels, labels, lines_between, closings, tails, st.booleans())
def test_credits_printed_in_a_known_form_are_read_back(
    pewarta: list[str],
    editor: list[str],
    joint: str,
    pewarta_label: str,
    editor_label: str,
    between: str,
    closing: str,
    tail: tuple[str, str | None, bool],
    has_editor: bool,
) -> None:
    printed, credit, is_advertorial = tail
    byline = f"{pewarta_label.format('Pewarta')}{joint.join(pewarta)}{between}{editor_label.format('Editor')}"
    byline += joint.join(editor) if has_editor else ""
    lines = [line for line in [*byline.split("\n"), closing] if line]
    body, credits = read_credits([*STORY[:-1], STORY[-1] + printed, *lines], site=KALTIM)
    assert body == STORY
    assert credits == Credits(
        pewarta=", ".join(pewarta),
        editor=", ".join(editor) if has_editor else None,
        credit=credit,
        is_advertorial=is_advertorial,
    )


words = st.text(st.characters(codec="utf-8", exclude_characters="()©:"), min_size=1, max_size=60)


@given(
    st.lists(words.filter(lambda text: text.strip() and not text.strip().startswith("Oleh")), min_size=1, max_size=20)
)
def test_a_text_without_credits_is_a_body_and_nothing_is_guessed(paragraphs: list[str]) -> None:
    body, credits = read_credits([" ".join(text.split()) or "x" for text in paragraphs], site=KALTIM)
    assert (credits.pewarta, credits.editor, credits.credit, credits.is_advertorial) == (None, None, None, False)
    assert body or len(paragraphs) > 1  # twice the same is one


@given(st.text())
def test_no_text_raises_where_credits_dates_and_datelines_are_looked_for(text: str) -> None:
    read_credits([text, text + " Editor:", text], [text], site=KALTIM)
    read_dateline(text, KALTIM)
    assert read_date_line(text, KALTIM.timezone) is None or any(c.isdigit() for c in text)
    read_day(text, now=NOW, zone=KALTIM.timezone)
    read_machine_time(text, KALTIM.timezone)


MONTHS = (
    "Januari|Jan Februari|Pebruari|Feb Maret|Mar April|Apr Mei Juni|Jun Juli|Jul Agustus|Agt|Agust|Ags|Agu"
    " September|Sep|Sept Oktober|Okt November|Nopember|Nov Desember|Des"
).split(" ")
DAYS = "Senin Selasa Rabu Kamis Jum'at|Jumat|Jum’at Sabtu Minggu|Ahad".split(" ")


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.times(),
    st.sampled_from(sorted(ZONES)),
    st.integers(0, 4),
    st.sampled_from([":", "."]),
    st.sampled_from([", ", " ", ", pukul ", " - "]),
    st.booleans(),
)
def test_a_date_printed_in_a_known_form_is_read_back(
    day: date, time: time, zone: str, spelling: int, dot: str, before_time: str, with_day: bool
) -> None:
    month, weekday = MONTHS[day.month - 1].split("|"), DAYS[day.weekday()].split("|")
    printed = f"{day.day} {month[spelling % len(month)]} {day.year}{before_time}{time:%H}{dot}{time:%M} {zone}"
    line = f"{weekday[spelling % len(weekday)]}, {printed}" if with_day else printed
    wanted = datetime.combine(day, time.replace(second=0, microsecond=0), ZONES[zone])
    assert read_date_line(line, KALTIM.timezone) == wanted
    assert read_date_line(f"Rapat {line}", KALTIM.timezone) is None  # a date in a sentence is an event's


CASES = all_cases()


@settings(deadline=timedelta(seconds=30), max_examples=150)
@given(
    st.sampled_from(CASES),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.3), st.one_of(st.binary(max_size=20), st.none())), max_size=6),
)
def test_mutated_pages_give_an_article_or_a_clear_error(
    case: object, cuts: list[tuple[float, float, bytes | None]]
) -> None:
    """Each cut takes a piece out and puts bytes, or the piece once more, in its place."""
    page = bytearray((case.folder / "page.html").read_bytes())  # type: ignore[attr-defined]
    for place, length, put in cuts:
        start = int(place * len(page))
        end = start + int(length * len(page))
        page[start:end] = bytes(page[start:end]) * 2 if put is None else put
    check(bytes(page), case.source["url"], case.site.name)  # type: ignore[attr-defined]


@given(st.binary(max_size=2000))
def test_random_bytes_give_an_article_or_a_clear_error(page: bytes) -> None:
    check(page, f"{KALTIM.origin}/berita/1/x", KALTIM.name)


def check(page: bytes, url: str, site: str) -> None:
    try:
        article = read_article(decode_page(page, "text/html"), url=url, site=SITES[site], fetched_at=NOW)
    except ReadingError:
        return
    assert isinstance(article, Article)
    assert article.title
    assert article.body


START = (
    '<html><head><meta property="og:title" content="T">'
    f'<link rel="canonical" href="{KALTIM.origin}/berita/1/x"></head><body><h1 class="post-title">T</h1>'
)
IN_REGION = START + '<div class="post-content">'
MONSTERS = {
    "nested div": IN_REGION + "<div>" * 50_000 + "teks",
    "nested b": IN_REGION + "<b>" * 50_000 + "teks",
    "nested list": IN_REGION + "<ul><li>" * 25_000 + "teks",
    "nested table": IN_REGION + "<table><tr><td>" * 17_000 + "teks",
    "nested, of no layout": START + "<div>" * 50_000 + "teks panjang sekali " * 50,
    "20 MB of text": IN_REGION + "Kata lain lagi. " * 1_300_000,
    "20 MB of paragraphs": IN_REGION + "<p>Kata lain lagi.</p>" * 900_000,
    "2 MB of breaks": IN_REGION + "Kata lain lagi.<br><br>" * 80_000,
    "2 MB of links": IN_REGION + "<a href=x>Baca juga</a> " * 80_000,
    "2 MB of no layout": START + "<p>Kata lain lagi dan lagi, panjang.</p>" * 50_000,
    "2 MB of attributes": IN_REGION.replace("<div ", f"<div {' '.join(f'a{n}=1' for n in range(200_000))} ") + "teks",
    "2 MB of parentheses": IN_REGION + "(" * 1_900_000 + "ADV)",
    "2 MB of labels": IN_REGION + "Pewarta: " * 200_000,
    "2 MB of names": IN_REGION + "<p>x</p><p>Oleh " + "Aa " * 600_000,
    "2 MB of commas": IN_REGION + "A" + " ,"  * 900_000,
    "nested JSON": START.replace("</head>", '<script type="application/ld+json">' + "[" * 100_000 + "</script></head>"),
    "a bare reference": IN_REGION + "&#" * 900_000,
}  # fmt: skip
PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from tests.extract.test_reading_properties import KALTIM, MONSTERS, check
check(MONSTERS[sys.argv[1]].encode(), f"{KALTIM.origin}/berita/1/x", KALTIM.name)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", MONSTERS)
def test_monsters_are_read_or_refused_in_bounded_time_and_memory(name: str) -> None:
    """A gigabyte and a minute; a page of 2 MB is the largest that is read at all."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, name], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
