"""Addresses as pages print them, broken ones included."""

import re
from urllib.parse import urljoin, urlsplit

_OF_ANTARA = re.compile(r"/(?P<kind>berita|foto|video|infografik)/(?P<number>\d+)")


def absolute(base: str, target: str | None) -> str:
    """The address that a link's target means on the page `base`; empty for what is no address, as "https://[x"."""
    try:
        address = urljoin(base, (target or "").strip())
        urlsplit(address)
    except ValueError:
        return ""
    return address


def original_address(url: str) -> str:
    """An address by which two pages that name it mean the same: ANTARA serves an article under any slug."""
    parts = urlsplit(url)
    match = _OF_ANTARA.match(parts.path)
    if (parts.hostname or "").endswith("antaranews.com") and match:
        return f"https://{parts.hostname}/{match['kind']}/{match['number']}"
    return url
