"""Addresses as pages print them, broken ones included."""

from urllib.parse import urljoin, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Whether an address is on this very machine, and so its owner's own."""
    return urlsplit(url).hostname in _LOOPBACK


def absolute(base: str, target: str | None) -> str:
    """The address that a link's target means on the page `base`; empty for what is no address, as "https://[x"."""
    try:
        address = urljoin(base, (target or "").strip())
        urlsplit(address)
    except ValueError:
        return ""
    return address
