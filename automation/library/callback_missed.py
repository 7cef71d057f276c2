"""A call-back that was promised and not made (usecases.md, playbook callback-missed)."""

from __future__ import annotations

from typing import Any

from automation.library.line import some
from automation.library.shape import Entry, Place
from automation.library.silences import SPOKEN, after, message, words

SORRY = "Call-back: sorry"
#: What shows that the call is in somebody's hands again.
_IN_HAND = ("followup_completed", "followup_cancelled", "followup_rescheduled", "followup_started", "followup_deleted")


def _definition(at: Place) -> dict[str, Any]:
    asked = at.outcome("call_back_later", "Call back later", "neutral")
    return {
        "triggers": [{"kind": "followup_missed", "type": "call"}],
        "rules": {
            "per_record": True,
            "who": some("followups", ("outcome", "equals", asked), ("completed_at", "within_last", 60)),
            "exit_on": [*({"event": kind} for kind in _IN_HAND), SPOKEN],
        },
        **after(
            1,
            message(at, SORRY, "sorry"),
            {
                "id": "call", "kind": "create_followup", "type": "call", "priority": "urgent", "due_in": 0, "due_unit": "days",
                "subject": "Call {{ contact.full_name }} back: it was promised for {{ promised_date|yesterday }}",
                "description": "They asked to be called back, and nobody did. They have been told that you are sorry.",
            },
        ),
    }  # fmt: skip


ENTRY = Entry(
    slug="callback-missed",
    name="Promised call-back missed",
    kind="playbook",
    group="clients",
    icon="phone-off",
    story="Somebody asked to be called back, and a day after the time nobody has: they get an apology with new times to choose "
    "from, and their owner an urgent call for the same day. Not if the call was made, moved or taken in hand in between.",
    definition=_definition,
    words=words(
        SORRY,
        "We owe you a call",
        "Hello {{ contact.first_name|there }},\n\nwe had promised to call you on {{ promised_date|one of these days }}, and we "
        "did not. We are sorry. {{ owner.first_name|One of us }} will call you today; if another time suits you better, choose "
        "it here: {{ booking_link|simply answer with two times }}",
        "Le debemos una llamada",
        "Hola {{ contact.first_name|qué tal }}:\n\nPrometimos llamarle el {{ promised_date|otro día }} y no lo hicimos. Le "
        "pedimos disculpas. {{ owner.first_name|Alguien de nuestro equipo }} le llamará hoy; si prefiere otra hora, elíjala "
        "aquí: {{ booking_link|respóndanos con dos horas }}",
        "{{ organisation.name }}: we are sorry that we did not call. We will today; if another time suits you better, answer "
        "with it.",
        "{{ organisation.name }}: sentimos no haberle llamado. Lo haremos hoy; si prefiere otra hora, responda con ella.",
    ),
)  # fmt: skip
