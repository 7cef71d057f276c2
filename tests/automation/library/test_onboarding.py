"""Use case 1: two weeks from the welcome to the first word on how the case stands."""

from __future__ import annotations

from datetime import date

import pytest

from automation.library.onboarding import REMINDER, WELCOME
from automation.models import EnrollmentStatus
from crm.contact_sets import set_lifecycle
from crm.dispatching import dispatch_pending
from crm.models import Contact
from followups.models import FollowUp
from tests.automation.library.playing import DAY, HOUR, finish, letters, passes, planned, plans, switched_on, told
from tests.automation.making import happens, where
from tests.factories import NOW, contact
from tests.followups.happening import becomes, document
from tests.people import People

CALL = "Initial consultation call with Maria Silva"
CHECKLIST = "Send the document checklist to Maria Silva"
LOOK = "Check which documents of Maria Silva are still missing"
REVIEW = "Review the documents of Maria Silva"
STATUS = "Tell Maria how the application stands"


@pytest.fixture
def maria(people: People) -> Contact:
    """Somebody who has just become a client."""
    switched_on("onboarding")
    one = contact("Maria", last_name="Silva", owner=people.sam, lifecycle="qualified")
    set_lifecycle(Contact.objects.filter(pk=one.pk), to="client", by=people.sam, now=NOW)
    passes(NOW)
    return one


def due(subject: str) -> date:
    one = FollowUp.objects.get(subject=subject)
    return one.due_on or one.due_at.date()  # type: ignore[union-attr]  # one of them is always there


def test_at_once_a_welcome_and_the_call_and_nothing_of_the_houses_own_set(maria: Contact) -> None:
    passes(NOW + 4 * DAY)
    assert letters(maria) == [WELCOME]
    assert plans(maria) == [CALL]
    assert due(CALL) == date(2026, 3, 4)


def test_the_call_done_brings_the_checklist_and_documents_that_are_missing_a_reminder(
    people: People, maria: Contact
) -> None:
    finish(planned(maria), "spoke", NOW + 2 * DAY, people.sam)
    assert plans(maria) == [CALL, CHECKLIST]
    assert due(CHECKLIST) == date(2026, 3, 5)
    document(maria, required=True)
    passes(NOW + 5 * DAY - HOUR, since=NOW + 2 * DAY)
    assert letters(maria) == [WELCOME]
    passes(NOW + 5 * DAY, since=NOW + 5 * DAY)
    assert letters(maria) == [WELCOME, REMINDER]
    assert plans(maria) == [CALL, CHECKLIST, LOOK]
    assert due(LOOK) == date(2026, 3, 7)


def test_documents_that_are_all_here_are_reviewed_by_day_seven(people: People, maria: Contact) -> None:
    paper = document(maria, required=True)
    finish(planned(maria), "spoke", NOW + DAY, people.sam)
    becomes(paper, "received", now=NOW + 3 * DAY)
    passes(NOW + 6 * DAY, since=NOW + 3 * DAY)
    assert letters(maria) == [WELCOME]
    assert plans(maria) == [CALL, CHECKLIST, REVIEW]
    assert due(REVIEW) == date(2026, 3, 9)


def test_a_call_that_comes_late_still_brings_the_checklist(people: People, maria: Contact) -> None:
    passes(NOW + 6 * DAY)
    assert plans(maria) == [CALL, LOOK]
    finish(planned(maria, subject=CALL), "spoke", NOW + 8 * DAY, people.sam)
    assert plans(maria) == [CALL, LOOK, CHECKLIST]
    passes(NOW + 20 * DAY, since=NOW + 8 * DAY)
    assert plans(maria) == [CALL, LOOK, CHECKLIST, STATUS]


def test_on_day_fourteen_they_hear_how_it_stands_and_a_case_that_stands_still_goes_up(
    people: People, maria: Contact
) -> None:
    passes(NOW + 13 * DAY)
    assert STATUS not in plans(maria)
    passes(NOW + 15 * DAY, since=NOW + 13 * DAY)
    assert due(STATUS) == date(2026, 3, 16)
    assert told("automation_escalated") == [("Mara", "Maria Silva needs you")]
    assert where(maria).status == EnrollmentStatus.FINISHED


def test_a_case_that_went_on_does_not_go_up(people: People, maria: Contact) -> None:
    finish(planned(maria), "spoke", NOW + 2 * DAY, people.sam)
    passes(NOW + 8 * DAY, since=NOW + 2 * DAY)
    finish(planned(maria, subject=LOOK), "done", NOW + 8 * DAY, people.sam)
    passes(NOW + 16 * DAY, since=NOW + 8 * DAY)
    assert STATUS in plans(maria)
    assert not told("automation_escalated")


@pytest.mark.parametrize(
    ("kind", "how", "reason"),
    [
        ("message_received", {"two_way": True, "data": {"classified": "robot"}}, "replied"),
        ("unsubscribed", {"data": {"channel": "email"}}, "opted_out"),
    ],
)
def test_an_answer_and_an_opt_out_end_it(maria: Contact, kind: str, how: dict[str, object], reason: str) -> None:
    happens(maria, kind, now=NOW + DAY, **how)
    passes(NOW + 20 * DAY, since=NOW + DAY)
    assert where(maria).stop_reason == reason
    assert letters(maria) == [WELCOME]
    assert plans(maria) == [CALL]


def test_who_is_no_client_any_more_is_left_alone(people: People, maria: Contact) -> None:
    set_lifecycle(Contact.objects.filter(pk=maria.pk), to="former", by=people.sam, now=NOW + DAY)
    dispatch_pending(NOW + DAY)
    passes(NOW + 20 * DAY, since=NOW + DAY)
    assert letters(maria) == [WELCOME]
    assert where(maria).stop_reason == "condition"
