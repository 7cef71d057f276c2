"""A proposal without an answer (usecases.md, playbook proposal-no-response)."""

from __future__ import annotations

from typing import Any

from automation.library.shape import Entry, Place
from automation.library.silences import MOVED, SPOKEN, after, message, words

ASK = "Proposal: any questions?"


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "deal_stage_changed", "stage": at.stage("Proposal sent")}],
        "rules": {"reentry": "after_days", "reentry_days": 14, "per_record": True, "exit_on": [*MOVED, SPOKEN]},
        **after(3, message(at, ASK)),
    }


ENTRY = Entry(
    slug="proposal-no-response",
    name="Proposal without an answer",
    kind="playbook",
    group="leads",
    icon="hourglass",
    story="A deal comes to “Proposal sent” and nothing is heard for three days: they are asked, by the channel that suits them "
    "best, whether anything is unclear. Once for each deal; not if they answered, you spoke, or the deal moved.",
    definition=_definition,
    words=words(
        ASK,
        "Any questions about our proposal?",
        "Hello {{ contact.first_name|there }},\n\non {{ proposal_date|one of the last days }} we sent you our proposal. Is "
        "anything unclear, or is there something that you would like to be different? Simply answer this mail.\n\n"
        "{{ owner.first_name|Your team }}",
        "¿Tiene alguna pregunta sobre nuestra propuesta?",
        "Hola {{ contact.first_name|qué tal }}:\n\nNuestra propuesta es del {{ proposal_date|otro día }}. ¿Hay algo que no "
        "quede claro o que quiera cambiar? Puede responder a este correo.\n\n{{ owner.first_name|Su equipo }}",
        "Hello {{ contact.first_name|there }}, do you have questions about our proposal? Simply answer. "
        "{{ organisation.name }}",
        "Hola {{ contact.first_name|qué tal }}: ¿tiene preguntas sobre nuestra propuesta? Puede responder aquí. "
        "{{ organisation.name }}",
    ),
)  # fmt: skip
