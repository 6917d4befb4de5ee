"""The bylines of both sites, in every printed form (FACTS, section 3)."""

from __future__ import annotations

from random import Random

from crawler.newsroom.grammar import vocabulary

_SEPARATORS = ("", " / ", "", ", ", "", " dan ", "", "")
_SEPARATOR_TRAPS = {" / ": "two-pewarta-slash", ", ": "two-pewarta-comma", " dan ": "two-pewarta-dan"}
# (trap that names the form, what is printed with {p} for the reporters and {e} for the editor)
_FORMS = (
    ("byline-lines", "Pewarta: {p}\nEditor: {e}"),
    ("byline-glued", "Pewarta: {p}Editor: {e}"),
    ("byline-one-line", "Pewarta : {p}, Editor : {e}"),
    ("editor-empty", "Pewarta: {p}\nEditor :\xa0"),
    ("byline-nbsp-colon", "Pewarta\xa0: {p}\nEditor\xa0: {e}"),
    ("penerjemah", "Penerjemah: {p}\nEditor: {e}"),
    ("uploader", "Pewarta: {p}\nUploader: {e}"),
    ("oleh", "Oleh {p}\nEditor: {e}"),
    ("byline-spaced", "Pewarta : {p}\n\nEditor : {e}"),
    ("no-editor", "Pewarta: {p}"),
    ("no-byline", ""),
)


def byline(turn: int, rng: Random) -> tuple[str, str | None, str | None, set[str]]:
    """The `turn`-th byline: (text as printed, pewarta and editor as they should be read, traps in it)."""
    reporters, editors = (["".join(map(str, name)) for name in vocabulary()[who]] for who in ("pewarta", "editor"))
    form, printed = _FORMS[turn % len(_FORMS)]
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
    return (
        printed.format(p=separator.join(names), e=editor),
        ", ".join(names) if "{p}" in printed and form != "penerjemah" else None,
        editor if "Editor" in printed and "{e}" in printed else None,
        traps,
    )
