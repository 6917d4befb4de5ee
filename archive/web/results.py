"""The search page, and the same result as JSON, CSV and Atom."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import fields
from datetime import UTC, date, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from datasette.utils.asgi import Request, Response

from archive.search.engine import FACETS, Facet, Hit, Result, search
from archive.search.fts import MAX_COUNTED_ARTICLES, MAX_STORIES_PER_YEAR, Query
from archive.search.person_names import names_of
from archive.search.query_syntax import date_range
from archive.search.vocabulary import MAX_PREFIX_FORMS
from archive.store.timestamps import iso_utc
from archive.web.reading import Reader
from archive.web.rendering import Addresses, page, site_title, words_for

if TYPE_CHECKING:
    from datasette.app import Datasette  # which loads this plugin while it is being imported

A_PAGE = 20
MOST_ROWS = 1000
"""Hits that one JSON, CSV or Atom answer may have, asked for with `banyak`."""
DEEPEST = 20_000
"""Hits that pages go on to: for each page all before it are found again, of a million in ten seconds and 500 MB."""
_NARROWING = ("site", "year", "section", "pewarta", "editor", "credit", "advertorial", "since", "until")
_NEVER = "1970-01-01T00:00:00Z"
ATOM = "http://www.w3.org/2005/Atom"


class SearchAddress:
    """What the address of a search says. What is odd in it is left out."""

    def __init__(self, request: Request, form: str) -> None:
        arguments = {name: request.args.get(name) or "" for name in ("q", "sort", "page", "banyak", *_NARROWING)}
        self.words: str = arguments["q"]
        self.narrowed = {name: arguments[name] for name in _NARROWING if _is_value(name, arguments[name])}
        is_feed = form == "atom" and not arguments["sort"]
        newest = is_feed or arguments["sort"] == "newest" or not self.words.strip()
        self.sort: Literal["relevance", "newest"] = "newest" if newest else "relevance"
        self.limit = min(_number(arguments["banyak"]) or A_PAGE, MOST_ROWS) if form else A_PAGE
        self.last_page = DEEPEST // self.limit
        self.page = min(_number(arguments["page"]) or 1, self.last_page)

    def query(self) -> Query:
        since, until = self._days("since", 0), self._days("until", 1)
        if year := date_range(self.narrowed.get("year", "")):
            since, until = max(since or year[0], year[0]), min(until or year[1], year[1])
        names = ("site", "section", "pewarta", "editor", "credit")
        advertorial = {"yes": True, "no": False}.get(self.narrowed.get("advertorial", ""))
        return Query(
            words=self.words,
            **{name: self.narrowed.get(name) for name in names},
            advertorial=advertorial,
            since=since,
            until=until,
            sort=self.sort,
            limit=self.limit,
            offset=(self.page - 1) * self.limit,
        )

    def goes_on(self, result: Result) -> bool:
        return result.more and self.page < self.last_page

    def corrected(self, word: str, other: str) -> str:
        """What was typed, with another word in the place of one."""
        return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: other, self.words)

    def _days(self, name: str, end: Literal[0, 1]) -> date | None:
        days = date_range(self.narrowed.get(name, ""))
        return days[end] if days else None

    def told(self, **other: Any) -> dict[str, Any]:
        """The parts of the address, with some of them other."""
        sort = self.sort if self.words.strip() else ""
        return {"q": self.words, **self.narrowed, "sort": "" if sort == "relevance" else sort} | other


def _is_value(name: str, value: str) -> bool:
    match name:
        case "year":
            return bool(re.fullmatch(r"\d{4}", value) and date_range(value))
        case "since" | "until":
            return date_range(value) is not None
        case "advertorial":
            return value in ("yes", "no")
    return bool(value)


def _number(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


async def results(datasette: Datasette, request: Request, read: Reader) -> Response:
    form = request.url_vars.get("form") or ""
    asked = SearchAddress(request, form)
    result: Result = await read(lambda archive: search(archive, asked.query()))
    to = Addresses(datasette)
    match form:
        case "json":
            return _json(request, asked, result, to)
        case "csv":
            return _csv(request, result, to)
        case "atom":
            return _atom(request, asked, result, to)
    return page(
        datasette,
        request,
        "results.html",
        asked=asked,
        result=result,
        facets=_facets(result, asked),
        bound=MAX_COUNTED_ARTICLES,
        yearly=MAX_STORIES_PER_YEAR,
        deepest=DEEPEST,
        most_forms=MAX_PREFIX_FORMS,
    )


def _facets(result: Result, asked: SearchAddress) -> list[tuple[Facet, list[tuple[str, int]]]]:
    """The facets that can narrow the result down further."""
    return [
        (name, result.facets[name])
        for name in FACETS
        if name not in asked.narrowed and (len(result.facets[name]) > 1 or (name == "credit" and result.facets[name]))
    ]


def _address(request: Request, path: str) -> str:
    return f"{request.scheme}://{request.host}{path}"


def _rows(request: Request, hits: list[Hit], to: Addresses) -> list[dict[str, Any]]:
    return [hit.as_dict() | {"address": _address(request, to.story(hit.id))} for hit in hits]


def _json(request: Request, asked: SearchAddress, result: Result, to: Addresses) -> Response:
    goes_on = asked.goes_on(result)
    following = to.search("json", **asked.told(page=asked.page + 1, banyak=asked.limit)) if goes_on else None
    told = {
        "query": asked.told(),
        "total": result.total,
        "total_is_capped": result.capped,
        "hits": _rows(request, result.hits, to),
        "facets": {name: dict(values) for name, values in result.facets.items()},
        "suggestions": result.suggestions,
        "prefixes_cut": result.prefixes_cut,
        "words_cut": result.words_cut,
        "or_unread": result.or_unread,
        "nothing_read": result.nothing_read,
        "uncounted": result.uncounted,
        "more": result.more,
        "next": _address(request, following) if following else None,
    }
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _csv(request: Request, result: Result, to: Addresses) -> Response:
    text = StringIO()
    writer = csv.DictWriter(text, [*(field.name for field in fields(Hit)), "address"])
    writer.writeheader()
    writer.writerows(row | {"also_on": " ".join(row["also_on"])} for row in _rows(request, result.hits, to))
    headers = {"Content-Disposition": 'attachment; filename="warta.csv"', "X-Content-Type-Options": "nosniff"}
    return Response(text.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


def _atom(request: Request, asked: SearchAddress, result: Result, to: Addresses) -> Response:
    """RFC 4287. A story's id is its address on its site, which does not change with where this archive stands."""
    words = words_for(request)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = "".join(c for c in text if c.isprintable() or c in "\n\t") or None
        return element

    def place(page: int) -> str:
        banyak = "" if asked.limit == A_PAGE else asked.limit
        return _address(request, to.search("atom", **asked.told(page=page, banyak=banyak)))

    own, html = place(asked.page), _address(request, to.search(**asked.told()))
    add(feed, "title", f"warta: {asked.words.strip() or words.all_stories}")
    add(feed, "id", own)
    add(feed, "link", rel="self", href=own)
    add(feed, "link", rel="alternate", type="text/html", href=html)
    if asked.goes_on(result):
        add(feed, "link", rel="next", href=place(asked.page + 1))
    add(feed, "updated", max(map(_updated, result.hits), default=_NEVER))
    for hit, row in zip(result.hits, _rows(request, result.hits, to), strict=True):
        entry = add(feed, "entry")
        add(entry, "title", hit.title)
        add(entry, "id", hit.url)
        add(entry, "link", rel="alternate", type="text/html", href=row["address"])
        add(entry, "updated", _updated(hit))
        for name in names_of(hit.pewarta) or [site_title(hit.site)]:
            add(add(entry, "author"), "name", name)
        add(entry, "summary", row["snippet"])
    body = ElementTree.tostring(feed, encoding="unicode", xml_declaration=False)
    headers = {"X-Content-Type-Options": "nosniff"}
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
    return Response(text, headers=headers, content_type="application/atom+xml; charset=utf-8")


def _updated(hit: Hit) -> str:
    """When a story was last changed, else published, in UTC; feeds want a time even where nobody told one."""
    time = hit.changed_at or hit.published_at
    if time is None:
        return _NEVER
    moment = datetime.fromisoformat(time)
    return iso_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
