"""The newsroom prints what the sites are known to print, the same at every start; a crawl of it holds its truth."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Literal

import pytest

from archive.sites import SITES
from archive.store.database import Archive
from crawler.newsroom.newsroom import Newsroom
from tests.support.commands import crawl, warta

FIELDS: tuple[str, ...] = ("title", "url", "pewarta", "editor", "published_at", "section", "tags", "dateline")
FIELDS += ("credit", "is_advertorial", "body", "caption", "image_url", "layout")
TRAPS = """
no-dateline dateline-en-dash dateline-comma dateline-hyphen dateline-no-dash dateline-nbsp dateline-agency-only
dateline-mckabpaser dateline-mckabpaser-glued dateline-bare
tail-mc tail-adv-mc tail-adv-glued tail-star tail-adv tail-own-paragraph no-tail
byline-lines byline-glued byline-one-line editor-empty byline-nbsp-colon penerjemah uploader oleh byline-spaced
no-editor no-byline two-pewarta-slash two-pewarta-comma two-pewarta-dan r-wartono-no-dot
wib jum'at jum’at ahad nopember pebruari agt agust ags sept short-month time-with-dot no-date no-date-on-page utc-date
list subheading table blockquote tweet baca-juga-inline baca-juga-bold ad-in-body figure-in-body telah-tayang
nbsp nbsp-run quote-old caption-credit crawling-notice comment-form related-teasers amp-body-twice twin
title-markup all-caps-title math-letters windows-1252 one-paragraph long-read foto video
"""


def stories_of(room: Newsroom) -> list[str]:
    return [f"{story.id} {story.title} {story.body}" for stories in room.stories.values() for story in stories]


def test_the_same_seed_tells_the_same_stories_and_another_seed_others() -> None:
    assert stories_of(Newsroom(antara=40, paser=20)) == stories_of(Newsroom(antara=40, paser=20))
    assert stories_of(Newsroom(antara=40, paser=20)) != stories_of(Newsroom(antara=40, paser=20, seed=1))


def test_the_default_stock_holds_every_trap_and_every_layout() -> None:
    stories = [story for stories in Newsroom().stories.values() for story in stories]
    found = frozenset[str]().union(*(story.traps for story in stories))
    assert found == set(TRAPS.split())
    assert {story.layout for story in stories} == {
        *("antara-1", "antara-2a", "antara-2b", "antara-3", "antara-amp", "wordpress")
    }
    for site in ("antara-kaltim", "mc-paser"):
        numbers = [story.number for story in stories if story.site == site]
        assert numbers == sorted(set(numbers))


def get(origin: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(origin + path, headers=named)) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_the_sites_answer_as_they_are_known_to() -> None:
    room = Newsroom(antara=40, paser=30)
    kaltim, media_centre = room.stories["antara-kaltim"][-1], room.stories["mc-paser"][-1]
    with room.serving() as origins:
        a, p = origins["antara-kaltim"], origins["mc-paser"]
        status, headers, _ = get(a, f"/berita/{kaltim.number}/any-slug-at-all")
        assert (status, headers["Date"]) == (200, "Wed, 30 Sep 2026 04:00:00 GMT")
        assert get(a, f"/berita/{kaltim.number}", If_None_Match=headers["ETag"])[0] == 304
        assert get(a, f"/berita/{kaltim.number}", If_Modified_Since=headers["Last-Modified"])[0] == 304
        assert get(a, f"/berita/{kaltim.number}", Accept_Encoding="gzip")[2][:2] == b"\x1f\x8b"
        assert b"<html amp" in get(a, f"/amp/berita/{kaltim.number}/@kaltim_antara")[2]
        assert get(a, "/rss/terkini.xml")[2].count(b"<item>") == 20
        assert get(a, "/terkini/4")[2] != get(a, "/terkini/3")[2]
        status, _, body = get(a, "/terkini/5")
        assert (status, body.count(b"/berita/") > 40) == (404, True)  # the end is an error page full of links
        room.antara.markup = "2026"
        assert get(a, "/terkini/3")[2] != get(a, "/terkini/2")[2]
        assert get(a, "/terkini/4")[2] == get(a, "/terkini/3")[2]  # the last page repeats for ever
        assert get(a, "/terkini?page=2")[2] == get(a, "/terkini")[2]
        status, headers, body = get(p, "/wp-json/wp/v2/posts?per_page=20&page=2&_fields=id,link")
        assert (len(json.loads(body)), headers["X-WP-TotalPages"]) == (10, "2")
        assert get(p, "/wp-json/wp/v2/posts?per_page=20&page=3")[0] == 400
        path = media_centre.url.removeprefix(SITES["mc-paser"].origin)
        assert get(p, f"/?p={media_centre.number}")[2] == get(p, path)[2] == get(p, path.rstrip("/"))[2]
        assert get(p, f"/berita/{media_centre.slug}")[2] == get(p, path)[2]
        assert get(p, "/feed/?paged=4")[0] == get(p, "/berita/page/4/")[0] == 404
        room.servers["mc-paser"].switched_off.add("/wp-json")
        assert get(p, "/wp-json/wp/v2/posts")[0] == 404
    assert room.servers["antara-kaltim"].asked[0] == f"/berita/{kaltim.number}/any-slug-at-all"


def test_what_happens_on_a_site_shows_on_its_pages() -> None:
    room = Newsroom(antara=40, paser=30)
    kaltim, media_centre = room.servers["antara-kaltim"], room.servers["mc-paser"]
    edited, withdrawn, moved = room.stories["antara-kaltim"][5], room.stories["antara-kaltim"][6], None
    path = f"/berita/{edited.number}"
    before = kaltim.answer(path)
    room.redecorate()
    assert kaltim.answer(path).body != before.body
    room.edit(edited)
    assert b"telah dilengkapi redaksi" in kaltim.answer(path).body
    assert "telah dilengkapi redaksi" in edited.body
    room.withdraw(withdrawn)
    assert kaltim.answer(f"/berita/{withdrawn.number}").status == 404
    room.restore(withdrawn)
    assert kaltim.answer(f"/berita/{withdrawn.number}").status == 200
    moved = room.stories["mc-paser"][3]
    old = moved.url.removeprefix(SITES["mc-paser"].origin)
    room.move(moved)
    assert media_centre.answer(old).location == moved.url.removeprefix(SITES["mc-paser"].origin) != old
    (new,) = room.publish("antara-kaltim")
    assert f"/berita/{new.number}/".encode() in kaltim.answer("/terkini").body


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    data = tmp_path_factory.mktemp("demo") / "demo-data"
    ended = warta("demo", "--data", data)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return data, ended.stdout


def test_the_demo_crawls_everything_shows_a_search_and_says_how_to_go_on(demonstrated: tuple[Path, str]) -> None:
    data, said = demonstrated
    assert "antara-kaltim: found" in said
    assert said.count("well") == 2
    assert f"$ warta search stunting --limit 3 --data {data}" in said
    assert "the first 3 shown" in said
    assert f"warta serve --data {data}" in said


@pytest.mark.parametrize("field", FIELDS)
def test_after_the_demo_the_archive_holds_the_newsrooms_truth(demonstrated: tuple[Path, str], field: str) -> None:
    truth = {story.id: story for stories in Newsroom().stories.values() for story in stories}
    with Archive.open_reading(demonstrated[0]) as archive:
        rows = archive.rows("SELECT * FROM articles")
    assert {row["id"] for row in rows} == set(truth)
    wrong = []
    for row in rows:
        read, wanted = row[field], getattr(truth[row["id"]], field)
        if field == "tags":
            read = json.loads(read)
        if read != wanted:
            wrong.append((row["id"], read, wanted))
    assert wrong == []


def test_a_second_demo_finds_nothing_new(demonstrated: tuple[Path, str]) -> None:
    ended = warta("demo", "--data", demonstrated[0])
    assert ended.returncode == 0
    with Archive.open_reading(demonstrated[0]) as archive:
        second = archive.rows("SELECT new, changed, failed FROM runs WHERE id > 2")
    assert second == [{"new": 0, "changed": 0, "failed": 0}] * 2


@pytest.mark.slow
def test_other_listing_markup_and_other_ways_to_list_posts_name_the_same_stories(tmp_path: Path) -> None:
    room = Newsroom(antara=40, paser=30)
    ways: tuple[tuple[Literal["bureau", "2026", "2020"], str, str], ...] = (
        ("2020", "sitemap", "/wp-json"),
        ("2026", "feed", "/wp-sitemap"),
        ("bureau", "listing", "/feed"),
    )
    for markup, way, off in ways:
        room.antara.markup = markup
        room.servers["mc-paser"].switched_off.add(off)
        with room.serving() as origins:
            ended = crawl(tmp_path / way, origins)
        assert ended.returncode == 0, ended.stdout
        with Archive.open_reading(tmp_path / way) as archive:
            held = {row["id"] for row in archive.rows("SELECT id FROM articles")}
            discovery = {row["site"]: row["discovery"] for row in archive.rows("SELECT site, discovery FROM runs")}
        assert held == {story.id for stories in room.stories.values() for story in stories}
        cards = "cards" if markup == "2026" else "older markup"
        assert discovery == {"antara-kaltim": f"feed; listing ({cards})", "mc-paser": way}
