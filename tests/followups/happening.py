"""Records and what happens to them, for tests of follow-ups that hang on records."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from crm.dispatching import asked_kinds, dispatch_pending, subscribers
from crm.models import Contact, Document, DocumentKind, Event
from crm.timeline import Happening, record
from followups.models import FollowUp, FollowUpSet, FollowUpSetItem, FollowUpTemplate
from followups.models.followup import FollowUpQuerySet
from tests.factories import NOW, kind


def template(name: str = "Ring", **fields: Any) -> FollowUpTemplate:
    """Store a template."""
    fields.setdefault("subject", name)
    return FollowUpTemplate.objects.create(name=name, type=fields.pop("type", None) or kind(), **fields)


def a_set(name: str = "Ours", *items: tuple[FollowUpTemplate, int], **fields: Any) -> FollowUpSet:
    """Store a set of (template, days)."""
    made = FollowUpSet.objects.create(name=name, **fields)
    for position, (one, days) in enumerate(items):
        FollowUpSetItem.objects.create(set=made, template=one, days=days, position=position)
    return made


def document(
    who: Contact, name: str = "Passport", *, state: str = "requested", now: datetime = NOW, **fields: Any
) -> Document:
    """Store a document in a state, untold."""
    if state != "requested":
        fields.setdefault("received_at", now)
    return Document.objects.create(contact=who, name=name, state=state, requested_at=now, **fields)


def document_kind(name: str = "Travel paper", **fields: Any) -> DocumentKind:
    """Store a kind of document that expires."""
    return DocumentKind.objects.create(name=name, expires=True, **fields)


def tell(kind_: str, one: Document, *, now: datetime = NOW, **data: Any) -> None:
    """Say what happened to a document, and let everybody hear of it."""
    said = {"document": one.name, "document_id": one.pk, "kind_id": one.kind_id, **data}
    said.setdefault("expires_on", one.expires_on.isoformat() if one.expires_on else None)
    record([Happening(kind_, one.contact_id, now, subject_kind="document", subject_id=one.pk, data=said)], now=now)
    dispatch_pending(now)


def becomes(one: Document, state: str, *, now: datetime = NOW, **fields: Any) -> None:
    """Put a document into a state and tell of it."""
    Document.objects.filter(pk=one.pk).update(state=state, received_at=now, **fields)
    one.refresh_from_db()
    tell(f"document_{state}", one, now=now)


def expiring(one: Document, days_left: int) -> datetime:
    """Let the day come on which so many are left, and warn; returns the moment."""
    assert one.expires_on is not None
    now = datetime.combine(one.expires_on - timedelta(days=days_left), NOW.timetz())
    tell("document_expiring", one, now=now, days_left=days_left)
    return now


def again(*kinds: str) -> None:
    """Deliver all events of these kinds once more to everybody who asked for them."""
    for subscriber in subscribers():
        events = list(Event.objects.filter(kind__in=kinds).order_by("pk"))
        heard = asked_kinds(subscriber)
        if wanted := [one for one in events if heard is None or one.kind in heard]:
            subscriber.handle(wanted, NOW)


def subjects(followups: FollowUpQuerySet) -> list[tuple[str, date]]:
    """What is to be done, and on which day, in the order of days."""
    return [(one.subject, one.due_on or one.due_at.date()) for one in followups.order_by("due_by", "pk")]  # type: ignore[union-attr]  # one of them is always there


def open_of(**which: Any) -> FollowUpQuerySet:
    return FollowUp.objects.open().filter(**which)
