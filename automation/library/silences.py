"""What playbooks about a silence have in common: they end as soon as somebody speaks, and write by the best channel."""

from __future__ import annotations

from typing import Any

from automation.library.line import line
from automation.library.shape import Place, Words

#: A follow-up by which a person of theirs was really reached, whatever it was about.
SPOKEN: dict[str, Any] = {"event": "followup_completed", "same_record": False, "where": {"two_way": True}}
#: A deal that goes on, in whatever way.
MOVED: list[dict[str, Any]] = [{"event": kind} for kind in ("deal_stage_changed", "deal_won", "deal_lost")]


def message(at: Place, name: str, pk: str = "message", topic: str = "service") -> dict[str, Any]:
    """A message by the channel that suits them best, of those in which the entry has words of that name."""
    at.template(name, "sms")
    return {"id": pk, "kind": "send_message", "template": at.template(name), "topic": topic}


def after(days: int, *steps: dict[str, Any]) -> dict[str, Any]:
    """So many days of silence, then these steps: the "start" and "steps" of a definition."""
    return {
        "start": "silence",
        "steps": line({"id": "silence", "kind": "wait", "amount": days, "unit": "days"}, *steps),
    }


def words(
    name: str, subject: str, text: str, subject_es: str, text_es: str, sms: str, sms_es: str
) -> tuple[Words, ...]:
    """A message about their own case, as a mail and as a text message."""
    return (
        Words(name, "email", subject, text, subject_es, text_es),
        Words(name, "sms", text=sms, text_es=sms_es),
    )
