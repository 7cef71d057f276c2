"""What incoming messages ask for: stops, absences, and the fate of ours that came back. In sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from crm.consent import forget
from crm.models.consent import Topic
from crm.timeline import Happening, record
from messaging.hooks.applying import apply_events
from messaging.hooks.events import BOUNCED, COMPLAINED, DEFERRED, HARD, SOFT, ProviderEvent
from messaging.incoming import Incoming
from messaging.keywords import START, STOP
from messaging.mail_reading.bounce_reasons import REASONS
from messaging.mail_reading.shape import BOUNCE, COMPLAINT, OUT_OF_OFFICE, UNSUBSCRIBE
from messaging.matching import Match
from messaging.models import MessageChannel, Suppression, SuppressionReason
from messaging.opting_out import opt_out
from messaging.suppressing import Stop, lift, suppress

LABELS = dict(MessageChannel.choices)
#: A return later than this is taken for a mistake.
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Received:
    """A message that is new, stored and matched."""

    message_id: int
    incoming: Incoming
    match: Match

    @property
    def contact_id(self) -> int | None:
        return self.match.contact_id

    @property
    def reports(self) -> bool:
        """Whether it tells the fate of a message of ours: then that is what the timeline hears."""
        return self.incoming.kind in (BOUNCE, COMPLAINT) and self.match.answers is not None


def obey(new: Sequence[Received], *, now: datetime) -> None:
    """Do what the messages ask for, in the transaction that stores them."""
    _note_absences([one for one in new if one.incoming.kind == OUT_OF_OFFICE], now)
    _stop([one for one in new if one.incoming.keyword == STOP], now)
    _start([one for one in new if one.incoming.keyword == START], now)
    _unsubscribe([one for one in new if one.incoming.kind == UNSUBSCRIBE and one.incoming.channel == "email"], now)
    reports = [event for one in new for event in _reports(one)]
    if reports:
        apply_events(reports, now=now)


def _note_absences(new: Sequence[Received], now: datetime) -> None:
    """Remember until when people are away: the latest word counts. A day that is past or far off says nothing."""
    until = {}
    for one in sorted(new, key=lambda one: one.incoming.at):
        day = one.incoming.returns_on
        if one.contact_id is not None and day is not None and now.date() < day <= (now + LONGEST_ABSENCE).date():
            until[one.contact_id] = (day, one.message_id)
    if not until:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_contactpreference AS p (contact_id, tracking, away_until, away_message_id, updated_at)
            SELECT t.contact_id, true, t.day, t.message_id, %s
            FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS t(contact_id, day, message_id) ORDER BY t.contact_id
            ON CONFLICT (contact_id) DO UPDATE SET away_until = excluded.away_until,
                away_message_id = excluded.away_message_id, updated_at = excluded.updated_at
            WHERE NOT EXISTS (
                SELECT FROM messaging_message old JOIN messaging_message new ON new.id = excluded.away_message_id
                WHERE old.id = p.away_message_id AND old.created_at > new.created_at)
            """,
            [now, list(until), [day for day, _ in until.values()], [pk for _, pk in until.values()]],
        )


def _stop(new: Sequence[Received], now: datetime) -> None:
    """Stop the number that wrote, for the number of ours it wrote to; all of the channel where we have no other."""
    if not new:
        return
    suppress(
        [
            Stop(
                one.incoming.channel,
                one.incoming.sender,
                SuppressionReason.OPT_OUT,
                f"They wrote “{one.incoming.text.strip()[:60]}” to {scope or 'us'}",
                scope,
                one.message_id,
            )
            for one in new
            for scope in [_scope(one.incoming)]
        ],
        by=None,
        now=now,
    )
    groups: dict[str, list[Received]] = {}
    for one in new:
        if one.contact_id is not None:
            groups.setdefault(one.incoming.channel, []).append(one)
    for channel, ones in sorted(groups.items()):
        whole = [one for one in ones if _scope(one.incoming) in ("", own_sender(channel))]
        if whole:
            _opt_out(whole, channel, Topic.ALL, _stop_source(channel), now)
    _tell_unsubscribed([(one, _stop_words(one.incoming)) for one in new], now)


def own_sender(channel: str) -> str:
    """The number of ours that messages of the channel leave from; empty where a service picks one."""
    name = {"sms": "TWILIO_SMS_FROM", "whatsapp": "TWILIO_WHATSAPP_FROM"}.get(channel, "")
    number = str(getattr(settings, name, "")).removeprefix("whatsapp:")
    return number if number.startswith("+") else ""


def _scope(one: Incoming) -> str:
    """The number of ours they said it to. Where a service of many numbers writes, it holds for all of them."""
    return one.to[0] if one.to and own_sender(one.channel) else ""


def _stop_words(one: Incoming) -> str:
    label, scope = LABELS.get(one.channel, one.channel), _scope(one)
    return f"{label} from {scope}" if scope else label


def _start(new: Sequence[Received], now: datetime) -> None:
    """Lift what a stop word brought about, for the same number of ours; nothing else."""
    if not new:
        return
    addresses = {(one.incoming.channel, one.incoming.sender): one for one in new}
    rows = Suppression.objects.filter(
        reason=SuppressionReason.OPT_OUT, lifted_at__isnull=True, address__in={address for _, address in addresses}
    ).values_list("pk", "channel", "address", "scope")
    lifted = [
        (pk, addresses[channel, address])
        for pk, channel, address, scope in rows
        if (channel, address) in addresses and scope in ("", _scope(addresses[channel, address].incoming))
    ]
    if not lifted:
        return
    lift([pk for pk, _ in lifted], by=None, now=now)
    # As if they had never said stop; what they had not allowed before is not allowed by this.
    for channel in sorted({one.incoming.channel for _, one in lifted}):
        ids = {one.contact_id for _, one in lifted if one.contact_id is not None and one.incoming.channel == channel}
        forget(sorted(ids), source=_stop_source(channel), by=None, now=now)


def _stop_source(channel: str) -> str:
    return f"Stop word by {LABELS[channel]}"


def _unsubscribe(new: Sequence[Received], now: datetime) -> None:
    """Whoever asks by mail gets no more marketing by mail; what concerns their own case may still come."""
    ours = [one for one in new if one.contact_id is not None]
    if ours:
        _opt_out(ours, "email", Topic.MARKETING, "Asked for it by mail", now)
        _tell_unsubscribed([(one, f"E-mail ({Topic.MARKETING.label})") for one in ours], now)


def _opt_out(new: Sequence[Received], channel: str, topic: str, source: str, now: datetime) -> None:
    proof = f"Message {new[0].message_id}: {new[0].incoming.text.strip()[:300]}" if len(new) == 1 else ""
    ids = sorted({one.contact_id for one in new if one.contact_id is not None})
    opt_out(ids, channel=channel, topic=topic, source=source, proof=proof, by=None, now=now)


def _tell_unsubscribed(told: Sequence[tuple[Received, str]], now: datetime) -> None:
    record(
        [
            Happening(
                "unsubscribed",
                one.contact_id,
                min(one.incoming.at, now),
                actor="contact",
                subject_kind="message",
                subject_id=one.message_id,
                data={
                    "channel": scope,
                    "channel_slug": one.incoming.channel,
                    "message_id": one.message_id,
                    "rule": one.incoming.rule,
                },
                key=f"unsubscribed:{one.message_id}",
            )
            for one, scope in told
            if one.contact_id is not None
        ],
        now=now,
    )


def _reports(one: Received) -> list[ProviderEvent]:
    """What a mail about a mail of ours means for that one, in the words that providers' news have."""
    incoming = one.incoming
    if not one.reports:
        return []
    if incoming.kind == COMPLAINT:
        # Anybody can write such a mail, and some reports are none: only ours comes back with our mark in it.
        if not one.match.marked or _NO_COMPLAINT.search(incoming.rule):
            return []
        return [_report(one, COMPLAINED, incoming.about_recipient, "They reported it as spam.", "")]
    events = []
    for bounce in incoming.bounces:
        words = REASONS.get(bounce.reason, bounce.reason or "no reason given")
        if bounce.status:
            words = f"{words} ({bounce.status})"
        # "We go on trying" is no end: only what was given up came back.
        kind = DEFERRED if incoming.delayed else BOUNCED
        events.append(_report(one, kind, bounce.recipient, words, "" if incoming.delayed else _blame(one, bounce.type)))
    return events


#: Feedback types that are no complaint (RFC 5965, 7.3; RFC 6430; RFC 6591).
_NO_COMPLAINT = re.compile(r"\b(?:not-spam|auth-failure|opt-out|virus|other)$", re.IGNORECASE)


def _blame(one: Received, said: str) -> str:
    """A report without our mark may be anybody's: several are needed before they stop an address."""
    return said if one.match.marked or said != HARD else SOFT


def _report(one: Received, kind: str, recipient: str, words: str, blame: str) -> ProviderEvent:
    return ProviderEvent(
        provider="mail",
        kind=kind,
        at=one.incoming.at,
        message_id=one.match.answers,
        key=f"{one.incoming.provider_id}:{recipient}",
        recipient=recipient,
        detail=words[:500],
        bounce=blame,
    )
