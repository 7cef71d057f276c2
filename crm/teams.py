"""Teams: made, renamed, filled and dissolved."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from crm.models import Membership, Team, User
from crm.models.team import TeamQuerySet


class BadTeam(ValueError):
    """A team that cannot be; the text is a sentence."""


def make_team(name: str, *, members: Iterable[int] = (), leads: Iterable[int] = ()) -> Team:
    """Make a team. Raises BadTeam for an empty, long or known name."""
    name = _checked(name)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
            _fill(team, members, leads)
    except IntegrityError as problem:
        raise BadTeam(f"There is a team “{name}” already.") from problem
    return team


def change_team(teams: TeamQuerySet, *, name: str, members: Iterable[int], leads: Iterable[int] = ()) -> Team:
    """Rename the one team in the set and set who is in it. Leads are members. Raises BadTeam."""
    name = _checked(name)
    try:
        with transaction.atomic():
            team = teams.select_for_update().get()
            Team.objects.filter(pk=team.pk).update(name=name)
            _fill(team, members, leads)
    except IntegrityError as problem:
        raise BadTeam(f"There is a team “{name}” already.") from problem
    return team


def delete_teams(teams: TeamQuerySet) -> int:
    """Dissolve teams; their contacts stay with their owners. Returns how many."""
    with transaction.atomic():
        ids = list(teams.values_list("pk", flat=True))
        Team.objects.filter(pk__in=ids).delete()
    return len(ids)


def _checked(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise BadTeam("A team needs a name.")
    if len(name) > 100:
        raise BadTeam("A team's name has at most 100 characters.")
    return name


def _fill(team: Team, members: Iterable[int], leads: Iterable[int]) -> None:
    first = set(leads)
    known = set(User.objects.active().filter(pk__in={*members, *first}).values_list("pk", flat=True))
    Membership.objects.filter(team=team).exclude(user__in=known).delete()
    Membership.objects.bulk_create(
        [Membership(team=team, user_id=pk, is_lead=pk in first) for pk in sorted(known)],
        update_conflicts=True,
        unique_fields=["team", "user"],
        update_fields=["is_lead"],
    )
