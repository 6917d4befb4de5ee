"""News sites on WordPress: the addresses of their articles, the layout of a page, their listings.

The post id identifies an article: a post answers at /?p=ID and at its permalink, which an editor may change.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from archive.sites.site import Address, Layout, ListingForm, Site

NUMBERED_PATH = "/?p={}"

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

LISTINGS = (
    ListingForm(re.compile(r"/wp-json/wp/v2/posts\b.*"), "posts"),
    ListingForm(re.compile(r"/feed/?(\?.*)?"), "feed"),
    ListingForm(re.compile(r"/[\w-]*sitemap[\w-]*\.xml(?:\.gz)?"), "sitemap"),
    ListingForm(re.compile(r"/(?:[\w-]+/)*page/\d+/?"), "archive page"),
)


def wordpress_site(
    name: str,
    title: str,
    origin: str,
    timezone: str,
    *,
    permalink: str,
    places: tuple[str, ...] = (),
    dateline_marks: tuple[str, ...] = (),
) -> Site:
    """A news site on WordPress. `permalink` is a regular expression that matches whole paths of articles."""
    return Site(
        name=name,
        title=title,
        origin=origin,
        timezone=ZoneInfo(timezone),
        cms="wordpress",
        layouts=(LAYOUT,),
        address=_addresses(re.compile(permalink)),
        listings=LISTINGS,
        numbered_path=NUMBERED_PATH,
        places=places,
        dateline_marks=dateline_marks,
    )


def _addresses(permalink: re.Pattern[str]) -> Callable[[str], Address | None]:
    def address(path: str) -> Address | None:
        """The article at /?p=ID, or at a permalink, which does not say its number."""
        parts = urlsplit(path)
        number = parse_qs(parts.query).get("p", [""])[0]
        if parts.path in ("", "/") and number.isascii() and number.isdigit():
            return Address("article", int(number), NUMBERED_PATH.format(int(number)))
        if permalink.fullmatch(parts.path):
            return Address("article", None, parts.path.rstrip("/") + "/")
        return None

    return address
