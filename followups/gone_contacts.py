"""What was to be done for a contact that was deleted goes with it, and comes back with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.models import Contact, Event
from followups.changing import changing
from followups.lifecycle import OPEN
from followups.models import FollowUp

DELETED, RESTORED = "contact_deleted", "contact_restored"
KINDS = frozenset({DELETED, RESTORED})


def go_with_contacts(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: put the open follow-ups of deleted contacts into the bin, so that nobody is told of them any more,
    and take those of restored ones out. What a contact is by now decides, whatever it was in between."""
    ids = {event.contact_id for event in events if event.contact_id is not None}
    deleted = Contact.objects.filter(pk__in=ids, deleted_at__isnull=False).values_list("pk", "deleted_at")
    gone = {pk: at for pk, at in deleted if at is not None}
    _put_away(gone, now)
    _bring_back([pk for pk in ids if pk not in gone], now)


def _put_away(gone: dict[int, datetime], now: datetime) -> None:
    """Each gets its contact's own moment, which tells it from one that somebody deleted."""
    if not gone:
        return
    with changing("delete", FollowUp.objects.open().filter(contact__in=list(gone)), by=None, now=now) as change:
        change.write(each={"deleted_at": [gone[row["contact_id"]] for row in change.rows]})
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_deleted")


def _bring_back(contact_ids: Sequence[int], now: datetime) -> None:
    if not contact_ids:
        return
    moments = set(Event.objects.filter(contact__in=contact_ids, kind=DELETED).values_list("contact_id", "occurred_at"))
    binned = FollowUp.objects.filter(contact__in=contact_ids, deleted_at__isnull=False, status__in=OPEN)
    ids = [
        pk for pk, contact_id, at in binned.values_list("pk", "contact_id", "deleted_at") if (contact_id, at) in moments
    ]
    if not ids:
        return
    with changing("restore", FollowUp.objects.filter(pk__in=ids), by=None, now=now) as change:
        change.write(deleted_at=None)
        change.revive_reminders(change.rows)
        change.tell("followup_restored")
