"""What a step that sets a field asks for, read into what the field stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from crm.contact_fields import RULES, clean_fields
from crm.custom_fields import clean_custom
from crm.custom_values import say_value
from crm.models import CustomField
from crm.zones import local_day

CUSTOM = "custom."
#: Fields that may be set to the same for many: never what must be one person's own.
SETTABLE = (
    "organisation", "job_title", "time_zone", "language", "country", "city", "source", "lifecycle",
    "preferred_channel", "rhythm_days",
)  # fmt: skip
_TODAY = re.compile(r"today(?:\s*([+-])\s*(\d{1,4}))?", re.IGNORECASE)


class BadSetting(ValueError):
    """A field or value that cannot be; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value ready to be stored, the same for all who get it. `said` is it in words; lists are kept as tuples."""

    name: str
    value: Any
    label: str
    said: str


def read_setting(name: str, typed: str, own: Mapping[str, CustomField], zone: str, now: datetime) -> Setting:
    """Read what was typed for a field; "today + 30" is a day on the person's own calendar. Raises BadSetting."""
    if name.startswith(CUSTOM):
        slug = name.removeprefix(CUSTOM)
        if slug not in own:
            raise BadSetting(f"The field “{slug[:80]}” was put away or deleted. Choose another one.")
        field = own[slug]
        typed = _day(typed, zone, now) if field.kind == "date" else typed
        good, bad = clean_custom({slug: typed}, own)
        if bad:
            raise BadSetting(f"“{field.label}”: {next(iter(bad.values()))}")
        value = good[slug]
        said = say_value(field.kind, value) or "empty"
        return Setting(name, tuple(value) if isinstance(value, list) else value, f"“{field.label}”", said)
    if name not in SETTABLE:
        raise BadSetting(f"The field “{name[:80]}” cannot be set by an automation.")
    good, bad = clean_fields({name: typed})
    if bad:
        raise BadSetting(next(iter(bad.values())))
    return Setting(name, good[name], RULES[name].label, str(good[name] or "") or "empty")


def _day(typed: str, zone: str, now: datetime) -> str:
    found = _TODAY.fullmatch(typed.strip())
    if found is None:
        return typed
    days = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
    today: date = local_day(now, zone)
    return (today + timedelta(days=days)).isoformat()
