"""Archives whose WARC files a test writes itself, as a run or another program would, without any crawl."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.ingest.imports import import_files
from archive.ingest.pipeline import Report
from archive.ingest.rebuild import rebuild
from archive.sites import SITES
from archive.store.database import Archive
from archive.store.timestamps import iso_utc
from archive.warc.account import RUN_END, RunStart
from archive.warc.writer import Exchange, WarcWriter
from tests.support.site_server import antara_article
from tests.support.warc_records import packed, record

KALTIM = SITES["antara-kaltim"]
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


def url_of(number: int) -> str:
    return f"{KALTIM.origin}/berita/{number}/judul"


def answer(body: str, status: str = "200 OK", *fields: str) -> bytes:
    content = body.encode()
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(content)}", *fields]
    return "\r\n".join([*head, "", ""]).encode() + content


def story(number: int, title: str = "", *, slug: str = "judul") -> bytes:
    page = antara_article(number, title or f"Berita {number}")
    return answer(page.replace(f"/berita/{number}/judul", f"/berita/{number}/{slug}"))


def write_run(data: Path, answers: dict[int, bytes], *, at: datetime = NOW, previous: str | None = None) -> str:
    """Writes a file with the answers of stories' pages; its name below warc/. `previous` is the file that the account
    names as the one before."""
    start = RunStart(KALTIM.name, KALTIM.origin, at, {"since": "2020-01-01"})
    writer = WarcWriter(data / "warc", KALTIM.name, info=start.fields())
    for minutes, (number, response) in enumerate(answers.items(), start=1):
        moment = at + timedelta(minutes=minutes)
        writer.write(Exchange(url_of(number), b"GET / HTTP/1.1\r\n\r\n", response, moment, "192.0.2.1"))
    end = {"verdict": "well", "finished_at": iso_utc(at + timedelta(hours=0.5))}
    account = {"site": KALTIM.name, "started_at": iso_utc(at), "run": end, "walks": [], "listings": []}
    writer.write_account(RUN_END, account | {"previous": previous}, at=at + timedelta(hours=0.5))
    (sealed,) = writer.close()
    return sealed.warc


# Other programs' files, and reading them all


def page(number: int = 101) -> bytes:
    """A record of a story's page."""
    return record(story(number), f"X-Number: {number}", url=url_of(number)).replace(b"urn:uuid:1>", b"urn:%d>" % number)


def take(data: Path, *files: Path) -> tuple[Report, list[str]]:
    """(what came of it, what was complained of)."""
    complaints = list[str]()
    report = import_files(
        data,
        list(files),
        workers=1,
        scheduler=None,
        on_progress=lambda done, total, pages: None,
        say=lambda line: None,
        complain=complaints.append,
    )
    return report, complaints


def from_nothing(data: Path) -> Report:
    """Rebuilds the archive without its database."""
    for path in data.glob("archive.db*"):
        path.unlink()
    return again(data)


def again(data: Path) -> Report:
    """Rebuilds the archive."""
    return rebuild(
        data,
        site=None,
        only_changed=False,
        dry_run=False,
        workers=1,
        scheduler=None,
        on_progress=lambda done, total, pages: None,
        say=lambda line: None,
    )


def put(folder: Path, name: str, *records: bytes) -> Path:
    path = folder / name
    path.write_bytes(packed(*records))
    return path


def ids(data: Path) -> list[str]:
    with Archive.open_reading(data) as archive:
        return [row["id"] for row in archive.rows("SELECT id FROM articles ORDER BY id")]
