"""Use case 4: a document that expires, told of in time and ever more urgently, until a new one is here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from automation.models import EnrollmentStatus
from crm.documents.arming import arm
from crm.documents.expiring import tell_expiring
from crm.models import Document
from followups.models import FollowUp
from tests.automation.library.playing import finish, passes, planned, plans, switched_on, told
from tests.automation.making import where
from tests.factories import NOW, contact
from tests.followups.happening import becomes, document, document_kind
from tests.people import People

END = date(2026, 9, 8)  # 190 days after NOW
INFORM = "Inform Maria about renewal: Passport expires on 8 Sep 2026"
CHECK = "Check renewal status with Maria: Passport"


@pytest.fixture
def passport(people: People) -> Document:
    switched_on("document-expiry")
    one = document(contact("Maria", owner=people.sam), state="approved", kind=document_kind(), expires_on=END)
    arm([one.pk])
    return one


def left(days: int) -> datetime:
    """The morning on which so many days are left."""
    return datetime.combine(END - timedelta(days=days), NOW.timetz())


def until(days: int, since: int) -> None:
    """Days pass until so many are left."""
    for number in range(since, days - 1, -1):
        tell_expiring(left(number))
        passes(left(number), since=left(number))


def test_half_a_year_before_the_client_is_to_be_informed(people: People, passport: Document) -> None:
    until(181, since=185)
    assert not FollowUp.objects.exists()
    until(180, since=180)
    one = FollowUp.objects.get()
    assert (one.subject, one.priority, one.assignee, one.document_id) == (INFORM, "medium", people.sam, passport.pk)
    assert one.due_on == left(166).date()
    assert [each.before_minutes for each in one.reminders.all()] == [7 * 24 * 60]


def test_is_acting_brings_a_look_thirty_days_later(people: People, passport: Document) -> None:
    until(175, since=181)
    finish(planned(passport.contact), "is_acting", left(175), people.sam)
    one = planned(passport.contact).get()
    assert (one.subject, one.due_on) == (CHECK, left(145).date())


def test_not_interested_ends_it(people: People, passport: Document) -> None:
    until(175, since=181)
    finish(planned(passport.contact), "not_interested", left(175), people.sam)
    until(20, since=175)
    assert plans(passport.contact) == [INFORM]
    assert where(passport.contact).status == EnrollmentStatus.FINISHED


def test_without_a_new_one_it_becomes_more_urgent_and_goes_up(people: People, passport: Document) -> None:
    until(91, since=181)
    assert [one.priority for one in planned(passport.contact)] == ["medium"]
    until(90, since=90)
    assert [one.priority for one in planned(passport.contact)] == ["high"]
    until(31, since=89)
    assert [one.priority for one in planned(passport.contact)] == ["high"]
    assert not told("automation_escalated")
    until(20, since=30)
    assert [one.priority for one in planned(passport.contact)] == ["urgent"]
    assert told("automation_escalated") == [("Mara", "Maria needs you")]
    assert plans(passport.contact) == [INFORM] * 3


@pytest.mark.parametrize("days", [150, 60, 29])
def test_a_new_document_ends_it(people: People, passport: Document, days: int) -> None:
    until(days, since=181)
    new = document(passport.contact, kind=passport.kind, expires_on=END + timedelta(days=3650), now=left(days))
    becomes(new, "received", now=left(days))
    before = plans(passport.contact)
    until(10, since=days)
    assert plans(passport.contact) == before
    if days > 29:
        assert where(passport.contact).stop_reason == "goal_met"


def test_a_document_of_another_kind_does_not(people: People, passport: Document) -> None:
    until(100, since=181)
    becomes(document(passport.contact, "Bank letter", kind=document_kind("Letter")), "received", now=left(100))
    until(85, since=100)
    assert [one.priority for one in planned(passport.contact)] == ["high"]


def test_one_that_is_known_late_begins_where_it_stands(people: People, passport: Document) -> None:
    until(25, since=25)
    assert [one.priority for one in planned(passport.contact)] == ["urgent"]
    assert told("automation_escalated") == [("Mara", "Maria needs you")]


def test_a_day_that_was_moved_on_is_waited_for_anew(people: People, passport: Document) -> None:
    until(85, since=181)
    Document.objects.filter(pk=passport.pk).update(expires_on=END + timedelta(days=300))
    until(10, since=85)
    assert [one.priority for one in planned(passport.contact)] == ["high"]
    assert not told("automation_escalated")
