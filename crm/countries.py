"""Countries by name in many languages, and back: the names come with the phone number tables."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from phonenumbers.geodata.locale import LOCALE_DATA

#: What people write beside the official names.
_ALSO = {
    "usa": "US", "us of a": "US", "america": "US", "united states of america": "US", "u s a": "US", "u s": "US",
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "u k": "GB",
    "uae": "AE", "emirates": "AE", "holland": "NL", "the netherlands": "NL", "russia": "RU", "russian federation": "RU",
    "south korea": "KR", "korea": "KR", "republic of korea": "KR", "north korea": "KP", "czech republic": "CZ", "czechia": "CZ",
    "ivory coast": "CI", "burma": "MM", "viet nam": "VN", "taiwan": "TW", "hong kong": "HK", "macau": "MO", "macao": "MO",
    "iran": "IR", "syria": "SY", "laos": "LA", "moldova": "MD", "bolivia": "BO", "venezuela": "VE", "tanzania": "TZ",
    "turkey": "TR", "turkiye": "TR", "swaziland": "SZ", "macedonia": "MK", "congo": "CG", "dr congo": "CD", "vatican": "VA",
    "palestine": "PS", "cape verde": "CV", "bosnia": "BA", "deutschland": "DE", "brasil": "BR", "espana": "ES",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code for a code or a name in any language known; "" when there is none."""
    plain = _plain(text)
    if len(plain) == 2 and plain.upper() in LOCALE_DATA:
        return plain.upper()
    return _by_name().get(plain, "")


def country_name(code: str) -> str:
    """Return the English name of a code, or the code itself."""
    names = LOCALE_DATA.get(code, {})
    name = names.get("en", code)
    # "*fr" stands for "as in French": the tables keep a shared spelling once.
    return names.get(name[1:], code) if name.startswith("*") else name


@cache
def country_choices() -> list[tuple[str, str]]:
    """All countries as (code, English name), by name."""
    return sorted(((code, country_name(code)) for code in LOCALE_DATA), key=lambda pair: pair[1])


@cache
def _by_name() -> dict[str, str]:
    names = {
        _plain(name): code for code, known in LOCALE_DATA.items() for name in known.values() if not name.startswith("*")
    }
    return names | _ALSO


def _plain(text: str) -> str:
    letters = (c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())
