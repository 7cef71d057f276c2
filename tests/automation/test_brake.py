"""The brake: more than expected cannot enter on one day, whatever lets them in."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from automation.drafts import edit, seen_of
from automation.entering import Entry, enroll
from automation.house_rules import give_way
from automation.models import Automation, AutomationState, Enrollment
from automation.publishing import publish
from automation.switching import resume
from crm.models import Contact
from followups.house_rules import resting
from messaging.models import Message
from tests.automation.making import automation, goes_on, happens, template
from tests.factories import NOW, contact, contacts
from tests.firsts import put_back
from tests.people import People

pytestmark = pytest.mark.django_db


def braked(brake: int = 10) -> Automation:
    one = automation({"kind": "send_email", "template": template()}, triggers=[{"kind": "form_submitted", "form": ""}])
    Automation.objects.filter(pk=one.pk).update(brake=brake, forecast=3)
    return one


def test_a_runaway_stops_within_the_brake_and_says_why(people: People) -> None:
    one = braked()
    for who in contacts(25):
        happens(who, "form_submitted", now=NOW, data={"form": "x"})
    goes_on(NOW)
    one.refresh_from_db()
    assert Enrollment.objects.count() == 10
    assert one.state == AutomationState.PAUSED
    assert "10 that its brake allows" in one.pause_reason
    told = Message.objects.filter(kind="automation_braked", channel="in_app").values_list("user__email", flat=True)
    assert people.mara.email in told
    assert people.sam.email not in told


def test_in_one_batch_it_stops_at_the_same_number(people: People) -> None:
    one = braked()
    entered = enroll([Entry(one.pk, who.pk, NOW) for who in contacts(40)], now=NOW)
    assert len(entered.ids) == 10
    assert len(entered.refused) == 30
    goes_on(NOW)
    assert not Message.objects.filter(kind="automation").exists()


def test_once_it_has_paused_itself_the_rules_of_the_house_work_again(django_capture_on_commit_callbacks: Any) -> None:
    one = braked(1)
    Automation.objects.filter(pk=one.pk).update(library="onboarding")
    give_way([one.pk], now=NOW)
    assert resting()
    with django_capture_on_commit_callbacks(execute=True):
        enroll([Entry(one.pk, who.pk, NOW) for who in contacts(2)], now=NOW)
    assert not resting()


def test_the_next_day_counts_anew() -> None:
    one = braked()
    enroll([Entry(one.pk, who.pk, NOW) for who in contacts(10)], now=NOW)
    enroll([Entry(one.pk, who.pk, NOW) for who in contacts(10)], now=NOW + timedelta(days=1))
    one.refresh_from_db()
    assert (Enrollment.objects.count(), one.state) == (20, AutomationState.ACTIVE)


def test_a_person_who_lets_it_go_on_begins_the_count_anew() -> None:
    one = braked(brake=2)
    enroll([Entry(one.pk, who.pk, NOW) for who in contacts(3)], now=NOW)
    resume(Automation.objects.all(), by=None, now=NOW)
    enroll([Entry(one.pk, contact().pk, NOW)], now=NOW)
    one.refresh_from_db()
    assert (Enrollment.objects.count(), one.state) == (3, AutomationState.ACTIVE)
    assert one.pause_reason == ""


def test_a_new_version_lets_it_go_on_and_begins_the_count_anew(people: People) -> None:
    one = braked(brake=2)
    enroll([Entry(one.pk, who.pk, NOW) for who in contacts(3)], now=NOW)
    assert one.live is not None
    edit(one, lambda old: {**old, "rules": {"reentry": "always"}}, seen=seen_of(one.live), said="", by=None, now=NOW)
    publish(one, by=None, now=NOW, forecast=1, brake=2)
    enroll([Entry(one.pk, who.pk, NOW) for who in contacts(2)], now=NOW)
    one.refresh_from_db()
    assert (Enrollment.objects.filter(status="active").count(), one.state) == (4, AutomationState.ACTIVE)


def test_whom_somebody_puts_in_having_seen_how_many_they_are_is_not_counted() -> None:
    one = braked(brake=2)
    enroll([Entry(one.pk, who.pk, NOW, deliberate=True) for who in contacts(5)], now=NOW)
    one.refresh_from_db()
    assert (Enrollment.objects.count(), one.state) == (5, AutomationState.ACTIVE)


def test_the_refused_are_not_counted() -> None:
    one, maria = braked(brake=2), contact()
    for _ in range(5):
        enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    one.refresh_from_db()
    assert one.state == AutomationState.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_two_who_let_people_in_at_once_do_not_share_the_last_place() -> None:
    put_back()
    one, (first, second) = braked(), (contacts(8), contacts(8))
    ready = threading.Barrier(2)

    def let_in(some: list[Contact]) -> None:
        try:
            ready.wait(timeout=20)
            enroll([Entry(one.pk, who.pk, NOW) for who in some], now=NOW)
        finally:
            connection.close()

    workers = [threading.Thread(target=let_in, args=(some,)) for some in (first, second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    one.refresh_from_db()
    assert (Enrollment.objects.count(), one.state) == (10, AutomationState.PAUSED)
