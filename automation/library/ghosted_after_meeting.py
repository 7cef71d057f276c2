"""A meeting, and then silence (usecases.md, playbook ghosted-after-meeting)."""

from __future__ import annotations

from typing import Any

from automation.library.shape import Entry, Place, Words
from automation.library.silences import SPOKEN, after

RECALL = "Meeting: where we left off"


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [
            {"kind": "custom_event", "event": "meeting_logged"},
            {"kind": "followup_completed", "type": "meeting"},
            {"kind": "followup_completed", "type": "video_call"},
        ],
        "rules": {
            "reentry": "after_days", "reentry_days": 14, "exit_on": [SPOKEN],
            "who": {"field": "last_two_way_at", "op": "within_last", "value": 1},  # else nobody came to it
        },
        **after(4, {"id": "recall", "kind": "send_email", "template": at.template(RECALL), "topic": "service"}),
    }  # fmt: skip


ENTRY = Entry(
    slug="ghosted-after-meeting",
    name="Silence after a meeting",
    kind="playbook",
    group="leads",
    icon="users",
    story="You met, and four days later nobody has spoken or written: they get a mail that recalls the meeting and asks how they "
    "would like to go on. A meeting to which nobody came does not count.",
    definition=_definition,
    words=(
        Words(
            RECALL, "email", "Our meeting, and how to go on",
            "Hello {{ contact.first_name|there }},\n\nthank you for our meeting on {{ meeting_date|one of the last days }}. How "
            "would you like to go on? If it helps, we can look at what is still open together: "
            "{{ booking_link|answer with a time that suits you }}\n\n{{ owner.first_name|Your team }}",
            "Nuestra reunión y cómo seguir",
            "Hola {{ contact.first_name|qué tal }}:\n\nGracias por nuestra reunión del {{ meeting_date|otro día }}. ¿Cómo le "
            "gustaría seguir? Si le ayuda, podemos ver juntos lo que falta: "
            "{{ booking_link|responda con una hora que le convenga }}\n\n{{ owner.first_name|Su equipo }}",
        ),
    ),
)  # fmt: skip
