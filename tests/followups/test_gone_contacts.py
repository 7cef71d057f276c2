"""A deleted contact is nobody's business: nothing of it is missed, told or counted; and all of it can come back."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts import delete, restore
from crm.dispatching import dispatch_pending
from crm.due import run_until_quiet
from crm.models import Contact, Event, User
from crm.undo import take_back
from followups import transitions as do
from followups.access import followups_for
from followups.creating import create
from followups.gone_contacts import go_with_contacts
from followups.models import FollowUp
from followups.reminder_plans import ReminderPlan
from followups.transitions import Result
from messaging.models import Message
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.people import People

SOON = NOW + timedelta(seconds=5)


def gone(people: People) -> FollowUp:
    """A follow-up of Sam's, whose contact Ada has deleted."""
    one = followup(contact("Maria"), people.sam, by=people.sam, reminders=[ReminderPlan(before_minutes=15)])
    delete(Contact.objects.all(), by=people.ada, now=NOW)
    dispatch_pending(NOW)
    return one


def on_the_list(user: User) -> int:
    return followups_for(user).open().count()


def test_nothing_of_a_deleted_contact_is_missed_or_told(people: People) -> None:
    one = gone(people)
    done = run_until_quiet(NOW + timedelta(days=30))
    one.refresh_from_db()
    assert (one.status, done.get("overdue"), done.get("reminders")) == ("pending", None, None)
    assert not Message.objects.exclude(kind="digest").exists()
    assert not FollowUp.objects.open().exists()  # nobody carries it


def test_it_comes_back_with_its_contact(people: People) -> None:
    one = gone(people)
    restore(Contact.objects.all(), by=people.ada, now=SOON)
    dispatch_pending(SOON)
    assert on_the_list(people.sam) == 1
    assert list(one.reminders.values_list("state", flat=True)) == ["waiting"]
    assert Contact.objects.get().open_followups == 1


def test_undoing_the_deletion_brings_it_back(people: People) -> None:
    followup(contact("Maria"), people.sam, by=people.sam)
    step = delete(Contact.objects.all(), by=people.ada, now=NOW).undo_id
    assert step is not None
    dispatch_pending(NOW)
    take_back(step, by=people.ada, now=SOON)
    dispatch_pending(SOON)
    assert on_the_list(people.sam) == 1


def test_both_at_once_leave_it_as_it_was(people: People) -> None:
    one = followup(contact("Maria"), people.sam, by=people.sam)
    delete(Contact.objects.all(), by=people.ada, now=NOW)
    restore(Contact.objects.all(), by=people.ada, now=SOON)
    dispatch_pending(SOON)
    version = one.version
    one.refresh_from_db()
    assert (one.deleted_at, one.version) == (None, version)


def test_what_somebody_had_deleted_stays_deleted(people: People) -> None:
    one = followup(contact("Maria"), people.sam, by=people.sam)
    done: Result = do.delete(only(one), by=people.sam, now=NOW - timedelta(minutes=1))
    assert done.done == [one.pk]
    delete(Contact.objects.all(), by=people.ada, now=NOW)
    dispatch_pending(NOW)
    restore(Contact.objects.all(), by=people.ada, now=SOON)
    dispatch_pending(SOON)
    assert on_the_list(people.sam) == 0


def test_a_hundred_contacts_take_as_many_queries_as_ten(people: People) -> None:
    counts = []
    for number in (10, 100):
        made = contacts(number)
        create([new_followup(one, people.sam) for one in made], by=people.sam, now=NOW)
        delete(Contact.objects.filter(pk__in=[one.pk for one in made]), by=people.ada, now=NOW)
        events = list(Event.objects.filter(kind="contact_deleted", contact__in=made))
        with CaptureQueriesContext(connection) as seen:
            go_with_contacts(events, NOW)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
    assert FollowUp.objects.filter(deleted_at=NOW).count() == 110
