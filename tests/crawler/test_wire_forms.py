"""What the crawl read, a rebuild reads, row for row, in whatever form the answer came over the wire.

Each form has an archive of its own: what becomes of it is not mixed up with what another one does to the run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import all_due
from tests.support.commands import crawl, warta
from tests.support.database_equality import assert_same, told
from tests.support.many_archives import crawl_all, rebuild_all
from tests.support.raw_server import RawServer
from tests.support.site_server import antara_article, antara_listing, paser
from tests.support.wire_forms import FORMS, Form, http

LEFT_OUT = frozenset({"warcs.sealed_at"})
"""Tables and columns (as "captures.run_id") that WARC files do not tell: a database that was made from nothing is
compared without them."""

Tables = dict[str, list[dict[str, Any]]]

ANTARA, PASER = "antara-kaltim", "mc-paser"
FEED, CARDS, ROBOTS = "/rss/terkini.xml", "/terkini", "/robots.txt"
NEW, KNOWN, OTHER = 1001, 1002, 1003
PARAGRAPHS = [
    f"Alinea ke-{i} berisi keterangan nomor {i * 7919 % 9973} dari pejabat dinas ke-{i * 31} tentang acara {i} di Kafé"
    f" “Résumé”, yang dibuka oleh Bupati Paser’s hari ini."
    for i in range(1, 41)
]
"""All different, so that half of a packed text is about half of the text."""
HTML, XML = "text/html; charset=utf-8", "text/xml; charset=UTF-8"
FILLER = " ".join(PARAGRAPHS)
ALLOWS = http(b"User-agent: *\nAllow: /\n", kind="text/plain")


def path_of(number: int) -> str:
    return f"/berita/{number}/judul"


def article(number: int) -> str:
    return antara_article(number, f"Kafé nomor {number}", body="<br><br>".join(PARAGRAPHS))


def page(number: int) -> bytes:
    return http(article(number).encode())


def feed(*numbers: int) -> str:
    """The last item stands behind the half of it."""
    items = [
        f"<item><title>Kafé nomor {number}</title><link>https://kaltim.antaranews.com{path_of(number)}</link>"
        f"<pubDate>Fri, 25 Sep 2026 16:30:{at:02} +0700</pubDate><description>{FILLER}</description></item>"
        for at, number in enumerate(numbers)
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
    return f"{head}{''.join(items)}</channel></rss>"


def cards(*numbers: int) -> str:
    """A listing page with a long text between its head and its cards."""
    return antara_listing(list(numbers)).replace("<html><body>", f"<html><head></head><body><p>{FILLER}</p>")


@dataclass
class Case:
    """An archive of a site of which one answer comes in one form. `tables` are told after each run; a rebuild, with the
    database beside it and without, is compared with the one after the run `compared`."""

    form: Form
    data: Path
    site: str
    server: RawServer
    rounds: list[dict[str, bytes]]
    compared: int = 0
    tables: list[Tables] = field(default_factory=list)

    def begin(self, number: int) -> None:
        self.server.answers |= self.rounds[number]
        if number:
            all_due(self.data)

    def end(self, number: int) -> None:
        self.tables.append(told(self.data))
        if number == self.compared:
            shutil.copytree(self.data, self.beside)
            shutil.copytree(self.data, self.from_nothing, ignore=shutil.ignore_patterns("archive.db*"))

    @property
    def beside(self) -> Path:
        return self.data.with_name("beside")

    @property
    def from_nothing(self) -> Path:
        return self.data.with_name("from-nothing")

    def story(self, number: int, after: int) -> dict[str, Any] | None:
        return next((row for row in self.tables[after]["articles"] if row["number"] == number), None)

    def page(self, number: int, after: int) -> dict[str, Any]:
        named = (row for row in self.tables[after]["pages"] if row["url"].endswith(path_of(number)))
        return next(named, {"state": "unknown", "reason": None})

    def run(self, after: int) -> tuple[str, str | None]:
        """The verdict and its reason."""
        row = max(self.tables[after]["runs"], key=lambda row: row["id"])
        return row["verdict"], row["reason"]


def of_story(form: Form, data: Path) -> Case:
    """A new story and a known one: first the new one is answered in the form, then both are, then none."""
    new, known = path_of(NEW), path_of(KNOWN)
    formed = {number: form.answer(article(number), HTML) for number in (NEW, KNOWN)}
    listings = {ROBOTS: ALLOWS, FEED: http(feed(NEW, KNOWN).encode(), kind=XML)}
    listings |= {CARDS: http(cards(NEW, KNOWN).encode())}
    server = RawServer(listings, kept=frozenset({new, known} if form.keeps else ()))
    rounds = [
        {new: formed[NEW], known: page(KNOWN)},
        {new: formed[NEW], known: formed[KNOWN]},
        {new: page(NEW), known: page(KNOWN)},
    ]
    return Case(form, data, ANTARA, server, rounds, compared=1)


def of_listing(path: str, text: str, kind: str) -> Callable[[Form, Path], Case]:
    """A feed or a listing page names two stories; another one is named by the other listing."""

    def made(form: Form, data: Path) -> Case:
        answers = {ROBOTS: ALLOWS, FEED: http(feed(OTHER).encode(), kind=XML), CARDS: http(cards(OTHER).encode())}
        answers |= {path_of(number): page(number) for number in (NEW, KNOWN, OTHER)}
        server = RawServer(answers, kept=frozenset({path} if form.keeps else ()))
        return Case(
            form, data, ANTARA, server, [{path: form.answer(text, kind)}, {path: http(text.encode(), kind=kind)}]
        )

    return made


def of_posts(form: Form, data: Path) -> Case:
    """WordPress names posts 1 to 3; the first stands last."""
    site = paser(3).pages
    first = next(path for path in site if "page=1&" in path)
    answers = {
        path: http(body, kind=fields["Content-Type"], status=f"HTTP/1.1 {status} X")
        for path, (status, fields, body) in site.items()
    }
    posts = json.loads(site[first][2])
    kind = "application/json; charset=UTF-8"
    text = json.dumps([post | {"excerpt": FILLER} for post in posts], ensure_ascii=False)
    server = RawServer(answers | {ROBOTS: ALLOWS}, kept=frozenset({first} if form.keeps else ()))
    return Case(form, data, PASER, server, [{first: form.answer(text, kind)}, {first: http(text.encode(), kind=kind)}])


def of_robots(form: Form, data: Path) -> Case:
    """robots.txt forbids one story, at its end."""
    comments = "".join(f"# {paragraph}\n" for paragraph in PARAGRAPHS)
    text = f"{comments}User-agent: *\nAllow: /\nDisallow: {path_of(KNOWN)}\n"
    answers = {FEED: http(feed(NEW, KNOWN).encode(), kind=XML), CARDS: http(cards(NEW, KNOWN).encode())}
    answers |= {path_of(number): page(number) for number in (NEW, KNOWN)}
    server = RawServer(answers, kept=frozenset({ROBOTS} if form.keeps else ()))
    rounds = [{ROBOTS: form.answer(text, "text/plain")}, {ROBOTS: http(text.encode(), kind="text/plain")}]
    return Case(form, data, ANTARA, server, rounds)


MAKERS: dict[str, Callable[[Form, Path], Case]] = {
    "story": of_story,
    "feed": of_listing(FEED, feed(NEW, KNOWN), XML),
    "cards": of_listing(CARDS, cards(NEW, KNOWN), HTML),
    "posts": of_posts,
    "robots": of_robots,
}
ANSWERED = {
    "story": ("text", "markup", "page"),
    "feed": ("text", "markup"),
    "cards": ("text", "markup"),
    "posts": ("text", "markup"),
    "robots": ("text",),
}
UNREADABLE = "a coding that nobody reads"
EVERY = {"cards": 3, "posts": 3}
"""Of listing pages and REST answers, which go the feed's way, every third form is tried: the suite has a budget."""


def forms_of(kind: str) -> list[str]:
    """The names of the forms in which a kind of answer is tried."""
    names, step = [name for name, form in FORMS.items() if form.of in ANSWERED[kind]], EVERY.get(kind, 1)
    return names[names.index(UNREADABLE) % step :: step]


EACH = [pytest.param(kind, name, marks=pytest.mark.slow) for kind in MAKERS for name in forms_of(kind)]
in_each_form = pytest.mark.parametrize(("kind", "name"), EACH)
in_each_form_that_a_rebuild_reads = pytest.mark.parametrize(
    ("kind", "name"), [each for each in EACH if each.values[0] != "robots"]
)


class Cases:
    """The cases of every form in which a kind of answer comes, made when the first of them is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, dict[str, Case]] = {}

    def of(self, kind: str, name: str) -> Case:
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind][name]

    def _make(self, kind: str) -> dict[str, Case]:
        names = forms_of(kind)
        cases = {
            name: MAKERS[kind](FORMS[name], self._folder / kind / str(at) / "data") for at, name in enumerate(names)
        }
        with ExitStack() as serving:
            runs = [
                (case.data, case.site, f"http://127.0.0.1:{serving.enter_context(case.server.serving())}")
                for case in cases.values()
            ]
            for number in range(len(cases[names[0]].rounds)):
                for case in cases.values():
                    case.begin(number)
                crawl_all(runs)
                for case in cases.values():
                    case.end(number)
        rebuild_all([folder for case in cases.values() for folder in (case.beside, case.from_nothing)])
        return cases


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    return Cases(tmp_path_factory.mktemp("wire-forms"))


def is_whole(story: dict[str, Any] | None) -> bool:
    """Whether the whole text is there, in its only version; a letter that came broken may stand as such."""
    return (
        story is not None
        and story["body"].replace(" \ufffd", "").split("\n\n") == PARAGRAPHS
        and story["versions"] == 1
    )


def what_became(case: Case, number: int, after: int) -> str:
    """ "read", "failed", or what is wrong."""
    story, page = case.story(number, after), case.page(number, after)
    if story is None and page["state"] == "failed" and page["reason"]:
        return "failed"
    if is_whole(story) and page["state"] == "read":
        return "read"
    text = story and f"{len(story['body'])} characters in {story['versions']} versions: {story['body'][:60]!r}"
    return f"page {page['state']} ({page['reason']}), story {text}, run {case.run(after)}"


@in_each_form
def test_what_becomes_of_it(cases: Cases, kind: str, name: str) -> None:
    case = cases.of(kind, name)
    if kind == "story":
        stories_are_as_wanted(case)
    elif kind == "robots":
        rules_are_kept(case)
    else:
        listing_is_as_wanted(case, kind)


def stories_are_as_wanted(case: Case) -> None:
    wanted = case.form.becomes.split(" or ")
    for after in (0, 1):
        assert what_became(case, NEW, after) in wanted
        assert case.run(after)[0] == "well", "it is the trouble of one page"
    assert what_became(case, KNOWN, 0) == "read"
    assert is_whole(case.story(KNOWN, 1)), case.story(KNOWN, 1)
    known = case.page(KNOWN, 1)
    assert known["state"] in wanted, known
    assert known["reason"] or known["state"] == "read"
    assert what_became(case, NEW, 2) == what_became(case, KNOWN, 2) == "read"


def listing_is_as_wanted(case: Case, kind: str) -> None:
    numbers, last, other = ((1, 2, 3), 1, None) if kind == "posts" else ((NEW, KNOWN, OTHER), KNOWN, OTHER)
    there = {number for number in numbers if case.story(number, 0) is not None}
    verdict, reason = case.run(0)
    if case.form.becomes == "read" or (case.form.becomes == "read or failed" and last in there):
        assert there == set(numbers), (verdict, reason)
        assert verdict == "well", reason
    else:
        assert last not in there, "it was read, and should not have been"
        assert other is None or other in there, "it is the trouble of one listing"
        assert kind == "feed" or verdict != "well"  # behind the feed comes the listing, which named everything
    assert {number for number in numbers if case.story(number, 1) is not None} == set(numbers)
    assert case.run(1)[0] == "well", case.run(1)


def rules_are_kept(case: Case) -> None:
    assert path_of(KNOWN) not in case.server.received, "a forbidden page was asked for"
    read = case.story(NEW, 0) is not None
    verdict, reason = case.run(0)
    assert read or case.form.becomes != "read" or "robots.txt breaks off" in (reason or ""), verdict
    assert read == (case.run(0)[0] == "well")
    assert case.story(NEW, 1) is not None


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "path"), [("feed", FEED), ("cards", CARDS), ("posts", "REST")])
def test_a_run_names_the_listing_that_it_could_not_read(cases: Cases, kind: str, path: str) -> None:
    verdict, reason = cases.of(kind, UNREADABLE).run(0)
    assert path in (reason or ""), verdict


@in_each_form_that_a_rebuild_reads
def test_a_rebuild_reads_the_same(cases: Cases, kind: str, name: str) -> None:
    case = cases.of(kind, name)
    assert_same(case.tables[case.compared], told(case.beside))


@in_each_form_that_a_rebuild_reads
def test_a_rebuild_from_nothing_reads_the_same(cases: Cases, kind: str, name: str) -> None:
    case = cases.of(kind, name)
    assert_same(without(LEFT_OUT, case.tables[case.compared]), without(LEFT_OUT, told(case.from_nothing)))


@pytest.mark.slow
def test_one_run_takes_every_form_from_one_site(tmp_path: Path) -> None:
    """As a person runs it: no answer spoils the run for the others, a second run in the same forms edits nothing, and
    the database is a product of the WARC files. A plain story comes after every third, so that what has to fail does
    not fail ten times in a row."""
    data, numbers, plain, at = tmp_path / "data", dict[str, int](), list[int](), 1000
    for name in FORMS:
        at += 1
        numbers[name] = at
        if at % 4 == 3:
            at += 1
            plain.append(at)
    answers = {path_of(number): FORMS[name].answer(article(number), HTML) for name, number in numbers.items()}
    answers |= {path_of(number): page(number) for number in plain}
    everything = [*numbers.values(), *plain]
    answers |= {ROBOTS: ALLOWS, FEED: http(feed().encode(), kind=XML), CARDS: http(cards(*everything).encode())}
    server = RawServer(answers, kept=frozenset(path_of(numbers[name]) for name, form in FORMS.items() if form.keeps))
    with server.serving() as port:
        for again in (False, True):
            if again:
                all_due(data)
            ended = crawl(data, {ANTARA: f"http://127.0.0.1:{port}"})
            assert ended.returncode == 0, ended.stdout + ended.stderr
            live = told(data)
            stories = {row["number"]: row for row in live["articles"]}
            states = {row["url"].partition("/berita/")[2].partition("/")[0]: row["state"] for row in live["pages"]}
            became = {
                name: states[str(number)] if (number in stories) == (states[str(number)] == "read") else "neither"
                for name, number in numbers.items()
            }
            assert {name: how for name, how in became.items() if how not in FORMS[name].becomes} == {}
            assert {number for number, row in stories.items() if not is_whole(row)} == set()
            assert set(plain) <= set(stories)
    assert "pages read" in warta("rebuild", "--data", data).stdout
    assert_same(live, told(data))
    for path in data.glob("archive.db*"):
        path.unlink()
    assert "pages read" in warta("rebuild", "--data", data).stdout
    assert_same(without(LEFT_OUT, live), without(LEFT_OUT, told(data)))


def without(left_out: frozenset[str], tables: Tables) -> Tables:
    return {
        table: sorted(
            ({name: row[name] for name in row if f"{table}.{name}" not in left_out} for row in rows), key=repr
        )
        for table, rows in tables.items()
        if table not in left_out
    }
