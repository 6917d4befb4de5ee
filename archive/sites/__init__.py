"""The register of sites. A new ANTARA bureau is one line here, and a spider of two."""

from urllib.parse import urlsplit

from archive.sites import mc_paser
from archive.sites.antara import bureau, without_slug
from archive.sites.places import CITIES, EAST_KALIMANTAN
from archive.sites.site import Address, Layout, ListingKind, Site
from archive.sites.unknown import unknown_site

SITES: dict[str, Site] = {
    site.name: site
    for site in (
        bureau("kaltim", "ANTARA Kaltim", "Asia/Makassar", places=EAST_KALIMANTAN + CITIES),
        mc_paser.SITE,
    )
}


def named(name: str, url: str) -> Site:
    """The site of this name; one that nobody has described by its `url`."""
    return SITES.get(name) or unknown_site(url)


def original_address(url: str) -> str | None:
    """An address of another page, as a story names it as its first publication, in the form in which that site's
    articles are known here; None for what is no web address."""
    try:
        site = site_of(url)
    except ValueError:  # as "javascript:", "mailto:"
        return None
    address = site.identify(url) if site.is_described else None
    return without_slug(address.url if address else url)


def site_of(url: str) -> Site:
    """The site that an address belongs to; one that nobody has described is named like its host. Raises ValueError for
    what is no web address."""
    host = urlsplit(url).hostname
    return next((site for site in SITES.values() if host in site.hosts), None) or unknown_site(url)


__all__ = ["SITES", "Address", "Layout", "ListingKind", "Site", "named", "original_address", "site_of"]
