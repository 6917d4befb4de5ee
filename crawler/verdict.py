"""The verdict on a run: a site was never reached, refused, named nothing, could not be read, is not what it was, or all
went well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from archive.extract.article import GENERIC, Article
from archive.store.runs import Verdict


class Trouble(StrEnum):
    """Why an address could not be had or read. STOPPING: the run was asked to stop, so nothing was asked for."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MISSING = "missing"
    BROKEN = "broken"
    UNREAD = "unread"
    STOPPING = "stopping"


LAYOUT = "known layout"
WATCHED = ("pewarta", "editor", "published_at", "section", "tags", "dateline", "image_url", "caption", LAYOUT)
"""Fields whose share of filled stories is watched; the last one is of pages read with a layout that is known."""
FEW_PAGES = 3
"""Fewer pages than this that cannot be had or read are the pages' own trouble, not the site's."""
_RECENT = timedelta(days=60)
_TURNED_AWAY = {Trouble.REFUSED, Trouble.UNREACHABLE}

COUNTS = ("requests", "bytes", "saved", "found", "read", "checked", "changed", "moved", "missing", "gone", "failed")


@dataclass
class RunReport:
    """What a run saw of its site; grows while the run goes on.

    `found` articles were named by listings, `new` of them unknown; `fetched` were asked for, `checked` of them not for
    the first time; of those `read` were shelved or known to be unchanged (`added` for the first time, `changed` as a
    new version, `moved` to another address), `missing` answered 404 or 410 (`gone`: now known to be withdrawn), and
    `failed` could not be had; `refused_entries` of these are entries of listings that cannot be read. `requests` were
    sent, `bytes` came over the wire for them, `saved` were spared by conditional requests.

    `ways` are the ways of discovery that served, `named` tells whether they named any article, also one older than the
    run looks for. `listing_troubles` and `article_troubles` count (kind, message), `listings_in_trouble` and
    `examples` say where. `given_up` tells that page after page could not be had. `past` is what the site's earlier runs
    lead one to expect, in words, where this run falls short of it. `damaged` are records of the archive that were
    needed and cannot be read, in words.
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
    ways: dict[str, None] = field(default_factory=dict)
    listing_troubles: Counter[tuple[Trouble, str]] = field(default_factory=Counter)
    article_troubles: Counter[tuple[Trouble, str]] = field(default_factory=Counter)
    listings_in_trouble: dict[tuple[Trouble, str], list[str]] = field(default_factory=dict)
    examples: dict[tuple[Trouble, str], str] = field(default_factory=dict)
    past: list[str] = field(default_factory=list)
    _filled: Counter[str] = field(default_factory=Counter)
    _stories: int = 0
    _unknown_layout: int = 0

    def count_fields(self, article: Article, *, now: datetime) -> None:
        """Counts which fields are filled in a story of the last weeks: older ones may stand in older markup."""
        known = article.layout != GENERIC
        self._unknown_layout += not known
        if article.published_at is not None and article.published_at < now - _RECENT:
            return
        self._stories += 1
        for name in WATCHED:
            self._filled[name] += known if name == LAYOUT else bool(getattr(article, name))

    def shares(self) -> dict[str, float]:
        """Field -> share of the stories read in which it was filled; with "stories", how many these were."""
        if not self._stories:
            return {}
        return {"stories": self._stories} | {name: round(self._filled[name] / self._stories, 3) for name in WATCHED}

    def counts(self) -> dict[str, int]:
        """The columns of `runs` that count something."""
        return {name: getattr(self, name) for name in COUNTS} | {"new": self.added}

    def discovery(self) -> str | None:
        """The ways of discovery that served, as "feed; listing (cards)"."""
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
        """An entry of a listing that cannot be read is a failure, but no page's."""
        self.failed += 1
        self.refused_entries += 1
        self.article_troubles[Trouble.UNREAD, f"{path} names {why}"] += 1
        self.examples.setdefault((Trouble.UNREAD, f"{path} names {why}"), path)

    def is_turned_away(self) -> bool:
        """No way of discovery serves, because the site refuses or is not reached: then nothing else is asked for."""
        return not self.ways and len(self.listing_troubles) > 0 and _kinds(self.listing_troubles) <= _TURNED_AWAY

    def troubles(self) -> str:
        """The commonest troubles, as "/terkini: HTTP 500, no title (3, as https://…)"."""
        parts = []
        for (kind, message), _ in self.listing_troubles.most_common(3):
            parts.append(f"{', '.join(self.listings_in_trouble[kind, message])}: {message}")
        for (kind, message), times in self.article_troubles.most_common(3):
            example = self.examples[kind, message]
            parts.append(f"{message} ({example})" if times == 1 else f"{message} ({times}, as {example})")
        return ", ".join(parts)

    def verdict(self) -> tuple[Verdict, str | None]:
        """(verdict, reason in words for people or None)."""
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
        if Trouble.BROKEN in _kinds(self.listing_troubles):  # one that is switched off is no news
            return Verdict.WELL, self.troubles()
        return Verdict.WELL, None

    def _failures(self) -> str:
        pages = self.failed - self.refused_entries
        told = [f"{pages} of {self.fetched} pages failed"] if pages or not self.refused_entries else []
        if self.refused_entries:
            told.append(f"{self.refused_entries} entries of listings cannot be read")
        return f"{', '.join(told)}: {self.troubles()}"

    def _with_listings(self) -> tuple[Verdict, str] | None:
        if self.listing_troubles and not self.named and not self.unchanged:
            if self.read:
                return Verdict.DEGRADED, self.troubles()
            return self._turned_away(self.listing_troubles) or Verdict.FOUND_NOTHING, self.troubles()
        if self.listing_troubles and not self.complete and not self.interrupted:
            return Verdict.DEGRADED, self.troubles()
        if self.markup == "any link":
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
        if self.missing > max(FEW_PAGES, self.fetched // 2):
            return Verdict.DEGRADED, f"{self.missing} of {self.fetched} stories are no longer there"
        if self._unknown_layout > max(FEW_PAGES, self.read // 2):
            return Verdict.DEGRADED, f"{self._unknown_layout} of {self.read} pages are in no layout that is known"
        return None

    def _turned_away(self, troubles: Counter[tuple[Trouble, str]]) -> Verdict | None:
        kinds = _kinds(troubles)
        if Trouble.REFUSED in kinds:
            return Verdict.REFUSED
        return Verdict.UNREACHABLE if kinds == {Trouble.UNREACHABLE} else None


def _kinds(troubles: Counter[tuple[Trouble, str]]) -> set[Trouble]:
    return {kind for kind, _ in troubles}
