"""The HTML of ANTARA Kaltim: articles in each generation of markup (FACTS, section 1), listings, the feed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from crawler.newsroom.antara_stock import HOST
from crawler.newsroom.dates import card_date, feed_date
from crawler.newsroom.markup import Link, body_html, spaced
from crawler.newsroom.story import Layout, Story

SITE_TITLE = "ANTARA News Kalimantan Timur"
NOTICE = (
    "Dilarang keras mengambil konten, melakukan crawling atau pengindeksan otomatis untuk AI di situs web ini "
    "tanpa izin tertulis dari Kantor Berita ANTARA."
)


def article_page(story: Story, *, others: Sequence[Story], edition: int) -> str:
    """The page of a story in its layout. It links to `others` (four stories or more). `edition` changes what is printed
    around the story, but nothing in it."""
    links = [(_path(other), other.title) for other in others]
    return _LAYOUTS[story.layout](story, links, edition)


def listing_page(stories: Sequence[Story], *, page: int, pages: int, path: str, now: datetime, popular: Story) -> str:
    """A listing page in the markup of 2026: cards, a pager, and a link to a popular story that is not a card."""
    cards = "\n".join(
        f"""<div class="card__post card__post-list card__post__transition mt-30"><div class="row">
<div class="col-md-5"><a href="{_path(story)}"><img data-src="{story.image_url or ""}" class="img-fluid lazyload"></a></div>
<div class="col-md-7"><div class="card__post__content"><h2 class="post_title"><a href="{_path(story)}"
 title="{escape(story.title)}">{escape(story.title)}</a></h2><ul class="list-inline"><li class="list-inline-item">
<span class="text-secondary">{card_date(story.instant, now)}</span></li></ul>
<p>{spaced(story.teaser)}</p></div></div></div></div>"""
        for story in stories
    )
    pager = "".join(f'<li><a href="{path}/{n}">{n}</a></li>' for n in range(max(1, page - 2), min(pages, page + 2) + 1))
    return f"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Terkini - {SITE_TITLE}</title></head>
<body>{_MENU}<div class="wrap__article-carousel"><div class="card__post card__post-list">
<a href="{_path(popular)}?utm_source=antaranews&amp;utm_medium=desktop&amp;utm_campaign=popular_right">Populer</a></div></div>
{cards}<ul class="pagination">{pager}</ul></body></html>"""


def older_listing_page(
    stories: Sequence[Story], *, page: int, pages: int, path: str, now: datetime, popular: Story
) -> str:
    """A listing page in the markup that public scrapers of 2020 to 2023 read."""
    cards = "\n".join(_small_card(story, now) for story in stories)
    pager = "".join(f'<li><a href="{path}/{n}">{n}</a></li>' for n in range(max(1, page - 2), min(pages, page + 2) + 1))
    return f"""<!DOCTYPE html><html><head><title>Terkini - {SITE_TITLE}</title></head><body>{_MENU}
<aside><ul><li><a href="{_path(popular)}?utm_source=antaranews">Terpopuler</a></li></ul></aside>
{cards}<ul class="pagination">{pager}</ul></body></html>"""


def bureau_listing_page(
    stories: Sequence[Story], *, page: int, pages: int, path: str, now: datetime, popular: Story
) -> str:
    """A listing page of a bureau in 2025: a big card, then small ones. The mega menu and the sidebar name other
    stories, and some of the same. The pager's links are relative to the site, though there is no <base>."""
    first, *others = stories
    menu = "".join(
        f"""<div class="mega-menu-news"><div class="mega-menu-img"><a href="{_path(story)}"></a></div>
<div class="mega-menu-detail"><h4 class="entry-title"><a href="{_path(story)}">{escape(story.title)}</a></h4></div></div>"""
        for story in (first, popular)
    )
    big = f"""<article class="news-block big-block"><a class="overlay-link" href="{_path(first)}">
<figure class="image-overlay"><img data-src="{first.image_url or ""}"></figure></a><header class="news-details">
<h3 class="news-title"><a href="{_path(first)}">{escape(first.title)}</a></h3><p class="simple-share">
<span class="article-date"><i class="fa fa-clock-o"></i> {card_date(first.instant, now)}</span></p></header></article>"""
    small = "".join(_small_card(story, now, rubric=story.crumbs[-1]) for story in others)
    section = path.removeprefix("/")
    pager = "".join(f'<li><a href="{section}/{n}">{n}</a></li>' for n in range(page, min(pages, page + 4) + 1))
    following = f'<li><a href="{section}/{page + 1}" aria-label="Next"><span>»</span></a></li>' if page < pages else ""
    return f"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Terkini - {SITE_TITLE}</title></head>
<body><header class="header-wrapper clearfix">{_MENU}<nav class="navbar mega-menu"><ul class="nav navbar-nav"><li>{menu}</li>
</ul></nav></header><div class="main-content mag-content clearfix"><div class="row"><div class="col-md-8">
<h3 class="block-title"><span>Terkini</span></h3>{big}{small}
<div class="post-content clearfix"><ul class="pagination pagination-sm">{pager}{following}</ul></div></div>
<div class="col-md-4"><aside class="sidebar clearfix"><div class="widget tabwidget"><article class="widget-post clearfix">
<header><h3><a href="{_path(popular)}">{escape(popular.title)}</a></h3></header></article></div><div class="mt15">
<article class="news-block small-block"><a class="overlay-link" href="{_path(first)}"></a><header class="news-details">
<h3 class="news-title"><a href="{_path(first)}">{escape(first.title)}</a></h3></header></article></div></aside></div>
</div></div></body></html>"""


def past_the_end(stories: Sequence[Story]) -> str:
    """The page of a 404 in the site's theme, which links to stories in the form of the cards."""
    cards = "".join(_small_card(story, story.instant) for story in stories)
    return f"""<!DOCTYPE html><html lang="id"><head><title>404 - {SITE_TITLE}</title></head><body>{_MENU}
<h1>Halaman tidak ditemukan</h1><div class="col-md-8"><h3 class="block-title"><span>Mungkin Anda cari</span></h3>{cards}
</div></body></html>"""


def _small_card(story: Story, now: datetime, *, rubric: Link | None = None) -> str:
    section = f'<a href="{escape(rubric[1])}">{escape(rubric[0])}</a> / ' if rubric else ""
    return f"""<article class="simple-post simple-big clearfix"><div class="simple-thumb"><a href="{_path(story)}">
<img src="{story.image_url or ""}"></a></div><header><h3><a href="{_path(story)}" title="{escape(story.title)}">
{escape(story.title)}</a></h3><p class="simple-share">{section}<span>{card_date(story.instant, now)}</span></p></header>
</article>"""


def feed(stories: Sequence[Story], *, now: datetime) -> str:
    items = "".join(
        f"""<item><title>{escape(story.title)}</title><link>{escape(story.url)}</link>
<pubDate>{feed_date(story.instant)}</pubDate><description><![CDATA[<img src="{story.image_url or ""}" align="right"
 border="0">{story.teaser}]]></description><guid>{escape(story.url)}</guid>
<enclosure length="25000" type="image/jpeg" url="{escape(story.image_url or "")}"/></item>"""
        for story in stories
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
<channel><title>{SITE_TITLE} Terkini</title><description>News And Service from {SITE_TITLE}</description>
<link>{HOST}</link><language>id</language><lastBuildDate>{feed_date(now)}</lastBuildDate>{items}</channel></rss>"""


_MENU = (
    '<nav><ul class="menu"><li><a href="/">Home</a></li><li><a href="/terkini">Terkini</a></li>'
    '<li><a href="/paser">Paser</a></li><li><a href="/ekonomi">Ekonomi</a></li></ul></nav>'
)


def _path(story: Story) -> str:
    return story.url.removeprefix(HOST)


def _head(story: Story, *, machine: str = "") -> str:
    image = f'<meta property="og:image" content="{escape(story.image_url)}">' if story.image_url else ""
    return f"""<head><meta charset="{_charset(story)}"><title>{escape(story.title)} - {SITE_TITLE}</title>
<meta name="author" content="antaranews.com"><meta name="description" content="{escape(story.teaser)}">
<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.title)}">
<link rel="canonical" href="{escape(story.url)}">{image}{machine}</head>"""


def _charset(story: Story) -> str:
    return "windows-1252" if "windows-1252" in story.traps else "utf-8"


def _crumbs(story: Story, item: str) -> str:
    return "".join(
        f'<li class="{item}"><a href="{escape(path)}">{escape(name)}</a></li>' for name, path in story.crumbs
    )


def _tags(story: Story, css: str) -> str:
    if not story.tags:
        return ""
    tags = "".join(f'<li><a href="/tag/{escape(tag)}">{escape(tag)}</a></li>' for tag in story.tags)
    return f'<ul class="{css}"><li>Tags:</li>{tags}</ul>'


def _byline(story: Story, *, notice: str = "") -> str:
    lines = [*story.byline.split("\n"), story.copyright] if story.byline else [story.copyright]
    return "<br />\n".join(spaced(line) for line in [*lines, *([notice] if notice else [])])


def _sidebar(links: Sequence[Link], edition: int) -> str:
    """Links to other stories and a counter of readers. `edition` changes their order and the counter."""
    turned = [*links[edition % len(links) :], *links[: edition % len(links)]]
    rows = "".join(
        f'<li><h4><a href="{escape(url)}?utm_source=x">{escape(title)}</a></h4></li>' for url, title in turned
    )
    return (
        f'<aside class="terpopuler"><h3>Terpopuler</h3><ul>{rows}</ul><p>Dibaca {1200 + 37 * edition} kali</p></aside>'
    )


def _generation_1(story: Story, links: Sequence[Link], edition: int) -> str:
    date = f'<div class="date">{escape(story.date_line, quote=False)}</div>' if story.date_line else ""
    machine = _json_ld(story) if story.machine_date else ""
    body = body_html(story, read_also=links[1], elsewhere=_national(links[2]), paragraphs=lambda _: False)
    return f"""<html>{_head(story)}<body>{_MENU}<ul class="breadcrumb">{_crumbs(story, "")}</ul>
<h1>{escape(story.title, quote=False)}</h1>{date}{_picture(story)}
<div id="content_news">{body}{_byline(story)}</div>{_sidebar(links, edition)}{machine}</body></html>"""


def _generation_2a(story: Story, links: Sequence[Link], edition: int) -> str:
    machine = f'<meta itemprop="datePublished" content="{story.machine_date}">' if story.machine_date else ""
    body = body_html(story, read_also=links[1], elsewhere=_national(links[2]), paragraphs=lambda _: False)
    return f"""<!DOCTYPE html><html lang="id">{_head(story, machine=machine)}<body>{_MENU}
<ul class="breadcrumb">{_crumbs(story, "")}</ul><article class="post-wrapper clearfix"><header class="post-header">
<h1 class="post-title">{escape(story.title, quote=False)}</h1><p class="simple-share"><span class="article-date">
<i class="fa fa-clock-o"></i> {escape(story.date_line or "", quote=False)}</span></p>{_picture(story)}</header>
<div class="post-content clearfix">{body}
<p class="text-muted small mt10">{_byline(story)}</p></div>
{_tags(story, "tags-widget clearfix")}{_related(links)}</article>{_sidebar(links, edition)}
{_json_ld(story) if story.number % 2 else ""}</body></html>"""


def _generation_2b(story: Story, links: Sequence[Link], edition: int) -> str:
    date = f"<time>{escape(story.date_line, quote=False)}</time>" if story.date_line else ""
    body = body_html(story, read_also=links[1], elsewhere=_national(links[2]), paragraphs=lambda _: False)
    texts = [block.text for block in story.blocks if block.kind == "text"]
    quote = ""
    if "quote-old" in story.traps and texts:
        quote = f'<div class="clearfix"></div><div class="quote_old">{spaced(texts[-1].split(". ")[0])}</div>'
    return f"""<!DOCTYPE html><html lang="id">{_head(story)}<body>{_MENU}
<ul class="breadcrumb">{_crumbs(story, "")}</ul><article class="post-wrapper"><header class="post-header">
<h1 class="post-title">{escape(story.title, quote=False)}</h1><span class="article-date">{date}</span>
{_picture(story)}{quote}</header>
<div class="post-content clearfix font17">{body}</div>
<footer class="post-meta"><div class="tags-wrapper">{_tags(story, "tags-widget clearfix")}{_byline(story)}</div></footer>
{_related(links)}</article>{_sidebar(links, edition)}</body></html>"""


def _generation_3(story: Story, links: Sequence[Link], edition: int) -> str:
    machine = f'<meta property="article:published_time" content="{story.machine_date}">' if story.machine_date else ""
    body = body_html(
        story, read_also=links[1], elsewhere=_national(links[2]), paragraphs=lambda n: (n + story.number) % 3 != 0
    )
    video = '<iframe src="https://www.youtube.com/embed/x" title="video"></iframe>' if story.kind == "video" else ""
    figure = ""
    if story.image_url:
        caption = f'<figcaption class="wp-caption-text">{spaced(story.caption)}</figcaption>' if story.caption else ""
        figure = f"""<div class="wrap__article-detail-image mt-4"><figure><img data-src="{escape(story.image_url)}"
 class="img-fluid lazyload">{caption}</figure></div>"""
    return f"""<!DOCTYPE html><html lang="id">{_head(story, machine=machine)}<body>{_MENU}
<ul class="breadcrumbs bg-light mb-4">{_crumbs(story, "breadcrumbs__item")}</ul>
<div class="wrap__article-detail"><div class="wrap__article-detail-title"><h1>{escape(story.title, quote=False)}</h1></div>
<div class="wrap__article-detail-info"><ul class="list-inline"><li class="list-inline-item"><span class="text-secondary
 font-weight-normal">{escape(story.date_line or "", quote=False)}</span></li><li class="list-inline-item"><span>waktu baca
 {1 + len(story.body.split()) // 200} menit</span></li></ul></div>{figure}{video}
<div class="wrap__article-detail-content post-content">{body}
<p class="text-muted mt-2 small">{_byline(story, notice=NOTICE)}</p></div>
<div class="blog-tags">{_tags(story, "list-inline blog-tags")}</div></div>{_related(links)}{_sidebar(links, edition)}
{_json_ld(story) if story.number % 2 and story.machine_date else ""}</body></html>"""


def _amp(story: Story, links: Sequence[Link], edition: int) -> str:  # noqa: ARG001  (AMP pages carry no sidebar)
    body = body_html(
        story, read_also=links[1], elsewhere=_national(links[2]), paragraphs=lambda n: (n + story.number) % 2 == 0
    )
    twice = f"{body}\n{body}" if "amp-body-twice" in story.traps else body
    time = f'<time datetime="{story.machine_date}">' if story.machine_date else "<time>"
    date = f"{time}{escape(story.date_line, quote=False)}</time>" if story.date_line else ""
    image = ""
    if story.image_url:
        caption = f"<figcaption>{spaced(story.caption)}</figcaption>" if story.caption else ""
        image = (
            f'<figure><amp-img src="{escape(story.image_url)}" width="800" height="533"></amp-img>{caption}</figure>'
        )
    return f"""<!doctype html><html amp lang="id">{_head(story)}<body>
<header><a href="/amp">{SITE_TITLE}</a><a href="@kaltim_antara">Twitter</a><a href="tentang-kami">Tentang Kami</a></header>
<ul class="breadcrumb">{_crumbs(story, "")}</ul><article><h1>{escape(story.title, quote=False)}</h1>{date}{image}
<div class="article-content">{twice}{_byline(story)}</div></article>
<footer>Hak Cipta ANTARA</footer></body></html>"""


def _picture(story: Story) -> str:
    if not story.image_url:
        return ""
    caption = f'<p class="wp-caption-text">{spaced(story.caption)}</p>' if story.caption else ""
    return f'<div class="wp-caption"><img src="{escape(story.image_url)}" class="img-responsive">{caption}</div>'


def _related(links: Sequence[Link]) -> str:
    rows = "".join(
        f'<li><a href="{escape(url)}?utm_source=related">{escape(title)}</a></li>' for url, title in links[:3]
    )
    return f'<div class="related-post"><h3>Berita Terkait</h3><ul>{rows}</ul></div>'


def _json_ld(story: Story) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.machine_date,
        "author": {"@type": "Organization", "name": "antaranews.com"},
    }
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def _national(link: Link) -> Link:
    return f"https://www.antaranews.com{link[0]}", link[1]


_LAYOUTS: dict[Layout, Callable[[Story, Sequence[Link], int], str]] = {
    "antara-1": _generation_1,
    "antara-2a": _generation_2a,
    "antara-2b": _generation_2b,
    "antara-3": _generation_3,
    "antara-amp": _amp,
}
