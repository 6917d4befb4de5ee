"""Sites that nobody described: which addresses are one article, and which address is a page's own."""

from __future__ import annotations

import pytest

from archive.extract.article import ReadingError, read_article, stated_address
from archive.sites import site_of
from tests.extract.test_generic import usual
from tests.extract.test_reading import NOW

STORY = "https://kabar.example/2026/03/banjir"


def id_of(url: str, head: str = "") -> str:
    return read_article(usual().replace("</head>", f"{head}</head>"), url=url, site=site_of(url), fetched_at=NOW).id


@pytest.mark.parametrize(
    "url",
    [
        *(STORY, STORY + "/", STORY + "?", STORY + "#komentar", STORY.replace("https", "http")),
        *(STORY.replace("//", "//www."), STORY.replace("//", "//m."), STORY.replace("//", "//amp.")),
        *(STORY.replace("//", "//www.m."), STORY.replace("//", "//WWW."), STORY.replace(".example", ".example:443")),
        *("http://kabar.example:80/2026/03/banjir", STORY + "?utm_source=fb&utm_medium=x", STORY + "?fbclid=a&gclid=b"),
        *(
            STORY + "/amp",
            STORY + "/amp/",
            STORY + "?amp",
            STORY + "?amp=1",
            "https://kabar.example/amp/2026/03/banjir",
        ),
        *(STORY + "?page=all", STORY + "?outputType=amp", STORY + "?mc_cid=1&_ga=2"),
    ],
)
def test_one_article_is_one_whichever_address_led_to_it(url: str) -> None:
    assert id_of(url) == "kabar.example/2026/03/banjir"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://kabar.example/?id=5", "kabar.example?id=5"),
        ("https://kabar.example/?p=5&utm_source=x", "kabar.example?p=5"),
        ("https://kabar.example/baca.php?utm_source=x&id=5", "kabar.example/baca.php?id=5"),
        ("https://kabar.example/baca?judul=a%20b%FF", "kabar.example/baca?judul=a%20b%FF"),
        (STORY + "?page=2", "kabar.example/2026/03/banjir?page=2"),
        ("https://paser.kabar.example/2026/03/banjir", "paser.kabar.example/2026/03/banjir"),
        ("https://amp.dev/a", "amp.dev/a"),
        ("https://wwwkabar.example/a", "wwwkabar.example/a"),
        ("https://kabar.example/amplop/surat", "kabar.example/amplop/surat"),
    ],
)
def test_what_tells_stories_apart_stays(url: str, own: str) -> None:
    assert id_of(url) == own


@pytest.mark.parametrize(
    ("url", "canonical", "own"),
    [
        (STORY + "?sumber=surel", STORY, STORY),
        (STORY, "https://www.kabar.example/berita/banjir-besar", "https://kabar.example/berita/banjir-besar"),
        ("https://m.kabar.example/baca/5", STORY, "https://m.kabar.example/2026/03/banjir"),
        (STORY + "/2", STORY, STORY),
        (STORY, "/2026/03/banjir-besar", "https://kabar.example/2026/03/banjir-besar"),
        ("https://kabar.example/?p=5", STORY, STORY),
        (STORY, "https://kabar.example/", STORY),
        (STORY, "https://kabar.example/index.php", STORY),
        (STORY, "https://kabar.example/2026/03", STORY),
        (STORY, "https://nasional.example/2026/03/banjir", STORY),
        (STORY, "https://[x", STORY),
        (STORY, "", STORY),
        ("https://kabar.example/baca?id=5", "https://kabar.example/baca", "https://kabar.example/baca?id=5"),
        ("https://kabar.example/baca?id=5&x=1", "https://kabar.example/baca?id=5", "https://kabar.example/baca?id=5"),
    ],
)
@pytest.mark.parametrize("form", ['<link rel="canonical" href="{}">', '<meta content="{}" property="og:url">'])
def test_a_canonical_address_counts_where_it_can_be_the_pages_own(
    url: str, canonical: str, own: str, form: str
) -> None:
    html = usual().replace("</head>", form.format(canonical) + "</head>")
    assert read_article(html, url=url, site=site_of(url), fetched_at=NOW).url == own


def test_a_front_page_is_no_article() -> None:
    for url in ("https://kabar.example", "https://www.kabar.example/?utm_source=x", "http://kabar.example/index.html"):
        with pytest.raises(ReadingError):
            id_of(url)


# What a stored page says


SAID = "https://kabar.example/2026/03/banjir"


@pytest.mark.parametrize(
    "page",
    [
        f'<link rel="canonical" href="{SAID}">',
        f'<link href="{SAID}" rel="canonical">',
        f"<LINK REL=Canonical HREF={SAID}>",
        f"<link rel='nofollow  canonical' href=' {SAID}\n'>",
        f'<meta content="{SAID}" property="og:url">',
        f'<meta name="og:url" content="{SAID}">',
        f"<META PROPERTY=og:url CONTENT={SAID}>",
        f'<base href="https://kabar.example/x/"><link rel="canonical" href="/2026/03/banjir">{SAID}',
        f'<link rel="canonical" href="/2026/03/banjir"><meta property="og:url" content="{SAID}">',
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "url": "{SAID}"}}</script>',
        f'<script type="application/ld+json">[{{"@type": "Article", "mainEntityOfPage": {{"@id": "{SAID}"}}}}]'
        "</script>",
        f'<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "mainEntityOfPage": "{SAID}"}}]}}'
        "</script>",
        f"<!-- saved from url=({len(SAID):04}){SAID} -->",
        f"<!--\n Page saved with SingleFile \n url: {SAID} \n saved date: Tue Mar 03 2026\n-->",
        f'<link rel="canonical" href="https://kabar.example/"><meta property="og:url" content="{SAID}">',
        f'<link rel="canonical" href=""><meta property="og:url" content="{SAID}">',
        f'<link rel="canonical" href="javascript:void(0)"><meta property="og:url" content="{SAID}">',
        f'<link rel="canonical" href="https://[x"><meta name="twitter:url" content="{SAID}">',
        f'<!-- <link rel="canonical" href="https://lain.example/x"> --><link rel="canonical" href="{SAID}">',
        f'<script>var a = \'<link rel="canonical" href="https://lain.example/x">\'</script><base href="{SAID}">',
    ],
)
@pytest.mark.parametrize(
    "form", ["<html><head>{}</head><body><p>Teks</p></body></html>", "<!DOCTYPE html>{}<p>Teks</p>"]
)
def test_a_stored_page_says_its_address_in_many_ways(page: str, form: str) -> None:
    assert stated_address(form.format(page)) == SAID


@pytest.mark.parametrize(
    "page",
    ["", "<p>Teks</p>", '<link rel="canonical" href="/x">', '<link rel="canonical">',
     "<!-- saved from url=(0014)about:internet -->",
     f'<a rel="canonical" href="{SAID}">x</a>'],
)  # fmt: skip
def test_a_page_that_does_not_say_its_address_says_none(page: str) -> None:
    assert stated_address(page) is None
