"""The register of sites. A new ANTARA bureau is one line here, and a spider of two."""

from archive.sites import mc_paser
from archive.sites.antara import bureau
from archive.sites.site import Address, Layout, Site

SITES: dict[str, Site] = {
    site.name: site
    for site in (
        bureau("kaltim", "ANTARA Kaltim", "Asia/Makassar"),
        mc_paser.SITE,
    )
}

__all__ = ["SITES", "Address", "Layout", "Site"]
