"""A story by its address, its id or its number, as people copy them from a browser, a table or a citation."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from archive.sites import original_address, site_of
from archive.sites.site import MAX_NUMBER
from archive.store.database import Archive

MAX_ADDRESS_CHARS = 2000
_AROUND = "<>[](){}\"'`“”‘’«».,;"
_TRACKING = ("utm_", "fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "ref", "amp", "outputtype", "share")


def ids_of(archive: Archive, typed: str) -> list[str]:
    """The ids of the articles that an address, an id or a number names, the newest first; none for any other text."""
    text = typed.strip().strip(_AROUND)
    if not text or len(text) > MAX_ADDRESS_CHARS or not text.isprintable() or any(map(str.isspace, text)):
        return []
    if text.isascii() and text.isdecimal():
        return _numbered(archive, int(text)) if len(text) < len(str(MAX_NUMBER)) else []
    if "/" not in text:
        return []
    named = [row["id"] for row in archive.rows("SELECT id FROM articles WHERE id IN (?, ?)", [text, text.lower()])]
    return named or _addressed(archive, text)


def _numbered(archive: Archive, number: int) -> list[str]:
    """The articles with a number. The sites are read by stepping along their index, not by a scan of the articles."""
    rows = archive.rows(
        """
        WITH RECURSIVE sites(name) AS (
            SELECT min(site) FROM articles
            UNION ALL SELECT (SELECT min(site) FROM articles WHERE site > name) FROM sites WHERE name NOT NULL
        ) SELECT id FROM sites CROSS JOIN articles ON site = name AND number = ? ORDER BY key DESC""",
        [number],
    )
    return [row["id"] for row in rows]


def _addressed(archive: Archive, text: str) -> list[str]:
    url = text if "://" in text else f"https://{text.lstrip('/')}"
    ids: dict[str, None] = {}
    for form in _forms(url):
        try:
            site = site_of(form)
        except ValueError:  # no address, or none of a host that is known
            return []
        address = site.identify(form)
        if address is not None:
            ids |= dict.fromkeys(
                row["id"]
                for row in archive.rows(
                    "SELECT id FROM articles WHERE id = ? OR (site = ? AND number = ?)",
                    [site.article_id(address), site.name, address.number],
                )
            )
        for place in dict.fromkeys((form, *([address.url] if address else []))):
            ids |= dict.fromkeys(row["id"] for row in archive.rows("SELECT id FROM articles WHERE url = ?", [place]))
            ids |= dict.fromkeys(
                row["id"]
                for row in archive.rows(
                    "SELECT id FROM articles WHERE id IN (SELECT article_id FROM pages WHERE url = :url"
                    " UNION SELECT article_id FROM captures WHERE url = :url)",
                    {"url": place},
                )
            )
        if ids:
            return list(ids)
    first = [origin for form in _forms(url) if (origin := original_address(form))]
    rows = archive.rows(
        f"SELECT id FROM articles WHERE original_url IN ({', '.join('?' for _ in first)}) ORDER BY key DESC", first
    )
    return [row["id"] for row in rows]


def _forms(url: str) -> Iterator[str]:
    """The spellings of an address under which a story may be known, the likeliest first: without what counts visits,
    without amp, with www and m. and without, with the last slash and without, http and https."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        query = urlencode([(k, v) for k, v in parse_qsl(parts.query, True) if not k.lower().startswith(_TRACKING)])
    except ValueError:  # such as "https://[x", or a port of letters
        return
    if not host or parts.scheme.lower() not in ("http", "https"):
        return
    bare = host
    for prefix in ("www.", "m.", "amp."):
        bare = bare.removeprefix(prefix)
    path = parts.path or "/"
    plain = path.removesuffix("/").removesuffix("/amp")
    yield urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
    for scheme in ("https", "http"):
        for name in dict.fromkeys((host, bare, f"www.{bare}", f"m.{bare}")):
            netloc = f"{name}:{port}" if port else name
            for one in dict.fromkeys((path, plain, f"{plain}/")):
                yield urlunsplit((scheme, netloc, one, query, ""))
