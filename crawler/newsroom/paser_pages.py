"""The pages of MC Kominfo Paser, a WordPress site: posts, REST answers, sitemaps, the feed, listings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from crawler.newsroom.markup import body_html, spaced
from crawler.newsroom.paser_stock import HOST, category_of
from crawler.newsroom.story import WITA, Story

SITE_TITLE = "Media Center Kabupaten Paser"


def article_page(story: Story, *, others: Sequence[Story], edition: int) -> str:
    """The page of a post. It ends with teasers of `others` (four posts or more). `edition` changes what is printed around
    the post, but nothing in it."""
    links = [(other.url, other.title) for other in others]
    body = body_html(story, read_also=links[1], elsewhere=links[2], paragraphs=lambda _: True)
    byline = "".join(
        f"<p>{'<br />'.join(spaced(line) for line in lines.split(chr(10)))}</p>" for lines in _bylines(story)
    )
    machine = f'<meta property="article:published_time" content="{story.machine_date}" />' if story.machine_date else ""
    image = f'<meta property="og:image" content="{escape(story.image_url)}" />' if story.image_url else ""
    picture = ""
    if story.image_url:
        caption = f'<figcaption class="wp-caption-text">{spaced(story.caption)}</figcaption>' if story.caption else ""
        picture = f'<figure class="post-thumbnail"><img src="{escape(story.image_url)}" alt="" />{caption}</figure>'
    tags = ""
    if story.tags:
        rows = ", ".join(f'<a href="{HOST}/tag/x/" rel="tag">{escape(tag)}</a>' for tag in story.tags)
        tags = f'<span class="tags-links">Tag: {rows}</span>'
    turned = [*others[edition % len(others) :], *others[: edition % len(others)]]
    related = "".join(
        f'<div class="item"><h4><a href="{escape(other.url)}">{escape(other.title)}</a></h4><p>{spaced(other.teaser)}</p></div>'
        for other in turned
    )
    name, category, _ = category_of(story)
    return f"""<!DOCTYPE html><html lang="id"><head><meta charset="UTF-8" />
<title>{escape(story.title)} &#8211; {SITE_TITLE}</title><link rel="canonical" href="{escape(story.url)}" />
<meta property="og:title" content="{escape(story.title)}" /><meta property="og:type" content="article" />
{machine}{image}<link rel="shortlink" href="{HOST}/?p={story.number}" /></head>
<body class="post-template-default single single-post postid-{story.number} single-format-standard">
<header class="site-header"><a href="{HOST}/">{SITE_TITLE}</a><nav><a href="{HOST}/berita/">Berita</a></nav></header>
<main><article id="post-{story.number}" class="post-{story.number} post type-post status-publish hentry">
<header class="entry-header"><span class="cat-links"><a href="{HOST}/category/berita/" rel="category tag">Berita</a>
<a href="{HOST}/category/berita/{category}/" rel="category tag">{escape(name)}</a></span>
<h1 class="entry-title">{escape(story.title, quote=False)}</h1></header>{picture}
<div class="entry-content">{body}{byline}</div><footer class="entry-footer">{tags}</footer></article>
<section class="berita-lainnya"><h3>Berita Lainnya</h3>{related}</section>
<div id="comments" class="comments-area"><div id="respond" class="comment-respond"><h3 id="reply-title">Tinggalkan Balasan</h3>
<form action="{HOST}/wp-comments-post.php" method="post"><p class="comment-notes">Alamat email Anda tidak akan dipublikasikan.
Ruas yang wajib ditandai *</p><p><label for="comment">Komentar *</label><textarea name="comment"></textarea></p></form>
</div></div></main><footer>Dikunjungi {5000 + 13 * edition} kali</footer></body></html>"""


def _bylines(story: Story) -> list[str]:
    return [part for part in story.byline.split("\n\n") if part]


def posts(stories: Sequence[Story], *, fields: Sequence[str]) -> str:
    """The REST answer with the fields of the parameter _fields; empty `fields` mean all."""
    found = [_post(story) for story in stories]
    if fields:
        found = [{name: post[name] for name in fields if name in post} for post in found]
    return json.dumps(found, ensure_ascii=False)


def _post(story: Story) -> dict[str, object]:
    return {
        "id": story.number,
        "date": _local(story.instant),
        "date_gmt": _gmt(story.instant),
        "guid": {"rendered": f"{HOST}/?p={story.number}"},
        "modified": _local(story.modified),
        "modified_gmt": _gmt(story.modified),
        "slug": story.slug,
        "status": "publish",
        "type": "post",
        "link": story.url,
        "title": {"rendered": escape(story.title).replace("“", "&#8220;").replace("”", "&#8221;")},
        "content": {"rendered": "".join(f"<p>{spaced(part)}</p>\n" for part in story.body.split("\n\n"))},
        "excerpt": {"rendered": f"<p>{spaced(story.teaser)}</p>\n"},
        "categories": [10, category_of(story)[2]],
    }


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(WITA):%Y-%m-%dT%H:%M:%S}"


def _gmt(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def sitemap_index(parts: int) -> str:
    rows = "".join(
        f"<sitemap><loc>{HOST}/wp-sitemap-posts-post-{part}.xml</loc></sitemap>" for part in range(1, parts + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{rows}<sitemap><loc>{HOST}/wp-sitemap-posts-page-1.xml</loc></sitemap>"
        f"<sitemap><loc>{HOST}/wp-sitemap-taxonomies-category-1.xml</loc></sitemap></sitemapindex>"
    )


def sitemap_part(stories: Sequence[Story]) -> str:
    rows = "".join(
        f"<url><loc>{escape(story.url)}</loc><lastmod>{story.modified.astimezone(WITA).isoformat()}</lastmod></url>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    )


def feed(stories: Sequence[Story]) -> str:
    items = "".join(
        f"""<item><title>{escape(story.title)}</title><link>{escape(story.url)}</link>
<dc:creator><![CDATA[admin]]></dc:creator><pubDate>{format_datetime(story.instant.astimezone(UTC))}</pubDate>
<category><![CDATA[{story.section}]]></category><guid isPermaLink="false">{HOST}/?p={story.number}</guid>
<description><![CDATA[<p>{story.teaser}</p>]]></description></item>"""
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{SITE_TITLE}</title><link>{HOST}</link><language>id</language>{items}</channel></rss>"
    )


def listing_page(stories: Sequence[Story], *, page: int) -> str:
    posts = "".join(
        f"""<article id="post-{story.number}" class="post-{story.number} post hentry"><header class="entry-header">
<h2 class="entry-title"><a href="{escape(story.url)}" rel="bookmark">{escape(story.title)}</a></h2></header>
<div class="entry-summary"><p>{spaced(story.teaser)}</p></div></article>"""
        for story in stories
    )
    return f"""<!DOCTYPE html><html lang="id"><head><title>Berita &#8211; {SITE_TITLE}</title></head>
<body class="archive category"><main>{posts}
<nav class="navigation pagination"><a class="page-numbers" href="{HOST}/berita/page/{page + 1}/">{page + 1}</a></nav>
</main></body></html>"""
