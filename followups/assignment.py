"""Choosing people for follow-ups that nobody was chosen for: the facts of everybody, loaded once for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, Max

from crm.models import Absence, Membership, Role, User
from crm.zones import local_day
from followups.choosing import Candidate, Choice, Need, choose, give
from followups.models import FollowUp

#: Managers and administrators take what no agent is there for.
STEPS_IN: dict[str, int] = {Role.MANAGER: 1, Role.ADMINISTRATOR: 2}


def candidates(now: datetime) -> list[Candidate]:
    """Everybody who can hold follow-ups, with what they carry and whether they are away on their own local day.

    Four queries.
    """
    people = list(
        User.objects.workers().values_list(
            "pk", "full_name", "email", "role", "capacity", "time_zone", "countries", "languages"
        )
    )
    carried = {
        row["assignee"]: (row["number"], row["latest"])
        for row in FollowUp.objects.open().values("assignee").annotate(number=Count("pk"), latest=Max("pk")).order_by()
    }
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(ends_on__gte=local_day(now, "Pacific/Pago_Pago")):
        away.setdefault(absence.user_id, []).append(absence)
    teams: dict[int, set[int]] = {}
    for user_id, team_id in Membership.objects.values_list("user_id", "team_id"):
        teams.setdefault(user_id, set()).add(team_id)
    found = []
    for pk, full_name, email, role, capacity, zone, countries, languages in people:
        today = local_day(now, zone)
        number, latest = carried.get(pk, (0, 0))
        found.append(
            Candidate(
                id=pk,
                name=full_name or email.split("@")[0],
                open=number,
                capacity=capacity,
                absent=any(one.starts_on <= today <= one.ends_on for one in away.get(pk, [])),
                steps_in=STEPS_IN.get(role, 0),
                countries=frozenset(countries),
                languages=frozenset(languages),
                teams=frozenset(teams.get(pk, ())),
                turn=latest,
            )
        )
    return found


def share_out(needs: Sequence[tuple[Need, Collection[int]]], people: Sequence[Candidate]) -> list[Choice]:
    """A person for each need, in order, those in its second part avoided; what one gets counts for the next.

    Raises NobodyThere.
    """
    by_id = {person.id: person for person in people}
    turn = max((person.turn for person in people), default=0)
    choices = []
    for need, avoid in needs:
        choice = choose(people, need, avoid=avoid)
        turn += 1
        give(by_id[choice.person_id], turn)
        choices.append(choice)
    return choices
