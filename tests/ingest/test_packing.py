"""Packing: a day's files become one, the same records stand in it, and nothing else in the archive is otherwise."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click.testing
import pytest
from click.testing import CliRunner
from fastwarc.warc import ArchiveIterator as FastWarcIterator

from archive.cli.main import cli
from archive.ingest.packing import Packing, pack
from archive.ingest.pipeline import warcs_in
from archive.ingest.recovery import recover_runs
from archive.store import payload as payloads
from archive.store.database import Archive, ArchiveError
from archive.store.payload import payload
from archive.store.runs import account_of
from archive.warc.members import whole_members
from archive.warc.packing import UNFINISHED, parts_of
from archive.warc.reader import WarcError, find
from tests.support.database_equality import assert_same, told
from tests.support.integrity import assert_whole
from tests.support.own_files import KALTIM, answer, from_nothing, ids, page, put, story, take, write_run
from tests.support.own_files import again as rebuild
from tests.support.past import writing_at

DAY = datetime(2026, 11, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACKED = "antara-kaltim/2026/antara-kaltim-20261103-packed-00001.warc.gz"
PACKED_NEXT = PACKED.replace("20261103", "20261104")
NOW = datetime(2026, 11, 6, tzinfo=UTC)
Told = dict[str, list[dict[str, Any]]]


def write_runs(data: Path) -> list[str]:
    """Five runs on one day, two on the next, one on the day after: stories, an edit, a withdrawal, a move."""
    runs = [
        (0, {101: story(101), 102: story(102)}),
        (1, {}),
        (2, {101: story(101), 103: story(103)}),
        (3, {102: story(102, "Judul baru", slug="judul-baru")}),
        (4, {103: answer("", "410 Gone")}),
        (24, {104: story(104)}),
        (25, {103: answer("", "404 Not Found")}),
        (48, {105: story(105)}),
    ]
    names = list[str]()
    for hours, answers in runs:
        at = DAY + hours * HOUR
        with writing_at(at):
            names.append(write_run(data, answers, at=at, previous=names[-1] if names else None))
    return names


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("original") / "data"
    write_runs(data)
    assert from_nothing(data).is_whole
    return data


@pytest.fixture(scope="module")
def packed_original(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = Path(shutil.copytree(original, tmp_path_factory.mktemp("packed") / "data"))
    assert packing(data).packed == 2
    return data


@pytest.fixture
def data(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "data"))


@pytest.fixture
def packed(packed_original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packed_original, tmp_path / "data"))


def packing(data: Path, **options: Any) -> Packing:
    with Archive.open(data) as archive:
        assert all("packed" in line or "packs" in line for line in recover_runs(archive))
        return pack(archive, **{"now": NOW} | options)


def files(data: Path) -> list[str]:
    return warcs_in(data / "warc")[0]


def without_places(data: Path) -> Told:
    """What the archive has, except for which file it is in."""
    tables = told(data)
    del tables["warcs"]
    for row in tables["captures"]:
        del row["warc"], row["offset"]
    tables["captures"].sort(key=repr)
    return tables


def without_sealing_times(data: Path) -> Told:
    tables = told(data)
    for row in tables["warcs"]:
        del row["sealed_at"]
    return tables


# What packing does


def test_a_days_files_become_one_of_the_same_bytes(data: Path) -> None:
    before, names = without_places(data), files(data)
    content = [(data / "warc" / name).read_bytes() for name in names]
    result = packing(data)
    assert files(data) == [PACKED, PACKED_NEXT, names[-1]]
    assert (data / "warc" / PACKED).read_bytes() == b"".join(content[:5])
    assert (data / "warc" / PACKED_NEXT).read_bytes() == b"".join(content[5:7])
    assert (result.files, result.packed, result.refused) == (7, 2, [])
    assert result.bytes == sum(map(len, content[:7]))
    assert_whole(data)
    assert_same(before, without_places(data))
    assert packing(data).packed == 0


def test_other_readers_find_the_same_records_before_and_after(original: Path, packed: Path) -> None:
    def records(data: Path) -> list[tuple[str | None, str, bytes]]:
        found = []
        for name in files(data):
            content = (data / "warc" / name).read_bytes()
            # FastWARC shows only records whose digest holds when it is asked to verify it.
            one_file = [
                (record.record_id, record.headers["WARC-Type"], record.reader.read())
                for record in FastWarcIterator(io.BytesIO(content), parse_http=False, verify_digests=True)
            ]
            assert len(one_file) == len(list(whole_members(data / "warc" / name)))
            found += one_file
        return found

    assert records(packed) == records(original)


@pytest.mark.parametrize("make_again", [rebuild, from_nothing])
def test_a_rebuild_of_packed_files_gives_the_same(packed: Path, make_again: Callable[[Path], Any]) -> None:
    before = without_sealing_times(packed)
    assert make_again(packed).is_whole
    assert_same(before, without_sealing_times(packed))


def test_a_database_from_before_the_packing_finds_its_records(original: Path, packed: Path) -> None:
    before = told(packed)
    for path in packed.glob("archive.db*"):
        path.unlink()
    shutil.copy(original / "archive.db", packed)
    assert rebuild(packed).is_whole
    assert_same(before, told(packed))
    assert_whole(packed)


def test_a_database_from_before_some_of_the_packed_runs_gets_them(packed: Path, tmp_path: Path) -> None:
    before = without_sealing_times(packed)
    content = (packed / "warc" / PACKED).read_bytes()
    early = tmp_path / "early"
    (early / "warc" / "antara-kaltim" / "2026").mkdir(parents=True)
    for part in parts_of(packed / "warc", PACKED)[:2]:
        (early / "warc" / part.name).write_bytes(content[part.start : part.start + part.size])
    from_nothing(early)
    for path in packed.glob("archive.db*"):
        path.unlink()
    shutil.copy(early / "archive.db", packed)
    assert rebuild(packed).is_whole
    assert_same(before, without_sealing_times(packed))
    assert_whole(packed)


@pytest.mark.parametrize("make_again", [rebuild, from_nothing])
def test_a_missing_packed_file_is_noticed(packed: Path, make_again: Callable[[Path], Any]) -> None:
    (packed / "warc" / PACKED).unlink()
    report = make_again(packed)
    assert not report.is_whole
    assert [line for line in report.faulty_files if "is missing" in line]


def test_the_run_after_a_packing_names_the_last_runs_file(data: Path) -> None:
    last = files(data)[-1]
    with Archive.open(data) as archive:  # it was sealed last
        archive.db.execute("UPDATE warcs SET sealed_at = '2026-11-05T04:30:00.000000Z' WHERE name = ?", [last])
        archive.db.execute("UPDATE warcs SET sealed_at = '2026-11-04T04:30:00.000000Z' WHERE name <> ?", [last])
        archive.db.commit()
    packing(data)
    with Archive.open_reading(data) as archive:
        run = archive.rows("SELECT * FROM runs")[-1]
        assert account_of(archive, run, {})["previous"] == last


# What is left as it is


def test_the_day_that_goes_on_stays_as_it_is(data: Path) -> None:
    names = files(data)
    assert packing(data, now=DAY + 19 * HOUR).packed == 0
    assert files(data) == names
    assert packing(data, now=DAY + 20 * HOUR).packed == 1  # at midnight, UTC


def test_imported_files_stay_as_they_are(data: Path, tmp_path: Path) -> None:
    for number in (201, 202):
        take(data, put(tmp_path, f"antara-kaltim-2026110304{number}0-00001.warc.gz", page(number)))
    imported = [name for name in files(data) if name.startswith("imported/")]
    assert len(imported) == 2
    packing(data)
    assert [name for name in files(data) if name.startswith("imported/")] == imported


def lose(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def leave_open(path: Path) -> None:
    shutil.copy(path, path.with_name("antara-kaltim-20261103235959-00001.warc.gz.part"))


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0" * 9)


@pytest.mark.parametrize("harm", [lose, cut, alter, append, leave_open])
@pytest.mark.parametrize("number", [0, 2, 4])
def test_a_day_with_a_damaged_part_stays_and_is_named(data: Path, harm: Callable[[Path], None], number: int) -> None:
    names = files(data)
    harm(data / "warc" / names[number])
    left = {path: path.read_bytes() for path in (data / "warc").glob("*/*/*-20261103*")}
    with Archive.open(data) as archive:
        result = pack(archive, now=NOW)
    (line,) = result.refused
    assert line.startswith("antara-kaltim, 2026-11-03: the files stay as they are: ")
    assert result.packed == 1  # the next day
    assert {path: path.read_bytes() for path in (data / "warc").glob("*/*/*-20261103*")} == left


def test_damaged_bytes_that_were_sealed_are_not_joined_with_others(data: Path) -> None:
    """Readers of other programs see nothing after them."""
    name = files(data)[1]
    append(data / "warc" / name)
    from_nothing(data)
    with Archive.open(data) as archive:
        (line,) = pack(archive, now=NOW).refused
    assert "has no whole record at" in line
    assert name in files(data)


def test_a_file_that_does_not_say_which_it_is_is_not_joined(data: Path) -> None:
    name = files(data)[0]
    place = data / "warc" / name.replace("0-00001", "1-00001")
    (data / "warc" / name).rename(place)
    from_nothing(data)
    with Archive.open(data) as archive:
        (line,) = pack(archive, now=NOW).refused
    assert "does not begin with the record that says which run wrote it" in line


def test_a_days_packed_files_are_not_larger_than_a_gigabyte(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = files(data)
    sizes = [(data / "warc" / name).stat().st_size for name in names]
    monkeypatch.setattr("archive.ingest.packing.MAX_PACKED_BYTES", sum(sizes[:3]))
    before = without_places(data)
    assert packing(data).packed == 3
    assert files(data)[:2] == [PACKED, PACKED.replace("00001", "00002")]
    assert_whole(data)
    assert from_nothing(data).is_whole
    assert_same(before, without_places(data))


def test_a_scheduled_run_packs_so_many_bytes_and_the_next_one_goes_on(data: Path) -> None:
    first = packing(data, max_bytes=1)
    assert (first.packed, first.left) == (1, 1)
    assert PACKED_NEXT in files(data)  # the newest first
    assert packing(data, max_bytes=1).packed == 1


def test_a_late_file_of_a_packed_day_stays_until_there_are_two(packed: Path) -> None:
    late = []
    for hours in (5, 6):
        with writing_at(DAY + hours * HOUR):
            late.append(write_run(packed, {110 + hours: story(110 + hours)}, at=DAY + hours * HOUR))
        with Archive.open(packed) as archive:
            list(recover_runs(archive))
            assert pack(archive, now=NOW).packed == (hours == 6)
    assert PACKED.replace("00001", "00002") in files(packed)
    assert_whole(packed)
    assert from_nothing(packed).is_whole


def test_captures_without_an_id_of_their_own_are_found(data: Path) -> None:
    with Archive.open(data) as archive:
        archive.db.execute("UPDATE captures SET record_id = '<' || warc || '#' || offset || '>' WHERE id = 2")
        archive.db.commit()
        pack(archive, now=NOW)
        capture = archive.capture(2)
        assert capture is not None
        assert capture.record_id == capture.place
        assert payload(archive, capture).content


# A full disk, and readers


def full_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("place", ["archive.warc.packing.os.fsync", "archive.ingest.packing.note_packed"])
def test_a_full_disk_leaves_all_as_it_was(data: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    before, there = told(data), sorted((data / "warc").rglob("*"))
    with monkeypatch.context() as patched, Archive.open(data) as archive:
        patched.setattr(place, full_disk)
        with pytest.raises(ArchiveError, match=r"^The disk is full: the WARC files stay as they are"):
            pack(archive, now=NOW)
    assert sorted((data / "warc").rglob("*")) == there
    assert_same(before, told(data))
    assert packing(data).packed == 2


def test_a_reader_that_comes_between_looks_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open_reading(data) as reading:
        captures = [reading.capture(row["id"]) for row in reading.rows("SELECT id FROM captures")]
        before = [payload(reading, capture) for capture in captures if capture and capture.status == 200]
        packing(data)
        after = [payload(reading, capture) for capture in captures if capture and capture.status == 200]
        assert after == before
        (data / "warc" / PACKED).unlink()
        with pytest.raises(WarcError, match=r"packed-00001\.warc\.gz is missing"):
            payload(reading, captures[0])  # type: ignore[arg-type]


def test_show_looks_again_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs = iter([packing])

    def packed_meanwhile(root: Path, warc: str) -> Path:
        for work in packs:
            work(data)
        return find(root, warc)

    monkeypatch.setattr(payloads, "find", packed_meanwhile)
    shown = warta("show", "antara-kaltim/101", "--data", data)
    assert shown.exit_code == 0, shown.output
    assert PACKED in shown.stdout.replace("\n", "")


# The command


def warta(*arguments: str | Path) -> click.testing.Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_the_command_says_what_it_would_do_and_does_it(data: Path) -> None:
    names = files(data)
    said = warta("pack", "--dry-run", "--data", data)
    assert said.stdout.startswith("7 files, ")
    assert ", would become 2. Nothing was written." in said.stdout
    assert files(data) == names
    assert warta("pack", "--site", "mc-paser", "--data", data).stderr == (
        "warta: There are no WARC files of 'mc-paser'. There are files of: antara-kaltim.\n"
    )
    done = warta("pack", "--site", "antara-kaltim", "--data", data)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("7 WARC files of days that are over are packed into 2 files, ")
    assert warta("pack", "--data", data).stdout == "No WARC files were packed.\n"


def test_the_command_names_a_damaged_day_and_ends_with_1(data: Path) -> None:
    lose(data / "warc" / files(data)[3])
    said = warta("pack", "--data", data)
    assert said.exit_code == 1
    assert said.stderr.startswith("antara-kaltim, 2026-11-03: the files stay as they are: antara-kaltim/2026/")
    assert "packed into 1 file" in said.stdout


# Killed


def recovered(data: Path) -> None:
    with Archive.open(data) as archive:
        list(recover_runs(archive))


def finished(data: Path) -> None:
    with Archive.open(data) as archive:
        list(recover_runs(archive))
        pack(archive, now=NOW)


def assert_ends_packed(state: Path, reference: Path, copy: Path) -> None:
    """From what a kill left, the next run comes to the reference; with its database, beside it, and from nothing."""
    for number, make_again in enumerate((recovered, rebuild, from_nothing)):
        data = Path(shutil.copytree(state, copy / str(number)))
        report: Any = make_again(data)
        assert report is None or (report.is_whole, report.known) == (True, 0)
        assert_whole(data)
        finished(data)
        assert_whole(data)
        assert_same(without_sealing_times(reference), without_sealing_times(data))
        assert not list(data.rglob(f"*{UNFINISHED}"))
        shutil.rmtree(data)


def cut_off(tmp: Path, original: Path, packed: Path) -> Iterator[Path]:
    """The states that a kill can leave, each as an archive."""
    for name, old, new, database in (
        ("a part of the packed file", True, PACKED + UNFINISHED, original),
        ("both, not noted", True, PACKED, original),
        ("both, noted", True, PACKED, packed),
        ("the packed one, not noted", False, PACKED, original),
    ):
        data = Path(shutil.copytree(database, tmp / name / "data"))
        shutil.rmtree(data / "warc")
        shutil.copytree(original / "warc", data / "warc")
        content = (packed / "warc" / PACKED).read_bytes()
        (data / "warc" / new).write_bytes(content if new == PACKED else content[: len(content) // 2])
        if database is packed:
            shutil.copy(packed / "warc" / PACKED_NEXT, data / "warc" / PACKED_NEXT)
        if not old:
            for path in (data / "warc").glob("*/*/*-20261103??????-*"):
                path.unlink()
        yield data


@pytest.mark.parametrize("number", range(4))
def test_what_a_kill_leaves_is_taken_up(original: Path, packed_original: Path, tmp_path: Path, number: int) -> None:
    data = list(cut_off(tmp_path, original, packed_original))[number]
    with Archive.open(data) as archive:
        list(recover_runs(archive))
    assert_ends_packed(data, packed_original, tmp_path)


def test_an_old_file_of_other_bytes_is_kept(original: Path, packed: Path) -> None:
    name = next(name for name in files(original) if "20261103" in name)
    (packed / "warc" / name).write_bytes((original / "warc" / files(original)[-1]).read_bytes())
    with Archive.open(packed) as archive:
        (said, *_) = recover_runs(archive)
    assert said == f"{name} stays beside {PACKED}, which holds other bytes of this name."
    assert name in files(packed)


@pytest.mark.slow
def test_killed_before_any_line_nothing_is_lost_and_nothing_double(
    original: Path, packed_original: Path, tmp_path: Path
) -> None:
    states = tmp_path / "states"
    states.mkdir()
    command = [sys.executable, "-m", "tests.support.killed_packing", str(original), str(states)]
    lines = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    left = sorted(states.iterdir(), key=lambda state: int(state.name))
    assert lines > 200
    assert len(left) > 12
    for state in left:
        assert ids(state)
        assert_readable(state)
        assert_ends_packed(state, packed_original, tmp_path / "copies")


def assert_readable(data: Path) -> None:
    """Every capture has its record, also before the next run."""
    with Archive.open_reading(data) as archive:
        for row in archive.rows("SELECT id FROM captures WHERE status = 200"):
            capture = archive.capture(row["id"])
            assert capture is not None
            assert payload(archive, capture).content


def test_the_stories_of_these_tests_are_there(original: Path) -> None:
    assert ids(original) == [f"{KALTIM.name}/{number}" for number in range(101, 106)]
