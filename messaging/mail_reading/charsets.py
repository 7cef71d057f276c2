"""Bytes into text, whatever the mail says about itself."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

#: What is looked at to guess a charset that was not given or is wrong.
_SAMPLE = 20_000

#: Names that mails use and Python does not, or that promise less than what is in the mail.
_ALIASES = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "windows-1252http-equivcontent-type": "cp1252",
}
#: Python codecs that are no charset of a text.
_NO_CHARSET = re.compile(r"escape|punycode|idna|undefined|rot.?13|hex|base.?64|zip|zlib|bz2|quopri|uu|mbcs|oem")


@lru_cache(maxsize=500)
def codec(charset: str) -> str:
    """Return Python's name for a charset, or nothing if there is no such."""
    name = charset.strip(" \t\"'").lower().removeprefix("charset=").strip("\"'").replace(" ", "")
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40 or "\0" in name or _NO_CHARSET.search(name):
        return ""
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def decoded(content: bytes, charset: str = "") -> str:
    """Return the text of these bytes; never raises, and never gives a NUL."""
    for name in (codec(charset), "utf-8"):
        if name:
            try:
                text = content.decode(name)
            except (UnicodeError, LookupError):
                continue
            return _clean(text)
    return _clean(_guessed(content, codec(charset)))


def _guessed(content: bytes, said: str) -> str:
    if said and not said.startswith("utf"):
        # A few broken letters in a charset that was named are better than a guess.
        text = content.decode(said, "replace")
        if text.count("\ufffd") * 50 < len(text):
            return text
    torn = content.decode("utf-8", "replace")
    if torn.count("\ufffd") * 50 < len(torn):
        return torn
    best = from_bytes(content[:_SAMPLE], steps=3, chunk_size=512).best() if len(content) > 24 else None
    return content.decode(best.encoding if best else "cp1252", "replace")


def _clean(text: str) -> str:
    text = text.replace("\0", "").removeprefix("\ufeff")
    # A lone surrogate (from UTF-7 and the like) can be neither stored nor printed.
    return text.encode("utf-8", "replace").decode("utf-8")
