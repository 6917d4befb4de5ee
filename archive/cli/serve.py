"""`warta serve`: shows the archive in a browser, on this machine only."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from archive.cli.options import data_option
from archive.store.connections import is_on_read_only_medium
from archive.store.database import Archive, ArchiveError, database_path


@click.command("serve", epilog="\b\nExamples:\n  warta serve --data /srv/news --port 8002")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@data_option
def serve_command(port: int, data: Path) -> None:
    """Open the archive in a browser with Datasette, on this machine alone."""
    Archive.open_reading(data).close()
    path = database_path(data)
    is_fixed = is_on_read_only_medium(path)
    import uvicorn
    from datasette.app import Datasette

    from archive.web.datasette_config import METADATA, SETTINGS

    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise ArchiveError(f"Port {port} is taken (by another `warta serve`?): name another with --port.") from error
    files, immutables = ([], [str(path)]) if is_fixed else ([str(path)], [])
    datasette = Datasette(files, immutables=immutables, metadata=METADATA, settings=SETTINGS)
    click.echo(f"http://127.0.0.1:{listening.getsockname()[1]}/\nCtrl-C ends.")
    config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])
