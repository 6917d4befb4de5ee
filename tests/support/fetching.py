"""Fetches paths with the project's Scrapy settings, in a process of its own, because Twisted's reactor starts only
once.

python -m tests.support.fetching DATA ORIGIN SETTINGS PATH...   prints a JSON object: path -> status or error
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings


def fetch_all(data: Path, origin: str, paths: list[str], **settings: Any) -> dict[str, Any]:
    """Fetches the paths concurrently, in another process. Returns path -> HTTP status, or the name and text of the
    error.

    For the path "delay" it returns the seconds between two requests that the downloader uses at the end."""
    command = [sys.executable, "-m", "tests.support.fetching", str(data), origin, json.dumps(settings), *paths]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert ended.returncode == 0, ended.stderr
    results: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return results


class FetchSpider(Spider):
    name = "fetch"
    site = "antara-kaltim"
    since = date(2026, 1, 1)
    paths: list[str]
    results: dict[str, Any]

    async def start(self) -> AsyncIterator[Any]:
        await asyncio.gather(*(self.fetch(path) for path in self.paths if path != "delay"))
        if "delay" in self.paths:
            assert self.crawler.engine is not None
            self.results["delay"] = max(slot.delay for slot in self.crawler.engine.downloader.slots.values())
        yield {}  # the one item, to make this a generator as Scrapy wants it

    async def fetch(self, path: str) -> None:
        url = path if "://" in path else f"{self.origin}{path}"  # type: ignore[attr-defined]
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(Request(url, dont_filter=True))
            self.results[path] = response.status
        except Exception as error:
            self.results[path] = f"{type(error).__name__}: {error}"


def main() -> None:
    data, origin, overrides, *paths = sys.argv[1:]
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict({"WARTA_DATA": data, "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "RETRY_ENABLED": False})
    settings.setdict(json.loads(overrides))
    results: dict[str, Any] = {}
    process = AsyncCrawlerProcess(settings)
    process.crawl(FetchSpider, origin=origin, paths=paths, results=results)
    process.start()
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
