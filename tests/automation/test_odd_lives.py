"""What nobody builds on purpose, taken through the real sweep: each comes to a clear end and harms nobody else (D1, D13)."""

from datetime import timedelta
from typing import Any

import pytest

from automation import compiling
from automation.engine.advancing import MOST_VISITS
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationVersion, Enrollment
from crm.audiences.members import add_members, remove_members
from crm.dispatching import dispatch_pending
from crm.models import Audience, Contact, Tag
from crm.tagging import tag
from messaging.models import Message, WebhookCall
from tests.automation.making import automation, goes_on, template, where
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db

END = {"kind": "end"}
WAIT = {"kind": "wait", "amount": 1}


def rewritten(made: Automation, **exits: dict[str, str | None]) -> Automation:
    """The live version with other ways out, past all that is checked when it is saved."""
    version = AutomationVersion.objects.get(automation=made)
    steps = [{**step, "exits": exits.get(step["id"], step["exits"])} for step in version.definition["steps"]]
    AutomationVersion.objects.filter(pk=version.pk).update(definition={**version.definition, "steps": steps})
    compiling.forget()
    return made


def goes_in(made: Automation) -> Contact:
    who = contact()
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    return who


def branch(**when: Any) -> dict[str, Any]:
    return {"kind": "branch", "choices": [{"name": "yes", "when": when}], "exits": {"yes": "s2", "else": "s2"}}


def test_a_circle_without_a_wait_is_parked_and_keeps_nobody_from_their_turn() -> None:
    shares = [{"name": "a", "percent": 50}, {"name": "b", "percent": 50}]
    split = {"kind": "split", "shares": shares, "exits": {"a": "s2", "b": "s2"}}
    made = rewritten(automation(split, END), s1={"a": "s1", "b": "s1"})
    circles, other = goes_in(made), goes_in(automation(END))
    goes_on(NOW)
    assert where(other).status == "finished"
    assert (where(circles).status, where(circles).visits) == ("failed", MOST_VISITS)
    assert "something runs in circles" in where(circles).why


def test_a_circle_that_writes_to_somebody_stops_at_the_cap() -> None:
    made = rewritten(automation({"kind": "send_email", "template": template()}, END), s1={"next": "s1"})
    who = goes_in(made)
    goes_on(NOW)
    assert Message.objects.filter(contact=who).count() == 2  # the most messages of automations in 24 hours
    assert where(who).status == "waiting"


def test_a_step_that_leads_nowhere_parks_them_there_with_the_reason() -> None:
    made = rewritten(automation({"kind": "log_attempt", "channel": "call"}, END), s1={"next": "s9"})
    who = goes_in(made)
    goes_on(NOW)
    assert (where(who).status, where(who).why) == ("failed", "The step where they are is not there any more.")
    assert where(who).visits == 1


def test_a_condition_on_a_tag_that_was_deleted_parks_them_and_says_so() -> None:
    vip = Tag.objects.create(name="VIP", slug="vip")
    made = automation(branch(field="tags", op="has_any", value=[vip.pk]), END)
    other = goes_in(automation(END))
    who = goes_in(made)
    vip.delete()
    compiling.forget()
    goes_on(NOW)
    assert where(other).status == "finished"
    assert where(who).status == "failed"
    assert "cannot be worked out" in where(who).why


@pytest.mark.parametrize("at_once", [False, True])
def test_who_comes_and_goes_ten_times_within_a_second_is_in_as_they_are_at_the_end(at_once: bool) -> None:
    audience = Audience.objects.create(name="Hot", kind="static", created_at=NOW, updated_at=NOW)
    made = automation(
        WAIT, triggers=[{"kind": "audience_joined", "audience": audience.pk}], reentry="always", leaving_audience="exit"
    )
    who = contact()
    rows = Contact.objects.filter(pk=who.pk)
    for turn in range(10):
        at = NOW + timedelta(milliseconds=100 * turn)
        for verb in (add_members, remove_members):
            verb(audience, rows, by=None, now=at)
            if not at_once:
                dispatch_pending(at)
    last = NOW + timedelta(seconds=1)
    add_members(audience, rows, by=None, now=last)
    dispatch_pending(last)
    goes_on(last)
    inside = Enrollment.objects.inside().filter(automation=made)
    assert inside.get().status == "waiting"
    assert Enrollment.objects.count() == (1 if at_once else 11)
    assert set(Enrollment.objects.exclude(pk__in=inside).values_list("status", "visits")) <= {
        ("stopped", 1),
        ("stopped", 0),
    }


def test_who_is_tagged_and_untagged_ten_times_within_a_second_is_written_to_once() -> None:
    hot = Tag.objects.create(name="Hot", slug="hot")
    automation({"kind": "send_email", "template": template()}, WAIT, triggers=[{"kind": "tag_added", "tag": hot.pk}])
    who = contact()
    rows = Contact.objects.filter(pk=who.pk)
    for turn in range(10):
        at = NOW + timedelta(milliseconds=100 * turn)
        tag(rows, add=[hot.pk], by=None, now=at)
        tag(rows, remove=[hot.pk], by=None, now=at)
        dispatch_pending(at)
        goes_on(at)
    assert Message.objects.filter(contact=who).count() == 1
    assert where(who).status == "waiting"


def test_nobody_waits_for_a_webhook_that_is_never_answered() -> None:
    who = goes_in(automation({"kind": "webhook", "url": "https://hooks.example.com/never"}, END))
    goes_on(NOW)
    assert where(who).status == "finished"
    assert WebhookCall.objects.get().status == "pending"
