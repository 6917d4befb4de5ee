"""The register of sites. A new ANTARA bureau is one line here, and a spider of two."""

from urllib.parse import urlsplit

from archive.sites import mc_paser
from archive.sites.antara import bureau
from archive.sites.site import Address, Layout, Site
from archive.sites.unknown import unknown_site

SITES: dict[str, Site] = {
    site.name: site
    for site in (
        bureau("kaltim", "ANTARA Kaltim", "Asia/Makassar"),
        mc_paser.SITE,
    )
}


def site_of(url: str) -> Site:
    """The site that an address belongs to; one that nobody has described is named like its host. Raises ValueError for
    what is no web address."""
    host = urlsplit(url).hostname
    return next((site for site in SITES.values() if host in site.hosts), None) or unknown_site(url)


__all__ = ["SITES", "Address", "Layout", "Site", "site_of"]
