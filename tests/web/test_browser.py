"""The reading room in Debian's Chromium, driven by Playwright. `.ci/run` installs both.

No page may write to the console, send a request to another server, or have a serious accessibility finding (axe-core).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.search.engine import search
from archive.search.fts import Query
from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import Story
from tests.support.clock import later
from tests.support.commands import WARTA, crawl
from tests.web.test_sanitizer import HOSTILE, Shelf

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install '.[browser]'")

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
DESK, PHONE = {"width": 1100, "height": 860}, {"width": 390, "height": 844}
PICTURES = os.environ.get("WARTA_PICTURES")
"""The folder for the pictures of the README; without it none are taken."""


@dataclass(frozen=True)
class Held:
    """The archive of a crawled newsroom, with a story that was edited and one that is on both sites."""

    data: Path
    edited: Story
    shared: Story

    def count(self, words: str) -> int:
        with Archive.open_reading(self.data) as archive:
            return search(archive, Query(words=words)).total


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder, room = tmp_path_factory.mktemp("archive"), Newsroom(antara=120, paser=60)
    edited = next(story for story in room.stories["mc-paser"] if "Banjir rendam" in story.title)
    shared = next(story for story in room.stories["antara-kaltim"] if story.twin_id and story.pewarta)
    with room.serving() as origins:
        assert crawl(folder, origins).returncode == 0
        room.edit(edited)
        later(folder, hours=2)
        assert crawl(folder, origins).returncode == 0
    return Held(folder, edited, shared)


@pytest.fixture(scope="module")
def address(held: Held) -> Iterator[str]:
    serving = subprocess.Popen([WARTA, "serve", "--port", "0", "--data", held.data], stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    yield serving.stdout.readline().strip().rstrip("/")
    serving.terminate()
    serving.wait(20)
    serving.stdout.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page of the browser. The test fails if it writes to the console or sends a request to another server."""

    def __init__(self, chromium: Any, address: str, **options: Any) -> None:
        self.context = chromium.new_context(**({"viewport": DESK, "locale": "id-ID"} | options))
        self.page = self.context.new_page()
        self.address, self.console, self.requests = address, list[str](), list[str]()
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.context.on("request", lambda request: self.requests.append(request.url))

    def _dismiss(self, dialog: Any) -> None:
        self.console.append(dialog.message)
        dialog.dismiss()

    def to(self, path: str) -> Any:
        self.page.goto(self.address + path)
        return self.page

    def accessible(self) -> None:
        axe = sys.modules.get("axe_playwright_python.sync_playwright") or pytest.importorskip(
            "axe_playwright_python.sync_playwright"
        )
        found = axe.Axe().run(self.page).response["violations"]
        serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        findings = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in serious]
        assert findings == []

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}.png")

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert self.console == []
            elsewhere = [url for url in self.requests if f"http://{urlsplit(url).netloc}" != self.address]
            assert elsewhere == []


def test_from_the_start_page_to_a_story_by_search_and_facets(chromium: Any, address: str, held: Held) -> None:
    total = held.count("banjir")
    with Visit(chromium, address) as visit:
        page = visit.to("/")
        visit.accessible()
        visit.picture("start")
        page.get_by_role("searchbox").fill("kebanjiran")
        page.keyboard.press("Enter")
        assert page.get_by_role("status").inner_text() == f"{total} berita"
        assert "Banjir" in page.locator("mark").all_inner_texts()
        visit.accessible()
        visit.picture("search")
        page.get_by_role("list", name="Situs").get_by_role("link", name="MC Kominfo Paser").click()
        page.get_by_role("list", name="Pewarta").get_by_role("link").first.click()
        narrowed = page.get_by_role("status").inner_text()
        assert 0 < int(narrowed.split()[0]) < total
        page.get_by_role("link", name="hapus: Pewarta").click()
        page.get_by_role("link", name="terbaru", exact=True).click()
        dates = page.locator("ol.hits time").evaluate_all("times => times.map(time => time.dateTime)")
        assert dates == sorted(dates, reverse=True)
        page.locator("ol.hits h3 a").first.click()
        assert page.locator("article.story h1").count() == 1
        visit.accessible()


def test_a_story_its_difference_and_its_captured_page(chromium: Any, address: str, held: Held) -> None:
    with Visit(chromium, address) as visit:
        page = visit.to(f"/berita/{held.edited.id}")
        assert page.locator("ins").inner_text() == "Keterangan ini telah dilengkapi redaksi."
        visit.accessible()
        page.locator("#history").scroll_into_view_if_needed()
        visit.picture("story")
        page.get_by_role("link", name="Halaman yang ditangkap").first.click()
        assert page.locator("main time").first.is_visible()
        inside = page.frame_locator("iframe")
        assert inside.get_by_role("heading", name=held.edited.title).first.is_visible()
        visit.accessible()
        visit.picture("captured")


def test_a_story_of_two_sites_leads_to_the_other_and_to_its_people(chromium: Any, address: str, held: Held) -> None:
    (reporter, *_) = (held.shared.pewarta or "").split(", ")
    with Visit(chromium, address) as visit:
        page = visit.to(f"/berita/{held.shared.id}")
        page.get_by_role("link", name="MC Kominfo Paser").last.click()
        assert "/berita/mc-paser/" in page.url
        page.go_back()
        page.get_by_role("link", name=reporter).first.click()
        assert page.locator("h1").inner_text() == reporter
        visit.accessible()


def test_the_language_is_switched_and_stays(chromium: Any, address: str, held: Held) -> None:
    total = held.count("banjir")
    with Visit(chromium, address, locale="en-GB") as visit:
        page = visit.to("/cari?q=banjir")
        assert page.get_by_role("status").inner_text() == f"{total} stories"
        visit.accessible()
        page.get_by_role("link", name="Bahasa Indonesia").click()
        assert page.get_by_role("status").inner_text() == f"{total} berita"
        visit.to("/")
        assert page.locator("html").get_attribute("lang") == "id"


@pytest.mark.parametrize("path", ["/", "/cari?q=banjir", "/berita/{edited}", "/berita/{shared}", "/tangkapan/20"])
def test_on_a_phone_nothing_is_wider_than_the_screen(chromium: Any, address: str, held: Held, path: str) -> None:
    path = path.format(edited=held.edited.id, shared=held.shared.id)
    with Visit(chromium, address, viewport=PHONE) as visit:
        page = visit.to(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        visit.accessible()
        if path.startswith("/cari"):
            visit.picture("phone")


def test_everything_is_reached_with_the_keyboard_and_without_script(chromium: Any, address: str) -> None:
    with Visit(chromium, address, java_script_enabled=False) as visit:
        page = visit.to("/")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Langsung ke isi"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("name") == "q"
        page.keyboard.type("banjir kuaro")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cari?q=banjir+kuaro")
        assert page.locator("ol.hits li").count() > 0


def test_in_print_there_is_the_story_and_no_machinery(chromium: Any, address: str, held: Held) -> None:
    with Visit(chromium, address) as visit:
        page = visit.to(f"/berita/{held.shared.id}")
        page.emulate_media(media="print")
        assert page.locator("article.story").is_visible()
        assert not page.locator("header nav").is_visible()


def test_a_hostile_page_can_do_nothing(chromium: Any, address: str, held: Held) -> None:
    with closing(Shelf(held.data)) as shelf:
        capture = shelf.keep("".join(["<h1>still readable</h1>", *HOSTILE]).encode())
    with Visit(chromium, address) as visit:
        page = visit.to(f"/tangkapan/{capture.id}")
        page.wait_for_timeout(1500)  # time for a refresh, a frame or a late script
        assert page.url == f"{address}/tangkapan/{capture.id}"
        frames = [frame.url for frame in page.frames]
        assert frames == [page.url, f"{page.url}/halaman"]
        assert page.frame_locator("iframe").get_by_text("still readable").is_visible()
        links = page.frame_locator("iframe").locator("a[href], form, script, img[src^=http]")
        assert links.count() == 0
    with Visit(chromium, address) as visit:  # the captured page outside its frame
        page = visit.to(f"/tangkapan/{capture.id}/halaman")
        page.wait_for_timeout(1500)
        assert page.evaluate("document.domain") == ""


def test_a_hostile_page_that_claims_to_be_an_image_is_shown_as_text(chromium: Any, address: str, held: Held) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
    with closing(Shelf(held.data)) as shelf:
        captures = [shelf.keep(svg, kind) for kind in ("image/svg+xml", "image/png", "text/xml")]
    for capture in captures:
        with Visit(chromium, address) as visit:
            page = visit.to(f"/tangkapan/{capture.id}")
            page.wait_for_timeout(300)
            assert "onload" in page.frame_locator("iframe").locator("body").inner_text()
