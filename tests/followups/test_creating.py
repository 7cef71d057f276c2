"""Follow-ups are made as a set, each with its person, reminders, event and notice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event, Tag
from crm.undo import take_back
from followups.creating import create, create_set
from followups.due import Due
from followups.lifecycle import BadChange
from followups.models import FollowUp, Reminder
from followups.reminder_plans import ReminderPlan
from messaging.models import Message
from tests.factories import NOW, contact, contacts, followup, new_followup
from tests.people import People


def test_a_new_followup_has_its_event_and_shows_as_next_on_its_contact(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    made = followup(maria, people.sam, by=people.sam, subject="  Call   about visa ")
    maria.refresh_from_db()
    event = Event.objects.get(kind="followup_created")

    assert made.subject == "Call about visa"
    assert (maria.next_due_by, maria.open_followups) == (made.due_at, 1)
    assert (event.contact_id, event.subject_kind, event.subject_id) == (maria.pk, "followup", made.pk)
    assert event.data["assignee"] == "Sam"


def test_a_date_is_over_at_the_end_of_the_assignees_day(people: People) -> None:
    people.sam.time_zone = "America/New_York"
    people.sam.save(update_fields=["time_zone"])
    made = followup(contact(), people.sam, due=Due(on=date(2026, 3, 2)))
    assert made.due_by == datetime(2026, 3, 3, 5, tzinfo=UTC)


def test_reminders_come_from_the_type_unless_given(people: People) -> None:
    usual = followup(contact("Ana"), people.sam, type="meeting", reminders=None)
    own = followup(contact("Bea"), people.sam, reminders=[ReminderPlan(before_minutes=5, user_id=people.noor.pk)])

    assert set(usual.reminders.values_list("before_minutes", flat=True)) == {1440, 60}
    reminder = own.reminders.get()
    assert (reminder.user_id, reminder.fire_at) == (people.noor.pk, own.due_by - timedelta(minutes=5))


def test_a_reminder_whose_time_has_passed_is_marked_late(people: People) -> None:
    made = followup(
        contact(), people.sam, due=Due(at=NOW + timedelta(minutes=3)), reminders=[ReminderPlan(before_minutes=15)]
    )
    assert made.reminders.get().late


def test_one_notice_tells_of_a_whole_set_and_none_of_ones_own(people: People) -> None:
    create([new_followup(one, people.noor) for one in contacts(5)], by=people.sam, now=NOW)
    create([new_followup(one, people.sam) for one in contacts(5)], by=people.sam, now=NOW)

    message = Message.objects.get(kind="assigned", channel="in_app")
    assert (message.user_id, message.subject) == (people.noor.pk, "Sam gave you 5 follow-ups")


def test_a_known_source_makes_no_second_one(people: People) -> None:
    maria = contact()
    first = create([new_followup(maria, people.sam, source_key="note:7")], by=None, now=NOW)
    assert len(first) == 1
    assert create([new_followup(maria, people.sam, source_key="note:7")] * 2, by=None, now=NOW) == []
    assert FollowUp.objects.count() == 1


def test_without_an_assignee_the_load_decides_and_says_why(people: People) -> None:
    for one in contacts(3):
        followup(one, people.sam)
    ids = create([new_followup(one, None) for one in contacts(6)], by=people.mara, now=NOW)
    made = FollowUp.objects.filter(pk__in=ids)

    given = sorted(made.values_list("assignee__full_name", flat=True))
    assert given == ["Noor", "Noor", "Noor", "Otto", "Otto", "Otto"]
    assert "most room" in made.earliest("pk").assigned_because


def test_making_can_be_taken_back(people: People) -> None:
    maria = contact()
    made = create_set([new_followup(maria, people.sam, reminders=None)], by=people.sam, now=NOW)
    result = take_back(made.undo_id or 0, by=people.sam, now=NOW + timedelta(seconds=5))
    maria.refresh_from_db()

    assert result.done == made.ids
    assert maria.open_followups == 0
    assert set(Reminder.objects.values_list("state", flat=True)) == {"cancelled"}


def test_tags_come_along(people: People) -> None:
    tag = Tag.objects.create(name="Renewal", slug="renewal")
    made = followup(contact(), people.sam, tag_ids=[tag.pk, tag.pk])
    assert list(made.tags.all()) == [tag]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": " \0 "}, "what is to be done"),
        ({"subject": "x" * 201}, "201 letters"),
        ({"priority": "extreme"}, "not a priority"),
        ({"group": "x" * 81}, "80 letters"),
    ],
)
def test_bad_words_are_refused_with_a_sentence(people: People, fields: dict[str, str], words: str) -> None:
    with pytest.raises(BadChange, match=words):
        create([new_followup(contact(), people.sam, **fields)], by=people.sam, now=NOW)


def test_a_viewer_cannot_be_given_one(people: People) -> None:
    with pytest.raises(BadChange, match="Vera cannot be given"):
        create([new_followup(contact(), people.vera)], by=people.ada, now=NOW)


def test_a_deleted_contact_gets_none(people: People) -> None:
    with pytest.raises(BadChange, match="not there any more"):
        create([new_followup(contact(deleted_at=NOW), people.sam)], by=people.sam, now=NOW)


def test_text_that_tries_to_be_a_program_is_made_harmless(people: People) -> None:
    made = followup(contact(), people.sam, description="<p>Hi</p><script>alert(1)</script>")
    assert made.description == "<p>Hi</p>"


def test_a_thousand_cost_as_many_queries_as_two(people: People) -> None:
    def cost(number: int) -> int:
        rows = [new_followup(one, None, reminders=None) for one in contacts(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(create(rows, by=people.mara, now=NOW)) == number
        return len(queries)

    assert cost(2) == cost(1000) <= 25
