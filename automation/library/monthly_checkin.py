"""Monthly check-in (usecases.md no. 7): clients of high value, on the first working day of each month."""

from __future__ import annotations

from typing import Any

from automation.library.line import choice, line, some
from automation.library.shape import Entry, Place

TAG, SUBJECT = "High value", "Monthly check-in"

_SPOKEN = {"field": "last_two_way_at", "op": "within_last", "value": 10}
_OPEN = some("followups", ("open", "is", True), ("subject", "starts", SUBJECT))
_LATE = some("followups", ("subject", "starts", SUBJECT), ("completed_at", "within_last", 14))


def _call(pk: str, due: int, why: str) -> dict[str, Any]:
    return {
        "id": pk, "kind": "create_followup", "type": "call", "priority": "high", "due_in": due, "due_unit": "working_days",
        "subject": f"{SUBJECT} with {{{{ contact.full_name }}}}",
        "description": f"{why}Last time: {{{{ data.last_notes|nothing was written down }}}}", "exits": {"next": None},
    }  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "schedule", "every": "month", "in_month": "first_working_day", "at": "08:00"}],
        "rules": {
            "reentry": "always",
            "who": {
                "all": [
                    {"field": "lifecycle", "op": "equals", "value": "client"},
                    {"field": "tags", "op": "has_any", "value": [at.tag(TAG)]},
                    {"field": "opted_out", "op": "not_set"},
                ]
            },
            "stop_on_bounce": False,
        },
        "start": "needed",
        "steps": line(
            {
                "id": "needed", "kind": "branch",
                "choices": [
                    choice("open", "Last month’s is still open", _OPEN),
                    choice("late", "Last month’s was finished late", _LATE),
                    choice("spoken", "Spoken with in the last 10 days", _SPOKEN),
                ],
                "exits": {"open": "skip", "late": "moved", "spoken": "skip", "else": "call"},
            },
            {"id": "skip", "kind": "end", "note": "The reason stands with the branch before.", "exits": {}},
            _call("moved", 10, "A fortnight later than usual, as last month’s came late. "),
            _call("call", 0, ""),
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="monthly-checkin",
    name="Monthly check-in",
    kind="playbook",
    group="clients",
    icon="calendar-check",
    story="On the first working day of each month, on their own clock, every client with the tag “High value” is to be called "
    "by their owner, with the notes of last time at hand. It is skipped, and says so, where somebody really spoke with them "
    "in the last ten days or last month’s call is still open; it moves by ten working days where last month’s came late. "
    "It ends when they are no client any more or opt out.",
    definition=_definition,
)
