"""Audiences for tests, made by the product's own verbs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.factories import NOW

if TYPE_CHECKING:
    from crm.models import Audience

CLIENTS = {"field": "lifecycle", "op": "equals", "value": "client"}


def dynamic(condition: Any = CLIENTS, name: str = "Clients", *, now: datetime = NOW, filled: bool = True) -> Audience:
    """A dynamic audience, put together unless said otherwise."""
    from crm.audiences.filling import fill_waiting
    from crm.audiences.making import make_audience
    from crm.models import Audience

    made = make_audience(name=name, kind="dynamic", condition=condition, by=None, now=now)
    if filled:
        fill_waiting(now)
    return Audience.objects.get(pk=made.pk)


def static(name: str = "By hand", *, now: datetime = NOW) -> Audience:
    from crm.audiences.making import make_audience

    return make_audience(name=name, kind="static", by=None, now=now)


def catch_up(now: datetime = NOW) -> None:
    """Tell everybody of what happened, and let the audiences look, until nothing is left."""
    from crm.audiences.filling import fill_waiting
    from crm.audiences.refreshing import refresh
    from crm.dispatching import dispatch_pending

    while dispatch_pending(now) + refresh(now) + fill_waiting(now):
        pass


def members(audience: Audience) -> set[int]:
    from crm.models import AudienceMember

    return set(AudienceMember.objects.filter(audience=audience).values_list("contact_id", flat=True))


def told(audience: Audience) -> list[tuple[int | None, str, bool]]:
    """The events of coming and going, in order: contact, "joined" or "left", whether from filling."""
    from crm.models import Event

    rows = Event.objects.filter(subject_kind="audience", subject_id=audience.pk).order_by("pk")
    return [(one.contact_id, one.kind.removeprefix("audience_"), one.data["filling"]) for one in rows]
