"""A headline is never the name of the site."""

from __future__ import annotations

import pytest

from archive.extract.title import headline, site_names, without_site

NAMES = site_names("www.kabarpaser.example", "Kabar Paser", "Kabar Paser – Lugas & Tepat")


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
        ("Kabar Paser", ""),
        ("", ""),
    ],
)
def test_a_declared_title_without_the_name_of_the_site(declared: str, title: str) -> None:
    assert without_site(declared, NAMES) == title


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
    assert headline(headings, declared, NAMES) == title
