"""What a page prints around its story, where nobody described the page: time, people, rubrik, caption.

All of it is looked for near the story: a few lines before the headline, between headline and text, and behind the text.
Elsewhere on a page stand the times and the reporters of other stories.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from archive.extract.dates import read_date_line
from archive.extract.headline import SiteNames, letters
from archive.extract.text_runs import Run
from archive.extract.urls import absolute

Element = Any  # lxml ships no types

LINES_BEFORE, LINES_BEHIND = 8, 16
"""How many lines before the headline and behind the text are near. Chosen after 21 pages of ten newsrooms."""
_MAX_LINE_CHARS = 160
_TIME = re.compile(
    r"(?:(?P<weekday>senin|selasa|rabu|kamis|jum['’‘`´]?at|sabtu|minggu|ahad|\w+day)\s*[,/|-]?\s*)?"
    r"(?<!\d)(?:(?P<day>\d{1,2})(?:\s+|\s*[-/.]\s*)(?:(?P<word>[a-z]{3,9})\.?|(?P<month>\d{1,2}))(?:\s+|\s*[-/.,]\s*)(?P<year>20\d{2}|19\d{2})"
    r"|(?P<word2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2}),\s*(?P<year2>20\d{2}|19\d{2}))"
    r"[\s,|•·\-–—/@]*(?:(?:at|pukul|jam|pkl\.?)\s*:?\s*)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]\d{2})?(?!\d)\s*(?P<zone>wib|wita|wit)?(?![a-z])",
    re.IGNORECASE,
)

_REPORTER = (
    r"pewarta|penulis|reporter|wartawan|jurnalis|kontributor|laporan(?: wartawan)?|rep|author|written by|ditulis oleh"
    r"|dilaporkan oleh|oleh|by"
)
_EDITOR = r"editor|red|redaktur|penyunting|disunting oleh"
_LABELLED = re.compile(
    rf"(?P<label>(?<!\w)(?:{_REPORTER}|{_EDITOR}))(?:\s*[:|]\s*|\s+(?=[A-Z]))(?P<names>[^:|]*?)(?=\s*(?:$|[|•·]|(?<!\w)(?:{_REPORTER}|{_EDITOR})\s*:))",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(rf"(?:{_REPORTER}|{_EDITOR})\s*[:|]?", re.IGNORECASE)
_IS_EDITOR = re.compile(_EDITOR, re.IGNORECASE)
_PERSON_CLASS = re.compile(r"author|byline|penulis|reporter|pewarta|wartawan|jurnalis|writer|redaktur", re.IGNORECASE)
_PICTURE_CLASS = re.compile(
    r"photo|foto|caption|figure|image|img|gambar|gallery|galeri|pic(?:ture)?(?:\b|_)|keterangan|deskripsi|copyright",
    re.I,
)
_NO_PERSON = frozenset(
    "admin administrator redaksi redaktur tim team staff staf web design development developer webmaster media cyber"
    " online digital pt cv inc ltd group news newsroom berita kominfo diskominfo humas dinas super user root editor"
    " update updated diperbarui diterbitkan dipublikasikan tayang posted published terakhir kali dibaca views kategori"
    " penulis reporter wartawan kontributor jurnalis author share comments komentar tweet".split()
)
_NAME = re.compile(r"[^\W\d_][\w.'’`\- ]{1,48}[\w.)]")
_CAPTION_CLASS = re.compile(
    r"caption|cap-foto|photodesc|photo-desc|deskripsi|imageinfo|image-info|keterangan|ket-foto|ket_foto|img-desc|foto-desc",
    re.I,
)
_MAX_BESIDE_CHARS = 400
_CREDIT_CLASS = re.compile(r"author|credit|copyright|source|sumber|photographer", re.IGNORECASE)
_RUBRIK_CLASS = re.compile(r"bread[-_]?\w|crumbs?\b|kanal|rubrik|category|kategori|channel", re.IGNORECASE)
_MAX_BREADCRUMB_CHARS = 400
_ENTRIES = re.compile(r"\s*[»›>|/]+\s*")
_HOME = frozenset(("home", "beranda", "depan", "halamanutama", "index", "indeks"))


def printed_time(lines: Iterable[str]) -> datetime | None:
    """The time that the first of the lines with one prints, if its zone is printed: WIB, WITA or WIT. The zone of a
    site that nobody described is not known."""
    for line in lines:
        if len(line) > _MAX_LINE_CHARS:
            continue
        for match in _TIME.finditer(line):
            day, year = match["day"] or match["day2"], match["year"] or match["year2"]
            word, number, zone = match["word"] or match["word2"], match["month"], match["zone"] or ""
            date = f"{day}/{number}/{year}" if number else f"{day} {word} {year}"
            if moment := read_date_line(f"{date} {match['hour']}:{match['minute']} {zone}".strip(), None):
                return moment
    return None


def without_time(line: str) -> str:
    return _TIME.sub(" ", line).strip(" |,-–—•·/")


def has_time(line: str) -> bool:
    return _TIME.search(line) is not None


class People:
    """Who wrote and who edited, as the lines and elements near a story say it."""

    def __init__(self, names: SiteNames) -> None:
        self._site = names
        self.reporter: str | None = None
        self.editor: str | None = None

    def read_lines(self, lines: Sequence[str]) -> None:
        """Reads lines with a label: "Penulis: X", "Oleh X", or a label and the name in the next line."""
        for index, line in enumerate(lines):
            if len(line) > _MAX_LINE_CHARS:
                continue
            if _LABEL_ALONE.fullmatch(line):
                following = next((one for one in lines[index + 1 : index + 3] if letters(one)), "")
                following = following.lstrip(" :|")
                if not _LABEL_ALONE.fullmatch(following):
                    self._take(line, following)
                continue
            plain = without_time(line)
            match = _LABELLED.match(plain)
            while match:
                self._take(match["label"], match["names"])
                match = _LABELLED.match(plain, _next(plain, match.end()))

    def read_elements(self, runs: Sequence[Run]) -> None:
        """Reads lines whose element says that it names a person, or that hold a name beside the time."""
        for run in runs:
            if self.reporter is not None or len(run.text) > _MAX_LINE_CHARS:
                continue
            around = [run.within, *run.within.iterancestors()][:4]
            if any(_PICTURE_CLASS.search(_named(element)) or element.tag == "figure" for element in around):
                continue
            says = any(
                _PERSON_CLASS.search(_named(element))
                or "author" in (element.get("rel") or "").lower().split()
                or "author" in (element.get("itemprop") or "").lower().split()
                for element in around[:3]
            )
            rest = without_time(run.text)
            beside = (
                has_time(run.text)
                and len(rest.split()) >= 2
                and all(word[0].isupper() for word in rest.split())
                and letters(run.within.text_content()) == letters(rest)
            )
            if says or beside:
                self._take("oleh", without_time(run.text))

    def _take(self, label: str, value: str) -> None:
        found = self.names(value)
        if not found:
            return
        if _IS_EDITOR.fullmatch(label.strip(" :|")):
            self.editor = self.editor or found
        else:
            self.reporter = self.reporter or found

    def names(self, text: str) -> str | None:
        """The people that a text names, joined by ", "; None unless all of it is names."""
        text = re.sub(
            r"^(?:kontributor|wartawan|koresponden)\s+[^,|]{2,30},\s*", "", text.strip(" :"), flags=re.IGNORECASE
        )
        text = re.sub(rf"^(?:(?:{_REPORTER}|{_EDITOR})\b\s*:?\s*)+", "", " ".join(text.split()), flags=re.IGNORECASE)
        kept: list[str] = []
        for piece in re.split(r"\s*[|/;]\s*|\s+[-–—]\s*|,\s*(?=\S{1,}\s+\S)|\s+(?:dan|and|&)\s+", text):
            piece = piece.strip(" ,-–—()")
            if not piece or self._site.is_name(piece):
                continue
            if not self.is_person(piece):
                return ", ".join(kept) or None
            kept.append(piece)
        return ", ".join(dict.fromkeys(kept)) or None

    def is_person(self, name: str) -> bool:
        words = name.split()
        return (
            _NAME.fullmatch(name) is not None
            and len(words) <= 6
            and (words[0][0].isupper() or words[0].islower() is False)
            and not any(letters(word) in _NO_PERSON for word in words)
            and not re.search(r"\.(?:com|co|id|net|org)\b|https?:|@", name)
            and not self._site.is_name(name)
        )


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " |•·,;":
        at += 1
    return at


def _named(element: Element) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"


def rubrik(before: Sequence[Run], between: Sequence[Run], title: str, url: str) -> str | None:
    """The last entry of the breadcrumb near the headline that is neither the front page nor the story itself."""
    near = [*before, *between]
    for wanted in (_in_breadcrumb, _after_home):
        for run in reversed(list(wanted(near))):
            text = next((one for one in reversed(_ENTRIES.split(run.text)) if letters(one)), "").strip()
            link = next((one for one in (run.within, *run.within.iterancestors()) if one.tag == "a"), None)
            if not letters(text) or letters(text) in _HOME or len(text) > 40 or has_time(text):
                continue
            if letters(text) in letters(title) and len(text.split()) > 3:
                continue
            if link is not None and not _is_section(absolute(url, link.get("href"))) and wanted is _after_home:
                continue
            return text
    return None


def _in_breadcrumb(runs: Sequence[Run]) -> Iterator[Run]:
    for run in runs:
        for element in [run.within, *run.within.iterancestors()][:5]:
            if element.tag in ("body", "html", "main") or len(element.text_content()) > _MAX_BREADCRUMB_CHARS:
                break  # WordPress marks a whole post "category-politik"
            if _RUBRIK_CLASS.search(element.get("class") or "") or "BreadcrumbList" in (element.get("itemtype") or ""):
                yield run
                break


def _after_home(runs: Sequence[Run]) -> Iterator[Run]:
    """The links of a list that begins with the front page's."""
    at = max((i for i, run in enumerate(runs) if letters(run.text) in ("home", "beranda")), default=None)
    if at is not None:
        for run in runs[at + 1 :]:
            if 2 * run.link_chars < len(run.text):
                return
            yield run


def _is_section(target: str) -> bool:
    try:
        return bool(urlsplit(target).hostname)
    except ValueError:
        return False


def caption(runs: Sequence[Run], title: str) -> str | None:
    """The caption of the story's first picture: in an element that says so, else the line beside the picture."""
    for says in (_says_caption, _describes, _beside_picture):
        for run in runs:
            holder = says(run)
            if holder is None or 2 * run.link_chars > len(run.text):
                continue
            # Who took the picture stands in a line or an element of its own.
            lines = [one for one in runs if holder in (one.within, *one.within.iterancestors())]
            text = _without_credit(max(lines, key=lambda one: len(one.text)))
            if 3 <= len(text) <= 1000 and letters(text) != letters(title):
                return text
    return None


def _without_credit(run: Run) -> str:
    text = run.text
    for element in run.block.iter("span", "b", "i", "em", "small"):
        credit = " ".join(element.text_content().split())
        if _CREDIT_CLASS.search(_named(element)) and credit and len(credit) < len(text):
            text = text.replace(credit, "").strip(" |-")
    return text


def captions(runs: Sequence[Run]) -> list[str]:
    """The captions of a story in pictures."""
    return [run.text for run in runs if _says_caption(run) is not None and run.prose]


def _says_caption(run: Run) -> Element | None:
    for element in [run.within, *run.within.iterancestors()][:3]:
        named = f"{_named(element)} {element.get('itemprop') or ''}".lower()
        if element.tag == "figcaption" or ("caption" in named and not element.xpath(".//img")):
            return element
    return None


def _describes(run: Run) -> Element | None:
    for element in [run.within, *run.within.iterancestors()][:3]:
        if _CAPTION_CLASS.search(_named(element)) and not element.xpath(".//img"):
            return element
    return None


def _beside_picture(run: Run) -> Element | None:
    """A small box with a picture and the line. A paragraph beside a picture is text."""
    if run.block.tag == "p" or len(run.text) > _MAX_BESIDE_CHARS:
        return None
    for element in [run.block, *run.block.iterancestors()][:2]:
        pictures = element.xpath(".//img") or element.xpath("preceding-sibling::*[1]/descendant-or-self::img")
        if pictures and _PICTURE_CLASS.search(_named(element)) and len(element.text_content()) <= 1000:
            return element
    return None
