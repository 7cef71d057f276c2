"""The fields of a contact that people fill in: their names, limits, and the form in which each is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.addresses import BadAddress, normal_email, normal_phone
from crm.countries import country_code
from crm.zones import zone_names

LIFECYCLES = ("new", "working", "qualified", "client", "lost", "former")
CHANNELS = ("email", "sms", "whatsapp", "call")
#: Marks that turn the direction of all that follows; a name written right to left needs none.
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]+")
#: Line breaks, tabs and other marks that no name has, and that would break a mail's heading.
_BREAKS = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]+")


class BadValue(ValueError):
    """A value that a field cannot hold; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    label: str
    clean: Callable[[Any, str], Any]  # value and the country for phones -> what is stored


def one_line(text: str) -> str:
    """The text on one line, without blanks around it."""
    return text.strip() if text.isprintable() else _BREAKS.sub(" ", _TURNS.sub("", text)).strip()


def clean_text(label: str, most: int) -> Callable[[Any, str], str]:
    def clean(value: Any, country: str) -> str:
        text = one_line(str(value or ""))
        if "\x00" in text:
            raise BadValue(f"{label} holds a NUL character.")
        if len(text) > most:
            raise BadValue(f"{label} has at most {most} characters; this has {len(text)}.")
        return text

    return clean


def _email(value: Any, country: str) -> str:
    return normal_email(str(value)) if value else ""


def _phone(value: Any, country: str) -> str:
    return normal_phone(str(value), country) if value else ""


def _emails(value: Any, country: str) -> list[str]:
    return list(dict.fromkeys(normal_email(str(one)) for one in value or () if one))


def _phones(value: Any, country: str) -> list[str]:
    return list(dict.fromkeys(normal_phone(str(one), country) for one in value or () if one))


def _country(value: Any, country: str) -> str:
    code = country_code(str(value)) if value else ""
    if value and not code:
        raise BadValue(f"“{str(value)[:60]}” is not a country.")
    return code


def _zone(value: Any, country: str) -> str:
    if value and value not in zone_names():
        raise BadValue(f"“{str(value)[:60]}” is not a time zone. Use a name like Europe/Paris.")
    return str(value or "")


def _one_of(label: str, allowed: tuple[str, ...], *, empty: bool) -> Callable[[Any, str], str]:
    def clean(value: Any, country: str) -> str:
        if not value and empty:
            return ""
        if value not in allowed:
            raise BadValue(f"{label} is one of {', '.join(allowed)}.")
        return str(value)

    return clean


def _rhythm(value: Any, country: str) -> int | None:
    if value in (None, ""):
        return None
    days = int(value)
    if not 1 <= days <= 3650:
        raise BadValue("The rhythm is between 1 and 3,650 days.")
    return days


def _flag(value: Any, country: str) -> bool:
    return bool(value)


def _as_is(value: Any, country: str) -> Any:
    return value


RULES: Mapping[str, FieldRule] = {
    "first_name": FieldRule("First name", clean_text("First name", 200)),
    "last_name": FieldRule("Last name", clean_text("Last name", 200)),
    "organisation": FieldRule("Organisation", clean_text("Organisation", 200)),
    "job_title": FieldRule("Job title", clean_text("Job title", 200)),
    "email": FieldRule("E-mail", _email),
    "other_emails": FieldRule("Other e-mails", _emails),
    "phone": FieldRule("Phone", _phone),
    "other_phones": FieldRule("Other phones", _phones),
    "shares_address": FieldRule("Shares an address", _flag),
    "external_id": FieldRule("External id", clean_text("External id", 200)),
    "time_zone": FieldRule("Time zone", _zone),
    "language": FieldRule("Language", clean_text("Language", 16)),
    "country": FieldRule("Country", _country),
    "city": FieldRule("City", clean_text("City", 200)),
    "source": FieldRule("Source", clean_text("Source", 200)),
    "lifecycle": FieldRule("Lifecycle", _one_of("Lifecycle", LIFECYCLES, empty=False)),
    "preferred_channel": FieldRule("Preferred channel", _one_of("Preferred channel", CHANNELS, empty=True)),
    "rhythm_days": FieldRule("Rhythm", _rhythm),
    "owner_id": FieldRule("Owner", _as_is),
    "team_id": FieldRule("Team", _as_is),
    "custom": FieldRule("Own fields", _as_is),
}


def clean_fields(values: Mapping[str, Any], *, country: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is to be stored, and a sentence for each field that cannot be.

    Phones without a country code are read as from the contact's country, else from `country`. Raises KeyError for
    a field that does not exist.
    """
    good: dict[str, Any] = {}
    bad: dict[str, str] = {}
    country = country_code(str(values.get("country") or "")) or country
    for name, value in values.items():
        try:
            good[name] = RULES[name].clean(value, country)
        except (BadAddress, BadValue) as problem:
            bad[name] = str(problem)
        except (TypeError, ValueError):
            bad[name] = f"{RULES[name].label} cannot be read."
    return good, bad
