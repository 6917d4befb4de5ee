"""The verdict on a run: a site was never reached, refused, named nothing, could not be read, or all went well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["well", "degraded", "read nothing", "found nothing", "refused", "unreachable", "stopped"]

WELL: Verdict = "well"


@dataclass
class RunReport:
    """What a run saw of its site; grows while the run goes on.

    `found` articles were named by listings, `new` of them unknown; `fetched` were asked for; of those `read` were
    shelved (`added` for the first time, `changed` as a new version) and `failed` were not. `ways` are the ways of
    discovery that served. `listing_troubles` and `article_troubles` count (kind, message).
    """

    found: int = 0
    new: int = 0
    fetched: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    failed: int = 0
    requests: int = 0
    bytes: int = 0
    page: str = ""
    complete: bool = False
    interrupted: bool = False
    stopped: str | None = None
    ways: dict[str, None] = field(default_factory=dict)
    listing_troubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    article_troubles: Counter[tuple[str, str]] = field(default_factory=Counter)

    def verdict(self) -> tuple[Verdict, str | None]:
        """(verdict, reason in words for people or None)."""
        listings, articles = _kinds(self.listing_troubles), _kinds(self.article_troubles)
        reason = _said(self.listing_troubles + self.article_troubles)
        if self.stopped:
            return "stopped", self.stopped
        if self.interrupted and not self.listing_troubles and not self.article_troubles:
            return WELL, "interrupted; the next run goes on where this one stopped"
        if not self.found and not self.read:
            if "refused" in listings:
                return "refused", reason
            if listings == {"unreachable"}:
                return "unreachable", reason
            return "found nothing", reason or "the listings name no article in the time asked for"
        if self.fetched and not self.read:
            for kind in ("refused", "unreachable"):
                if articles == {kind}:
                    return ("refused" if kind == "refused" else "unreachable"), reason
            return "read nothing", reason
        if self.failed > self.read:
            return "degraded", f"{self.failed} of {self.fetched} pages failed: {_said(self.article_troubles)}"
        if self.listing_troubles and not self.ways:
            return "degraded", reason
        if self.failed:
            return WELL, f"{self.failed} of {self.fetched} pages failed: {_said(self.article_troubles)}"
        return WELL, None


def _kinds(troubles: Counter[tuple[str, str]]) -> set[str]:
    return {kind for kind, _ in troubles}


def _said(troubles: Counter[tuple[str, str]]) -> str | None:
    """The commonest troubles, as "HTTP 404 (3), the page has no title"."""
    parts = [message if times == 1 else f"{message} ({times})" for (_, message), times in troubles.most_common(3)]
    return ", ".join(parts) or None
