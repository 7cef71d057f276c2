"""Keeping true the day on which a document is looked at again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Q

from crm.documents.standing import look_on
from crm.models import Contact, Document, DocumentState, Organisation
from crm.models.document import warning_days
from crm.zones import local_day

#: A renewal in one of these has come: what it takes the place of needs no more warnings.
ARRIVED = (DocumentState.RECEIVED, DocumentState.APPROVED, DocumentState.EXPIRED)


def today_here(now: datetime) -> date:
    """The calendar day of the organisation."""
    return local_day(now, Organisation.objects.current().time_zone)


def hold_contacts(ids: Iterable[int]) -> None:
    """Lock contacts, always in the same order: what their documents are is decided by one at a time."""
    wanted = Contact.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(no_key=True)
    list(wanted.values_list("pk", flat=True))


def arm(ids: Collection[int]) -> None:
    """Work out anew when documents, and those that they take the place of, are looked at. In the transaction of the
    change, which has the rows locked."""
    rows = (
        Document.objects.filter(Q(pk__in=ids) | Q(renewals__in=ids), deleted_at__isnull=True)
        .select_related("kind")
        .distinct()
    )
    found = list(rows)
    renewed = set(
        Document.objects.alive()
        .filter(replaces__in=[one.pk for one in found], state__in=ARRIVED)
        .values_list("replaces_id", flat=True)
    )
    changed = []
    for one in found:
        days = one.kind.warn_days if one.kind else warning_days()
        look = look_on(one.state, one.expires_on, days, one.warned_days, renewed=one.pk in renewed)
        if look != one.look_on:
            one.look_on = look
            changed.append(one)
    Document.objects.bulk_update(changed, ["look_on"], batch_size=500)
