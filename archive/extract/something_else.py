"""Pages that come with status 200 in place of a story: "not found" in the site's own theme, maintenance, login,
consent, a bot defence, a parked domain. And whether a page says which story it is. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from archive.extract.article import GENERIC, Article
from archive.extract.urls import absolute
from archive.sites import Site

CHALLENGES = (
    "/cdn-cgi/challenge-platform/",
    "cf-chl-",
    "cf-turnstile",
    "_Incapsula_Resource",
    "/.well-known/sgcaptcha/",
    "g-recaptcha",
    "h-captcha",
)
"""Marks of bot defences' challenge pages. They count only on a page without a story: others may have them, too."""

_THING = r"(?:halaman|laman|konten|artikel|berita|pos|page|post|article|content|url|alamat|link|tautan)"
_OOPS = r"(?:(?:oops|ups|waduh|maaf|mohon maaf|sorry|error|eror|galat|kesalahan|whoops|404)\W+)*"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (words, re.compile(f"{_OOPS}(?:{pattern})\\W*", re.IGNORECASE))
    for words, pattern in (
        (
            "a page for what is not there",
            r"(?:error|eror|galat)?\s*404(?: error)?"
            rf"|(?:this |that |the )?{_THING}(?: web)?(?: (?:yang (?:anda"
            rf"|kamu|kita) \w+|ini|itu|you \w+ \w+|you requested"
            r"|you(?:'|’)?re looking for|requested))*"
            r" (?:tidak (?:dapat |bisa )?(?:ditemukan|ada|tersedia)|(?:telah|sudah) dihapus"
            r"|(?:was |is |could |can)?\s*(?:not|n[’']t) (?:be )?(?:found|available)|does(?: not|n[’']t) exist)"
            r"|nothing (?:was )?found(?: here)?|not found|tidak ditemukan",
        ),
        (
            "a page about maintenance",
            r"(?:(?:situs|website|web|laman|halaman|sistem|server|layanan)(?: web)?(?: ini| kami)?\W+)?"
            r"(?:sedang|masih|lagi|dalam)(?: dalam)? (?:masa "
            r"|proses )?(?:perbaikan|pemeliharaan|perawatan|maintenance)"
            r"|(?:(?:site|website|page|we are|we[’']re|this site is"
            r"|our site is)\s+)?(?:currently )?(?:down for|under)"
            r" (?:scheduled |routine )?(?:maintenance|construction)"
            r"|(?:site|website|scheduled|server)? ?maintenance(?: mode"
            r"| page)?|perbaikan sistem|coming soon|segera hadir"
            r"|(?:we(?:[’']| wi)ll )?be (?:right )?back(?: soon"
            r"| shortly)?|briefly unavailable for scheduled maintenance.*",
        ),
        (
            "an error of the server",
            r"(?:\d{3}\W+)?(?:service (?:temporarily )?unavailable"
            r"|internal server error|bad gateway|gateway time-?out"
            r"|too many requests|server error)|database error|error establishing a database connection|fatal error"
            r"|bandwidth limit exceeded|resource limit is reached"
            r"|(?:this )?(?:account|website|site)(?: has been| is)?"
            r" suspended|akun (?:ini )?(?:ditangguhkan|disuspend)|web server is down|connection timed out",
        ),
        (
            "a login",
            r"(?:log ?in|sign ?in|masuk|silakan (?:login|masuk))(?: (?:ke"
            r"|to|di|untuk|dulu|terlebih|area|page|required|form"
            r"|akun|member|anggota|admin|dengan)\b.{0,60})?",
        ),
        (
            "a question for consent",
            r"before you continue(?: to .{1,60})?|we (?:value|care about|respect) your privacy"
            r"|kami (?:menghargai|menghormati) privasi anda|(?:cookie"
            r"|privacy|gdpr)\W*(?:consent|settings|preferences|notice)"
            r"|persetujuan (?:cookie|penggunaan .{1,40})|pengaturan (?:cookie"
            r"|privasi)|your privacy (?:choices|matters).*",
        ),
        (
            "a refusal",
            r"(?:403\W+)?(?:access (?:denied|to this page has been denied)|akses (?:ditolak|diblokir)|forbidden)"
            r"|(?:your )?(?:request|access)(?: has been| was)? (?:blocked|rejected)|(?:sorry, )?you have been blocked"
            r"|just a moment|attention required!?.*|(?:are"
            r"|verify) you(?: are|[’']re)? (?:a |not a )?(?:human|robot).*"
            r"|(?:checking|verifying) your browser.*|security check(?:point)?|one more step|pemeriksaan keamanan"
            r"|internet (?:positif|baik)|trust ?positif|situs (?:ini )?diblokir",
        ),
        (
            "a parked domain",
            r"(?:this )?domain(?: name)?(?: \S+\.\S+)? ?(?:is |ini "
            r"|may be )?(?:for sale|parked|parking|expired|dijual|default"
            r"|telah (?:habis|kedaluwarsa|expired)).*|\S+\.\w{2,10} is (?:for sale"
            r"|parked).*|buy this domain.*|welcome to nginx"
            r"|apache2? .{0,40}default page.*|default (?:web )?(?:site )?page"
            r"|index of /.*|it works|.{0,20}parked domain.*",
        ),
    )
)
"""What a page is -> how its whole title reads then."""
_SHORT_WORDS = 60
_LONG_WORDS = 150
"""A text of fewer words may be the message of a page that is no story; one of more is a story with an odd headline, if
the page says which story it is. Chosen, not measured."""
_MESSAGE = re.compile(
    r"nothing was found|tidak ada yang (?:dapat )?ditemukan"
    r"|halaman yang anda (?:cari|tuju|minta) (?:tidak|mungkin|sudah)"
    r"|the page you (?:requested|are looking for|were looking for)"
    r"|silakan (?:login|masuk|log in)\b|(?:please|you must"
    r"|you need to) (?:log|sign) ?in\b|login untuk (?:membaca|melanjutkan)"
    r"|sedang dalam (?:perbaikan|pemeliharaan)|under maintenance|undergoing (?:scheduled )?maintenance"
    r"|aktifkan javascript|enable javascript|accept (?:all )?cookies",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_SITE_NAME = re.compile(r"\s+[-–—|‹›«»·:•]{1,2}\s+")
_BODY = re.compile(r"<body\b[^>]*?\sclass\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_LISTS = ("home", "blog", "archive", "search-results", "search-no-results")
_BODY_CLASSES = {
    **dict.fromkeys(_LISTS, "a list of stories"),
    **dict.fromkeys(
        ("error404", "error-404", "page-404", "is-404", "not-found", "page-not-found"), "a page for what is not there"
    ),
    **dict.fromkeys(
        ("maintenance", "maintenance-mode", "wp-maintenance", "under-construction"), "a page about maintenance"
    ),
    **dict.fromkeys(("login", "login-page", "wp-login"), "a login"),
}
_WEAK_CLASSES = frozenset({"login", "maintenance", "not-found", *_LISTS})
"""Classes that may stand on a story's page, too, if it says which story it is."""
_PASSWORD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)


def something_else(text: str, article: Article | None, *, names_itself: bool) -> str | None:
    """What a page is that came in a story's place, in words; None if it may be the story. `article` is what was read
    from it; None if nothing was. `names_itself` is whether the page says that it is the story asked for."""
    match = _BODY.search(text)
    for name in "".join(match.groups("") if match else ()).lower().split():
        if name in _BODY_CLASSES and not (name in _WEAK_CLASSES and names_itself):
            return _BODY_CLASSES[name]
    if article is not None and article.word_count >= _LONG_WORDS and names_itself:
        return None
    title = _TITLE.search(text, 0, 200_000)
    told = " ".join(unescape(title[1]).split()) if title else ""
    for words in {told, _SITE_NAME.split(told)[0], article.title if article else ""}:
        for kind, pattern in _KINDS:
            if words and pattern.fullmatch(words[:200]):
                return kind
    if article is not None and names_itself:
        return None
    if article is not None and article.word_count <= _SHORT_WORDS and _MESSAGE.search(article.body):
        return "a message and no story"
    if (article is None or article.layout == GENERIC) and _PASSWORD.search(text):
        return "a login"
    return None


_TAG = re.compile(r"<(?:link|meta)\b[^>]*>", re.IGNORECASE)
_NAMING = re.compile(
    r"\b(?:rel\s*=\s*[\"']?(?:canonical|shortlink|amphtml)\b|(?:property|name|itemprop)\s*=\s*[\"']?"
    r"(?:og:url|twitter:url|mainEntityOfPage|url)\b)",
    re.IGNORECASE,
)
_TARGET = re.compile(r"\b(?:href|content|itemid)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_POST_CLASS = re.compile(r"\bpostid-(\d{1,15})\b")
_POST_ELEMENT = re.compile(r"<(?:article|div|main|section)\b[^>]*?\sid\s*=\s*[\"']?post-(\d{1,15})\b", re.IGNORECASE)
_LINKED = re.compile(r"\"(?:mainEntityOfPage|url|@id)\"\s*:\s*(?:\{[^{}]{0,200}?\"@id\"\s*:\s*)?\"([^\"]{1,500})\"")
_LINK = re.compile(r"\b(href|data-(?:url|href|permalink))\s*=\s*[\"']([^\"'>]{1,2000})")
_SHARES = ("share", "intent", "send", "wa.me", "pin/create")
_ADDRESS = re.compile(r"https?://[^\s\"'<>&]+")


def names_its_story(text: str, *, number: int | None, urls: tuple[str, ...], site: Site) -> bool:
    """Whether a page says which story it is, and says this one: by its canonical address, its number in the markup of
    WordPress, its machine-readable data, or its share links."""
    if site.has_permalinks:
        body = _BODY.search(text)
        if body and (match := _POST_CLASS.search("".join(body.groups("")))):
            return number in (None, int(match[1]))
    own = {path for url in urls if (path := _path(url))}
    for said in _said_addresses(text):
        address = site.identify(site.origin + _path_of(absolute(urls[0], said)))
        if address is None:
            continue
        if address.number is not None and address.number == number:
            return True
        if _path(address.url) in own:
            return True
    if not site.has_permalinks:
        return _is_copy(text, site)
    posts = {int(number) for number in _POST_ELEMENT.findall(text)}
    return len(posts) == 1 and number in (None, *posts)


def _is_copy(text: str, site: Site) -> bool:
    """Whether a page gives the address of a story at a sister host as its own, as a bureau's copy of a national story
    does."""
    parent = site.host.partition(".")[2]
    for said in _named_addresses(text):
        try:
            host = urlsplit(said).hostname or ""
        except ValueError:
            continue
        if host not in site.hosts and f".{host}".endswith(f".{parent}"):
            address = site.identify(site.origin + _path_of(said))
            if address is not None and address.number is not None:
                return True
    return False


def _named_addresses(text: str) -> Iterator[str]:
    """The addresses that the head of a page gives as its own."""
    for tag in _TAG.finditer(text):
        if _NAMING.search(tag[0]) and (target := _TARGET.search(tag[0])):
            yield unescape("".join(target.groups("")))


def _said_addresses(text: str) -> Iterator[str]:
    """The addresses that a page gives as its own, those that are found soonest first."""
    yield from _named_addresses(text)
    for match in _LINKED.finditer(text):
        yield match[1].replace("\\/", "/")
    for match in _LINK.finditer(text):
        address = match[2]
        if match[1] != "href":
            yield address
        elif "?" in address and any(word in address for word in _SHARES):
            yield from _ADDRESS.findall(unescape(unquote(address.partition("?")[2])))


def _path_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "/"
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _path(url: str) -> str:
    return _path_of(url).rstrip("/")
