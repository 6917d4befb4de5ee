"""RunReport counts what a run saw of its site, and gives the verdict on the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from archive.extract.article import GENERIC, Article
from archive.extract.listings import ANY_LINK
from archive.store.runs import Verdict


class Trouble(StrEnum):
    """Why a URL could not be fetched or read. STOPPING: the run was asked to stop, so no request was sent."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MISSING = "missing"
    BROKEN = "broken"
    UNREAD = "unread"
    STOPPING = "stopping"


LAYOUT = "known layout"
WATCHED = ("pewarta", "editor", "published_at", "section", "tags", "dateline", "image_url", "caption", LAYOUT)
"""Fields that are compared with earlier runs: in which share of the stories they are filled. The last one is whether
the page had a known layout."""
FEW_PAGES = 3
"""Fewer failed pages than this do not change the verdict: they are single pages' failures, not the site's. Chosen, not
measured."""
_RECENT = timedelta(days=60)
"""Older stories are not counted for the shares of fields: their pages may have older markup."""
_TURNED_AWAY = {Trouble.REFUSED, Trouble.UNREACHABLE}

COUNTS = ("requests", "bytes", "saved", "found", "read", "checked", "changed", "moved", "missing", "gone", "failed")


@dataclass
class RunReport:
    """What a run saw of its site, filled while the run goes on.

    Counts: `found` articles were named by listings, of which `new` were unknown; `fetched` were requested, of which
    `checked` had been read before. Of the fetched, `read` were read or are unchanged (`added` are new stories,
    `changed` got a new version, `moved` have another address), `missing` answered 404 or 410 (`gone` are now known to
    be withdrawn), and `failed` could not be fetched or read. `failed` also counts the `refused_entries`, entries of
    listings that cannot be read. `requests` were sent, `bytes` were received for them, and `saved` bytes were saved by
    conditional requests. Of the failed, `something_else` answered another page in the story's place; `same_text` is how
    many of these had one text at several addresses.

    `ways` are the ways of discovery that worked (a dict for its order). `named` is True if a listing named any article,
    even one older than the run looks for; `complete` if a walk reached its end; `unchanged` if a listing had not
    changed; `interrupted` if the run was asked to stop; `given_up` if page after page failed. `stopped` is the error
    that ended the run. `unread_links` are links to articles on listing pages that are in no form of card that is known,
    with the paths of these pages. `continued` are the addresses at which stories go on that have several pages, with
    their ids. `listing_troubles` and `article_troubles` count (kind, message);
    `listings_in_trouble` and `examples` say at which paths and URLs. `past` are shortfalls against earlier runs
    (crawler.anomalies), `damaged` records of the archive that were needed and cannot be read, both in words for people.
    """

    found: int = 0
    new: int = 0
    fetched: int = 0
    checked: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    gone: int = 0
    failed: int = 0
    refused_entries: int = 0
    something_else: int = 0
    same_text: int = 0
    requests: int = 0
    bytes: int = 0
    saved: int = 0
    page: str = ""
    markup: str | None = None
    named: bool = False
    complete: bool = False
    unchanged: bool = False
    interrupted: bool = False
    given_up: bool = False
    stopped: str | None = None
    damaged: dict[str, None] = field(default_factory=dict)
    unread_links: dict[str, str] = field(default_factory=dict)
    continued: dict[str, str] = field(default_factory=dict)
    ways: dict[str, None] = field(default_factory=dict)
    listing_troubles: Counter[tuple[Trouble, str]] = field(default_factory=Counter)
    article_troubles: Counter[tuple[Trouble, str]] = field(default_factory=Counter)
    listings_in_trouble: dict[tuple[Trouble, str], list[str]] = field(default_factory=dict)
    examples: dict[tuple[Trouble, str], str] = field(default_factory=dict)
    note_examples: dict[str, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    past: list[str] = field(default_factory=list)
    _filled: Counter[str] = field(default_factory=Counter)
    _stories: int = 0
    _unknown_layout: list[str] = field(default_factory=list)

    def count_fields(self, article: Article, *, now: datetime) -> None:
        """Counts which fields a recent story has (see _RECENT), and pages without a known layout."""
        known = article.layout != GENERIC
        if not known:
            self._unknown_layout.append(article.url)
        if article.published_at is not None and article.published_at < now - _RECENT:
            return
        self._stories += 1
        for name in WATCHED:
            self._filled[name] += known if name == LAYOUT else bool(getattr(article, name))

    def shares(self) -> dict[str, float]:
        """Field -> share of the recent stories read that have it, from 0 to 1; and "stories" -> their number. {} for
        none."""
        if not self._stories:
            return {}
        return {"stories": self._stories} | {name: round(self._filled[name] / self._stories, 3) for name in WATCHED}

    def counts(self) -> dict[str, int]:
        """The columns of `runs` that are counts."""
        return {name: getattr(self, name) for name in COUNTS} | {"new": self.added}

    def discovery(self) -> str | None:
        """The ways of discovery that worked, such as "feed; listing (cards)"; None for none."""
        markup = f" ({self.markup})" if self.markup else ""
        return "; ".join(way + (markup if way == "listing" else "") for way in self.ways) or None

    def listing_failed(self, path: str, kind: Trouble, message: str) -> None:
        self.listing_troubles[kind, message] += 1
        self.listings_in_trouble.setdefault((kind, message), []).append(path)

    def article_failed(self, url: str, kind: Trouble, message: str) -> None:
        self.failed += 1
        self.article_troubles[kind, message] += 1
        self.examples.setdefault((kind, message), url)

    def entry_refused(self, path: str, why: str) -> None:
        """Counts an entry of a listing that cannot be read as a failure, though not of a page."""
        self.failed += 1
        self.refused_entries += 1
        self.article_troubles[Trouble.UNREAD, f"{path} names {why}"] += 1
        self.examples.setdefault((Trouble.UNREAD, f"{path} names {why}"), path)

    def noted(self, url: str, note: str) -> None:
        """Counts an answer that could be read although something was wrong with it."""
        self.notes[note] += 1
        self.note_examples.setdefault(note, url)

    def taken_back(self, *, is_new: bool) -> None:
        """Counts what was made of a page before it turned out that it had answered something else."""
        self.something_else += 1
        self.same_text += 1
        self.read -= 1
        self.added -= is_new
        self.changed -= not is_new

    def is_turned_away(self) -> bool:
        """Whether no way of discovery worked, because the site refused or was unreachable: then no page is
        requested."""
        return not self.ways and len(self.listing_troubles) > 0 and _kinds(self.listing_troubles) <= _TURNED_AWAY

    def troubles(self) -> str:
        """The most frequent troubles, such as "/terkini: HTTP 500, no title (3, as https://…)"."""
        parts = []
        for (kind, message), _ in self.listing_troubles.most_common(3):
            parts.append(f"{', '.join(self.listings_in_trouble[kind, message])}: {message}")
        for (kind, message), times in self.article_troubles.most_common(3):
            example = self.examples[kind, message]
            parts.append(f"{message} ({example})" if times == 1 else f"{message} ({times}, as {example})")
        return ", ".join(parts)

    def verdict(self) -> tuple[Verdict, str | None]:
        """(verdict, reason in words for people, None if there is nothing to say)."""
        if self.stopped:
            return Verdict.STOPPED, self.stopped
        trouble = self._with_listings() or self._with_articles()
        if trouble:
            return trouble
        if self.damaged:
            return Verdict.DEGRADED, f"{len(self.damaged)} kept records cannot be read: {'; '.join(self.damaged)}"[
                :1000
            ]
        if self.past:
            return Verdict.DEGRADED, "; ".join(self.past)
        if self.interrupted:
            return Verdict.WELL, "interrupted; the next run goes on where this one stopped"
        if self.failed:
            return Verdict.WELL, self._failures()
        if Trouble.BROKEN in _kinds(self.listing_troubles):  # a way that is switched off is not worth a word
            return Verdict.WELL, self.troubles()
        return Verdict.WELL, self._noted() or None

    def _noted(self) -> str:
        return ", ".join(
            f"{note} ({self.note_examples[note]})" if times == 1 else f"{note} ({times}, as {self.note_examples[note]})"
            for note, times in self.notes.most_common(3)
        )

    def _failures(self) -> str:
        pages = self.failed - self.refused_entries
        counts = [f"{pages} of {self.fetched} pages failed"] if pages or not self.refused_entries else []
        if self.something_else:
            counts.append(f"{self.something_else} pages answered with something else")
        if self.refused_entries:
            counts.append(f"{self.refused_entries} entries of listings cannot be read")
        return f"{', '.join(counts)}: {self.troubles()}"

    def _with_listings(self) -> tuple[Verdict, str] | None:
        if self.listing_troubles and not self.named and not self.unchanged:
            if self.read:
                return Verdict.DEGRADED, self.troubles()
            return self._turned_away(self.listing_troubles) or Verdict.FOUND_NOTHING, self.troubles()
        if self.listing_troubles and not self.complete and not self.interrupted:
            return Verdict.DEGRADED, self.troubles()
        if self.unread_links:
            links, pages = len(self.unread_links), ", ".join(list(dict.fromkeys(self.unread_links.values()))[:3])
            what = "1 link to an article" if links == 1 else f"{links} links to articles"
            return Verdict.DEGRADED, f"{what} not read on {pages}, as {next(iter(self.unread_links))}"
        if self.markup == ANY_LINK:
            return Verdict.DEGRADED, "the listing's markup is not known any more: links are taken from the whole page"
        return None

    def _with_articles(self) -> tuple[Verdict, str] | None:
        failed = self._failures()
        if self.given_up or (self.failed >= FEW_PAGES and not self.read and not self.missing):
            if verdict := self._turned_away(self.article_troubles):
                return verdict, failed
            if not self.read:
                return Verdict.READ_NOTHING, failed
        if self.given_up or (self.failed > self.read and self.failed >= FEW_PAGES):
            return Verdict.DEGRADED, failed
        if self.same_text >= FEW_PAGES or self.something_else > max(FEW_PAGES, self.fetched // 2):
            return Verdict.DEGRADED, failed
        if self.missing > max(FEW_PAGES, self.fetched // 2):
            return Verdict.DEGRADED, f"{self.missing} of {self.fetched} stories are no longer there"
        if self.continued:
            stories = "1 story goes" if len(self.continued) == 1 else f"{len(self.continued)} stories go"
            names = ", ".join(list(self.continued.values())[:3])
            return Verdict.DEGRADED, f"{stories} on in further pages, which are not read: {names}"
        if self._unknown_layout:
            unknown = f"{len(self._unknown_layout)} of {self.read} pages are in no layout that is known"
            return Verdict.DEGRADED, f"{unknown}, as {self._unknown_layout[0]}"
        return None

    def _turned_away(self, troubles: Counter[tuple[Trouble, str]]) -> Verdict | None:
        kinds = _kinds(troubles)
        if Trouble.REFUSED in kinds:
            return Verdict.REFUSED
        return Verdict.UNREACHABLE if kinds == {Trouble.UNREACHABLE} else None


def _kinds(troubles: Counter[tuple[Trouble, str]]) -> set[Trouble]:
    return {kind for kind, _ in troubles}
