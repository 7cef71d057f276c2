"""Merge fields in what people write: {{ contact.first_name|there }} becomes the client's first name, or "there".

How a field is written is the same as in templates of messages (messaging/templating/fields.py); a follow-up is for
colleagues, so it knows what a client and a partner are called, the record that it waits for, and the organisation's own
fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from messaging.templating.fields import each, replaced

#: What may stand after "contact.".
FIELDS = ("first_name", "last_name", "full_name", "organisation")

#: The fields of the records that a follow-up may wait for (usecases.md, "Placeholders people use").
RECORDS = (
    "deal.name", "deal.amount", "deal.stage", "document.name", "document.expires_on", "invoice.number",
    "invoice.amount", "invoice.due_on",
)  # fmt: skip
#: How the organisation's own fields begin; the slug comes next.
CUSTOM = "custom."

#: Every field as it is written, with the name of its words.
_KNOWN = {f"contact.{name}": name for name in FIELDS} | {"partner.name": "partner"} | {name: name for name in RECORDS}

#: The fields as they are written, for a sentence that lists them.
WRITTEN = tuple(_KNOWN)


def fill_in(text: str, whom: Mapping[str, str]) -> str:
    """Put the words of the contact, the partner and the record for the fields; what is empty becomes the words after the
    bar. Anything else between braces stays as it was written."""
    if "{{" not in text:
        return text

    def words(name: str, fallback: str | None) -> str | None:
        if name in _KNOWN or name.startswith(CUSTOM):
            return whom.get(_KNOWN.get(name, name)) or fallback or ""
        return None

    return replaced(text, words).strip()


def unknown(text: str, own: Collection[str] = ()) -> list[str]:
    """What stands between braces and is no field, as it was written; a template with any is not stored. `own` are the
    slugs of the organisation's own fields."""
    return [
        written[2:-2].strip()
        for written, name, _ in each(text)
        if name not in _KNOWN and not (name.startswith(CUSTOM) and name.removeprefix(CUSTOM) in own)
    ]


def mentions(text: str, group: str) -> bool:
    """Whether a field of the group ("deal.", "custom.") may stand in the text: a cheap look before a query."""
    return "{{" in text and group in text


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
