"""What stands in the WARC files is what went over the wire."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from archive.store.database import Archive
from archive.warc.reader import find, read_record
from crawler.download_handler import Wire
from tests.support.fetching import fetch_all
from tests.support.raw_server import RawServer, self_signed

CLOSE = b"Connection: close\r\n"
CODED = gzip.compress(b"halo dunia")
HALVES = (CODED[:7], CODED[7:])
CHUNKED_BODY = b"".join(b"%x\r\n%s\r\n" % (len(half), half) for half in HALVES) + b"0\r\n\r\n"
CHUNKED_HEAD = (
    b"HTTP/1.1 200 OK\r\n%s: chunked\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
)

WHOLE = {
    "/cookies": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n" + CLOSE + b"\r\nhi",
    "/case": b"HTTP/1.1 200 OK\r\ncOnTeNt-LENGTH: 2\r\nX-oDD:  spaces \r\n" + CLOSE + b"\r\nhi",
    "/reason": b"HTTP/1.1 200 Baik Sekali, Pak!\r\nContent-Length: 2\r\n" + CLOSE + b"\r\nhi",
    "/latin": b"HTTP/1.1 200 OK\r\nX-Place: Caf\xe9\r\nContent-Length: 2\r\n" + CLOSE + b"\r\nhi",
    "/http10": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nuntil the end",
    "/304": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n' + CLOSE + b"\r\n",
    "/503": b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n" + CLOSE + b"\r\nbusy",
    "/redirect": b"HTTP/1.1 302 Found\r\nLocation: /reason\r\nContent-Length: 0\r\n" + CLOSE + b"\r\n",
    "/empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + CLOSE + b"\r\n",
}
ANSWERS = WHOLE | {
    "/chunked": CHUNKED_HEAD % b"Transfer-Encoding" + CHUNKED_BODY,
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE["/reason"],
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n" + CLOSE + b"\r\nonly this",
}
STORED = WHOLE | {
    "/chunked": CHUNKED_HEAD % b"X-Archive-Orig-Transfer-Encoding" + CODED,
    "/early": WHOLE["/reason"],
    "/cut": ANSWERS["/cut"],
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RawServer, int]:
    data = tmp_path_factory.mktemp("recorded")
    server = RawServer(ANSWERS)
    with server.serving() as port:
        fetch_all(data, f"http://127.0.0.1:{port}", list(ANSWERS))
    return data, server, port


@pytest.mark.parametrize("path", STORED)
def test_the_response_is_stored_byte_for_byte(recorded: tuple[Path, RawServer, int], path: str) -> None:
    data, _, port = recorded
    with Archive.open_reading(data) as archive:
        row = archive.row("SELECT * FROM captures WHERE url = ?", [f"http://127.0.0.1:{port}{path}"])
    assert row is not None
    record = read_record(find(data / "warc", row["warc"]), row["offset"])
    assert record.block == STORED[path]
    assert record.head.status == row["status"]
    assert record.url == row["url"]
    assert record.header("WARC-Truncated") == ("disconnect" if path == "/cut" else None)


def test_a_chunked_and_gzipped_body_reads_back_decoded(recorded: tuple[Path, RawServer, int]) -> None:
    data, _, port = recorded
    with Archive.open_reading(data) as archive:
        row = archive.rows("SELECT * FROM captures WHERE url = ?", [f"http://127.0.0.1:{port}/chunked"])[0]
    assert read_record(find(data / "warc", row["warc"]), row["offset"]).body().content == b"halo dunia"


@pytest.mark.parametrize("path", ["/cookies", "/chunked", "/redirect", "/robots.txt"])
def test_the_request_is_stored_byte_for_byte_behind_its_response(
    recorded: tuple[Path, RawServer, int], path: str
) -> None:
    data, server, port = recorded
    with Archive.open_reading(data) as archive:
        row = archive.rows("SELECT * FROM captures WHERE url = ?", [f"http://127.0.0.1:{port}{path}"])[0]
    request = read_record(find(data / "warc", row["warc"]), row["offset"] + row["length"])
    assert request.type == "request"
    assert request.block == server.received[path]
    assert request.header("WARC-Concurrent-To") == row["record_id"]
    assert b"X-Warta" not in request.block
    assert b"Accept-Encoding: gzip\r\n" in request.block


def test_other_readers_find_no_fault_with_the_file(recorded: tuple[Path, RawServer, int]) -> None:
    files = [str(path) for path in (recorded[0] / "warc").rglob("*.warc.gz")]
    assert len(files) == 1
    for reader in ("warcio", "fastwarc"):
        command = [str(Path(sys.executable).parent / reader), "check", *files]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_many_requests_at_once_are_each_stored_with_their_own_answer(tmp_path: Path) -> None:
    answers = {
        f"/{n}": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%d" % (len(str(n)), n)
        for n in range(64)
    }
    with RawServer(answers).serving() as port:
        fetch_all(
            tmp_path,
            f"http://127.0.0.1:{port}",
            list(answers),
            CONCURRENT_REQUESTS=64,
            CONCURRENT_REQUESTS_PER_DOMAIN=64,
        )
    with Archive.open_reading(tmp_path) as archive:
        rows = archive.rows("SELECT * FROM captures WHERE status = 200")
    assert len(rows) == 64
    for row in rows:
        record = read_record(find(tmp_path / "warc", row["warc"]), row["offset"])
        assert record.body().content == row["url"].rpartition("/")[2].encode()


def test_the_same_payload_again_is_a_revisit_of_the_first(tmp_path: Path) -> None:
    server = RawServer(ANSWERS)
    with server.serving() as port:
        for _ in range(2):
            fetch_all(tmp_path, f"http://127.0.0.1:{port}", ["/reason"])
    with Archive.open_reading(tmp_path) as archive:
        first, second = archive.rows("SELECT * FROM captures WHERE url LIKE '%/reason' ORDER BY id")
    assert (first["record_type"], second["record_type"]) == ("response", "revisit")
    record = read_record(find(tmp_path / "warc", second["warc"]), second["offset"])
    assert record.header("WARC-Refers-To") == first["record_id"]
    assert record.block == WHOLE["/reason"].removesuffix(b"hi")


@pytest.mark.parametrize(
    ("answer", "settings", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nonly this", {"DOWNLOAD_TIMEOUT": 1}, "time"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000, {"DOWNLOAD_MAXSIZE": 1000}, "length"),
        (ANSWERS["/cut"], {}, "disconnect"),
    ],
)
def test_an_answer_that_is_not_whole_is_kept_as_far_as_it_came_and_says_why(
    tmp_path: Path, answer: bytes, settings: dict[str, int], reason: str
) -> None:
    server = RawServer({"/cut": answer}, closes=reason != "time")
    with server.serving() as port:
        results = fetch_all(tmp_path, f"http://127.0.0.1:{port}", ["/cut"], **settings)
    assert results["/cut"] == 200 if reason == "disconnect" else isinstance(results["/cut"], str)
    with Archive.open_reading(tmp_path) as archive:
        row = archive.rows("SELECT * FROM captures WHERE url LIKE '%/cut'")[0]
    record = read_record(find(tmp_path / "warc", row["warc"]), row["offset"])
    assert record.header("WARC-Truncated") == reason
    assert record.block
    assert answer.startswith(record.block)


def test_a_request_repeated_because_its_kept_connection_was_dead_is_recorded_once(tmp_path: Path) -> None:
    """A server that promises to keep the connection and closes it: Twisted sends the next request again."""
    kept = {f"/{n}": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % n for n in range(6)}
    server = RawServer(kept)
    with server.serving() as port:
        results = fetch_all(tmp_path, f"http://127.0.0.1:{port}", list(kept))
    with Archive.open_reading(tmp_path) as archive:
        rows = archive.rows("SELECT * FROM captures WHERE status = 200")
    whole = {path for path, status in results.items() if status == 200}
    assert whole == {"/" + row["url"].rpartition("/")[2] for row in rows}
    assert len(rows) == len(whole)
    for row in rows:
        path = "/" + row["url"].rpartition("/")[2]
        assert read_record(find(tmp_path / "warc", row["warc"]), row["offset"]).block == kept[path]


def test_an_answer_that_cannot_be_recorded_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file where the folder should be")
    with RawServer(ANSWERS).serving() as port:
        results = fetch_all(tmp_path, f"http://127.0.0.1:{port}", ["/reason"])
    assert "RecordingError: cannot record what the site sends" in str(results["/reason"])


def test_tls_is_recorded_inside_and_certificates_are_checked(tmp_path: Path) -> None:
    with RawServer(ANSWERS).serving(self_signed(tmp_path)) as port:
        refused = fetch_all(tmp_path / "a", f"https://127.0.0.1:{port}", ["/reason"])
        taken = fetch_all(tmp_path / "b", f"https://127.0.0.1:{port}", ["/reason"], DOWNLOAD_VERIFY_CERTIFICATES=False)
    assert "UnreachableError" in str(refused["/reason"])
    assert taken["/reason"] == 200
    with Archive.open_reading(tmp_path / "b") as archive:
        row = archive.rows("SELECT * FROM captures WHERE url LIKE '%/reason'")[0]
    assert read_record(find(tmp_path / "b" / "warc", row["warc"]), row["offset"]).block == WHOLE["/reason"]


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_the_longest_header_is_known_however_the_answer_comes_in(pieces: int) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000 + b"\r\nX-B: b\r\n\r\n" + b"c" * 400_000
    wire, size = Wire(), -(-len(answer) // pieces)
    for start in range(0, len(answer), size):
        wire.receive(answer[start : start + size])
    assert wire.longest_header() == len("X-A: ") + 300_000
