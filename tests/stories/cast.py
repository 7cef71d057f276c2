"""People and work for the stories. Runs inside an installation, by `manage.py shell`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from crm.contacts import NewContact, create_contacts
from crm.importing.starting import queue_import, take_in
from crm.models import Absence, Contact, Membership, Organisation, Role, Team, User
from crm.zones import local_day, zone
from followups.creating import NewFollowUp, create
from followups.due import Due
from followups.models import FollowUpType
from followups.reminder_plans import ReminderPlan
from messaging.models import ContactPolicy
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts

CHANNELS = ("in_app", "email")
PASSWORD = "a long enough word"


def storm_people(number: int) -> None:
    """Add so many agents, each with a client."""
    for one in range(number):
        User.objects.create_user(f"agent{one}@example.com", full_name=f"Agent {one}")
    create_contacts(
        [NewContact(first_name=f"Client {one}", lifecycle="client") for one in range(number)],
        by=None,
        now=timezone.now(),
    )


def storm_reminders(number: int, *, begin: datetime, seconds: float) -> None:
    """Add follow-ups for next week with so many reminders, spread evenly over the seconds from `begin`: two at the
    same moment, one to the assignee and one to somebody else, each over both channels."""
    agents = list(User.objects.order_by("pk").values_list("pk", flat=True))
    contacts = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    type_id = FollowUpType.objects.values_list("pk", flat=True)[0]
    new = []
    for one in range(number // 2):
        at = begin + timedelta(seconds=seconds * one / (number // 2))
        mine, other = agents[one % len(agents)], agents[(one + 1 + one // len(agents)) % len(agents)]
        if mine == other:
            other = agents[(one + 1) % len(agents)]
        new.append(
            NewFollowUp(
                contact_id=contacts[one % len(contacts)],
                subject=f"Storm {one:04d}",
                type_id=type_id,
                due=Due(at=begin + timedelta(days=7)),
                assignee_id=mine,
                reminders=[ReminderPlan(at=at, channels=CHANNELS, user_id=person) for person in (mine, other)],
            )
        )
    create(new, by=None, now=timezone.now())


#: Zones around the world, one of which has morning now.
ZONES = (
    "Pacific/Honolulu America/Los_Angeles America/Denver America/Chicago America/New_York America/Sao_Paulo UTC"
    " Europe/Berlin Europe/Athens Europe/Istanbul Asia/Dubai Asia/Karachi Asia/Dhaka Asia/Bangkok Asia/Shanghai"
    " Asia/Tokyo Australia/Brisbane Pacific/Noumea Pacific/Auckland"
).split()


def morning_zone(now: datetime) -> str:
    """Return the zone in which it is nearest to ten in the morning."""

    def distance(name: str) -> float:
        local = now.astimezone(zone(name))
        return abs(local.hour + local.minute / 60 - 10)

    return min(ZONES, key=distance)


def school() -> str:
    """Make the story's school, open every day and just now in its morning: an administrator, a manager, five agents,
    of whom Ivo is away, and a viewer. Returns its time zone."""
    now = timezone.now()
    name = morning_zone(now)
    Organisation.objects.update(name="School", time_zone=name, working_days=[1, 2, 3, 4, 5, 6, 7])

    def person(first: str, role: Role = Role.AGENT) -> User:
        return User.objects.create_user(
            f"{first.lower()}@example.com", PASSWORD, full_name=first, role=role, time_zone=name
        )

    person("Ada", Role.ADMINISTRATOR)
    person("Vera", Role.VIEWER)
    mara = person("Mara", Role.MANAGER)
    agents = [person(first) for first in ("Sam", "Noor", "Otto", "Lena", "Ivo")]
    team = Team.objects.create(name="Admissions")
    for member in (mara, *agents):
        Membership.objects.create(team=team, user=member, is_lead=member == mara)
    today = local_day(now, name)
    Absence.objects.create(user=agents[-1], starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=14))
    return name


def remind(first: str, subject: str, *, seconds: float) -> str:
    """Give the person a follow-up with a reminder so many seconds ahead, and return the reminder's time."""
    now = timezone.now()
    at = (now + timedelta(seconds=seconds)).replace(microsecond=0)
    create(
        [
            NewFollowUp(
                contact_id=Contact.objects.values_list("pk", flat=True)[0],
                subject=subject,
                type_id=FollowUpType.objects.values_list("pk", flat=True)[0],
                due=Due(at=now + timedelta(hours=3)),
                assignee_id=User.objects.get(full_name=first).pk,
                reminders=[ReminderPlan(at=at)],
            )
        ],
        by=None,
        now=now,
    )
    return at.isoformat()


def begin_import(path: str) -> None:
    """Bring a file in as the page does: it waits for the worker that is told of it."""
    now = timezone.now()
    with Path(path).open("rb") as file:
        batch = take_in(file, Path(path).name, by=None, now=now)
    queue_import(batch, mapping=batch.mapping, on_duplicate="merge", options={}, dry_run=False, now=now)


def words_to_contacts(number: int, *, contacts: int) -> int:
    """Write so many messages to so many contacts, by e-mail, SMS and WhatsApp in turn, all due now; returns how many
    may leave. The rules hold nothing back, and everybody wrote on WhatsApp an hour ago."""
    now = timezone.now()
    ContactPolicy.objects.update(
        quiet_from=None, quiet_to=None, weekends=True, cap_per_day=None, cap_per_week=None, gap_minutes=None
    )
    User.objects.create_user("agent@example.com", full_name="Agent")
    people = [
        NewContact(
            first_name=f"Client {one}", lifecycle="client", email=f"client{one}@example.org", phone=f"+63917{one:07d}"
        )
        for one in range(contacts)
    ]
    create_contacts(people, by=None, now=now)
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    before = now - timedelta(hours=1)
    note_lines([Line(pk, "whatsapp", "in", before, "Hello", True) for pk in ids])
    written = 0
    for start in range(0, number, 1000):
        batch = [
            ToContact(
                contact_id=ids[one // 3 % len(ids)],
                kind="storm",
                dedupe_key=f"storm:{one}",
                channel=("email", "sms", "whatsapp")[one % 3],
                subject=f"Storm {one:05d}" if one % 3 == 0 else "",
                text=f"Storm {one:05d}: your appointment is tomorrow.",
                fallback=False,
            )
            for one in range(start, min(start + 1000, number))
        ]
        written += sum(not one.refused for one in write_to_contacts(batch, now=now))
    return written
