"""One bad answer is one bad answer: it is told in plain words, stops nothing, and a rebuild reads the same. Answers
that lead on to the story are followed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import all_due
from tests.support.commands import crawl
from tests.support.database_equality import told
from tests.support.raw_server import RawServer
from tests.support.rebuilding import assert_rebuilt_the_same
from tests.support.site_server import antara_article, antara_listing
from tests.support.wire_forms import chunked, http

SITE = "antara-kaltim"
FEED = http(b'<rss version="2.0"><channel></channel></rss>', kind="text/xml")


def path(n: int) -> str:
    return f"/berita/{n}/judul"


def page(n: int) -> bytes:
    return antara_article(n, f"Judul nomor {n}").encode()


def moved(to: str, *fields: str) -> bytes:
    return http(b"", f"Location: {to}", *fields, status="HTTP/1.1 302 Found")


def refresh(to: str) -> bytes:
    return http(f'<html><head><meta http-equiv="refresh" content="1; url={to}"></head></html>'.encode())


ANSWERS: dict[str, tuple[Any, str]] = {
    # name -> (what the story with number n answers, words of the page's reason; none if it is read)
    "a refresh to the story": (lambda n: refresh(path(n) + "-baru"), ""),
    "a refresh to itself, without an end": (lambda n: refresh(path(n) + "?1"), "redirect to each other"),
    "a redirect without an end": (lambda n: moved(path(n)), "redirects in a circle"),
    "two lengths that differ": (lambda n: http(page(n), "Content-Length: 7"), "two lengths that differ"),
    "a head of 600 kB": (
        lambda n: http(page(n), *(f"X-{i}: {'a' * 6000}" for i in range(100))),
        "the head of the answer",
    ),
    "a header of 300 kB": (lambda n: http(page(n), "X-A: " + "a" * 300_000), "a header of the answer has more than"),
    "no HTTP": (lambda n: b"apa ini?\r\n\r\n" + page(n), "does not begin as one of HTTP does"),
    "nothing at all": (lambda n: b"", "the connection broke before a whole answer came"),
    "a zero byte in the title": (lambda n: http(page(n).replace(b"Judul nomor", b"Judul\0 nomor")), ""),
    "no last chunk": (
        lambda n: http(chunked(page(n), last=b""), "Transfer-Encoding: chunked", length=None),
        "",
    ),
    "a length that is too large": (lambda n: http(page(n), length=len(page(n)) + 40), ""),
    "a number of a Retry-After that is none": (
        lambda n: http(b"", "Retry-After: \u00b2", status="HTTP/1.1 503 Busy"),
        "HTTP 503",
    ),
    "links that are none": (
        lambda n: http(page(n).replace(b"</footer>", b"</footer><a href='javascript:x'></a><a href='http://[x'></a>")),
        "",
    ),
}


@dataclass
class WantsCookie(RawServer):
    """Sends who asks for `guarded` without the cookie to the same address, with one."""

    guarded: str = ""

    def answer_to(self, path: str, request: bytes) -> bytes:
        if path == self.guarded and b"\r\nCookie: tamu=1; hari=2" not in request:
            return moved(path, "Set-Cookie: tamu=1; Path=/; HttpOnly", "Set-Cookie: hari=2", "Set-Cookie: \x7f")
        return super().answer_to(path, request)


def listed(*numbers: int) -> dict[str, bytes]:
    robots = http(b"User-agent: *\nAllow: /\n", kind="text/plain")
    cards = http(antara_listing(list(numbers)).encode())
    return {"/robots.txt": robots, "/rss/terkini.xml": FEED, "/terkini": cards} | {
        path(n): http(page(n)) for n in numbers
    }


def rows(data: Path) -> tuple[set[int], dict[str, Any], dict[str, Any]]:
    """(numbers of the stories, path -> page, the last run)"""
    tables = told(data)
    stories = {row["number"] for row in tables["articles"]}
    pages = {row["url"].partition(".com")[2]: row for row in tables["pages"]}
    return stories, pages, max(tables["runs"], key=lambda row: row["id"])


def test_one_bad_answer_is_one_bad_answer(tmp_path: Path) -> None:
    numbers = {name: 2000 + at for at, name in enumerate([*ANSWERS, "a cookie wanted", *"abcdef"])}
    answers = listed(*numbers.values()) | {
        path(numbers[name]): answer(numbers[name]) for name, (answer, _) in ANSWERS.items()
    }
    on = numbers["a refresh to the story"]
    endless = path(numbers["a refresh to itself, without an end"])
    answers |= {path(on) + "-baru": http(page(on)), endless + "?1": refresh(endless + "?2")}
    answers |= {f"{endless}?{at}": refresh(f"{endless}?{at + 1}") for at in range(2, 9)}
    server = WantsCookie(answers, guarded=path(numbers["a cookie wanted"]))
    with server.serving() as port:
        ended = crawl(tmp_path, {SITE: f"http://127.0.0.1:{port}"})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "wisted" not in ended.stdout + ended.stderr
    stories, pages, _ = rows(tmp_path)
    for name, (_, reason) in ANSWERS.items():
        page_row = pages[path(numbers[name])]
        assert (numbers[name] in stories) == (not reason), (name, page_row["reason"])
        assert (reason in page_row["reason"]) if reason else page_row["state"] == "read", (name, page_row["reason"])
    assert {numbers[name] for name in ("a cookie wanted", *"abcdef")} <= stories
    assert b"Cookie:" not in server.received[path(numbers["f"])]
    assert_rebuilt_the_same(tmp_path)


def test_a_whole_page_in_a_wrong_frame_is_read_and_the_run_says_so(tmp_path: Path) -> None:
    answers = listed(1, 2) | {path(1): http(page(1), length=len(page(1)) + 40)}
    with RawServer(answers).serving() as port:
        ended = crawl(tmp_path, {SITE: f"http://127.0.0.1:{port}"})
    stories, _, run = rows(tmp_path)
    assert (ended.returncode, stories) == (0, {1, 2})
    assert "the page is whole" in run["reason"]


@pytest.mark.slow
def test_a_site_that_never_writes_its_pages_ends_is_read(tmp_path: Path) -> None:
    """Its pages lack </html> and leave an element open. Half a page looks so, too, until many pages do."""
    numbers = range(11, 17)
    unended = {n: page(n).replace(b"</body></html>", b"").replace(b"<footer", b"<div><footer") for n in numbers}
    server = RawServer(listed(*numbers) | {path(n): http(text) for n, text in unended.items()})
    with server.serving() as port:
        origin = {SITE: f"http://127.0.0.1:{port}"}
        crawl(tmp_path, origin)
        first = rows(tmp_path)
        all_due(tmp_path)
        crawl(tmp_path, origin)
        second = rows(tmp_path)
        server.answers[path(11)] = http(unended[11].replace(b"Paragraf kedua", b"Paragraf lain"))
        all_due(tmp_path)
        crawl(tmp_path, origin)
    assert 0 < len(first[0]) < len(numbers)
    assert "breaks off" in first[2]["reason"]
    assert second[0] == set(numbers)
    assert {row["number"]: row["versions"] for row in told(tmp_path)["articles"]}[11] == 2


def test_a_pause_of_more_than_a_day_between_requests_ends_the_run(tmp_path: Path) -> None:
    answers = listed(1) | {"/robots.txt": http(b"User-agent: *\nCrawl-delay: 90000\n", kind="text/plain")}
    server = RawServer(answers)
    with server.serving() as port:
        ended = crawl(tmp_path, {SITE: f"http://127.0.0.1:{port}"})
    assert ended.returncode == 1
    assert "90,000 s between two requests, longer than a day" in ended.stderr
    assert list(server.received) == ["/robots.txt"]


def test_a_pause_is_kept_until_a_command_forgets_it(tmp_path: Path) -> None:
    busy = http(b"", "Retry-After: 7200", status="HTTP/1.1 503 Busy")
    server = RawServer(listed(1) | {"/rss/terkini.xml": busy})
    with server.serving() as port:
        origin = {SITE: f"http://127.0.0.1:{port}"}
        assert "a pause of 7200 s" in crawl(tmp_path, origin).stderr
        server.answers |= listed(1)
        server.received.clear()
        assert "left alone until" in crawl(tmp_path, origin).stderr
        assert not server.received
        assert crawl(tmp_path, origin, "--now").returncode == 0
        assert crawl(tmp_path, origin).returncode == 0
    assert rows(tmp_path)[0] == {1}


@pytest.mark.parametrize(
    ("robots", "asked"),
    [
        pytest.param(b"User-agent: *\nDisallow: /berita/1/\n", True, id="its last line is whole"),
        pytest.param(b"User-agent: *\nDisallow: /berita/1/", False, id="its last line may be cut"),
        pytest.param(b"# kosong\n", False, id="no rule came"),
    ],
)
def test_a_robots_txt_in_a_wrong_frame(tmp_path: Path, robots: bytes, asked: bool) -> None:
    server = RawServer(listed(1, 2) | {"/robots.txt": http(robots, kind="text/plain", length=len(robots) + 9)})
    with server.serving() as port:
        crawl(tmp_path, {SITE: f"http://127.0.0.1:{port}"})
    assert path(1) not in server.received
    assert (path(2) in server.received) == asked
