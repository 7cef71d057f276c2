"""What follows for the people: dead addresses are stopped, complaints and wishes honoured at once, the timeline told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.models.consent import Topic
from crm.timeline import Happening, record
from messaging.hooks.events import (
    BOUNCED,
    COMPLAINED,
    FAILED,
    HARD,
    OURS,
    REJECTED,
    SOFT,
    UNSUBSCRIBED,
    ProviderEvent,
)
from messaging.models import Message, MessageChannel, SuppressionReason
from messaging.opting_out import opt_out
from messaging.provider_titles import title_of
from messaging.suppressing import SoftNote, Stop, note_soft_bounces, suppress
from messaging.twilio_codes import OPTED_OUT

LABELS = dict(MessageChannel.choices)

#: Twilio's codes for "this number has said stop to that sender", or blocks it: twilio.com/docs/api/errors/63014, /63033.
STOPPED_SENDER = {str(code) for code in OPTED_OUT} | {"63014", "63033"}
#: What a provider holds back of itself, by anymail's word for the reason.
HELD_BACK = {
    "bounced": SuppressionReason.PROVIDER,
    "spam": SuppressionReason.COMPLAINT,
    "unsubscribed": SuppressionReason.PROVIDER,
    "invalid": SuppressionReason.HARD_BOUNCE,
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event that is new, with its message as it was before."""

    message: Message
    event: ProviderEvent

    @property
    def address(self) -> str:
        return self.message.to or self.event.recipient


def tell_of(told: Sequence[Told], *, now: datetime) -> None:
    """Do what the new events ask for; only those of messages to contacts ask for anything."""
    told = [one for one in told if one.message.contact_id is not None]
    if not told:
        return
    if stops := [stop for one in told if (stop := stop_of(one)) is not None and stop.address]:
        suppress(stops, by=None, now=now)
    soft = [one for one in told if one.event.bounce == SOFT and one.event.kind in (BOUNCED, FAILED) and one.address]
    if soft:
        note_soft_bounces(
            [SoftNote(one.message.channel, one.address, one.event.at, one.message.pk) for one in soft], now=now
        )
    _withdraw([one for one in told if one.event.kind in (COMPLAINED, UNSUBSCRIBED)], now)
    record([_happening(one) for one in told if one.event.kind in (BOUNCED, COMPLAINED, UNSUBSCRIBED)], now=now)


def stop_of(told: Told) -> Stop | None:
    """The stop that the event puts on the address, if any."""
    message, event = told.message, told.event
    reason, scope = None, ""
    if event.code in STOPPED_SENDER and event.kind == FAILED:
        reason, scope = SuppressionReason.OPT_OUT, message.sender
    elif event.kind == COMPLAINED:
        reason = SuppressionReason.COMPLAINT
    elif event.kind == REJECTED and event.code in HELD_BACK:
        reason = HELD_BACK[event.code]
    elif event.kind in (BOUNCED, FAILED) and event.bounce == HARD:
        reason = SuppressionReason.HARD_BOUNCE
    if reason is None:
        return None
    detail = event.detail or f"Told by {title_of(event.provider)}"
    return Stop(message.channel, told.address, reason, detail[:300], scope, message.pk)


def _withdraw(told: Sequence[Told], now: datetime) -> None:
    """Marketing over that channel ends; whether anything else may still come is the gate's to say."""
    groups: dict[tuple[str, str, str], set[int]] = {}
    for one in told:
        said = "Complaint" if one.event.kind == COMPLAINED else "Unsubscribed"
        key = (one.message.channel, said, one.event.provider)
        groups.setdefault(key, set()).add(one.message.contact_id or 0)
    for (channel, said, provider), ids in sorted(groups.items()):
        opt_out(
            sorted(ids),
            channel=channel,
            topic=Topic.MARKETING,
            source=f"{said}, told by {title_of(provider)}",
            by=None,
            now=now,
        )


def _happening(told: Told) -> Happening:
    message, event = told.message, told.event
    kind = {BOUNCED: "message_bounced", COMPLAINED: "complained", UNSUBSCRIBED: "unsubscribed"}[event.kind]
    label = LABELS.get(message.channel, message.channel)
    return Happening(
        kind,
        message.contact_id,
        event.at,
        subject_kind="message",
        subject_id=message.pk,
        data={
            "channel": f"{label} ({Topic.MARKETING.label})" if kind == "unsubscribed" else label,
            "channel_slug": message.channel,
            "subject": message.subject or "a message",
            "message_id": message.pk,
            "address": told.address,
            "why": event.detail[:300] or "no reason given",
            "bounce": event.bounce,
            "ours": event.bounce == OURS,
            "provider": event.provider,
        },
        # Several providers, or one and a mail in the mailbox, may tell the same.
        key=f"{kind}:{message.pk}",
    )
