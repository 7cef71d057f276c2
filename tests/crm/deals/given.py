"""Deals for tests, made by the product's own verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from crm.deals.making import NewDeal, create_deals
from crm.models import CloseReason, Contact, Deal, Stage, User
from tests.factories import NOW


def stage(name: str = "New", pipeline: str = "Sales") -> Stage:
    """A stage of the pipelines that an installation begins with."""
    return Stage.objects.get(name=name, pipeline__name=pipeline)


def reason(label: str = "No budget", kind: str = "lost") -> CloseReason:
    return CloseReason.objects.get(label=label, kind=kind)


def deal(
    name: str = "Visa for Maria",
    *,
    contact: Contact | None = None,
    at: str = "New",
    pipeline: str = "Sales",
    by: User | None = None,
    now: datetime = NOW,
    **fields: Any,
) -> Deal:
    """Store one deal."""
    fields.setdefault("stage_id", stage(at, pipeline).pk)
    [pk] = create_deals([NewDeal(name=name, contact_id=contact.pk if contact else None, **fields)], by=by, now=now)
    return Deal.objects.get(pk=pk)


def these(*deals: Deal) -> QuerySet[Deal]:
    """The set that a verb takes."""
    return Deal.objects.filter(pk__in=[one.pk for one in deals])
