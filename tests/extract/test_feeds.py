"""Feeds and sitemaps in the forms that programs write, and those that are not quite XML."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.extract.encoding import decode_page
from archive.extract.listings import MAX_ENTRIES, Listed, Listing, ListingError, ListingPage, read_listing_page
from archive.extract.urls import absolute
from archive.sites import SITES, ListingKind, Site

KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
NOW = datetime(2026, 9, 30, 4, tzinfo=UTC)
STORY = f"{KALTIM.origin}/berita/101/warga-panen-raya"
POST = f"{PASER.origin}/berita/umum/warga-panen-raya/"
ATOM = "http://www.w3.org/2005/Atom"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def read(kind: ListingKind, text: str, site: Site = KALTIM, *, at: str = "/rss/terkini.xml") -> Listing:
    page = ListingPage(text=text, site=site, resolve=lambda to: absolute(site.origin + at, to), now=NOW)
    return read_listing_page(kind, page)


def rss(*items: str, head: str = '<?xml version="1.0"?>', home: str = KALTIM.origin, spaces: str = "") -> str:
    return (
        f'{head}<rss version="2.0"{spaces}><channel><title>T</title><link>{home}</link>{"".join(items)}</channel></rss>'
    )


def the_one(text: str, site: Site = KALTIM) -> Listed:
    (listed,) = read("feed", text, site).entries
    return listed


FORMS = {
    "RSS 2.0": rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>"),
    "RSS 0.91 with a document type": rss(
        f"<item><title>Warga panen raya</title><link>{STORY}</link></item>",
        head='<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">',
    ),
    "RSS 1.0": f"<rdf:RDF {RDF}><channel rdf:about='x'><title>T</title><link>{KALTIM.origin}</link></channel>"
    f"<item rdf:about='{STORY}'><title>Warga panen raya</title><link>{STORY}</link></item></rdf:RDF>",
    "RSS 1.0, the address in rdf:about alone": f"<rdf:RDF {RDF}><channel rdf:about='x'/>"
    f"<item rdf:about='{STORY}'><title>Warga panen raya</title></item></rdf:RDF>",
    "RSS 1.0 with a prefix for all": f'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    f'xmlns:s="http://purl.org/rss/1.0/"><s:item><s:title>Warga panen raya</s:title><s:link>{STORY}</s:link></s:item>'
    "</r:RDF>",
    "Atom": f'<feed xmlns="{ATOM}"><link href="{KALTIM.origin}"/><entry><title>Warga panen raya</title>'
    f'<link href="{STORY}"/></entry></feed>',
    "Atom, several links": f'<feed xmlns="{ATOM}"><entry><title>Warga panen raya</title>'
    f'<link rel="replies" href="{KALTIM.origin}/berita/9/x"/><link rel="enclosure" href="{KALTIM.origin}/berita/8/x"/>'
    f'<link rel="alternate" type="text/html" href="{STORY}"/></entry></feed>',
    "Atom with a prefix": f'<a:feed xmlns:a="{ATOM}"><a:entry><a:title>Warga panen raya</a:title>'
    f'<a:link href="{STORY}"/></a:entry></a:feed>',
    "Atom, the id alone": f'<feed xmlns="{ATOM}"><entry><title>Warga panen raya</title><id>{STORY}</id></entry></feed>',
    "Atom with a base": f'<feed xmlns="{ATOM}" xml:base="{KALTIM.origin}/berita/"><entry>'
    '<title>Warga panen raya</title><link href="101/warga-panen-raya"/></entry></feed>',
    "Atom, the title in XHTML": f'<feed xmlns="{ATOM}"><entry><title type="xhtml">'
    '<div xmlns="http://www.w3.org/1999/xhtml">'
    f'Warga <b>panen</b> raya</div></title><link href="{STORY}"/></entry></feed>',
    "Atom, the title in HTML": f'<feed xmlns="{ATOM}"><entry>'
    f'<title type="html">Warga &lt;b&gt;panen&lt;/b&gt; raya</title><link href="{STORY}"/></entry></feed>',
    "Atom without a namespace": f'<feed><entry><title>Warga panen raya</title><link href="{STORY}"/></entry></feed>',
    "atom:link in RSS": rss(
        f'<item><title>Warga panen raya</title><atom:link href="{STORY}"/></item>', spaces=f' xmlns:atom="{ATOM}"'
    ),
    "the link behind a feed service's": rss(
        f"<item><title>Warga panen raya</title><link>http://feeds.example/~r/x/1</link>"
        f"<feedburner:origLink>{STORY}</feedburner:origLink></item>",
        spaces=' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"',
    ),
    "a link of another host and an own guid": rss(
        f"<item><title>Warga panen raya</title><link>https://t.example/x</link><guid>{STORY}</guid></item>"
    ),
    "the guid alone, its attribute in capitals": rss(
        f"<item><title>Warga panen raya</title><guid isPermaLink='True'>{STORY}</guid></item>"
    ),
    "a link in CDATA": rss(
        f"<item><title><![CDATA[Warga panen raya]]></title><link><![CDATA[ {STORY} ]]></link></item>"
    ),
    "a link on lines of its own": rss(f"<item><title>\n Warga\n panen raya\n</title><link>\n\t{STORY}\n</link></item>"),
    "a link broken over two lines": rss(
        f"<item><title>Warga panen raya</title><link>{STORY[:-5]}\n  {STORY[-5:]}</link></item>"
    ),
    "a link relative to the site": rss(
        "<item><title>Warga panen raya</title><link>/berita/101/warga-panen-raya</link></item>"
    ),
    "a link relative to the front page": rss(
        "<item><title>Warga panen raya</title><link>berita/101/warga-panen-raya</link></item>"
    ),
    "a link without its scheme": rss(f"<item><title>Warga panen raya</title><link>{STORY[6:]}</link></item>"),
    "a link with what counts its readers": rss(
        f"<item><title>Warga panen raya</title><link>{STORY}?utm_source=rss&amp;utm_medium=feed</link></item>"
    ),
    "a bare & in a link": rss(f"<item><title>Warga panen raya</title><link>{STORY}?utm_source=rss&utm=1</link></item>"),
    "prefixes that nobody declared": rss(
        f"<item><title>Warga panen raya</title><link>{STORY}</link>"
        "<content:encoded><![CDATA[<p>x</p>]]></content:encoded><media:thumbnail url='x'/></item>"
    ),
    "a media title before the own one": rss(
        f"<item><media:title>Foto: Istimewa</media:title><title>Warga panen raya</title><link>{STORY}</link></item>",
        spaces=' xmlns:media="http://search.yahoo.com/mrss/"',
    ),
    "HTML's entities": rss(f"<item><title>Warga&nbsp;panen&nbsp;raya</title><link>{STORY}</link></item>"),
    "a title coded twice": rss(f"<item><title>Warga&amp;#32;panen&amp;nbsp;raya</title><link>{STORY}</link></item>"),
    "a title with markup in CDATA": rss(
        f"<item><title><![CDATA[Warga <em>panen</em> raya]]></title><link>{STORY}</link></item>"
    ),
    "blank lines before it": "\n\n \t" + rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>"),
    "a byte order mark behind a blank line": "\n\ufeff"
    + rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>"),
    "a program's warning before it": "<br />\n<b>Deprecated</b>: fungsi lama in <b>/x.php</b> on line <b>3</b><br />\n"
    + rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>"),
    "a comment and a style before it": "<!-- dibuat mesin --><?xml-stylesheet href='x.xsl'?>"
    + rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>", head=""),
    "something behind its end": rss(f"<item><title>Warga panen raya</title><link>{STORY}</link></item>")
    + "\n<!-- cached -->\n<script>x()</script>",
    "an element that is not closed": rss(
        f"<item><title>Warga panen raya</title><link>{STORY}</link><description>x <br> y</description></item>"
    ),
    "capitals in an address's scheme and host": rss(
        "<item><title>Warga panen raya</title><link>HTTPS://Kaltim.AntaraNews.com/berita/101/warga-panen-raya</link></item>"
    ),
    "the address of the site at http": rss(
        f"<item><title>Warga panen raya</title><link>{STORY.replace('https', 'http')}</link></item>"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_is_read_in_every_form(form: str) -> None:
    listed = the_one(FORMS[form])
    assert (listed.address.number, listed.address.url) == (101, STORY)
    assert listed.title == "Warga panen raya"


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_a_feeds_bytes_are_read_in_their_charset(coding: str) -> None:
    head = f'<?xml version="1.0" encoding="{coding.removesuffix("-sig")}"?>'
    text = rss(f"<item><title>Kafé dibuka</title><link>{STORY}</link></item>", head=head)
    assert the_one(decode_page(text.encode(coding), "text/xml")).title == "Kafé dibuka"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Target &lt; 14 persen", "Target < 14 persen"),
        ("Pemkab &amp; DPRD", "Pemkab & DPRD"),
        ("Pemkab &amp;amp; DPRD", "Pemkab & DPRD"),
        ("Pemkab & DPRD", "Pemkab & DPRD"),
        ("&#8220;Siap&#8221;", "“Siap”"),
        ("&ldquo;Siap&rdquo; &eacute;", "“Siap” é"),
        ("", None),
        ("<![CDATA[ ]]>", None),
        ("&lt;b&gt;&lt;/b&gt;", None),
    ],
)
def test_a_feeds_title_is_text(title: str, read: str | None) -> None:
    assert the_one(rss(f"<item><title>{title}</title><link>{STORY}</link></item>")).title == read


@pytest.mark.parametrize(
    ("times", "published", "modified"),
    [
        ("<pubDate>Fri, 25 Sep 2026 16:30:00 +0700</pubDate>", "2026-09-25T17:30:00+08:00", None),
        ("<pubDate>\n Fri, 25 Sep 2026 16:30:00 +0700 \n</pubDate>", "2026-09-25T17:30:00+08:00", None),
        ("<pubDate><![CDATA[Fri, 25 Sep 2026 09:30:00 GMT]]></pubDate>", "2026-09-25T17:30:00+08:00", None),
        ("<pubDate>25 Sep 2026 16:30 +0700</pubDate>", "2026-09-25T17:30:00+08:00", None),
        ("<dc:date>2026-09-25T16:30:00+07:00</dc:date>", "2026-09-25T17:30:00+08:00", None),
        ("<published>2026-09-25T09:30:00Z</published>", "2026-09-25T17:30:00+08:00", None),
        ("<published>2026-09-25T09:30:00.123Z</published>", "2026-09-25T17:30:00.123000+08:00", None),
        ("<updated>2026-09-26T09:30:00Z</updated>", None, "2026-09-26T17:30:00+08:00"),
        ("<pubDate/><dc:date>2026-09-25T16:30:00+07:00</dc:date>", "2026-09-25T17:30:00+08:00", None),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 -9999999999</pubDate>", None, None),
        ("<pubDate>Mon, 25 Sep 2062 16:30:00 +0700</pubDate>", None, None),
        ("<pubDate>kemarin</pubDate>", None, None),
        ("", None, None),
    ],
)
def test_an_items_times(times: str, published: str | None, modified: str | None) -> None:
    listed = the_one(rss(f"<item><link>{STORY}</link>{times}</item>", spaces=f" {DC}"))
    assert (listed.published_at and listed.published_at.isoformat()) == published
    assert (listed.modified_at and listed.modified_at.isoformat()) == modified


def test_a_feed_that_gives_the_time_of_its_making_gives_none() -> None:
    entry = '<entry><link href="{}/berita/{}/x"/><updated>2026-09-26T09:30:00Z</updated></entry>'
    text = f'<feed xmlns="{ATOM}">{entry.format(KALTIM.origin, 1)}{entry.format(KALTIM.origin, 2)}</feed>'
    assert [item.modified_at for item in read("feed", text).entries] == [None, None]


@pytest.mark.parametrize(
    "number",
    [
        f'<guid isPermaLink="false">{PASER.origin}/?p=507</guid>',
        '<guid isPermaLink="false">http://mediacenter.paserkab.go.id/?p=507</guid>',
        '<post-id xmlns="com-wordpress:feed-additions:1">507</post-id>',
    ],
)
def test_a_wordpress_feed_gives_a_posts_number(number: str) -> None:
    address = the_one(rss(f"<item><link>{POST}</link>{number}</item>", home=PASER.origin), PASER).address
    assert (address.number, address.url) == (507, POST)


@pytest.mark.parametrize("number", ["", "x", "-5", "9" * 40, "507 508"])
def test_an_odd_number_of_a_post_is_none(number: str) -> None:
    address = the_one(rss(f"<item><link>{POST}</link><post-id>{number}</post-id></item>"), PASER).address
    assert address.number is None


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><p>&lt;rss&gt;</p><rss><channel></channel></rss></body></html>",
        "<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml'></head></html>",
        "<rssx><item/></rssx>",
        "<feed/>",
        "rss",
    ],
)
def test_what_is_no_feed_is_an_error_in_any_form(text: str) -> None:
    with pytest.raises(ListingError, match="not an RSS feed, nor Atom"):
        read("feed", text)


def test_a_feed_without_a_bound_is_read_up_to_one() -> None:
    items = (f"<item><link>{KALTIM.origin}/berita/{number}/x</link></item>" for number in range(MAX_ENTRIES + 7))
    listing = read("feed", rss(*items))
    assert (len(listing.entries), listing.left) == (MAX_ENTRIES, 7)


def test_a_bomb_of_entities_does_not_grow() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{levels}]>'
    assert len(the_one(bomb + rss(f"<item><title>&a11;</title><link>{STORY}</link></item>", head="")).title or "") < 20


# Sitemaps


def urlset(*urls: str, head: str = '<?xml version="1.0"?>', spaces: str = f'xmlns="{SITEMAP}"') -> str:
    return f"{head}<urlset {spaces}>{''.join(urls)}</urlset>"


SITEMAPS = {
    "plain": urlset(f"<url><loc>{POST}</loc></url>"),
    "with a prefix": f'<sm:urlset xmlns:sm="{SITEMAP}"><sm:url><sm:loc>{POST}</sm:loc></sm:url></sm:urlset>',
    "without a namespace": urlset(f"<url><loc>{POST}</loc></url>", spaces=""),
    "blank lines before it": "\n\n" + urlset(f"<url><loc>{POST}</loc></url>"),
    "a style before it": urlset(
        f"<url><loc>{POST}</loc></url>", head='<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/x.xsl"?>'
    ),
    "comments": urlset(f"<!-- 1 --><url><!-- 2 --><loc>{POST}</loc></url><!-- dibuat dalam 0,2 detik -->"),
    "an image before the address": urlset(
        f"<url><image:image><image:loc>{PASER.origin}/berita/x/gambar/</image:loc><image:title>Gambar</image:title>"
        f"</image:image><loc>{POST}</loc></url>",
        spaces=f'xmlns="{SITEMAP}" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"',
    ),
    "CDATA and lines": urlset(f"<url>\n<loc>\n<![CDATA[ {POST} ]]>\n</loc></url>"),
    "a bare &": urlset(f"<url><loc>{POST}?a=1&b=2</loc></url>"),
    "no address beside it": urlset(f"<url><loc/></url><url/><url><loc>{POST}</loc></url>"),
}


@pytest.mark.parametrize("form", SITEMAPS)
def test_a_sitemap_is_read_in_every_form(form: str) -> None:
    (listed,) = read("sitemap", SITEMAPS[form], PASER, at="/wp-sitemap-posts-post-1.xml").entries
    assert (listed.address.url, listed.title) == (POST, None)


def test_a_news_sitemap_gives_title_and_time() -> None:
    news = "<news:news><news:publication_date>2026-09-25T16:30:00+07:00</news:publication_date>"
    news += "<news:title>Warga panen raya</news:title></news:news>"
    text = urlset(f"<url><loc>{POST}</loc>{news}</url>", spaces=f'xmlns="{SITEMAP}" xmlns:news="x"')
    (listed,) = read("sitemap", text, PASER).entries
    assert listed.title == "Warga panen raya"
    assert listed.published_at is not None
    assert (listed.published_at.isoformat(), listed.modified_at) == ("2026-09-25T17:30:00+08:00", None)


def test_the_parts_of_an_index_are_named_once_and_comments_are_none() -> None:
    part = f"<sitemap><loc>{PASER.origin}/post-sitemap.xml</loc></sitemap>"
    text = f'<sitemapindex xmlns="{SITEMAP}"><!-- x -->{part}{part}<sitemap/></sitemapindex>'
    assert read("sitemap", text, PASER).parts == (f"{PASER.origin}/post-sitemap.xml",)
