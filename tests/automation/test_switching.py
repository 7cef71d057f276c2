"""Pausing, going on, putting away and deleting, and what becomes of those inside."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automation.activating import NotReady, activate
from automation.drafts import edit, seen_of
from automation.emptying import sweep_emptying
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationState, Enrollment
from automation.stopping import pause as hold
from automation.switching import STILL_EMPTIED, archive, delete, pause, restore, resume
from crm.models import Contact
from crm.undo import take_back
from messaging.models import Message, MessageTemplate
from tests.automation.making import automation, goes_on, template, where
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def waiting() -> Automation:
    """An automation that waits two days."""
    return automation({"kind": "wait", "amount": 2, "unit": "days"})


def put(one: Automation, who: Contact | None = None) -> Contact:
    who = who or contact()
    enroll([Entry(one.pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    return who


def only(one: Automation):  # type: ignore[no-untyped-def]
    return Automation.objects.filter(pk=one.pk)


def test_paused_it_lets_nobody_in_and_holds_everybody(waiting: Automation) -> None:
    maria = put(waiting)
    pause(only(waiting), by=None, now=NOW)
    ana = put(waiting)
    goes_on(NOW + 5 * DAY)
    assert (where(maria).status, where(maria).paused_by) == ("paused", "automation")
    assert not ana.enrollments.exists()


def test_going_on_everybody_goes_on_and_the_time_has_passed(waiting: Automation) -> None:
    maria = put(waiting)
    pause(only(waiting), by=None, now=NOW)
    resume(only(waiting), by=None, now=NOW + 5 * DAY)
    goes_on(NOW + 5 * DAY)
    assert where(maria).status == "finished"


def test_going_on_does_not_free_whom_a_person_paused(waiting: Automation) -> None:
    maria = put(waiting)
    hold(Enrollment.objects.all(), by=None, now=NOW)
    pause(only(waiting), by=None, now=NOW)
    resume(only(waiting), by=None, now=NOW)
    assert where(maria).status == "paused"


def test_put_away_those_inside_finish(waiting: Automation) -> None:
    maria = put(waiting)
    archive(only(waiting), inside="finish", by=None, now=NOW)
    goes_on(NOW + 3 * DAY)
    assert where(maria).status == "finished"
    assert not put(waiting).enrollments.exists()


def test_put_away_those_inside_are_stopped_and_the_reason_is_kept(waiting: Automation) -> None:
    maria = put(waiting)
    archive(only(waiting), inside="stop", by=None, now=NOW)
    goes_on(NOW + 3 * DAY)
    assert where(maria).status == "paused"
    assert sweep_emptying(NOW) == 1
    assert (where(maria).status, where(maria).stop_reason) == ("stopped", "archived")
    assert sweep_emptying(NOW) == 0


def test_a_paused_one_that_is_put_away_lets_its_people_finish(waiting: Automation) -> None:
    maria = put(waiting)
    pause(only(waiting), by=None, now=NOW)
    archive(only(waiting), inside="finish", by=None, now=NOW)
    goes_on(NOW + 3 * DAY)
    assert where(maria).status == "finished"


def test_taken_out_again_it_is_paused(waiting: Automation) -> None:
    archive(only(waiting), inside="finish", by=None, now=NOW)
    restore(only(waiting), by=None, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == AutomationState.PAUSED


def test_deleting_is_taken_back_but_starts_nobody_again(waiting: Automation, people: People) -> None:
    maria = put(waiting)
    result = delete(only(waiting), inside="stop", by=people.mara, now=NOW)
    sweep_emptying(NOW)
    assert not Automation.objects.alive().exists()
    assert result.undo_id
    take_back(result.undo_id, by=people.mara, now=NOW)
    assert Automation.objects.alive().get().state == AutomationState.PAUSED
    assert where(maria).status == "stopped"


def test_deleting_what_was_put_away_is_taken_back_and_still_stops_who_was_on_the_way_in(
    waiting: Automation, people: People
) -> None:
    archive(only(waiting), inside="stop", by=None, now=NOW)
    result = delete(only(waiting), inside="finish", by=people.mara, now=NOW)
    assert result.undo_id
    take_back(result.undo_id, by=people.mara, now=NOW)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.emptying) == (AutomationState.ARCHIVED, "archived")


def test_what_is_still_being_emptied_is_not_switched_on_until_it_is(waiting: Automation, people: People) -> None:
    maria = put(waiting)
    archive(only(waiting), inside="stop", by=None, now=NOW)
    restore(only(waiting), by=None, now=NOW)
    assert resume(only(waiting), by=None, now=NOW).refused == {waiting.pk: STILL_EMPTIED}
    live = waiting.live
    assert live is not None
    edit(waiting, lambda was: {**was, "rules": {"reentry": "always"}}, seen=seen_of(live), said="", by=None, now=NOW)
    with pytest.raises(NotReady, match=STILL_EMPTIED):
        activate(waiting, by=people.mara, now=NOW)
    sweep_emptying(NOW)
    assert where(maria).stop_reason == "archived"
    assert resume(only(waiting), by=None, now=NOW).done == [waiting.pk]


def test_what_is_not_so_is_refused_with_the_reason(waiting: Automation) -> None:
    assert resume(only(waiting), by=None, now=NOW).refused == {waiting.pk: "It is not paused."}
    pause(only(waiting), by=None, now=NOW)
    assert pause(only(waiting), by=None, now=NOW).refused == {waiting.pk: "It is not active."}


def test_what_waits_in_the_outbox_is_held_with_them_and_leaves_afterwards() -> None:
    one = automation({"kind": "send_email", "template": template()}, {"kind": "wait", "amount": 2, "unit": "days"})
    maria = put(one)
    Message.objects.filter(contact=maria).update(status="scheduled", send_after=NOW + timedelta(hours=9))
    pause(only(one), by=None, now=NOW)
    assert not Message.objects.due(NOW + 300 * DAY).exists()
    resume(only(one), by=None, now=NOW + DAY)
    assert Message.objects.due(NOW + DAY).get().contact == maria


def test_pausing_costs_the_same_however_many_are_inside(waiting: Automation) -> None:
    put(waiting)
    with CaptureQueriesContext(connection) as few:
        pause(only(waiting), by=None, now=NOW)
    resume(only(waiting), by=None, now=NOW)
    for who in contacts(5):
        put(waiting, who)
    with CaptureQueriesContext(connection) as many:
        pause(only(waiting), by=None, now=NOW)
    assert len(many) == len(few)


def test_all_who_stand_still_are_tried_again_with_one_click(client: Client, people: People) -> None:
    client.force_login(people.ada)
    wanted = template()
    one = automation({"kind": "send_email", "template": wanted})
    MessageTemplate.objects.filter(pk=wanted).update(archived_at=NOW)
    for who in contacts(2):
        put(one, who)
    assert "2 people stand still" in client.get(f"/automations/{one.pk}/versions/").content.decode()
    MessageTemplate.objects.filter(pk=wanted).update(archived_at=None)
    client.post(f"/automations/{one.pk}/retry/")
    goes_on(timezone.now())
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"finished"}
