"""SIGTERM ends a run that waits, whatever it waits for: a pause that the site asked for, an answer, a name server."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from archive.store.database import Archive
from tests.support.commands import crawl_arguments
from tests.support.raw_server import RawServer
from tests.support.site_server import antara_article, antara_listing
from tests.support.wire_forms import http

SITE = "antara-kaltim"
PATH = "/berita/1001/judul"
HANGING = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html>"
FEED = http(b'<rss version="2.0"><channel></channel></rss>', kind="text/xml")
WELL = {
    "/robots.txt": http(b"User-agent: *\nAllow: /\n", kind="text/plain"),
    "/rss/terkini.xml": FEED,
    "/terkini": http(antara_listing([1001]).encode()),
    PATH: http(antara_article(1001, "Judul").encode()),
}
LATER = http(b"nanti", "Retry-After: 290", status="HTTP/1.1 503 Service Unavailable")

WAITS: dict[str, tuple[dict[str, bytes], str]] = {
    # what the server answers, and the path after which the run waits
    "for the pause that robots.txt asks for": (
        {"/robots.txt": http(b"User-agent: *\nCrawl-delay: 80000\n", kind="text/plain")},
        "/robots.txt",
    ),
    "for the pause of a Retry-After": ({"/rss/terkini.xml": LATER}, "/rss/terkini.xml"),
    "for robots.txt": ({"/robots.txt": HANGING}, "/robots.txt"),
    "for a listing": ({"/rss/terkini.xml": HANGING}, "/rss/terkini.xml"),
    "for a page": ({PATH: HANGING}, PATH),
}
PROGRAM = """
import socket, sys, time
import crawler.settings
crawler.settings.DOWNLOAD_TIMEOUT = 600
{more}
from crawler.cli.main import main
sys.argv[0] = "warta"
main()
"""
SLOW_NAMES = """
def slow(host):
    print("asking", file=sys.stderr, flush=True)
    time.sleep(600)
socket.gethostbyname = slow
"""


def stop_when(waits: Callable[[subprocess.Popen[str]], None], arguments: list[str], *, more: str = "") -> str:
    """Runs `warta` until it waits, asks it to stop, and returns what it printed."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(more=more), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            waits(process)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)  # what it waits for takes ten times as long
        finally:
            process.kill()
    assert process.returncode == 0, out + err
    return out + err


QUICK = ("for the pause that robots.txt asks for", "for the pause of a Retry-After")
"""The other waits take twice as long to end."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in WAITS]
)
def test_a_run_that_waits_ends_when_it_is_asked_to(tmp_path: Path, name: str) -> None:
    answers, last = WAITS[name]
    server = RawServer(WELL | answers, closes=last not in answers or answers[last] is not HANGING)

    def waits(process: subprocess.Popen[str]) -> None:
        while last not in server.received:
            assert process.poll() is None
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)  # for what follows the last answer

    with server.serving() as port:
        said = stop_when(waits, crawl_arguments(tmp_path, {SITE: f"http://127.0.0.1:{port}"}))
    assert "interrupted" in said, said
    with Archive.open_reading(tmp_path) as archive:
        assert [row["verdict"] for row in archive.rows("SELECT verdict FROM runs")] == ["well"]
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.slow
def test_a_run_that_looks_up_a_name_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    def waits(process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if "asking" in line:
                return

    said = stop_when(waits, ["crawl", SITE, "--data", str(tmp_path)], more=SLOW_NAMES)
    assert "interrupted" in said, said
