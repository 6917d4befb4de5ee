"""One line of credits: labels with names behind them, and parentheses that say who supplied a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LABELS = {
    "pewarta": ("Pewarta", "Penulis", "Reporter", "Wartawan", "Jurnalis", "Kontributor", "Laporan", "Rep", "Oleh"),
    "editor": ("Editor", "Redaktur", "Penyunting", "Red"),
    "translator": ("Penerjemah", "Alih Bahasa"),
    "source": ("Sumber",),
    "": ("Uploader", "Pengunggah", "Publisher", "Fotografer", "Videografer", "Foto"),
}
"""Field -> the labels before its names, the first that has any counts. Those of "" are credits that are not kept."""

FIELDS = {label.casefold(): name for name, labels in LABELS.items() for label in labels}
_ALL = sorted((label for labels in LABELS.values() for label in labels), key=len, reverse=True)
_LONG, _SHORT = ("|".join(label for label in _ALL if (len(label) > 4) is is_long) for is_long in (True, False))
_ONE = rf"(?:{_LONG}|(?<![A-Z])(?:{_SHORT})|(?<![A-Za-z])(?:{'|'.join(_ALL).upper()}))"
_COLON = r"\s*[:：]\s*"
LABEL = re.compile(rf"(?P<one>{_ONE})(?:\s*(?:/|&|dan)\s*(?P<other>{_ONE}))?{_COLON}")
_SMALL_LABEL = re.compile(rf"(?<![a-z])(?P<one>{'|'.join(_ALL)})(?P<other>){_COLON}", re.IGNORECASE)
OLEH = re.compile(r"(?P<one>Oleh|OLEH)(?P<other>)\s+(?=[A-Z])")

_JOINTS = re.compile(r"\s*[/,;&]\s*|\s+(?:dan|and)\s+")
_REMARKS = re.compile(r"\s+[|–—-]\s+.*|\s*\|.*|\s*\([^()]{1,40}\)$")
_EDGES = " ,;|/–—-*&_"
_WORD = re.compile(r"[^\W_](?:[^\W_]|['’‘`.@-])*")
_SMALL_IN_NAMES = frozenset(
    "bin binti van von der de da al el ibnu dr dr. drg drg. drs drs. ir ir. hj hj. h h. kh".split()
)
_NEVER_IN_NAMES = frozenset(
    "adalah akan atau bagi bahwa bisa dalam dari dengan di harus ini itu juga kami karena ke kepada kita maka melalui"
    " menjadi mereka oleh pada para saat saya sebab sebagai sudah telah tentang tersebut tidak untuk yaitu yakni yang"
    " apa bagaimana mengapa siapa sebaiknya terima kasih selamat".split()
)
_OFFICES = frozenset(
    "badan bupati camat dandim dinas direktur dprd gubernur kantor kapolda kapolres kejaksaan kementerian kepala ketua"
    " menteri pemerintah pemkab pemkot pemprov polda polisi polres presiden sekda sekretaris tim tni wakil wali"
    " walikota warga".split()
)
"""Who acts, not who writes: "Oleh Bupati Paser" is the end of a sentence, not a byline."""
_MAX_NAMES, _MAX_NAME_WORDS, _MAX_NAME_CHARS = 6, 6, 60
_HEADINGS = frozenset({"laporan", "sumber", "foto", "oleh"})
"""Labels that also begin what is no credit, so that a small word behind them is no name."""
MAX_LINE_CHARS = 300
"""A longer line is no line of credits. Like the numbers above chosen, not measured."""

COPYRIGHT = re.compile(r"\s*(?:COPYRIGHT\s*(?:©|\(c\))|©).*", re.IGNORECASE | re.DOTALL)

_ADVERTORIAL = re.compile(r"adv|adve(?:r|n)?torial|pariwara|berita kerja ?sama", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:MC(?=\s|Kab)|(?:Media ?Cent(?:er|re)|Kominfo|Diskominfo|Humas|Prokopim|Protokol)\w*\b).{0,60}", re.IGNORECASE
)
_INITIALS = re.compile(r"[A-Za-z][A-Za-z.]{0,11}")
_SHORT_FORM = re.compile(r"[A-Z]{2,}|Dis[a-z]|Bap[a-z]|Pem[a-z]")
_SPOKEN = re.compile(r"[A-Z]{2,}|[A-Z][a-z]*[aeiou][a-z]+[a-z.]*")
PARENTHESES = re.compile(r"\s*\((?P<inside>[^()]{1,100})\)[\s.]*$")
ENDS_A_SENTENCE = re.compile(r"[.!?…\"”'’)*]$")

Named = tuple[str, str]
"""A label, in lower case, and the names behind it."""


@dataclass(slots=True)
class Supplied:
    """What the parentheses at the end of a text say: "(ADV/MC Kominfo Paser)", "(Rina/MC PPU)"."""

    offices: list[str] = field(default_factory=list)
    reporters: list[str] = field(default_factory=list)
    is_advertorial: bool = False

    def add(self, other: Supplied) -> None:
        self.offices += other.offices
        self.reporters += other.reporters
        self.is_advertorial = self.is_advertorial or other.is_advertorial


def named_in(text: str) -> list[Named]:
    """What a line of credits says. Empty for a line that is anything else: behind each label stand names alone, or
    nothing."""
    text = COPYRIGHT.sub("", text).strip()
    if not text or len(text) > MAX_LINE_CHARS:
        return []
    text = text.lstrip("([*–—- ") if text[0] in "([*–—" else text
    for form in (LABEL, _SMALL_LABEL):
        labels = list(form.finditer(text))
        if (oleh := OLEH.match(text)) and not (labels and labels[0].start() == 0):
            labels.insert(0, oleh)
        if not labels or labels[0].start() != 0:
            continue
        named: list[Named] = []
        for label, value in _values(labels, text):
            is_word = value.isalpha() and label["one"].casefold() not in _HEADINGS
            names = _names(value, is_small=len(labels) > 1 or is_word)
            if (value or label is oleh) and names is None:
                break
            if label is oleh and any(word.casefold() in _OFFICES for word in (names or "").split()):
                break
            named += [(one.casefold(), names or "") for one in (label["one"], label["other"]) if one]
        else:
            return named
    return []


def loosely_named_in(line: str) -> list[Named]:
    """What a line says that the page prints as its byline. Labels may stand anywhere in it, and names may be small."""
    line = COPYRIGHT.sub("", " ".join(line.split()))
    labels = list(LABEL.finditer(line)) or list(_SMALL_LABEL.finditer(line))
    if (oleh := OLEH.match(line)) and not (labels and labels[0].start() == 0):
        labels.insert(0, oleh)
    named = []
    for label, value in _values(labels, line):
        if names := _names(_REMARKS.sub("", value), is_small=True):
            named += [(one.casefold(), names) for one in (label["one"], label["other"]) if one]
    return named


def _values(labels: list[re.Match[str]], text: str) -> Iterable[tuple[re.Match[str], str]]:
    """Each label with what stands behind it, up to the next."""
    for label, following in zip(labels, [*labels[1:], None], strict=False):
        value = text[label.end() : following.start() if following else len(text)].strip()
        if value.endswith((")", "]")) and value.count("(") < value.count(")") + value.count("]"):
            value = value[:-1]
        yield label, value.rstrip("([ ").strip(_EDGES)


def _names(value: str, *, is_small: bool) -> str | None:
    """The names in a value, joined by ", "; None where it is no list of names. `is_small`: whether they may be written
    small, as some newsrooms do where two labels stand in a line."""
    match = _REMARKS.search(value)
    remark = match[0].strip(" |()–—-") if match else ""
    if remark and not (_is_name(remark, is_small=True) or _ADVERTORIAL.fullmatch(remark) or _OFFICE.fullmatch(remark)):
        return None
    parts = [part for part in _JOINTS.split(_REMARKS.sub("", value).strip(_EDGES)) if part]
    parts = [part if re.search(r"\b\w{1,2}\.$|\..*\.$", part) else part.rstrip(".") for part in parts]
    if not 1 <= len(parts) <= _MAX_NAMES or not all(_is_name(part, is_small=is_small) for part in parts):
        return None
    return ", ".join(parts)


def _is_name(part: str, *, is_small: bool) -> bool:
    words = part.split()
    if not 1 <= len(words) <= _MAX_NAME_WORDS or len(part) > _MAX_NAME_CHARS or not part[0].isalpha():
        return False
    for word in words:
        if not _WORD.fullmatch(word) or (len(words) > 1 and word.casefold() in _NEVER_IN_NAMES):
            return False
        is_capital = word[0].isupper() or word[0].isdigit() or word.lower() in _SMALL_IN_NAMES
        if not is_capital and not (is_small and len(words) <= 3):
            return False
    return True


def supplied_in(text: str, before: str) -> Supplied | None:
    """What parentheses say that stand behind `before`; None for those of a sentence, as "(lima puluh)" and the short
    form of an office that was named just before."""
    match = PARENTHESES.fullmatch(text)
    if match is None:
        return None
    inside = " ".join(match["inside"].split())
    if re.fullmatch(r"\*+", inside):
        return Supplied()
    parts = [part for part in re.split(r"\s*[/|]\s*", inside) if part]
    if len(parts) == 1 and (split := re.fullmatch(r"(adv\w*)[\s:,–-]+(.+)", inside, re.IGNORECASE)):
        parts = [split[1], split[2]]
    supplied = Supplied()
    others = []
    for part in parts:
        if _ADVERTORIAL.fullmatch(part.rstrip(".")):
            supplied.is_advertorial = True
        elif _OFFICE.fullmatch(part):
            supplied.offices.append(part)
        elif len(parts) > 1 and (_is_name(part, is_small=False) or _INITIALS.fullmatch(part)):
            others.append((part, not supplied.offices))
        else:
            return None
    for part, is_first in others:
        if _INITIALS.fullmatch(part) and not _SPOKEN.fullmatch(part):
            continue  # "Ksm" may be anyone's
        if is_first and not supplied.is_advertorial:
            supplied.reporters.append(part)
        elif supplied.is_advertorial and not supplied.offices and (" " in part or _SHORT_FORM.match(part)):
            supplied.offices.append(part)
    if not (supplied.is_advertorial or supplied.offices):
        return None
    is_sure = inside.upper().startswith("MC ") or inside == "ADV" or len(parts) > 1
    is_explained = before.rpartition(" ")[2][:3].casefold() == "adv"
    ends = not before or bool(ENDS_A_SENTENCE.search(before))
    return supplied if ends or (is_sure and not is_explained) else None
