"""How a contact's consents came about: every change with its source and proof, who noted it, and when (G4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from crm.models import Contact
from crm.models.consent import ConsentState, Topic
from crm.models.contact import Channel
from messaging.models import Suppression

SHOWN = 100  # the newest


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `state` is empty where a consent was taken back as if never asked."""

    channel: str
    topic: str
    state: str
    source: str
    proof: str
    by: str
    at: datetime

    @property
    def about(self) -> str:
        """Channel and subject in words."""
        channel = dict(Channel.choices).get(self.channel, self.channel)
        return channel if self.topic == Topic.ALL else f"{channel}, {Topic(self.topic).label.lower()}"

    @property
    def said(self) -> str:
        return ConsentState(self.state).label if self.state else "Not known any more"


def consent_log(contact_id: int) -> list[Entry]:
    """The newest changes first, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOG, [contact_id, SHOWN])
        return [Entry(*row) for row in cursor.fetchall()]


def suppressions_of(contact: Contact) -> list[Suppression]:
    """What stands against the contact's addresses, in force and lifted, newest first."""
    mails = [address for address in (contact.email, *contact.other_emails) if address]
    phones = [number for number in (contact.phone, *contact.other_phones) if number]
    found = Suppression.objects.filter(address__in=[*mails, *phones]).select_related("created_by", "lifted_by")
    return list(found.order_by("-pk")[:SHOWN])


_LOG = """
SELECT log.channel, log.topic, CASE WHEN log.pgh_label = 'before_delete' THEN '' ELSE log.state END,
    log.source, log.proof, coalesce(person.full_name, person.email, ''),
    CASE WHEN log.pgh_label = 'before_delete' THEN log.pgh_created_at ELSE log.recorded_at END
FROM crm_consenthistory AS log LEFT JOIN crm_user AS person ON person.id = log.recorded_by_id
WHERE log.contact_id = %s ORDER BY log.pgh_id DESC LIMIT %s
"""
