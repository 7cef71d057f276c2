"""After an event everybody who came is followed up (usecases.md, playbook post-event)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place

ATTENDEES = "Event attendees"


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "audience_joined", "audience": at.audience(ATTENDEES)}],
        "rules": {"reentry": "after_days", "reentry_days": 14, "stop_on_opt_out": False, "stop_on_bounce": False},
        "start": "call",
        "steps": line(
            {
                "id": "call", "kind": "create_followup", "type": "call", "priority": "medium", "due_in": 1,
                "due_unit": "working_days", "whom": "least_loaded",
                "subject": "Follow up after the event: {{ contact.full_name|a guest }}",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="post-event",
    name="After an event",
    kind="playbook",
    group="team",
    icon="calendar-check",
    story="Put the guests of an event into the audience “Event attendees”, one by one or all at once: each gets one follow-up "
    "for the next working day, shared out among you by who has most room. Take them out before the next event.",
    definition=_definition,
)
