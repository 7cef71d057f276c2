"""Use case 2: an unpaid invoice, from the friendly mail to its hand-over; paid at any time it ends."""

from __future__ import annotations

from datetime import date

import pytest

from automation.library.payment_escalation import FRIENDLY, URGENT
from automation.models import EnrollmentStatus
from crm.dispatching import dispatch_pending
from crm.invoices.voiding import void
from crm.models import Contact, ContactTag, Invoice
from followups.models import FollowUp
from tests.automation.library.playing import DAY, finish, letters, passes, planned, plans, switched_on, told
from tests.automation.making import happens, where
from tests.crm.invoices.making import invoice, only, pay
from tests.factories import NOW, contact
from tests.people import People

SECOND = "Second payment reminder for Maria Silva: {}"
CALL = "Call Maria Silva about payment of {}"


@pytest.fixture
def bill(people: People) -> Invoice:
    switched_on("payment-escalation")
    maria = contact("Maria", last_name="Silva", owner=people.sam, lifecycle="client", phone="+34600000001")
    one = invoice(maria, "1200")
    passes(NOW)
    return one


def maria() -> Contact:
    return Contact.objects.get(first_name="Maria")


def test_three_days_unpaid_bring_a_friendly_mail_and_the_second_reminder_for_day_seven(bill: Invoice) -> None:
    passes(NOW + 2 * DAY)
    assert (letters(maria()), plans(maria())) == ([], [])
    passes(NOW + 4 * DAY, since=NOW + 3 * DAY)
    assert letters(maria()) == [FRIENDLY]
    one = FollowUp.objects.get()
    assert (one.subject, one.due_on, one.invoice_id) == (SECOND.format(bill.number), date(2026, 3, 9), bill.pk)


def test_seven_days_unpaid_bring_an_urgent_mail_a_text_the_call_and_the_manager(bill: Invoice) -> None:
    passes(NOW + 8 * DAY)
    assert letters(maria()) == [FRIENDLY, URGENT, URGENT]
    assert plans(maria()) == [SECOND.format(bill.number), CALL.format(bill.number)]
    call = FollowUp.objects.latest("pk")
    assert (call.priority, call.due_at.date()) == ("urgent", date(2026, 3, 12))
    assert told("automation_news") == [("Mara", f"Invoice {bill.number} is still unpaid")]


def test_an_arrangement_ends_it_and_stands_with_the_invoice(people: People, bill: Invoice) -> None:
    passes(NOW + 10 * DAY)
    call = planned(maria(), subject=CALL.format(bill.number))
    finish(call, "arranged", NOW + 10 * DAY, people.sam, notes="Half now, half in April")
    passes(NOW + 30 * DAY, since=NOW + 10 * DAY)
    assert where(maria()).status == EnrollmentStatus.FINISHED
    said = FollowUp.objects.get(invoice=bill, outcome__slug="arranged")
    assert said.completion_notes == "Half now, half in April"
    assert maria().owner == people.sam


def test_no_answer_hands_it_to_collections(people: People, bill: Invoice) -> None:
    passes(NOW + 10 * DAY)
    finish(planned(maria(), subject=CALL.format(bill.number)), "no_answer", NOW + 10 * DAY, people.sam)
    passes(NOW + 11 * DAY, since=NOW + 10 * DAY)
    assert ContactTag.objects.filter(contact=maria(), tag__name="Collections").exists()
    assert maria().owner not in (None, people.sam)
    assert (maria().owner.full_name, f"Collect invoice {bill.number}") in told("automation_news")  # type: ignore[union-attr]


def test_a_call_that_nobody_makes_goes_up(people: People, bill: Invoice) -> None:
    passes(NOW + 14 * DAY)
    assert told("automation_escalated") == [("Mara", "Maria Silva needs you")]
    assert maria().owner == people.sam


@pytest.mark.parametrize("day", [1, 4, 8])
def test_paid_at_any_time_its_follow_ups_are_done_and_nothing_more_leaves(bill: Invoice, day: int) -> None:
    passes(NOW + day * DAY)
    before = letters(maria())
    assert pay(bill, now=NOW + day * DAY) == ""
    passes(NOW + 30 * DAY, since=NOW + day * DAY)
    assert letters(maria()) == before
    assert not planned(maria()).exists()
    assert where(maria()).stop_reason == "goal_met"
    assert not told("automation_escalated")


def test_a_void_invoice_is_asked_for_no_more(people: People, bill: Invoice) -> None:
    void(only(bill), by=people.sam, now=NOW + DAY, reason="Twice")
    dispatch_pending(NOW + DAY)
    passes(NOW + 20 * DAY, since=NOW + DAY)
    assert (letters(maria()), plans(maria())) == ([], [])


def test_another_invoice_runs_by_itself(bill: Invoice) -> None:
    other = invoice(maria(), "50")
    passes(NOW + 4 * DAY)
    assert plans(maria()) == [SECOND.format(bill.number), SECOND.format(other.number)]
    pay(other, now=NOW + 4 * DAY)
    passes(NOW + 8 * DAY, since=NOW + 4 * DAY)
    assert [one.invoice_id for one in planned(maria())] == [bill.pk, bill.pk]


def test_an_answer_ends_it(bill: Invoice) -> None:
    passes(NOW + 4 * DAY)
    happens(maria(), "message_received", now=NOW + 4 * DAY, two_way=True, data={"channel": "E-mail"})
    passes(NOW + 20 * DAY, since=NOW + 4 * DAY)
    assert letters(maria()) == [FRIENDLY]
    assert where(maria()).stop_reason == "replied"
