"""200 with something else than the story: no edit, no story, said in the run; and a rebuild reads the same."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import all_due
from tests.support.commands import crawl
from tests.support.database_equality import told
from tests.support.raw_server import RawServer
from tests.support.rebuilding import assert_rebuilt_the_same
from tests.support.wire_forms import http

PASER = "https://mediacenter.paserkab.go.id"
TEXT = [
    "TANA PASER, MCKabPaser – Dinas Perikanan menebar {n} ribu benih nila di waduk desa pada Senin pagi.",
    "Kepala dinas menyebut penebaran ke-{n} itu disambut nelayan dari sembilan dusun di sekitar waduk.",
    "Hasil panen tahun lalu mencapai {n} ton dan tahun ini ditargetkan naik seperempatnya.",
]


def story(n: int, *, body: str = "", title: str = "", named: bool = True) -> str:
    own = f'<link rel="canonical" href="{PASER}{path(n)}">' if named else ""
    body = body or "".join(f"<p>{line.format(n=n)}</p>" for line in TEXT)
    title = title or f"Benih nila ke-{n}"
    return (
        f"<!DOCTYPE html><html><head><title>{title} – MC Paser</title>{own}</head>"
        f'<body class="single{f" postid-{n}" if named else ""}"><div id="page"><article'
        f'{f" id=post-{n}" if named else ""}><h1 class="entry-title">{title}</h1><div class="entry-content">{body}'
        "<p>Pewarta : Ani, Editor : Budi</p></div></article></div></body></html>"
    )


def path(n: int) -> str:
    return f"/berita/perikanan/benih-{n}/"


def other(title: str, text: str, *, css: str = "page", named: int | None = None) -> str:
    """A page of the theme that is no story."""
    own = f'<link rel="canonical" href="{PASER}{path(named)}">' if named else ""
    return (
        f'<!DOCTYPE html><html><head><title>{title}</title>{own}</head><body class="{css}"><div id="page"><article>'
        f'<h1 class="entry-title">{title}</h1><div class="entry-content"><p>{text}</p></div></article></div>'
        "</body></html>"
    )


LOST = "Sepertinya tidak ada yang ditemukan di lokasi ini. Coba cari?"
WRONG: dict[str, Any] = {
    # name -> the answer to the story with number n
    "a soft 404 by its class": lambda n: http(other("MC Paser", LOST, css="error404 wp-theme").encode()),
    "a soft 404 by its title": lambda n: http(other("Oops! Halaman tidak ditemukan", LOST).encode()),
    "a soft 404 in English": lambda n: http(other("Page not found – MC Paser", "Nothing here.", named=n).encode()),
    "a soft 404 by its text": lambda n: http(other("MC Paser", LOST).encode()),
    "maintenance": lambda n: http(other("Situs sedang dalam perbaikan", "Kembali lagi nanti.").encode()),
    "maintenance without a word for it": lambda n: http(other("Salam hangat", "Kami segera kembali, ya.").encode()),
    "a login": lambda n: http(other("Log In ‹ MC Paser", "Nama pengguna", css="login", named=n).encode()),
    "consent": lambda n: http(other("Kami menghargai privasi Anda", "Setujui semua kue.").encode()),
    "a parked domain": lambda n: http(other("This domain is for sale", "Buy it now.").encode()),
    "a blocked site": lambda n: http(other("Internet Positif", "Situs ini tidak dapat diakses.").encode()),
    "an error of the database": lambda n: http(other("Database Error", "Coba lagi.").encode()),
    "half a page of the right length": lambda n: http(story(n).encode()[: story(n).encode().index(b"disambut")]),
    "half a page, packed whole": lambda n: http(
        gzip.compress(story(n).encode()[: story(n).encode().index(b"disambut")]), "Content-Encoding: gzip"
    ),
    "a gzip stream cut short": lambda n: http(gzip.compress(story(n).encode())[:-60], "Content-Encoding: gzip"),
    "nothing": lambda n: http(b""),
    "another story": lambda n: http(story(n + 200).encode()),
    "the front page": lambda n: http(
        b"<html><head><title>MC Paser</title><link rel=canonical href=/></head><body class='home blog'>"
        b"<article id=post-8><h2 class=entry-title><a href=/x/>Pasar baru</a></h2><div class=entry-content>Pasar baru"
        b" dibuka bupati.</div></article><article id=post-9><h2 class=entry-title><a href=/y/>Jalan</a></h2></article>"
        b"</body></html>"
    ),
}
ALONE = ("maintenance without a word for it",)
"""What shows to be no story beside the others alone. It may be the first page that is fetched of a site."""
MOVED = {
    "301 to the front page": b"HTTP/1.1 301 M\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "302 to the front page, counted": b"HTTP/1.1 302 M\r\nLocation: /?utm_source=404\r\nContent-Length: 0\r\n\r\n",
    "302 to index.php": b"HTTP/1.1 302 M\r\nLocation: /index.php\r\nContent-Length: 0\r\n\r\n",
    "302 to another front page": b"HTTP/1.1 302 M\r\nLocation: https://paserkab.go.id/\r\nContent-Length: 0\r\n\r\n",
    "302 to a listing": b"HTTP/1.1 302 M\r\nLocation: /berita/page/1/\r\nContent-Length: 0\r\n\r\n",
    "302 to a section": b"HTTP/1.1 302 M\r\nLocation: /berita-perikanan\r\nContent-Length: 0\r\n\r\n",
    "302 to a login": b"HTTP/1.1 302 M\r\nLocation: /wp-login.php?redirect_to=x\r\nContent-Length: 0\r\n\r\n",
    "307 to a search": b"HTTP/1.1 307 M\r\nLocation: /?s=benih\r\nContent-Length: 0\r\n\r\n",
    "a refresh to the front page": http(b'<html><head><meta http-equiv="refresh" content="0; url=/"></head></html>'),
}
EDITS = {
    "a correction": lambda n: http(story(n).replace("Senin", "Selasa").encode()),
    "shortened": lambda n: http(story(n, body=f"<p>{TEXT[0].format(n=n)}</p>").encode()),
    "lengthened": lambda n: http(
        story(n).replace("<p>Pewarta", "<p>Ralat: jumlah benih dibetulkan.</p><p>Pewarta").encode()
    ),
    "withdrawn with a word": lambda n: http(
        story(n, body="<p>Berita ini dicabut redaksi atas permintaan warga.</p>").encode()
    ),
    "another title": lambda n: http(story(n, title=f"Penebaran benih ikan ke-{n} (ralat)").encode()),
    "no end tag of the page": lambda n: http(story(n).replace("</body></html>", "").replace("Senin", "Rabu").encode()),
}
FRONT = http(b"<html><body><article id=post-5><h2 class=entry-title><a href=/x/>X</a></h2></article></body></html>")


def posts(numbers: list[int]) -> bytes:
    items = ", ".join(
        f'{{"id": {n}, "link": "{PASER}{path(n)}", "date_gmt": "2026-09-02T01:00:{n % 60:02}",'
        f' "modified_gmt": "2026-09-02T01:00:{n % 60:02}", "title": {{"rendered": "Benih nila ke-{n}"}}}}'
        for n in numbers
    )
    return http(f"[{items}]".encode(), kind="application/json")


REST = "/wp-json/wp/v2/posts?per_page=100&page={}&orderby=modified&_fields=id,date_gmt,modified_gmt,link,title"


def served(numbers: dict[str, int], answers: dict[str, bytes]) -> RawServer:
    listed = list(numbers.values())
    listings = {REST.format(1): posts(listed), REST.format(2): http(b"{}", status="HTTP/1.1 400 Bad")}
    fine = {path(n): http(story(n).encode()) for n in listed}
    more = {"/": FRONT, "/index.php": FRONT, "/berita-perikanan": FRONT, "/robots.txt": http(b"", kind="text/plain")}
    return RawServer(listings | fine | more | answers)


def rows(data: Path) -> tuple[dict[int, Any], dict[str, Any], dict[str, Any]]:
    """(number -> story, address -> page, the last run)"""
    tables = told(data)
    stories = {row["number"]: row for row in tables["articles"]}
    pages = {row["url"].removeprefix(PASER): row for row in tables["pages"]}
    return stories, pages, max(tables["runs"], key=lambda row: row["id"])


def test_wrong_answers_to_known_stories_change_no_text_and_edits_do(tmp_path: Path) -> None:
    names = [*WRONG, *MOVED, *EDITS, "well"]
    numbers = {name: 700 + at for at, name in enumerate(names)}
    server = served(numbers, {})
    with server.serving() as port:
        origin = {"mc-paser": f"http://127.0.0.1:{port}"}
        assert crawl(tmp_path, origin).returncode == 0
        server.answers |= {path(numbers[name]): WRONG[name](numbers[name]) for name in WRONG}
        server.answers |= {path(numbers[name]): MOVED[name] for name in MOVED}
        server.answers |= {path(numbers[name]): EDITS[name](numbers[name]) for name in EDITS}
        for _ in range(2):
            all_due(tmp_path)
            crawl(tmp_path, origin)
    stories, pages, run = rows(tmp_path)
    for name, n in numbers.items():
        page = pages[path(n)]
        seen = (name, page["state"], page["reason"], stories[n]["versions"])
        if name in EDITS:
            assert seen[1:] == ("read", None, 2), seen
            continue
        assert stories[n]["body"] == "\n\n".join(line.format(n=n) for line in TEXT), seen
        assert stories[n]["versions"] == 1, seen
        assert page["state"] == ("read" if name == "well" else "missing" if name in MOVED else "failed"), seen
        assert name == "well" or page["reason"], seen
    assert "pages answered with something else" in run["reason"]
    assert run["verdict"] == "degraded"
    assert_rebuilt_the_same(tmp_path)


def test_wrong_answers_to_new_stories_make_none(tmp_path: Path) -> None:
    wrong = {name: answer for name, answer in WRONG.items() if name not in ALONE}
    numbers = {name: 700 + at for at, name in enumerate([*wrong, *MOVED, "well", "well, too", "and the third"])}
    answers = {path(numbers[name]): answer(numbers[name]) for name, answer in wrong.items()}
    server = served(numbers, answers | {path(numbers[name]): MOVED[name] for name in MOVED})
    with server.serving() as port:
        crawl(tmp_path, {"mc-paser": f"http://127.0.0.1:{port}"})
    stories, pages, _ = rows(tmp_path)
    assert sorted(stories) == [numbers[name] for name in ("well", "well, too", "and the third")]
    assert {pages[path(numbers[name])]["state"] for name in wrong} == {"failed"}
    assert {pages[path(numbers[name])]["state"] for name in MOVED} == {"missing"}
    assert_rebuilt_the_same(tmp_path)


@pytest.mark.parametrize("known", [True, False])
def test_one_text_at_many_addresses_is_taken_back(tmp_path: Path, known: bool) -> None:
    """The first addresses that answer it look like edits, or like new stories, until others answer it, too."""
    numbers = {f"story {at}": 700 + at for at in range(8)}
    wall = (
        "<p>Bacaan ini hanya untuk pelanggan setia kami, silakan daftar dengan nomor telepon atau surat elektronik.</p>"
    )
    walled = list(numbers.values())[:6]
    titles = dict.fromkeys(walled, "" if known else "Khusus pelanggan")
    server = served(numbers, {})
    answers = {path(n): http(story(n, body=wall, title=titles[n]).encode()) for n in walled}
    with server.serving() as port:
        origin = {"mc-paser": f"http://127.0.0.1:{port}"}
        if known:
            crawl(tmp_path, origin)
            all_due(tmp_path)
        server.answers |= answers
        ended = crawl(tmp_path, origin)
    stories, pages, run = rows(tmp_path)
    assert "6 pages answered with something else" in run["reason"], run["reason"]
    assert (run["verdict"], ended.returncode) == ("degraded", 1)
    assert {pages[path(n)]["state"] for n in walled} == {"failed"}
    if known:
        assert {row["versions"] for row in stories.values()} == {1}
        assert all("pelanggan" not in row["body"] for row in stories.values())
    else:
        assert sorted(stories) == list(numbers.values())[6:]
    assert_rebuilt_the_same(tmp_path)
