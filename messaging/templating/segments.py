"""How many parts an SMS is sent in (3GPP TS 23.038, alphabet; TS 23.040, concatenation)."""

from __future__ import annotations

from typing import NamedTuple

#: The GSM 7 bit default alphabet: 3GPP TS 23.038, 6.2.1.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Its extension table, 6.2.1.1: an escape and a letter, so two units each.
EXTENDED = frozenset("\f^{}\\[~]|€")

#: 140 octets: 160 septets or 70 UCS-2 units; a part of several gives six octets to its header (TS 23.040, 9.2.3.24).
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67


class Segments(NamedTuple):
    """`units` are septets or UCS-2 units; `odd` are the first letters that no GSM telephone's own alphabet has."""

    encoding: str
    units: int
    segments: int
    per_segment: int
    odd: str = ""


def segments(text: str) -> Segments:
    """Count. A lone surrogate counts as one unit; no part ends between the halves of a pair."""
    odd = dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENDED)
    if odd:
        sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        return _counted("UCS-2", sizes, UCS2_ALONE, UCS2_PART, "".join(list(odd)[:5]))
    return _counted("GSM-7", [2 if letter in EXTENDED else 1 for letter in text], GSM_ALONE, GSM_PART, "")


def _counted(encoding: str, sizes: list[int], alone: int, part: int, odd: str) -> Segments:
    units = sum(sizes)
    if units <= alone:
        return Segments(encoding, units, 1 if units else 0, alone, odd)
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return Segments(encoding, units, parts, part, odd)
