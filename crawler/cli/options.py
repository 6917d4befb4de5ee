"""Options that several commands take."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from archive.sites import SITES


def _origins(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    origins = {}
    for value in values:
        site, _, origin = value.partition("=")
        try:
            parts = urlsplit(origin)
            right = site in SITES and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # such as a port that is no number
            right = False
        if not right:
            raise click.BadParameter(f"{value!r} is not SITE=URL, as mc-paser=http://127.0.0.1:8000.")
        origins[site] = origin.rstrip("/")
    return origins


origin_option = click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="SITE=URL",
    callback=_origins,
    help="Ask this server in the site's place (a mirror, the newsroom).",
)
