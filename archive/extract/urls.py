"""Addresses as pages print them, which may be broken."""

from urllib.parse import urljoin, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(url: str) -> bool:
    """Whether a URL is on this machine: a server of the operator's own, which needs no politeness."""
    return urlsplit(url).hostname in _LOOPBACK


def absolute(base: str, target: str | None) -> str:
    """The absolute address of the link `target` on the page at `base`; "" for what is no address, such as
    "https://[x"."""
    try:
        address = urljoin(base, (target or "").strip())
        urlsplit(address)
    except ValueError:
        return ""
    return address
