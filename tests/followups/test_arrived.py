"""Follow-ups close themselves when what they wait for is here, and nothing of that counts as contact."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.dispatching import dispatch_pending
from crm.invoices.voiding import reopen, void
from crm.models import Document, Event, Invoice
from followups import transitions as do
from followups.arrived import take_documents, take_payments
from followups.creating import create
from followups.models import FollowUp, FollowUpTemplate, Outcome, Reminder
from tests.crm.invoices.making import invoice, only, pay
from tests.factories import NOW, contact, contacts, new_followup
from tests.followups.happening import again, becomes, document, open_of, tell
from tests.people import People

LATER = NOW + timedelta(days=1)


@pytest.fixture
def passport(people: People) -> Document:
    paper = document(contact("Maria", owner=people.sam), requested_by=people.sam)
    tell("document_requested", paper)
    return paper


@pytest.fixture
def bill(people: People) -> Invoice:
    one = invoice(contact("Maria", owner=people.sam), "300", number="R-1", currency="EUR")
    dispatch_pending(NOW)
    return one


def the(**which: Any) -> FollowUp:
    return FollowUp.objects.get(**which)


@pytest.mark.parametrize(("state", "note"), [("received", "was received"), ("approved", "was approved")])
def test_it_closes_itself_when_the_document_is_here(people: People, passport: Document, state: str, note: str) -> None:
    becomes(passport, state, now=LATER)
    done = the(document=passport)
    assert (done.status, done.outcome.slug, done.completed_by) == ("completed", "done", None)  # type: ignore[union-attr]
    assert done.completion_notes == f"Passport {note}."


def test_nobody_was_spoken_with_though_it_was_to_be_a_call(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    paper = document(maria)
    create([new_followup(maria, people.sam, type="call", document_id=paper.pk)], by=people.sam, now=NOW)
    becomes(paper, "received", now=LATER)
    maria.refresh_from_db()
    assert (maria.last_two_way_at, maria.last_attempt_at, maria.open_followups) == (None, None, 0)
    assert not Event.objects.get(kind="followup_completed").two_way


def test_a_review_waits_until_somebody_has_looked(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    paper = document(maria)
    create([new_followup(maria, people.sam, type="document_review", document_id=paper.pk)], by=people.sam, now=NOW)
    becomes(paper, "received", now=LATER)
    assert open_of(document=paper).exists()
    becomes(paper, "approved", now=LATER)
    assert not open_of(document=paper).exists()


def test_what_was_completed_by_hand_stays_so(people: People, passport: Document) -> None:
    do.complete(FollowUp.objects.all(), by=people.sam, now=NOW, outcome="replied", notes="It is in the post")
    becomes(passport, "received", now=LATER)
    assert the(document=passport).completion_notes == "It is in the post"


def test_a_document_that_is_rejected_is_asked_for_again(people: People, passport: Document) -> None:
    becomes(passport, "received", now=LATER)
    becomes(passport, "rejected", now=LATER, reject_reason="Too dark")
    back = the(document=passport)
    assert (back.status, back.due_on, back.completion_notes, back.completed_at) == (
        "pending", date(2026, 3, 5), "", None,
    )  # fmt: skip
    assert "Too dark" in Event.objects.get(kind="followup_reopened").data["reason"]


def test_one_whose_day_has_passed_is_due_tomorrow(people: People, passport: Document) -> None:
    much_later = NOW + timedelta(days=20)
    becomes(passport, "received", now=much_later)
    becomes(passport, "rejected", now=much_later, reject_reason="Too dark")
    assert the(document=passport).due_on == date(2026, 3, 23)


def test_where_none_is_left_to_go_on_with_a_new_one_is_made_once(people: People, passport: Document) -> None:
    do.complete(FollowUp.objects.all(), by=people.sam, now=NOW, outcome="done")
    becomes(passport, "rejected", now=LATER, reject_reason="Too <b>dark</b>")
    made = open_of(document=passport).get()
    assert (made.subject, made.priority) == ("Ask Maria for Passport again", "high")
    assert "Too" in made.description
    do.complete(open_of(document=passport), by=people.sam, now=LATER, outcome="done")
    again("document_rejected")
    assert not open_of(document=passport).exists()


def test_without_the_template_nobody_is_asked_again(people: People, passport: Document) -> None:
    FollowUpTemplate.objects.filter(made_for="missing_document").update(archived_at=NOW)
    do.complete(FollowUp.objects.all(), by=people.sam, now=NOW, outcome="done")
    becomes(passport, "rejected", now=LATER)
    assert not open_of(document=passport).exists()


def test_a_document_that_is_no_longer_needed_ends_its_follow_ups(people: People, passport: Document) -> None:
    Document.objects.filter(pk=passport.pk).update(deleted_at=LATER)
    tell("document_withdrawn", passport, now=LATER)
    ended = the(document=passport)
    assert (ended.status, ended.cancel_reason) == ("cancelled", "Passport is no longer needed.")


def test_a_renewed_document_ends_what_waited_for_it(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    old = document(maria, state="approved", expires_on=date(2026, 9, 1))
    create([new_followup(maria, people.sam, document_id=old.pk)], by=None, now=NOW)
    new = document(maria, "New passport", replaces=old)
    becomes(new, "received", now=LATER)
    assert the(document=old).completion_notes == "New passport was renewed."


def test_an_invoice_that_is_paid_ends_all_its_follow_ups(people: People, bill: Invoice) -> None:
    assert open_of(invoice=bill).count() == 3
    pay(bill, now=LATER)
    dispatch_pending(LATER)
    assert set(FollowUp.objects.filter(invoice=bill).values_list("status", "completion_notes")) == {
        ("completed", "Invoice R-1 was paid.")
    }


def test_part_of_it_is_noted_and_the_rest_still_asked_for(people: People, bill: Invoice) -> None:
    pay(bill, "100", now=LATER)
    dispatch_pending(LATER)
    again("invoice_part_paid")
    said = set(open_of(invoice=bill).values_list("description", flat=True))
    assert open_of(invoice=bill).count() == 3
    assert all(one.count("€100.00 of €300.00 is paid; €200.00 is still open.") == 1 for one in said)


def test_an_invoice_that_is_void_ends_its_follow_ups(people: People, bill: Invoice) -> None:
    void(only(bill), reason="Wrong client", by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert set(FollowUp.objects.values_list("status", "cancel_reason")) == {
        ("cancelled", "Invoice R-1 is void: Wrong client")
    }


def test_money_that_was_given_back_is_asked_for_again(people: People, bill: Invoice) -> None:
    after = NOW + timedelta(days=5)
    pay(bill, now=after)
    dispatch_pending(after)
    pay(bill, "-300", now=after)
    dispatch_pending(after)
    # The reminder of the third day is past; the two that lie ahead come back.
    assert sorted(open_of(invoice=bill).values_list("due_on", flat=True), key=str) == [date(2026, 3, 9), None]


def test_a_void_invoice_that_is_waited_for_again_is_followed_up_again(people: People, bill: Invoice) -> None:
    void(only(bill), reason="Wrong client", by=people.sam, now=LATER)
    dispatch_pending(LATER)
    reopen(only(bill), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert open_of(invoice=bill).count() == 3


def test_what_somebody_cancelled_by_hand_stays_so_when_it_is_waited_for_again(people: People, bill: Invoice) -> None:
    do.cancel(open_of(invoice=bill), by=people.sam, now=NOW, reason="Invoice was sent to the wrong client")
    void(only(bill), reason="Wrong client", by=people.sam, now=LATER)
    dispatch_pending(LATER)
    reopen(only(bill), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert not open_of(invoice=bill).exists()


def test_waiting_reminders_end_with_it_and_wait_again_with_it(people: People, bill: Invoice) -> None:
    def waiting() -> int:
        return Reminder.objects.filter(state="waiting").count()

    before = waiting()
    pay(bill, now=LATER)
    dispatch_pending(LATER)
    assert (before > 0, waiting()) == (True, 0)
    pay(bill, "-300", now=LATER)
    dispatch_pending(LATER)
    assert waiting() == before


def test_an_organisation_without_the_outcome_done_is_served_too(people: People, bill: Invoice) -> None:
    Outcome.objects.filter(type=None).update(archived_at=NOW)
    pay(bill, now=LATER)
    dispatch_pending(LATER)
    assert not open_of(invoice=bill).exists()


def test_hearing_of_it_again_changes_nothing(people: People, passport: Document, bill: Invoice) -> None:
    becomes(passport, "received", now=LATER)
    becomes(passport, "rejected", now=LATER, reject_reason="Too dark")
    pay(bill, "100", now=LATER)
    dispatch_pending(LATER)
    before = list(FollowUp.objects.order_by("pk").values("pk", "status", "version"))
    again("document_requested", "document_received", "document_rejected", "invoice_issued", "invoice_part_paid")
    assert list(FollowUp.objects.order_by("pk").values("pk", "status", "version")) == before


def test_a_batch_costs_the_same_whatever_its_size(people: People) -> None:
    def cost(number: int, now: datetime) -> tuple[int, int]:
        papers, bills = [], []
        for who in contacts(number, owner=people.sam):
            papers.append(document(who))
            bills.append(invoice(who))
            create([new_followup(who, people.sam, document_id=papers[-1].pk)], by=None, now=NOW)
        dispatch_pending(NOW)
        Document.objects.filter(pk__in=[one.pk for one in papers]).update(state="received", received_at=now)
        Invoice.objects.filter(pk__in=[one.pk for one in bills]).update(state="paid", paid_at=now)
        said = [Event(kind="document_received", subject_id=one.pk) for one in papers]
        with CaptureQueriesContext(connection) as first:
            take_documents(said, now)
        with CaptureQueriesContext(connection) as second:
            take_payments([Event(kind="invoice_paid", subject_id=one.pk) for one in bills], now)
        assert not open_of().exists()
        return len(first), len(second)

    cost(1, LATER)
    assert cost(12, LATER) == cost(2, LATER)
