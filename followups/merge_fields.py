"""Merge fields in what people write: {{ contact.first_name|there }} becomes the client's first name, or "there"."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: What may stand after "contact.".
FIELDS = ("first_name", "last_name", "full_name", "organisation")

_FIELD = re.compile(r"\{\{\s*contact\.(\w+)\s*(?:\|([^{}|]*))?\}\}")
_ANYTHING = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_KNOWN = re.compile(rf"\s*contact\.(?:{'|'.join(FIELDS)})\s*(?:\|[^{{}}|]*)?")


def fill_in(text: str, contact: Mapping[str, str]) -> str:
    """Put the contact's words for the fields; what is empty becomes the words after the bar. Anything else between
    braces stays as it was written."""
    if "{{" not in text:
        return text

    def words(found: re.Match[str]) -> str:
        if found[1] not in FIELDS:
            return found[0]
        return contact.get(found[1]) or (found[2] or "").strip().strip("\"'")

    return _FIELD.sub(words, text).strip()


def unknown(text: str) -> list[str]:
    """What stands between braces and is no field, as it was written; a template with any is not stored."""
    return [inside.strip() for inside in _ANYTHING.findall(text) if not _KNOWN.fullmatch(inside)]


def words_of(first_name: str, last_name: str, organisation: str, otherwise: str) -> dict[str, str]:
    """A contact's words. `otherwise` is what to call somebody of whom neither name nor organisation is known."""
    full = f"{first_name} {last_name}".strip() or organisation or otherwise
    return {"first_name": first_name, "last_name": last_name, "full_name": full, "organisation": organisation}
