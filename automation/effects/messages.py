"""Messages to contacts, into the outbox: the gate there has the last word, now and when they leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.models import MessageTemplate
from messaging.writing import ToContact, write_to_contacts

#: What messages of automations are called in the outbox, and what caused them.
KIND, CAUSE = "automation", "enrollment"


def send(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Write each message once. A template that is gone fails the step; a refusal of the gate does not: it is written down
    as not sent, and the person goes on."""
    there = set(
        MessageTemplate.objects.filter(
            pk__in={one.effect.template_id for one in orders if one.effect.template_id}, archived_at__isnull=True
        ).values_list("pk", flat=True)
    )
    good = [one for one in orders if one.effect.template_id in there]
    written = iter(write_to_contacts([_message(one) for one in good], now=now))
    done = []
    for one in orders:
        if one.effect.template_id not in there:
            done.append(Done(failed="Its message template was deleted or put away. Choose another one."))
            continue
        answer = next(written)
        how = CHANNEL_NAMES.get(answer.channel, answer.channel)
        why = f"Not sent: {answer.refused}" if answer.refused else f"In the outbox, by {how}. {answer.reason}"
        done.append(Done(why, {"message": answer.message_id, "refused": bool(answer.refused)}))
    return done


def _message(one: Order) -> ToContact:
    effect = one.effect
    return ToContact(
        contact_id=one.contact_id,
        kind=KIND,
        dedupe_key=f"automation:{one.key}",
        topic=effect.topic,
        channel=effect.channel,
        template_id=effect.template_id,
        data=dict(one.words),
        cause_kind=CAUSE,
        cause_id=one.enrollment_id,
        stops_on_reply=effect.stops_on_reply,
        written_at=one.state.entered_at if effect.stops_on_reply else None,
        fallback=effect.fallback,
    )
