"""Replay: what WARC files hold becomes rows, record after record, as it did when it was crawled."""

from __future__ import annotations

from contextlib import suppress

from archive.extract.article import Article, ReadingError
from archive.extract.listings import Listed
from archive.ingest.scan import Reading
from archive.sites import SITES, Site, site_of
from archive.store.articles import known_story, shelve
from archive.store.database import Archive, Row
from archive.store.frontier import Frontier
from archive.store.payload import read_stored
from archive.store.syndication import forget
from archive.store.timestamps import iso_utc
from archive.warc.capture import Capture
from archive.warc.reader import WarcError

FROM_WARC = "a WARC file"
"""Where an article was discovered that no listing named."""


class Replay:
    """Puts readings into an archive. They come in the order of their dates; one that is older than what is known of its
    story is put in its place by `settle_older`.

    `read` counts the pages with a story, `unread` those that should have one, `new` the stories.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._redirected: dict[str, str] = {}  # address a redirect led to -> the page that was asked for
        self._older: set[str] = set()
        self.read = self.unread = self.new = self.known = 0

    def take(self, reading: Reading) -> None:
        """Keeps a reading's capture and what it says. One that is there already is passed over."""
        archive, capture = self.archive, reading.capture
        if archive.row("SELECT 1 FROM captures WHERE record_id = ?", [capture.record_id]):
            self.known += 1
            return
        capture = archive.add_capture(capture)
        site = SITES.get(capture.site) or site_of(reading.url)
        if reading.listed is not None:
            on = reading.url.removeprefix(site.origin)
            Frontier(archive, site).discover(reading.listed, on=on, at=capture.fetched_at)
            return
        page = self._page(site, reading.url)
        if reading.location is not None and page is not None:
            self._redirected[reading.location] = page["url"]
        elif reading.truncated:
            return
        elif capture.status == 200:
            self._take_page(site, reading, capture, page)
        elif page is not None and capture.status in (304, 404, 410):
            self._take_word(site, reading, capture, page)

    def settle_older(self) -> None:
        """Tells the stories anew of which older captures came after newer ones."""
        for article_id in sorted(self._older):
            self._tell_anew(article_id)
        self._older.clear()

    def _page(self, site: Site, url: str) -> Row | None:
        """The page of the frontier that an address was asked for."""
        address = site.identify(url)
        asked = self._redirected.pop(url, None) or (address.url if address else url)
        page = self.archive.row("SELECT * FROM pages WHERE url = ?", [asked])
        if page is None and address is not None:
            page = self.archive.row("SELECT * FROM pages WHERE article_id = ?", [site.article_id(address)])
        return page

    def _take_page(self, site: Site, reading: Reading, capture: Capture, page: Row | None) -> None:
        frontier, address = Frontier(self.archive, site), site.identify(reading.url)
        article, reason = self._article(site, reading, capture)
        if page is None and site.name in SITES:
            if address is None or article is None:
                return  # nobody asked for it as an article, and it does not look like one
            frontier.discover([Listed(address=address)], on=FROM_WARC, at=capture.fetched_at)
            page = self._page(site, reading.url)
        url = page["url"] if page else reading.url
        if article is None and _is_outdated_by(page, capture):
            self.unread += 1
            return
        known = known_story(self.archive, article, page) if article is not None else None
        if known is not None and self._is_older(known["id"], page, capture):
            self.archive.db.execute("UPDATE captures SET article_id = ? WHERE id = ?", [known["id"], capture.id])
            self.read += 1
            return
        try:
            if article is None:
                raise ReadingError(reason or "")
            outcome = shelve(self.archive, article, capture, page_url=url, bands=reading.bands)
        except ReadingError as error:
            self.unread += 1
            frontier.failed(url, at=capture.fetched_at, reason=str(error), of_site=False)
        else:
            self.read += 1
            self.new += outcome == "new"
            later = "SELECT 1 FROM captures WHERE url = ? AND fetched_at > ?"
            if self.archive.row(later, [capture.url, iso_utc(capture.fetched_at)]):
                # Not the article's own id: a story keeps the one under which it was known first.
                shelved = self.archive.row("SELECT article_id FROM captures WHERE id = ?", [capture.id])
                assert shelved is not None
                self._older.add(shelved["article_id"])

    def _article(self, site: Site, reading: Reading, capture: Capture) -> tuple[Article | None, str | None]:
        """(what the page says, else why nothing). What a revisit says stands in another record."""
        if reading.article is not None or capture.record_type != "revisit":
            return reading.article, reading.reason
        try:
            return read_stored(self.archive, capture, url=reading.url, site=site), None
        except (ReadingError, WarcError) as error:
            return None, str(error)

    def _take_word(self, site: Site, reading: Reading, capture: Capture, page: Row) -> None:
        """The site says of a page that it is as it was, or not there any more."""
        archive, frontier, at = self.archive, Frontier(self.archive, site), capture.fetched_at
        if self._is_older(page["article_id"], page, capture) or _is_outdated_by(page, capture):
            return
        if capture.status != 304:
            frontier.missing(page["url"], at=at, status=capture.status or 0)
            return
        earlier = archive.row("SELECT article_id FROM captures WHERE record_id = ?", [reading.refers_to])
        if earlier is not None and earlier["article_id"]:
            frontier.unchanged(page["url"], earlier["article_id"], at=at)

    def _is_older(self, article_id: str | None, page: Row | None, capture: Capture) -> bool:
        """Whether more recent things are known of a story; if so it is told anew in the end."""
        if article_id is None or self.archive.row("SELECT 1 FROM articles WHERE id = ?", [article_id]) is None:
            return False
        newest = self.archive.row("SELECT max(fetched_at) AS at FROM captures WHERE article_id = ?", [article_id])
        known = [row["at"] for row in (newest,) if row and row["at"]]
        if page is not None and page["checked_at"]:
            known.append(page["checked_at"])
        if not known or max(known) <= iso_utc(capture.fetched_at):
            return False
        self._older.add(article_id)
        return True

    def _tell_anew(self, article_id: str) -> None:
        """Takes a story down and shelves it again from all its captures in the order of their dates, with what the
        site said of its page between them. The page's place in the frontier stays. A story stays as it is where a
        capture of one of its versions is not there any more, or gives no story to today's reader."""
        archive = self.archive
        captures = archive.rows(
            "SELECT id FROM captures WHERE url IN (SELECT url FROM captures WHERE article_id = :id)"
            " AND coalesce(article_id, :id) = :id ORDER BY fetched_at, id",
            {"id": article_id},
        )
        page = archive.row("SELECT * FROM pages WHERE article_id = ?", [article_id])
        story = archive.row("SELECT * FROM articles WHERE id = ?", [article_id])
        assert story is not None
        rows = archive.rows("SELECT capture_id FROM versions WHERE article_id = ?", [article_id])
        versions = {row["capture_id"] for row in rows}
        site = SITES.get(story["site"]) or site_of(story["url"])
        url = page["url"] if page else story["url"]
        with suppress(WarcError, ReadingError), archive.writing():
            forget(archive, story)
            archive.db.execute("DELETE FROM versions WHERE article_id = ?", [article_id])
            archive.db.execute("DELETE FROM articles WHERE id = ?", [article_id])
            for row in captures:
                try:
                    self._tell(site, url, archive.capture(row["id"]))
                except ReadingError:
                    if row["id"] in versions:
                        raise
            if archive.row("SELECT 1 FROM articles WHERE id = ?", [article_id]) is None:
                raise ReadingError("the story would be gone")
            now = archive.row("SELECT checked_at FROM pages WHERE url = ?", [url])
            if page is not None and now is not None and (page["checked_at"] or "") >= (now["checked_at"] or ""):
                for column, value in page.items():
                    archive.db.execute(f"UPDATE pages SET {column} = ? WHERE url = ?", [value, url])

    def _tell(self, site: Site, url: str, capture: Capture | None) -> None:
        assert capture is not None
        frontier, at = Frontier(self.archive, site), capture.fetched_at
        if capture.status == 200 and capture.article_id is not None:
            article = read_stored(self.archive, capture, url=site.at_home(capture.url), site=site)
            shelve(self.archive, article, capture, page_url=url)
        elif capture.status == 304:
            earlier = self.archive.row(
                "SELECT id FROM articles WHERE id = (SELECT article_id FROM pages WHERE url = ?)", [url]
            )
            if earlier is not None:
                frontier.unchanged(url, earlier["id"], at=at)
        elif capture.status in (404, 410):
            frontier.missing(url, at=at, status=capture.status)


def _is_outdated_by(page: Row | None, capture: Capture) -> bool:
    """Whether more recent things are known of a page than a capture of it that gives no story."""
    at = iso_utc(capture.fetched_at)
    return page is not None and at < (page["checked_at"] or page["noticed_at"])
