"""Names of files as strangers send them, made fit to be shown and offered: the one rule for mail and uploads."""

from __future__ import annotations

import re


def clean_name(name: str, number: int) -> str:
    """The name as it may be shown and offered: its last part, without signs that hide or turn what follows.

    One that has nothing left is named by its number, which counts from nought.
    """
    name = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", "", name.replace("\\", "/"))
    name = " ".join(name.rpartition("/")[2].split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    short = f"{stem[:150]}{dot}{ending[:20]}" if dot else name[:150]
    return short.encode(errors="replace").decode() or f"file-{number + 1}"
