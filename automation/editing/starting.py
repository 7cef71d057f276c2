"""What a new step or trigger of each kind looks like before anything was said about it. Pure."""

from __future__ import annotations

from typing import Any

from automation.editing.raw import CannotEdit, Data
from automation.steps.registry import KINDS as STEPS
from automation.triggers.registry import KINDS as TRIGGERS

#: Settings that most people want, where the kind itself cannot presume them.
USUAL: dict[str, dict[str, Any]] = {
    "branch": {"choices": [{"name": "c1", "label": "", "when": {}}]},
    "wait_for_event": {"events": [{"event": "reply"}]},
}


def fresh(kind: str, pk: str) -> Data:
    """A new step. Raises CannotEdit for a kind that is not there."""
    if kind not in STEPS:
        raise CannotEdit("There is no such kind of step.")
    return {"id": pk, "kind": kind, "exits": {}, **USUAL.get(kind, {})}


def fresh_trigger(kind: str) -> Data:
    """A new trigger. Raises CannotEdit for a kind that is not there."""
    if kind not in TRIGGERS:
        raise CannotEdit("There is no such kind of trigger.")
    return {"kind": kind}
