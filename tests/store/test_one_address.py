"""A site that gives one canonical address for all its stories loses none of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from archive.extract.article import Article
from archive.sites import site_of
from archive.store.articles import Meaning, shelve
from archive.store.database import Archive
from tests.support.shelf import NOW, made_up_capture

ORIGIN = "https://kabar.example"
SITE = site_of(ORIGIN)
CANONICAL = f"{ORIGIN}/berita/terkini-hari-ini"
PADI = " ".join(f"Kalimat ke-{n} tentang panen padi di sawah {n * 3}." for n in range(20))
PASAR = " ".join(f"Pedagang nomor {n} menjual sayur seharga {n * 7} ribu." for n in range(20))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path)


def kept(archive: Archive, path: str, title: str, body: str, *, canonical: str = CANONICAL, days: int = 0) -> Meaning:
    """Shelves what the page at `path` says, which names the canonical address."""
    capture = made_up_capture(SITE.name, ORIGIN + path, record=f"{path}:{days}", at=NOW + timedelta(days=days))
    address = SITE.identify(canonical)
    assert address is not None
    article = Article(
        site=SITE.name,
        id=SITE.article_id(address),
        number=None,
        url=canonical,
        title=title,
        body=body,
        layout="generic",
    )
    return shelve(archive, article, archive.add_capture(capture), page_url=ORIGIN + path).meaning


def stories(archive: Archive) -> dict[str, tuple[str, int]]:
    """Address -> (title, number of versions)."""
    return {row["url"]: (row["title"], row["versions"]) for row in archive.rows("SELECT * FROM articles ORDER BY id")}


def test_two_stories_with_one_canonical_address_are_two(archive: Archive) -> None:
    assert kept(archive, "/berita/padi", "Panen padi", PADI) is Meaning.NEW
    assert kept(archive, "/berita/pasar", "Pasar ramai", PASAR) is Meaning.NEW
    assert stories(archive) == {CANONICAL: ("Panen padi", 1), f"{ORIGIN}/berita/pasar": ("Pasar ramai", 1)}
    assert kept(archive, "/berita/pasar", "Pasar ramai", PASAR, days=1) is Meaning.SAME
    assert kept(archive, "/berita/pasar", "Pasar ramai", f"{PASAR} Harga naik.", days=2) is Meaning.CHANGED
    assert kept(archive, "/berita/padi", "Panen padi", PADI, days=2) is Meaning.SAME
    assert stories(archive) == {CANONICAL: ("Panen padi", 1), f"{ORIGIN}/berita/pasar": ("Pasar ramai", 2)}


def test_an_edit_seen_at_another_address_is_a_version(archive: Archive) -> None:
    kept(archive, "/berita/padi?cetak=1", "Panen padi", PADI)
    assert kept(archive, "/berita/padi", "Panen padi raya", f"{PADI} Selesai.", days=1) is Meaning.CHANGED
    assert kept(archive, "/berita/padi", "Panen padi raya", PASAR, days=2) is Meaning.CHANGED, (
        "rewritten, same headline"
    )
    assert stories(archive) == {CANONICAL: ("Panen padi raya", 3)}


def test_a_story_that_gets_a_canonical_address_later_stays_one(archive: Archive) -> None:
    own = f"{ORIGIN}/berita/padi"
    kept(archive, "/berita/padi", "Panen padi", PADI, canonical=own)
    assert kept(archive, "/berita/padi", "Panen padi", PADI, days=1) is Meaning.MOVED
    assert stories(archive) == {CANONICAL: ("Panen padi", 1)}
