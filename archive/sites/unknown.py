"""Sites without a description: trafilatura reads their pages, and an article is identified by its path."""

from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from archive.sites.site import Address, Site


def unknown_site(url: str) -> Site:
    """An undescribed site, named after the host of an http or https URL. Raises ValueError for any other URL."""
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
