"""Redirects: the cookies that a site wants back, and where a story's redirects end."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from archive.extract.exchange import REDIRECTS
from archive.warc.capture import Capture
from archive.warc.reader import WarcError
from crawler.session import Session

OF_STORY, AWAY = "warta_story", "warta_away"
"""Keys in `request.meta`: of a request for a story's page; where its redirect leads that is not followed, in words."""
_PAIR = re.compile(r"[!#$%&'*+\-.^_`|~\w]{1,200}=[\x21-\x7e]{0,4000}", re.ASCII)
_MAX_COOKIES, _MAX_COOKIE_BYTES = 20, 8000


class StoryRedirectMiddleware(RedirectMiddleware):
    """Follows redirects as Scrapy does, except those of a story to what is certainly no story, such as the front page.

    Cookies are kept for the redirects of one request alone: a site that sends who comes without a cookie to the same
    address again wants it back at once. Nothing is kept for the next page.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        if response.status in REDIRECTS and request.meta.get(OF_STORY) and (away := self._away(request)):
            request.meta[AWAY] = away
            return response
        result = super().process_response(request, response)
        if isinstance(result, Request):
            _hand_back_cookies(request, response, result)
        return result

    def _away(self, request: Request) -> str | None:
        capture: Capture | None = request.meta.get("capture")
        try:
            return Session.of(self.crawler).read(capture).away if capture else None
        except WarcError:
            return None


def _hand_back_cookies(request: Request, response: Response, following: Request) -> None:
    """Gives the cookies of a redirect to the request that follows it, if that goes to the same server."""
    if _server(request.url) != _server(following.url):
        following.headers.pop("Cookie", None)
        return
    cookies = dict[str, str]()
    for sent in (request.headers.get("Cookie") or b"").decode("latin-1").split("; "):
        name, _, value = sent.partition("=")
        if name:
            cookies[name] = value
    for line in response.headers.getlist("Set-Cookie"):
        pair = line.decode("latin-1").partition(";")[0].strip()
        if _PAIR.fullmatch(pair):
            name, _, value = pair.partition("=")
            cookies[name] = value
    header = "; ".join(f"{name}={value}" for name, value in list(cookies.items())[:_MAX_COOKIES])
    if header and len(header) <= _MAX_COOKIE_BYTES:
        following.headers["Cookie"] = header


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
