"""The price was too high, and then silence (usecases.md, playbook price-objection-silence)."""

from __future__ import annotations

from typing import Any

from automation.library.shape import Entry, Place
from automation.library.silences import MOVED, SPOKEN, after, message, words

OPTIONS = "Price: what it holds and what else there is"


def _definition(at: Place) -> dict[str, Any]:
    outcome = at.outcome("price_objection", "Price objection", "neutral")
    return {
        "triggers": [{"kind": "followup_completed", "outcome": outcome}],
        "rules": {"reentry": "after_days", "reentry_days": 30, "exit_on": [*MOVED, SPOKEN]},
        **after(3, message(at, OPTIONS)),
    }


ENTRY = Entry(
    slug="price-objection-silence",
    name="Silence after the price",
    kind="playbook",
    group="leads",
    icon="coins",
    story="You complete a follow-up with “Price objection” (the outcome comes with this), and for three days nothing is heard: "
    "they get a message about what the price holds and in which ways it can be paid. Not if you spoke or the deal moved.",
    definition=_definition,
    words=words(
        OPTIONS,
        "What our price holds, and your options",
        "Hello {{ contact.first_name|there }},\n\nwe know that the price is a question. It holds everything from the first talk "
        "to the end, and you have one person for all of it: {{ owner.first_name|one of us }}. We can go on in parts, or begin "
        "with less. Which of these would help you? Simply answer this mail.",
        "Qué incluye nuestro precio y sus opciones",
        "Hola {{ contact.first_name|qué tal }}:\n\nSabemos que el precio importa. Lo incluye todo, de la primera conversación al "
        "final, y tiene una persona para todo: {{ owner.first_name|alguien de nuestro equipo }}. Podemos avanzar por partes o "
        "empezar con menos. ¿Qué le ayudaría? Puede responder a este correo.",
        "Hello {{ contact.first_name|there }}, about the price: we can go on in parts or begin with less. Shall we talk? "
        "{{ organisation.name }}",
        "Hola {{ contact.first_name|qué tal }}: sobre el precio, podemos avanzar por partes o empezar con menos. ¿Hablamos? "
        "{{ organisation.name }}",
    ),
)  # fmt: skip
