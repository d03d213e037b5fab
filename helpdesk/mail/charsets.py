"""Bytes to text: the declared charset where it fits, a guess where it does not, and never an error."""

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

GUESSED_FROM = 64 * 1024

# What senders write → the Python codec that reads it best (web browsers read the same way).
_SPELLINGS = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi-x3-4-1968": "utf-8",
    "646": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "iso8859-1": "cp1252",
    "ansi": "cp1252",
    "windows": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gb-2312-80": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030-2000": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "ks-c-5601-1987": "cp949",
    "ks-c-5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms-kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
}
_ALLOWED = frozenset(
    "utf-8 utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be "
    "cp437 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp865 cp866 cp869 cp874 cp1125 "
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 "
    "iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 "
    "koi8-r koi8-u koi8-t kz1048 ptcp154 mac-roman mac-cyrillic mac-greek mac-latin2 mac-iceland mac-turkish "
    "big5 big5hkscs cp932 cp949 cp950 euc_jp euc_jis_2004 euc_kr johab gb18030 gb2312 gbk hz "
    "iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_3 iso2022_jp_2004 iso2022_jp_ext iso2022_kr "
    "shift_jis shift_jis_2004 shift_jisx0213".replace("_", "-").split()
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNFIT_BYTES = bytes(each for each in range(32) if each not in b"\t\n\r") + b"\x7f"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOLERABLE = 0.1
"""The share of unreadable bytes, of those beyond ASCII, up to which a charset is still believed."""


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    is_guess: bool = False
    """The charset was missing, unknown or wrong, and some bytes needed one."""


def decode(payload: bytes, declared: str | None) -> Decoded:
    """Read bytes as text."""
    for mark, marked in _MARKS:
        if payload.startswith(mark):
            return Decoded(clean(payload.decode(marked, "replace")))
    charset = known(declared)
    if payload.isascii() and (charset is None or charset == "utf-8"):
        return _seven_bit(payload)
    for candidate in (charset, "utf-8"):
        strict = _strictly(payload, candidate)
        if strict is not None:
            return Decoded(clean(strict), is_guess=candidate != charset)
    return _as_good_as_possible(payload, charset)


def known(declared: str | None) -> str | None:
    """Name the codec for a declared charset, or None if it is no charset we decode."""
    name = (declared or "").strip("\"' \t\r\n").lower().replace("_", "-")
    if not name.isascii() or len(name) > 40 or "\0" in name:
        return None
    if name.startswith("cp-"):
        name = "cp" + name[3:]
    name = _SPELLINGS.get(name, name)
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if codec.replace("_", "-") in _ALLOWED else None


def clean(text: str) -> str:
    """Drop what no database and no page can hold: NUL, control characters, lone surrogates."""
    if text.isascii():
        raw = text.encode("ascii")
        return raw.translate(None, _UNFIT_BYTES).decode("ascii")
    if _UNFIT.search(text) is None:
        return text
    return _UNFIT.sub(lambda found: "\ufffd" if found.group() >= "\ud800" else "", text)


def one_line(text: str) -> str:
    """Make it fit a header, a list or a log: no line break of any kind, no run of spaces."""
    return " ".join(clean(text).split())


def from_header(raw: str) -> str:
    """Give a header as text, whatever bytes it held (they come as lone surrogates)."""
    if _SURROGATE.search(raw) is None:
        return raw
    return decode(raw.encode("utf-8", "surrogateescape"), "utf-8").text


def _seven_bit(payload: bytes) -> Decoded:
    if b"\x1b$" in payload or b"\x1b(" in payload:  # an undeclared Japanese letter
        text = _strictly(payload, "iso2022_jp_ext")
        if text is not None:
            return Decoded(clean(text), is_guess=True)
    return Decoded(clean(payload.decode("ascii")))


def _strictly(payload: bytes, charset: str | None) -> str | None:
    if charset is None:
        return None
    try:
        return payload.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _as_good_as_possible(payload: bytes, charset: str | None) -> Decoded:
    """Believe the declared charset, then UTF-8, if only a few letters do not fit; else guess."""
    foreign = len(payload) - len(payload.decode("ascii", "ignore"))
    for candidate in (charset or "utf-8", "utf-8"):
        text = payload.decode(candidate, "replace")
        if text.count("\ufffd") <= foreign * _TOLERABLE:
            return Decoded(clean(text), is_guess=True)
    return Decoded(clean(_guessed(payload)), is_guess=True)


def _guessed(payload: bytes) -> str:
    if _has_lonely_letters(payload):
        return payload.decode("cp1252", "replace")
    best = charset_normalizer.from_bytes(payload[:GUESSED_FROM]).best()
    charset = best.encoding if best is not None else "cp1252"
    text = None if _is_western(charset) else _strictly(payload, charset)
    return text if text is not None else payload.decode("cp1252", "replace")


def _has_lonely_letters(payload: bytes) -> bool:
    """Between plain letters stand accented ones, alone or in twos: a text of Western Europe."""
    runs = [len(run) for run in _HIGH.findall(payload[:GUESSED_FROM])]
    return sum(run for run in runs if run <= 2) * 3 > sum(runs) * 2


def _is_western(charset: str) -> bool:
    """On little text the guesses between relatives of Latin-1 are noise; cp1252 is by far the likeliest."""
    return charset in {
        "cp1250",
        "cp1254",
        "cp1257",
        "cp1258",
        "latin_1",
        "mac_roman",
        "mac_iceland",
        "hp_roman8",
    } or (
        charset.startswith(("iso8859_", "cp85", "cp86", "cp50", "cp43", "cp11", "cp03", "cp10", "cp77"))
        and charset not in {"iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "cp855", "cp862", "cp866", "cp1125"}
    )
