"""What a colleague holds on this floor, for handing everything over: their open follow-ups."""

from __future__ import annotations

from datetime import datetime

from crm.handing_over import Holding, register_holding
from crm.models import User
from followups.models import FollowUp
from followups.transitions import delegate

#: So many at a time: locks stay short of what a page needs.
BATCH = 5000


def _open_of(person: User) -> int:
    return FollowUp.objects.open().filter(assignee=person).count()


def _give(person: User, to: User, by: User, now: datetime) -> int:
    total = 0
    because = f"{person.name} handed over to {to.name}"
    while True:
        ids = list(FollowUp.objects.open().filter(assignee=person).order_by("pk").values_list("pk", flat=True)[:BATCH])
        done = delegate(FollowUp.objects.filter(pk__in=ids), by=by, now=now, to=to, because=because).done if ids else []
        total += len(done)
        if not done:
            return total


def register() -> None:
    """Make it known; called once at start-up."""
    register_holding("followups", Holding("Open follow-ups", _open_of, _give))
