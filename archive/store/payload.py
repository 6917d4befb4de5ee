"""What a capture holds, as today's reader reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.extract.article import Article, ReadingError, read_article
from archive.extract.encoding import decode_page
from archive.sites import Site
from archive.warc.capture import Capture
from archive.warc.reader import Head, find, read_record

if TYPE_CHECKING:
    from archive.store.database import Archive


def refuse_broken_off(text: str, *, length_was_announced: bool) -> None:
    """Raises ReadingError for a page that ends before its end: where a server announces no length, the end of the
    connection may come at any place."""
    if not length_was_announced and "</html>" not in text[-1000:].lower():
        raise ReadingError("the page breaks off before its end")


def length_was_announced(head: Head) -> bool:
    """Whether the server said where its answer ends (RFC 9112, 6.3); chunk framing is off in what warta stores."""
    return bool(head.get("Content-Length") or head.get("X-Archive-Orig-Transfer-Encoding"))


def read_stored(archive: Archive, capture: Capture, *, url: str, site: Site) -> Article:
    """Reads the article of a capture; `url` is its address on the site. A revisit is read from the record that holds
    its payload. Raises WarcError where that is gone or damaged, ReadingError where there is no story in it."""
    holding = capture
    if capture.record_type == "revisit":
        holding = archive.last_capture(capture.url, payload_digest=capture.payload_digest) or capture
    record = read_record(find(archive.warc_root, holding.warc), holding.offset)
    text, head = decode_page(record.body(), holding.content_type), record.head
    if not capture.is_foreign:  # other programs say themselves what is cut off, and keep other headers
        refuse_broken_off(text, length_was_announced=length_was_announced(head))
    return read_article(text, url=url, site=site, fetched_at=capture.fetched_at)
