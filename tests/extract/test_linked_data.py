"""Descriptions for machines: slightly broken ones are read, and that of another story is not taken for this one's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.article import declares_article, read_article
from archive.extract.linked_data import read_json
from archive.sites import SITES
from archive.sites.unknown import unknown_site
from tests.support.site_server import antara_article

KALTIM = SITES["antara-kaltim"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
URL = f"{KALTIM.origin}/berita/67123/pasar-baru-dibuka"
ELSEWHERE = f"{KALTIM.origin}/berita/55/lain"
OWN, OTHER = "2026-02-20T08:00:00+08:00", "2019-01-01T00:00:00+08:00"
TITLE = "Bupati membuka pasar baru di Kuaro"


def script(content: Any, kind: str = "application/ld+json") -> str:
    return f'<script type="{kind}">{content if isinstance(content, str) else json.dumps(content)}</script>'


def story(**more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": OWN, **more}


def related(**more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "Jalan ke desa rusak", "datePublished": OTHER, **more}


def published(head: str = "", *, tail: str = "", printed: str = "", url: str = URL) -> str | None:
    """published_at of a page with no other date than what `head`, `tail` and the `printed` line give."""
    page = antara_article(67123, TITLE).replace("Jumat, 25 September 2026 16:30 WIB", printed)
    page = page.replace("</head>", f"{head}</head>").replace("</body>", f"{tail}</body>")
    moment = read_article(page, url=url, site=KALTIM, fetched_at=NOW).published_at
    return moment.isoformat() if moment else None


TEXT = json.dumps(story(headline=TITLE))


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        f"\ufeff{TEXT}",
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"// <![CDATA[\n{TEXT}\n// ]]&gt;",
        f"/* <![CDATA[ */{TEXT}/* ]]> */",
        f"<![CDATA[{TEXT}]]>",
        f"<!--\n{TEXT}\n-->",
        f"<!--//--><![CDATA[//><!--\n{TEXT}\n//--><!]]>",
        f"<!-- data of the story -->{TEXT}",
        f"/* data of the story */ {TEXT}",
        f"// data of the story\n{TEXT}",
        f"{TEXT};",
        f"{TEXT} ; \n",
        TEXT[:-1] + ",}",
        TEXT[:-1] + ",\n , }",
        f"[{TEXT},]",
        f"{TEXT}{TEXT}",
        f'{{"@type": "WebSite"}},{TEXT}',
        TEXT.replace("{", "{ /* http://x */ ", 1),
        TEXT.replace('"@type"', '"description": "satu // dua, } /* tiga",\n"@type"'),
        TEXT.replace('"@type"', '"description": "satu\ndua\tti\x1fga","@type"'),
        TEXT.replace('"@type"', r'"description": "Jum\'at", "@type"'),
        TEXT.replace('"', "&quot;"),
        TEXT + "<p>sisa",
    ],
)
def test_json_ld_with_small_slips_is_read(content: str) -> None:
    assert published(script(content)) == OWN


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[[[1]]]",
        TEXT[:-1],
        TEXT.replace('"', "'"),
        TEXT.replace(f'"{OWN}"', "8 pagi"),
        TEXT.replace('"@type"', '"description": "kata "damai" itu", "@type"'),
        json.dumps(story(datePublished=["2026-02-20T08:00:00+08:00", "2026-02-21T08:00:00+08:00"])),
        TEXT[:-1] + f', "datePublished": "{OTHER}"}}',
        json.dumps(story(datePublished="2026-02-20")),
        json.dumps(story(datePublished="2026-02-20T08:00:00 MYT")),
        json.dumps(story(datePublished="0001-01-01T00:00:00Z")),
        json.dumps(story(datePublished="1970-01-01T00:00:00Z")),
        json.dumps(story(datePublished="2062-01-01T00:00:00Z")),
        json.dumps(story(datePublished={"year": 2026})),
        json.dumps(story(datePublished=1771545600)),
        json.dumps({"@type": "Event", "datePublished": OWN}),
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_what_is_broken_or_says_two_things_gives_no_time(content: str) -> None:
    assert published(script(content)) is None


@pytest.mark.parametrize(
    "data",
    [
        story(),
        story(**{"@type": ["NewsArticle", "Article"]}),
        story(**{"@type": "http://schema.org/NewsArticle"}),
        story(**{"@type": "https://www.schema.org/LiveBlogPosting"}),
        story(**{"@type": "schema:BlogPosting"}),
        story(datePublished=[OWN]),
        story(datePublished=[OWN, "2026-02-20T00:00:00Z"]),
        [{"@type": "WebSite", "name": "Kabar"}, story()],
        [[story()]],
        {"@graph": [{"@type": "WebSite"}, story()]},
        {"@graph": story()},
        {"@type": "WebPage", "mainEntity": story()},
        {"@type": "WebPage", "mainEntity": [story()]},
        {"@graph": [{"@type": "WebPage", "mainEntity": story(), "datePublished": OTHER, "url": ELSEWHERE}]},
        {"@type": "WebPage", "url": URL, "datePublished": OWN},
        story(liveBlogUpdate=[{"@type": "BlogPosting", "datePublished": OTHER}]),
        story(hasPart=related(), isPartOf={"@type": "WebPage", "datePublished": OTHER}),
    ],
)
def test_the_story_is_found_in_every_shape(data: Any) -> None:
    assert published(script(data)) == OWN


@pytest.mark.parametrize("kind", ["application/ld+json", "Application/LD+JSON", " application/ld+json; charset=utf-8"])
def test_a_scripts_type_is_read_as_browsers_do(kind: str) -> None:
    assert published(script(story(), kind)) == OWN


@pytest.mark.parametrize(
    "own",
    [
        {"url": URL},
        {"url": URL.replace("https:", "http:").replace("//", "//www.")},
        {"url": f"{KALTIM.origin}/berita/67123"},
        {"url": f"{KALTIM.origin}/amp/berita/67123/apa-saja"},
        {"url": f"{URL}?utm_source=x"},
        {"url": "/berita/67123/pasar-baru-dibuka"},
        {"@id": f"{URL}#article"},
        {"mainEntityOfPage": URL},
        {"mainEntityOfPage": {"@type": "WebPage", "@id": URL}},
        {"mainEntityOfPage": [{"@id": f"{URL}/"}]},
        {"headline": TITLE},
        {"headline": f"  {TITLE.upper()} "},
        {"name": TITLE, "headline": ""},
        {"headline": TITLE[:-2] + "..."},
        {"headline": TITLE, "url": "https://google.com/article"},  # as in a template that many copied
        {"headline": "Judul untuk mesin pencari", "url": URL},
    ],
)
def test_of_several_stories_the_one_with_the_pages_address_or_headline_counts(own: dict[str, Any]) -> None:
    mine, other = story(**own), related(url=ELSEWHERE)
    for head in (
        script([other, mine]),
        script([mine, other]),
        script({"@graph": [other, mine]}),
        script(other) + script(mine),
        script([related(), mine, related(headline="Lain lagi")]),
    ):
        assert published(head) == OWN


@pytest.mark.parametrize(
    "data",
    [
        related(url=ELSEWHERE),
        related(mainEntityOfPage={"@id": ELSEWHERE}),
        {"@graph": [related(url=ELSEWHERE)]},
        {"@type": "WebPage", "mainEntity": related(url=ELSEWHERE)},
        [related(), related(headline="Lain lagi")],
        [related(url=ELSEWHERE), story()],  # the second may be anyone's
        related(headline=TITLE[:12] + "..."),
        {"@type": "ItemList", "itemListElement": [related(headline=TITLE)]},
        {"@type": "NewsMediaOrganization", "url": URL, "datePublished": OTHER},
    ],
)
def test_what_is_another_storys_or_may_be_is_not_this_ones(data: Any) -> None:
    printed = "Jumat, 20 Februari 2026 8:00 WITA"
    assert published(script(data), printed=printed) == OWN


def test_a_single_description_with_another_headline_counts_behind_the_printed_date() -> None:
    head = script(story(headline="Judul untuk mesin pencari"))
    assert published(head) == OWN
    assert published(head, printed="Kamis, 19 Februari 2026 8:00 WITA") == "2026-02-19T08:00:00+08:00"


def test_a_canonical_address_on_the_national_site_is_the_storys_too() -> None:
    national = "https://www.antaranews.com/berita/4711/pasar"
    head = f'<meta property="og:url" content="{national}">{script([related(), story(url=national)])}'
    assert published(head) == OWN


NEWS = 'itemscope itemtype="http://schema.org/NewsArticle"'
TIME = f'<time itemprop="datePublished" datetime="{OTHER}">1 Januari</time>'
MINE = f'<time itemprop="datePublished" datetime="{OWN}">Jumat</time>'


@pytest.mark.parametrize(
    "tail",
    [
        MINE,
        f'<meta itemprop="datePublished" content="{OWN}">',
        f'<span itemprop="datePublished dateCreated" content="{OWN}"></span>',
        f"<div {NEWS}>{MINE}</div>",
        f'<div itemscope itemtype="https://schema.org/CreativeWork">{MINE}</div>',
        f'<div {NEWS}><h2 itemprop="headline">{TITLE}</h2>{MINE}</div>',
        f'<div {NEWS}><link itemprop="mainEntityOfPage" href="{URL}">{MINE}</div>',
        f'<div {NEWS}><meta itemscope itemprop="mainEntityOfPage" itemid="{URL}">{MINE}</div>',
        f'<div {NEWS} itemid="{URL}">{MINE}</div>',
        # beside those of others
        f"<div {NEWS}><a itemprop='url' href='{ELSEWHERE}'></a>{TIME}</div><div {NEWS} itemid='{URL}'>{MINE}</div>",
        f"<div {NEWS}><h3 itemprop='name'><a href='{ELSEWHERE}'>Lain</a></h3>{TIME}</div>{MINE}",
        f"<div {NEWS} itemid='{URL}'>{MINE}<div itemprop='comment' itemscope itemtype='x/Comment'>{TIME}</div></div>",
        f"<div {NEWS} itemid='{URL}'>{MINE}<div itemprop='hasPart' {NEWS}>{TIME}</div></div>",
        f"{MINE}<aside>{TIME}</aside>",
        f"{MINE}<a href='{ELSEWHERE}'>{TIME}</a>",
        f"{MINE}<div itemscope itemtype='http://schema.org/Event'>{TIME}</div>",
    ],
)
def test_microdata_of_the_story_is_read_and_that_of_others_is_not(tail: str) -> None:
    assert published(tail=tail) == OWN


@pytest.mark.parametrize(
    "tail",
    [
        f"<div {NEWS}><a itemprop='url' href='{ELSEWHERE}'></a>{TIME}</div>",
        f"<div {NEWS}><h3 itemprop='headline'><a href='{ELSEWHERE}'>Lain</a></h3>{TIME}</div>",
        f"<div {NEWS}><h3 itemprop='headline'>Lain</h3>{TIME}</div>" * 2,
        f"<div {NEWS}>{TIME}</div><div {NEWS}>{MINE}</div>",
        f"{MINE}{TIME}",
        f"<div {NEWS}><meta itemprop='datePublished' content='{OTHER}'><link itemprop='url' href='{ELSEWHERE}'></div>",
    ],
)
def test_microdata_that_may_be_anyones_gives_no_time(tail: str) -> None:
    assert published(tail=tail) is None


def test_a_time_to_come_leaves_the_date_to_the_next_source() -> None:
    head = '<meta property="article:published_time" content="2062-02-20T08:00:00+08:00">' + script(
        story(headline=TITLE)
    )
    assert published(head) == OWN


def test_a_live_report_is_a_story() -> None:
    head = script({"@type": "https://schema.org/LiveBlogPosting", "headline": "Langsung"})
    assert declares_article(f"<html><head>{head}</head><body><h1>Langsung</h1></body></html>")


def test_on_an_unknown_site_a_time_counts_with_its_zone_alone() -> None:
    for given_time, wanted in {
        "2026-02-20T08:00:00": None,
        "2026-02-20T08:00:00 WIB": "2026-02-20T08:00:00+07:00",
        "2026-02-20T08:00:00 GMT+8": OWN,
        "Fri, 20 Feb 2026 00:00:00 -0000": "2026-02-20T00:00:00+00:00",
        "2026-02-20T08:00:00 XYZ": None,
    }.items():
        head = script(story(headline="Kabar", datePublished=given_time))
        text = "<h1>Kabar</h1><p>Banjir di kota surut pada Jumat pagi, kata warga.</p>"
        page = f"<html><head><title>Kabar</title>{head}</head><body><article>{text}</article></body></html>"
        url = "https://kabar.example/2026/banjir"
        moment = read_article(page, url=url, site=unknown_site(url), fetched_at=NOW).published_at
        assert (moment.isoformat() if moment else None) == wanted


@given(st.text(st.sampled_from("{}[]\",:/*<!->\\' \nab1")))
def test_no_script_makes_reading_raise(text: str) -> None:
    read_json(text)


@pytest.mark.parametrize("piece", ["/*", "<!--", '"', '\\"', ",", ", ", "//", "{", "]]>", "&quot;", "{}", " "])
def test_the_time_to_read_a_script_grows_with_its_length_alone(piece: str) -> None:
    read_json("{" + piece * (1_500_000 // len(piece)) + '"a"')
