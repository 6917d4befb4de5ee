"""Pages that are no stories, whatever they declare themselves to be: lists, searches, and pages about the site."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_LISTS = frozenset("tag tags label labels search cari pencarian author authors penulis reporter".split())
"""A path that begins so lists stories, whatever follows."""
_SHORT_LISTS = frozenset(
    "indeks index topik topic topics kategori category categories rubrik kanal section arsip archive archives populer"
    " terpopuler terbaru terkini latest trending foto video".split()
)
"""A path that begins so, and goes on with a name or a number at most, lists stories; a story's slug is longer."""
_ABOUT = re.compile(
    r"(?:tentang|about)(?:-?(?:kami|us|saya|me))?|redaksi|(?:susunan|box|tim|dewan)-redaksi|(?:hubungi|kontak|contact)(?:-?(?:kami|us))?"
    r"|pedoman(?:-(?:media|pemberitaan))?(?:-media)?-(?:siber|cyber)|pedoman-media-siber|kode-etik(?:-jurnalistik)?|disclaimer"
    r"|sanggahan|privacy(?:-policy)?|kebijakan-(?:privasi|data-pribadi)|(?:syarat|ketentuan)[\w-]{0,30}|terms(?:-[\w-]{0,30})?"
    r"|(?:sign-?|log-?)in|sign-?up|wp-login|masuk|register|daftar|registrasi|lupa-(?:password|sandi)|(?:site-?map|peta-situs)"
    r"|karir|karier|career|careers|info-?iklan|iklan|advertise|struktur-organisasi|visi-(?:dan-)?misi|faq",
    re.IGNORECASE,
)
_ABOUT_TITLE = re.compile(
    r"(?:tentang|about) (?:kami|us)|redaksi|susunan redaksi|(?:hubungi|kontak|contact) (?:kami|us)"
    r"|pedoman (?:media|pemberitaan)(?: media)? siber|disclaimer|privacy policy|kebijakan privasi"
    r"|syarat (?:dan|&) ketentuan|log ?in|masuk|daftar|hasil pencarian.*|search results.*"
    r"|indeks(?: berita)?|kode etik(?: jurnalistik)?|peta situs",
    re.IGNORECASE,
)
_SLUG_WORDS = 4


def no_story(url: str, title: str | None) -> str | None:
    """What the address or the title of a page says that it is, where that is no story; None for any other page."""
    parts = urlsplit(url)
    segments = [unquote(segment).lower() for segment in parts.path.split("/") if segment]
    if segments and segments[0] in ("amp", "id", "index.php"):
        del segments[0]
    if re.match(r"(?:s|q|query|search|cari|keyword)=", parts.query):
        return "a list of stories"
    if not segments:
        return None if parts.query else "the front page"
    last = re.sub(r"\.(?:html?|php|aspx?)$", "", segments[-1])
    if segments[0] in _LISTS:
        return "a list of stories"
    if segments[0] in _SHORT_LISTS and len(segments) <= 3 and len(re.split(r"[-_.+\s]+", last)) < _SLUG_WORDS:
        return None if re.search(r"\d{4,}", "/".join(segments[1:])) else "a list of stories"
    if _ABOUT.fullmatch(last) or _ABOUT_TITLE.fullmatch((title or "").strip()):
        return "a page about the site"
    return None
