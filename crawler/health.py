"""The verdict on a run: a site was never reached, refused, named nothing, could not be read, is not what it was, or all
went well."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from archive.article import Article
from archive.database import Archive
from archive.sites import Site

Verdict = Literal["well", "degraded", "read nothing", "found nothing", "refused", "unreachable", "stopped"]

WELL: Verdict = "well"
WATCHED = ("pewarta", "editor", "published_at", "section", "tags", "dateline", "image_url", "caption", "known layout")
"""Fields whose share of filled stories is watched; the last one is of pages read with a layout that is known."""
_FEWEST = 20  # stories, of a run and of its past, before shares are compared
_PAST_RUNS = 30
_FALL = 0.5  # a field that is filled less than half as often as it was is an alarm
_PAST_DAYS = 90
_RECENT = timedelta(days=60)
_LONGEST_PAUSES = 3  # a silence so many times the longest one of the past days is an alarm

COUNTS = ("requests", "bytes", "saved", "found", "read", "checked", "changed", "moved", "missing", "gone", "failed")


@dataclass
class RunReport:
    """What a run saw of its site; grows while the run goes on.

    `found` articles were named by listings, `new` of them unknown; `fetched` were asked for, `checked` of them not for
    the first time; of those `read` were shelved or known to be unchanged (`added` for the first time, `changed` as a
    new version, `moved` to another address), `missing` answered 404 or 410 (`gone`: now known to be withdrawn), and
    `failed` could not be had. `bytes` came over the wire, `saved` were spared by conditional requests. `ways` are the
    ways of discovery that served. `listing_troubles` and `article_troubles` count (kind, message). `past` is what the
    site's earlier runs lead one to expect, in words, where this run falls short of it.
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
    requests: int = 0
    bytes: int = 0
    saved: int = 0
    page: str = ""
    markup: str | None = None
    complete: bool = False
    unchanged: bool = False
    interrupted: bool = False
    stopped: str | None = None
    ways: dict[str, None] = field(default_factory=dict)
    listing_troubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    article_troubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    past: list[str] = field(default_factory=list)
    _filled: Counter[str] = field(default_factory=Counter)
    _stories: int = 0

    def count_fields(self, article: Article, *, now: datetime) -> None:
        """Counts which fields are filled in a story of the last weeks: older ones may stand in older markup."""
        if article.published_at is not None and article.published_at < now - _RECENT:
            return
        self._stories += 1
        for name in WATCHED:
            value = article.layout != "generic" if name == "known layout" else getattr(article, name)
            self._filled[name] += bool(value)

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

    def verdict(self) -> tuple[Verdict, str | None]:
        """(verdict, reason in words for people or None)."""
        listings, articles = _kinds(self.listing_troubles), _kinds(self.article_troubles)
        reason = _said(self.listing_troubles + self.article_troubles)
        if self.stopped:
            return "stopped", self.stopped
        if self.interrupted and not self.listing_troubles and not self.article_troubles:
            return WELL, "interrupted; the next run goes on where this one stopped"
        if not self.found and not self.read and not self.unchanged:
            if "refused" in listings:
                return "refused", reason
            if listings == {"unreachable"}:
                return "unreachable", reason
            return "found nothing", reason or "the listings name no article in the time asked for"
        if self.failed and not self.read and not self.missing:
            for kind in ("refused", "unreachable"):
                if articles == {kind}:
                    return ("refused" if kind == "refused" else "unreachable"), reason
            return "read nothing", reason
        if self.failed > self.read:
            return "degraded", f"{self.failed} of {self.fetched} pages failed: {_said(self.article_troubles)}"
        if self.listing_troubles and not self.ways:
            return "degraded", reason
        if self.missing > max(5, self.fetched // 2):
            return "degraded", f"{self.missing} of {self.fetched} stories are no longer there"
        if self.past:
            return "degraded", "; ".join(self.past)
        if self.failed:
            return WELL, f"{self.failed} of {self.fetched} pages failed: {_said(self.article_troubles)}"
        return WELL, None


def shortfalls(
    archive: Archive, site: Site, shares: Mapping[str, float], *, before_run: int, now: datetime
) -> list[str]:
    """What a site's own past leads one to expect and a run does not show, in words: fields filled far less often, a
    silence far longer than any before. `now` is the site's own clock."""
    found: list[str] = []
    past = _past_shares(archive, site, before_run)
    if shares.get("stories", 0) >= _FEWEST and past.get("stories", 0) >= _FEWEST:
        found = [
            f"{name}: in {shares[name]:.0%} of the stories, formerly in {past[name]:.0%}"
            for name in WATCHED
            if shares[name] < past[name] * _FALL and past[name] - shares[name] > 0.1
        ]
    silence = _silence(archive, site, now)
    return [*found, silence] if silence else found


def _past_shares(archive: Archive, site: Site, before_run: int) -> dict[str, float]:
    runs = archive.rows(
        "SELECT filled FROM runs WHERE site = ? AND id < ? AND verdict = 'well' AND filled <> '{}'"
        " ORDER BY id DESC LIMIT ?",
        [site.name, before_run, _PAST_RUNS],
    )
    shares = [json.loads(run["filled"]) for run in runs]
    stories = sum(share["stories"] for share in shares)
    if not stories:
        return {}
    return {"stories": stories} | {
        name: sum(share.get(name, 0) * share["stories"] for share in shares) / stories for name in WATCHED
    }


def _silence(archive: Archive, site: Site, now: datetime) -> str | None:
    """The site has named nothing new for far longer than its longest pause of the past days."""
    rows = archive.rows(
        "SELECT DISTINCT published_date AS day FROM articles WHERE site = ? AND published_date IS NOT NULL"
        " ORDER BY published_date DESC LIMIT ?",
        [site.name, _PAST_DAYS],
    )
    days = [date.fromisoformat(row["day"]) for row in rows]
    days = [day for day in days if days[0] - day <= timedelta(days=_PAST_DAYS)]
    if len(days) < _FEWEST:
        return None
    pauses = [(later - earlier).days for later, earlier in pairwise(days)]
    silent = (now.astimezone(site.timezone).date() - days[0]).days
    if silent <= _LONGEST_PAUSES * max(pauses):
        return None
    return f"no new story for {silent} days; the longest pause before was {max(pauses)}"


def _kinds(troubles: Counter[tuple[str, str]]) -> set[str]:
    return {kind for kind, _ in troubles}


def _said(troubles: Counter[tuple[str, str]]) -> str | None:
    """The commonest troubles, as "HTTP 404 (3), the page has no title"."""
    parts = [message if times == 1 else f"{message} ({times})" for (_, message), times in troubles.most_common(3)]
    return ", ".join(parts) or None
