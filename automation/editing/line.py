"""Sequences and playbooks: a definition that is a plain line of touches, each after a wait, read and written as one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from automation.definition.whole import MOST_STEPS
from automation.editing.raw import CannotEdit, Data, by_id, copied, exit_of, new_id, ways

#: The steps that are touches, by the channel of their template.
BY_CHANNEL = {"email": "send_email", "sms": "send_sms", "whatsapp": "send_whatsapp"}
TOUCHES = frozenset({*BY_CHANNEL.values(), "send_message", "create_followup"})


@dataclass(frozen=True, slots=True)
class Touch:
    """A message or a follow-up, so long after the one before. `step` and `wait` are the ids of the steps that it is made
    of; empty for ones yet to be made."""

    kind: str = "send_email"
    template: int | None = None
    amount: Any = 0
    unit: str = "days"
    step: str = ""
    wait: str = ""


def as_line(definition: Mapping[str, Any]) -> list[Touch] | None:
    """The touches in order; None where it is more than a line."""
    steps, at = by_id(definition), definition.get("start")
    found: list[Touch] = []
    waiting, seen = Touch(), set()
    while at is not None:
        step = steps.get(at)
        if step is None or at in seen or len(ways(step)) > 1:
            return None
        seen.add(at)
        if step["kind"] == "wait" and not waiting.wait:
            waiting = Touch(amount=step.get("amount", 1), unit=step.get("unit", "days"), wait=at)
        elif step["kind"] in TOUCHES:
            found.append(replace(waiting, kind=step["kind"], template=step.get("template"), step=at))
            waiting = Touch()
        elif step["kind"] == "end":
            break
        else:
            return None
        at = exit_of(step, "next")
    return None if waiting.wait else found


def with_line(definition: Mapping[str, Any], touches: Sequence[Touch]) -> Data:
    """The definition with these touches; settings that the line does not show stay as they are."""
    new = copied(definition)
    old = by_id(new)
    made: list[Data] = []
    if 2 * len(touches) > MOST_STEPS:
        raise CannotEdit(f"A sequence has at most {MOST_STEPS // 2} touches.")
    for touch in touches:
        if touch.amount:
            made.append({**old.get(touch.wait, {}), "id": touch.wait or _new(new, made), "kind": "wait",
                         "amount": touch.amount, "unit": touch.unit})  # fmt: skip
        before = old.get(touch.step, {})
        kept = before if before.get("kind") == touch.kind else {}
        made.append(
            {**kept, "id": touch.step or _new(new, made), "kind": touch.kind, "template": touch.template}
        )  # fmt: skip
    for step, following in zip(made, [*made[1:], None], strict=True):
        step["exits"] = {"next": following["id"] if following else None}
    return {**new, "start": made[0]["id"] if made else None, "steps": made}


def _new(definition: Mapping[str, Any], made: Sequence[Data]) -> str:
    return new_id({"steps": [*definition["steps"], *made]})
