"""MC Kominfo Paser: the media centre of Paser regency's communications office, a WordPress site.

The WordPress post id identifies an article: the same post answers at /?p=ID, /berita/{slug} and
/berita/{subcategory}/{slug}/, and an editor who files it anew changes the address.
"""

import re
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from archive.sites.site import Address, Layout, Site

_PERMALINK = re.compile(r"/berita(?:/(?!page/)[^/]+){1,2}/?$")

LAYOUT = Layout(
    name="wordpress",
    region=(
        "article .entry-content",
        ".entry-content",
        ".post-content",
        "article .td-post-content",
        "article .content-inner",
    ),
    title="h1.entry-title, article h1, h1.post-title, h1",
    date="time.entry-date, .entry-date, .posted-on time, .post-date",
    section='a[rel~="category"], .cat-links a, .post-categories a',
    tags='a[rel="tag"], .tags-links a, .tagcloud a',
    caption="figcaption, p.wp-caption-text, .wp-caption-text",
    image=".post-thumbnail img, .entry-content img, img.wp-post-image",
    drop=(
        "script",
        "style",
        "noscript",
        "iframe",
        "form",
        "ins",
        "figcaption",
        "div.wp-caption",
        "#comments",
        "#respond",
        ".sharedaddy",
        ".jp-relatedposts",
        ".related-posts",
        ".post-navigation",
        ".berita-lainnya",
        ".tags-links",
        ".cat-links",
    ),
)


def address(path: str) -> Address | None:
    """The post id where the URL carries it (/?p=ID), else a permalink below /berita/."""
    parts = urlsplit(path)
    number = parse_qs(parts.query).get("p", [""])[0]
    if parts.path in ("", "/") and number.isascii() and number.isdigit():
        return Address("article", int(number), f"/?p={number}")
    if _PERMALINK.fullmatch(parts.path):
        return Address("article", None, parts.path.rstrip("/") + "/")
    return None


SITE = Site(
    name="mc-paser",
    title="MC Kominfo Paser",
    origin="https://mediacenter.paserkab.go.id",
    timezone=ZoneInfo("Asia/Makassar"),
    cms="wordpress",
    layouts=(LAYOUT,),
    address=address,
)
