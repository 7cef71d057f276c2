"""Multi-touch nurture (usecases.md no. 5): five touches over ten days after a guide was asked for."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place, Words

GUIDE, TIPS, STORY, LAST = "Guide: thank you", "Guide: tips", "Guide: success story", "Guide: last word"


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "form_submitted", "form": "guide downloaded"}],
        "rules": {"reentry": "after_days", "reentry_days": 90, "stop_on_reply": True, "stop_on_opt_out": True},
        "start": "thanks",
        "steps": line(
            {"id": "thanks", "kind": "send_email", "template": at.template(GUIDE), "topic": "marketing"},
            {"id": "two_days", "kind": "wait", "amount": 2, "unit": "days"},
            {"id": "tips", "kind": "send_email", "template": at.template(TIPS), "topic": "marketing"},
        ),
    }


ENTRY = Entry(
    slug="multi-touch-nurture",
    name="Nurture after a guide",
    kind="sequence",
    group="leads",
    icon="mail",
    story="Somebody downloads a guide. They get it at once, tips after two days and a success story after five. Whoever "
    "clicks gets a call. It ends the moment they answer, book or opt out.",
    definition=_definition,
    words=(
        Words(GUIDE, "email", "Here is your guide", "Hello {{ contact.first_name|there }},\n\nhere is your guide.", topic="marketing"),
        Words(TIPS, "email", "Five tips for your file", "Hello {{ contact.first_name|there }},\n\nfive tips.", topic="marketing"),
    ),
)  # fmt: skip
