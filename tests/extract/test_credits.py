"""Credits are read in every printed form, and nothing else is taken for one."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.credits import _NEVER_IN_NAMES, Credits
from archive.extract.credits import read_credits as read_credits_of
from archive.extract.datelines import read_dateline
from archive.sites import SITES

PASER = SITES["mc-paser"]
read_credits = partial(read_credits_of, site=PASER)
STORY = ["Bupati Paser membuka pelatihan itu.", "Kegiatan diikuti 40 peserta."]


@pytest.mark.parametrize(
    ("opening", "place"),
    [
        ("Tana Paser (Antaranews Kaltim) – Bupati", "Tana Paser"),
        ("Balikpapan, (ANTARA News Kaltim) - Bupati", "Balikpapan"),
        ("Samarinda (ANTARA Kaltim) - Bupati", "Samarinda"),
        ("Paser (ANTARA) - Bupati", "Paser"),
        ("Paser (ANTARA) Bupati", "Paser"),
        ("Serang, Banten (ANTARA) - Bupati", "Serang, Banten"),
        ("Jakarta (ANTARA News) – Bupati", "Jakarta"),
        ("TANA PASER, MCKabPaser – Bupati", "TANA PASER"),
        ("SAMARINDA,MCKabPaser – Bupati", "SAMARINDA"),
        ("Tana Paser – Bupati", "Tana Paser"),
        ("Bupati Paser – dr. Fahmi – membuka", None),
        ("Bupati (kanan) dan Antara", None),
        ("Guna meningkatkan kemampuan pegawai", None),
    ],
)
def test_the_dateline_is_the_place_before_the_agency_mark(opening: str, place: str | None) -> None:
    assert read_dateline(opening, PASER) == place


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (["(MC Kominfo Paser)"], Credits(credit="MC Kominfo Paser")),
        (["(ADV/MC Kominfo Paser)"], Credits(credit="MC Kominfo Paser", is_advertorial=True)),
        (["(ADV)"], Credits(is_advertorial=True)),
        (["(*)"], Credits()),
        (["Pewarta: R. Wartono", "Editor : Abdul Hakim Muhiddin"], Credits("R. Wartono", "Abdul Hakim Muhiddin")),
        (["Pewarta: R. WartonoEditor: Abdul Hakim"], Credits("R. Wartono", "Abdul Hakim")),
        (["Pewarta : R. Wartono, Editor : Abdul Hakim"], Credits("R. Wartono", "Abdul Hakim")),
        (["Pewarta\xa0: R Wartono", "Editor :\xa0", "COPYRIGHT © ANTARA 2023"], Credits("R Wartono", None)),
        (["Pewarta: Ani/Budi Santoso"], Credits("Ani, Budi Santoso")),
        (["Pewarta: Ani, Budi dan Citra"], Credits("Ani, Budi, Citra")),
        (["Oleh Budi Santoso"], Credits("Budi Santoso")),
        (["Penerjemah: Ani", "Editor: Budi"], Credits(None, "Budi", translator="Ani")),
        (["Uploader: Ani"], Credits()),
        (["Pewarta: Ani", "Copyright © ANTARA 2026", "Dilarang keras mengambil konten untuk AI"], Credits("Ani")),
        (["(ADV/MC Kominfo Paser)", "Pewarta: Ani", "Editor: Budi"], Credits("Ani", "Budi", "MC Kominfo Paser", True)),
        (["Berita ini telah tayang di Antaranews.com dengan judul: X", "Pewarta: Ani"], Credits("Ani")),
    ],
)
def test_the_tail_is_read_and_leaves_the_body(tail: list[str], expected: Credits) -> None:
    assert read_credits([*STORY, *tail]) == (STORY, expected)


def test_a_tail_glued_to_the_last_word_leaves_the_word() -> None:
    body, credits = read_credits(["Kegiatan selesai.(ADV)"])
    assert (body, credits.is_advertorial) == (["Kegiatan selesai."], True)


def test_a_byline_glued_to_the_last_sentence_leaves_the_sentence() -> None:
    body, credits = read_credits(["Kegiatan selesai. Pewarta: Ani Editor: Budi"])
    assert (body, credits.pewarta, credits.editor) == (["Kegiatan selesai."], "Ani", "Budi")


def test_a_byline_printed_apart_is_read_too() -> None:
    body, credits = read_credits(STORY, byline=["Pewarta: Lukman Hakim", "Editor :", "COPYRIGHT © ANTARA 2023"])
    assert (body, credits.pewarta, credits.editor) == (STORY, "Lukman Hakim", None)


@pytest.mark.parametrize("ending", ["(25/10)", "(lima puluh)", "(PPU)", "Oleh karena itu kegiatan dilanjutkan."])
def test_what_is_no_known_credit_stays_in_the_body(ending: str) -> None:
    body, credits = read_credits([*STORY, f"Acara usai {ending}", ending])
    assert body == [*STORY, f"Acara usai {ending}", ending]
    assert credits == Credits()


_LABELLED = re.compile("Pewarta|Penulis|Reporter|Editor|Oleh|Uploader|Penerjemah|Rep$|Red$|Foto|Sumber|Wartawan")
NAME = st.from_regex(r"[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}){0,2}", fullmatch=True).filter(
    lambda name: not {"Dan", *map(str.capitalize, _NEVER_IN_NAMES)} & set(name.split()) and not _LABELLED.search(name)
)


@given(NAME, NAME, st.sampled_from(["\n", "", " ", ", "]), st.sampled_from([": ", " : ", "\xa0:\xa0", ":"]))
def test_names_printed_in_a_known_form_are_read_back(pewarta: str, editor: str, joint: str, colon: str) -> None:
    printed = f"Pewarta{colon}{pewarta}{joint}Editor{colon}{editor}"
    assert read_credits([*STORY, *printed.split("\n")]) == (STORY, Credits(pewarta, editor))


@given(st.lists(st.text()))
def test_no_text_makes_reading_credits_raise(paragraphs: list[str]) -> None:
    read_credits(paragraphs, byline=paragraphs)
