"""Countries by name in many languages, and back: the names come with the phone number tables."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import phonenumbers

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


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """The English name of each code, and the code of each name in plain form."""
    known = _locale_data()
    english = {}
    for code, names in known.items():
        name = names.get("en", code)
        # "*fr" stands for "as in French": the tables keep a shared spelling once.
        english[code] = names.get(name[1:], code) if name.startswith("*") else name
    by_name = {
        _plain(name): code for code, names in known.items() for name in names.values() if not name.startswith("*")
    }
    return english, by_name | _ALSO


def _locale_data() -> dict[str, dict[str, str]]:
    """Read the one module of the phone number tables that names countries.

    Not by importing it: its package would load the places of all numbers with it, 95 MB in every process.
    """
    path = Path(phonenumbers.__file__).parent / "geodata" / "locale.py"
    spec = spec_from_file_location("phonenumbers.names.locale", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be read.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    data: dict[str, dict[str, str]] = module.LOCALE_DATA
    return data


@lru_cache(maxsize=20_000)
def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code for a code or a name in any language known; "" when there is none."""
    plain = _plain(text)
    english, by_name = _tables()
    if len(plain) == 2 and plain.upper() in english:
        return plain.upper()
    return by_name.get(plain, "")


def country_name(code: str) -> str:
    """Return the English name of a code, or the code itself."""
    return _tables()[0].get(code, code)


@cache
def country_choices() -> list[tuple[str, str]]:
    """All countries as (code, English name), by name."""
    return sorted(_tables()[0].items(), key=lambda pair: pair[1])


def _plain(text: str) -> str:
    letters = (c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())
