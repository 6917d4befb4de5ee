"""The texts of the pages in Indonesian and English, and how each language writes days, times and numbers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}

LABELS: dict[str, tuple[str, str]] = {  # name: one text for each of LANGUAGES
    "archive": ("Arsip berita daerah", "Archive of regional news"),
    "skip": ("Langsung ke isi", "Skip to content"),
    "start": ("Beranda", "Start"),
    "tables": ("Tabel", "Tables"),
    "other_language": ("English", "Bahasa Indonesia"),
    "search": ("Cari", "Search"),
    "words": ("Kata yang dicari", "Words to search for"),
    "how": ("Cara mencari", "How to search"),
    "how_family": ("menulis juga menemukan penulis, ditulis, tulisan", "menulis also finds penulis, ditulis, tulisan"),
    "how_exact": ("bentuk ini saja", "this form alone"),
    "how_phrase": ("kata yang berdampingan", "words that stand together"),
    "how_or": ("salah satunya", "one of them"),
    "how_not": ("tanpa kata ini", "without this word"),
    "how_prefix": ("kata yang berawalan begini", "words that begin so"),
    "how_fields": ("di judul, nama pewarta, nama editor", "in the title, the reporter's name, the editor's name"),
    "how_narrow": ("dari situs, rubrik, kredit ini", "of this site, section, credit"),
    "how_days": ("terbit sejak, sampai", "published since, until"),
    "newest_stories": ("Berita terbaru", "Newest stories"),
    "sites": ("Situs", "Sites"),
    "site": ("Situs", "Site"),
    "stories": ("berita", "stories"),
    "story": ("berita", "story"),
    "last_run": ("Perayapan terakhir", "Last run"),
    "no_verdict": ("sedang berjalan, atau terputus", "at work, or cut off"),
    "never_run": ("belum pernah dirayapi", "never run"),
    "per_month": ("Berita per bulan", "Stories per month"),
    "per_month_of": ("Berita per bulan dari {first} sampai {last}", "Stories per month from {first} to {last}"),
    "most_in_a_month": ("terbanyak {count} dalam sebulan", "at most {count} in a month"),
    "by_year": ("Menurut tahun", "By year"),
    "nothing_yet": ("Arsip ini masih kosong.", "This archive is still empty."),
    "results_for": ("Hasil pencarian", "Search results"),
    "all_stories": ("Semua berita", "All stories"),
    "found_none": ("Tidak ada berita yang cocok.", "No story is like that."),
    "unknown_word": ("Tidak ada berita dengan kata", "No story has the word"),
    "did_you_mean": ("Mungkin maksud Anda", "Did you mean"),
    "prefix_cut": (
        "Awalan ini punya lebih banyak kata; yang dicari hanya {most} yang paling sering",
        "This beginning has more words; only the {most} commonest were looked for",
    ),
    "words_cut": (
        "Itu lebih dari yang dibaca: kata-kata terakhir tidak ikut dicari.",
        "That is more than is read: the last words were left out.",
    ),
    "pages_end": (
        "Halaman berlanjut sampai {count} berita: persempit menurut tahun atau kata untuk melihat yang berikutnya.",
        "Pages go on to {count} stories: narrow down by year or word to see those after them.",
    ),
    "or_unread": (
        "OR berlaku di antara kata, atau di antara situs, rubrik, atau kredit; di sini semuanya wajib.",
        "OR stands between words, or between sites, rubrics or credits; here all must be met.",
    ),
    "nothing_read": (
        "Tidak ada kata atau angka di situ: inilah semua berita.",
        "There is no word or number in that: these are all stories.",
    ),
    "uncounted": (
        "Artikel baru yang bentuk lain dan awalan katanya belum dikenal: {count}.",
        "New articles of whose words other forms and beginnings are not known yet: {count}.",
    ),
    "as_a_year": ("Yang terbit pada tahun itu", "Published in that year"),
    "order": ("Urutan", "Order"),
    "relevance": ("paling cocok", "best match"),
    "newest": ("terbaru", "newest"),
    "narrow": ("Persempit", "Narrow down"),
    "narrowed_by": ("Dipersempit", "Narrowed by"),
    "remove": ("hapus", "remove"),
    "of_the_newest": ("dihitung dari {bound} artikel terbaru", "counted over the newest {bound} articles"),
    "year": ("Tahun", "Year"),
    "section": ("Rubrik", "Section"),
    "pewarta": ("Pewarta", "Reporter"),
    "editor": ("Editor", "Editor"),
    "translator": ("Penerjemah", "Translator"),
    "credit": ("Kredit", "Credit"),
    "advertorial": ("Advertorial", "Advertorial"),
    "since": ("Sejak", "Since"),
    "until": ("Sampai", "Until"),
    "yes": ("ya", "yes"),
    "no": ("bukan", "no"),
    "previous": ("Sebelumnya", "Previous"),
    "next": ("Berikutnya", "Next"),
    "pages": ("Halaman", "Pages"),
    "same_as": ("Hasil ini sebagai", "This result as"),
    "also_on": ("Juga di", "Also on"),
    "withdrawn": ("Ditarik", "Withdrawn"),
    "withdrawn_since": (
        "Situs telah menarik berita ini; sejak {day} tidak ada lagi di sana. Teksnya tetap disimpan di sini.",
        "The site has withdrawn this story; it has not been there since {day}. Its text is kept here.",
    ),
    "published": ("Terbit", "Published"),
    "no_date": ("tanpa tanggal", "no date"),
    "place": ("Tempat", "Place"),
    "tags": ("Tag", "Tags"),
    "caption": ("Keterangan gambar", "Picture caption"),
    "address": ("Alamat", "Address"),
    "first_published": ("Terbit pertama di", "First published at"),
    "about": ("Tentang berita ini", "About this story"),
    "captured": ("Ditangkap", "Captured"),
    "captured_page": ("Halaman yang ditangkap", "Captured page"),
    "asked": ("Alamat yang diminta", "Address asked for"),
    "record": ("Rekaman", "Record"),
    "digest": ("Sidik isi", "Payload digest"),
    "history": ("Riwayat", "History"),
    "version": ("Versi", "Version"),
    "seen": ("dilihat", "seen"),
    "no_change": ("Tidak ada perubahan yang terlihat.", "No change was seen."),
    "cite": ("Kutip", "Cite"),
    "body": ("Isi", "Text"),
    "title": ("Judul", "Title"),
    "as_reporter": ("Sebagai pewarta", "As reporter"),
    "as_editor": ("Sebagai editor", "As editor"),
    "all_of": ("Semua berita {name}", "All stories of {name}"),
    "no_archive": ("Tidak ada arsip di sini.", "There is no archive here."),
    "no_such_page": ("Halaman ini tidak ada.", "There is no such page."),
    "no_such_story": ("Tidak ada berita ini di arsip.", "There is no such story in the archive."),
    "no_such_person": ("Tidak ada berita dari orang ini.", "There is no story of this person."),
    "no_such_capture": ("Tidak ada tangkapan ini di arsip.", "There is no such capture in the archive."),
    "cannot_show": ("Halaman ini tidak dapat ditampilkan", "This page cannot be shown"),
    "too_slow": (
        "Pencarian ini terlalu lama. Coba kata yang lebih khusus.",
        "This took too long. Try words that are less common.",
    ),
    "old_archive": (
        "Arsip ini dibuat oleh warta yang lebih lama: `warta crawl` berikutnya memperbaruinya.",
        "This archive was made by an older warta: the next `warta crawl` brings it up to date.",
    ),
    "sandbox": (
        "Isi halaman itu seperti yang diterima; skrip, gaya, gambar, dan tautan keluar dimatikan.",
        "What the page held as it was received; scripts, styles, pictures and links out of it are switched off.",
    ),
}


_VERDICTS = {
    "well": "baik",
    "degraded": "menurun",
    "read nothing": "tidak ada yang terbaca",
    "found nothing": "tidak ada yang ditemukan",
    "refused": "ditolak",
    "unreachable": "tidak terjangkau",
    "stopped": "dihentikan",
}


class Labels:
    """The labels in one language, as attributes: `labels.search`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.other: Language = "en" if language == "id" else "id"

    def __getattr__(self, name: str) -> str:
        try:
            return LABELS[name][LANGUAGES.index(self.language)]
        except KeyError:
            raise AttributeError(name) from None

    def verdict(self, verdict: str | None) -> str:
        """A run's verdict; a run without one is still at work or was killed."""
        if verdict is None:
            return self.no_verdict
        return _VERDICTS.get(verdict, verdict) if self.language == "id" else verdict

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", "." if self.language == "id" else ",")

    def day(self, value: date | str) -> str:
        """ "30 September 2026", from a date or from text that begins with an ISO date."""
        day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return f"{day.day} {_MONTHS[self.language][day.month - 1]} {day.year}"

    def month(self, value: str) -> str:
        """ "September 2026", from "2026-09"."""
        return f"{_MONTHS[self.language][int(value[5:7]) - 1]} {value[:4]}"

    def time(self, value: str) -> str:
        """ "30 September 2026, 08.00 UTC+8", from ISO text; without an offset if the text has none."""
        moment = datetime.fromisoformat(value)
        clock = f"{moment:%H.%M}" if self.language == "id" else f"{moment:%H:%M}"
        return f"{self.day(moment.date())}, {clock}{_offset(moment)}"


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None:
        return ""
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0:
        return f" {UTC}"
    hours = f"{abs(minutes) // 60}" + (f":{abs(minutes) % 60:02}" if minutes % 60 else "")
    return f" UTC{'+' if minutes > 0 else '-'}{hours}"


def language_of(header: str) -> Language:
    """The one of LANGUAGES that an Accept-Language header (RFC 9110, 12.5.4) prefers; Indonesian where it names none of
    them. Malay counts as Indonesian."""
    preferences = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*", quality) if quality else None
        preferences.append((-float(weight[1]) if weight else -1.0, place, tag.strip().lower().partition("-")[0]))
    for weight_, _, tag in sorted(preferences):
        if weight_ and tag in ("id", "in", "ms"):
            return "id"
        if weight_ and tag == "en":
            return "en"
    return "id"
