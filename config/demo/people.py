"""The demo's team: the four logins that everybody may try, and their colleagues."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from crm.absences import add_absence
from crm.models import Membership, Organisation, Role, Team, User
from crm.zones import local_day

PASSWORD = "demo"  # noqa: S105 - published; refused where DEBUG is off
#: E-mail, name, role, zone, capacity, territory.
STAFF = (
    ("admin@example.com", "Alex Morgan", Role.ADMINISTRATOR, "Europe/Berlin", 20, ()),
    ("manager@example.com", "Mara Lindqvist", Role.MANAGER, "Europe/Berlin", 20, ()),
    ("agent@example.com", "Sam Okafor", Role.AGENT, "Europe/Berlin", 40, ("KE", "EG")),
    ("viewer@example.com", "Vera Novak", Role.VIEWER, "Europe/Berlin", 1, ()),
    ("noor@example.com", "Noor Haddad", Role.AGENT, "Europe/Berlin", 40, ("EG", "IT")),
    ("jonas@example.com", "Jonas Weber", Role.AGENT, "Europe/Berlin", 40, ("PL", "UA")),
    ("lucia@example.com", "Lucía Fernández", Role.AGENT, "Europe/Madrid", 40, ("MX", "BR")),
    ("tala@example.com", "Tala Mendoza", Role.AGENT, "Asia/Manila", 40, ("PH", "VN")),
    ("ravi@example.com", "Ravi Kapoor", Role.AGENT, "Asia/Kolkata", 40, ("IN",)),
)
TEAMS = {"Visa": ("manager", "agent", "noor", "jonas", "ravi"), "Schools": ("lucia", "tala")}


def hire(*, now: datetime) -> list[User]:
    """Store the team and the organisation's name; returns those who hold work, the demo agent first."""
    password = make_password(PASSWORD)
    people = {}
    for email, name, role, zone, capacity, countries in STAFF:
        person, _ = User.objects.get_or_create(
            email=email,
            defaults={
                "full_name": name,
                "role": role,
                "time_zone": zone,
                "capacity": capacity,
                "countries": list(countries),
                "password": password,
                "date_joined": now - timedelta(days=400),
            },
        )
        EmailAddress.objects.get_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
        people[email.split("@")[0]] = person
    for name, members in TEAMS.items():
        team, _ = Team.objects.get_or_create(name=name)
        for one in members:
            Membership.objects.get_or_create(team=team, user=people[one], defaults={"is_lead": one == members[0]})
    for holder, deputy in (("agent", "noor"), ("noor", "agent"), ("lucia", "tala"), ("tala", "lucia")):
        User.objects.filter(pk=people[holder].pk, deputy=None).update(deputy=people[deputy])
    jonas = people["jonas"]
    if not jonas.absences.exists():
        first = local_day(now, jonas.time_zone) + timedelta(days=9)
        add_absence(jonas, starts_on=first, ends_on=first + timedelta(days=6), note="Walking in the Alps")
    Organisation.objects.filter(pk=1, name="Followthrough").update(
        name="Bright Path", time_zone="Europe/Berlin", country="DE"
    )
    return [people[name] for name in ("agent", "noor", "jonas", "lucia", "tala", "ravi", "manager")]
