"""Hot lead (usecases.md no. 8): who looks at prices again and again, or reads everything, is called within the hour."""

from __future__ import annotations

from typing import Any

from automation.library.line import choice, line, some
from automation.library.shape import Entry, Place

#: What the website tells when somebody looks at the prices (docs/outside-events.md).
PRICES = "custom.pricing_page_viewed"

_LOOKED = some("events", ("kind", "equals", PRICES), count={"op": "at_least", "number": 5}, within_days=1)
_READ = {
    "all": [
        some(
            "messages", ("direction", "equals", "out"), ("channel", "equals", "email"), ("opened", "is", True),
            count={"op": "at_least", "number": 3}, within_days=30,
        ),
        some("events", ("kind", "equals", "form_submitted"), within_days=30),
    ]
}  # fmt: skip


def _path(name: str, why: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"tell_{name}", "kind": "notify", "to": "owner", "urgent": True,
            "subject": "Call {{ contact.full_name|this lead }} now", "text": why,
        },
        {
            "id": f"call_{name}", "kind": "create_followup", "type": "call", "priority": "urgent", "due_in": 1,
            "due_unit": "hours", "subject": "Call now: {{ contact.full_name }}", "description": why, "wait": True,
            "late_after": 1, "late_unit": "hours", "exits": {"done": None, "late": "manager"},
        },
    ]  # fmt: skip


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [
            {"kind": "custom_event", "event": PRICES},
            {"kind": "message_opened"},
            {"kind": "form_submitted"},
        ],
        "rules": {
            "reentry": "after_days", "reentry_days": 7, "stop_on_reply": True,
            "who": {
                "all": [
                    {"field": "lifecycle", "op": "in", "value": ["new", "working", "qualified"]},
                    {"any": [_LOOKED, _READ]},
                ]
            },
        },
        "start": "why",
        "steps": line(
            {
                "id": "why", "kind": "branch", "choices": [choice("prices", "Looked at prices", _LOOKED)],
                "exits": {"prices": "tell_prices", "else": "tell_read"},
            },
            *_path("prices", "They looked at the prices five times within a day."),
            *_path("read", "They have opened three of our e-mails within a month and sent in a form."),
            {
                "id": "manager", "kind": "escalate", "priority": "urgent",
                "reason": "{{ contact.full_name }} is ready to talk, and nobody has called them for two hours.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="hot-lead",
    name="Hot lead",
    kind="workflow",
    group="leads",
    icon="flame",
    story="A lead who looks at your prices five times in a day, or has opened three of your e-mails in a month and sent in a "
    "form, is called within the hour: their owner gets an urgent follow-up with the reason, and is told at once by the "
    "channels chosen for urgent news, a text message among them. Not done after two hours, it goes to the manager. Your "
    "website tells of the prices as the event “pricing_page_viewed”. A high score joins them once scoring is switched on.",
    definition=_definition,
)
