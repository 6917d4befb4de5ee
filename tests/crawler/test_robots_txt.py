"""robots.txt in the ways it is found, read as RFC 9309 says and as Google's parser does."""

from __future__ import annotations

import codecs

import pytest

from archive.extract.encoding import decode_page
from crawler.robots_txt import read_rules

URL = "https://kaltim.antaranews.com"
RULES = "User-agent: *\nDisallow: /berita/\n"


def forbids(robots: str | bytes, path: str = "/berita/1/x") -> bool:
    text = decode_page(robots, "text/plain") if isinstance(robots, bytes) else robots
    return not read_rules(text).allow(URL + path)


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(RULES.encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(b"\xef\xbb\xbf" + RULES.encode("utf-8-sig"), id="two byte order marks"),
        pytest.param(RULES.encode("utf-16"), id="UTF-16"),
        pytest.param(RULES.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(codecs.BOM_UTF16_BE + RULES.encode("utf-16-be"), id="UTF-16 big end"),
        pytest.param(RULES.replace("\n", "\r").encode(), id="CR alone"),
        pytest.param(RULES.replace("\n", "\r\n").encode(), id="CR LF"),
        pytest.param(RULES.replace("\n", "\r\r\n").encode(), id="CR CR LF"),
        pytest.param(RULES.replace("D", "\0D").encode(), id="zero bytes"),
        pytest.param(b"# caf\xe9\n" + RULES.encode(), id="Latin-1 in a comment"),
        pytest.param(("\t " + RULES.replace("\n", " \n   ")).encode(), id="spaces before and behind"),
        pytest.param(RULES.replace(":", " :").encode(), id="a space before the colon"),
        pytest.param(RULES.replace(": ", ":").encode(), id="no space behind the colon"),
        pytest.param(RULES.replace(":", "").encode(), id="no colon"),
        pytest.param(RULES.upper().replace("/BERITA/", "/berita/").encode(), id="capitals"),
        pytest.param(RULES.replace("User-agent", "User agent").encode(), id="a space in User-agent"),
        pytest.param(RULES.replace("User-agent", "Useragent").encode(), id="no hyphen in User-agent"),
        pytest.param(RULES.replace("Disallow", "Dissalow").encode(), id="a misspelling"),
        pytest.param(RULES.replace("*", "* # semua").encode(), id="a comment behind a name"),
        pytest.param(b"User-agent: *\n\n\nDisallow: /berita/\n", id="empty lines within a group"),
        pytest.param(b"User-agent: lain\nUser-agent: *\nDisallow: /berita/", id="a group for several, not ended"),
        pytest.param(b"User-agent: *\nSitemap: /s.xml\nDisallow: /berita/", id="a sitemap within a group"),
        pytest.param(b"User-agent: lain\nCrawl-delay: 2\nUser-agent: *\nDisallow: /berita/", id="a delay in between"),
        pytest.param(b"<html>\n<pre>\n" + RULES.encode() + b"</pre>", id="HTML around the rules"),
        pytest.param(b"User-agent: *\nDisallow: /berita/\nUser-agent: *\nAllow: /x\n", id="two groups for all"),
    ],
)
def test_a_prohibition_is_understood_however_it_is_written(robots: bytes) -> None:
    assert forbids(robots)
    assert not forbids(robots, "/terkini")


@pytest.mark.parametrize(
    "name",
    ["warta", "Warta", "WARTA", "warta/0.1", "warta/0.1.dev0 (+https://example.org)", "warta *", "warta bot", "warta*"],
)
def test_a_group_that_names_us_is_ours_alone(name: str) -> None:
    assert forbids(f"User-agent: *\nAllow: /\n\nUser-agent: {name}\nDisallow: /\n")
    assert not forbids(f"User-agent: {name}\nAllow: /\n\nUser-agent: *\nDisallow: /\n")
    assert not forbids(f"User-agent: {name}\n\nUser-agent: lain\nAllow: /\n\nUser-agent: *\nDisallow: /\n")


def test_groups_that_name_us_count_together() -> None:
    robots = "User-agent: warta\nDisallow: /a\n\nUser-agent: *\nDisallow: /c\n\nUser-agent: Warta/9\nDisallow: /b\n"
    assert [forbids(robots, path) for path in ("/a", "/b", "/c")] == [True, True, False]


@pytest.mark.parametrize(
    "robots",
    [
        "",
        "<!DOCTYPE html><html><body><h1>Halaman tidak ditemukan</h1></body></html>",
        "Disallow: /berita/\n",
        "User-agent: wartabot\nDisallow: /\n",
        "User-agent: kabar-warta\nDisallow: /\n",
        "User-agent: *\nDisallow:\n",
        "User-agent: *\nAllow: /\nDisallow: /\n",
        "User-agent: *\n# Disallow: /berita/\n",
        "\0\0\0",
    ],
)
def test_what_forbids_us_nothing_allows(robots: str) -> None:
    assert not forbids(robots)


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 10\n", 10),
        ("User-agent: *\nCrawl-delay: 2.5\n", 2.5),
        ("User-agent: *\nCrawl-delay: 2,5\n", 2.5),
        ("User-agent: *\nCrawl-Delay : 10 # detik\n", 10),
        ("User-agent: *\nCrawl-delay: 10s\n", 10),
        ("User-agent: *\nCrawl-delay: 5\nCrawl-delay: 7\n", 7),
        ("User-agent: warta\nAllow: /\nCrawl-delay: 3\n\nUser-agent: *\nAllow: /\nCrawl-delay: 9\n", 3),
        ("User-agent: warta\nCrawl-delay: 3\n\nUser-agent: *\nAllow: /\nCrawl-delay: 9\n", 9),  # one group for both
        ("User-agent: *\nCrawl-delay: lama\n", None),
        ("User-agent: *\nCrawl-delay: -1\n", None),
        ("User-agent: *\nCrawl-delay: nan\n", None),
        ("User-agent: *\nCrawl-delay: ²\n", None),
        ("User-agent: lain\nAllow: /\nCrawl-delay: 9\n", None),
        ("User-agent: *\nCrawl-delay: " + "9" * 400, 999_999_999_999),
    ],
)
def test_the_pause_is_read(robots: str, delay: float | None) -> None:
    assert read_rules(robots).crawl_delay == delay
