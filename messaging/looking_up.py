"""Asking providers what became of messages whose answer was lost: claimed by a lease, asked with no lock held, settled."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from messaging.addresses import token_of
from messaging.channels.registry import channel_named
from messaging.channels.shape import Answer, Channel, Lost
from messaging.models import Message, MessageStatus
from messaging.retrying import next_look_up
from messaging.settling import Found, settle_found

log = logging.getLogger(__name__)

BATCH = 50
#: Nobody else asks for the same ones meanwhile.
LEASE = timedelta(minutes=5)

DUE_SQL = "EXISTS (SELECT FROM messaging_message WHERE look_up_at <= %(now)s)"

#: How long before it was handed over another message may have been, that could be taken for it.
NEAR = timedelta(days=1)


def look_ups(now: datetime) -> int:
    """Ask for every uncertain message that is due at `now`; returns how many."""
    channels: dict[str, Channel | None] = {}
    total = 0
    while lost := _claim(now):
        total += len(lost)
        others = _others(lost)
        for message in lost:
            if message.channel not in channels:
                channels[message.channel] = _channel(message.channel)
            # One by one: what one is found to be, the next cannot be.
            known = others.setdefault((message.channel, message.to), set())
            answer = _ask(channels[message.channel], message, known, now)
            if answer is None:
                _ask_again(message, now)
            elif settle_found([Found(message.pk, answer)], now=now):
                known.add(answer.provider_id)
    return total


def _channel(name: str) -> Channel | None:
    try:
        return channel_named(name)
    except (ImproperlyConfigured, ValueError):  # nobody to ask until somebody puts the settings right
        log.exception("a channel is not set up", extra={"channel": name})
        return None


@transaction.atomic
def _claim(now: datetime) -> list[Message]:
    due = (
        Message.objects.filter(look_up_at__lte=now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("body")
        .only("channel", "status", "created_at", "handed_at", "to", "sender", "provider", "body__text")
        .order_by("look_up_at")[:BATCH]
    )
    rows = list(due)
    Message.objects.filter(pk__in=[row.pk for row in rows], status=MessageStatus.UNCERTAIN).update(
        look_up_at=now + LEASE
    )
    settled = [row.pk for row in rows if row.status != MessageStatus.UNCERTAIN or row.handed_at is None]
    Message.objects.filter(pk__in=settled).update(look_up_at=None)
    return [row for row in rows if row.pk not in set(settled)]


def _others(lost: Sequence[Message]) -> dict[tuple[str, str], set[str]]:
    """The providers' names of messages to the same addresses, of which none is looked for."""
    since = min(row.handed_at for row in lost if row.handed_at) - NEAR
    rows = Message.objects.filter(
        to__in={row.to for row in lost}, contact__isnull=False, created_at__gte=since - NEAR
    ).exclude(provider_id="")
    found: dict[tuple[str, str], set[str]] = {}
    for channel, address, name in rows.values_list("channel", "to", "provider_id"):
        found.setdefault((channel, address), set()).add(name)
    return found


def _ask(channel: Channel | None, message: Message, others: set[str], now: datetime) -> Answer | None:
    if channel is None or message.handed_at is None or channel.provider != message.provider:
        return None
    body = getattr(message, "body", None)
    lost = Lost(
        message_id=message.pk,
        token=token_of(message.pk, message.created_at),
        address=message.to,
        sender=message.sender,
        handed_at=message.handed_at,
        asked_at=now,
        text=body.text if body else "",
        others=frozenset(others),
    )
    try:
        return channel.look_up(lost)
    except Exception:
        log.exception("a look-up broke", extra={"provider": channel.provider, "message_id": message.pk})
        return None


def _ask_again(message: Message, now: datetime) -> None:
    assert message.handed_at is not None
    Message.objects.filter(pk=message.pk, status=MessageStatus.UNCERTAIN).update(
        look_up_at=next_look_up(message.handed_at, now)
    )
