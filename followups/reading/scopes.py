"""Whose work a page is about: mine, my team's, everybody's, or one colleague's."""

from __future__ import annotations

from dataclasses import dataclass

from crm.access import colleague_ids, people_for
from crm.models import Role, User

MINE, TEAM = "mine", "team"


@dataclass(frozen=True, slots=True)
class Scope:
    """`people` are the ids whose work counts, `label` what the page calls them, `key` what the address says."""

    key: str
    label: str
    people: tuple[int, ...]
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person to switch to."""

    id: int
    name: str


#: Those who see what everybody holds.
_SEE_ALL = (Role.ADMINISTRATOR, Role.VIEWER)


def may_switch(user: User) -> bool:
    """Managers, administrators and viewers look at others' days; an agent has their own."""
    return user.role != Role.AGENT


def colleagues(user: User) -> list[Colleague]:
    """Those whose day the user may look at, by name; one query."""
    people = people_for(user).workers()
    if user.role not in _SEE_ALL:
        people = people.filter(pk__in=colleague_ids(user))
    return [
        Colleague(person.pk, person.name) for person in people.only("full_name", "email").order_by("full_name", "email")
    ]


def scope_for(user: User, wanted: str, known: list[Colleague]) -> Scope:
    """Read what the address asks for; anything that the user may not see is their own day. A viewer, who holds
    nothing, starts with everybody's."""
    mine = Scope(MINE, "my day", (user.pk,), is_mine=True)
    wanted = wanted or (TEAM if user.role == Role.VIEWER else MINE)
    if not may_switch(user) or wanted == MINE:
        return mine
    if wanted == TEAM:
        label = "everybody" if user.role in _SEE_ALL else "my team"
        return Scope(TEAM, label, tuple(one.id for one in known), is_mine=False)
    for one in known:
        if str(one.id) == wanted and one.id != user.pk:
            return Scope(wanted, one.name, (one.id,), is_mine=False)
    return mine
