"""`warta read` prints what is read from a page, and where each value was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.extract.article import explain_article
from archive.sites import SITES
from archive.sites.unknown import unknown_site
from crawler.newsroom.newsroom import Newsroom
from tests.extract.test_reading import NOW
from tests.reading.cases import ROOT, all_cases
from tests.support.commands import warta

ELSEWHERE = """<html><head><title>Kabar</title><meta name="author" content="Ani Budi">
<meta property="article:published_time" content="2024-05-04T08:30:00{offset}">
<link rel="canonical" href="https://berita.example.org/2024/kabar"></head><body><nav>Menu</nav>
<article><h1>Kabar desa</h1>
<p>Samarinda - Warga desa bergotong royong membersihkan saluran air sepanjang dua kilometer pada akhir pekan.</p>
<p>Kegiatan itu diikuti lebih dari seratus orang dan berlangsung sampai sore hari tanpa hambatan.</p>
{byline}</article></body>"""


def elsewhere(offset: str = "+08:00", byline: str = "") -> str:
    return ELSEWHERE.format(offset=offset, byline=byline)


@pytest.mark.parametrize("case", all_cases()[::4], ids=lambda case: case.name)
def test_every_value_that_is_read_names_what_gave_it(case: object) -> None:
    source = case.source  # type: ignore[attr-defined]
    article, rules = explain_article(case.page(), url=source["url"], site=case.site, fetched_at=NOW)  # type: ignore[attr-defined]
    filled = {name for name, value in case.golden.items() if value}  # type: ignore[attr-defined]
    assert filled - {"site", "id", "number", "url", "layout"} <= {name for name, rule in rules.items() if rule}
    assert article.layout == case.golden["layout"]  # type: ignore[attr-defined]


def test_a_stored_page_is_shown_field_by_field() -> None:
    page = ROOT / "antara-kaltim/2b-tail-own-paragraph-byline-glued/page.html"
    ended = warta("read", page)
    assert ended.returncode == 0, ended.stderr
    assert "  layout         antara-2b\n" in ended.stdout
    assert "  pewarta        Tarmizi Jafar   [footer.post-meta" in ended.stdout
    assert "  credit         MC Kominfo Paser   [the end of the text]\n" in ended.stdout
    assert "  modified_at    -\n" in ended.stdout
    assert "10 paragraphs" in ended.stdout


def test_a_page_of_an_unknown_site_is_read_whole_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(elsewhere())
    shown = warta("read", tmp_path / "page.html").stdout
    assert "layout         generic" in shown
    assert "site           berita.example.org" in shown
    assert "pewarta        Ani Budi   [the page's metadata]" in shown
    assert "published_at   2024-05-04 08:30:00+08:00   [meta article:published_time]" in shown


def test_on_an_unknown_site_printed_credits_go_before_metadata_and_a_time_without_an_offset_is_none() -> None:
    url = "https://berita.example.org/2024/kabar"
    page = elsewhere("", "<p>Pewarta: R. Wartono</p><p>Editor: Rahmad</p>")
    article, _ = explain_article(page, url=url, site=unknown_site(url), fetched_at=NOW)
    assert (article.pewarta, article.editor, article.published_at) == ("R. Wartono", "Rahmad", None)
    assert "Wartono" not in article.body


def test_an_article_of_a_known_site_is_fetched_and_nothing_is_kept(tmp_path: Path) -> None:
    room = Newsroom(antara=5, paser=5)
    story = room.stories["antara-kaltim"][2]
    with room.serving() as origins:
        ended = warta("read", story.url, "--origin", f"antara-kaltim={origins['antara-kaltim']}", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert f"  title          {story.title}" in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("page", "code", "said"),
    [
        ("<p>Halo</p>", 2, "does not say its own address"),
        ('<link rel="canonical" href="https://kaltim.antaranews.com/berita/5/x">', 1, "the page has no title"),
        ('<link rel="canonical" href="ftp://x/y">', 2, "does not say its own address"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(tmp_path: Path, page: str, code: int, said: str) -> None:
    (tmp_path / "page.html").write_text(page)
    ended = warta("read", tmp_path / "page.html")
    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_page_that_is_not_there_or_of_no_known_site_is_told() -> None:
    assert "No such file" in warta("read", "/nowhere/page.html").stderr
    assert "is no article of" in warta("read", "https://example.org/x").stderr
    assert "is not SITE=URL" in warta("read", "https://kaltim.antaranews.com/berita/5/x", "--origin", "x").stderr


def test_a_page_is_kept_as_a_gold_case(tmp_path: Path) -> None:
    (tmp_path / "tests" / "reading").mkdir(parents=True)
    stored = next(
        case for case in all_cases() if case.site.name == "antara-kaltim" and (case.folder / "page.html").exists()
    )
    page, url = stored.folder / "page.html", stored.source["url"]
    kept = warta("read", page, "--url", url, "--case", "redesign", cwd=tmp_path)
    assert kept.returncode == 0, kept.stderr
    folder = tmp_path / "tests" / "reading" / "antara-kaltim" / "redesign"
    assert (folder / "page.html").read_bytes() == page.read_bytes()
    assert json.loads((folder / "article.json").read_text()) == stored.golden
    assert json.loads((folder / "source.json").read_text())["url"] == url
    again = warta("read", page, "--url", url, "--case", "redesign", cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    elsewhere_too = warta("read", page, "--url", "https://kabar.example/x", "--case", "kabar", cwd=tmp_path)
    assert elsewhere_too.returncode == 2
    assert f"--case NAME is one word, for a page of {', '.join(SITES)}" in " ".join(elsewhere_too.stderr.split())
    nowhere = warta("read", page, "--url", url, "--case", "x", cwd=tmp_path / "tests")
    assert "it is for a checkout of warta" in " ".join(nowhere.stderr.split())
