"""The colleagues whom tests speak of, by name.

Ada administers. Mara manages team Visa, in which Sam and Noor are agents. Otto is an agent of another team, Schools.
Vera views.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

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
    """Store the cast, in three statements: most tests begin with it."""
    password = _demo()
    ada, vera, mara, sam, noor, otto = User.objects.bulk_create(
        [
            User(email=f"{name.lower()}@example.com", full_name=name, role=role, password=password)
            for name, role in (
                ("Ada", Role.ADMINISTRATOR),
                ("Vera", Role.VIEWER),
                ("Mara", Role.MANAGER),
                ("Sam", Role.AGENT),
                ("Noor", Role.AGENT),
                ("Otto", Role.AGENT),
            )
        ]
    )
    visa, schools = Team.objects.bulk_create([Team(name="Visa"), Team(name="Schools")])
    Membership.objects.bulk_create(
        [
            Membership(team=visa, user=mara, is_lead=True),
            Membership(team=visa, user=sam),
            Membership(team=visa, user=noor),
            Membership(team=schools, user=otto),
        ]
    )
    return People(ada, mara, sam, noor, otto, vera, visa, schools)


@cache
def _demo() -> str:
    return make_password("demo")
