"""Merge fields in what people write: {{ contact.first_name|there }} becomes the client's first name, or "there".

How a field is written is the same as in templates of messages (messaging/templating/fields.py); a follow-up is for
colleagues, so it knows only what a client and a partner are called.
"""

from __future__ import annotations

from collections.abc import Mapping

from messaging.templating.fields import each, replaced

#: What may stand after "contact.".
FIELDS = ("first_name", "last_name", "full_name", "organisation")

#: Every field as it is written, with the name of its words.
_KNOWN = {f"contact.{name}": name for name in FIELDS} | {"partner.name": "partner"}

#: The fields as they are written, for a sentence that lists them.
WRITTEN = tuple(_KNOWN)


def fill_in(text: str, whom: Mapping[str, str]) -> str:
    """Put the words of the contact and of the partner for the fields; what is empty becomes the words after the bar. Anything else between
    braces stays as it was written."""
    if "{{" not in text:
        return text

    def words(name: str, fallback: str | None) -> str | None:
        return (whom.get(_KNOWN[name]) or fallback or "") if name in _KNOWN else None

    return replaced(text, words).strip()


def unknown(text: str) -> list[str]:
    """What stands between braces and is no field, as it was written; a template with any is not stored."""
    return [written[2:-2].strip() for written, name, _ in each(text) if name not in _KNOWN]


def words_of(first_name: str, last_name: str, organisation: str, otherwise: str, partner: str = "") -> dict[str, str]:
    """The words of a contact and of the partner whom it concerns too. `otherwise` is what to call somebody of whom
    neither name nor organisation is known."""
    full = f"{first_name} {last_name}".strip() or organisation or otherwise
    return {
        "first_name": first_name,
        "last_name": last_name,
        "full_name": full,
        "organisation": organisation,
        "partner": partner,
    }
