"""What pydantic finds wrong with a setting, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

_NEEDED = "This is needed."
_SENTENCES = {
    "missing": _NEEDED,
    "int_parsing": "A whole number.",
    "int_type": "A whole number.",
    "int_from_float": "A whole number.",
    "bool_parsing": "Yes or no.",
    "time_parsing": "A time of day, such as 09:30.",
    "time_type": _NEEDED,
    "date_from_datetime_parsing": "A day, such as 2026-11-30.",
    "date_parsing": "A day, such as 2026-11-30.",
    "date_type": _NEEDED,
    "literal_error": "One of the choices.",
    "string_type": _NEEDED,
    "greater_than_equal": "At least {ge}.",
    "less_than_equal": "At most {le}.",
    "greater_than": "More than {gt}.",
    "less_than": "Less than {lt}.",
    "string_too_long": "At most {max_length} characters.",
    "string_too_short": _NEEDED,
    "string_pattern_mismatch": "Letters, digits, - and _ only.",
    "too_long": "At most {max_length}.",
    "too_short": "At least {min_length}.",
}
#: Findings that mean: nothing was said yet.
UNSAID = frozenset({"missing", "string_too_short", "too_short", "time_type", "date_type", "string_type"})


def sentence(finding: Mapping[str, Any]) -> str:
    """One finding of pydantic's as a sentence."""
    if finding["type"] == "value_error":
        return str(finding["ctx"]["error"])
    said = _SENTENCES.get(finding["type"])
    return said.format(**finding.get("ctx", {})) if said else f"{finding['msg']}."


def problems(bad: ValidationError) -> dict[str, str]:
    """The first problem of each setting; "" holds what is wrong with the whole."""
    found: dict[str, str] = {}
    for one in bad.errors(include_url=False, include_input=False):
        found.setdefault(str(one["loc"][0]) if one["loc"] else "", sentence(one))
    return found


def unsaid(bad: ValidationError) -> frozenset[str]:
    """The settings of which nothing was said yet."""
    return frozenset(
        str(one["loc"][0]) for one in bad.errors(include_url=False) if one["loc"] and one["type"] in UNSAID
    )
