"""What changes to follow-ups need to know of colleagues, for any number of them in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crm.models import Role, User


@dataclass(frozen=True, slots=True)
class Person:
    """`may_hold` is whether follow-ups can be given to them."""

    id: int
    name: str
    zone: str
    may_hold: bool


def load_people(ids: Iterable[int | None]) -> dict[int, Person]:
    """The colleagues with these ids."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "full_name", "email", "time_zone", "role", "is_active")
    return {
        pk: Person(pk, full_name or email.split("@")[0], zone, active and role != Role.VIEWER)
        for pk, full_name, email, zone, role, active in rows
    }
