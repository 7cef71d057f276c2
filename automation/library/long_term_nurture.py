"""Now and then a word to who is not ready yet (usecases.md, playbook long-term-nurture)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place, Words
from automation.library.silences import SPOKEN

NEWS = "News: a success story"


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "days_inactive", "days": 30}],
        "rules": {
            "reentry": "after_days", "reentry_days": 30, "exit_on": [SPOKEN],
            "who": {"field": "lifecycle", "op": "in", "value": ["new", "working", "qualified"]},
        },
        "start": "news",
        "steps": line({"id": "news", "kind": "send_email", "template": at.template(NEWS), "topic": "marketing"}),
    }  # fmt: skip


ENTRY = Entry(
    slug="long-term-nurture",
    name="Long-term nurture",
    kind="playbook",
    group="leads",
    icon="newspaper",
    story="A lead with whom nobody has spoken for 30 days gets short news with a success story that fits their interest, once a "
    "silence. Stories are message templates called “Success story: their interest”. It goes by the days alone; how warm a "
    "lead is joins once scoring is switched on.",
    definition=_definition,
    words=(
        Words(
            NEWS, "email", "A short story from {{ organisation.name }}",
            "Hello {{ contact.first_name|there }},\n\n{{ success_story|every month people reach with us what you have in mind. }}"
            "\n\nIf you would like to talk about yours, simply answer this mail.",
            "Una breve historia de {{ organisation.name }}",
            "Hola {{ contact.first_name|qué tal }}:\n\n{{ success_story|cada mes hay personas que consiguen con nosotros lo que "
            "usted busca. }}\n\nSi quiere hablar de su caso, responda a este correo.",
            topic="marketing",
        ),
    ),
)  # fmt: skip
