"""A new lead is called within five minutes (usecases.md, playbook speed-to-lead)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place
from followups.house_rules import SPEED_TO_LEAD

_SUBJECT = "Initial contact: {{ contact.full_name|a new lead }}"


def _first_contact(pk: str, late: str, **more: Any) -> dict[str, Any]:
    """Due in five minutes; who comes at night is given up on no earlier than work begins."""
    return {
        "id": pk, "kind": "create_followup", "type": "call", "priority": "urgent", "subject": _SUBJECT, "due_in": 5,
        "due_unit": "minutes", "wait": True, "late_after": 0, "late_unit": "working_hours",
        "exits": {"done": "met", "late": late}, **more,
    }  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "contact_created"}],
        "rules": {
            "who": {"field": "lifecycle", "op": "equals", "value": "new"},
            "stop_on_opt_out": False, "stop_on_bounce": False,
        },
        "start": "owner",
        "steps": line(
            {"id": "owner", "kind": "assign_owner", "how": "least_loaded", "only_without": True},
            _first_contact("first", "passed_on"),
            {
                "id": "passed_on", "kind": "complete_followups", "how": "cancel",
                "reason": "Passed on: it was not taken in hand within five minutes",
            },
            _first_contact("second", "manager", whom="another"),
            {
                "id": "manager", "kind": "escalate", "priority": "urgent", "exits": {"next": None},
                "reason": "Two colleagues could not call {{ contact.full_name|a new lead }} within five minutes each.",
            },
            {"id": "met", "kind": "end", "goal_met": True, "exits": {}},
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="speed-to-lead",
    name="Speed to lead",
    kind="playbook",
    group="leads",
    icon="timer",
    story="A new lead gets an owner and a call due in five minutes. Not made in time, it is passed on to somebody else, who has "
    "five minutes as well; then the manager hears of it. What comes at night is passed on when work begins; leads of an import "
    "are left alone. The house’s own "
    "first contact rests while it is active: that one also knows how often you let it be passed on.",
    definition=_definition,
    replaces=(SPEED_TO_LEAD,),
)
