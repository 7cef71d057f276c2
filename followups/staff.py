"""Who stands behind whom: deputies, team leads, administrators, and who is away today. Four queries for any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.models import Absence, Membership, Role, User
from crm.zones import local_day
from followups.ladder import Climber


@dataclass(frozen=True, slots=True)
class Colleague:
    """One active person."""

    id: int
    name: str
    role: str
    zone: str
    deputy_id: int | None
    away: bool

    def climber(self) -> Climber:
        return Climber(self.id, self.name, not self.away)


@dataclass(frozen=True, slots=True)
class Staff:
    """All active colleagues but viewers, with their teams."""

    people: dict[int, Colleague]
    teams: dict[int, set[int]]  # person -> teams
    leads: dict[int, list[int]]  # team -> those told first
    managers: dict[int, list[int]]  # team -> its managers

    @classmethod
    def load(cls, now: datetime) -> Staff:
        """Read everybody as they are at `now`."""
        rows = list(
            User.objects.workers()
            .order_by("pk")
            .values_list("pk", "full_name", "email", "role", "time_zone", "deputy_id")
        )
        absent = _absent({pk: zone for pk, _, _, _, zone, _ in rows}, now)
        people = {
            pk: Colleague(pk, full_name or email.split("@")[0], role, zone, deputy, pk in absent)
            for pk, full_name, email, role, zone, deputy in rows
        }
        teams: dict[int, set[int]] = {}
        leads: dict[int, list[int]] = {}
        managers: dict[int, list[int]] = {}
        for team, person, is_lead in Membership.objects.order_by("pk").values_list("team_id", "user_id", "is_lead"):
            if person in people:
                teams.setdefault(person, set()).add(team)
                if is_lead:
                    leads.setdefault(team, []).append(person)
                if people[person].role == Role.MANAGER:
                    managers.setdefault(team, []).append(person)
        return cls(people, teams, leads, managers)

    def above(self, person_id: int) -> list[int]:
        """The leads of the person's teams, or their managers where a team has no lead; never the person."""
        found: dict[int, None] = {}
        for team in sorted(self.teams.get(person_id, ())):
            found |= dict.fromkeys(self.leads.get(team) or self.managers.get(team) or ())
        return [one for one in found if one != person_id]

    def administrators(self) -> list[int]:
        return [one.id for one in self.people.values() if one.role == Role.ADMINISTRATOR]

    def rungs(self, person_id: int) -> list[Sequence[Climber]]:
        """The ladder behind a person, in the order of `ladder.RUNGS`."""
        owner = self.people.get(person_id)
        deputy = self.people.get(owner.deputy_id or 0) if owner else None
        return [
            [owner.climber()] if owner else [],
            [deputy.climber()] if deputy else [],
            [self.people[one].climber() for one in self.above(person_id)],
            [self.people[one].climber() for one in self.administrators()],
        ]


def _absent(zones: dict[int, str], now: datetime) -> set[int]:
    """Those with an absence that covers their own local day."""
    days = {pk: local_day(now, zone) for pk, zone in zones.items()}
    if not days:
        return set()
    spans = Absence.objects.filter(starts_on__lte=max(days.values()), ends_on__gte=min(days.values()))
    return {
        pk
        for pk, start, end in spans.values_list("user_id", "starts_on", "ends_on")
        if pk in days and start <= days[pk] <= end
    }
