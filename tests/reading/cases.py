"""A gold case is a folder `tests/reading/SITE/CASE/` with a stored page and the article that should be read from it.

page.html or page.warc.gz   the body of a response, or its WARC record, byte for byte
source.json                 URL, Content-Type and time of the response
article.json                the golden article: every field of Article
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.extract.article import read_article
from archive.extract.encoding import decode_page
from archive.sites import SITES, Site
from archive.warc.reader import read_record
from crawler.cli.read import plain, pretty

ROOT = Path(__file__).parent

Golden = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """`name` is SITE/CASE."""

    name: str

    @property
    def folder(self) -> Path:
        return ROOT / self.name

    @property
    def site(self) -> Site:
        return SITES[self.name.partition("/")[0]]

    @property
    def source(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "source.json").read_text()))

    @property
    def golden(self) -> Golden:
        return dict(json.loads((self.folder / "article.json").read_text()))

    def page(self) -> str:
        """The page, decoded."""
        record = self.folder / "page.warc.gz"
        body = read_record(record, 0).body().content if record.exists() else (self.folder / "page.html").read_bytes()
        return decode_page(body, self.source["content_type"])

    def read(self) -> Golden:
        """The article as read from the page now. Raises ReadingError."""
        source = self.source
        fetched_at = datetime.fromisoformat(source["fetched_at"])
        return plain(read_article(self.page(), url=source["url"], site=self.site, fetched_at=fetched_at))

    def write(self, golden: Golden) -> None:
        (self.folder / "article.json").write_text(pretty(golden))


def all_cases() -> list[Case]:
    return [Case(path.parent.relative_to(ROOT).as_posix()) for path in sorted(ROOT.glob("*/*/source.json"))]
