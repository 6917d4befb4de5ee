"""Other readers of news pages, with their default settings, to compare with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from archive.extract.article import ReadingError
from tests.reading.quality import Page, Read, Reader

COMMON = (
    "title",
    "pewarta",
    "published_at",
    "published day",
    "body exactly right",
    "body precision",
    "body recall",
    "body F1",
)
"""The measures of what all of them read. None reads editors, datelines, credits or advertorial marks."""


def readers() -> dict[str, Reader]:
    """Name and version -> reader. Raises ImportError where peers.txt is not installed."""
    import newspaper  # noqa: F401
    import newsplease  # noqa: F401
    import tldextract

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())  # else it sends requests
    logging.disable(logging.CRITICAL)
    made: dict[str, Callable[[Page], Read]] = {
        "trafilatura": _trafilatura,
        "newspaper4k": _newspaper,
        "news-please": _news_please,
    }
    return {f"{name} {version(name)}": reader for name, reader in made.items()}


def _trafilatura(page: Page) -> Read:
    from trafilatura import bare_extraction

    document = bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False)
    if document is None:
        raise ReadingError("nothing found")
    found: Any = document
    return _read(found.title, found.author, found.date, found.text)


def _newspaper(page: Page) -> Read:
    import newspaper

    article = newspaper.Article(page.url, language="id")
    article.download(input_html=page.html)
    article.parse()
    return _read(article.title, ", ".join(article.authors), _iso(article.publish_date), article.text)


def _news_please(page: Page) -> Read:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(page.html, url=page.url)
    return _read(article.title, ", ".join(article.authors or []), _iso(article.date_publish), article.maintext)


def _read(title: str | None, author: str | None, date: str | None, text: str | None) -> Read:
    paragraphs = [" ".join(line.split()) for line in (text or "").splitlines() if line.strip()]
    return {"title": title, "pewarta": author or None, "published_at": date, "body": "\n\n".join(paragraphs)}


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None and hasattr(moment, "isoformat") else moment or None


def text_readers() -> dict[str, Reader]:
    """Readers of the text alone, in the form of `readers`."""
    import resiliparse  # noqa: F401

    return {f"resiliparse {version('resiliparse')}": _resiliparse}


def _resiliparse(page: Page) -> Read:
    from resiliparse.extract.html2text import extract_plain_text

    return _read(None, None, None, extract_plain_text(page.html, main_content=True))
