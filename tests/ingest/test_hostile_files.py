"""Damaged and hostile files: each is named, nothing is taken from what is damaged, and what is whole is still taken."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.ingest.test_foreign_files import BOTH, INFO, arc, dictionary, frames, page, two, wacz, zipped
from tests.support.commands import warta
from tests.support.own_files import answer, ids, take
from tests.support.site_server import antara_article
from tests.support.warc_records import packed, record

MAX_RESIDENT_BYTES = 512 << 20
"""What a process of an import may hold, as README says."""


def taken(tmp_path: Path, content: bytes, name: str = "luar") -> tuple[list[str], int, list[str]]:
    """(complaints, number of damaged records, ids of stories) of a file."""
    file = tmp_path / name
    file.write_bytes(content)
    report, complaints = take(tmp_path / "data", file)
    return complaints, len(report.damaged), ids(tmp_path / "data")


PLAIN = b"".join(two())
HEAD = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x/\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"


@pytest.mark.parametrize(
    "strange",
    {
        "a record of a terabyte": HEAD + b"Content-Length: 1000000000000\r\n\r\nabc\r\n\r\n",
        "a length of 30 digits": HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nabc\r\n\r\n",
        "a negative length": HEAD + b"Content-Length: -5\r\n\r\nabc\r\n\r\n",
        "no length": HEAD + b"\r\nabc\r\n\r\n",
        "a head of 10 MB": HEAD + b"X: " + b"y" * 10_000_000 + b"\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n",
        "a head of a million lines": HEAD + b"X: y\r\n" * 1_000_000 + b"Content-Length: 3\r\n\r\nabc\r\n\r\n",
        "a head without an end": HEAD + b"Content-Length: 3\r\n",
        "other bytes": b"bukan arsip\n" * 9,
        "binary": bytes(range(1, 256)) * 99 + b"\n",
        "a record that covers the next": HEAD + b"Content-Length: 900\r\n\r\nabc\r\n\r\n",
    }.items(),
    ids=lambda one: one[0],
)
@pytest.mark.parametrize("form", ["plain", "one member", "zstd"])
def test_of_a_file_with_a_strange_part_all_else_is_taken(tmp_path: Path, strange: tuple[str, bytes], form: str) -> None:
    content = INFO + page(101) + strange[1] + page(102)
    ways: dict[str, Callable[[bytes], bytes]] = {
        "plain": bytes,
        "one member": gzip.compress,
        "zstd": zstandard.compress,
    }
    compress = ways[form]
    complaints, damaged, found = taken(tmp_path, compress(content))
    assert (complaints, found) == ([], BOTH)
    assert damaged >= 1


def test_many_lengths_that_lie_do_not_make_an_import_endless(tmp_path: Path) -> None:
    lies = (HEAD + b"Content-Length: 99999999\r\n\r\n" + b"abc" * 1000 + b"\r\n") * 400
    _, damaged, found = taken(tmp_path, PLAIN + lies)
    assert found == BOTH
    assert damaged >= 100


@pytest.mark.parametrize("length", [b"-1", b"999999999999", b"123456789012345678"])
def test_an_arc_record_of_an_impossible_length_costs_no_other(tmp_path: Path, length: bytes) -> None:
    first, one, two_ = arc(101, 102)
    odd = b"http://x/ 10.0.0.1 20200304050607 text/html " + length + b"\nHTTP/1.1 200 OK\r\n\r\nabc\n"
    complaints, damaged, found = taken(tmp_path, first + one + odd + two_)
    assert (complaints, damaged, found) == ([], 1, BOTH)


def test_an_arc_address_with_spaces_and_odd_letters_is_kept(tmp_path: Path) -> None:
    records = arc(101, url="https://kaltim.antaranews.com/berita/101/judul yang berspasi é")
    complaints, damaged, found = taken(tmp_path, b"".join(records))
    assert (complaints, damaged, found) == ([], 0, BOTH[:1])


@pytest.mark.parametrize("position", [0.2, 0.5, 0.8])
def test_from_a_damaged_record_nothing_is_taken(tmp_path: Path, position: float) -> None:
    """One flipped bit, in the member of the second story or in its checksum."""
    members = [gzip.compress(one, 0) for one in two()]
    hurt = bytearray(members[2])
    hurt[int(len(hurt) * position)] ^= 1
    checksum = members[2][:-6] + b"\xff" + members[2][-5:]
    for number, damaged_member in enumerate((bytes(hurt), checksum, members[2][:-3])):
        folder = tmp_path / str(number)
        folder.mkdir()
        complaints, damaged, found = taken(folder, members[0] + members[1] + damaged_member + packed(page(103)))
        assert (complaints, damaged) == ([], 1)
        assert found == ["antara-kaltim/101", "antara-kaltim/103"]


def test_after_damage_in_a_compressed_arc_file_the_other_records_are_taken(tmp_path: Path) -> None:
    members = [gzip.compress(one) for one in arc(101, 102, 103)]
    members[2] = members[2][:300] + b"\0" * 20 + members[2][320:]
    complaints, _, found = taken(tmp_path, b"".join(members))
    assert len(complaints) == 1
    assert "keep the original" in complaints[0]
    assert found == ["antara-kaltim/101", "antara-kaltim/103"]


def test_after_a_damaged_frame_the_other_records_are_taken(tmp_path: Path) -> None:
    content = bytearray(frames([INFO, page(101), page(102), page(103)], dictionary()))
    where = content.rfind(b"\x28\xb5\x2f\xfd", 0, content.rfind(b"\x28\xb5\x2f\xfd"))
    content[where + 20 : where + 35] = b"\xff" * 15
    complaints, _, found = taken(tmp_path, bytes(content))
    assert len(complaints) == 1
    assert found == ["antara-kaltim/101", "antara-kaltim/103"]


def test_a_frame_that_needs_a_window_of_two_gigabytes_is_refused(tmp_path: Path) -> None:
    window = b"\x28\xb5\x2f\xfd" + b"\x00" + bytes([(31 - 10) << 3])
    huge = window + b"\x01\x00\x00"  # an empty last block
    block = len(page(102)) << 3 | 1
    huge_page = window + block.to_bytes(3, "little") + page(102)
    complaints, _, found = taken(tmp_path, zstandard.compress(page(101)) + huge + huge_page)
    assert found == BOTH[:1]
    assert len(complaints) >= 1


def test_a_dictionary_that_is_none_is_named(tmp_path: Path) -> None:
    content = frames(two(), dictionary())
    complaints, _, found = taken(tmp_path, content[:8] + b"\xff" * 100 + content[108:])
    assert found == []
    assert len(complaints) >= 1


# WACZ


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"hash": "sha256:" + "0" * 64}, "its sha256 is another one"),
        ({"hash": "md5:" + "0" * 32}, "its md5 is another one"),
        ({"bytes": 5}, "it has"),
        ({"hash": "sha256:" + "0" * 64, "bytes": 5}, "its sha256 is another one"),
    ],
)
def test_a_wacz_that_is_not_what_it_says_is_named_and_taken(
    tmp_path: Path, told: dict[str, object], words: str
) -> None:
    content = wacz(("archive/x.warc.gz", packed(*two())), **told)
    (complaint,), damaged, found = taken(tmp_path, content, "luar.wacz")
    assert complaint.startswith("luar.wacz: archive/x.warc.gz is not what datapackage.json says: ")
    assert words in complaint
    assert (damaged, found) == (0, BOTH)
    ended = warta("import", tmp_path / "luar.wacz", "--data", tmp_path / "other", "--workers", "1")
    assert ended.returncode == 1
    assert words in ended.stderr


@pytest.mark.parametrize("hash_", [None, 7, [], "", "sha256", "unknown:abc", "sha256-" + "0" * 64])
def test_a_hash_of_any_kind_is_read_or_passed_over(tmp_path: Path, hash_: object) -> None:
    _, damaged, found = taken(tmp_path, wacz(("archive/x.warc.gz", packed(*two())), hash=hash_))
    assert (damaged, found) == (0, BOTH)


@pytest.mark.parametrize("description", [b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"resources": [1, {}]}'])
def test_a_wacz_with_an_odd_description_is_taken(tmp_path: Path, description: bytes) -> None:
    entries = [("datapackage.json", description), ("archive/x.warc.gz", packed(*two()))]
    _, damaged, found = taken(tmp_path, zipped(entries))
    assert (damaged, found) == (0, BOTH)


def test_names_from_outside_are_printed_harmlessly(tmp_path: Path) -> None:
    description = b'{"resources": [{"path": "a\\ud800\\u001b[31m\\nb"}]}'
    (tmp_path / "luar.wacz").write_bytes(zipped([("datapackage.json", description), ("x.warc.gz", packed(*two()))]))
    ended = warta("import", tmp_path / "luar.wacz", "--data", tmp_path / "data", "--workers", "1")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "warta: luar.wacz: a?_[31m_b is named in datapackage.json and is not in the file."
    ]


def test_what_a_wacz_names_and_has_not_is_told(tmp_path: Path) -> None:
    resources = [{"path": "archive/hilang.warc.gz"}, {"url": "https://x.example/lain.wacz"}]
    entries = [("datapackage.json", json.dumps({"resources": resources}).encode()), ("a.warc.gz", packed(*two()))]
    complaints, _, found = taken(tmp_path, zipped(entries))
    assert [complaint.split(" is named")[0].split(": ")[1] for complaint in complaints] == [
        "archive/hilang.warc.gz",
        "https://x.example/lain.wacz",
    ]
    assert found == BOTH


@pytest.mark.parametrize(
    "name",
    [
        *("../../../lari.warc.gz", "/tmp/lari.warc.gz", "archive/../../lari.warc.gz", "C:\\lari.warc.gz", ".warc.gz"),
        *("archive/" + "n" * 300 + ".warc.gz", "archive/a\nb\x1b.warc.gz", "archive/\udcff.warc.gz"),
    ],
)
def test_no_name_in_a_zip_file_leads_out_of_the_archive(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    content = zipped([(name.encode("utf-8", "replace").decode(), packed(*two()))])
    _, _, found = taken(tmp_path / "in", content)
    assert found == BOTH
    warcs = list(tmp_path.rglob("*.warc.gz"))
    assert len(warcs) == 1
    assert warcs[0].parent.parent == tmp_path / "in" / "data" / "warc" / "imported"
    assert warcs[0].name.isprintable()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_in_a_zip_file_are_both_taken(tmp_path: Path) -> None:
    entries = [("archive/x.warc.gz", packed(INFO, page(number))) for number in (101, 102)]
    complaints, _, found = taken(tmp_path, zipped(entries))
    assert (complaints, found) == ([], BOTH)


def test_of_a_wacz_with_a_damaged_entry_the_whole_records_are_taken(tmp_path: Path) -> None:
    warc = packed(*two(), page(103))
    content = wacz(("archive/x.warc.gz", warc))
    where = content.find(warc) + len(packed(*two())) + 200
    complaints, damaged, found = taken(tmp_path, content[:where] + b"\0" + content[where + 1 :])
    assert (len(complaints), damaged, found) == (1, 1, BOTH)


def test_of_a_wacz_that_was_cut_off_the_whole_records_are_taken(tmp_path: Path) -> None:
    warc = packed(*two(), page(103))
    content = wacz(("archive/x.warc.gz", warc))
    cut = content[: content.find(warc) + len(packed(*two())) + 200]
    complaints, damaged, found = taken(tmp_path, cut, "luar.wacz")
    assert (damaged, found) == (0, BOTH)
    assert len(complaints) == 1
    assert "cut off" in complaints[0]


def test_wacz_files_in_one_another_without_an_end_are_told(tmp_path: Path) -> None:
    content = packed(*two())
    package = wacz(("archive/x.warc.gz", content))
    for _ in range(20):
        package = zipped([("a.wacz", package), ("x.warc.gz", content)])
    complaints, _, found = taken(tmp_path, package)
    assert found == BOTH
    assert any("deep" in complaint for complaint in complaints)
    assert not list((tmp_path / "data").rglob("*.inner*"))


@pytest.mark.slow
def test_a_zip_bomb_and_a_gzip_bomb_are_refused_in_little_room(tmp_path: Path) -> None:
    bomb = tmp_path / "bom.wacz"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("archive/x.warc", "w", force_zip64=True) as entry,
    ):
        entry.write(HEAD + b"Content-Length: 9000000000\r\n\r\n")
        for _ in range(2000):
            entry.write(bytes(1 << 20))
    ended = warta("import", bomb, "--data", tmp_path / "data", "--workers", "1")
    assert ended.returncode == 1
    assert "times larger" in ended.stderr
    assert "Traceback" not in ended.stderr


# Memory


@pytest.mark.slow
@pytest.mark.parametrize("form", ["a member a record", "one member", "plain", "zstd"])
def test_a_record_of_200_megabytes_is_taken_in_little_memory(tmp_path: Path, form: str) -> None:
    noise = os.urandom(1 << 20)
    video = answer("", "200 OK", "Content-Type: video/mp4") + noise * 200
    records = [INFO, page(101), record(video, url="https://x.example/video.mp4"), page(102)]
    content = {
        "a member a record": lambda: b"".join(gzip.compress(one, 1) for one in records),
        "one member": lambda: gzip.compress(b"".join(records), 1),
        "plain": lambda: b"".join(records),
        "zstd": lambda: b"".join(zstandard.compress(one) for one in records),
    }[form]()
    peak = peak_of_taking(tmp_path, content)
    assert ids(tmp_path / "data") == BOTH
    assert peak < MAX_RESIDENT_BYTES, f"{peak:,}"


@pytest.mark.slow
def test_a_page_of_60_megabytes_is_taken_in_little_memory(tmp_path: Path) -> None:
    huge = antara_article(102, "Judul").replace("</body>", "<p>é panjang</p>" * 3_500_000 + "</body>")
    peak = peak_of_taking(tmp_path, packed(INFO, page(101), page(102, answer(huge))))
    assert ids(tmp_path / "data") == BOTH[:1]
    assert peak < MAX_RESIDENT_BYTES, f"{peak:,}"


def peak_of_taking(tmp_path: Path, content: bytes) -> int:
    """How many bytes an import held at most."""
    file = tmp_path / "luar"
    file.write_bytes(content)
    script = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode;"
        "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    warta_command = [Path(sys.executable).with_name("warta"), "import", file, "--data", tmp_path / "data"]
    ended = subprocess.run(
        [sys.executable, "-c", script, *map(str, warta_command), "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.rpartition("peak ")[2]) * 1024
