"""Messages to contacts, into the outbox: the gate there has the last word, now and when they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.effects.about import about, asked_in
from automation.effects.shape import Done, Order
from automation.effects.words import data_for
from automation.engine.state import TOUCHES
from automation.models import Enrollment
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.models import MessageTemplate, TemplateVariant
from messaging.origins import AUTOMATION, ROUND, Origin, register_origin
from messaging.writing import ToContact, write_to_contacts

#: What messages of automations are called in the outbox, and what caused them.
KIND, CAUSE = "automation", ROUND


@dataclass(frozen=True, slots=True)
class Template:
    """What a step needs to know of a template; `used` is false where it was put away."""

    name: str
    topic: str
    used: bool


GONE = Template("", "", used=False)


def register() -> None:
    """Let messages be found by their automation; called once at start-up."""
    register_origin(
        AUTOMATION,
        Origin(CAUSE, lambda automation_id: Enrollment.objects.filter(automation=automation_id).values("pk")),
    )


def send(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Write each message once. A template that is gone fails the step; a refusal of the gate does not: it is written down
    as not sent, and the person goes on."""
    shelf = _templates({one.effect.template_id for one in orders if one.effect.template_id})
    good = [one for one in orders if shelf.get(one.effect.template_id, GONE).used]
    records = about(good, asked_in(_texts({template.name for template in shelf.values() if template.used})))
    messages = [_message(one, shelf[one.effect.template_id], records[one.enrollment_id]) for one in good]
    written = iter(write_to_contacts(messages, now=now))
    done = []
    for one in orders:
        template = shelf.get(one.effect.template_id, GONE)
        if not template.used:
            named = f"The template “{template.name}” was put away"
            called = named if template.name else "Its message template was deleted"
            done.append(Done(failed=f"{called}. Choose another one."))
            continue
        answer = next(written)
        how = CHANNEL_NAMES.get(answer.channel, answer.channel)
        why = f"Not sent: {answer.refused}" if answer.refused else f"In the outbox, by {how}. {answer.reason}"
        keep = {TOUCHES: one.state.touches} if answer.refused else {}  # what does not leave is no touch
        done.append(Done(why, {"message": answer.message_id, "refused": bool(answer.refused)}, keep))
    return done


def _templates(ids: set[int]) -> dict[int, Template]:
    rows = MessageTemplate.objects.filter(pk__in=ids).values_list("pk", "name", "topic", "archived_at")
    return {pk: Template(name, topic, archived is None) for pk, name, topic, archived in rows}


def _texts(names: set[str]) -> list[str]:
    """All words of the templates of these names: a message may leave over any channel that has a template of its name."""
    rows = TemplateVariant.objects.filter(template__name__in=names).values_list("subject", "text", "html")
    return [text for row in rows for text in row]


def _message(one: Order, template: Template, facts: Mapping[str, Any]) -> ToContact:
    effect = one.effect
    return ToContact(
        contact_id=one.contact_id,
        kind=KIND,
        dedupe_key=f"automation:{one.key}",
        topic=effect.topic or template.topic,
        channel=effect.channel,
        template_id=effect.template_id,
        data=data_for(one, facts) | {AUTOMATION: {"id": one.automation_id, "step": one.step}},
        cause_kind=CAUSE,
        cause_id=one.enrollment_id,
        stops_on_reply=effect.stops_on_reply,
        written_at=one.state.answered_until if effect.stops_on_reply else None,
        fallback=effect.fallback,
    )
