"""The language written down for machines: its JSON Schema, and every field and record that can be asked about now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.conditions.fields import Field
from crm.conditions.language import ADAPTER
from crm.conditions.operators import OPERATORS
from crm.conditions.subjects import registry

#: A list of values longer than this is not written out.
MOST_OPTIONS = 300


def catalogue() -> dict[str, Any]:
    """What `GET /api/v1/conditions/schema` answers."""
    known = registry()
    return {
        "schema": ADAPTER.json_schema(),
        "operators": {type_.value: list(operators) for type_, operators in OPERATORS.items()},
        "fields": _fields(known.fields()),
        "records": [
            {"name": one.name, "label": one.some, "fields": _fields(one.fields.values())}
            for one in known.subjects.values()
        ],
    }


def _fields(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [_field(one) for one in fields]


def _field(one: Field) -> dict[str, Any]:
    said: dict[str, Any] = {"name": one.name, "label": one.label, "type": one.type.value}
    if one.source is not None:
        said["values"] = f"the number of a {one.source.noun}"
    elif one.options is not None and len(one.options) <= MOST_OPTIONS:
        said["values"] = list(one.options)
    return said
