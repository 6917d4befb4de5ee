"""Times as the sites print them (FACTS, section 4): loose spellings, WIB on a WITA site, "Kemarin 18:31"."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from email.utils import format_datetime

from crawler.newsroom.grammar import DAYS
from crawler.newsroom.story import WIB, WITA

MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
_SHORT = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
_LOOSE = {2: ("Pebruari",), 8: ("Agt", "Agust", "Ags"), 9: ("Sept",), 11: ("Nopember",)}
_FRIDAYS = ("Jumat", "Jum'at", "Jum’at")
_ZONES = ("WIB", "WITA", "Wita", "WIB", "wib")


class DateLines:
    """Prints date lines in every spelling seen on the sites, each in its turn, so that a larger stock has them all."""

    def __init__(self) -> None:
        self._printed: Counter[str] = Counter()

    def _turn(self, what: str) -> int:
        """How often it was called with `what` before."""
        self._printed[what] += 1
        return self._printed[what] - 1

    def line(self, moment: datetime) -> tuple[str, set[str]]:
        """(the moment as a page prints it, names of the traps in it)."""
        turn, traps = self._turn("line"), set()
        zone = _ZONES[turn % len(_ZONES)]
        local = moment.astimezone(WITA)
        if zone.lower() == "wib":
            local = moment.astimezone(WIB)
            traps.add("wib")
        day = DAYS[local.weekday()]
        if day == "Jumat":
            day = _FRIDAYS[self._turn(day) % len(_FRIDAYS)]
            if day != "Jumat":
                traps.add(day.lower())
        elif day == "Minggu" and self._turn(day) % 4 == 1:
            day = "Ahad"
            traps.add("ahad")
        month = MONTHS[local.month - 1]
        loose = _LOOSE.get(local.month, ())
        month_turn = self._turn(month)
        if loose and month_turn % 2:
            month = loose[month_turn // 2 % len(loose)]
            traps.add(month.lower())
        elif turn % 3 == 2 and _SHORT[local.month - 1] != month:
            month = _SHORT[local.month - 1]
            traps.add("short-month")
        clock = f"{local:%H:%M}"
        if turn % 6 == 4:
            clock = f"{local:%H.%M}"
            traps.add("time-with-dot")
        return f"{day}, {local.day} {month} {local.year} {clock} {zone}", traps


def card_date(moment: datetime, now: datetime) -> str:
    """The date of a card in the listing markup of 2026: "21 jam lalu", "Kemarin 18:31" or "11 Juli 2026"."""
    moment, now = moment.astimezone(WIB), now.astimezone(WIB)
    days = (now.date() - moment.date()).days
    hours = int((now - moment).total_seconds() // 3600)
    if hours < 1:
        return f"{max(1, int((now - moment).total_seconds() // 60))} menit lalu"
    if hours < 24:
        return f"{hours} jam lalu"
    if days == 1:
        return f"Kemarin {moment:%H:%M}"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def feed_date(moment: datetime) -> str:
    """A date of ANTARA's feed: RFC 822 with +0700."""
    return format_datetime(moment.astimezone(WIB))
