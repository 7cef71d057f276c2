"""A note with a date becomes a follow-up, once."""

from __future__ import annotations

from datetime import date, timedelta

from crm.dispatching import dispatch_pending
from crm.models import Event
from crm.notes import add_note
from crm.timeline import Happening, record
from followups.models import FollowUp
from messaging.models import Message
from tests.factories import NOW, contact
from tests.people import People

DAY = date(2026, 3, 9)


def test_a_dated_note_becomes_a_followup_for_who_wrote_it(people: People) -> None:
    note = add_note(
        contact(owner=people.noor), by=people.sam, now=NOW, body="Ask about the visa " * 9, follow_up_on=DAY
    )
    dispatch_pending(NOW)
    one = FollowUp.objects.get()

    assert (one.assignee, one.due_on, one.note) == (people.sam, DAY, note)
    assert one.subject.startswith("Ask about the visa")
    assert len(one.subject) <= 81
    assert not Message.objects.exists()


def test_it_is_made_once_however_often_it_is_told(people: People) -> None:
    add_note(contact(), by=people.sam, now=NOW, body="Call", follow_up_on=DAY)
    dispatch_pending(NOW)
    event = Event.objects.get(kind="note_added")
    record([Happening("note_added", event.contact_id, NOW, user_id=event.user_id, data=event.data)], now=NOW)
    dispatch_pending(NOW + timedelta(seconds=1))
    assert FollowUp.objects.count() == 1


def test_a_viewers_note_goes_to_the_owner_and_an_undated_one_to_nobody(people: People) -> None:
    maria = contact(owner=people.noor)
    add_note(maria, by=people.vera, now=NOW, body="Call", follow_up_on=DAY)
    add_note(maria, by=people.sam, now=NOW, body="Just so you know")
    dispatch_pending(NOW)
    assert FollowUp.objects.get().assignee == people.noor
