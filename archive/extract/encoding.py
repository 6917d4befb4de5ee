"""Decodes the bytes of a page, and encodes text so that libxml2 can parse it."""

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

_NO_CHARSETS = frozenset(
    "base64 bz2 hex idna punycode quopri raw-unicode-escape rot-13 undefined unicode-escape uu utf-7 zlib".split()
)
"""Codecs of Python that are no charsets of the web (WHATWG Encoding, 4.2). Some raise, some take minutes."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
"""Byte order mark -> charset."""
_LABELS = {
    "cn-big5": "big5hkscs",
    "cseuckr": "cp949",
    "cseucpkdfmtjapanese": "euc_jp",
    "csisolatin1": "cp1252",
    "cp949": "cp949",
    "dos-874": "cp874",
    "euckr": "cp949",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "koi8-ru": "koi8-u",
    "koi8": "koi8-r",
    "ks-c-5601-1987": "cp949",
    "ksc5601": "cp949",
    "ms-kanji": "cp932",
    "ms932": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ucs-2": "utf-16-le",
    "unicode": "utf-16-le",
    "unicode-1-1-utf-8": "utf-8",
    "unicodefeff": "utf-16-le",
    "unicodefffe": "utf-16-be",
    "utf-16": "utf-16-le",
    "utf8": "utf-8",
    "x-cp1250": "cp1250",
    "x-cp1252": "cp1252",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "x-x-big5": "big5hkscs",
}
"""Labels that browsers know and Python does not, or takes for another charset (WHATWG Encoding, 4.2), written with
hyphens."""
_DEFAULT = "windows-1252"
_SINGLE_BYTE_DEFAULTS = frozenset({"cp1252", "latin-1", "iso8859-1"})
"""What web servers say of every page unless their operator thought of it."""
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\(J|\$\(D)")
"""The escape sequences that lead into Japanese letters. Such a text has no byte beyond ASCII."""
_SNIFFED_BYTES = 1024
_MIN_ZEROS = 0.3
"""Markup in UTF-16 has a zero byte in about half of its places, text of Indonesian, too. Chosen, not measured."""
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x20)])
_SPACES = bytes.maketrans(b"\x0b\x0c", b"  ")


def decode_page(body: bytes, content_type: str | None) -> str:
    """Decodes a page, a feed or a text file: by its byte order mark, by what its bytes are, then by what the
    Content-Type header, a meta element or the XML declaration says.

    Bytes that are valid UTF-8 are decoded as such whatever is declared, because text in another charset is hardly ever
    valid UTF-8. So are bytes in which at least as many characters are valid UTF-8 beyond ASCII as are broken: some
    programs cut a text within a character. A declaration counts only if the bytes bear it out.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark) and (charset == "utf-8" or _has_zeros(body) or not _is_utf_8(body[len(mark) :])):
            return body[len(mark) :].decode(charset, "replace")
        if body.startswith(mark):  # the mark is wrong: what follows has one byte for a letter
            return body[len(mark) :].decode("utf-8", "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    labels = (http_content_type_encoding(content_type), html_body_declared_encoding(body))
    declared = [known for label in (*labels, *_odd_labels(body, content_type)) if (known := _charset(label))]
    if _ISO_2022_JP.search(body) and (not declared or "iso2022_jp" in declared):
        return body.decode("iso2022_jp_ext", "replace")
    if _is_utf_8(body):
        return body.decode("utf-8")
    text: str = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    others = sum(character > "\x7f" for character in text) - broken
    if others >= broken or (broken == 1 and "utf-8" in declared):
        return text
    return body.decode(_borne_out(body, [charset for charset in declared if charset != "utf-8"]), "replace")


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_zeros(body: bytes) -> bool:
    return b"\0" in body[:_SNIFFED_BYTES]


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark: there every second byte of markup is zero, or three of four are."""
    start = body[:_SNIFFED_BYTES]
    if len(start) < 8 or start.count(0) < _MIN_ZEROS * len(start):
        return None
    zeros = [start[place::4].count(0) * 4 / len(start) for place in range(4)]
    for charset, places in (("utf-32-le", (1, 2, 3)), ("utf-32-be", (0, 1, 2))):
        if all(zeros[place] > 2 * _MIN_ZEROS for place in places):
            return charset
    little, big = zeros[1] + zeros[3], zeros[0] + zeros[2]
    if max(little, big) < 2 * _MIN_ZEROS or min(little, big) > 0.2:
        return None
    return "utf-16-le" if little > big else "utf-16-be"


_HEADER_LABEL = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.+-]+)", re.IGNORECASE)
_BODY_LABEL = re.compile(
    rb"(?:<meta[^>]{0,200}charset|<\?xml[^>]{0,200}encoding)\s*=\s*[\"']?\s*([\w:.+-]+)", re.IGNORECASE
)


def _odd_labels(body: bytes, content_type: str | None) -> list[str]:
    """The labels as they are written in header and page, for those that Python does not know."""
    labels = [match[1] for match in [_HEADER_LABEL.search(content_type or "")] if match]
    return labels + [match[1].decode("ascii", "replace") for match in [_BODY_LABEL.search(body, 0, 4096)] if match]


def _charset(label: str | None) -> str | None:
    """The codec for a label as a browser understands it; None for what is no charset."""
    if not label:
        return None
    name = label.strip().lower().replace("_", "-")
    name = _LABELS.get(name, name)
    try:
        charset = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if charset in _NO_CHARSETS or charset.replace("_", "-") in _NO_CHARSETS:
        return None
    return {"latin-1": "cp1252", "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(
        charset, charset
    )


def _borne_out(body: bytes, declared: list[str]) -> str:
    """The first declared charset in which the bytes make sense. What the page itself says goes before the charset that
    servers say of every page. If none makes sense it is the first one of a letter a byte, or else the web's default."""
    narrow = [charset for charset in declared if not charset.startswith(("utf-16", "utf-32"))]
    for charset in sorted(narrow, key=lambda charset: charset in _SINGLE_BYTE_DEFAULTS):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if not any("\x80" <= character <= "\x9f" for character in text):
            return charset
    return next((charset for charset in narrow if charset not in ("cp932", "iso2022_jp")), _DEFAULT)


def markup_bytes(text: str) -> bytes:
    """The text in UTF-8, without what an XML tree cannot hold: NUL, at which libxml2 ends a document, other control
    characters, lone surrogates, U+FFFE and U+FFFF (XML 1.0, 2.2). Vertical tab and form feed become spaces."""
    kept = text.encode(errors="ignore").translate(_SPACES, _CONTROLS)
    return kept.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
