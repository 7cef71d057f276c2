"""What an automation may be made of, as JSON Schema with the words of the builder."""

from __future__ import annotations

from typing import Any

from automation.definition.whole import Definition
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS
from crm.conditions.catalogue import catalogue


def automation_schema() -> dict[str, Any]:
    """The JSON Schema of a definition, all kinds of trigger and step with their titles, and the language of conditions."""
    return {
        "definition": Definition.model_json_schema(),
        "triggers": [_about(kind, model) for kind, model in TRIGGERS.items()],
        "steps": [_about(kind, model) for kind, model in STEPS.items()],
        "conditions": catalogue(),
    }


def _about(kind: str, model: Any) -> dict[str, Any]:
    said = " ".join((model.__doc__ or "").split())
    return {"kind": kind, "title": model.title, "group": model.group, "description": said}
