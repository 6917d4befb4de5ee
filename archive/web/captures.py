"""A captured page: what it is and when it came, and below it the page itself in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.store.database import Archive
from archive.warc.capture import Capture
from archive.warc.reader import WarcError
from archive.web.reading import MissingError, Reader
from archive.web.rendering import page, trouble, words_for
from archive.web.sanitizer import HEADERS, Captured, captured

if TYPE_CHECKING:
    from datasette.app import Datasette  # which loads this plugin while it is being imported


def _capture(archive: Archive, request: Request) -> Capture:
    capture = archive.capture(int(request.url_vars["id"]))
    if capture is None:
        raise MissingError("no_such_capture")
    return capture


def _shown(archive: Archive, request: Request) -> tuple[Capture, Captured | None, str]:
    """(the capture, what is shown of it, or why nothing is)."""
    capture = _capture(archive, request)
    try:
        return capture, captured(archive, capture), ""
    except WarcError as error:
        return capture, None, str(error)


async def capture(datasette: Datasette, request: Request, read: Reader) -> Response:
    """The outer page. What cannot be shown is told here."""
    found, shown, why = await read(lambda archive: _shown(archive, request))
    status = 200 if shown else 404
    return page(datasette, request, "capture.html", status=status, capture=found, shown=bool(shown), why=why)


async def captured_page(datasette: Datasette, request: Request, read: Reader) -> Response:
    """The page itself, which stands in a frame of the outer one."""
    _, shown, why = await read(lambda archive: _shown(archive, request))
    if shown is None:
        return trouble(datasette, request, f"{words_for(request).cannot_show}: {why}", status=404)
    return Response(shown.body, headers=dict(HEADERS), content_type=shown.content_type)
