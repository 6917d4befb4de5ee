"""Whatever happens to the files of an archive, no command makes it worse: what the database knows stays, no file is
lost, what is damaged is named. Each trial damages a copy of one archive at random and runs a command or two.

One trial again: pytest -m slow -n 0 "tests/ingest/test_damage.py::test_no_damage_is_made_worse[137]". Where the bytes
of a record lie is almost but not quite the same in each run, since identifiers and times are new.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest

from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import Block, Story
from tests.ingest.test_imports import ELSEWHERE
from tests.support.clock import later
from tests.support.commands import crawl_arguments
from tests.support.damage import Archived, Part, damage, is_whole, members, with_hot_log
from tests.support.forked import Warta, forked

TRIALS = 500

Row = dict[str, Any]
Tables = dict[str, list[Row]]

TABLES = "articles versions captures pages listings walks runs warcs stories twins bands".split()
TOLD = ("articles", "versions")
TEXTS = ("title", "pewarta", "editor", "body")
LASTING = ("url", "published_at", "first_seen_at", "gone_at")
"""Columns of a story that no damage may change."""
KALTIM, PASER = "https://kaltim.antaranews.com", "https://mediacenter.paserkab.go.id"
OWN = {"archive.db", "archive.db-wal", "archive.db-shm", "archive.db-journal", "warta.lock"}
WORKING = ("rebuild/", "import/")
"""Folders in which warta makes files for the time of a command, or until the next one."""
CHANGING = ("rebuild", "import", "crawl")
ELSEWHERES = "kabar.example/"
FOREIGN = "kumpulan.news.warc.gz"


# The newsroom, and what happened in it


def opened() -> Newsroom:
    """A few stories, of which one on each site is long: a part of its record is still a text."""
    room, random = Newsroom(antara=7, paser=5), Random(1)
    room.gone_status = 410
    words = " ".join(story.body for stories in room.stories.values() for story in stories).split()
    for story in (room.stories["antara-kaltim"][1], room.stories["mc-paser"][1]):
        story.blocks += tuple(Block("text", f"{' '.join(random.choices(words, k=40))}.") for _ in range(60))
    room.edit(room.stories["antara-kaltim"][0])
    return room


def the_second_day(room: Newsroom) -> None:
    antara, paser = room.stories["antara-kaltim"], room.stories["mc-paser"]
    for story in (antara[1], antara[2], paser[1]):
        room.edit(story)
    room.withdraw(antara[3])
    room.publish("mc-paser", 1)


def the_third_day(room: Newsroom) -> None:
    antara, paser = room.stories["antara-kaltim"], room.stories["mc-paser"]
    room.edit(antara[1])
    room.edit(paser[2])
    room.move(paser[0])


def today() -> Newsroom:
    room = opened()
    the_second_day(room)
    the_third_day(room)
    return room


@dataclass
class Serving:
    """A newsroom that is served at the same addresses from first to last, while what is in it is another in each
    trial."""

    room: Newsroom
    origins: dict[str, str]

    def show(self, room: Newsroom) -> None:
        for site, server in self.room.servers.items():
            server.answer, server.clock = room.servers[site].answer, room.servers[site].clock
            server.log.clear()


# Other programs' files


def record(kind: str, url: str, block: bytes, *, date: str) -> bytes:
    name = hashlib.sha1(f"{kind} {url} {date}".encode(), usedforsecurity=False).hexdigest()
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:sha1:{name}>\r\nWARC-Date: {date}\r\n"
    head += f"WARC-Target-URI: {url}\r\nContent-Type: application/http;msgtype={kind}\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def captured(url: str, html: str | bytes, *, date: str) -> list[bytes]:
    body = html.encode() if isinstance(html, str) else html
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    return [
        record("request", url, b"GET / HTTP/1.1\r\n\r\n", date=date),
        record("response", url, answer, date=date),
    ]


def packed(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def from_elsewhere(number: int) -> list[bytes]:
    html = ELSEWHERE.replace("Kabar lain", f"Kabar lain {number}").replace("taman baru", f"taman nomor {number}")
    return captured(f"https://kabar.example/{number}", html, date="2021-03-05T00:00:00Z")


def earlier_form(story: Story, *, number: int, date: str) -> list[bytes]:
    """A story of the newsroom as it was before its first edit, but for a sentence more."""
    room = Newsroom(antara=7, paser=5)
    then = room.story(story.id)
    room.edit(then)
    then.blocks += (Block("text", f"Bentuk lama nomor {number}."),)
    site = room.antara if story.site == "antara-kaltim" else room.paser
    path = then.url.split("/", 3)[3]
    return captured(then.url, site.answer(f"/{path}").body, date=date)


def files_to_import(folder: Path) -> tuple[list[Path], list[Path]]:
    """(whole files, files with something wrong)."""
    room = today()
    whole, wrong = folder / "whole", folder / "wrong"
    for path in (whole, wrong):
        path.mkdir(parents=True)
    articles = [one for number in range(4) for one in from_elsewhere(number)]
    (whole / "luar.warc.gz").write_bytes(packed(articles))
    (whole / "polos.warc").write_bytes(b"".join(articles[:4]))
    for place, site in ((0, "antara-kaltim"), (1, "antara-kaltim"), (2, "antara-kaltim"), (1, "mc-paser")):
        story = room.stories[site][place]  # type: ignore[index]
        old = earlier_form(story, number=place, date="2021-03-05T00:00:00Z")
        (whole / f"lama-{site}-{place}.warc.gz").write_bytes(packed(old))
    content = packed(articles)
    (wrong / "potong.warc.gz").write_bytes(content[: len(content) - 200])
    (wrong / "lubang.warc.gz").write_bytes(content[:900] + bytes(40) + content[940:])
    (wrong / "satu.warc.gz").write_bytes(gzip.compress(b"".join(articles), mtime=0)[:-300])
    (wrong / "catatan.warc.gz").write_bytes(b"Catatan redaksi.\n")
    (wrong / "kosong.warc.gz").write_bytes(b"")
    package = BytesIO()
    with ZipFile(package, "w") as file:
        file.writestr("archive/data.warc.gz", content)
    (wrong / "potong.wacz").write_bytes(package.getvalue()[:-100])
    return sorted(whole.iterdir()), sorted(wrong.iterdir())


# The archive


@dataclass
class Original:
    """The archive before anything happens to it: its tables, its WARC files with their records, the database as it may
    be when the machine goes off; and what else the trials need."""

    data: Path
    serving: Serving
    warta: Warta
    tables: Tables
    files: dict[str, bytes]
    parts: dict[str, list[Part]]
    hot: Path
    to_import: tuple[list[Path], list[Path]]
    printed: set[str] = field(default_factory=set)  # all texts, also those of the files to import


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    """Three runs of both sites, and an import."""
    folder = tmp_path_factory.mktemp("original")
    data, room = folder / "data", opened()
    with room.serving() as origins, forked() as warta:
        well(warta(*crawl_arguments(data, dict(origins))))
        the_second_day(room)
        again = room.stories["antara-kaltim"][4].url.split("/", 3)[3]
        unconditional(room, f"/{again}")
        later(data, 1.1)
        well(warta(*crawl_arguments(data, dict(origins))))
        foreign = [
            *from_elsewhere(99),
            *earlier_form(room.stories["antara-kaltim"][0], number=98, date="2021-03-04T00:00:00Z"),
        ]
        (folder / FOREIGN).write_bytes(packed(foreign))
        well(warta("import", folder / FOREIGN, "--workers", "1", "--data", data))
        the_third_day(room)
        later(data, 6)
        (folder / "addresses").write_text("\n".join(opened().stories[site][0].url for site in room.stories))
        well(warta(*crawl_arguments(data, dict(origins), "--urls", folder / "addresses")))
        all_due(data)
        tables = read_tables(data, folder)
        assert tables is not None
        files = {
            path.relative_to(data / "warc").as_posix(): path.read_bytes() for path in (data / "warc").rglob("*.gz")
        }
        with_hot_log(data / "archive.db", folder / "hot")
        original = Original(
            data=data,
            serving=Serving(room, dict(origins)),
            warta=warta,
            tables=tables,
            files=files,
            parts={name: parts_of(name, content, tables) for name, content in sorted(files.items())},
            hot=folder / "hot",
            to_import=files_to_import(folder / "to import"),
        )
        every = shutil.copytree(data, folder / "every")
        well(warta("import", *original.to_import[0], "--workers", "1", "--data", every))
        with_all = read_tables(every, folder)
        assert with_all is not None
        original.printed.update(row["body"] for row in (*tables["versions"], *with_all["versions"]))
        yield original


def all_due(data: Path) -> None:
    """All pages that are asked for at all are to be asked for now."""
    db = sqlite3.connect(data / "archive.db")
    with db:
        db.execute("UPDATE pages SET due_at = '2020-01-01T00:00:00.000000Z' WHERE due_at IS NOT NULL")
    db.close()


def well(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 0, ended.stdout + ended.stderr


def unconditional(room: Newsroom, path: str) -> None:
    """The site does not know conditional requests for a page: it sends it once more."""

    def fault(request: Any) -> bool:
        if request.path == path:
            del request.headers["If-None-Match"], request.headers["If-Modified-Since"]
        return False

    room.servers["antara-kaltim"].fault = fault


def parts_of(name: str, content: bytes, tables: Tables) -> list[Part]:
    versions = {row["capture_id"]: row["article_id"] for row in tables["versions"]}
    stories = {c["offset"]: versions.get(c["id"], "") for c in tables["captures"] if c["warc"] == name}
    return [Part(offset, length, stories.get(offset, "")) for offset, length in members(content)]


def read_tables(data: Path, scratch: Path, *, whole: bool = True) -> Tables | None:
    """What the database says; None where it is not there or SQLite does not find it `whole`. A copy is read, so that
    looking changes nothing."""
    if not (data / "archive.db").is_file() or not (data / "archive.db").stat().st_size:
        return None
    for log in ("", "-wal"):
        copy = scratch / f"copy.db{log}"
        copy.unlink(missing_ok=True)
        if (data / f"archive.db{log}").is_file():
            shutil.copyfile(data / f"archive.db{log}", copy)
    (scratch / "copy.db-shm").unlink(missing_ok=True)
    db = sqlite3.connect(scratch / "copy.db")
    db.row_factory = sqlite3.Row
    try:
        if whole and [tuple(row) for row in db.execute("PRAGMA integrity_check")] != [("ok",)]:
            return None
        return {table: [dict(row) for row in db.execute(f"SELECT * FROM {table}")] for table in TABLES}
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        db.close()


def test_the_archive_of_these_tests_has_seen_everything(original: Original) -> None:
    tables = original.tables
    kinds = {
        (row["record_type"], row["status"])
        for row in tables["captures"]
        if row["site"] in ("antara-kaltim", "mc-paser")
    }
    assert {("response", 200), ("response", 301), ("response", 410), ("revisit", 304), ("revisit", 200)} <= kinds
    assert {row["versions"] for row in tables["articles"]} == {1, 2, 3}
    assert {row["site"] for row in tables["articles"]} == {"antara-kaltim", "mc-paser", "kabar.example"}
    assert [row["id"] for row in tables["articles"] if row["gone_at"]] == [today().stories["antara-kaltim"][3].id]
    assert len(original.files) == 7
    assert all(is_whole(content) for content in original.files.values())
    truth = {story.id: story.body for stories in today().stories.values() for story in stories}
    assert {row["id"]: row["body"] for row in tables["articles"] if row["id"] in truth} == truth


# Trials


@dataclass
class Seen:
    """An archive between two commands: its files with their digests, what the database says, whether it can be opened
    at all, its bytes."""

    files: dict[str, str]
    tables: Tables | None
    opens: bool
    database: bytes


@dataclass
class Trial:
    """`sound` tells that the database says what it said before the damage, `wrong` what went against the promises."""

    original: Original
    data: Path
    scratch: Path
    random: Random
    touched: list[str]
    others: frozenset[str]  # files in warta's working folders that were there before
    room: Newsroom = field(default_factory=today)
    sound: bool = False
    older: bool = False  # older captures were taken in: stories are known since earlier, have more versions
    printed: set[str] = field(default_factory=set)  # by the site, in this trial
    last: str = ""  # command
    ran: set[str] = field(default_factory=set)  # commands that change something
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def look(self) -> Seen:
        files = {}
        for path in sorted(self.data.rglob("*")):
            name = path.relative_to(self.data).as_posix()
            if path.is_symlink():
                files[name] = f"link to {path.readlink()}"
            elif path.is_file() and name not in OWN and (name in self.others or not name.startswith(WORKING)):
                files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        database = self.data / "archive.db"
        content = database.read_bytes() if database.is_file() else b""
        return Seen(files, read_tables(self.data, self.scratch), self._opens(), content)

    def _opens(self) -> bool:
        db = sqlite3.connect(self.scratch / "copy.db")
        try:
            return bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except sqlite3.Error:
            return False
        finally:
            db.close()

    def run(self) -> None:
        """A command, and what it may not do."""
        commands: list[Callable[[], None]] = [self.rebuild] * 6 + [self.take_in] * 2 + [self.crawl] * 7
        self.random.choice(commands)()

    def command(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        ended, self.last = self.original.warta(*arguments), str(arguments[0])
        told = " ".join(Path(one).name if str(one).startswith("/") else str(one) for one in arguments)
        said = ended.stdout + ended.stderr
        self.done.append(f"warta {told}: exit code {ended.returncode}")
        if self.last in CHANGING:
            self.ran.add(self.last)
        if ended.returncode or self.last in CHANGING:
            self.done += [f"    {line[:200]}" for line in said.splitlines()[-12:]]
        if ended.returncode not in (0, 1):
            self.complain("e", f"exit code {ended.returncode}" + (", it hangs" if ended.returncode == -14 else ""))
        for word in ("Traceback", "an error in warta itself", "Exception ignored"):
            if word in said:
                lines = [line for line in said.splitlines() if word in line or line[:1].isalpha()]
                self.complain("e", f"{word}: {lines[-1]}")
        return ended

    def complain(self, promise: str, what: str) -> None:
        self.wrong.append(f"{promise}. {what}")

    # The commands

    def rebuild(self) -> None:
        before, site = self.look(), None
        arguments = ["--workers", self.random.choice("1111111112")]
        how = self.random.choice(("", "", "", "", "--only-changed", "--only-changed", "--dry-run", "--site", "--site"))
        if how == "--site":
            site = self.random.choice(("antara-kaltim", "mc-paser"))
            arguments += ["--site", site]
            how = self.random.choice(("", "--only-changed"))
        if how:
            arguments.append(how)
        expected = self.to_be_named(site)
        ended = self.command("rebuild", *arguments, "--data", self.data)
        after = self.look()
        said = ended.stdout + ended.stderr
        for name, why in expected.items():
            # Parts of a rebuild need the database as it was: they may refuse a damaged one and look no further.
            if Path(name).name not in said and (self.sound or not (site or how)):
                self.complain("d", f"{name} is {why}, and is not named")
        if expected and ended.returncode != 1:
            self.complain("d", f"exit code {ended.returncode} with damaged files: {', '.join(expected)}")
        damaged = self.to_be_named(None) or list(self.data.rglob("*.part"))
        if self.sound and not damaged and ended.returncode:
            self.complain("d", "exit code 1, and no file is damaged")
        self.check(before, after, said)
        if not how:
            self.database_is_kept(before)
        if self.sound and before.tables and after.tables:
            if not self.older:
                self.nothing_else(before.tables, after.tables)
            if how == "--dry-run" and any(before.tables[name] != after.tables[name] for name in TOLD):
                self.complain("a", "a dry run changed stories")
        if not self.sound and not site and not how:
            self.all_there_again(after)
            if before.database and not before.opens and ended.returncode != 1:
                self.complain("d", f"exit code {ended.returncode} with a damaged database")

    def take_in(self) -> None:
        whole, wrong = self.original.to_import
        of_touched = [file for file in whole if self.is_of_touched(file)]
        files = self.random.sample(of_touched or whole, self.random.choice((0, 1, 2)) if len(of_touched) != 1 else 1)
        bad = self.random.sample(wrong, 1 if self.random.random() < 0.5 or not files else 0)
        self.older = self.older or any(file.name.startswith("lama-") for file in files)
        before = self.look()
        ended = self.command("import", *files, *bad, "--workers", "1", "--data", self.data)
        after = self.look()
        said = ended.stdout + ended.stderr
        self.check(before, after, said)
        for file in bad if after.tables is not None else ():
            if file.name not in said:
                self.complain("d", f"{file.name} is damaged, and is not named")
            if ended.returncode != 1:
                self.complain("d", f"exit code {ended.returncode} after importing {file.name}")
        if self.sound and after.tables is not None and any(file.name == "luar.warc.gz" for file in files):
            held = {row["id"] for row in after.tables["articles"]}
            if len([id for id in held if id.startswith(ELSEWHERES)]) != 5:
                self.complain("a", "not all that was imported is there")

    def is_of_touched(self, file: Path) -> bool:
        """Whether a file holds the earlier form of a story of which a version was damaged."""
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else b""
        return any(self.room.story(id).url.encode() in content for id in self.touched if not id.startswith(ELSEWHERES))

    def crawl(self) -> None:
        room = self.room
        shown = {story.id: story for stories in room.stories.values() for story in stories if not story.withdrawn}
        edited = {id: shown[id] for id in self.touched if id in shown and self.random.random() < 0.9}
        for id in self.random.sample(sorted(shown), 2):
            edited[id] = shown[id]
        for story in edited.values():
            room.edit(story)
            self.printed.add(story.body)
        self.original.serving.show(room)
        if self.sound:
            all_due(self.data)
        before = self.look()
        needed = self.needed_and_lost(before, set(edited))
        ended = self.command(*crawl_arguments(self.data, self.original.serving.origins))
        after = self.look()
        said = ended.stdout + ended.stderr
        self.check(before, after, said)
        for name, id in needed:
            if Path(name).name not in said:
                self.complain("d", f"the crawl needs the damaged record of {id} in {name}, and does not name it")
        if self.sound and after.tables is not None:
            last = {row["id"]: row["body"] for row in after.tables["articles"]}
            for id, story in edited.items():
                if last.get(id) != story.body:
                    self.complain("d", f"the crawl went by the edit of {id}")

    # What holds after each

    def check(self, before: Seen, after: Seen, said: str) -> None:
        self.files_stay(before, after)
        if before.database and not before.opens and "archive.db" not in said:
            self.complain("d", "the database is damaged, and is not named")
        if self.sound and before.tables is not None:
            if after.tables is None:
                self.complain("a", "the database is damaged now")
                return
            self.texts_stay(before.tables, after.tables)
            self.stories_stay(before.tables, after.tables)
            if not index_agrees(self.scratch):
                self.complain("a", "the full-text index does not agree with the stories")
        elif before.tables is not None and after.tables is not None and self.last != "rebuild":
            self.words_stay(before.tables, after.tables)
        if after.tables is not None:
            known = self.printed | {row["body"] for row in (before.tables or {}).get("versions", [])}
            for row in after.tables["versions"]:
                if (
                    row["body"] not in known
                    and row["body"] not in self.original.printed
                    and (before.tables is not None or self.sound)
                ):
                    what = f"{len(row['body'])} characters, {row['body'][-60:]!r}"
                    self.complain("a", f"{version(row)} has a text that no site printed: {what}")

    def files_stay(self, before: Seen, after: Seen) -> None:
        added = [self.data / name for name in after.files if name not in before.files]
        contents = [path.read_bytes() for path in added if path.is_file()]
        for name, digest in before.files.items():
            if after.files.get(name) == digest:
                continue
            what = "deleted" if name not in after.files else "replaced"
            if name.endswith(".part") and self.is_parted(name, digest, contents):
                continue
            self.complain("c", f"{name} was {what}")
        if not before.opens:
            self.database_is_kept(before)

    def database_is_kept(self, before: Seen) -> None:
        """A damaged database is there still, under whatever name."""
        if not before.database or before.tables is not None or (self.data / "archive.db-wal").is_file():
            return
        scanned = read_tables_of(before.database, self.scratch)
        if scanned is not None and all(len(scanned[name]) >= len(self.original.tables[name]) for name in TABLES):
            return  # nothing in it was lost
        if not any(path.read_bytes() == before.database for path in self.data.rglob("*") if path.is_file()):
            self.complain("c", "the damaged database is gone")

    def is_parted(self, name: str, digest: str, contents: list[bytes]) -> bool:
        """Whether what a run left open is whole in two new files now: the sealed one, and its tail."""
        halves = [(one, other) for one in [*contents, b""] for other in [*contents, b""]]
        return any(hashlib.sha256(one + other).hexdigest() == digest for one, other in halves)

    def texts_stay(self, before: Tables, after: Tables) -> None:
        then, now = by_story(before), by_story(after)
        for id, texts in then.items():
            left = iter(now.get(id, []))
            lost = [number for number, text in enumerate(texts, 1) if not any(text == other for other in left)]
            if lost:
                was = texts[lost[0] - 1][-1] or ""
                bodies = [text[-1] for text in now.get(id, [])]
                self.complain(
                    "a",
                    f"{id}: version {lost[0]} of {len(texts)} ({len(was)} characters) is not there any more;"
                    f" now {len(bodies)} of {[len(body) for body in bodies]} characters",
                )
        gone = {row["record_id"] for row in before["captures"]} - {row["record_id"] for row in after["captures"]}
        if gone:
            self.complain("a", f"{len(gone)} captures are not known any more")
        for row in after["articles"]:
            texts = now[row["id"]]
            if len(texts) != row["versions"] or texts[-1] != tuple(row[name] for name in TEXTS):
                self.complain("a", f"{row['id']} does not agree with its versions")
        was_noted = {row["name"]: row["sha256"] for row in before["warcs"]}
        now_noted = {row["name"]: row["sha256"] for row in after["warcs"]}
        for name, sha256 in was_noted.items():
            if now_noted.get(name) != sha256:
                self.complain("d", f"the digest noted of {name} when it was whole was given up")

    def words_stay(self, before: Tables, after: Tables) -> None:
        """Texts that are as they were in a database in which other things are not."""
        held = {tuple(row[name] for name in TEXTS) for row in after["versions"]}
        whole = {tuple(row[name] for name in TEXTS) for row in self.original.tables["versions"]}
        for row in before["versions"]:
            if (texts := tuple(row[name] for name in TEXTS)) in whole and texts not in held:
                self.complain("a", f"{version(row)} is not there any more")

    def stories_stay(self, before: Tables, after: Tables) -> None:
        now = {row["id"]: row for row in after["articles"]}
        for story in before["articles"]:
            if (row := now.get(story["id"])) is None:
                self.complain("a", f"{story['id']} is not there any more")
                continue
            for name in LASTING:
                earlier = name == "first_seen_at" and self.older and row[name] < story[name]
                if row[name] != story[name] and not earlier:
                    self.complain("b", f"{story['id']}: {name} was {story[name]} and is {row[name]}")
        with_page = {row["article_id"] for row in after["pages"]}
        for page in before["pages"]:
            if page["article_id"] not in with_page:
                self.complain("b", f"{page['article_id']} has no page any more, and is never looked at again")

    def nothing_else(self, before: Tables, after: Tables) -> None:
        """A rebuild with the readers of the crawl tells no story otherwise."""
        if (then := by_story(before)) != (now := by_story(after)):
            more = [id for id in now if now[id] != then.get(id)]
            self.complain("a", f"the rebuild gives {', '.join(more)} otherwise than the crawl")

    def to_be_named(self, site: str | None) -> dict[str, str]:
        """WARC files of which a rebuild must speak, and why."""
        root, named = self.data / "warc", {}
        there = {path.relative_to(root).as_posix() for path in root.glob("*/*/*.warc.gz")}
        there |= {path.relative_to(root).as_posix().removesuffix(".part") for path in root.glob("*/*/*.part")}
        noted = {row["name"]: row["sha256"] for row in self.original.tables["warcs"]} if self.sound else {}
        for name in sorted(there | set(noted)):
            if site is not None and name.partition("/")[0] not in (site, "imported"):
                continue
            path = root / name
            content = path.read_bytes() if path.is_file() else None
            if content is None and not path.is_symlink() and path.with_name(f"{path.name}.part").is_file():
                content = path.with_name(f"{path.name}.part").read_bytes()
            if content is None:
                named[name] = "missing"
            elif not is_whole(content):
                named[name] = "damaged"
            elif name in noted and hashlib.sha256(content).hexdigest() != noted[name]:
                named[name] = "not what it was"
        return named

    def needed_and_lost(self, before: Seen, edited: set[str]) -> list[tuple[str, str]]:
        """(file, story) of the last versions' records that are nowhere any more, of stories that are edited now."""
        if not self.sound or before.tables is None:
            return []
        records = {row["id"]: row["record_id"] for row in before.tables["captures"]}
        captures = {row["record_id"]: row for row in self.original.tables["captures"]}
        needed = []
        for article in before.tables["articles"]:
            capture = captures.get(records[article["capture_id"]])
            if article["id"] in edited and capture is not None and not self.is_anywhere(capture):
                needed.append((capture["warc"], article["id"]))
        return needed

    def is_anywhere(self, capture: Row, *, readable: bool = False) -> bool:
        """Whether a record of the original is still whole in a file below warc/; if it is to be `readable` without a
        database, in one that tells whose it is: another program's file among the imported ones, a file of warta's
        that begins by saying for which site the server stood that was asked."""
        content = self.original.files[capture["warc"]]
        record = content[capture["offset"] : capture["offset"] + capture["length"]]
        info, places = b"", "*/*/*.warc.gz"
        if readable and capture["warc"].startswith("imported/"):
            places = "imported/*/*.warc.gz"
        elif readable:
            info = content[: self.original.parts[capture["warc"]][0].length]
        files = [path.read_bytes() for path in (self.data / "warc").glob(places) if path.is_file()]
        return any(record in file and file.startswith(info) for file in files)

    def all_there_again(self, after: Seen) -> None:
        """The database was damaged: what whole records hold is in the new one."""
        if after.tables is None:
            self.complain("a", "the database is not made again")
            return
        captures = {row["id"]: row for row in self.original.tables["captures"]}
        held = {tuple(row[name] for name in TEXTS) for row in after.tables["versions"]}
        for row in self.original.tables["versions"]:
            capture, texts = captures[row["capture_id"]], tuple(row[name] for name in TEXTS)
            if texts not in held and self.is_anywhere(capture, readable=True):
                self.complain("a", f"{version(row)} is not there again, though its record is whole")

    def give_back(self) -> None:
        """The files come back from a backup: then all is as it was."""
        shutil.rmtree(self.data / "warc")
        shutil.copytree(self.original.data / "warc", self.data / "warc")
        self.done.append("the files are given back as they were")
        before, tables = self.look(), self.original.tables
        ended = self.command("rebuild", "--workers", "1", "--data", self.data)
        after = self.look()
        self.files_stay(before, after)
        if after.tables is None:
            self.complain("a", "the database is damaged now")
            return
        self.texts_stay(tables, after.tables)
        self.stories_stay(tables, after.tables)
        self.nothing_else(tables, after.tables)
        if {row["name"] for row in after.tables["warcs"]} == set(self.original.files) and ended.returncode:
            self.complain("d", "exit code 1, and all files are whole again")
        then, now = (
            {row["record_id"]: (row["warc"], row["offset"]) for row in t["captures"]} for t in (tables, after.tables)
        )
        if then != now:
            self.complain("a", "captures stand elsewhere than they did")

    def can_be_used(self) -> None:
        """Looking at the archive works, or says in a line what is wrong."""
        ids = sorted({row["article_id"] for row in self.original.tables["versions"]})
        for arguments in (["search", "paser"], ["status"], ["show", self.random.choice(ids)]):
            ended = self.command(*arguments, "--data", self.data)
            in_a_line = ended.stderr.startswith("warta: ") and ended.stderr.count("\n") == 1
            if ended.returncode and not in_a_line:
                self.complain("f", f"{arguments[0]} says: {ended.stderr[-200:]}")
            if ended.returncode and self.sound and arguments[0] != "show":
                self.complain("f", f"{arguments[0]} does not work: {ended.stderr[-200:]}")


def read_tables_of(content: bytes, scratch: Path) -> Tables | None:
    folder = scratch / "before"
    folder.mkdir(exist_ok=True)
    (folder / "archive.db").write_bytes(content)
    return read_tables(folder, folder, whole=False)


def index_agrees(scratch: Path) -> bool:
    """Whether full-text search finds what the stories say, in the database looked at last."""
    db = sqlite3.connect(scratch / "copy.db")
    try:
        db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()
    return True


def by_story(tables: Tables) -> dict[str, list[tuple[Any, ...]]]:
    """Story -> the texts of its versions, first to last."""
    stories: dict[str, list[tuple[Any, ...]]] = {}
    for row in sorted(tables["versions"], key=lambda row: (row["article_id"], row["version"])):
        stories.setdefault(row["article_id"], []).append(tuple(row[name] for name in TEXTS))
    return stories


def version(row: Row) -> str:
    return f"version {row['version']} of {row['article_id']}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(TRIALS))
def test_no_damage_is_made_worse(original: Original, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    data = tmp_path / "data"
    shutil.copytree(original.data, data)
    archived = Archived(data, original.parts, original.hot, [])
    damages = damage(archived, random)
    others = frozenset(path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file())
    trial = Trial(original, data, tmp_path, random, archived.touched, others)
    trial.sound = trial.look().tables == original.tables and index_agrees(tmp_path)
    for _ in range(2 if random.random() < 0.25 else 1):
        trial.run()
    trial.can_be_used()
    if trial.sound and trial.ran == {"rebuild"}:
        trial.give_back()
    told = [f"seed {seed}, {data}", *damages, *trial.done, "against the promises:", *dict.fromkeys(trial.wrong)]
    if trial.wrong:
        pytest.fail("\n".join(told), pytrace=False)
    shutil.rmtree(tmp_path)
