"""Dates are local to whoever has to keep them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crm.models import Contact, User
from crm.zones import day_after
from followups.creating import NewFollowUp, create
from followups.due import Due
from followups.models import FollowUp, FollowUpType, Reminder
from followups.reminder_plans import ReminderPlan

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["Asia/Manila", "America/Lima", "Pacific/Kiritimati"])
def test_a_date_and_its_reminder_move_with_the_person_and_a_time_does_not(to: str) -> None:
    sam = User.objects.create_user("sam@example.com", time_zone="UTC")
    contact = Contact.objects.create(first_name="Maria", owner=sam)
    kind = FollowUpType.objects.get(slug="call").pk
    plans = [ReminderPlan(before_minutes=60)]
    at = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
    on_a_date, at_a_time = create(
        [
            NewFollowUp(contact.pk, "Any time that day", kind, Due(on=DAY), assignee_id=sam.pk, reminders=plans),
            NewFollowUp(contact.pk, "At noon", kind, Due(at=at), assignee_id=sam.pk, reminders=plans),
        ],
        by=None,
        now=NOW,
    )
    morning = Reminder.objects.get(followup=on_a_date).fire_at

    User.objects.filter(pk=sam.pk).update(time_zone=to)

    assert FollowUp.objects.get(pk=on_a_date).due_by == day_after(DAY, to)
    moved = Reminder.objects.get(followup=on_a_date).fire_at
    assert moved - morning == day_after(DAY, to) - day_after(DAY, "UTC")
    assert FollowUp.objects.get(pk=at_a_time).due_by == at


@pytest.mark.django_db
def test_the_contact_shows_the_date_of_its_next_follow_up_not_the_end_of_that_day() -> None:
    sam = User.objects.create_user("sam@example.com", time_zone="Europe/Berlin")
    contact = Contact.objects.create(first_name="Maria", owner=sam)
    kind = FollowUpType.objects.get(slug="call").pk

    create([NewFollowUp(contact.pk, "Any time", kind, Due(on=DAY), assignee_id=sam.pk)], by=None, now=NOW)

    contact.refresh_from_db()
    assert (contact.next_due_on, contact.next_due_by) == (DAY, day_after(DAY, "Europe/Berlin"))
