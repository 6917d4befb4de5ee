"""JSON-LD: what a page says of its story in `script[type="application/ld+json"]`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from archive.extract.body import Element, select

STORY_TYPES = frozenset(
    {"Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle"}
    | {"OpinionNewsArticle", "ReviewNewsArticle", "BlogPosting"}
)
_ARTICLE_TYPES = STORY_TYPES | {"WebPage"}


def linked_articles(tree: Element) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects of a page that describe an article."""
    for script in select(tree, 'script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        things = data if isinstance(data, list) else [data]
        for thing in things:
            graph = thing.get("@graph") if isinstance(thing, dict) else None
            for item in graph if isinstance(graph, list) else [thing]:
                if isinstance(item, dict) and types_of(item) & _ARTICLE_TYPES:
                    yield item


def types_of(thing: dict[str, Any]) -> frozenset[str]:
    value = thing.get("@type")
    values = value if isinstance(value, list) else [value]
    return frozenset(item for item in values if isinstance(item, str))
