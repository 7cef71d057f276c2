"""The demo's partners: who sends clients, where clients are sent, and what waits with each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from crm.models import Contact, Partner, PendingEvent, User
from crm.partners.linking import link
from crm.partners.making import NewPartner, create_partners
from crm.zones import local_day
from followups.creating import NewFollowUp, create
from followups.due import Due
from followups.models import FollowUpType

#: Name, kind, whom to ask for, phone, town, country, website, what one should know.
HOUSES = (
    ("Alba College", "institution", "Morag Stewart", "+441314960120", "Edinburgh", "GB", "albacollege.example.com",
     "Decides on applications on Tuesdays.\nWants transcripts as PDF, never as photos."),
    ("Northshore University", "institution", "Ben Carter", "+61291234567", "Sydney", "AU", "northshore.example.com",
     "Offers come within three weeks."),
    ("Hamburg Sprachhaus", "institution", "Anke Petersen", "+4940123456", "Hamburg", "DE", "sprachhaus.example.com", ""),
    ("Meridian Study Agency", "agency", "Imelda Reyes", "+63281234567", "Manila", "PH", "meridian.example.com",
     "Sends eight to ten leads a month; paid per enrolment."),
    ("Nile Pathways", "agency", "Youssef Amin", "+20227901234", "Cairo", "EG", "nilepathways.example.com", ""),
    ("Dr. Odhiambo", "referrer", "Grace Odhiambo", "+254203876543", "Nairobi", "KE", "", "Medical checks for visas."),
)  # fmt: skip
#: Days from today, type, subject, priority, whether it is about a client too.
WAITING = (
    (-2, "call", "Ask {{ partner.name }} about the outstanding commission", "high", False),
    (0, "email", "Ask for the fee list for next year", "medium", False),
    (
        1,
        "document_review",
        "Send {{ contact.first_name|their client }}’s transcript to {{ partner.name }}",
        "high",
        True,
    ),
    (2, "call", "Has {{ partner.name }} decided on {{ contact.first_name|the application }}?", "medium", True),
    (6, "meeting", "Quarterly talk with {{ partner.name }}", "low", False),
)
#: Every other one of these for each house, by turns.
MOST_WAITING = len(HOUSES) * len(WAITING) // 2
ROLES = {"institution": ("Applies to", "Studies at"), "agency": ("Referred by",), "referrer": ("Referred by",)}


def befriend(people: Sequence[User], waiting: int, *, seed: int, now: datetime) -> int:
    """Store the partners, link them with clients, and plan `waiting` follow-ups; returns how many partners there are."""
    chance = Random(seed * 31 + 7)  # noqa: S311 - made-up data, not a secret
    before = list(PendingEvent.objects.values_list("event_id", flat=True))
    owners = [people[place % len(people)] for place in range(len(HOUSES))]
    made = create_partners(
        [
            NewPartner(
                name=name, kind=kind, person=person, phone=phone, city=city, country=country, website=website,
                email=f"office@{website}" if website else "", notes=notes, external_id=f"demo-partner-{number}",
                owner_id=owner.pk,
            )
            for number, ((name, kind, person, phone, city, country, website, notes), owner) in enumerate(
                zip(HOUSES, owners, strict=True)
            )
        ],
        by=people[0], now=now - timedelta(days=120),
    )  # fmt: skip
    partners = [Partner.objects.get(pk=pk) for pk in made.ids]
    shared = {one.pk: _link(one, owner, chance, now) for one, owner in zip(partners, owners, strict=True)}
    create(_waiting(partners, shared, people, chance, now)[:waiting], by=people[0], now=now - timedelta(days=9))
    PendingEvent.objects.exclude(event_id__in=before).delete()  # told as of the past: nobody is set to work on it
    return len(partners)


def _link(partner: Partner, owner: User, chance: Random, now: datetime) -> list[int]:
    """Some clients of the owner and of others; returns the owner's."""
    everybody = list(Contact.objects.alive().order_by("pk").values_list("pk", "owner_id")[:2_000])
    own = [pk for pk, holder in everybody if holder == owner.pk]
    chosen = chance.sample(own, min(4, len(own))) + chance.sample([pk for pk, _ in everybody], min(3, len(everybody)))
    roles = ROLES[partner.kind]
    for place, role in enumerate(roles):
        part = chosen[place :: len(roles)]
        link(
            partner, Contact.objects.filter(pk__in=part), role=role, by=owner, now=now - timedelta(days=30 * place + 9)
        )
    return chosen[:4]


def _waiting(
    partners: Sequence[Partner], shared: dict[int, list[int]], people: Sequence[User], chance: Random, now: datetime
) -> list[NewFollowUp]:
    types = dict(FollowUpType.objects.values_list("slug", "pk"))
    found = []
    for place, partner in enumerate(partners):
        for days, kind, subject, priority, about_client in WAITING[place % 2 :: 2]:
            who = chance.choice(shared[partner.pk]) if about_client and shared[partner.pk] else None
            holder = people[place % len(people)]
            found.append(
                NewFollowUp(
                    contact_id=who, partner_id=partner.pk, subject=subject, type_id=types.get(kind, types["call"]),
                    due=Due(on=local_day(now, holder.time_zone) + timedelta(days=days)), assignee_id=holder.pk,
                    priority=priority, announced=True, reminders=() if days < 1 else None,
                )
            )  # fmt: skip
    return found
