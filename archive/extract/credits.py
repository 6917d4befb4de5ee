"""Credits as Indonesian newsrooms print them around a text: who reported, edited and translated it, who supplied it,
and whether it is paid for (FACTS, section 3). The place before the text is read in archive.extract.datelines.

    Pewarta: R. WartonoEditor: Abdul Hakim    labels glued together, on one line or on several; one may be empty
    (Pewarta : X, Editor : Y)                 in parentheses, at the end of the last sentence, above the text
    Oleh Budi Santoso                         without a colon: a name alone, never the beginning of a sentence
    ... selesai. (ADV/MC Kominfo Paser)       who supplied the text; ADV marks a paid advertorial; (*) is no credit
    ... selesai. (Rina/MC PPU)                the reporter with the office
    COPYRIGHT © ANTARA 2026                   never read as a date: the year may be that of rendering

Only what is wholly a credit leaves the text: labels with names behind them, at its end or at its very beginning. What
has a sentence behind a label, or the story behind it, is the story's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive.extract.datelines import read_dateline
from archive.sites import Site

_LABELS = {
    "pewarta": ("Pewarta", "Penulis", "Reporter", "Wartawan", "Jurnalis", "Kontributor", "Laporan", "Rep", "Oleh"),
    "editor": ("Editor", "Redaktur", "Penyunting", "Red"),
    "translator": ("Penerjemah", "Alih Bahasa"),
    "source": ("Sumber",),
    "": ("Uploader", "Pengunggah", "Fotografer", "Foto"),
}
"""Field -> the labels before its names, the first that has any counts. Those of "" are credits that are not kept."""

_FIELDS = {label.casefold(): name for name, labels in _LABELS.items() for label in labels}
_ALL = sorted((label for labels in _LABELS.values() for label in labels), key=len, reverse=True)
_LONG, _SHORT = ("|".join(label for label in _ALL if (len(label) > 4) is is_long) for is_long in (True, False))
_ONE = rf"(?:{_LONG}|(?<![A-Z])(?:{_SHORT})|(?<![A-Za-z])(?:{'|'.join(_ALL).upper()}))"
_COLON = r"\s*[:：]\s*"
_LABEL = re.compile(rf"(?P<one>{_ONE})(?:\s*(?:/|&|dan)\s*(?P<other>{_ONE}))?{_COLON}")
_SMALL_LABEL = re.compile(rf"(?<![a-z])(?P<one>{'|'.join(_ALL)})(?P<other>){_COLON}", re.IGNORECASE)
_OLEH = re.compile(r"(?P<one>Oleh|OLEH)(?P<other>)\s+(?=[A-Z])")

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
_MAX_LINE_CHARS = 300
"""A longer line is no line of credits. Like the numbers above chosen, not measured."""
_MAX_TAIL_PARAGRAPHS = 16
_MAX_HEAD_PARAGRAPHS = 3

_SYNDICATED = re.compile(r"Berita ini telah tayang di\b", re.IGNORECASE)
_COPYRIGHT = re.compile(r"\s*(?:COPYRIGHT\s*(?:©|\(c\))|©).*", re.IGNORECASE | re.DOTALL)
_NOTICE = re.compile(r"Dilarang keras\b|Hak cipta\b", re.IGNORECASE)
_CHROME = re.compile(
    r"[\W_]*|baca juga\b.{0,150}|(?:berita|artikel) (?:terkait|lainnya)|komentar|tinggalkan (?:komentar|balasan)"
    r"|(?:bagikan|share|sebarkan|like|suka|tweet)\b.{0,20}|(?:post )?(?:views?|tags?|topik|label)\s*:.*"
    r"|facebook|twitter|x|whats ?app|telegram|line|linkedin|pinterest|e-?mail|surel|cetak|print|salin tautan|copy link"
    r"|(?:memuat|loading)\W*|(?:telah )?dibaca\W*[\d.,]+.{0,20}|[\d.,]+ views?",
    re.IGNORECASE,
)
"""Lines around credits that are the page's, not the story's."""

_ADVERTORIAL = re.compile(r"adv|adve(?:r|n)?torial|pariwara|berita kerja ?sama", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:MC(?=\s|Kab)|(?:Media ?Cent(?:er|re)|Kominfo|Diskominfo|Humas|Prokopim|Protokol)\w*\b).{0,60}", re.IGNORECASE
)
_INITIALS = re.compile(r"[A-Za-z][A-Za-z.]{0,11}")
_SHORT_FORM = re.compile(r"[A-Z]{2,}|Dis[a-z]|Bap[a-z]|Pem[a-z]")
_SPOKEN = re.compile(r"[A-Z]{2,}|[A-Z][a-z]*[aeiou][a-z]+[a-z.]*")
_PARENTHESES = re.compile(r"\s*\((?P<inside>[^()]{1,100})\)[\s.]*$")
_ENDS_A_SENTENCE = re.compile(r"[.!?…\"”'’)*]$")

Named = tuple[str, str]
"""A label, in lower case, and the names behind it."""


@dataclass(frozen=True, slots=True)
class Credits:
    """The credits of a story; several names of a field are joined by ", "."""

    pewarta: str | None = None
    editor: str | None = None
    credit: str | None = None
    is_advertorial: bool = False
    dateline: str | None = None
    translator: str | None = None


@dataclass(slots=True)
class _Supplied:
    """What the parentheses at the end of a text say: "(ADV/MC Kominfo Paser)", "(Rina/MC PPU)"."""

    offices: list[str] = field(default_factory=list)
    reporters: list[str] = field(default_factory=list)
    is_advertorial: bool = False

    def add(self, other: _Supplied) -> None:
        self.offices += other.offices
        self.reporters += other.reporters
        self.is_advertorial = self.is_advertorial or other.is_advertorial


def read_credits(paragraphs: Sequence[str], byline: Sequence[str] = (), *, site: Site) -> tuple[list[str], Credits]:
    """Separates the story from its credits: (paragraphs of the body, credits). The dateline stays in the body.

    `paragraphs` is the text as printed, which AMP pages may have twice; `byline` are lines of credits that the page
    prints outside the text.
    """
    body = _once([paragraph for paragraph in paragraphs if not _SYNDICATED.match(paragraph)])
    named = [pair for line in byline for pair in _loosely_named(line)]
    supplied = _Supplied()
    body = _without_head(_without_tail(body, named, supplied), named)
    names = {name: _first(named, labels) for name, labels in _LABELS.items()}
    return body, Credits(
        pewarta=names["pewarta"] or ", ".join(supplied.reporters) or None,
        editor=names["editor"],
        credit=next(iter(supplied.offices), None) or names["source"],
        is_advertorial=supplied.is_advertorial,
        dateline=read_dateline(body[0], site) if body else None,
        translator=names["translator"],
    )


def _first(named: Sequence[Named], labels: Iterable[str]) -> str | None:
    """The names behind the first of these labels that has any."""
    return next((names for label in labels for one, names in named if one == label.casefold() and names), None)


def _once(paragraphs: Sequence[str]) -> list[str]:
    """The first half of paragraphs whose second half repeats it, as some AMP pages do; others as they are."""
    half = len(paragraphs) // 2
    if len(paragraphs) % 2 == 0 and half and list(paragraphs[:half]) == list(paragraphs[half:]):
        return list(paragraphs[:half])
    return list(paragraphs)


# The end of the text


def _without_tail(paragraphs: list[str], named: list[Named], supplied: _Supplied) -> list[str]:
    """The paragraphs without the credits at their end. These are added to `named` and `supplied`."""
    body = _until_copyright(paragraphs)
    cut, labels = len(body), set[str]()
    lines: list[list[Named]] = []
    offices: list[_Supplied] = []
    for index in range(len(body) - 1, max(-1, len(body) - _MAX_TAIL_PARAGRAPHS), -1):
        text = body[index]
        line, office = _line_of_credits(text)
        if line:
            own = {label for label, _ in line}
            if own & labels:
                break  # a list of people, of which the last are the story's own
            labels |= own
            lines.append(line)
            offices += [office] if office else []
            cut = index
        elif _COPYRIGHT.match(text):
            cut = index
        elif not lines and office is not None:
            offices.append(office)  # if a byline stands above it, else it is read below
        elif not _CHROME.fullmatch(text):
            break
    if cut == len(paragraphs) - len(lines) and lines and cut and body[cut - 1].endswith(":"):
        return body  # "The winners are:", and then who won
    for line in reversed(lines):
        named += line
    for office in offices if lines else []:
        supplied.add(office)
    return _without_glued_tail(_once(body[:cut]), named, supplied)


def _line_of_credits(text: str) -> tuple[list[Named], _Supplied | None]:
    """What a paragraph says that is nothing but credits: labels, parentheses, or both."""
    match = _PARENTHESES.search(text[-_MAX_LINE_CHARS:])
    office = _supplied(match[0], "") if match else None
    if match and office:
        text = text[: len(text) - len(match[0])]
    line = _named(text)
    return line, office if line or not text.strip() else None


def _until_copyright(paragraphs: list[str]) -> list[str]:
    """The paragraphs before the last copyright line, if only notices and short lines stand behind it."""
    for index in range(len(paragraphs) - 1, max(-1, len(paragraphs) - _MAX_TAIL_PARAGRAPHS), -1):
        text = paragraphs[index]
        if _COPYRIGHT.fullmatch(text) and len(text) <= _MAX_LINE_CHARS:
            return paragraphs[:index]
        if _is_prose(text) and not _NOTICE.match(text):
            break
    return paragraphs


def _is_prose(text: str) -> bool:
    """Whether a paragraph may be one of a story: long, or a sentence."""
    return len(text) > 120 or (len(text.split()) > 3 and bool(_ENDS_A_SENTENCE.search(text)))


def _without_glued_tail(body: list[str], named: list[Named], supplied: _Supplied) -> list[str]:
    """The paragraphs without what stands glued to the end of the last one: parentheses and labels, in any order."""
    while body:
        text = body[-1]
        match = _PARENTHESES.search(text[-_MAX_LINE_CHARS:])
        if match:
            before = text[: len(text) - len(match[0])].rstrip()
            if (office := _supplied(match[0], before)) is not None:
                supplied.add(office)
                body = [*body[:-1], before] if before else body[:-1]
                continue
        glued = _glued(text)
        if glued is None:
            break
        body = [*body[:-1], glued[0]]
        named += glued[1]
    return body


def _glued(text: str) -> tuple[str, list[Named]] | None:
    """(the text before a byline that is glued to its end, the byline)."""
    start = max(0, len(text) - _MAX_LINE_CHARS)
    for form in (_OLEH, _LABEL):
        for match in form.finditer(text, start):
            before, line = text[: match.start()].rstrip().removesuffix("(").rstrip(), _named(text[match.start() :])
            if not before or not line:
                continue
            is_glued = match.start() == len(before) and before[-1].islower()
            fields = {_FIELDS[label] for label, _ in line}
            if form is _OLEH and len(line) == 1:
                continue  # "... dibuka. Oleh Ani Wijaya" may be a sentence
            if is_glued or _ENDS_A_SENTENCE.search(before) or {"pewarta", "editor"} <= fields:
                return before, line
    return None


def _without_head(body: list[str], named: list[Named]) -> list[str]:
    """The paragraphs without a byline above the first one. It is added to `named`."""
    for index in range(min(len(body), _MAX_HEAD_PARAGRAPHS + 1)):
        line = _named(body[index])
        # "Laporan:" above a text may be a heading, too.
        if line and all(names and _FIELDS[label] and label != "laporan" for label, names in line):
            continue
        if index and index <= _MAX_HEAD_PARAGRAPHS and _is_prose(body[index]):
            named += [pair for text in body[:index] for pair in _named(text)]
            return body[index:]
        break
    return body


# One line


def _named(text: str) -> list[Named]:
    """What a line of credits says. Empty for a line that is anything else: behind each label stand names alone, or
    nothing."""
    text = _COPYRIGHT.sub("", text).strip()
    if not text or len(text) > _MAX_LINE_CHARS:
        return []
    text = text.lstrip("([*–—- ") if text[0] in "([*–—" else text
    for form in (_LABEL, _SMALL_LABEL):
        labels = list(form.finditer(text))
        if (oleh := _OLEH.match(text)) and not (labels and labels[0].start() == 0):
            labels.insert(0, oleh)
        if not labels or labels[0].start() != 0:
            continue
        named: list[Named] = []
        for label, value in _values(labels, text):
            names = _names(value, is_small=len(labels) > 1)
            if (value or label is oleh) and names is None:
                break
            if label is oleh and any(word.casefold() in _OFFICES for word in (names or "").split()):
                break
            named += [(one.casefold(), names or "") for one in (label["one"], label["other"]) if one]
        else:
            return named
    return []


def _loosely_named(line: str) -> list[Named]:
    """What a line says that the page prints as its byline. Labels may stand anywhere in it, and names may be small."""
    line = _COPYRIGHT.sub("", " ".join(line.split()))
    labels = list(_LABEL.finditer(line)) or list(_SMALL_LABEL.finditer(line))
    if (oleh := _OLEH.match(line)) and not (labels and labels[0].start() == 0):
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


def _supplied(text: str, before: str) -> _Supplied | None:
    """What parentheses say that stand behind `before`; None for those of a sentence, as "(lima puluh)" and the short
    form of an office that was named just before."""
    match = _PARENTHESES.fullmatch(text)
    if match is None:
        return None
    inside = " ".join(match["inside"].split())
    if re.fullmatch(r"\*+", inside):
        return _Supplied()
    parts = [part for part in re.split(r"\s*[/|]\s*", inside) if part]
    if len(parts) == 1 and (split := re.fullmatch(r"(adv\w*)[\s:,–-]+(.+)", inside, re.IGNORECASE)):
        parts = [split[1], split[2]]
    supplied = _Supplied()
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
    ends = not before or bool(_ENDS_A_SENTENCE.search(before))
    return supplied if ends or (is_sure and not is_explained) else None
