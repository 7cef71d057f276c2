"""The fields of a partner that people fill in: their limits, and the form in which each is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.addresses import BadAddress
from crm.contact_fields import RULES as OF_CONTACTS
from crm.contact_fields import BadValue, FieldRule, clean_text
from crm.countries import country_code
from crm.models.partner import PartnerKind

NOTES = 20_000
_WEB = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#][^\s\"'<>]*)?", re.IGNORECASE)


def _name(value: Any, country: str) -> str:
    text: str = clean_text("Name", 200)(value, country)
    return " ".join(text.split())


def _kind(value: Any, country: str) -> str:
    if value not in PartnerKind.values:
        raise BadValue(f"The kind is one of {', '.join(PartnerKind.values)}.")
    return str(value)


def _website(value: Any, country: str) -> str:
    text: str = clean_text("Website", 300)(value, country)
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    if not _WEB.fullmatch(address) or len(address) > 300:
        raise BadValue(f"“{text[:60]}” is not a web address. Write it like https://example.org.")
    return address


def _notes(value: Any, country: str) -> str:
    text = str(value or "").replace("\x00", "").strip()
    if len(text) > NOTES:
        raise BadValue(f"Notes have at most {NOTES:,} characters; these have {len(text):,}.")
    return text


RULES: Mapping[str, FieldRule] = {
    "name": FieldRule("Name", _name),
    "kind": FieldRule("Kind", _kind),
    "person": FieldRule("Whom to ask for", clean_text("Whom to ask for", 200)),
    **{name: OF_CONTACTS[name] for name in ("email", "phone", "country", "city", "time_zone", "external_id")},
    "website": FieldRule("Website", _website),
    "notes": FieldRule("Notes", _notes),
    "owner_id": OF_CONTACTS["owner_id"],
}


def clean_partner(values: Mapping[str, Any], *, country: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is to be stored, and a sentence for each field that cannot be.

    Phones without a country code are read as from the partner's country, else from `country`. Raises KeyError for a
    field that does not exist.
    """
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    country = country_code(str(values.get("country") or "")) or country
    for name, value in values.items():
        try:
            good[name] = RULES[name].clean(value, country)
        except (BadAddress, BadValue) as problem:
            bad[name] = str(problem)
    if "name" in good and not good["name"]:
        bad["name"] = "A partner needs a name."
    return good, bad
