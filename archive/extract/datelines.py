"""The dateline: the place that Indonesian newsrooms print before the first sentence (FACTS, section 3).

Tana Paser (ANTARA) - Bupati ...          a place, the agency's mark, a dash or none
Jakarta, 5/11 (ANTARA) - Bupati ...       with the day, which is no part of the place
TEMPO.CO, Jakarta - Bupati ...            a newsroom's address before the place
JAKARTA, KOMPAS.com - Bupati ...          or behind it
Tana Paser – Bupati ...                   a known place alone
TANA PASER, MCKabPaser – Bupati ...       with a mark that one newsroom prints (Site.dateline_marks)
"""

from __future__ import annotations

import re
from functools import cache

from archive.sites import Site
from archive.sites.places import CITIES

_WORD = r"[A-Z][\w.'’\-]*"
_PLACE = rf"(?P<place>{_WORD}(?:[ /]{_WORD}){{0,4}}(?:, ?{_WORD}(?: {_WORD}){{0,3}}){{0,2}})"
_MONTH = r"(?:Jan|Feb|Peb|Mar|Apr|Mei|Jun|Jul|Ag|Sep|Okt|No[vp]|Des)[a-z]{0,6}"
_WEEKDAY = r"(?:Senin|Selasa|Rabu|Kamis|Jum['’]?at|Sabtu|Minggu|Ahad)"
_DAY = rf"(?:{_WEEKDAY},?\s*)?(?:\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?|\d{{1,2}} {_MONTH} \d{{4}})"
_WITH_DAY = rf"(?:\s*,?\s*(?:{_WEEKDAY}\s*)?(?:\(\s*{_DAY}\s*\)|{_DAY}))"
_DASH = r"\s*[-–—]{1,2}\s*"
_ADDRESS = r"[A-Za-z][A-Za-z0-9]{1,20}(?:\.[A-Za-z]{2,6}){1,3}"
"""A newsroom's name with its domain: TEMPO.CO, REPUBLIKA.CO.ID, KOMPAS.com."""

_GENERAL = (
    rf"{_PLACE}{_WITH_DAY}?\s*,?\s*\(\s*(?:ANTARA|Antara)(?:news)?\b[^()]{{0,40}}\)\s*[-–—]*\s*",
    rf"{_PLACE}{_WITH_DAY}?\s*,\s*ANTARA(?: News)?(?: [A-Z][a-z]+)?{_DASH}\S",
    rf"{_ADDRESS}\s*,\s*{_PLACE}{_WITH_DAY}?{_DASH}\S",
    rf"{_PLACE}{_WITH_DAY}?\s*,\s*{_ADDRESS}{_DASH}\S",
)


def read_dateline(paragraph: str, site: Site | None = None) -> str | None:
    """The place of the dateline at the beginning of a paragraph, as printed: "Serang, Banten (ANTARA) - ..." gives
    "Serang, Banten". Without a site, the forms of all newsrooms and the large cities are known."""
    text = " ".join(paragraph[:_MAX_CHARS].split()).lstrip("\u200b\u2060\ufeff ")
    marks, places = (site.dateline_marks, site.places) if site else ((), ())
    for form in _forms_of(marks, tuple(dict.fromkeys((*places, *CITIES)))):
        if match := form.match(text):
            return match["place"].strip(" ,")
    return None


_MAX_CHARS = 200


@cache
def _forms_of(marks: tuple[str, ...], places: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Regular expressions of datelines: those of all newsrooms, those with a site's marks, and of known places."""
    forms = [re.compile(form) for form in _GENERAL]
    if marks:
        mark = "|".join(map(re.escape, marks))
        forms.append(re.compile(rf"(?P<place>[A-Z][\w .'’\-]{{1,40}}?)\s*,\s*(?:{mark})\s*[-–—]*\s*", re.IGNORECASE))
    known = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    # "Balikpapan - Samarinda" is a road, and "Jakarta-based" is a word.
    alone = rf"\s+[-–—]{{1,2}}\s*(?!(?:{known})\b)\S"
    with_newsroom = rf"\s*,\s*(?-i:{_WORD}(?: {_WORD}){{1,2}})\s+[-–—]{{1,2}}\s+\S"
    with_office = r"\s*,?\s*\((?-i:[A-Z])[^()]{2,40}\)\s*[-–—]{1,2}\s*\S"
    forms.append(
        re.compile(rf"(?P<place>{known})(?:{alone}|{with_office}|{_WITH_DAY}{_DASH}\S|{with_newsroom})", re.IGNORECASE)
    )
    return forms
