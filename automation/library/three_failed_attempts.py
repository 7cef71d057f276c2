"""Three attempts in vain: let the lead go? (usecases.md, playbook three-failed-attempts)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "custom_event", "event": "followup_completed", "name": "suggestion"}],
        "rules": {"reentry": "after_days", "reentry_days": 30, "stop_on_opt_out": False, "stop_on_bounce": False},
        "start": "decide",
        "steps": line(
            {
                "id": "decide", "kind": "create_followup", "type": "call", "priority": "low", "due_in": 1,
                "due_unit": "working_days", "subject": "Decide about {{ contact.full_name|this lead }}: move to lost?",
                "description": "{{ data.suggestion|Three attempts in a row have reached nobody. }} Nothing is moved by itself.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="three-failed-attempts",
    name="Three attempts in vain",
    kind="playbook",
    group="leads",
    icon="user-round-x",
    story="Three follow-ups in a row have reached nobody: the owner gets a follow-up for the next working day that asks whether "
    "to move the lead to lost or to try another way. Nothing is moved by itself; if the lead calls first, it ends.",
    definition=_definition,
)
