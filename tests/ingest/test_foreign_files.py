"""Files as other programs write them: what warcio reads of an odd file, import takes, too; and what is damaged or
hostile costs nothing else."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from archive.store.database import Archive
from archive.warc.members import walk
from archive.warc.reader import read_record
from tests.support.own_files import from_nothing, ids, story, take, url_of
from tests.support.site_server import antara_article
from tests.support.warc_records import packed, record

BOTH = ["antara-kaltim/101", "antara-kaltim/102"]
INFO = record(b"software: lain/1\r\n", kind="warcinfo", url="").replace(b"WARC-Target-URI: \r\n", b"")


def page(number: int, block: bytes | None = None, *fields: str, off: int = 0, **how: object) -> bytes:
    """A record of a story's page; `off` is by how much its length is wrong."""
    content = block or story(number)
    how = {"url": url_of(number), "length": len(content) + off} | how
    return record(content, *fields, **how).replace(b"urn:uuid:1>", b"urn:uuid:%d>" % number)  # type: ignore[arg-type]


def two(**how: object) -> list[bytes]:
    return [INFO, page(101, **how), page(102, **how)]  # type: ignore[arg-type]


def arc(*numbers: int, version: int = 1, end: bytes = b"\n", url: str = "", kind: str = "text/html") -> list[bytes]:
    """The records of an ARC file."""
    fields = "URL IP-address Archive-date Content-type Archive-length"
    if version == 2:
        fields = "URL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length"
    preamble = f"{version} 1 Arsip\n{fields}\n<arcmetadata/>\n".encode()
    records = [b"filedesc://x.arc 0.0.0.0 20200304050607 text/plain %d\n" % len(preamble) + preamble + end]
    for number in numbers:
        more = "200 - - 77 x.arc " if version == 2 else ""
        head = f"{url or url_of(number)} 10.0.0.1 2020030405060{number % 10} {kind} {more}{len(story(number))}\n"
        records.append(head.encode() + story(number) + end)
    return records


def frames(records: list[bytes], dictionary: bytes | None = None, *, is_packed: bool = False) -> bytes:
    """A .warc.zst with a frame a record; with a dictionary in the first, skippable, one."""
    if dictionary is None:
        return b"".join(zstandard.compress(one) for one in records)
    content = zstandard.compress(dictionary) if is_packed else dictionary
    compressor = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
    first = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    return first + b"".join(compressor.compress(one) for one in records)


def dictionary() -> bytes:
    samples: list[bytes | bytearray | memoryview] = [page(number) for number in range(200, 400)]
    return zstandard.train_dictionary(4096, samples).as_bytes()


def zipped(entries: list[tuple[str, bytes]], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, content in entries:
            package.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return out.getvalue()


def wacz(*entries: tuple[str, bytes], **told: object) -> bytes:
    """A WACZ whose datapackage.json says of each entry what is true, or what is `told`."""
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "bytes": len(content)}
        | {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        | told
        for name, content in entries
    ]
    return zipped([("datapackage.json", json.dumps({"resources": resources}).encode()), *entries])


DIGEST = "WARC-Block-Digest: sha1:{}"


def with_digest(number: int, *, off: int = 0) -> bytes:
    return page(number, None, DIGEST.format(hashlib.sha1(story(number)).hexdigest()), off=off)


def forms() -> dict[str, bytes]:
    """Files with the stories 101 and 102 in them."""
    plain = two()
    made: dict[str, bytes] = {
        "a member a record": packed(*plain),
        "plain": b"".join(plain),
        "one member for all": gzip.compress(b"".join(plain)),
        "two members of several records": gzip.compress(b"".join(plain)) + gzip.compress(b"".join(plain)),
        "members that end within records": b"".join(
            gzip.compress(b"".join(plain)[start : start + 700]) for start in range(0, len(b"".join(plain)), 700)
        ),
        "an empty line first": b"\r\n" + b"".join(plain),
        "an empty line first, in the first member": gzip.compress(b"\r\n" + plain[0]) + packed(*plain[1:]),
        "a mark of the byte order first": b"\xef\xbb\xbf" + b"".join(plain),
        "white space first": b" \t\n\n  " + b"".join(plain),
        "empty members between": b"".join(packed(one) + gzip.compress(b"") for one in plain),
        "zeros behind": packed(*plain) + bytes(10_000),
        "zeros behind a plain file": b"".join(plain) + bytes(10_000),
        "zeros between the members": b"".join(packed(one) + bytes(512) for one in plain),
        "LF alone": b"".join(one.replace(b"\r\n", b"\n") if one is INFO else lf(one) for one in plain),
        "LF alone, packed": packed(*(lf(one) for one in plain)),
        "version 1.0": packed(*two(version="WARC/1.0")),
        "version 0.18": packed(*two(version="WARC/0.18")),
        "version 0.9": packed(*two(version="WARC/0.9")),
        "zstd": frames(plain),
        "zstd, one frame": zstandard.compress(b"".join(plain)),
        "zstd, a skippable frame first": b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + frames(plain),
        "zstd with a dictionary": frames(plain, dictionary()),
        "zstd with a packed dictionary": frames(plain, dictionary(), is_packed=True),
        "zstd, miscounted": frames(two(off=-1)),
        "ARC": b"".join(arc(101, 102)),
        "ARC 2": b"".join(arc(101, 102, version=2)),
        "ARC, no line ends": b"".join(arc(101, 102, end=b"")),
        "ARC, more line ends": b"".join(arc(101, 102, end=b"\r\n\r\n")),
        "ARC, packed": packed(*arc(101, 102)),
        "ARC, one member": gzip.compress(b"".join(arc(101, 102))),
        "ARC, a type with spaces": b"".join(arc(101, 102, kind="text/html; charset=utf-8 x")),
        "ARC, no type": b"".join(arc(101, 102, kind="")),
        "ARC, miscounted by one": b"".join(arc(101, 102)).replace(
            b" %d\nHTTP" % len(story(101)), b" %d\nHTTP" % (len(story(101)) - 1)
        ),
        "ARC, without its first record": b"".join(arc(101, 102)[1:]),
        "ARC, a first record that counts less": b"".join(arc(101, 102)).replace(
            arc()[0].split(b"\n")[0], b"filedesc://x.arc 0.0.0.0 20200304050607 text/plain 15"
        ),
        "digests and lengths off": b"".join([INFO, with_digest(101, off=-1), with_digest(102, off=1)]),
        "digests and lengths far off": b"".join([INFO, with_digest(101, off=-150), with_digest(102)]),
        "lengths in characters": b"".join([INFO, page(101, off=-200), page(102, off=-99)]),
        "lengths in characters, packed": packed(INFO, page(101, off=-200), page(102, off=-99)),
        "WACZ": wacz(("archive/x.warc.gz", packed(*plain))),
        "WACZ of ARC": wacz(("archive/x.arc.gz", packed(*arc(101, 102)))),
        "WACZ of zstd": wacz(("archive/x.warc.zst", frames(plain))),
        "WACZ, packed": zipped([("archive/x.warc", b"".join(plain))], compression=zipfile.ZIP_DEFLATED),
        "WACZ by Windows": zipped([("archive\\x.warc.gz", packed(*plain))]),
        "zip of WARC files": zipped([("x.warc.gz", packed(*plain[:2])), ("y/x.warc.gz", packed(plain[0], plain[2]))]),
        "multi-WACZ": wacz(*((f"{n}.wacz", wacz(("archive/x.warc.gz", packed(INFO, page(n))))) for n in (101, 102))),
        "WACZ in a WACZ in a WACZ": wacz(("a.wacz", wacz(("b.wacz", wacz(("archive/x.warc.gz", packed(*plain))))))),
    }
    for name, end in {
        "no": b"",
        "one": b"\r\n",
        "three": b"\r\n" * 3,
        "one LF": b"\n",
        "two LF": b"\n\n",
        "LF and CRLF": b"\n\r\n",
        "many": b"\r\n" * 30,
    }.items():
        made[f"{name} line ends"], made[f"{name} line ends, packed"] = b"".join(two(end=end)), packed(*two(end=end))
    for off in (-4, -2, -1, 1, 2, 4, 5):
        made[f"lengths {off:+}"], made[f"lengths {off:+}, packed"] = b"".join(two(off=off)), packed(*two(off=off))
        made[f"lengths {off:+}, one member"] = gzip.compress(b"".join(two(off=off)))
    for off in (-1, 1):
        made[f"lengths {off:+}, no line ends"] = b"".join(two(off=off, end=b""))
        made[f"lengths {off:+}, one line end"] = b"".join(two(off=off, end=b"\r\n"))
    for form, date in {
        "fractions": "2020-03-04T05:06:07.123456789Z",
        "a day": "2020-03-04",
        "a space": "2020-03-04 05:06:07",
        "no zone": "2020-03-04T05:06:07",
        "a zone": "2020-03-04T12:06:07+0700",
        "14 digits": "20200304050607",
        "small letters": "2020-03-04t05:06:07z",
        "UTC": "2020-03-04 05:06:07 UTC",
    }.items():
        made[f"dates: {form}"] = packed(*two(date=date))
    for form, url in {
        "brackets": "<https://kaltim.antaranews.com/berita/{}/judul>",
        "capitals": "HTTP://KALTIM.ANTARANEWS.COM/berita/{}/judul",
        "www and a port": "http://www.kaltim.antaranews.com:80/berita/{}/judul",
        "a secure port": "https://m.kaltim.antaranews.com:443/berita/{}/judul",
        "spaces around": "  https://kaltim.antaranews.com/berita/{}/judul ",
    }.items():
        made[f"addresses: {form}"] = packed(INFO, *(page(n, url=url.format(n)) for n in (101, 102)))
    made["one id for all"] = packed(*(one.replace(b"<urn:uuid:102>", b"<urn:uuid:101>") for one in two()))
    made["no ids"] = packed(INFO, *(page(n).replace(b"WARC-Record-ID: <urn:uuid:%d>\r\n" % n, b"") for n in (101, 102)))
    for off in (-300, 300):
        made[f"lengths {off:+}"], made[f"lengths {off:+}, packed"] = b"".join(two(off=off)), packed(*two(off=off))
    bodies = {n: antara_article(n, f"Berita {n}").encode() for n in (101, 102)}
    for kind in ("resource", "conversion"):
        made[f"{kind} records"] = packed(
            INFO, *(page(n, bodies[n], "Content-Type: text/html; charset=utf-8", kind=kind) for n in (101, 102))
        )
    made["resource records with an HTTP head"] = packed(
        INFO, *(page(n, None, "Content-Type: application/http;msgtype=response", kind="resource") for n in (101, 102))
    )
    return made


def lf(one: bytes) -> bytes:
    """A record with LF alone in its own head."""
    head, _, rest = one.partition(b"\r\n\r\n")
    return head.replace(b"\r\n", b"\n") + b"\n\n" + rest


FORMS = forms()


@pytest.mark.parametrize("form", FORMS)
def test_files_of_every_form_are_taken_in_and_rebuilt(form: str, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "luar"
    file.write_bytes(FORMS[form])
    report, complaints = take(data, file)
    assert (complaints, report.damaged, ids(data)) == ([], [], BOTH)
    kept = list((data / "warc").rglob("*.warc.gz"))
    assert not list((data / "import").rglob("*")) if (data / "import").exists() else True
    for path in kept:
        assert all(member.whole for member in walk(path))
    before = rows(data)
    assert from_nothing(data).is_whole
    assert rows(data) == before
    report, complaints = take(data, file)
    assert (complaints, report.new, rows(data)) == ([], 0, before)


def rows(data: Path) -> list[object]:
    with Archive.open_reading(data) as archive:
        names = "url, fetched_at, status, content_type, record_type, payload_digest, warc, offset"
        return [
            archive.rows(f"SELECT {names} FROM captures ORDER BY warc, offset"),
            archive.rows("SELECT id, title, body, versions, url FROM articles ORDER BY id"),
        ]


@pytest.mark.parametrize("form", [form for form in FORMS if not re.search("WACZ|zip|ARC 2|type with spaces", form)])
def test_what_warcio_and_fastwarc_read_is_kept_with_the_same_blocks(form: str, tmp_path: Path) -> None:
    """The judges stop at some files that are read here; what they do read must be there. (warcio reads the spaces of
    an ARC head as a part of the address.)"""
    theirs = judged(FORMS[form], with_warcio) | judged(FORMS[form], with_fastwarc)
    file = tmp_path / "luar"
    file.write_bytes(FORMS[form])
    take(tmp_path / "data", file)
    ours = set()
    for path in (tmp_path / "data" / "warc").rglob("*.warc.gz"):
        for member in walk(path):
            kept = read_record(path, member.offset)
            ours.add(told(kept.url or "", kept.block))
    missing = {known for known in theirs if not any(same(known, other) for other in ours)}
    assert not missing


def told(url: str, block: bytes) -> tuple[str, bytes]:
    return url.strip(" <>"), block


def same(theirs: tuple[str, bytes], ours: tuple[str, bytes]) -> bool:
    """Where a length is wrong, a judge reads a part of the block, or what stands behind it, too."""
    if theirs[0] != ours[0]:
        return False
    one, other = theirs[1].rstrip(b"\r\n"), ours[1].rstrip(b"\r\n")
    return other.startswith(one) or (one.startswith(other) and len(one) - len(other) < 16)


def judged(content: bytes, judge: Callable[[bytes], list[tuple[str, bytes]]]) -> set[tuple[str, bytes]]:
    try:
        return {one for one in judge(content) if one[0].lower().startswith(("http", "<http"))}
    except Exception:  # it cannot read this file
        return set()


def with_warcio(content: bytes) -> list[tuple[str, bytes]]:
    found = []
    records = ArchiveIterator(io.BytesIO(content), no_record_parse=True, arc2warc=True)
    try:
        found += [told(one.rec_headers.get_header("WARC-Target-URI") or "", one.raw_stream.read()) for one in records]
    except Exception:
        return found
    return found


def with_fastwarc(content: bytes) -> list[tuple[str, bytes]]:
    records = FastIterator(io.BytesIO(content), parse_http=False)
    return [told(one.headers.get("WARC-Target-URI") or "", one.reader.read()) for one in records]
