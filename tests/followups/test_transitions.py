"""Each change to follow-ups: what it does, what it refuses, and what it takes along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event, Tag
from followups import transitions as do
from followups.access import deleted_followups_for, followups_for
from followups.creating import create
from followups.due import BadDue, Due
from followups.lifecycle import BadChange, UnknownOutcome
from followups.models import Escalation, FollowUp, Reminder
from followups.reminder_plans import ReminderPlan
from messaging.models import Message
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.people import People

LATER = NOW + timedelta(hours=1)


def reread(one: FollowUp) -> FollowUp:
    return FollowUp.objects.get(pk=one.pk)


def last_event(one: FollowUp) -> Event:
    return Event.objects.filter(subject_kind="followup", subject_id=one.pk).latest("pk")


def test_completing_keeps_what_came_of_it(people: People) -> None:
    call = followup(contact(), people.sam)
    result = do.complete(
        only(call), by=people.sam, now=LATER, outcome="spoke", notes=" wants a visa ", duration_minutes=12, version=1
    )
    done = reread(call)

    assert (result.done, result.refused, result.stale) == ([call.pk], {}, [])
    assert (done.status, done.completed_at, done.completed_by, done.version) == ("completed", LATER, people.sam, 2)
    assert (done.outcome.slug, done.completion_notes, done.duration_minutes) == ("spoke", "wants a visa", 12)  # type: ignore[union-attr]


def test_a_call_answered_is_real_contact(people: People) -> None:
    maria = contact()
    do.complete(only(followup(maria, people.sam)), by=people.sam, now=LATER, outcome="spoke")
    maria.refresh_from_db()
    assert (maria.last_two_way_at, maria.last_attempt_at) == (LATER, None)


def test_a_call_not_answered_is_an_attempt_and_keeps_the_client_rotting(people: People) -> None:
    maria = contact()
    do.complete(only(followup(maria, people.sam)), by=people.sam, now=LATER, outcome="no_answer")
    maria.refresh_from_db()
    assert (maria.last_two_way_at, maria.last_attempt_at) == (None, LATER)
    assert not Event.objects.filter(two_way=True).exists()


@pytest.mark.parametrize(("outcome", "real"), [("done", False), ("replied", True), ("no_response", False)])
def test_an_email_sent_is_no_contact_but_a_reply_is(people: People, outcome: str, real: bool) -> None:
    maria = contact()
    do.complete(only(followup(maria, people.sam, type="email")), by=people.sam, now=LATER, outcome=outcome)
    maria.refresh_from_db()
    assert (maria.last_two_way_at is not None) is real


def test_three_attempts_in_a_row_suggest_to_let_the_lead_go(people: People) -> None:
    maria = contact()
    results = [
        do.complete(only(followup(maria, people.sam)), by=people.sam, now=NOW + timedelta(hours=i), outcome="no_answer")
        for i in range(3)
    ]
    assert [bool(result.suggestion) for result in results] == [False, False, True]
    assert "Maria has not answered 3 attempts" in results[2].suggestion
    maria.refresh_from_db()
    assert maria.lifecycle == "new"


def test_attempts_before_a_real_conversation_do_not_count(people: People) -> None:
    maria = contact()
    for hour, outcome in enumerate(["no_answer", "no_answer", "spoke", "no_answer"]):
        result = do.complete(
            only(followup(maria, people.sam)), by=people.sam, now=NOW + timedelta(hours=hour), outcome=outcome
        )
    assert result.suggestion == ""


def test_an_unknown_outcome_names_those_there_are(people: People) -> None:
    call = followup(contact(), people.sam)
    with pytest.raises(UnknownOutcome) as refused:
        do.complete(only(call), by=people.sam, now=LATER, outcome="shouted")
    assert "spoke" in refused.value.allowed
    assert reread(call).status == "pending"


def test_the_second_of_two_completions_is_refused_with_the_name_of_the_first(people: People) -> None:
    call = followup(contact(), people.sam)
    do.complete(only(call), by=people.sam, now=LATER, outcome="spoke")
    result = do.complete(only(call), by=people.noor, now=LATER, outcome="no_answer")
    assert result.refused == {call.pk: "It is already completed by Sam."}
    assert reread(call).completed_by == people.sam


def test_a_stale_page_is_refused_as_stale(people: People) -> None:
    call = followup(contact(), people.sam)
    do.set_priority(only(call), by=people.noor, now=LATER, priority="urgent")
    result = do.complete(only(call), by=people.sam, now=LATER, outcome="spoke", version=1)
    assert (result.stale, result.done) == ([call.pk], [])


def test_ending_cancels_reminders_and_closes_the_escalation(people: People) -> None:
    for verb in (
        lambda one: do.complete(only(one), by=people.sam, now=LATER, outcome="done"),
        lambda one: do.cancel(only(one), by=people.sam, now=LATER, reason="moved away"),
        lambda one: do.delete(only(one), by=people.sam, now=LATER),
    ):
        one = followup(contact(), people.sam, reminders=None)
        Escalation.objects.create(followup=one, opened_at=NOW)
        assert verb(one).done == [one.pk]
        assert set(one.reminders.values_list("state", flat=True)) == {"cancelled"}
        assert one.escalations.get().closed_at == LATER


def test_reopening_lets_coming_reminders_wait_again(people: People) -> None:
    one = followup(
        contact(), people.sam, reminders=[ReminderPlan(before_minutes=15), ReminderPlan(before_minutes=1440)]
    )
    do.cancel(only(one), by=people.sam, now=LATER)
    do.reopen(only(one), by=people.sam, now=LATER)
    assert reread(one).status == "pending"
    assert dict(one.reminders.values_list("before_minutes", "state")) == {15: "waiting", 1440: "cancelled"}


def test_rescheduling_moves_reminders_and_brings_a_missed_one_back(people: People) -> None:
    one = followup(contact(), people.sam, reminders=[ReminderPlan(before_minutes=60)])
    FollowUp.objects.filter(pk=one.pk).update(status="missed", missed_at=NOW)
    Reminder.objects.update(state="fired", fired_at=NOW)
    due = NOW + timedelta(days=3)

    do.reschedule(only(one), by=people.sam, now=LATER, due=Due(at=due))
    moved, reminder = reread(one), one.reminders.get()
    assert (moved.status, moved.missed_at, moved.due_by, moved.reschedule_count) == ("pending", None, due, 1)
    assert (reminder.state, reminder.fire_at) == ("waiting", due - timedelta(hours=1))


def test_moved_closer_than_its_reminder_fires_it_late_and_at_once(people: People) -> None:
    one = followup(contact(), people.sam, reminders=[ReminderPlan(before_minutes=60)])
    do.reschedule(only(one), by=people.sam, now=LATER, due=Due(at=LATER + timedelta(minutes=10)))
    reminder = one.reminders.get()
    assert (reminder.state, reminder.late) == ("waiting", True)
    assert reminder.fire_at < LATER


def test_a_snooze_keeps_the_due_time_and_holds_reminders(people: People) -> None:
    one = followup(contact(), people.sam, reminders=[ReminderPlan(before_minutes=60)])
    until = one.due_by + timedelta(days=1)
    do.snooze(only(one), by=people.sam, now=LATER, until=until)
    assert (reread(one).due_by, one.reminders.get().fire_at) == (one.due_by, until)

    do.wake(only(one), by=people.sam, now=LATER)
    assert one.reminders.get().fire_at == one.due_by - timedelta(hours=1)


def test_snoozing_into_the_past_is_refused(people: People) -> None:
    one = followup(contact(), people.sam)
    with pytest.raises(BadChange, match="passed already"):
        do.snooze(only(one), by=people.sam, now=LATER, until=NOW)


def test_a_due_date_no_calendar_holds_is_refused() -> None:
    for on in (date(1969, 12, 31), date(9999, 1, 1)):
        with pytest.raises(BadDue, match="between 1970 and 9998"):
            Due(on=on)


def test_delegating_hands_over_reminders_and_tells_once_for_the_set(people: People) -> None:
    people.noor.time_zone = "Asia/Tokyo"
    people.noor.save(update_fields=["time_zone"])
    ones = [
        followup(one, people.sam, due=Due(on=date(2026, 3, 5)), reminders=[ReminderPlan(before_minutes=0)])
        for one in contacts(3)
    ]
    result = do.delegate(FollowUp.objects.all(), by=people.mara, now=LATER, to=people.noor)

    assert sorted(result.done) == [one.pk for one in ones]
    assert reread(ones[0]).due_by == datetime(2026, 3, 5, 15, tzinfo=UTC)
    assert set(Reminder.objects.values_list("user__full_name", flat=True)) == {"Noor"}
    message = Message.objects.get(kind="assigned", channel="in_app", user=people.noor)
    assert message.subject == "Mara gave you 3 follow-ups"


def test_taking_one_over_oneself_tells_nobody(people: People) -> None:
    do.delegate(only(followup(contact(), people.sam)), by=people.noor, now=LATER, to=people.noor)
    assert not Message.objects.filter(user=people.noor).exists()


def test_a_viewer_cannot_be_delegated_to(people: People) -> None:
    with pytest.raises(BadChange, match="Vera cannot"):
        do.delegate(only(followup(contact(), people.sam)), by=people.sam, now=LATER, to=people.vera)


def test_tags_pins_and_priorities_say_when_nothing_changes(people: People) -> None:
    one, tag = followup(contact(), people.sam), Tag.objects.create(name="Visa", slug="visa")
    assert do.tag(only(one), by=people.sam, now=LATER, add=[tag.pk]).done
    assert do.pin(only(one), by=people.sam, now=LATER).done
    assert do.set_priority(only(one), by=people.sam, now=LATER, priority="high").done

    assert do.tag(only(one), by=people.sam, now=LATER, add=[tag.pk]).refused
    assert do.pin(only(one), by=people.sam, now=LATER).refused
    assert do.set_priority(only(one), by=people.sam, now=LATER, priority="high").refused
    assert reread(one).version == 4


def test_editing_changes_what_is_given_and_leaves_the_rest(people: People) -> None:
    one = followup(contact(), people.sam, description="Before", reminders=[ReminderPlan(before_minutes=60)])
    do.edit(only(one), by=people.sam, now=LATER, subject="Call back", reminders=[ReminderPlan(before_minutes=5)])
    changed = reread(one)
    assert (changed.subject, changed.description) == ("Call back", "<p>Before</p>")
    assert dict(one.reminders.values_list("before_minutes", "state")) == {60: "cancelled", 5: "waiting"}
    assert last_event(one).data["fields"] == "subject, reminders"


def test_a_deleted_one_is_restored_through_the_bin(people: People) -> None:
    one = followup(contact(), people.sam, reminders=[ReminderPlan(before_minutes=60)])
    do.delete(followups_for(people.sam), by=people.sam, now=LATER)
    assert not followups_for(people.sam).exists()
    assert not deleted_followups_for(people.otto).exists()

    do.restore(deleted_followups_for(people.sam), by=people.sam, now=LATER)
    assert followups_for(people.sam).get() == one
    assert one.reminders.get().state == "waiting"


def test_every_change_is_one_event(people: People) -> None:
    one = followup(contact(), people.sam)
    do.start(only(one), by=people.sam, now=LATER)
    do.snooze(only(one), by=people.sam, now=LATER, until=LATER + timedelta(hours=1))
    do.reschedule(only(one), by=people.sam, now=LATER, due=Due(on=date(2026, 4, 1)))
    do.cancel(only(one), by=people.sam, now=LATER)
    kinds = Event.objects.filter(subject_id=one.pk).order_by("pk").values_list("kind", flat=True)
    assert [kind.removeprefix("followup_") for kind in kinds] == [
        "created", "started", "snoozed", "rescheduled", "cancelled",
    ]  # fmt: skip
    assert reread(one).version == 5


def test_an_agent_changes_only_what_the_door_shows(people: People) -> None:
    one = followup(contact(), people.sam)
    result = do.complete(followups_for(people.otto).filter(pk=one.pk), by=people.otto, now=LATER, outcome="spoke")
    assert (result.done, result.refused) == ([], {})
    assert reread(one).status == "pending"


@pytest.mark.parametrize("verb", ["complete", "delegate", "reschedule", "snooze", "delete", "tag", "cancel"])
def test_a_thousand_cost_as_many_queries_as_two(people: People, verb: str) -> None:
    tag = Tag.objects.create(name="Visa", slug="visa")
    more = {
        "complete": {"outcome": "no_answer"},
        "delegate": {"to": people.noor},
        "reschedule": {"due": Due(on=date(2026, 5, 1))},
        "snooze": {"until": NOW + timedelta(days=2)},
        "tag": {"add": [tag.pk]},
    }.get(verb, {})

    def cost(number: int) -> int:
        ids = create([new_followup(one, people.sam, reminders=None) for one in contacts(number)], by=None, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            result = getattr(do, verb)(FollowUp.objects.filter(pk__in=ids), by=people.mara, now=LATER, **more)
        assert len(result.done) == number
        return len(queries)

    assert cost(2) == cost(1000) <= 20
