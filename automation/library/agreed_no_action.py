"""They agreed, and then nothing came (usecases.md, playbook agreed-no-action)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place
from automation.library.silences import MOVED, SPOKEN, message, words

NUDGE = "Agreed: a friendly nudge"
#: What shows that they did their part, whatever it was.
_DID = ("document_received", "document_approved", "invoice_paid", "order_placed", "form_submitted", "class_enrolled")


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "followup_completed", "outcome": at.outcome("agreed", "Agreed", "positive")}],
        "rules": {"reentry": "after_days", "reentry_days": 7, "exit_on": [SPOKEN]},
        "start": "their_part",
        "steps": line(
            {
                "id": "their_part", "kind": "wait_for_event", "amount": 2, "unit": "days",
                "events": [*({"event": kind} for kind in _DID), *MOVED],
                "exits": {"happened": None, "timed_out": "message"},
            },
            message(at, NUDGE),
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="agreed-no-action",
    name="Agreed, but nothing came",
    kind="playbook",
    group="leads",
    icon="handshake",
    story="You complete a follow-up with “Agreed” (the outcome comes with this). If within two days no document, "
    "payment, order or form of theirs arrives and their deal has not moved, they get one friendly nudge.",
    definition=_definition,
    words=words(
        NUDGE,
        "Your next step with us",
        "Hello {{ contact.first_name|there }},\n\nthank you for the good talk. We agreed on a next step; does anything stand in "
        "its way? Answer this mail and we will help.\n\n{{ owner.first_name|Your team }}",
        "Su próximo paso con nosotros",
        "Hola {{ contact.first_name|qué tal }}:\n\nGracias por la conversación. Acordamos un próximo paso; ¿hay algo que se lo "
        "impida? Responda a este correo y le ayudaremos.\n\n{{ owner.first_name|Su equipo }}",
        "Hello {{ contact.first_name|there }}, does anything stand in the way of what we agreed? Answer and we will help. "
        "{{ organisation.name }}",
        "Hola {{ contact.first_name|qué tal }}: ¿hay algo que le impida hacer lo que acordamos? Responda y le ayudaremos. "
        "{{ organisation.name }}",
    ),
)  # fmt: skip
