"""What a site is: which addresses are its articles', what its newsroom prints, what it lists where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.datelines import read_dateline
from archive.sites import SITES, Address, ListingKind, Site, named, original_address, site_of
from archive.sites.site import MAX_NUMBER
from archive.sites.unknown import unknown_site
from crawler.spiders.antara_kaltim import AntaraKaltimSpider
from crawler.spiders.base import antara, wordpress
from crawler.spiders.mc_paser import McPaserSpider

ROOT = Path(__file__).parents[2]
KALTIM, PASER = SITES["antara-kaltim"], SITES["mc-paser"]
every_site = pytest.mark.parametrize(
    "site", [*SITES.values(), unknown_site("https://kabar.example")], ids=lambda s: s.name
)


# Addresses


@pytest.mark.parametrize("number", [None, 0, 1, MAX_NUMBER - 1])
@pytest.mark.parametrize("url", ["/berita/1", "http://x/", "https://x/é?p=1"])
def test_an_address_holds_what_a_database_and_a_request_can_hold(number: int | None, url: str) -> None:
    assert Address("article", number, url).number == number


@pytest.mark.parametrize("number", [-1, MAX_NUMBER, 2**63, 10**30])
def test_a_number_out_of_range_is_no_articles(number: int) -> None:
    with pytest.raises(ValueError, match="no article's number"):
        Address("article", number, "/x")


@pytest.mark.parametrize(
    "url",
    ["", "x", "javascript:alert(1)", "data:text/html,x", "mailto:a@b", "ftp://x/", "/a\0b", "/\ud800", "HTTP://x/"],
)
def test_what_is_no_web_address_is_none(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (a lone surrogate has Python's own message)
        Address("article", 1, url)


@pytest.mark.parametrize(
    ("site", "path", "number", "canonical"),
    [
        (KALTIM, "/berita/101/judul", 101, "/berita/101/judul"),
        (KALTIM, "/berita/101/judul/", 101, "/berita/101/judul"),
        (KALTIM, "/berita/101/", 101, "/berita/101"),
        (KALTIM, "/berita/101?page=2", 101, "/berita/101"),
        (KALTIM, "/amp/berita/101/judul", 101, "/berita/101"),
        (KALTIM, "/berita/999999999999/x", 999_999_999_999, "/berita/999999999999/x"),
        (KALTIM, f"/berita/{'9' * 25}/x", None, None),
        (KALTIM, f"/berita/{2**53}", None, None),
        (KALTIM, "/berita/101x", None, None),
        (KALTIM, "/berita/", None, None),
        (KALTIM, "/berita/judul", None, None),
        (KALTIM, "/paser/berita/101/x", None, None),
        (KALTIM, "/terkini", None, None),
        (KALTIM, "/", None, None),
        (PASER, "/?p=501", 501, "/?p=501"),
        (PASER, "/?p=0501&utm=x", 501, "/?p=501"),
        (PASER, f"/?p={'9' * 25}", None, None),
        (PASER, f"/?p={2**53}", None, None),
        (PASER, "/?p=-1", None, None),
        (PASER, "/?p=٣", None, None),
        (PASER, "/?p=", None, None),
        (PASER, "/berita/kabar", None, "/berita/kabar/"),
        (PASER, "/berita/umum/kabar/", None, "/berita/umum/kabar/"),
        (PASER, "/berita/page/2/", None, None),
        (PASER, "/berita/", None, None),
        (PASER, "/berita/a/b/c/", None, None),
        (PASER, "/", None, None),
    ],
)
def test_each_site_knows_its_articles_by_their_paths(
    site: Site, path: str, number: int | None, canonical: str | None
) -> None:
    address = site.identify(site.origin + path)
    assert (address.number if address else None) == number
    assert (address.url if address else None) == (site.origin + canonical if canonical else None)


@pytest.mark.parametrize(
    "host", ["https://{}", "http://{}", "https://www.{}", "http://m.{}", "HTTPS://{}", "https://u@{}:8443"]
)
def test_all_hosts_of_a_site_lead_to_its_origin(host: str) -> None:
    for site, path in ((KALTIM, "/berita/101/x"), (PASER, "/?p=5")):
        address = site.identify(host.format(site.host) + path)
        assert address is not None
        assert address.url == site.origin + path


@every_site
@pytest.mark.parametrize("url", ["", "x", "https://[x", "https://jambi.antaranews.com/berita/1/x", "//", "http://x:y/"])
def test_another_hosts_address_is_no_article(site: Site, url: str) -> None:
    assert site.identify(url) is None


URLS = st.one_of(
    st.text(),
    st.builds(
        "{}{}/{}{}".format,
        st.sampled_from(["https://", "http://", "//", "javascript:"]),
        st.sampled_from([KALTIM.host, PASER.host, "m." + KALTIM.host, "kabar.example", "[", "[::1]", "\ud800"]),
        st.sampled_from(["berita/", "?p=", "amp/berita/", "foto/", ""]),
        st.one_of(st.text(), st.integers().map(str), st.text("0123456789٣²/?&", max_size=40)),
    ),
)


@every_site
@given(url=URLS)
def test_no_address_makes_identifying_raise_and_what_is_found_can_be_kept(site: Site, url: str) -> None:
    address = site.identify(url)
    if address is not None:
        assert address.url.startswith(site.origin)
        address.url.encode()
        assert address.number is None or 0 <= address.number < MAX_NUMBER
        assert site.identify(address.url) == address
        assert site.article_id(address).startswith(f"{site.name}{'/' if site.is_described else ''}")


@given(url=URLS)
def test_a_first_publication_is_an_address_or_none(url: str) -> None:
    assert original_address(url) is None or original_address(str(original_address(url))) == original_address(url)


def test_every_address_belongs_to_a_site() -> None:
    assert site_of("https://www.kaltim.antaranews.com/x") is KALTIM
    assert site_of("http://mediacenter.paserkab.go.id") is PASER
    assert site_of("https://kabar.example/x").name == "kabar.example"
    assert named("mc-paser", "https://any.example/") is PASER
    assert named("kabar.example", "https://kabar.example/").is_described is False
    for url in ("javascript:x", "", "/berita/1", "dns:x", "http://"):
        with pytest.raises(ValueError, match="no web address"):
            site_of(url)


# Datelines


@pytest.mark.parametrize(
    ("site", "paragraph", "place"),
    [
        (KALTIM, "Tana Paser (ANTARA) - Bupati membuka pasar.", "Tana Paser"),
        (KALTIM, "Serang, Banten (ANTARA News) – Bupati membuka pasar.", "Serang, Banten"),
        (KALTIM, "Samarinda, (ANTARA Kaltim) Bupati membuka pasar.", "Samarinda"),
        (KALTIM, "Balikpapan - Bupati membuka pasar.", "Balikpapan"),
        (KALTIM, "LONG GELANG, MCKabPaser – Bupati membuka pasar.", None),  # another newsroom's mark
        (KALTIM, "Ekonomi - Bupati membuka pasar.", None),
        (KALTIM, "Balikpapan-Samarinda kini dekat.", None),
        (PASER, "TANA PASER, MCKabPaser – Bupati membuka pasar.", "TANA PASER"),
        (PASER, "Kuaro, MC Kab Paser - Bupati membuka pasar.", "Kuaro"),
        (PASER, "Tana Paser – Bupati membuka pasar.", "Tana Paser"),
        (PASER, "Paser Belengkong – Bupati membuka pasar.", "Paser Belengkong"),
        (PASER, "Jakarta (ANTARA) - Bupati membuka pasar.", "Jakarta"),
        (PASER, "Bupati Paser – orang nomor satu – membuka pasar.", None),
        (PASER, "", None),
    ],
)
def test_a_dateline_is_what_the_newsroom_prints(site: Site, paragraph: str, place: str | None) -> None:
    assert read_dateline(paragraph, site) == place


# Listings


def asked_by_spiders() -> list[tuple[Site, str, ListingKind]]:
    asked: list[tuple[Site, str, ListingKind]] = [(SITES[AntaraKaltimSpider.site], antara.FEED, "feed")]
    asked += [(SITES[AntaraKaltimSpider.site], antara._page(n), "cards") for n in (1, 2, 999)]
    paser = SITES[McPaserSpider.site]
    for number in (1, 2, 999):
        asked.append((paser, wordpress.REST.format(number), "posts"))
        asked.append((paser, wordpress.FEED.format(number), "feed"))
        asked.append((paser, McPaserSpider.listing.format(number), "archive page"))
        asked.append((paser, wordpress.WordpressSpider.listing.format(number), "archive page"))
        asked.append((paser, f"/wp-sitemap-posts-post-{number}.xml", "sitemap"))
        asked.append((paser, f"/post-sitemap{number}.xml.gz", "sitemap"))
    return asked + [(paser, path, "sitemap") for path in wordpress.SITEMAPS]


@pytest.mark.parametrize(("site", "path", "kind"), asked_by_spiders(), ids=lambda part: str(part)[:40])
def test_every_listing_that_a_spider_asks_for_is_known_to_its_site_and_no_article(
    site: Site, path: str, kind: ListingKind
) -> None:
    assert site.listing_kind(path) == kind
    assert site.identify(site.origin + path) is None


@pytest.mark.parametrize(
    ("site", "path"),
    [(KALTIM, "/"), (KALTIM, "/berita/1/x"), (KALTIM, "/terkini/x"), (KALTIM, "/rss/"), (PASER, "/?p=1"), (PASER, "")],
)
def test_elsewhere_nothing_is_listed(site: Site, path: str) -> None:
    assert site.listing_kind(path) is None


# The register


@every_site
def test_a_site_is_written_as_others_rely_on_it(site: Site) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9.-]*", site.name)
    assert site.origin == f"https://{site.host}"
    assert {site.host, f"www.{site.host}", f"m.{site.host}"} <= site.hosts
    if site.has_permalinks:
        address = site.identify(site.numbered_address(7))
        assert address is not None
        assert address.number == 7
    if site.is_described:
        assert SITES[site.name] is site
        assert len({layout.name for layout in site.layouts}) == len(site.layouts) > 0


def test_what_a_cms_is_stands_in_archive_sites_alone() -> None:
    """Elsewhere a site is asked what it is like, not who made its software."""
    asks = re.compile(r"\.cms\b|\bcms\s*(?:==|!=|in\b)|[\"'](?:antara|wordpress)[\"']\s*(?:==|!=)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("archive", "crawler")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not path.is_relative_to(ROOT / "archive/sites")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if asks.search(line)
    ]
    assert found == []
