"""Names of people as bylines print them: several in one field, with and without dots."""

from __future__ import annotations

from functools import lru_cache

from archive.extract.folding import tokens


def names_of(field: str | None) -> list[str]:
    """The names in a `pewarta` or `editor` field, where they are separated by commas."""
    return [name for name in (part.strip() for part in (field or "").split(",")) if name]


@lru_cache(1 << 13)
def name_key(name: str) -> str:
    """The same key for all spellings of a name: R. Wartono, R Wartono, r.wartono."""
    return " ".join(tokens(name))


def name_keys(field: str | None) -> str:
    """The keys of all names in a field, each between bars: "|r wartono|ani|"."""
    return "|" + "".join(f"{name_key(name)}|" for name in names_of(field))
