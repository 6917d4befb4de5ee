"""Addresses as pages print them, broken ones included."""

from urllib.parse import urljoin, urlsplit


def absolute(base: str, target: str | None) -> str:
    """The address that a link's target means on the page `base`; empty for what is no address, as "https://[x"."""
    try:
        address = urljoin(base, (target or "").strip())
        urlsplit(address)
    except ValueError:
        return ""
    return address
