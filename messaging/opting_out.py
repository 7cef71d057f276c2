"""Opting out, obeyed at once (G4): the consent is withdrawn, and what waits to be sent is not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from crm.consent import CHANNELS, set_consent
from crm.models import User
from crm.models.consent import ConsentState, Topic
from messaging.contact_facts import CONTACT_CHANNELS
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.ledger import write_decisions
from messaging.policy import Verdict

#: Every way on which we write.
EVERY_CHANNEL = "all"


def opt_out(
    contact_ids: Sequence[int],
    *,
    source: str,
    by: User | None,
    now: datetime,
    channel: str = EVERY_CHANNEL,
    topic: str = Topic.ALL,
    proof: str = "",
) -> list[int]:
    """Note that contacts do not want to be written to, over a channel or all, about a topic or at all, and stop what
    waits; returns those for whom that is new.

    Whoever has the same address gets no more marketing there either.

    `source` says where it came from ("link in a mail", "SMS"), `proof` keeps the words. Raises ValueError for a channel
    that nobody is written to on.
    """
    channels = list(CONTACT_CHANNELS) if channel == EVERY_CHANNEL else [channel]
    if not set(channels) <= {*CONTACT_CHANNELS, *CHANNELS}:
        raise ValueError(channel)
    changed: set[int] = set()
    with transaction.atomic():
        for one in channels:
            changed |= set(set_consent(contact_ids, one, topic, ConsentState.WITHDRAWN, source, by, now, proof))
            if topic in (Topic.ALL, Topic.MARKETING) and (others := _at_the_same_address(contact_ids, one)):
                told = f"{source[:150]}, by somebody with the same address"
                set_consent(others, one, Topic.MARKETING, ConsentState.WITHDRAWN, told, by, now, proof)
                _stop_waiting(others, [one], Topic.MARKETING, told, now)
        _stop_waiting(contact_ids, channels, topic, source, now)
    return sorted(changed)


def _at_the_same_address(ids: Sequence[int], channel: str) -> list[int]:
    """Whom else an offer would reach where one was refused: the law speaks of addresses (16 CFR 316.5), not of people."""
    kind = CONTACT_CHANNELS.get(channel)
    if kind is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ".join(
                f"""
                SELECT o.id FROM crm_contact me JOIN crm_contact o ON o.{kind} = me.{kind} AND o.id <> me.id
                WHERE me.id = ANY(%(ids)s) AND o.deleted_at IS NULL AND {shares} o.shares_address AND NOT o.{kind} = ''
                """
                for shares in ("", "NOT")
            ),
            {"ids": list(ids)},
        )
        return sorted({pk for (pk,) in cursor.fetchall()} - set(ids))


def _stop_waiting(ids: Sequence[int], channels: Sequence[str], topic: str, source: str, now: datetime) -> None:
    """Refuse what is not yet handed over, also what a worker has just taken: it will find the row no longer its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH waiting AS (
                SELECT id FROM messaging_message
                WHERE contact_id = ANY(%s) AND direction = 'out' AND channel = ANY(%s) AND (%s = 'all' OR topic = %s)
                    AND (status IN ('pending', 'scheduled') OR (status = 'sending' AND handed_at IS NULL))
                ORDER BY id FOR UPDATE
            )
            UPDATE messaging_message m SET status = 'suppressed', claimed_by = '', lease_until = NULL, allowed_at = NULL,
                reason = 'They opted out before it left (' || %s || ').'
            FROM waiting WHERE m.id = waiting.id
            RETURNING m.id, m.channel
            """,
            [list(ids), list(channels), topic, topic, source[:200]],
        )
        stopped = cursor.fetchall()
    write_decisions(
        [
            (pk, Verdict("refuse", "opted_out", _sentence(channel, source), facts={"source": source, "topic": topic}))
            for pk, channel in stopped
        ],
        now=now,
    )


def _sentence(channel: str, source: str) -> str:
    return f"They opted out of {CHANNEL_NAMES.get(channel, channel)} before it left ({source[:200]})."
