"""Events that a subscriber failed on: shown to a person, who has them tried again or leaves them out."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Subquery

from crm.dispatching import wake_dispatcher
from crm.models import Event, ParkedEvent, User


def parked_for(user: User) -> models.QuerySet[ParkedEvent]:
    """The parked events, for those who look after operations; each with its event's kind."""
    if not user.can("operations.view"):
        return ParkedEvent.objects.none()
    kinds = Event.objects.filter(pk=models.OuterRef("event_id")).values("kind")
    return ParkedEvent.objects.annotate(kind=Subquery(kinds)).order_by("event_id")


def try_again(parked: models.QuerySet[ParkedEvent], *, now: datetime) -> int:
    """Let the dispatcher try now, also what was given up; returns how many."""
    count = parked.update(next_at=now, attempts=0)
    if count:
        wake_dispatcher()
    return count


def leave_out(parked: models.QuerySet[ParkedEvent]) -> int:
    """Go on without telling the subscriber of these events; what waits behind them follows. Returns how many."""
    ids = list(parked.values_list("pk", flat=True))
    return ParkedEvent.objects.filter(pk__in=ids).delete()[0]
