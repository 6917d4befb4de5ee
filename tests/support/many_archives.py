"""Crawls and rebuilds many archives in one process, because starting a process for each takes too long.

python -m tests.support.many_archives crawl     < a JSON list of [data, site, origin]
python -m tests.support.many_archives rebuild   < a JSON list of data folders
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from archive.ingest.rebuild import rebuild
from archive.search.vocabulary import update_terms
from archive.store.database import Archive

AT_ONCE = 60
"""Crawls in one process: each holds a dozen files open."""


def crawl_all(runs: Sequence[tuple[Path, str, str]]) -> None:
    """Crawls each site at its origin into its archive, as `warta crawl` does."""
    told = [(str(data), site, origin) for data, site, origin in runs]
    for start in range(0, len(told), AT_ONCE):
        _run("crawl", told[start : start + AT_ONCE])


def rebuild_all(folders: Sequence[Path]) -> None:
    """`warta rebuild` of each archive."""
    _run("rebuild", [str(data) for data in folders])


def _run(what: str, told: list[Any]) -> None:
    command = [sys.executable, "-m", "tests.support.many_archives", what]
    ended = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr


def _crawl(told: list[tuple[str, str, str]]) -> None:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict({"DOWNLOAD_DELAY": 0, "LOG_LEVEL": "CRITICAL"}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    loader = get_spider_loader(settings)
    spiders: dict[str, type[Spider]] = {name.replace("_", "-"): loader.load(name) for name in loader.list()}
    for data, site, origin in told:
        own = settings.copy()
        own.set("WARTA_DATA", data, priority="cmdline")
        process.crawl(Crawler(spiders[site], own), origin=origin, since="2012-01-01")
    process.start()
    for data, _, _ in told:
        with Archive.open(Path(data)) as archive:
            update_terms(archive)


def _rebuild(told: list[str]) -> None:
    given: dict[str, Any] = {"site": None, "only_changed": False, "dry_run": False, "workers": 1, "scheduler": None}
    for data in told:
        rebuild(Path(data), **given, on_progress=lambda done, total, pages: None, say=lambda line: None)


if __name__ == "__main__":
    if sys.argv[1] == "crawl":
        _crawl(json.load(sys.stdin))
    else:
        _rebuild(json.load(sys.stdin))
