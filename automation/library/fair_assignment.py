"""Fair assignment (usecases.md no. 6), the part that is an automation: whoever comes without an owner gets one.

Follow-ups without a person are shared out by the house itself, whatever made them (followups/assignment.py).
"""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [
            {"kind": "contact_created", "imported": True},
            {"kind": "field_changed", "field": "owner_id", "becomes": "nothing"},
        ],
        "rules": {
            "reentry": "always",
            "who": {
                "all": [
                    {"field": "owner", "op": "not_set"},
                    {"field": "lifecycle", "op": "in", "value": ["new", "working", "qualified", "client"]},
                ]
            },
            "stop_on_opt_out": False, "stop_on_bounce": False, "stop_on_reply": False,
        },
        "start": "owner",
        "steps": line(
            {"id": "owner", "kind": "assign_owner", "how": "least_loaded", "only_without": True},
            {
                "id": "tell", "kind": "notify", "to": "owner", "subject": "{{ contact.full_name|A contact }} is yours now",
                "text": "Nobody had them, and you have the most room.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="fair-assignment",
    name="Fair assignment",
    kind="playbook",
    group="team",
    icon="user-round-check",
    story="Whoever comes without an owner, or loses theirs, is given to the colleague with the fewest open follow-ups who "
    "speaks their language and knows their country; nobody beyond their capacity, nobody who is away. The reason stands on "
    "the timeline, and the new owner is told. Follow-ups without a person are shared out in the same way without this.",
    definition=_definition,
)
