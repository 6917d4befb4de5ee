"""`python -m crawler.newsroom` serves both sites on loopback until Ctrl-C, to work on warta without a network."""

from __future__ import annotations

import threading

import click

from crawler.newsroom.newsroom import Newsroom


@click.command()
@click.option("--antara", default=240, show_default=True, help="Stories of ANTARA Kaltim.")
@click.option("--paser", default=120, show_default=True, help="Stories of MC Kominfo Paser.")
@click.option("--seed", default=2026, show_default=True, help="Another seed tells other stories.")
def main(antara: int, paser: int, seed: int) -> None:
    """Serve both sites on loopback with a made-up stock; prints SITE=URL, as `warta crawl --origin` takes them."""
    with Newsroom(antara=antara, paser=paser, seed=seed).serving() as origins:
        for site, origin in origins.items():
            click.echo(f"{site}={origin}")
        click.echo()  # an empty line ends the list
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("closed")


if __name__ == "__main__":
    main()
