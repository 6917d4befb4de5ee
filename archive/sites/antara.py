"""ANTARA's regional bureaus: one content management system on 34 hosts, so a bureau is one line.

Layout generations (FACTS, section 1): 1 (2017), 2 (2018-2023), 3 (since 2024) and AMP. Within generation 2, title and
date moved, and the credits stand inside the body on the national site (2a) and in the page's footer at the bureaus
(2b). Which one a bureau serves today is unknown, so they are tried newest first.
"""

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.sites.places import CITIES
from archive.sites.site import ADVERTISING_INSERTIONS, Address, CardForm, Kind, Layout, ListingForm, Site

_PATH = re.compile(
    r"/(?P<amp>amp/)?(?P<kind>berita|foto|video|infografi[ks])/(?P<number>\d{1,12})(?=[/?#]|$)(?:/(?P<slug>[^/?#]*))?"
)
_KINDS: dict[str, Kind] = {
    "berita": "article",
    "foto": "photo",
    "video": "video",
    "infografik": "infographic",
    "infografis": "infographic",
}

# What is not the story, in any generation: scripts, ads, links to other stories, pull quotes, share buttons, comments.
# Captions are read by a selector of their own.
_DROP = (
    "script",
    "style",
    "noscript",
    "iframe",
    *ADVERTISING_INSERTIONS,
    "form",
    "amp-ad",
    "amp-analytics",
    "amp-social-share",
    "figcaption",
    "div.wp-caption",
    ".quote_old",
    ".baca-juga",
    ".bacajuga",
    'div[style*="min-width:300px"]',
    ".adsbygoogle",
    "ul.blog-tags",
    "ul.tags-widget",
    "div.tags-wrapper",
)
_TAGS = ("ul.tags-widget li a", "ul.blog-tags li a", ".tags-wrapper ul li a", "[itemprop=keywords]")
_CAPTION = ("#caption_news", "div.wp-caption p.wp-caption-text", ".wp-caption-text", "figcaption", ".caption")
_SECTION = (
    *("header.post-header p.simple-share a", "header.post-header .simple-share a"),
    *(".breadcrumbs__item a", ".breadcrumb li a", ".breadcrumb a", ".breadcrumbs a"),
)

LAYOUTS = (
    Layout(
        name="antara-3",
        region=("div.wrap__article-detail-content",),
        title=(".wrap__article-detail-title h1", ".wrap__article-detail-title"),
        date=(".wrap__article-detail-info li span", ".wrap__article-detail-info span"),
        byline=("p.text-muted.mt-2.small", "p.text-muted.small"),
        section=_SECTION,
        tags=_TAGS,
        caption=_CAPTION,
        image=(".wrap__article-detail-image img", "figure img"),
        drop=_DROP,
    ),
    Layout(
        name="antara-2b",
        marker="footer.post-meta",
        region=("div.post-content",),
        title=("h1.post-title",),
        date=("span.article-date time", "span.article-date"),
        byline=("footer.post-meta div.tags-wrapper", "footer.post-meta"),
        section=_SECTION,
        tags=_TAGS,
        caption=_CAPTION,
        image=("header.post-header img", "div.wp-caption img"),
        drop=_DROP,
    ),
    Layout(
        name="antara-2a",
        region=("div.post-content",),
        title=("h1.post-title",),
        date=("span.article-date",),
        byline=("p.text-muted.small.mt10", "p.text-muted.small"),
        section=_SECTION,
        tags=_TAGS,
        caption=_CAPTION,
        image=("header.post-header img", "div.wp-caption img", "figure img"),
        drop=_DROP,
    ),
    Layout(
        name="antara-1",
        region=("div#content_news",),
        title=("h1.title[itemprop=headline]", "h1.title", "h1"),
        date=("div.date time", "div.date", ".date", ".article-date", "time"),
        byline=("div.byline",),
        section=_SECTION,
        tags=_TAGS,
        caption=_CAPTION,
        image=("#image_news img", "#content_news img", "figure img"),
        drop=(*_DROP, "#image_news", "#caption_news"),
    ),
    Layout(
        name="antara-amp",
        marker="html[amp], html[⚡]",
        region=("div.post-content", "div.article-content", "div.content", "article", "main"),
        title=("h1",),
        date=("time", ".date", ".article-date", ".article-time"),
        section=_SECTION,
        tags=_TAGS,
        caption=_CAPTION,
        image=("amp-img",),
        drop=(*_DROP, "header", "footer", "nav", "h1", "time", "aside", "amp-sidebar"),
    ),
)


LISTINGS = (
    ListingForm(re.compile(r"/rss/[^/?]+\.xml"), "feed"),
    ListingForm(re.compile(r"/terkini(?:/\d{1,6})?/?(?:\?page=\d{1,6})?"), "cards"),
)
CARD_FORMS = (
    CardForm(
        name="cards",  # 2026; boxes of popular stories have card__post-list without mt-30
        card="div.card__post-list.mt-30",
        links=("h2.post_title a[href]", "h3 a[href]", "a[href]:has(h2, h3)"),
    ),
    # Bureaus to 2025 and the national site to 2023: the first story of each page is big, the others small.
    CardForm(
        name="older markup",
        card="article.news-block.big-block",
        links=("h3.news-title a[href]", "header a[href]", "a.overlay-link[href]"),
    ),
    CardForm(
        name="older markup",
        card="article.simple-post.simple-big",
        links=("header h3 a[href]", "h3 a[href]", ".simple-thumb a[href]"),
    ),
    CardForm(name="loose cards", card="article", links=("header h3 a[href]", "header h2 a[href]")),
)
BOXES = (
    "nav, aside, footer, #footer, #header, .header-wrapper, .navbar, .mega-menu, .breadcrumb, .breadcrumbs, .sidebar, "
    ".widget, .widget-post, .small-block, .wrapper__list-number, [class*=carousel], .swiper, .slick-slider, .popular, "
    ".populer, .terpopuler, .trending, .related-post, .baca-juga, a[href*='utm_']"
)
"""Links with utm_… stand in carousels and boxes alone, which count what is read from them."""


def address(path: str) -> Address | None:
    """The article at a path, identified by its number: ANTARA serves it under any slug, or none. The slug of an /amp/
    path is left out, because it may be anything ("@kaltim_antara")."""
    match = _PATH.match(path)
    if match is None:
        return None
    slug = "" if match["amp"] else (match["slug"] or "")
    tail = f"/{slug}" if slug else ""
    return Address(_KINDS[match["kind"]], int(match["number"]), f"/{match['kind']}/{match['number']}{tail}")


def without_slug(url: str) -> str:
    """The address of an ANTARA article without its slug, so that two links to the same article are equal. Any other
    address is returned as it is."""
    parts = urlsplit(url)
    match = _PATH.match(parts.path)
    if (parts.hostname or "").endswith("antaranews.com") and match and not match["amp"]:
        return f"https://{parts.hostname}/{match['kind']}/{match['number']}"
    return url


def bureau(name: str, title: str, timezone: str, *, places: tuple[str, ...] = CITIES) -> Site:
    """An ANTARA bureau: `bureau("kaltim", "ANTARA Kaltim", "Asia/Makassar")` is kaltim.antaranews.com."""
    return Site(
        name=f"antara-{name}",
        title=title,
        origin=f"https://{name}.antaranews.com",
        timezone=ZoneInfo(timezone),
        cms="antara",
        layouts=LAYOUTS,
        address=address,
        listings=LISTINGS,
        card_forms=CARD_FORMS,
        boxes=BOXES,
        places=places,
    )
