"""What broken and hostile servers do: replies that stand in for those of a newsroom's site, for some of its paths."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from itertools import count

from crawler.newsroom.antara_pages import listing_page
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.server import Answer, Fault
from crawler.newsroom.story import WITA, Story

Reply = Callable[[BaseHTTPRequestHandler], None]

ARTICLES = r"/berita/|/foto/|/video/"
EVERYTHING = r".*"
LISTINGS = r"/terkini|/rss/"


def to(paths: str, reply: Reply) -> Fault:
    """Gives the reply to all requests whose path begins with a match of `paths`, a regular expression."""

    def fault(request: BaseHTTPRequestHandler) -> bool:
        if not re.match(paths, request.path):
            return False
        with suppress(ConnectionError):  # the guest has had enough
            reply(request)
        return True

    return fault


def once(paths: str, reply: Reply) -> Fault:
    """Gives the reply to the first request for each path; later ones are answered by the site itself."""
    seen = set[str]()
    always = to(paths, reply)

    def fault(request: BaseHTTPRequestHandler) -> bool:
        first = request.path not in seen
        seen.add(request.path)
        return first and always(request)

    return fault


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            **named,
        }.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return reply


def redirect(target: str) -> Reply:
    return answer(b"", 302, Location=target)


def drip(request: BaseHTTPRequestHandler) -> None:
    """Sends 200 bytes of an announced 100,000, one every 0.05 seconds."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def breaking_off(request: BaseHTTPRequestHandler) -> None:
    """Sends fewer bytes than announced."""
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b"<html><h1 class='post-title'>Judul</h1><div class='post-content clearfix'>Kalimat pert")
    request.close_connection = True


def breaking_off_unannounced(request: BaseHTTPRequestHandler) -> None:
    """Sends half a page without announcing its length, and closes the connection."""
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(b"<html><h1 class='post-title'>Judul</h1><div class='post-content clearfix'>Kalimat pert")
    request.close_connection = True


BOMB = gzip.compress(b"\0" * (300 << 20), 9)
bomb = answer(BOMB, Content_Encoding="gzip")
"""300 kB that decompress to 300 MB."""


def huge(request: BaseHTTPRequestHandler, *, announced: bool) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    if announced:
        request.send_header("Content-Length", str(200 << 20))
    else:
        request.send_header("Connection", "close")
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b"x" * (1 << 20))
    request.close_connection = True


def endless_listing(room: Newsroom) -> Fault:
    """Every listing page names 15 new stories, published now, which do not exist."""
    numbers = count(900_000)
    template = room.stories["antara-kaltim"][-1]

    def fault(request: BaseHTTPRequestHandler) -> bool:
        if not request.path.startswith("/terkini"):
            return False
        stories = [_invented(template, next(numbers), room.now) for _ in range(15)]
        page = int(request.path.rpartition("/")[2]) if request.path.count("/") > 1 else 1
        html = listing_page(stories, page=page, pages=10**6, path="/terkini", now=room.now, popular=template)
        answer(html.encode())(request)
        return True

    return fault


def _invented(template: Story, number: int, now: datetime) -> Story:
    url = f"https://kaltim.antaranews.com/berita/{number}/berita-{number}"
    return replace(template, number=number, url=url, title=f"Berita {number}", instant=now.astimezone(WITA))


CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>"""


def redesigned(site: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """A site whose article pages have other names for every class, id and itemprop."""

    def answer(target: str) -> Answer:
        page = site(target)
        if not re.match(ARTICLES, target):
            return page
        body = re.sub(rb'(class|itemprop|id)="([^"]*)"', _renamed, page.body)
        return replace(page, body=body.replace(b"<article", b"<section").replace(b"</article", b"</section"))

    return answer


def _renamed(attribute: re.Match[bytes]) -> bytes:
    return attribute[1] + b'="' + b" ".join(b"baru-" + name for name in attribute[2].split()) + b'"'


def mislabelled(site: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """A site whose pages are in UTF-8 and declare another charset."""
    return lambda target: replace(site(target), content_type="text/html; charset=iso-8859-1")
