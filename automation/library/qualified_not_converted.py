"""Qualified, and no answer (usecases.md, playbook qualified-not-converted)."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Entry, Place, Words
from automation.library.silences import SPOKEN

_NAMES = [f"Qualified: message {number}" for number in range(1, 5)]


def _steps(at: Place) -> list[dict[str, Any]]:
    """Four messages, each at least a day after the one before: with what they had first, fewer than five wait for an answer."""
    made: list[dict[str, Any]] = []
    for number, name in enumerate(_NAMES, 1):
        made.append({"id": f"m{number}", "kind": "send_email", "template": at.template(name), "topic": "marketing"})
        made.append({"id": f"day_{number}", "kind": "wait", "amount": 24, "unit": "hours"})
    return line(*made[:-1])


def _definition(at: Place) -> dict[str, Any]:
    return {
        "triggers": [{"kind": "not_replied_within", "days": 1}],
        "rules": {
            "reentry": "after_days", "reentry_days": 90,
            "who": {"field": "lifecycle", "op": "equals", "value": "qualified"},
            "stop_on_meeting": True, "exit_on": [SPOKEN],
            "goal": [{"event": "deal_won", "same_record": False}],
            "goal_when": {"field": "lifecycle", "op": "equals", "value": "client"},
            "exit_when": {"field": "lifecycle", "op": "not_equals", "value": "qualified"},
            "most_touches": 4, "runs_at": ["09:00", "14:00", "18:00"], "batch_size": 100,
        },
        "start": "m1",
        "steps": _steps(at),
    }  # fmt: skip


def _words(number: int, subject: str, text: str, subject_es: str, text_es: str) -> Words:
    return Words(
        _NAMES[number - 1], "email", subject, f"Hello {{{{ contact.first_name|there }}}},\n\n{text}", subject_es,
        f"Hola {{{{ contact.first_name|qué tal }}}}:\n\n{text_es}", topic="marketing",
    )  # fmt: skip


ENTRY = Entry(
    slug="qualified-not-converted",
    name="Qualified, not converted",
    kind="sequence",
    group="leads",
    icon="target",
    story="A qualified lead has not answered for 24 hours: up to four more messages, at least a day apart, in runs at 9, 14 and "
    "18 o’clock where the lead is, at most 100 in each. It ends when they answer, book, become a client or opt out. The "
    "window of scores joins once scoring is switched on.",
    definition=_definition,
    words=(
        _words(
            1, "Is there anything still open?",
            "is there anything that you still need to know before you decide? Answer this mail and you have it the same day.",
            "¿Le queda alguna duda?",
            "¿Hay algo que todavía necesite saber antes de decidir? Responda a este correo y lo tendrá el mismo día.",
        ),
        _words(
            2, "How others began",
            "{{ success_story|most people begin with a short talk, and know afterwards whether we suit them. }}",
            "Cómo empezaron otros",
            "{{ success_story|la mayoría empieza con una breve conversación y después sabe si le convenimos. }}",
        ),
        _words(
            3, "Fifteen minutes?",
            "a short talk clears up more than many mails. Choose a time: {{ booking_link|answer with one that suits you }}",
            "¿Quince minutos?",
            "una breve conversación aclara más que muchos correos. Elija una hora: {{ booking_link|responda con la que prefiera }}",
        ),
        _words(
            4, "Shall we stay in touch?",
            "we do not want to be a burden, so this is the last mail for now. When the time is right, an answer is enough.",
            "¿Seguimos en contacto?",
            "no queremos molestarle: este es el último correo por ahora. Cuando sea buen momento, basta con que responda.",
        ),
    ),
)  # fmt: skip
