"""Re-activation (usecases.md no. 3): clients who have gone quiet are called, one call a silence and week."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place
from followups.house_rules import CHECK_INS

_QUIET = {
    "any": [
        {"field": "last_two_way_at", "op": "longer_ago", "value": 60},
        {
            "all": [
                {"field": "last_two_way_at", "op": "not_set"},
                {"field": "created_at", "op": "longer_ago", "value": 60},
            ]
        },
        {"field": "going_quiet", "op": "is", "value": True},
    ]
}


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "schedule", "every": "day", "at": "05:00"}],
        "rules": {
            "reentry": "after_days", "reentry_days": 7,
            "who": {
                "all": [
                    {"field": "lifecycle", "op": "equals", "value": "client"},
                    {"field": "open_followups", "op": "equals", "value": 0},
                    _QUIET,
                ]
            },
            "stop_on_opt_out": False, "stop_on_bounce": False, "stop_on_reply": False,
        },
        "start": "call",
        "steps": line(
            {
                "id": "call", "kind": "create_followup", "type": "call", "priority": "high", "due_in": 0, "due_unit": "days",
                "subject": "Check-in with {{ contact.full_name }}",
                "description": "{{ days_inactive|Many }} days since you last spoke. What you spoke of last, when they are best "
                "reached and what they mean to you stand on their page.",
            }
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="reactivation",
    name="Re-activation of quiet clients",
    kind="playbook",
    group="clients",
    icon="leaf",
    story="Every night: a client with whom nobody has really spoken for 60 days, or for longer than their own rhythm, and for "
    "whom nothing is planned, gets a call of high priority on their owner’s list, due that day. One that came to nothing is "
    "planned again after a week. The house’s own nightly check-ins rest while it is active, and with them the most that "
    "they make for each person in a night.",
    definition=_definition,
    replaces=(CHECK_INS,),
)
