"""What came in and could not be read: shown to a person, who has it read again or leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from messaging.models import Arrival, ArrivalState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import User


def set_aside_for(user: User) -> QuerySet[Arrival]:
    """What was set aside, newest first, for those who look after operations; without what it holds."""
    if not user.can("operations.view"):
        return Arrival.objects.none()
    return Arrival.objects.filter(state=ArrivalState.PARKED).defer("raw", "payload").order_by("-pk")


def leave(arrivals: QuerySet[Arrival]) -> int:
    """Go on without them; they are forgotten with what was read. Returns how many."""
    return arrivals.update(state=ArrivalState.DONE)
