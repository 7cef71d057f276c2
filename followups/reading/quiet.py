"""Clients going quiet, and those for whom nothing is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.access import contacts_for
from crm.models import User
from crm.models.contact import ContactQuerySet
from followups.reading.rows import NAME_COLUMNS, contact_name
from followups.reading.scopes import Scope

#: Counting stops here; "99+" says enough.
MOST_COUNTED = 100

_COLUMNS = (*NAME_COLUMNS, "last_two_way_at", "created_at", "expected_rhythm")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A contact without real two-way contact; `days` since the last one, or since it arrived."""

    id: int
    name: str
    days: int
    rhythm: int


@dataclass(frozen=True, slots=True)
class GoingQuiet:
    """The most neglected first, and how many there are, up to MOST_COUNTED."""

    worst: list[Quiet]
    rotting: int
    unplanned: int


def going_quiet(user: User, scope: Scope, now: datetime, show: int = 5) -> GoingQuiet:
    """Read whom a scope's owners are forgetting: the worst, and two counts; three queries."""
    mine = contacts_for(user).filter(owner__in=scope.people)
    rows = mine.rotting(now).order_by("rots_at", "pk").values(*_COLUMNS)[:show]
    return GoingQuiet(
        worst=[
            Quiet(
                row["id"],
                contact_name(row, prefix=""),
                (now - (row["last_two_way_at"] or row["created_at"])).days,
                row["expected_rhythm"],
            )
            for row in rows
        ],
        rotting=_some(mine.rotting(now)),
        unplanned=_some(mine.nothing_planned()),
    )


def _some(contacts: ContactQuerySet) -> int:
    return contacts.order_by()[:MOST_COUNTED].count()
