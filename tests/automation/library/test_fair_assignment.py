"""Use case 6, as an automation: whoever has no owner gets the colleague with most room."""

from __future__ import annotations

from datetime import date

from crm.contact_sets import give
from crm.contacts import NewContact, create_contacts
from crm.dispatching import dispatch_pending
from crm.models import Absence, Contact, Event, User
from followups.models import FollowUp
from tests.automation.library.playing import DAY, passes, switched_on, told
from tests.factories import NOW, contact, followup
from tests.people import People


def comes(name: str, **fields: object) -> Contact:
    """A contact as it comes from another system."""
    [pk] = create_contacts([NewContact(first_name=name, **fields)], by=None, now=NOW).ids
    passes(NOW)
    return Contact.objects.get(pk=pk)


def test_a_client_without_an_owner_gets_whoever_has_most_room_and_is_told_why(people: People) -> None:
    switched_on("fair-assignment")
    busy = contact("Busy")
    for one in (people.sam, people.noor):
        followup(busy, one)
    lea = comes("Lea", lifecycle="client")
    assert lea.owner == people.otto
    assert "most room" in Event.objects.get(contact=lea, kind="owner_changed").data["because"]
    assert told("automation_news") == [("Otto", "Lea is yours now")]
    passes(NOW + DAY)
    assert len(told("automation_news")) == 1


def test_nobody_beyond_their_capacity_or_into_an_absence(people: People) -> None:
    switched_on("fair-assignment")
    User.objects.filter(pk=people.sam.pk).update(capacity=1)
    followup(contact("Busy"), people.sam)
    Absence.objects.create(user=people.otto, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 9))
    owners = {comes(f"Client {number}", lifecycle="client").owner for number in range(3)}
    assert owners == {people.noor}


def test_who_has_an_owner_keeps_them(people: People) -> None:
    switched_on("fair-assignment")
    assert comes("Mine", lifecycle="client", owner_id=people.noor.pk).owner == people.noor
    assert not told("automation_news")


def test_a_new_lead_has_one_owner_and_one_first_contact(people: People) -> None:
    switched_on("fair-assignment")
    lead = comes("Lea")
    assert FollowUp.objects.get().assignee == lead.owner
    assert Event.objects.filter(contact=lead, kind="owner_changed").count() == 1


def test_who_loses_their_owner_gets_another(people: People) -> None:
    switched_on("fair-assignment")
    lea = comes("Lea", lifecycle="client", owner_id=people.noor.pk)
    give(Contact.objects.filter(pk=lea.pk), to=None, by=people.mara, now=NOW + DAY)
    dispatch_pending(NOW + DAY)
    passes(NOW + DAY, since=NOW + DAY)
    lea.refresh_from_db()
    assert lea.owner is not None
