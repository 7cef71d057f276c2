"""What was refused at an address outlives the contact: whoever is made anew with it is not asked to refuse again (G4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from crm.dispatching import Subscriber, subscribe
from crm.models import Event
from messaging.contact_facts import CONTACT_CHANNELS
from messaging.opting_out import opt_out

KINDS = frozenset({"contact_created", "contact_imported"})
SOURCE = "Refused before, by a contact with this address who was deleted"


def register() -> None:
    """Listen to who is new; called once at start-up."""
    subscribe(Subscriber("refused_before", KINDS, take_over_refusals))


def take_over_refusals(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: new contacts take over what a deleted one with their address refused, unless they have said
    something about it themselves."""
    ids = sorted({event.contact_id for event in events if event.contact_id is not None})
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, {"ids": ids})
        refused: dict[tuple[str, str], list[int]] = {}
        for channel, topic, contact_id in cursor.fetchall():
            refused.setdefault((channel, topic), []).append(contact_id)
    for (channel, topic), theirs in refused.items():
        opt_out(theirs, channel=channel, topic=topic, source=SOURCE, by=None, now=now)


# Each branch says what its partial index says.
_BRANCH = """
SELECT k.channel, k.topic, n.id FROM crm_contact n
JOIN crm_contact d ON d.{kind} = n.{kind} AND d.deleted_at IS NOT NULL AND NOT d.{kind} = ''
JOIN crm_consent k ON k.contact_id = d.id AND k.state = 'withdrawn' AND k.channel = '{channel}'
WHERE n.id = ANY(%(ids)s) AND n.deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM crm_consent own WHERE own.contact_id = n.id AND own.channel = k.channel AND own.topic = k.topic)
"""

_REFUSED = (
    " UNION ".join(_BRANCH.format(kind=kind, channel=channel) for channel, kind in CONTACT_CHANNELS.items())
    + " ORDER BY 1, 2, 3"
)
