"""The pages of a capture: facts about it, and in a sandboxed frame the captured page itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.store.database import Archive
from archive.warc.capture import Capture
from archive.warc.reader import WarcError
from archive.web.reading import MissingError, Reader
from archive.web.rendering import labels_for, page, trouble
from archive.web.sanitizer import HEADERS, SafeContent, sanitize

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time a circular import: Datasette loads this plugin


def _capture(archive: Archive, request: Request) -> Capture:
    capture = archive.capture(int(request.url_vars["id"]))
    if capture is None:
        raise MissingError("no_such_capture")
    return capture


def _load(archive: Archive, request: Request) -> tuple[Capture, SafeContent | None, str]:
    """(capture, its content made safe to show, or None and the reason why it cannot be shown)."""
    capture = _capture(archive, request)
    try:
        return capture, sanitize(archive, capture), ""
    except WarcError as error:
        return capture, None, str(error)


async def capture(datasette: Datasette, request: Request, read: Reader) -> Response:
    """The outer page: facts, and the frame, or why there is nothing to show."""
    found, content, reason = await read(lambda archive: _load(archive, request))
    status = 200 if content else 404
    return page(datasette, request, "capture.html", status=status, capture=found, shown=bool(content), reason=reason)


async def captured_page(datasette: Datasette, request: Request, read: Reader) -> Response:
    """The captured page, for the frame in the outer one."""
    _, content, reason = await read(lambda archive: _load(archive, request))
    if content is None:
        return trouble(datasette, request, f"{labels_for(request).cannot_show}: {reason}", status=404)
    return Response(content.body, headers=dict(HEADERS), content_type=content.content_type)
