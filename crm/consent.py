"""What contacts allow and refuse: every change is kept with its source, and is an event (G5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from crm.models import Consent, Contact, User
from crm.models.consent import ConsentState, Topic
from crm.models.contact import Channel
from crm.timeline import Happening, record

#: What a consent may be about: the channels, and any channel that is still to come goes by its name.
CHANNELS = dict(Channel.choices)


def withdraw(
    contacts: QuerySet[Contact],
    *,
    channel: str,
    source: str,
    by: User | None,
    now: datetime,
    topic: str = Topic.ALL,
    proof: str = "",
) -> list[int]:
    """Note that contacts no longer want to hear by this channel; returns those for whom that is new."""
    return set_consent(
        list(contacts.values_list("pk", flat=True)), channel, topic, ConsentState.WITHDRAWN, source, by, now, proof
    )


def grant(
    contacts: QuerySet[Contact],
    *,
    channel: str,
    source: str,
    by: User | None,
    now: datetime,
    topic: str = Topic.ALL,
    proof: str = "",
) -> list[int]:
    """Note that contacts have allowed this channel; returns those for whom that is new."""
    return set_consent(
        list(contacts.values_list("pk", flat=True)), channel, topic, ConsentState.GRANTED, source, by, now, proof
    )


def set_consent(
    ids: Sequence[int],
    channel: str,
    topic: str,
    state: str,
    source: str,
    by: User | None,
    now: datetime,
    proof: str = "",
) -> list[int]:
    """Write one state for many contacts in one statement, with one event for each that it changed."""
    if not ids:
        return []
    label = f"{CHANNELS.get(channel, channel)}{'' if topic == Topic.ALL else f' ({Topic(topic).label})'}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO crm_consent (contact_id, channel, topic, state, source, proof, recorded_by_id, recorded_at)
                SELECT id, %s, %s, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS t(id) ORDER BY id
                ON CONFLICT (contact_id, channel, topic) DO UPDATE
                SET state = excluded.state, source = excluded.source, proof = excluded.proof,
                    recorded_by_id = excluded.recorded_by_id, recorded_at = excluded.recorded_at
                WHERE crm_consent.state <> excluded.state
                RETURNING contact_id
                """,
                [channel, topic, state, source[:200], proof, by.pk if by else None, now, list(ids)],
            )
            changed = sorted(row[0] for row in cursor.fetchall())
        _tell(changed, label, channel, topic, ConsentState(state).label, state, source, by, now)
    return changed


def forget(
    ids: Sequence[int], *, source: str, by: User | None, now: datetime, channel: str = "", topic: str = ""
) -> list[int]:
    """Take back what one source said, as when its import is undone; the contacts are as if never asked. With a channel
    or topic, only what was said of that."""
    about = {name: value for name, value in (("channel", channel), ("topic", topic)) if value}
    with transaction.atomic():
        rows = list(
            Consent.objects.filter(contact_id__in=ids, source=source, **about)
            .select_for_update()
            .values_list("pk", "contact_id", "channel", "topic")
        )
        Consent.objects.filter(pk__in=[row[0] for row in rows]).delete()
        for channel, topic in sorted({(row[2], row[3]) for row in rows}):
            told = sorted(row[1] for row in rows if (row[2], row[3]) == (channel, topic))
            _tell(told, CHANNELS.get(channel, channel), channel, topic, "Not known", "", source, by, now)
    return sorted({row[1] for row in rows})


def _tell(
    ids: Sequence[int],
    label: str,
    channel: str,
    topic: str,
    words: str,
    state: str,
    source: str,
    by: User | None,
    now: datetime,
) -> None:
    record(
        [
            Happening(
                "consent_changed",
                pk,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                # "channel" and "state" are the words of the timeline's sentence; the slugs are beside them.
                data={
                    "channel": label,
                    "state": words,
                    "source": source,
                    "channel_slug": channel,
                    "topic": topic,
                    "state_slug": state,
                },
            )
            for pk in ids
        ],
        now=now,
    )
