"""Sites without a description: an article is identified by its host and address, whatever way one came to it."""

import re
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from archive.sites.places import EAST_KALIMANTAN
from archive.sites.site import Address, Site

_SAME_SITE = re.compile(r"(?:(?:www|m|amp|mobile)\.)+(?=[^.]+\.[^.])")
"""What a host has before the name that all forms of one site share. At least two labels stay: amp.dev is a site."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKER = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|mkt_tok"
    r"|_ga|_gl|_hs(?:enc|mi)|vero_(?:id|conv)|oly_(?:anon|enc)_id|wt_?mc|ref_src|ref_url|__twitter_impression"
    r"|amp(?:_\w+)?|outputtype|at_(?:medium|campaign|custom\d)|cmpid|ncid|sfnsn|tblci",
    re.IGNORECASE,
)
"""Parameters that say how a reader came, or in what form, and not what is read."""
_WHOLE_STORY = frozenset({"page=all", "page=1", "single=1", "showpage=all"})
"""Parameters with which a newsroom shows a story on one page."""
_AMP = re.compile(r"^/amp(?=/.)|/amp/?$|\.amp(?=\.html?$|$)", re.IGNORECASE)
_FRONT_PAGE = re.compile(r"/?(?:(?:index|home|default)\.(?:html?|php|aspx?|jsp))?", re.IGNORECASE)


def unknown_site(url: str) -> Site:
    """An undescribed site, named after the host of an http or https URL: www.kabar.example, m.kabar.example and
    kabar.example are one site. Raises ValueError for any other URL."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no web address")
    host = parts.hostname.rstrip(".")
    name = _SAME_SITE.sub("", host, count=1) if _SAME_SITE.match(host) else host
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return Site(
        name=name,
        title=name,
        origin=urlunsplit((parts.scheme, shown + port, "", "", "")),
        timezone=ZoneInfo("UTC"),
        cms="unknown",
        is_described=False,
        places=EAST_KALIMANTAN,
        layouts=(),
        address=_address,
        other_hosts=frozenset({name, host, *(f"{form}.{name}" for form in ("www", "m", "amp", "mobile"))}),
    )


def _address(path: str) -> Address | None:
    """The article at a path: without trackers, and in its usual form where an AMP form was asked for. The front page is
    no article."""
    parts = urlsplit(path)
    query = "&".join(
        one
        for one in parts.query.split("&")
        if one and not _TRACKER.fullmatch(one.partition("=")[0]) and one.lower() not in _WHOLE_STORY
    )
    if _FRONT_PAGE.fullmatch(parts.path) and not query:
        return None
    return Address("article", None, urlunsplit(("", "", _AMP.sub("", parts.path) or "/", query, "")))
