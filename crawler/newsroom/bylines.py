"""The bylines of both sites, in every printed form (FACTS, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crawler.newsroom.grammar import vocabulary

_SEPARATORS = ("", " / ", "", ", ", "", " dan ", "", "")
_SEPARATOR_TRAPS = {" / ": "two-pewarta-slash", ", ": "two-pewarta-comma", " dan ": "two-pewarta-dan"}
# (trap that names the form, what is printed with {p} for the reporters and {e} for the editor: the variants take turns)
_FORMS = (
    ("byline-lines", ("Pewarta: {p}\nEditor: {e}", "PEWARTA : {p}\nEDITOR : {e}")),
    ("byline-glued", ("Pewarta: {p}Editor: {e}",)),
    (
        "byline-one-line",
        ("Pewarta : {p}, Editor : {e}", "(Pewarta : {p}, Editor : {e})", "Penulis : {p} | Editor : {e}"),
    ),
    ("editor-empty", ("Pewarta: {p}\nEditor :\xa0",)),
    ("byline-nbsp-colon", ("Pewarta\xa0: {p}\nEditor\xa0: {e}",)),
    ("penerjemah", ("Penerjemah: {p}\nEditor: {e}", "Penerjemah: {p}Editor: {e}")),
    ("uploader", ("Pewarta: {p}\nUploader: {e}",)),
    ("oleh", ("Oleh {p}\nEditor: {e}", "Oleh {p}Editor: {e}")),
    ("byline-spaced", ("Pewarta : {p}\n\nEditor : {e}", "Reporter : {p}\n\nEditor : {e}")),
    ("no-editor", ("Pewarta: {p}", "Kontributor: {p}")),
    ("no-byline", ("",)),
)


@dataclass(frozen=True, slots=True)
class Byline:
    """What is printed, and what should be read from it."""

    printed: str
    pewarta: str | None
    editor: str | None
    translator: str | None
    traps: set[str]


def byline(turn: int, rng: Random) -> Byline:
    """The `turn`-th byline."""
    reporters, editors = (["".join(map(str, name)) for name in vocabulary()[who]] for who in ("pewarta", "editor"))
    form, variants = _FORMS[turn % len(_FORMS)]
    printed = variants[turn // len(_FORMS) % len(variants)]
    separator = _SEPARATORS[turn % len(_SEPARATORS)]
    names = rng.sample(reporters, 2 if separator else 1)
    if turn % 5 == 1:
        names[0] = "R. Wartono" if turn % 10 == 1 else "R Wartono"
        names = list(dict.fromkeys(names))
        if len(names) > 1 and names[1] == "R. Wartono":
            names[1] = "Tarmizi Jafar"
    editor = editors[int(rng.random() * len(editors))]
    traps = {form}
    if "{p}" in printed and len(names) > 1:
        traps.add(_SEPARATOR_TRAPS[separator])
    if "{p}" in printed and names[0] == "R Wartono":
        traps.add("r-wartono-no-dot")
    reported = ", ".join(names) if "{p}" in printed else None
    return Byline(
        printed=printed.format(p=separator.join(names), e=editor),
        pewarta=reported if form != "penerjemah" else None,
        editor=editor if "{e}" in printed and form != "uploader" else None,
        translator=reported if form == "penerjemah" else None,
        traps=traps,
    )
