"""A guest's manners: robots.txt, Crawl-delay, Retry-After, never off the site's own hosts."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from scrapy.http import Response

from crawler.middlewares.politeness import retry_after
from tests.support.fetching import fetch_all
from tests.support.site_server import SiteServer

PAGES = [f"/page/{n}" for n in range(20)]


def served(robots: str | None, *, status: int = 200, **headers: str) -> SiteServer:
    server = SiteServer()
    for path in PAGES:
        server.put(path, "ok")
    if robots is not None:
        server.put("/robots.txt", robots, status=status, **headers)
    return server


@pytest.mark.parametrize(
    ("robots", "status"),
    [
        ("User-agent: *\nDisallow: /page/", 200),
        ("User-agent: *\nAllow: /\n\nUser-agent: warta\nDisallow: /", 200),
        ("out of order", 500),
        ("busy", 503),
    ],
)
def test_not_one_of_a_burst_of_forbidden_first_requests_is_sent(tmp_path: Path, robots: str, status: int) -> None:
    server = served(robots, status=status)
    with server.serving() as origin:
        results = fetch_all(tmp_path, origin, PAGES, CONCURRENT_REQUESTS_PER_DOMAIN=20)
    assert server.asked == ["/robots.txt"]
    assert all("robots.txt" in results[path] for path in PAGES)


@pytest.mark.parametrize("robots", [None, "User-agent: *\nDisallow: /ajax/", "User-agent: other\nDisallow: /"])
def test_what_is_not_forbidden_is_fetched_after_one_look_at_robots(tmp_path: Path, robots: str | None) -> None:
    server = served(robots)
    with server.serving() as origin:
        results = fetch_all(tmp_path, origin, PAGES)
    assert set(results.values()) == {200}
    assert server.asked[0] == "/robots.txt"
    assert server.asked.count("/robots.txt") == 1


def test_robots_behind_a_redirect_to_another_host_forbids(tmp_path: Path) -> None:
    server = served("", status=301, Location="http://localhost:9/robots.txt")
    with server.serving() as origin:
        results = fetch_all(tmp_path, origin, PAGES[:1])
    assert "nothing is fetched" in results[PAGES[0]]
    assert server.asked == ["/robots.txt"]


def test_an_unreachable_host_is_said_to_be_unreachable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]  # nobody listens there any more
    results = fetch_all(tmp_path, f"http://127.0.0.1:{port}", ["/x"])
    assert "UnreachableError" in results["/x"]


def test_nothing_off_the_own_host_is_fetched_redirects_included(tmp_path: Path) -> None:
    server, other = served(None), served(None)
    with other.serving() as elsewhere, server.serving() as origin:
        server.put("/away", "", status=302, Location=f"{elsewhere}/page/1")
        server.put("/file", "", status=302, Location="file:///etc/passwd")
        results = fetch_all(tmp_path, origin, ["/away", "/file", f"{elsewhere}/page/2", "http://example.com/"])
    assert other.asked == []
    assert "not on the site's own hosts" in results["/away"]
    assert results["/file"] == 302  # Scrapy follows a redirect to http alone
    assert "root:" not in str(results)
    assert "not on the site's own hosts" in results["http://example.com/"]


def test_every_request_names_the_crawler_and_the_contact_of_its_operator(tmp_path: Path) -> None:
    server = served(None)
    with server.serving() as origin:
        fetch_all(tmp_path, origin, PAGES[:2])
    assert all(agent.startswith("warta/") for agent in server.agents)


@pytest.mark.parametrize(("asked", "own", "kept"), [("0.4", 0.1, 0.4), ("0.1", 0.3, 0.3), ("soon", 0.2, 0.2)])
def test_crawl_delay_raises_the_pause_between_requests_and_never_lowers_it(
    tmp_path: Path, asked: str, own: float, kept: float
) -> None:
    server = served(f"User-agent: *\nCrawl-delay: {asked}\nDisallow: /ajax/")
    with server.serving() as origin:
        results = fetch_all(tmp_path, origin, [*PAGES[:2], "delay"], DOWNLOAD_DELAY=own)
    assert results == {PAGES[0]: 200, PAGES[1]: 200, "delay": kept}


def test_retry_after_holds_the_next_request_back(tmp_path: Path) -> None:
    server = served(None)
    server.put(PAGES[0], "later", status=503, Retry_After="1")
    with server.serving() as origin:
        fetch_all(tmp_path, origin, PAGES[:2])
    assert server.asked == ["/robots.txt", *PAGES[:2]]
    assert server.moments[2] - server.moments[1] >= 1  # a slow machine only makes it longer


def test_a_longer_retry_after_than_a_run_waits_for_ends_the_asking(tmp_path: Path) -> None:
    server = served(None)
    server.put(PAGES[0], "later", status=429, Retry_After="3600")
    with server.serving() as origin:
        results = fetch_all(tmp_path, origin, PAGES)
    assert server.asked == ["/robots.txt", PAGES[0]]
    assert "asks for a pause of 3600 s" in results[PAGES[1]]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("120", 120), ("", None), ("soon", None), ("-5", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)),
        *(("9" * 30, 999_999_999), ("1.5", None), ("Wed, 21 Oct 2026 07:28:00 +99999999999999", None)),
    ],
)
def test_retry_after_is_read_as_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(Response("http://x/", headers={"Retry-After": value})) == seconds


def test_retry_after_as_a_date_to_come_is_the_time_until_then() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    seconds = retry_after(Response("http://x/", headers={"Retry-After": later}))
    assert seconds is not None
    assert 500 < seconds <= 600
