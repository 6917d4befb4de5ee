"""The article region is the element with the story in it, whatever else on the page has the same name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.extract.article import Article, ReadingError, read_article
from archive.sites import SITES

NOW = datetime(2026, 7, 13, 14, 0, tzinfo=UTC)
STORY = "".join(f"<p>Kalimat ke-{i} dari laporan tentang panen padi di Desa Laburan.</p>" for i in range(6))
OTHER = "".join(f"<p>Kalimat ke-{i} dari laporan lain tentang pasar malam.</p>" for i in range(40))
H1 = '<h1 class="entry-title">Panen padi</h1>'
TEXT = f'<div class="entry-content">{STORY}</div>'
NEXT = f'<article id="post-8"><h1 class="entry-title">Pasar</h1><div class="entry-content">{OTHER}</div></article>'


def post(page: str, *, head: str = "") -> Article:
    """A page of the WordPress site, of the post 7."""
    html = f'<html><head>{head}</head><body class="single-post postid-7">{page}</body></html>'
    site = SITES["mc-paser"]
    return read_article(html, url=f"{site.origin}/berita/panen/", site=site, fetched_at=NOW)


def story(page: str) -> Article:
    """A page of the ANTARA bureau."""
    site = SITES["antara-kaltim"]
    return read_article(
        f"<html><body>{page}</body></html>", url=f"{site.origin}/berita/7/panen", site=site, fetched_at=NOW
    )


def assert_is_the_story(article: Article) -> None:
    assert len(article.body.split("\n\n")) == 6
    assert "pasar malam" not in article.body
    assert article.title == "Panen padi"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            f'<div class="entry-content"><p>Cari berita lain di sini.</p></div>{H1}{TEXT}',
            id="a box of the same class before it",
        ),
        pytest.param(
            f'{H1}<div class="post-content"><ul><li><a href="/x">{"Judul lain " * 200}</a></li></ul></div>'
            f'<div class="td-post-content">{STORY}</div>',
            id="a box of links with more text",
        ),
        pytest.param(
            f'<article id="post-7">{H1}{TEXT}</article>{NEXT}',
            id="the next story below it, longer",
        ),
        pytest.param(
            f'{NEXT}<article id="post-7">{H1}{TEXT}</article>',
            id="another story before it",
        ),
        pytest.param(
            f'<div id="post-7">{H1}</div>{TEXT}',
            id="the name of the post at its title alone",
        ),
        pytest.param(f'<article id="post-7">{H1}<div class="isi">{STORY}</div></article>', id="no known container"),
        pytest.param(
            f'<article class="post-7 post hentry">{H1}<div class="isi">{STORY}</div></article>',
            id="named by its class",
        ),
        pytest.param(
            f'<article id="post-7">{H1}<div class="isi">{STORY}</div>'
            '<aside><div itemprop="articleBody"><p>Baca pula pasar malam.</p></div></aside></article>',
            id="a small box with the name of a region",
        ),
        pytest.param(
            f'{H1}<div class="elementor-widget-container"><p>Beranda</p></div>'
            f'<div class="elementor-widget-container">{STORY}</div>',
            id="Elementor",
        ),
        *(
            pytest.param(f'{H1}<div class="{name}">{STORY}</div>', id=name)
            for name in (
                *("entry-content", "entry-inner", "single-content", "article-content", "post_content"),
                *("avia_textblock", "td-post-content"),
            )
        ),
        pytest.param(f'{H1}<div itemprop="articleBody">{STORY}</div>', id="itemprop"),
    ],
)
def test_the_region_of_a_post(page: str) -> None:
    assert_is_the_story(post(page))


def test_the_region_of_an_agency_story() -> None:
    pager = '<div class="post-content clearfix"><a href="paser/2">2</a></div>'
    assert_is_the_story(story(f'{pager}<h1 class="post-title">Panen padi</h1><div class="post-content">{STORY}</div>'))


def test_a_post_of_links_alone_is_read() -> None:
    article = post(f'{H1}<div class="entry-content"><p><a href="/x">Kabar panen raya.</a></p></div>')
    assert article.body == "Kabar panen raya."


def test_a_page_with_only_another_post_is_none() -> None:
    with pytest.raises(ReadingError, match="no article region"):
        post(f'<article id="post-7"></article>{NEXT}')


def test_a_lead_above_the_text_belongs_to_the_story() -> None:
    lead = '<div class="entry-excerpt"><p>Petani menuai hasil lebih awal.</p></div>'
    article = post(f'<article id="post-7">{H1}{lead}{TEXT}</article>')
    assert article.body.startswith("Petani menuai hasil lebih awal.\n\nKalimat ke-0")


@pytest.mark.parametrize(
    "cut", ["Kalimat ke-0 dari laporan tentang panen […]", "Kalimat ke-0 dari laporan tentang panen padi..."]
)
def test_an_excerpt_of_the_text_is_no_lead(cut: str) -> None:
    lead = f'<div class="entry-summary"><p>{cut}</p></div>'
    assert_is_the_story(post(f'<article id="post-7">{H1}{lead}{TEXT}</article>'))


def test_a_selector_further_down_is_read_only_if_none_before_gives_a_value() -> None:
    links = '<a href="/">Home</a> <a href="/paser">Paser</a>'
    head = f'<header class="post-header"><p class="simple-share">{links}</p></header>'
    crumbs = '<ul class="breadcrumb"><li><a href="/olahraga">Olahraga</a></li></ul>'
    page = f'<h1 class="post-title">Panen padi</h1><div class="post-content">{STORY}</div>'
    assert story(head + crumbs + page).section == "Paser"
    assert story(crumbs + page).section == "Olahraga"


def test_a_caption_is_not_the_headline_over_again() -> None:
    def figure(text: str) -> str:
        return f"<figure><figcaption>{text}</figcaption></figure>"

    page = f"{H1}{TEXT}"
    assert post(figure("PANEN PADI.") + page).caption is None
    assert post(figure("Panen padi") + figure("Petani di Laburan.") + page).caption == "Petani di Laburan."


@pytest.mark.parametrize(
    ("printed", "tags"),
    [
        ('<a rel="tag" href="/tag/padi/">Padi</a> <a rel="tag" href="/tag/laburan">#Laburan</a>', ("Padi", "Laburan")),
        ('<a rel="category tag" href="/category/tani/">Tani</a>', ()),
        (
            '<p class="tagcloud"><a rel="tag" class="tag-cloud-link" href="/tag/pemilu">Pemilu</a></p>',
            (),
        ),
        ('<div class="widget"><a class="tag-link-9" rel="tag" href="/tag/pemilu">Pemilu</a></div>', ()),
        ("", ()),
    ],
)
def test_the_tags_of_a_post_are_not_those_of_a_cloud(printed: str, tags: tuple[str, ...]) -> None:
    assert post(f"{H1}{TEXT}{printed}").tags == tags


def test_the_classes_of_a_post_say_which_links_are_its_tags() -> None:
    cloud = '<a rel="tag" href="/tag/pemilu/">Pemilu</a><a rel="tag" href="/tag/gunung-lumut/">Gunung Lumut</a>'
    text = f'{H1}{TEXT}<a rel="category" href="/category/wisata/">Wisata</a>'
    tagged = f'<article class="post-7 hentry category-wisata tag-gunung-lumut">{text}</article>{cloud}'
    assert post(tagged).tags == ("Gunung Lumut",)
    assert post(tagged).section == "Wisata"
    untagged = f'<article class="post-7 hentry category-wisata">{text}</article>{cloud}'
    assert post(untagged, head='<meta name="keywords" content="berita, kabar">').tags == ()


def test_keywords_are_the_tags_where_the_page_prints_none() -> None:
    page = f'<h1 class="title">Panen padi</h1><div id="content_news">{STORY}</div>'
    keywords = '<span itemprop="keywords" style="display:none">padi, panen raya,, padi</span>'
    meta = '<meta name="keywords" content="padi,panen raya">'
    assert story(keywords + page).tags == ("padi", "panen raya")
    assert story(meta + page).tags == ("padi", "panen raya")


def test_a_correction_that_is_shown_is_read_and_an_advertisement_is_not() -> None:
    shown = "<p>Panen mencapai <del>dua</del> <ins>tiga</ins> ton, kata kepala desa.</p>"
    ad = '<ins class="adsbygoogle" data-ad-slot="1">Iklan sabun</ins>'
    for read in (
        post(f'{H1}<div class="entry-content">{STORY}{shown}{ad}</div>'),
        story(f'<h1 class="title">Panen</h1><div id="content_news">{STORY}{shown}{ad}</div>'),
    ):
        assert "tiga ton" in read.body
        assert "sabun" not in read.body
