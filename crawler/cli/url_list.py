"""Finds articles' addresses in files that people have: text, spreadsheets, CDX indexes, search results."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.extract.listings import Listed
from archive.sites import SITES


def text_of(stored: bytes) -> str:
    """Decodes a file as people and spreadsheets store it: in UTF-8, or in UTF-16 with a byte order mark."""
    coding = "utf-16" if stored[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return stored.decode(coding, "replace")


def addresses_in(text: str, sites: Sequence[str]) -> tuple[dict[str, list[Listed]], int]:
    """(site -> articles named in the text, number of other web addresses in it). Addresses of the sites may lack their
    scheme, or be at the end of a web archive's address."""
    hosts = "|".join(re.escape(host) for site in sites for host in SITES[site].hosts)
    named: dict[str, dict[str, Listed]] = {}
    strange = 0
    for found in re.findall(rf"https?://[^\s\"'<>,;|]+|(?<![\w.-])(?:{hosts})/[^\s\"'<>,;|]*", text):
        own = found[max(found.rfind("http://"), found.rfind("https://"), 0) :].rstrip(".:!?)]}*_")
        for site in sites:
            if address := SITES[site].identify(own if "://" in own else f"https://{own}"):
                named.setdefault(site, {})[address.url] = Listed(address=address)
                break
        else:
            strange += 1
    return {site: list(listed.values()) for site, listed in named.items()}, strange
