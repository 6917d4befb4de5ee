"""Runs over listings as sites serve them: pagers of every kind, every kind of end, links that nobody read, bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.sites import SITES
from archive.store.database import Archive
from tests.support.commands import crawl
from tests.support.site_server import SiteServer, antara_article

KALTIM, PASER = "antara-kaltim", "mc-paser"
POSTS = SITES[PASER].origin
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
MENU = (
    '<header class="header-wrapper"><nav class="mega-menu"><h4 class="entry-title"><a href="/berita/1001/x">A</a></h4>'
    '<h4 class="entry-title"><a href="/berita/1009/x">B</a></h4></nav></header><aside><article class="widget-post">'
    '<header><h3><a href="/berita/1002/x">C</a></h3></header></article></aside>'
)


def small(number: int) -> str:
    title = f'<h3><a href="/berita/{number}/x">Judul {number}</a></h3>'
    day = '<p class="simple-share"><span>25 September 2026</span></p>'
    return f'<article class="simple-post simple-big clearfix"><header>{title}{day}</header></article>'


def unknown(number: int) -> str:
    return f'<div class="kartu-baru"><a href="/berita/{number}/x">Judul {number}</a></div>'


def page(*parts: str, pager: str = "") -> str:
    body = f'<div class="col-md-8">{"".join(parts)}<div class="post-content clearfix">{pager}</div></div>'
    return f"<html><body>{MENU}{body}</body></html>"


def site(pages: dict[str, str]) -> SiteServer:
    """ANTARA Kaltim with these listing pages, and the stories 1001 to 1009."""
    server = SiteServer()
    for path, html in pages.items():
        server.put(path, html)
    for number in range(1001, 1010):
        server.put(f"/berita/{number}/x", antara_article(number, f"Judul {number}"))
    return server


def ran(folder: Path, server: SiteServer, name: str = KALTIM) -> dict[str, Any]:
    """The run's row, its stories' numbers, the listings that it asked for, and its exit code."""
    with server.serving() as origin:
        ended = crawl(folder, {name: origin})
    assert "Traceback" not in ended.stdout + ended.stderr
    with Archive.open_reading(folder) as archive:
        (run,) = archive.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 1")
        stories = [row["number"] for row in archive.rows("SELECT number FROM articles ORDER BY number")]
    listings = [path for path in server.asked if path.startswith("/terkini")]
    return {"code": ended.returncode, "said": ended.stdout, "stories": stories, "listings": listings, **run}


ONE, TWO, THREE = page(small(1009), small(1008)), page(small(1007), small(1006)), page(small(1005), small(1004))
NUMBERS = [1004, 1005, 1006, 1007, 1008, 1009]


def with_pager(html: str, pager: str) -> str:
    return html.replace(
        '<div class="post-content clearfix"></div>', f'<div class="post-content clearfix">{pager}</div>'
    )


RELATIVE = '<ul class="pagination"><li><a href="terkini/2">2</a></li><li><a href="terkini/3">3</a></li></ul>'
REPEATED = (
    '<ul class="pagination"><li><a href="/terkini/terkini/2">2</a></li><li><a href="/terkini/terkini/3">3</a></ul>'
)
QUERY = '<ul class="pagination"><li><a href="?page=2">2</a></li><li><a href="/terkini?page=3">3</a></li></ul>'
PAGERS = {
    "none": ("", "/terkini/{}"),
    "relative": (RELATIVE, "/terkini/{}"),
    "the section twice": (REPEATED, "/terkini/{}"),
    "a query": (QUERY, "/terkini?page={}"),
    "a query that the server does not read": (QUERY, "/terkini/{}"),
    "a query that robots.txt forbids": (QUERY, "/terkini/{}"),
    "of another section": ('<a href="/paser/2">2</a>', "/terkini/{}"),
    "to another host": ('<a href="https://lain.example/terkini/2">2</a>', "/terkini/{}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGERS)
def test_a_walk_goes_on_whatever_the_pager_is_like(tmp_path: Path, name: str) -> None:
    pager, path = PAGERS[name]
    pages = {
        "/terkini": with_pager(ONE, pager),
        path.format(2): with_pager(TWO, pager),
        path.format(3): with_pager(THREE, pager),
    }
    for at in (
        2,
        3,
        4,
    ):  # who does not know the query answers with the first page; a wrong section is in an own listing
        pages.setdefault(f"/terkini?page={at}", pages["/terkini"])
        pages.setdefault(f"/terkini/terkini/{at}", THREE)
    server = site(pages)
    if name == "a query that robots.txt forbids":
        server.put("/robots.txt", "User-agent: *\nDisallow: /*?", Content_Type="text/plain")
    ended = ran(tmp_path, server)
    assert (ended["code"], ended["verdict"], ended["stories"]) == (0, "well", NUMBERS)
    assert [one for one in ended["listings"] if "terkini/terkini" in one] == []
    assert len(ended["listings"]) <= 5


ENDS = {
    "a 404": (None, 404),
    "a 410": (None, 410),
    "a 404 full of links": (page(*map(small, (1001, 1002, 1003))), 404),
    "an empty page": (page(), 200),
    "no page at all": ("", 200),
    "an empty page with the site's new box": (page(unknown(1009)), 200),
    "the last page over again": (THREE, 200),
    "the first page over again": (ONE, 200),
    "a redirect to the first page": ("/terkini", 302),
    "a redirect to the front page": ("/", 301),
    "a redirect to the last page": ("/terkini/3", 302),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDS)
def test_every_kind_of_end_is_one(tmp_path: Path, name: str) -> None:
    body, status = ENDS[name]
    server = site(
        {"/terkini": ONE, "/terkini/2": TWO, "/terkini/3": THREE, "/": page(*map(unknown, (1001, 1002, 1003)))}
    )
    for number in range(4, 9):
        if status in (301, 302):
            server.put(f"/terkini/{number}", "", status=status, Location=body or "")
        else:
            server.put(f"/terkini/{number}", body or "<h1>Tidak ada</h1>", status=status)
    ended = ran(tmp_path, server)
    assert (ended["code"], ended["verdict"], ended["reason"], ended["complete"]) == (0, "well", None, 1)
    assert ended["stories"] == NUMBERS
    assert len([path for path in ended["listings"] if path != "/terkini"]) <= 4


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_first_page_that_is_not_there_is_trouble_and_its_links_are_not_followed(tmp_path: Path, status: int) -> None:
    server = site({})
    server.put("/terkini", page(*map(small, (1001, 1002, 1003))), status=status)
    ended = ran(tmp_path, server)
    assert ended["code"] != 0
    assert ended["verdict"] == "found nothing"
    assert f"HTTP {status}" in ended["reason"]
    assert not [path for path in server.asked if path.startswith("/berita/")]


def test_links_that_no_reader_took_are_an_alarm_until_they_are_gone(tmp_path: Path) -> None:
    server = site({"/terkini": page(unknown(1009), small(1008)), "/terkini/2": page(small(1007), unknown(1006))})
    for _ in range(2):  # the second time, too, though nothing has changed
        ended = ran(tmp_path, server)
        assert (ended["verdict"], ended["stories"]) == ("degraded", [1007, 1008])
        assert ended["code"] != 0
        assert ended["reason"].startswith("2 links to articles not read on /terkini, /terkini/2, as ")
        assert "/berita/1009/x" in ended["reason"]
    server.put("/terkini", ONE)
    server.put("/terkini/2", TWO)
    ended = ran(tmp_path, server)
    assert (ended["verdict"], ended["code"], ended["stories"]) == ("well", 0, NUMBERS[2:])


def test_a_box_that_stands_on_every_page_is_no_alarm(tmp_path: Path) -> None:
    box = f'<div class="kotak-baru">{unknown(1001)}{unknown(1002)}</div>'
    pages = {
        "/terkini": page(small(1009), box),
        "/terkini/2": page(small(1008), box),
        "/terkini/3": page(small(1007), box),
    }
    ended = ran(tmp_path, site(pages))
    assert (ended["verdict"], ended["code"], ended["stories"]) == ("well", 0, [1007, 1008, 1009])


def test_a_page_in_no_form_that_is_known_gives_any_link_and_is_an_alarm(tmp_path: Path) -> None:
    ended = ran(tmp_path, site({"/terkini": page(unknown(1009), unknown(1008))}))
    assert (ended["verdict"], ended["discovery"]) == ("degraded", "listing (any link)")
    assert "not known any more" in ended["reason"]
    assert {1008, 1009} <= set(ended["stories"])


# WordPress


def post(slug: str) -> str:
    return f"""<html><head><link rel="shortlink" href="{POSTS}/?p={slug[6:]}"></head><body class="single"><article>
<h1 class="entry-title">Kabar {slug}</h1><div class="entry-content"><p>TANA PASER – {slug} dibuka bupati hari ini.</p>
<p>Acara selesai pada sore hari.</p></div></article></body></html>"""


def media_centre(*slugs: str) -> SiteServer:
    server = SiteServer()
    for slug in slugs:
        server.put(f"/berita/umum/{slug}/", post(slug))
    return server


def parts(*paths: str) -> str:
    named = "".join(f"<sitemap><loc>{POSTS}{path}</loc></sitemap>" for path in paths)
    return f"<sitemapindex {SITEMAP}>{named}</sitemapindex>"


def urls(*slugs: str) -> str:
    named = "".join(f"<url><loc>{POSTS}/berita/umum/{slug}/</loc></url>" for slug in slugs)
    return f"<urlset {SITEMAP}>{named}</urlset>"


def test_a_posts_page_whose_links_no_reader_took_is_an_alarm(tmp_path: Path) -> None:
    server = media_centre("kabar-1", "kabar-2", "kabar-3")
    title = '<article class="hentry"><h2 class="entry-title"><a href="/berita/umum/{0}/">Kabar</a></h2></article>'
    new = '<div class="kartu"><a href="/berita/umum/{0}/">Kabar</a></div>'
    server.put(
        "/berita/page/1/", f"<main>{title.format('kabar-3')}{new.format('kabar-2')}{title.format('kabar-1')}</main>"
    )
    ended = ran(tmp_path / "one", server, PASER)
    assert (ended["verdict"], ended["stories"]) == ("degraded", [1, 3])
    assert f"1 link to an article not read on /berita/page/1/, as {POSTS}/berita/umum/kabar-2/" in ended["reason"]
    server.put("/berita/page/1/", f"<main>{new.format('kabar-2')}</main>")
    ended = ran(tmp_path / "none", server, PASER)
    assert ended["verdict"] == "found nothing"
    assert "1 links to articles on it are not read" in ended["reason"]


def test_a_sitemap_within_a_sitemap_and_one_that_names_itself(tmp_path: Path) -> None:
    server = media_centre("kabar-1", "kabar-2")
    server.put("/wp-sitemap.xml", parts("/wp-sitemap.xml", "/sitemap-1.xml", "/category-sitemap.xml"))
    server.put("/sitemap-1.xml", parts("/sitemap-1.xml", "/post-sitemap1.xml", "/post-sitemap2.xml", "/wp-sitemap.xml"))
    server.put("/post-sitemap1.xml", urls("kabar-1"))
    server.put("/post-sitemap2.xml", urls("kabar-2"))
    ended = ran(tmp_path, server, PASER)
    assert (ended["verdict"], ended["discovery"], ended["stories"]) == ("well", "sitemap", [1, 2])
    assert not [path for path in server.asked if "category" in path]
    assert server.asked.count("/sitemap-1.xml") == 1


def test_a_part_that_fails_costs_the_others_nothing(tmp_path: Path) -> None:
    server = media_centre("kabar-1", "kabar-2", "kabar-3")
    server.put("/wp-sitemap.xml", parts("/post-sitemap1.xml", "/post-sitemap2.xml", "/post-sitemap3.xml"))
    server.put("/post-sitemap1.xml", urls("kabar-1"))
    server.put("/post-sitemap2.xml", "<html>Galat</html>")
    server.put("/post-sitemap3.xml", urls("kabar-3"))
    ended = ran(tmp_path, server, PASER)
    assert (ended["verdict"], ended["stories"]) == ("degraded", [1, 3])
    assert "sitemap: the answer is not a sitemap" in ended["reason"]


@pytest.mark.slow
def test_bounds_of_a_sitemap_are_said_when_they_are_met(tmp_path: Path) -> None:
    server = media_centre("kabar-1")
    server.put("/wp-sitemap.xml", parts(*(f"/post-sitemap{n}.xml" for n in range(500))))
    for n in range(500):
        server.put(f"/post-sitemap{n}.xml", urls("kabar-1"))
    ended = ran(tmp_path / "wide", server, PASER)
    assert ended["verdict"] == "degraded"
    assert "more than 200 parts" in ended["reason"]
    assert len([path for path in server.asked if path.startswith("/post-sitemap")]) == 200
    server = media_centre("kabar-1")
    server.put("/wp-sitemap.xml", parts("/post-sitemap1.xml"))
    for n in range(1, 50):
        server.put(f"/post-sitemap{n}.xml", parts(f"/post-sitemap{n + 1}.xml"))
    ended = ran(tmp_path / "deep", server, PASER)
    assert ended["verdict"] == "found nothing"
    assert "more than 3 deep" in ended["reason"]
    assert len([path for path in server.asked if path.startswith("/post-sitemap")]) == 3


def test_the_bound_of_a_feeds_items_is_said_when_it_is_met(tmp_path: Path) -> None:
    server = site({"/terkini": ONE})
    items = "".join(f"<item><link>{SITES[KALTIM].origin}/berita/{1009 - n}/x</link></item>" for n in range(9))
    server.put("/rss/terkini.xml", f"<rss><channel>{items}</channel></rss>")
    with server.serving() as origin:
        ended = crawl(tmp_path, {KALTIM: origin}, constants={"archive.extract.listings.MAX_ENTRIES": 4})
    with Archive.open_reading(tmp_path) as archive:
        (run,) = archive.rows("SELECT * FROM runs")
    assert (ended.returncode, run["verdict"]) == (0, "well")
    assert "/rss/terkini.xml: names 5 articles more than the 4 that are read of it" in run["reason"]
    assert run["read"] == 4
