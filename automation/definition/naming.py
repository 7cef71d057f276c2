"""What a definition names that lies elsewhere: templates, tags, people and so on, with the place of each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from automation.definition.whole import Definition

#: Controls of fields that hold the id of a record, or several.
RECORDS = frozenset(
    {
        "template", "tag", "audience", "stage", "pipeline", "person", "team", "followup_template", "automation",
        "automations", "document_kind", "close_reason", "webhook_secret",
    }
)  # fmt: skip
#: Controls of fields that hold a short name.
SLUGS = frozenset({"followup_type", "outcome"})


@dataclass(frozen=True, slots=True)
class Named:
    """One record that is named: by which control, at which step (empty for triggers and rules) and field."""

    control: str
    value: Any
    step: str
    field: str


def named_in(definition: Definition) -> list[Named]:
    """Everything that is named, in the order of the definition."""
    found = [one for trigger in definition.triggers for one in _of(trigger, "", "triggers.")]
    found += _of(definition.rules, "", "rules.")
    for step in definition.steps:
        found += _of(step, step.id, "")
    return found


def _of(model: BaseModel, step: str, prefix: str) -> Iterator[Named]:
    for name, info in type(model).model_fields.items():
        extra = info.json_schema_extra
        control = extra.get("control") if isinstance(extra, dict) else None
        if control in RECORDS or control in SLUGS:
            value = getattr(model, name)
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, ""):
                    yield Named(str(control), one, step, f"{prefix}{name}")
