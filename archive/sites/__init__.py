"""The register of sites. A new ANTARA bureau takes one line here and a spider (CONTRIBUTING.md, "A site")."""

from urllib.parse import urlsplit

from archive.sites import mc_paser
from archive.sites.antara import bureau, without_slug
from archive.sites.places import CITIES, EAST_KALIMANTAN
from archive.sites.site import Address, CardForm, Layout, ListingKind, Site
from archive.sites.unknown import unknown_site

SITES: dict[str, Site] = {
    site.name: site
    for site in (
        bureau("kaltim", "ANTARA Kaltim", "Asia/Makassar", places=EAST_KALIMANTAN + CITIES),
        mc_paser.SITE,
    )
}


def named(name: str, url: str) -> Site:
    """The described site of this name, else an undescribed site made from `url`. Raises ValueError for a `url` that is
    no web address, where the name is unknown."""
    return SITES.get(name) or unknown_site(url)


def original_address(url: str) -> str | None:
    """The canonical form of `url`, the address at which a story says it was published first; None for what is no web
    address. Two stories that name the same first publication get the same form."""
    try:
        site = site_of(url)
    except ValueError:  # such as "javascript:" and "mailto:"
        return None
    address = site.identify(url) if site.is_described else None
    return without_slug(address.url if address else url)


def site_of(url: str) -> Site:
    """The described site that an address belongs to, else an undescribed site named after its host. Raises ValueError
    for what is no web address."""
    host = urlsplit(url).hostname
    return next((site for site in SITES.values() if host in site.hosts), None) or unknown_site(url)


__all__ = ["SITES", "Address", "CardForm", "Layout", "ListingKind", "Site", "named", "original_address", "site_of"]
