"""Broken and hostile servers: a run ends, in bounded time and memory, keeps what it got and says what happened; once
the site is well again, nothing is missing and no story has a version that was never published."""

from __future__ import annotations

import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.server import SiteServer
from tests.support import faults
from tests.support.clock import later
from tests.support.commands import crawl
from tests.support.faults import ARTICLES, EVERYTHING, LISTINGS, answer, once, redirect, to
from tests.support.raw_server import RawServer, self_signed

pytestmark = pytest.mark.slow

SITE = "antara-kaltim"
IMPATIENT = {"crawler.settings.DOWNLOAD_TIMEOUT": 1, "crawler.middlewares.politeness.MAX_RETRY_AFTER_SECONDS": 3}
MEMORY = 1 << 30
SINCE = "2026-09-01"

Arm = Callable[[Newsroom, SiteServer], None]


def fault(armed: Callable[..., bool]) -> Arm:
    return lambda room, server: setattr(server, "fault", armed)


def newest(room: Newsroom) -> str:
    return f"/berita/{room.stories['antara-kaltim'][-1].number}/"


def at_newest(reply: faults.Reply) -> Arm:
    """To the newest story alone."""
    return lambda room, server: setattr(server, "fault", to(newest(room), reply))


def redesign(room: Newsroom, server: SiteServer) -> None:
    server.answer = faults.redesigned(server.answer)


CASES: dict[str, tuple[Arm, str, str]] = {
    # name: (what is armed, verdict, words of the reason)
    "500s that heal": (fault(once(ARTICLES, answer(status=500))), "well", ""),
    "503 with Retry-After that heals": (fault(once("/terkini$", answer(status=503, Retry_After="1"))), "well", ""),
    "429 with Retry-After that heals": (fault(once("/rss", answer(status=429, Retry_After="1"))), "well", ""),
    "429 with a long Retry-After": (
        fault(to(ARTICLES, answer(status=429, Retry_After="3600"))),
        "refused",
        "asks for a pause of 3600 s",
    ),
    "500s that stay": (fault(to(ARTICLES, answer(status=500))), "read nothing", "HTTP 500 (10, as "),
    "403 for articles": (fault(to(ARTICLES, answer(status=403))), "refused", "HTTP 403 (10, as "),
    "a slow drip": (at_newest(faults.drip), "well", "no whole answer in time"),
    "a body that breaks off": (at_newest(faults.breaking_off), "well", "the page breaks off before its end"),
    "a body of no announced length that breaks off": (
        at_newest(faults.breaking_off_unannounced),
        "well",
        "the page breaks off before its end",
    ),
    "a gzip bomb": (at_newest(faults.bomb), "well", "pages failed"),
    "200 MB announced": (at_newest(partial(faults.huge, announced=True)), "well", "the answer was cut off"),
    "200 MB without a word": (at_newest(partial(faults.huge, announced=False)), "well", "the answer was cut off"),
    "a redirect loop": (
        lambda room, server: setattr(server, "fault", to(newest(room), redirect(newest(room) + "lagi"))),
        "well",
        "redirect",
    ),
    "a redirect to another host": (at_newest(redirect("http://www.antaranews.com/x")), "well", "own hosts"),
    "a redirect to a file": (at_newest(redirect("file:///etc/passwd")), "well", "HTTP 302"),
    "a redirect to a port of this machine": (at_newest(redirect("http://127.0.0.1:9/x")), "well", "own hosts"),
    "endless fresh-looking listings": (
        lambda room, server: setattr(server, "fault", faults.endless_listing(room)),
        "degraded",
        "pages in a row bring nothing older",
    ),
    "another charset in the header": (
        lambda room, server: setattr(server, "answer", faults.mislabelled(server.answer)),
        "well",
        "",
    ),
    "empty articles with status 200": (fault(to(ARTICLES, answer())), "read nothing", "the page is empty"),
    "empty listings with status 200": (fault(to(LISTINGS, answer())), "degraded", "the answer is not an RSS feed"),
    "an empty site with status 200": (fault(to("/(?!robots)", answer())), "found nothing", "not an RSS feed"),
    "a challenge for articles": (fault(to(ARTICLES, answer(faults.CHALLENGE))), "refused", "a challenge page"),
    "a challenge for everything": (fault(to(EVERYTHING, answer(faults.CHALLENGE))), "refused", "a challenge page"),
    "robots.txt 503": (fault(to("/robots.txt", answer(status=503))), "refused", "robots.txt answers HTTP 503"),
    "robots.txt dripping": (
        fault(to("/robots.txt", faults.drip)),
        "unreachable",
        "robots.txt cannot be had, so nothing is fetched",
    ),
    "a new layout everywhere": (redesign, "degraded", "no known layout any more"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_run_ends_keeps_what_it_got_and_says_what_happened(tmp_path: Path, name: str) -> None:
    arm, verdict, reason = CASES[name]
    room = Newsroom(antara=30, paser=5)
    server = room.servers["antara-kaltim"]
    with room.serving() as all_origins:
        origins = {SITE: all_origins[SITE]}
        assert crawl(tmp_path, origins, since=SINCE).returncode == 0
        room.publish("antara-kaltim", 4)
        later(tmp_path, 1.1)  # so that known stories are asked for again
        well = server.answer
        arm(room, server)
        during = crawl(tmp_path, origins, since=SINCE, constants=IMPATIENT, preexec_fn=limit_memory)
        run = last_run(tmp_path)
        server.fault, server.answer = None, well
        later(tmp_path, 24 * 8)
        after = crawl(tmp_path, origins, since=SINCE)
    assert (run["verdict"], during.returncode) == (verdict, int(verdict != "well")), during.stdout + during.stderr
    assert reason in (run["reason"] or "")
    if verdict == "well":
        assert during.stderr == ""
    else:
        assert during.stderr == f"{SITE}: {verdict}: {run['reason']}\n"
    assert "root:" not in during.stdout
    assert after.returncode == 0, after.stdout
    with Archive.open_reading(tmp_path) as archive:
        held = {row["id"]: row for row in archive.rows("SELECT * FROM articles")}
    truth = {
        story.id: story for story in room.stories["antara-kaltim"] if story.id in held or story.instant.year > 2025
    }
    assert {id for id in truth if truth[id].instant.isoformat() > SINCE} <= set(held)
    assert {id: row["body"] for id, row in held.items()} == {id: truth[id].body for id in held}
    expected_versions = {1, 2} if arm is redesign else {1}  # the new stories were first seen in the new layout
    assert {row["versions"] for row in held.values()} <= expected_versions
    assert not any(row["gone_at"] for row in held.values())


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def last_run(data: Path) -> dict[str, Any]:
    with Archive.open_reading(data) as archive:
        return archive.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 1")[0]


def test_a_certificate_that_nobody_vouches_for_makes_a_site_unreachable(tmp_path: Path) -> None:
    with RawServer({}).serving(self_signed(tmp_path)) as port:
        ended = crawl(tmp_path / "data", {SITE: f"https://127.0.0.1:{port}"})
    assert ended.returncode == 1
    assert "antara-kaltim: unreachable: " in ended.stderr
    assert "certificate verify failed" in ended.stderr
