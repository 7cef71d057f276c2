"""What people do to those inside, and what is told of who leaves."""

from datetime import timedelta
from typing import Any

import pytest

from automation.engine.state import GOAL_MET
from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment, EnrollmentStatus, StepVisit
from automation.stopping import LEFT_ALREADY, NOT_PARKED, PAUSED_FIRST, pause, resume, retry, skip, stop
from crm.models import Contact, Event
from crm.timeline import Happening, record
from messaging.models import Message, MessageTemplate
from tests.automation.making import automation, goes_on, happens, template, where
from tests.factories import NOW, contact, contacts
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def people() -> People:
    return everybody()


def nurture(*steps: dict[str, Any], **rules: Any) -> Automation:
    wanted = template()
    first = {"kind": "send_email", "template": wanted}
    return automation(first, *(steps or ({"kind": "wait", "amount": 2, "unit": "days"}, first)), **rules)


def inside(made: Automation, who: Contact) -> Enrollment:
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    return where(who)


def of(row: Enrollment) -> Any:
    return Enrollment.objects.filter(pk=row.pk)


def told(who: Contact, kind: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(contact=who, kind=kind).order_by("pk").values_list("data", flat=True))


def test_who_is_stopped_gets_nothing_more(people: People) -> None:
    maria = contact()
    row = inside(nurture(), maria)
    assert stop(of(row), why="She asked me to.", by=people.sam, now=NOW + DAY).done == [row.pk]
    goes_on(NOW + 9 * DAY)
    row.refresh_from_db()
    assert (row.status, row.stop_reason, row.why, row.next_at) == ("stopped", "manual", "She asked me to.", None)
    assert Message.objects.filter(contact=maria).count() == 1


def test_the_step_that_was_left_and_the_timeline_tell_of_a_stop(people: People) -> None:
    maria = contact()
    row = inside(nurture(), maria)
    stop(of(row), by=people.sam, now=NOW + DAY)
    assert list(StepVisit.objects.order_by("number").values_list("step", "way", "why"))[-1] == (
        "s2", "", "Stopped by Sam.",
    )  # fmt: skip
    [data] = told(maria, "automation_left")
    assert (data["automation"], data["reason"], data["why"]) == ("Nurture", "manual", "Stopped by Sam")


def test_a_message_that_has_not_left_stays_when_its_round_is_stopped(people: People) -> None:
    maria = contact()
    row = inside(nurture(), maria)
    stop(of(row), by=people.sam, now=NOW)
    assert Message.objects.get(contact=maria).status == "suppressed"


def test_who_has_left_is_not_stopped_again(people: People) -> None:
    row = inside(nurture(), contact())
    stop(of(row), by=people.sam, now=NOW)
    assert stop(of(row), by=people.sam, now=NOW).refused == {row.pk: LEFT_ALREADY}
    assert len(told(row.contact, "automation_left")) == 1


def test_a_pause_holds_and_a_resume_makes_up_for_the_wait(people: People) -> None:
    maria = contact()
    row = inside(nurture(), maria)
    assert pause(of(row), by=people.sam, now=NOW).done == [row.pk]
    goes_on(NOW + 9 * DAY)
    assert where(maria).status == EnrollmentStatus.PAUSED
    assert resume(of(row), by=people.sam, now=NOW + 9 * DAY).done == [row.pk]
    goes_on(NOW + 9 * DAY)
    assert where(maria).status == EnrollmentStatus.FINISHED
    assert Message.objects.filter(contact=maria).count() == 2


def test_an_answer_during_a_pause_counts_when_it_goes_on(people: People) -> None:
    maria = contact()
    row = inside(nurture(), maria)
    pause(of(row), by=people.sam, now=NOW)
    happens(maria, "message_received", now=NOW + DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    resume(of(row), by=people.sam, now=NOW + 2 * DAY)
    goes_on(NOW + 2 * DAY)
    assert where(maria).stop_reason == "replied"


def test_what_the_automation_holds_is_not_let_go_with_what_a_person_holds(people: People) -> None:
    made = nurture()
    mine, its = inside(made, contact()), inside(made, contact())
    pause(of(mine), by=people.sam, now=NOW)
    pause(of(its), by=None, now=NOW, held_by="automation")
    assert resume(Enrollment.objects.all(), by=people.ada, now=NOW, held_by="automation").done == [its.pk]


def test_a_step_that_failed_is_told_tried_again_or_skipped(people: People) -> None:
    made = nurture()
    MessageTemplate.objects.update(archived_at=NOW)
    maria = contact()
    row = inside(made, maria)
    assert row.status == EnrollmentStatus.FAILED
    assert told(maria, "automation_parked")[0]["why"].endswith("Choose another one")
    retry(of(row), by=people.ada, now=NOW)
    goes_on(NOW)
    assert where(maria).status == EnrollmentStatus.FAILED
    skip(of(row), by=people.ada, now=NOW)
    goes_on(NOW)
    assert (where(maria).step, where(maria).status) == ("s2", EnrollmentStatus.WAITING)
    assert StepVisit.objects.get(step="s1").why == "Skipped by Ada."


def test_a_wait_can_be_skipped_but_nobody_who_is_paused(people: People) -> None:
    made = nurture()
    one, other = inside(made, contact()), inside(made, contact())
    pause(of(other), by=people.sam, now=NOW)
    result = skip(Enrollment.objects.all(), by=people.ada, now=NOW)
    assert (result.done, result.refused) == ([one.pk], {other.pk: PAUSED_FIRST})
    goes_on(NOW)
    assert where(one.contact).status == EnrollmentStatus.FINISHED


def test_only_what_failed_is_tried_again(people: People) -> None:
    row = inside(nurture(), contact())
    assert retry(of(row), by=people.ada, now=NOW).refused == {row.pk: NOT_PARKED}


def test_the_engines_own_endings_are_told(people: People) -> None:
    maria = contact()
    inside(nurture(), maria)
    happens(maria, "message_received", now=NOW + DAY, two_way=True, data={"channel": "E-mail", "subject": "Yes"})
    goes_on(NOW + DAY)
    [data] = told(maria, "automation_left")
    assert (data["reason"], data["enrollment_id"]) == ("replied", where(maria).pk)


def test_a_reminder_that_was_held_does_not_leave_once_the_goal_is_met() -> None:
    maria = contact()
    inside(nurture(goal=[{"event": "invoice_paid"}]), maria)
    record([Happening("invoice_paid", maria.pk, NOW, data={"invoice": "7", "amount_words": "€5"})], now=NOW)
    Enrollment.objects.update(next_at=NOW)
    goes_on(NOW)
    assert where(maria).stop_reason == GOAL_MET
    assert Message.objects.get(contact=maria).status == "suppressed"


def test_what_was_written_before_an_end_still_leaves() -> None:
    maria = contact()
    inside(nurture({"kind": "end", "goal_met": True}), maria)
    assert where(maria).stop_reason == GOAL_MET
    assert Message.objects.get(contact=maria).status == "pending"


@pytest.mark.parametrize("verb", [stop, pause, skip])
def test_a_thousand_cost_no_more_queries_than_one(
    verb: Any, people: People, django_assert_max_num_queries: Any
) -> None:
    made = nurture()
    enroll([Entry(made.pk, one.pk, NOW) for one in contacts(30)], now=NOW)
    goes_on(NOW)
    with django_assert_max_num_queries(18):
        assert len(verb(Enrollment.objects.all(), by=people.ada, now=NOW).done) == 30
