"""The search page, and its result as JSON, CSV and Atom."""

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
from archive.web.rendering import Addresses, labels_for, page, site_title

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

HITS_PER_PAGE = 20
MAX_HITS_PER_ANSWER = 1000
"""The most hits that the parameter `banyak` of a JSON, CSV or Atom address may ask for. Chosen, not measured."""
MAX_PAGED_HITS = 20_000
"""Where pages end. Each page finds all hits before it again: the 100,000th page of a million stories took ten seconds
and 500 MB."""
_FILTERS = ("site", "year", "section", "pewarta", "editor", "credit", "advertorial", "since", "until")
_NO_TIME = "1970-01-01T00:00:00Z"
ATOM = "http://www.w3.org/2005/Atom"


class SearchRequest:
    """A search as its address (URL) asks for it. Parameters with odd values are ignored."""

    def __init__(self, request: Request, form: str) -> None:
        arguments = {name: request.args.get(name) or "" for name in ("q", "sort", "page", "banyak", *_FILTERS)}
        self.words: str = arguments["q"]
        self.filters = {name: arguments[name] for name in _FILTERS if _is_valid(name, arguments[name])}
        is_feed = form == "atom" and not arguments["sort"]
        newest = is_feed or arguments["sort"] == "newest" or not self.words.strip()
        self.sort: Literal["relevance", "newest"] = "newest" if newest else "relevance"
        self.limit = min(_number(arguments["banyak"]) or HITS_PER_PAGE, MAX_HITS_PER_ANSWER) if form else HITS_PER_PAGE
        self.last_page = MAX_PAGED_HITS // self.limit
        self.page = min(_number(arguments["page"]) or 1, self.last_page)

    def query(self) -> Query:
        since, until = self._day("since", 0), self._day("until", 1)
        if year := date_range(self.filters.get("year", "")):
            since, until = max(since or year[0], year[0]), min(until or year[1], year[1])
        names = ("site", "section", "pewarta", "editor", "credit")
        advertorial = {"yes": True, "no": False}.get(self.filters.get("advertorial", ""))
        return Query(
            words=self.words,
            **{name: self.filters.get(name) for name in names},
            advertorial=advertorial,
            since=since,
            until=until,
            sort=self.sort,
            limit=self.limit,
            offset=(self.page - 1) * self.limit,
        )

    def has_next(self, result: Result) -> bool:
        return result.more and self.page < self.last_page

    def corrected(self, word: str, other: str) -> str:
        """What was typed, with `word` replaced by `other`."""
        return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: other, self.words)

    def _day(self, name: str, end: Literal[0, 1]) -> date | None:
        days = date_range(self.filters.get(name, ""))
        return days[end] if days else None

    def url_parameters(self, **other: Any) -> dict[str, Any]:
        """The parameters of this search's address, some of them replaced by `other`; for Addresses.search."""
        sort = self.sort if self.words.strip() else ""
        return {"q": self.words, **self.filters, "sort": "" if sort == "relevance" else sort} | other


def _is_valid(name: str, value: str) -> bool:
    match name:
        case "year":
            return bool(re.fullmatch(r"\d{4}", value) and date_range(value))
        case "since" | "until":
            return date_range(value) is not None
        case "advertorial":
            return value in ("yes", "no")
    return bool(value)


def _number(text: str) -> int:
    """The number that a parameter gives, from its first nine digits; 0 for no number."""
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


async def results(datasette: Datasette, request: Request, read: Reader) -> Response:
    form = request.url_vars.get("form") or ""
    search_request = SearchRequest(request, form)
    result: Result = await read(lambda archive: search(archive, search_request.query()))
    to = Addresses(datasette)
    match form:
        case "json":
            return _json(request, search_request, result, to)
        case "csv":
            return _csv(request, result, to)
        case "atom":
            return _atom(request, search_request, result, to)
    return page(
        datasette,
        request,
        "results.html",
        search=search_request,
        result=result,
        facets=_facets(result, search_request),
        max_counted=MAX_COUNTED_ARTICLES,
        max_per_year=MAX_STORIES_PER_YEAR,
        max_paged=MAX_PAGED_HITS,
        max_prefix_forms=MAX_PREFIX_FORMS,
    )


def _facets(result: Result, search_request: SearchRequest) -> list[tuple[Facet, list[tuple[str, int]]]]:
    """The facets that can narrow the result further: those without a filter that have several values. A single credit
    is shown, too, since most stories have none."""
    return [
        (name, result.facets[name])
        for name in FACETS
        if name not in search_request.filters
        and (len(result.facets[name]) > 1 or (name == "credit" and result.facets[name]))
    ]


def _address(request: Request, path: str) -> str:
    return f"{request.scheme}://{request.host}{path}"


def _rows(request: Request, hits: list[Hit], to: Addresses) -> list[dict[str, Any]]:
    return [hit.as_dict() | {"address": _address(request, to.story(hit.id))} for hit in hits]


def _json(request: Request, search_request: SearchRequest, result: Result, to: Addresses) -> Response:
    following = None
    if search_request.has_next(result):
        parameters = search_request.url_parameters(page=search_request.page + 1, banyak=search_request.limit)
        following = _address(request, to.search("json", **parameters))
    answer = {
        "query": search_request.url_parameters(),
        "total": result.total,
        "total_is_capped": result.capped,
        "hits": _rows(request, result.hits, to),
        "facets": {name: dict(values) for name, values in result.facets.items()},
        "suggestions": result.suggestions,
        "prefixes_cut": result.prefixes_cut,
        "words_cut": result.words_cut,
        "or_unread": result.or_unread,
        "nothing_read": result.nothing_read,
        "year_query": result.year_query,
        "uncounted": result.uncounted,
        "more": result.more,
        "next": following,
    }
    return Response(json.dumps(answer, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _csv(request: Request, result: Result, to: Addresses) -> Response:
    text = StringIO()
    writer = csv.DictWriter(text, [*(field.name for field in fields(Hit)), "address"])
    writer.writeheader()
    writer.writerows(row | {"also_on": " ".join(row["also_on"])} for row in _rows(request, result.hits, to))
    headers = {"Content-Disposition": 'attachment; filename="warta.csv"', "X-Content-Type-Options": "nosniff"}
    return Response(text.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


def _atom(request: Request, search_request: SearchRequest, result: Result, to: Addresses) -> Response:
    """An Atom feed (RFC 4287). The id of an entry is the story's address on its site, which does not depend on the host
    that serves this archive."""
    labels = labels_for(request)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = "".join(c for c in text if c.isprintable() or c in "\n\t") or None
        return element

    def address_of(page: int) -> str:
        banyak = "" if search_request.limit == HITS_PER_PAGE else search_request.limit
        return _address(request, to.search("atom", **search_request.url_parameters(page=page, banyak=banyak)))

    own, html = address_of(search_request.page), _address(request, to.search(**search_request.url_parameters()))
    add(feed, "title", f"warta: {search_request.words.strip() or labels.all_stories}")
    add(feed, "id", own)
    add(feed, "link", rel="self", href=own)
    add(feed, "link", rel="alternate", type="text/html", href=html)
    if search_request.has_next(result):
        add(feed, "link", rel="next", href=address_of(search_request.page + 1))
    add(feed, "updated", max(map(_updated, result.hits), default=_NO_TIME))
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
    """When a story was last changed, else when it was published, in UTC. An entry must have a time (RFC 4287, 4.1.2):
    a story without one gets 1970."""
    time = hit.changed_at or hit.published_at
    if time is None:
        return _NO_TIME
    moment = datetime.fromisoformat(time)
    return iso_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
