"""Reads robots.txt as RFC 9309 says and as Google's open parser does where that is silent: which rules are ours, what
they allow, which pause they ask for. Paths are matched by Protego."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

PRODUCT_TOKEN = "warta"
"""The name by which robots.txt means us (RFC 9309, 2.2.1)."""

_LINE_END = re.compile(r"[\r\n]+")
_INVISIBLE = dict.fromkeys(map(ord, "\0\ufeff\u200b\u200e\u200f\u2060"))
_TOKEN = re.compile(r"[A-Za-z_-]+")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,6})?")
_NAMES = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "user-agent"),
    **dict.fromkeys(("allow",), "allow"),
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "dis-allow"), "disallow"),
    **dict.fromkeys(("crawl-delay", "crawldelay", "crawl delay"), "crawl-delay"),
}
"""How a line may begin -> what it is. The misspellings are those that Google's parser takes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to us. `crawl_delay` is in seconds; None if it asks for no pause. `are_ours` is True if
    some group, for us or for all, has a rule."""

    paths: Protego
    crawl_delay: float | None
    are_ours: bool

    def allow(self, url: str) -> bool:
        return self.paths.can_fetch(url, PRODUCT_TOKEN)


def read_rules(text: str) -> Rules:
    """The rules for us: those of all groups that name us, in any case and with anything behind the name, or else those
    of the groups for all. Lines that are no rules, such as HTML, say nothing."""
    groups: dict[str, list[tuple[str, str]]] = {PRODUCT_TOKEN: [], "*": []}
    named, agents, in_rules = set[str](), set[str](), False
    for line in _LINE_END.split(text.translate(_INVISIBLE)):
        name, value = _parted(line.partition("#")[0].strip())
        if name == "user-agent":
            # Only Allow and Disallow end the list of those whom a group is for (RFC 9309, 2.2.4).
            if in_rules:
                agents, in_rules = set(), False
            agents.add(_agent(value))
            named |= agents
        elif name is not None:
            in_rules = in_rules or name != "crawl-delay"
            for agent in agents & groups.keys():
                groups[agent].append((name, value))
    own = groups[PRODUCT_TOKEN if PRODUCT_TOKEN in named else "*"]
    paths = [f"{name}: {value}" for name, value in own if name != "crawl-delay"]
    delays = [delay for name, value in own if name == "crawl-delay" and (delay := _seconds(value)) is not None]
    return Rules(Protego.parse("\n".join(["User-agent: *", *paths])), max(delays, default=None), bool(own))


def _parted(line: str) -> tuple[str | None, str]:
    """(which kind of rule a line is, its value); None for what is no rule. Google's parser takes a space for a missing
    colon."""
    name, colon, value = line.partition(":")
    known = _NAMES.get(" ".join(name.split()).lower())
    if colon and known:
        return known, value.strip()
    name, _, value = line.partition(" ")
    return _NAMES.get(name.lower()) if not name.endswith(":") else None, value.strip()


def _agent(value: str) -> str:
    """Whom a User-agent line names: "warta" for "Warta/0.1 (+https://…)", "*" for all."""
    if value.split()[:1] == ["*"]:
        return "*"
    match = _TOKEN.match(value)
    return match[0].lower() if match else ""


def _seconds(value: str) -> float | None:
    match = _NUMBER.match(value)
    return float(match[0].replace(",", ".")) if match else None
