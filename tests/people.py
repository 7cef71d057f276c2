"""The colleagues whom tests speak of, by name.

Ada administers. Mara manages team Visa, in which Sam and Noor are agents. Otto is an agent of another team, Schools.
Vera views.
"""

from __future__ import annotations

from dataclasses import dataclass

from crm.models import Membership, Role, Team, User


@dataclass(frozen=True, slots=True)
class People:
    """Everybody, stored."""

    ada: User
    mara: User
    sam: User
    noor: User
    otto: User
    vera: User
    visa: Team
    schools: Team


def person(name: str, role: Role = Role.AGENT, **fields: object) -> User:
    """Store a colleague; the password is "demo"."""
    return User.objects.create_user(f"{name.lower()}@example.com", "demo", full_name=name, role=role, **fields)


def team(name: str, *members: User, lead: User | None = None) -> Team:
    """Store a team."""
    made = Team.objects.create(name=name)
    for member in members:
        Membership.objects.create(team=made, user=member, is_lead=member == lead)
    return made


def everybody() -> People:
    """Store the cast."""
    ada, vera = person("Ada", Role.ADMINISTRATOR), person("Vera", Role.VIEWER)
    mara, sam, noor, otto = person("Mara", Role.MANAGER), person("Sam"), person("Noor"), person("Otto")
    visa = team("Visa", mara, sam, noor, lead=mara)
    return People(ada, mara, sam, noor, otto, vera, visa, team("Schools", otto))
