"""Addresses that are not written to any more: stopped for a reason, released by a person. Every change is an event on the
contacts who have the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from crm.addresses import BadAddress, normal_email, normal_phone
from crm.models import User
from crm.timeline import Happening, record
from messaging.address_holders import holders_of
from messaging.models import ContactPolicy, MessageChannel, SoftBounce, Suppression, SuppressionReason
from messaging.opting_out import opt_out

__all__ = ["SoftNote", "Stop", "lift", "normal_address", "note_soft_bounces", "opt_out", "suppress"]

#: A reason further to the right outweighs one already there: a complaint after a bounce is a complaint.
WEIGHT = (
    SuppressionReason.SOFT_BOUNCES,
    SuppressionReason.HARD_BOUNCE,
    SuppressionReason.PROVIDER,
    SuppressionReason.OPT_OUT,
    SuppressionReason.BY_HAND,
    SuppressionReason.COMPLAINT,
)


@dataclass(frozen=True, slots=True)
class Stop:
    """An address to stop. `scope` names the one sender of ours that it holds for; empty means all. `message_id` is the
    message whose fate brought it about."""

    channel: str
    address: str
    reason: str
    detail: str = ""
    scope: str = ""
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class SoftNote:
    """A message that could not be delivered for now."""

    channel: str
    address: str
    at: datetime
    message_id: int | None = None


def suppress(entries: Sequence[Stop], *, by: User | None, now: datetime) -> list[int]:
    """Stop the addresses; returns the ids of what is new or weighs more than what was there. Once more changes nothing."""
    # The heaviest reason of each address, in one order, so that two calls that share some wait for each other.
    heaviest: dict[tuple[str, str, str], Stop] = {}
    for one in sorted(entries, key=lambda one: WEIGHT.index(SuppressionReason(one.reason))):
        if address := normal_address(one.channel, one.address):
            heaviest[one.channel, address, one.scope] = one
    keys = sorted(heaviest)
    if not keys:
        return []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _SUPPRESS,
                {
                    "channel": [channel for channel, _, _ in keys],
                    "address": [address for _, address, _ in keys],
                    "scope": [scope for _, _, scope in keys],
                    "reason": [heaviest[key].reason for key in keys],
                    "detail": [heaviest[key].detail[:300] for key in keys],
                    "message": [heaviest[key].message_id for key in keys],
                    "now": now,
                    "by": by.pk if by else None,
                    "weight": [str(reason.value) for reason in WEIGHT],
                },
            )
            rows = cursor.fetchall()
        told = [_Told(channel, address, SuppressionReason(reason).label) for _, channel, address, reason in rows]
        _tell("address_suppressed", told, by, now)
    return sorted(row[0] for row in rows)


def note_soft_bounces(notes: Sequence[SoftNote], *, now: datetime) -> list[int]:
    """Remember temporary failures; an address with as many of them within as many days as the settings say is stopped.

    Returns the ids of the new suppressions. One message counts once.
    """
    kept = [
        SoftBounce(channel=one.channel, address=address, at=one.at, message_id=one.message_id)
        for one in notes
        if (address := normal_address(one.channel, one.address))
    ]
    if not kept:
        return []
    policy = ContactPolicy.objects.current()
    with transaction.atomic():
        SoftBounce.objects.bulk_create(kept, ignore_conflicts=True)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT s.channel, s.address, count(*), max(s.message_id)
                FROM messaging_softbounce s
                JOIN (SELECT DISTINCT * FROM unnest(%s::text[], %s::text[])) AS n(channel, address) USING (channel, address)
                WHERE s.at > %s
                GROUP BY s.channel, s.address HAVING count(*) >= %s
                ORDER BY s.channel, s.address
                """,
                [
                    [one.channel for one in kept],
                    [one.address for one in kept],
                    now - timedelta(days=policy.soft_bounce_days),
                    policy.soft_bounces,
                ],
            )
            often = cursor.fetchall()
        days = policy.soft_bounce_days
        return suppress(
            [
                Stop(
                    channel,
                    address,
                    SuppressionReason.SOFT_BOUNCES,
                    f"{count} temporary failures in {days} days",
                    "",
                    message_id,
                )
                for channel, address, count, message_id in often
            ],
            by=None,
            now=now,
        )


def lift(ids: Sequence[int], *, by: User | None, now: datetime) -> list[int]:
    """Let the addresses be written to again; returns those that were in force. Their temporary failures are forgotten."""
    with transaction.atomic():
        rows = list(
            Suppression.objects.filter(pk__in=ids, lifted_at__isnull=True)
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", "channel", "address")
        )
        Suppression.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(lifted_at=now, lifted_by=by)
        for channel in sorted({channel for _, channel, _ in rows}):
            SoftBounce.objects.filter(channel=channel, address__in=[a for _, c, a in rows if c == channel]).delete()
        _tell("address_released", [_Told(channel, address, "") for _, channel, address in rows], by, now)
    return [pk for pk, _, _ in rows]


def normal_address(channel: str, address: str) -> str:
    """The address as it is stored and compared; empty for what is no address at all."""
    address = address.strip().removeprefix("whatsapp:")
    try:
        return normal_email(address) if channel == MessageChannel.EMAIL else normal_phone(address)
    except BadAddress:
        # A provider may refuse what we would not have sent to: it is kept as it came.
        return address.lower()[:320]


@dataclass(frozen=True, slots=True)
class _Told:
    """An address that was stopped or released, and why."""

    channel: str
    address: str
    why: str


def _tell(kind: str, told: Iterable[_Told], by: User | None, now: datetime) -> None:
    """Put it on the timeline of every contact who has the address."""
    by_address: dict[tuple[str, str], list[_Told]] = {}
    for one in told:
        by_address.setdefault(("email" if one.channel == "email" else "phone", one.address), []).append(one)
    if not by_address:
        return
    having = holders_of(by_address)
    record(
        [
            Happening(
                kind,
                contact_id,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                data={
                    "address": one.address,
                    "why": one.why[:1].lower() + one.why[1:],
                    "channel": MessageChannel(one.channel).label,
                    "channel_slug": one.channel,
                },
            )
            for address_kind, address, contact_id in having
            for one in by_address[address_kind, address]
        ],
        now=now,
    )


_SUPPRESS = """
INSERT INTO messaging_suppression AS s (channel, address, scope, reason, detail, message_id, created_at, created_by_id)
SELECT n.channel, n.address, n.scope, n.reason, n.detail, n.message_id, %(now)s, %(by)s
FROM unnest(%(channel)s::text[], %(address)s::text[], %(scope)s::text[], %(reason)s::text[], %(detail)s::text[],
    %(message)s::bigint[]) WITH ORDINALITY AS n(channel, address, scope, reason, detail, message_id, place)
ORDER BY place
ON CONFLICT (channel, address, scope) WHERE lifted_at IS NULL DO UPDATE SET
    reason = excluded.reason, detail = excluded.detail, message_id = excluded.message_id
WHERE array_position(%(weight)s::text[], excluded.reason::text) > array_position(%(weight)s::text[], s.reason::text)
RETURNING s.id, s.channel, s.address, s.reason
"""
