"""Renders pages: templates, the reader's language, the headers of every answer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from datasette.utils.asgi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from archive.search.highlight import MARK_END, MARK_START
from archive.sites import SITES
from archive.web.datasette_config import STORIES
from archive.web.i18n import LANGUAGES, Labels, Language, language_of

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin

HTML = "text/html; charset=utf-8"
LANGUAGE_COOKIE = "language"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
"""Headers of every page: no scripts, and nothing from other hosts, whatever an article contains."""


class Addresses:
    """The paths of all pages, below Datasette's base_url. They are public and do not change."""

    def __init__(self, datasette: Datasette) -> None:
        self._path = datasette.urls.path

    def start(self) -> str:
        return str(self._path("/"))

    def style(self) -> str:
        return str(self._path("/-/warta.css"))

    def search(self, form: str = "", **parameters: Any) -> str:
        """`form` is "", "json", "csv" or "atom". Empty parameters and page=1 are left out."""
        query = urlencode({n: v for n, v in parameters.items() if v not in (None, "") and (n, v) != ("page", 1)})
        return str(self._path(f"/cari{'.' if form else ''}{form}")) + (f"?{query}" if query else "")

    def story(self, article_id: str, form: str = "") -> str:
        return str(self._path(f"/berita/{quote(article_id)}")) + (f"?bentuk={form}" if form else "")

    def person(self, name: str) -> str:
        return str(self._path(f"/orang/{quote(name, safe='')}"))

    def capture(self, capture_id: int) -> str:
        return str(self._path(f"/tangkapan/{capture_id}"))

    def captured_page(self, capture_id: int) -> str:
        return self.capture(capture_id) + "/halaman"

    def tables(self) -> str:
        return str(self._path(STORIES))


def language(request: Request) -> Language:
    """The language that the reader chose, else the one that the browser asks for."""
    for chosen in (request.args.get("bahasa"), request.cookies.get(LANGUAGE_COOKIE)):
        for known in LANGUAGES:
            if chosen == known:
                return known
    return language_of(request.headers.get("accept-language", ""))


def labels_for(request: Request) -> Labels:
    return Labels(language(request))


def page(datasette: Datasette, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    labels = labels_for(request)
    parameters = {name: request.args[name] for name in request.args if name != "bahasa"}
    body = _environment().get_template(template).render(
        labels=labels,
        to=Addresses(datasette),
        other_language_url="?" + urlencode(parameters | {"bahasa": labels.other}),
        **values,
    )  # fmt: skip
    response = Response(body, status=status, headers=dict(HEADERS), content_type=HTML)
    if request.args.get("bahasa") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, labels.language, max_age=365 * 86400, samesite="lax", httponly=True)
    return response


def trouble(datasette: Datasette, request: Request, message: str, *, status: int) -> Response:
    """A page that says in one line what went wrong."""
    return page(datasette, request, "trouble.html", status=status, message=message)


def marked(text: str) -> Markup:
    """HTML with <mark> around what stands between MARK_START and MARK_END; all else is escaped."""
    return Markup(str(escape(text)).replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))


def site_title(name: str) -> str:
    return SITES[name].title if name in SITES else name


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("archive.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"marked": marked, "site_title": site_title}
    return environment
