"""News sites on WordPress: the addresses of their articles, the layout of a page, their listings.

The post id identifies an article: a post answers at /?p=ID and at its permalink, which an editor may change.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from archive.sites.site import ADVERTISING_INSERTIONS, Address, CardForm, Layout, ListingForm, Site

NUMBERED_PATH = "/?p={}"

_IN_NO_CLOUD = 'a[rel~=tag]:not([rel~=category]):not([class*="tag-cloud-link"]):not([class*="tag-link-"])'

LAYOUT = Layout(
    name="wordpress",
    post=("article#post-{}", "#post-{}", "article.post-{}", ".post-{}"),
    lead=(".entry-excerpt", ".entry-subtitle", ".entry-summary", ".post-excerpt", ".excerpt", ".hero-text p"),
    region=(
        "[itemprop=articleBody]",
        ".entry-content",
        ".td-post-content",
        ".post-content",
        ".single-content",
        ".single-post-content",
        ".article-content",
        ".post_content",
        ".entry-inner",
        ".post-entry",
        ".content-inner",
        ".wp-block-post-content",
        ".elementor-widget-theme-post-content .elementor-widget-container",
        ".avia_textblock",
        ".elementor-widget-container",
        "[id^=post-] .entry",
    ),
    title=(
        *("h1.entry-title", "h1[itemprop=headline]", ".entry-title", "[itemprop=headline]", "h1.post-title"),
        *(".post-title", ".wp-block-post-title", "h1", "h2"),
    ),
    date=("time.entry-date", ".entry-date", ".posted-on time", "time[itemprop=datePublished]", ".post-date"),
    section=("a[rel~=category]", ".cat-links a", ".post-categories a", ".entry-categories a"),
    tags=(_IN_NO_CLOUD, ".tags-links a", ".post-tags a", ".entry-tags a", ".tag-links a"),
    caption=("figcaption", ".wp-caption-text"),
    image=(".post-thumbnail img", "img.wp-post-image", ".entry-content img"),
    drop=(
        *("script", "style", "noscript", "iframe", "form", "nav", "button", "footer", "h1", "aside"),
        *ADVERTISING_INSERTIONS,
        *("figcaption", "div.wp-caption", ".wp-caption-text", ".entry-header", ".entry-footer", ".entry-meta"),
        *(".entry-title", "#comments", "#respond", ".comments-area", ".comment-respond", "#sidebar", ".sidebar"),
        *(
            ".tags-links",
            ".cat-links",
            ".post-tags",
            ".page-links",
            ".post-page-numbers",
            ".post-nav-links",
            ".post-navigation",
        ),
        *(".related-posts", ".berita-lainnya", ".author-box", "#author-box", ".ez-toc-container", "#ez-toc-container"),
        # Boxes that plugins put into the text: share buttons, related posts, ratings, print buttons, newsletters.
        *(".sharedaddy", ".addtoany_share_save_container", ".a2a_kit", ".heateor_sss_sharing_container", ".essb_links"),
        *(".jp-relatedposts", ".yarpp-related", ".crp_related", ".rp4wp-related-posts", ".post-ratings", ".lwptoc"),
        *(".h5ab-print-button-container", ".wp-block-newsletter", ".content-related-stories", "#mvp-author-box-wrap"),
        *(".aawp-disclaimer", ".herald-sticky-prev", ".herald-sticky-next"),
    ),
    tag_class="tag-",
    section_class="category-",
)

LISTINGS = (
    ListingForm(re.compile(r"/wp-json/wp/v2/posts\b.*"), "posts"),
    ListingForm(re.compile(r"/feed/?(\?.*)?"), "feed"),
    ListingForm(re.compile(r"/[\w-]*sitemap[\w-]*\.xml(?:\.gz)?"), "sitemap"),
    ListingForm(re.compile(r"/(?:[\w-]+/)*page/\d+/?"), "archive page"),
)

CARD_FORMS = (
    CardForm(
        name="entry titles",
        card="article, .hentry, .type-post, .wp-block-post, .td_module_wrap, .jeg_post, .elementor-post, .post-item",
        links=(
            ".entry-title a[href], .wp-block-post-title a[href], .post-title a[href], .td-module-title a[href], "
            ".jeg_post_title a[href], .elementor-post__title a[href]",
            "h1 a[href], h2 a[href], h3 a[href], h4 a[href], h5 a[href]",
            "a[href]:has(h1, h2, h3, h4, h5)",
            "a[rel~=bookmark]",
        ),
    ),
    CardForm(name="entry titles", card=".entry-title, .post-title, .entry-header", links=("a[href]",)),
)
BOXES = (
    "nav, aside, footer, form, [role=navigation], [role=banner], [role=contentinfo], [role=complementary], "
    "#masthead, .site-header, .site-footer, #colophon, #secondary, #sidebar, .sidebar, .widget-area, .widget, "
    "#footer, .footer, .elementor-nav-menu, .sub-menu, .menu-item, .cat-item, .tagcloud, .post-categories, "
    ".jeg_post_category, .td-post-category, .entry-category, .post-category, "
    ".wp-block-latest-posts, .wp-block-categories, .wp-block-navigation, .menu, .main-navigation, "
    ".breadcrumb, .breadcrumbs, .breadcrumb-trail, #breadcrumbs, .rank-math-breadcrumb, "
    ".pagination, .nav-links, .page-numbers, .page-navigation, .wp-pagenavi, .archive-header, .taxonomy-description, "
    ".related-posts, .popular-posts, .wpp-list, .berita-lainnya, .news-ticker, .ticker, .owl-carousel, .swiper, "
    ".slick-slider, .flexslider, .cat-links, a[rel~=category], a[rel~=tag]"
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
        card_forms=CARD_FORMS,
        boxes=BOXES,
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
