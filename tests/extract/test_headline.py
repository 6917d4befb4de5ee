"""A headline is never the name of the site."""

from __future__ import annotations

import pytest

from archive.extract.headline import SiteNames, chosen_headline, without_names

NAMES = SiteNames("www.kabarpaser.example", "Kabar Paser", "Kabar Paser – Lugas & Tepat")


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("Panen padi - Kabar Paser", "Panen padi"),
        ("Panen padi | Kabar Paser", "Panen padi"),
        ("Kabar Paser » Panen padi", "Panen padi"),
        ("Panen padi – KABAR PASER", "Panen padi"),
        ("Panen padi - kabarpaser.example", "Panen padi"),
        ("Panen padi | Kabar Paser – Lugas & Tepat", "Panen padi"),
        ("Panen padi - Panen jagung - Kabar Paser", "Panen padi - Panen jagung"),
        ("Panen padi -", "Panen padi"),
        ("Panen padi - Paser", "Panen padi - Paser"),
        ("Kabar Paser-Balikpapan terputus", "Kabar Paser-Balikpapan terputus"),
        ("Harga naik 10-15 persen", "Harga naik 10-15 persen"),
        ("Paser juara umum - Kabar Paser", "Paser juara umum"),
        ("Kabar Paser juara - Portal Kabar Paser", "Kabar Paser juara"),
    ],
)
def test_a_declared_title_without_the_name_of_the_site(declared: str, title: str) -> None:
    assert without_names(declared, NAMES) == title


@pytest.mark.parametrize(
    ("headings", "declared", "title"),
    [
        (["Kabar Paser", "Panen padi"], ["Panen padi - Kabar Paser"], "Panen padi"),
        (["Menu", "Panen padi di Laburan"], ["Panen padi di Laburan"], "Panen padi di Laburan"),
        (["Panen", "Panen padi di Laburan"], ["Panen padi di Laburan"], "Panen padi di Laburan"),
        (["Komentar terbaru"], ["Panen padi | Kabar Paser"], "Komentar terbaru"),
        (["Tani | Panen padi"], ["Panen padi"], "Panen padi"),
        (["Panen padi"], ["Hari ini panen padi dimulai di Laburan"], "Panen padi"),
        (["Kabar Paser"], ["Panen padi"], "Panen padi"),
        (["Kabar Paser"], ["Kabar Paser"], None),
        (["PANEN PADI"], ["Panen padi - Kabar Paser"], "PANEN PADI"),
        ([], ["Panen padi - Kabar Paser", "Lain"], "Panen padi"),
        ([], [], None),
    ],
)
def test_the_headline_of_a_page(headings: list[str], declared: list[str], title: str | None) -> None:
    assert chosen_headline(headings, declared, NAMES) == title


@pytest.mark.parametrize(
    ("host", "text", "is_name"),
    [
        ("kutaibarat.example", "Kutai Barat", True),
        ("kutaibarat.example", "Pemkab Kutai Barat", True),
        ("kutaibarat.example", "Portal Berita Kutai Barat", True),
        ("kutaibarat.example", "Kutai Barat juara umum", False),
        ("kaltim.antaranews.com", "Kaltim terima penghargaan", False),
        ("www.tempo.co", "Tempo.co", True),
        ("www.tempo.co", "Tempo bangkit", False),
        ("www.tempo.co", "berita online", False),
        ("www.tempo.co", "", True),
    ],
)
def test_a_headline_with_the_name_of_the_site_is_not_its_name(host: str, text: str, is_name: bool) -> None:
    assert SiteNames(host).is_name(text) is is_name
