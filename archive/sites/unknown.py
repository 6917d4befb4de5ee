"""A site that nobody has described: its pages are read by trafilatura, its address is the article's name."""

from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from archive.sites.site import Address, Site


def unknown_site(url: str) -> Site:
    """The site of an http address, named like its host. Raises ValueError for any other address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no web address")
    return Site(
        name=parts.hostname,
        title=parts.hostname,
        origin=urlunsplit((parts.scheme, parts.netloc, "", "", "")),
        timezone=ZoneInfo("UTC"),
        cms="unknown",
        is_described=False,
        layouts=(),
        address=lambda path: Address("article", None, path),
    )
