"""Credits are read in every printed form, and nothing else is taken for one."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.credit_lines import _NEVER_IN_NAMES
from archive.extract.credits import Credits
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
        # the day is no part of the place
        ("Jakarta, 5/11 (ANTARA) - Bupati", "Jakarta"),
        ("Samarinda (12/3/2019) - Bupati", "Samarinda"),
        ("Samarinda, 12/3 (Antara Kaltim) - Bupati", "Samarinda"),
        ("Kuaro, 5 November 2015 (ANTARA) - Bupati", "Kuaro"),
        ("Balikpapan, Senin (5/11/2015) – Bupati", "Balikpapan"),
        ("Jakarta, 5 November 2015 - Bupati", "Jakarta"),
        # abroad, and two places
        ("London (ANTARA/Kabar) - Bupati", "London"),
        ("Kuala Lumpur, Malaysia (ANTARA) - Bupati", "Kuala Lumpur, Malaysia"),
        ("Penajam/Samarinda (ANTARA)- Bupati", "Penajam/Samarinda"),
        ("Ujoh Bilang,(ANTARA) --- Bupati", "Ujoh Bilang"),
        ("Kuaro, ANTARA - Bupati", "Kuaro"),
        # other newsrooms
        ("KABAR.CO, Ujoh Bilang - Bupati", "Ujoh Bilang"),
        ("KABAR.CO.ID, JAKARTA -- Bupati", "JAKARTA"),
        ("Kabar6.com, Jakarta - Bupati", "Jakarta"),
        ("JAKARTA, KABAR.com – Bupati", "JAKARTA"),
        ("Jakarta, Kabar Kita -- Bupati", "Jakarta"),
        ("JAKARTA — Bupati", "JAKARTA"),
        ("Kuaro (MC Kominfo Paser) - Bupati", "Kuaro"),
        ("\u200bKuaro (ANTARA) - Bupati", "Kuaro"),
        ("Kabar.com - Bupati", None),
        ("Kabar.com, Bupati Paser membuka", None),
        ("Balikpapan - Samarinda terhubung jalan tol", None),
        ("Jakarta, ibu kota - yang lama", None),
        ("Malang - begitulah nasibnya", None),
        ("Jakarta-Bandung ditempuh tiga jam", None),
        ("Kata Bupati kepada ANTARA (ANTARA) - begitu", None),
        ("5/11 (ANTARA) - Bupati", None),
        ("Bupati Paser – dr. Fahmi – membuka", None),
        ("Bupati (kanan) dan Antara", None),
        ("Guna meningkatkan kemampuan pegawai", None),
    ],
)
def test_the_dateline_is_the_place_before_the_agency_mark(opening: str, place: str | None) -> None:
    assert read_dateline(opening, PASER) == place


@pytest.mark.parametrize(
    ("opening", "place"),
    [
        ("Tana Paser (ANTARA) - Bupati", "Tana Paser"),
        ("Jakarta - Bupati", "Jakarta"),
        ("KABAR.CO, Kuaro - Bupati", "Kuaro"),
        ("Kuaro - Bupati", None),  # a place that the site's newsroom knows
        ("Tana Paser, MCKabPaser – Bupati", None),
    ],
)
def test_without_a_site_the_forms_of_all_newsrooms_are_known(opening: str, place: str | None) -> None:
    assert read_dateline(opening + " Paser membuka pasar. " * 500) == place


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


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # every label
        *(
            (f"{label}: Rina Wati", Credits("Rina Wati"))
            for label in "Pewarta Penulis Reporter Wartawan Jurnalis Kontributor Laporan Rep Oleh PEWARTA OLEH".split()
        ),
        *((f"{label} : Budi", Credits(None, "Budi")) for label in "Editor Redaktur Penyunting Red EDITOR".split()),
        *((f"{label}:Citra", Credits(translator="Citra")) for label in ("Penerjemah", "Alih Bahasa", "PENERJEMAH")),
        *((f"{label}: Dewi", Credits()) for label in "Uploader Pengunggah Fotografer Foto".split()),
        ("Uploader : Admin 1", Credits()),
        ("Pewarta: Rina\nUploader: kabarpaser", Credits("Rina")),
        ("Penulis: rina", Credits("rina")),
        ("Editor: Budi/Publisher: Citra", Credits(None, "Budi")),
        ("Sumber: Antara", Credits(credit="Antara")),
        # which of two counts
        ("Kontributor: Rina, Pewarta: Ani", Credits("Ani")),
        ("Oleh Rina Wati\nPewarta: Ani\nEditor: Budi", Credits("Ani", "Budi")),
        ("Penulis/Editor: Rina", Credits("Rina", "Rina")),
        ("Penulis & Editor : Rina", Credits("Rina", "Rina")),
        # glued, in any order, in one line or several
        ("Penerjemah: CitraEditor: Budi", Credits(None, "Budi", translator="Citra")),
        ("Editor: Budi Reporter: Rina", Credits("Rina", "Budi")),
        ("Oleh Rina WatiEditor: Budi", Credits("Rina Wati", "Budi")),
        ("Pewarta: Agus SEditor: Budi", Credits("Agus S", "Budi")),
        ("Pewarta: Agus S.Editor: Budi", Credits("Agus S.", "Budi")),
        ("Pewarta: R. WartonoPenerjemah: Citra, DewiEditor: BudiUploader: EkaCOPYRIGHT © ANTARA 2019",
         Credits("R. Wartono", "Budi", translator="Citra, Dewi")),
        ("Penulis : Rina | Editor : Budi", Credits("Rina", "Budi")),
        ("Penulis : Rina / Editor : Budi", Credits("Rina", "Budi")),
        ("Rep: Rina/ Red: Budi", Credits("Rina", "Budi")),
        ("Rep : rina/red: budi", Credits("rina", "budi")),
        ("PENULIS : RINA WATI\nEDITOR : BUDI", Credits("RINA WATI", "BUDI")),
        ("Penulis\xa0: Rina\n\nEditor\xa0:\xa0", Credits("Rina")),
        ("Editor :\nPenulis : Rina", Credits("Rina")),
        ("Penulis：Rina", Credits("Rina")),
        # in brackets, behind dashes and stars
        ("(Pewarta : Rina, Editor : Budi)", Credits("Rina", "Budi")),
        ("[Penulis: Rina]", Credits("Rina")),
        ("*Penulis: Rina", Credits("Rina")),
        ("— Penulis: Rina", Credits("Rina")),
        # several names
        ("Pewarta: Budi Budiman dan Agus S", Credits("Budi Budiman, Agus S")),
        ("Pewarta: Ani & Budi", Credits("Ani, Budi")),
        ("Pewarta: Ani/Budi Santoso/Citra", Credits("Ani, Budi Santoso, Citra")),
        ("Penulis: Budi Santoso, S.Sos., M.Si.", Credits("Budi Santoso, S.Sos., M.Si.")),
        ("Penulis: Siti binti Ahmad", Credits("Siti binti Ahmad")),
        ("Penulis: Siti Nur’aini.", Credits("Siti Nur’aini")),
        ("Penulis : Tim Redaksi", Credits("Tim Redaksi")),
        ("Pewarta : Rina Wati | Liputan Paser", Credits("Rina Wati")),
        ("Pewarta : Rina Wati (Kontributor)", Credits("Rina Wati")),
        # with what is printed in parentheses at the end
        ("Pewarta: Rina (ADV)", Credits("Rina", is_advertorial=True)),
        ("Pewarta: Rina Editor: Budi (ADV/MC Kominfo Paser)", Credits("Rina", "Budi", "MC Kominfo Paser", True)),
        ("Pewarta: Rina\n(ADV)", Credits("Rina", is_advertorial=True)),
        ("(ADV)\nPewarta: Rina", Credits("Rina", is_advertorial=True)),
        ("(Rina/MC PPU)", Credits("Rina", credit="MC PPU")),
        ("(Rina Wati/Humas)", Credits("Rina Wati", credit="Humas")),
        ("(MC PPU/Rina)", Credits(credit="MC PPU")),
        ("(Berita Kerja Sama)", Credits(is_advertorial=True)),
        ("(Berita Kerjasama)", Credits(is_advertorial=True)),
        ("(Advertorial)", Credits(is_advertorial=True)),
        ("(Adv.)", Credits(is_advertorial=True)),
        ("(Adv/KominfoKukar/Ksm)", Credits(credit="KominfoKukar", is_advertorial=True)),
        ("(Kominfo/Adv)", Credits(credit="Kominfo", is_advertorial=True)),
        ("(ADV Diskominfo Kukar)", Credits(credit="Diskominfo Kukar", is_advertorial=True)),
        ("(ADV - MC Kominfo Paser)", Credits(credit="MC Kominfo Paser", is_advertorial=True)),
        ("(ADV/DPRD Kukar)", Credits(credit="DPRD Kukar", is_advertorial=True)),
        ("(ADV) (*)", Credits(is_advertorial=True)),
        # with the page's own lines behind
        ("Pewarta: Rina\nBagikan:\nFacebook\nWhatsApp", Credits("Rina")),
        ("Pewarta: Rina\nPost Views: 45", Credits("Rina")),
        ("Pewarta: Rina\nBaca juga: Pasar dibuka", Credits("Rina")),
        ("Pewarta: Rina\nCOPYRIGHT © ANTARA 2020\nHak Cipta ANTARA\nTerpopuler", Credits("Rina")),
    ],
)  # fmt: skip
def test_every_form_of_credits_is_read_and_leaves_the_body(printed: str, expected: Credits) -> None:
    assert read_credits([*STORY, *filter(None, printed.split("\n"))]) == (STORY, expected)


NOTICE = " Dilarang keras mengambil isi halaman ini, atau merayapinya, tanpa izin tertulis dari redaksi." * 3


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        (".Pewarta: RinaEditor: Budi", Credits("Rina", "Budi")),
        (".Penerjemah: CitraEditor: Budi", Credits(None, "Budi", translator="Citra")),
        (". Oleh Rina WatiEditor: Budi", Credits("Rina Wati", "Budi")),
        (". (Pewarta : Rina, Editor : Budi)", Credits("Rina", "Budi")),
        (". Rep: Rina/Red: Budi", Credits("Rina", "Budi")),
        (". COPYRIGHT © ANTARA 2026", Credits()),
        (". Pewarta: RinaEditor: Budi COPYRIGHT © ANTARA 2026" + NOTICE, Credits("Rina", "Budi")),
        (".(ADV/MC Kominfo Paser) Pewarta: Rina", Credits("Rina", None, "MC Kominfo Paser", True)),
        (". Pewarta: Rina (ADV)", Credits("Rina", is_advertorial=True)),
        (". (MC Kominfo Paser).", Credits(credit="MC Kominfo Paser")),
        (". (Rina/MC PPU)", Credits("Rina", credit="MC PPU")),
        (".” (ADV)", Credits(is_advertorial=True)),
    ],
)
def test_what_is_glued_to_the_last_sentence_leaves_it_whole(glued: str, expected: Credits) -> None:
    body, credits = read_credits([STORY[0], STORY[1].rstrip(".") + glued])
    assert (body[0], body[1].rstrip(".”"), credits) == (STORY[0], STORY[1].rstrip("."), expected)


@pytest.mark.parametrize(
    "printed",
    [
        # sentences and headings that begin with a label
        "Editor: kata yang sering salah dipakai",
        "Editor: Kata Yang Sering Salah",
        "Oleh karena itu kegiatan dilanjutkan.",
        "Oleh Karena Itu",
        "Oleh Bupati Paser, acara itu ditutup.",
        "Oleh Bupati Paser",
        "Oleh: karena tidak ada lagi yang lain.",
        "Reporter cilik itu berkata: saya senang.",
        "Reporter: Apa harapan Anda?",
        "Reporter: Terima kasih.",
        "Reporter: Terima Kasih Pak",
        "Penulis: buku itu karya saya sendiri.",
        "Laporan: keuangan daerah wajar tanpa pengecualian",
        "Laporan: Keuangan Daerah\nBupati menerima laporan itu pada Senin.",
        "Rep: singkatan dari reporter",
        "Foto: Kegiatan pelatihan di pendopo",
        "Foto: pendopo",
        "Laporan: keuangan",
        "Sumber: data badan statistik yang diolah",
        "Sumber: https://kabar.example/x",
        "Editor: Ikatan Jurnalis Televisi menggelar pelatihan",
        "Penerjemah: profesi yang menjanjikan, kata Ani.",
        "Pewarta: 40 orang, editor: 12 orang.",
        "Berita ini telah tayang di banyak media dan menuai protes warga.",
        "Copyright © pada foto itu milik ANTARA, kata Budi.",
        "Tulisan COPYRIGHT © ANTARA 2019 pada foto itu harus dihapus.",
        # in a sentence
        "Rapat itu dihadiri Pewarta: Rina",
        "Kami bertemu Editor: Ani Wijaya",
        "Kegiatan usai. Oleh Bupati Paser",
        # quotations
        '"Editor: Ani Wijaya" tertulis di pintu itu.',
        '"Editor: Ani Wijaya"',
        "“Pewarta: Rina”",
        # lists
        "- Reporter: Ani Wijaya\n- Editor: Budi Santoso",
        "Para pemenang:\nReporter: Ani Wijaya\nEditor: Budi Santoso",
        "Reporter | Ani Wijaya\nEditor | Budi Santoso",
        # with the story behind
        "Editor: Ani Wijaya\nAcara ditutup dengan doa.",
        "Pewarta: Rina\nEditor: Budi\nKegiatan itu akan diadakan lagi pada tahun depan.",
        "Pewarta: Rina\nJuara harapan",
        "COPYRIGHT © ANTARA 2019\nSementara itu, petani senang dengan hasil panen tahun ini.",
        "© 2019 ANTARA Foto/Budi\nSementara itu, petani senang dengan hasil panen tahun ini.",
        # parentheses that are a sentence's
        "Acara dibuka Dinas Komunikasi dan Informatika (Diskominfo)",
        "Itu dikatakan kepala bagian humas (Humas)",
        "Berita berbayar disebut advertorial (ADV)",
        "Nilai tertinggi diraih siswa itu (MC)",
        "(hms)",
        "(Kerja Sama)",
        "(Ani/Budi)",
    ],
)
def test_what_is_the_storys_stays_in_it(printed: str) -> None:
    lines = printed.split("\n")
    assert read_credits([*STORY, *lines]) == ([*STORY, *lines], Credits())


def test_of_a_list_of_people_the_last_may_be_the_storys_own() -> None:
    listed = ["Susunan redaksi:", "Editor: Ani", "Pewarta: Joko"]
    printed = [*STORY, *listed, "Pewarta: Rina", "Editor: Budi", "COPYRIGHT © ANTARA 2020"]
    assert read_credits(printed) == ([*STORY, *listed], Credits("Rina", "Budi"))


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (["Penulis: Rina Wati"], Credits("Rina Wati", dateline="Kuaro")),
        (["Oleh: Rina", "Editor: Budi"], Credits("Rina", "Budi", dateline="Kuaro")),
        (["Oleh Rina Wati"], Credits("Rina Wati", dateline="Kuaro")),
    ],
)
def test_a_byline_above_the_first_sentence_is_read_too(above: list[str], expected: Credits) -> None:
    story = ["Kuaro (ANTARA) - Bupati Paser membuka pelatihan itu.", STORY[1]]
    assert read_credits([*above, *story]) == (story, expected)


@pytest.mark.parametrize(
    "heading", ["Laporan: Keuangan Daerah", "Editor: profesi yang sepi", "Editor: profesi", "Oleh Karena Itu"]
)
def test_a_heading_above_the_first_sentence_is_no_byline(heading: str) -> None:
    assert read_credits([heading, *STORY]) == ([heading, *STORY], Credits())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Pewarta: rina", Credits("rina")),
        ("Oleh Rina Wati | Senin, 5 November 2018", Credits("Rina Wati")),
        ("Kabar Kita - Penulis: Rina", Credits("Rina")),
        ("Red: Budi P Putra", Credits(None, "Budi P Putra")),
        ("Penulis: 15 Komentar", Credits()),
        ("Senin, 5 November 2018", Credits()),
    ],
)
def test_a_line_that_the_page_prints_as_its_byline_may_be_looser(line: str, expected: Credits) -> None:
    assert read_credits(STORY, byline=[line]) == (STORY, expected)


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
