"""What was to be done for a contact, or for a partner alone, that was deleted goes with it, and comes back with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from crm.models import Contact, Event, Partner
from followups.changing import changing
from followups.lifecycle import OPEN
from followups.models import FollowUp

DELETED, RESTORED = "contact_deleted", "contact_restored"
KINDS = frozenset({DELETED, RESTORED})
PARTNER_DELETED, PARTNER_RESTORED = "partner_deleted", "partner_restored"
PARTNER_KINDS = frozenset({PARTNER_DELETED, PARTNER_RESTORED})


def go_with_contacts(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: put the open follow-ups of deleted contacts into the bin, so that nobody is told of them any more,
    and take those of restored ones out. What a contact is by now decides, whatever it was in between."""
    ids = {event.contact_id for event in events if event.contact_id is not None}
    deleted = Contact.objects.filter(pk__in=ids, deleted_at__isnull=False).values_list("pk", "deleted_at")
    gone = {pk: at for pk, at in deleted if at is not None}
    _put_away("contact_id", gone, Q(), now)
    back = [pk for pk in ids if pk not in gone]
    if back:
        told = Event.objects.filter(contact__in=back, kind=DELETED)
        _bring_back("contact_id", back, Q(), set(told.values_list("contact_id", "occurred_at")), now)


#: What concerns a contact too stays with the contact: a client is not forgotten because their partner is gone.
_ALONE = Q(contact__isnull=True)


def go_with_partners(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: the same for partners, of what concerns them alone."""
    ids = {event.subject_id for event in events if event.subject_id is not None}
    deleted = Partner.objects.filter(pk__in=ids, deleted_at__isnull=False).values_list("pk", "deleted_at")
    gone = {pk: at for pk, at in deleted if at is not None}
    _put_away("partner_id", gone, _ALONE, now)
    back = [pk for pk in ids if pk not in gone]
    if back:
        told = Event.objects.filter(subject_kind="partner", subject_id__in=back, kind=PARTNER_DELETED)
        _bring_back("partner_id", back, _ALONE, set(told.values_list("subject_id", "occurred_at")), now)


def _put_away(column: str, gone: dict[int, datetime], which: Q, now: datetime) -> None:
    """Each gets the moment of whom it concerned, which tells it from one that somebody deleted."""
    if not gone:
        return
    theirs = FollowUp.objects.open().filter(which, **{f"{column}__in": list(gone)})
    with changing("delete", theirs, by=None, now=now) as change:
        change.write(each={"deleted_at": [gone[row[column]] for row in change.rows]})
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_deleted")


def _bring_back(column: str, back: Sequence[int], which: Q, moments: set[tuple[Any, Any]], now: datetime) -> None:
    """Take out of the bin what went there at one of the `moments`, pairs of an id and a time."""
    binned = FollowUp.objects.filter(which, deleted_at__isnull=False, status__in=OPEN, **{f"{column}__in": back})
    ids = [pk for pk, whose, at in binned.values_list("pk", column, "deleted_at") if (whose, at) in moments]
    if not ids:
        return
    with changing("restore", FollowUp.objects.filter(pk__in=ids), by=None, now=now) as change:
        change.write(deleted_at=None)
        change.revive_reminders(change.rows)
        change.tell("followup_restored")
