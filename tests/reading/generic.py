"""Measures how stories are read from pages in no known layout: `python -m tests.reading.generic FOLDER`.

FOLDER holds stored pages and expected.json (file -> url, kind, contains, lacks). Each article is read as a page of an
undescribed site, and by trafilatura alone with precision and with recall. Printed are the phrases of the stories that
were found, and those that are no story's and were left out.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from trafilatura import extract

from archive.extract.article import ReadingError, read_article
from archive.extract.encoding import decode_page
from archive.sites.unknown import unknown_site


def main(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    sums: dict[str, list[int]] = {}
    for name, entry in expected.items():
        if entry["kind"] != "article":
            continue
        stored = (folder / name).read_bytes()
        text = decode_page(gzip.decompress(stored) if stored[:2] == b"\x1f\x8b" else stored, None)
        for way, body in readings(text, entry["url"]).items():
            plain = folded(body)
            found = [folded(phrase) in plain for phrase in entry.get("contains", ())]
            left_out = [folded(phrase) not in plain for phrase in entry.get("lacks", ())]
            total = sums.setdefault(way, [0, 0, 0, 0])
            for at, number in enumerate((sum(found), len(found), sum(left_out), len(left_out))):
                total[at] += number
    for way, (held, of, out, others) in sums.items():
        click.echo(f"{way:22} {held:4} of {of} phrases of stories, {out:4} of {others} others left out")


def readings(text: str, url: str) -> dict[str, str]:
    try:
        ours = read_article(text, url=url, site=unknown_site(url), fetched_at=datetime.now(UTC)).body
    except ReadingError:
        ours = ""
    return {
        "warta": ours,
        "trafilatura, precision": extract(text, favor_precision=True, include_comments=False) or "",
        "trafilatura, recall": extract(text, favor_recall=True, include_comments=False) or "",
    }


def folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
