"""Leaving by the link of one message: at once, for what that link is about, and on nothing but the link itself.

Undoing brings back what was before, so that a slip of the finger is no opt-in.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.consent import forget, grant
from crm.models import Consent, Contact
from crm.models.consent import Topic
from crm.timeline import Happening, record
from messaging.models import Message, MessageChannel, MessageEvent
from messaging.opting_out import opt_out
from messaging.tracking.tokens import Unsubscribing

ONE_CLICK, PAGE = "One-click unsubscribe", "Unsubscribe page"


def known(asked: Unsubscribing) -> bool:
    """Whether the contact is still kept here; deleted ones count, for they may come back."""
    return Contact.objects.filter(pk=asked.contact_id).exists()


def state_of(asked: Unsubscribing) -> str:
    """What they have said about it so far: "granted", "withdrawn", or "" for nothing."""
    found = Consent.objects.filter(contact_id=asked.contact_id, channel=asked.channel, topic=asked.topic)
    return found.values_list("state", flat=True).first() or ""


@transaction.atomic
def leave(asked: Unsubscribing, *, source: str, proof: str, now: datetime) -> bool:
    """Withdraw the consent, stop what waits, and note it on the message; False when that was done already or the
    contact is gone."""
    contacts = [asked.contact_id] if known(asked) else []
    if not opt_out(contacts, source=source, by=None, now=now, channel=asked.channel, topic=asked.topic, proof=proof):
        return False
    subject = _note(asked, "unsubscribed", source, now)
    about = {"channel": _title(asked), "channel_slug": asked.channel, "topic": asked.topic, "source": source}
    happening = Happening("unsubscribed", asked.contact_id, now, actor="contact", data=about | {"subject": subject})
    if subject is not None:
        happening.subject_kind, happening.subject_id = "message", asked.message_id
        happening.data["message_id"] = asked.message_id
    record([happening], now=now)
    return True


@transaction.atomic
def take_back(asked: Unsubscribing, *, was: str, source: str, proof: str, now: datetime) -> bool:
    """Undo it: to a yes where there was one or where they ask for it anew, else to never having been asked."""
    if was == "":
        about = {"channel": asked.channel, "topic": asked.topic}
        done = any(forget([asked.contact_id], source=name, by=None, now=now, **about) for name in (ONE_CLICK, PAGE))
    else:
        contacts = Contact.objects.filter(pk=asked.contact_id)
        done = bool(
            grant(contacts, channel=asked.channel, topic=asked.topic, source=source, by=None, now=now, proof=proof)
        )
    if done:
        _note(asked, "resubscribed", source, now)
    return done


def _note(asked: Unsubscribing, kind: str, source: str, now: datetime) -> str | None:
    subject = Message.objects.filter(pk=asked.message_id).values_list("subject", flat=True).first()
    if subject is not None:
        MessageEvent.objects.create(message_id=asked.message_id, kind=kind, at=now, detail=source, actor="person")
    return subject


def _title(asked: Unsubscribing) -> str:
    channel = str(dict(MessageChannel.choices).get(asked.channel, asked.channel))
    return channel if asked.topic == Topic.ALL else f"{channel} ({Topic(asked.topic).label})"
