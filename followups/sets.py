"""Using sets: the follow-ups of a set for contacts, deals, documents or invoices, each with its person, day and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from crm.models import Contact, Deal, User
from followups.assignment import candidates
from followups.choosing import Candidate, Choice, Need, Owner, give, whose
from followups.creating import Created, NewFollowUp, create_set
from followups.lifecycle import COMPLETED, OPEN
from followups.merge_fields import mentions
from followups.models import FollowUp, FollowUpSetItem
from followups.people import load_people
from followups.reminder_plans import ReminderPlan
from followups.templates import due_after

if TYPE_CHECKING:
    from followups.models import FollowUpSet

#: How the key of a follow-up of a set begins; item, contact, record and occasion come next.
KEY = "set:"


@dataclass(frozen=True, slots=True)
class Use:
    """One set for one contact (or for the partner of a deal that has none). `cause` names the occasion, which never
    makes two; `at` is when it was, None for now."""

    set_id: int
    contact_id: int | None
    deal_id: int | None = None
    document_id: int | None = None
    invoice_id: int | None = None
    cause: str = ""
    event_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Contact:
    owner_id: int | None
    need: Need


@dataclass(frozen=True, slots=True)
class _Deal:
    owner_id: int | None
    partner_id: int | None


def use_set(
    chosen: FollowUpSet,
    contacts: Sequence[int],
    *,
    by: User | None,
    now: datetime,
    deal_id: int | None = None,
    document_id: int | None = None,
    invoice_id: int | None = None,
    cause: str = "",
) -> list[int]:
    """Make the set's follow-ups for contacts, by id; returns the ids of those that were not there yet."""
    uses = [Use(chosen.pk, pk, deal_id, document_id, invoice_id, cause) for pk in contacts]
    return use_sets(uses, by=by, now=now).ids


def use_sets(uses: Sequence[Use], *, by: User | None, now: datetime) -> Created:
    """Make what `plan` says, in one transaction and a fixed number of statements; a person can take it back."""
    with transaction.atomic():
        return create_set(plan(uses, by=by, now=now), by=by, now=now)


def plan(uses: Sequence[Use], *, by: User | None, now: datetime) -> list[NewFollowUp]:
    """What using the sets would make, nothing written: due so many days after the occasion at the template's time, for
    the deal's owner, else the contact's, else whoever has most room.

    What is open already is not asked for twice. For a record, what was completed is not either: a deal that comes back
    to a stage goes on where it was. Contacts that are gone, and sets and templates put away, make nothing.
    """
    items: dict[int, list[FollowUpSetItem]] = {}
    rows = FollowUpSetItem.objects.filter(set__in={one.set_id for one in uses}, set__archived_at__isnull=True)
    for item in rows.filter(template__archived_at__isnull=True).select_related("template"):
        items.setdefault(item.set_id, []).append(item)
    contacts = _contacts([one.contact_id for one in uses if one.contact_id])
    deals = _deals([one.deal_id for one in uses if one.deal_id])
    there, done = _made_before(uses)
    people = {person.id: person for person in candidates(now)}
    if not items or not people:
        return []
    deputies = dict(User.objects.filter(pk__in=list(people), deputy__isnull=False).values_list("pk", "deputy_id"))
    zones = {pk: one.zone for pk, one in load_people(people).items()}
    wanted = []
    for use in uses:
        deal = deals.get(use.deal_id or 0, _Deal(None, None))
        contact = contacts.get(use.contact_id or 0)
        if (contact is None) if use.contact_id else (deal.partner_id is None):
            continue
        missing = [item for item in items.get(use.set_id, ()) if not _is_there(_head(item, use), use, there, done)]
        if missing:
            choice = _person(contact, deal, people, deputies)
            for item in missing:
                give(people[choice.person_id], people[choice.person_id].turn)
                wanted.append(_one(item, use, deal, choice, zones[choice.person_id], by, now))
    return wanted


def _one(
    item: FollowUpSetItem, use: Use, deal: _Deal, choice: Choice, zone_name: str, by: User | None, now: datetime
) -> NewFollowUp:
    template = item.template
    says_partner = mentions(template.subject, "partner.") or mentions(template.description, "partner.")
    cause = use.cause or f"hand:{by.pk if by else 0}:{int(now.timestamp())}"
    return NewFollowUp(
        contact_id=use.contact_id,
        partner_id=deal.partner_id if use.contact_id is None or says_partner else None,
        subject=template.subject,
        description=template.description,
        type_id=template.type_id,
        due=due_after(item.days, template.due_time, since=use.at or now, now=now, zone_name=zone_name),
        assignee_id=choice.person_id,
        assigned_because=choice.because,
        priority=item.priority or template.priority,
        reminders=[ReminderPlan(before_minutes=minutes) for minutes in template.reminders] or None,
        event_id=use.event_id,
        template_id=template.pk,
        deal_id=use.deal_id,
        document_id=use.document_id,
        invoice_id=use.invoice_id,
        made_by_set_id=use.set_id,
        source_key=f"{_head(item, use)}:{cause[:40]}",
    )


def _person(
    contact: _Contact | None, deal: _Deal, people: Mapping[int, Candidate], deputies: Mapping[int, int | None]
) -> Choice:
    owners = [Owner(deal.owner_id, "the owner of the deal")]
    if contact is not None:
        owners.append(Owner(contact.owner_id, "the owner"))
    return whose(owners, contact.need if contact else Need(), people, deputies)


def _head(item: FollowUpSetItem, use: Use) -> str:
    return _head_of(item.pk, use.contact_id, use.deal_id, use.document_id, use.invoice_id)


def _head_of(
    item: int | str, contact_id: int | None, deal_id: int | None, document_id: int | None, invoice_id: int | None
) -> str:
    record = f"d{deal_id}" if deal_id else ""
    record += f"f{document_id}" if document_id else ""
    record += f"i{invoice_id}" if invoice_id else ""
    return f"{KEY}{item}:{contact_id or ''}:{record}"


def _is_there(head: str, use: Use, there: set[str], done: set[str]) -> bool:
    return head in there or (bool(use.deal_id or use.document_id or use.invoice_id) and head in done)


def _made_before(uses: Sequence[Use]) -> tuple[set[str], set[str]]:
    """The beginnings of the keys of what the sets made for these: those still open, and those completed."""
    theirs = Q(contact__in={one.contact_id for one in uses if one.contact_id}) | Q(
        contact=None, deal__in={one.deal_id for one in uses if one.deal_id}
    )
    rows = FollowUp.objects.alive().filter(theirs, made_by_set__in={one.set_id for one in uses})
    there: set[str] = set()
    done: set[str] = set()
    whom = ("contact_id", "deal_id", "document_id", "invoice_id")
    for key, status, *of in rows.filter(status__in=[*OPEN, COMPLETED]).values_list("source_key", "status", *whom):
        # Of the key only the item counts: after a merge the row belongs to another contact than the key says.
        head = _head_of(key.removeprefix(KEY).partition(":")[0], *of)
        (done if status == COMPLETED else there).add(head)
    return there, done


def _contacts(ids: Sequence[int]) -> dict[int, _Contact]:
    rows = Contact.objects.alive().filter(pk__in=set(ids)).values_list("pk", "owner_id", "country", "language", "team")
    return {pk: _Contact(owner_id, Need(country, language, team)) for pk, owner_id, country, language, team in rows}


def _deals(ids: Sequence[int]) -> dict[int, _Deal]:
    if not ids:
        return {}
    rows = Deal.objects.alive().filter(pk__in=set(ids)).values_list("pk", "owner_id", "partner_id")
    return {pk: _Deal(owner_id, partner_id) for pk, owner_id, partner_id in rows}
