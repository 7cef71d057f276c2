"""Issuing, numbering and changing invoices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from crm.invoices.issuing import BadInvoice, NewInvoice, change, issue
from crm.invoices.voiding import reopen, void
from crm.models import Deal, Event, Invoice, Organisation, Pipeline
from crm.undo import take_back
from tests.crm.invoices.making import TODAY, emptied, invoice, only, pay, told
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def test_an_invoice_gets_number_currency_and_days_by_itself() -> None:
    Organisation.objects.update(currency="INR")
    one = invoice(contact(), "1,204.50")
    assert (one.number, one.currency, one.amount) == ("2026-0001", "INR", Decimal("1204.50"))
    assert (one.issued_on, one.due_on, one.look_on) == (TODAY, date(2026, 3, 16), date(2026, 3, 17))


def test_the_event_says_what_rules_and_timelines_need() -> None:
    one = invoice(contact(), 1204.5, currency="eur")
    event = Event.objects.get(kind="invoice_issued")
    assert (event.subject_kind, event.subject_id, event.contact_id) == ("invoice", one.pk, one.contact_id)
    wanted = {
        "invoice": "2026-0001",
        "invoice_id": one.pk,
        "amount": "1204.50",
        "currency": "EUR",
        "amount_words": "€1,204.50",
        "due_on": "2026-03-16",
        "issued_on": "2026-03-02",
    }
    assert wanted.items() <= event.data.items()


def test_numbers_go_on_by_year_and_past_those_given_by_hand() -> None:
    who = contact()
    assert invoice(who, number="2026-0007").number == "2026-0007"
    assert invoice(who, number="A-1").number == "A-1"
    assert invoice(who).number == "2026-0008"
    last_year = invoice(who, issued_on=date(2025, 12, 31), due_on=TODAY)
    assert last_year.number == "2025-0001"


def test_a_number_is_used_once() -> None:
    who = contact()
    invoice(who, number="A-1")
    made = issue([NewInvoice(contact_id=who.pk, amount=5, number=" A-1 ")] * 2, by=None, now=NOW)
    assert made.refused[0] == made.refused[1] == {"number": "There is an invoice A-1 already."}


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_two_numbers_and_leave_none_out() -> None:
    emptied()
    who, ready = contact(), Barrier(3)

    def many() -> None:
        ready.wait()
        for _ in range(5):
            issue([NewInvoice(contact_id=who.pk, amount=1)] * 2, by=None, now=NOW)
        connection.close()

    threads = [Thread(target=many) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"2026-{number:04}" for number in range(1, 31)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": "-5"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "five"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"currency": "QQQ"}, "currency"),
        ({"currency": "JPY", "amount": "1.5"}, "amount"),
        ({"due_on": date(2026, 3, 1)}, "due_on"),
        ({"issued_on": date(1, 1, 1)}, "issued_on"),
        ({"due_on": date(9999, 12, 31)}, "due_on"),
        ({"number": "x" * 61}, "number"),
        ({"number": "a\0"}, "number"),
        ({"contact_id": 10**15}, "contact"),
        ({"deal_id": 10**15}, "deal"),
        ({"notes": "x" * 10_001}, "notes"),
    ],
)
def test_what_makes_no_invoice_is_named_and_the_others_are_stored(fields: dict[str, object], field: str) -> None:
    who = contact()
    good = {"contact_id": who.pk, "amount": 5}
    made = issue([NewInvoice(**{**good, **fields}), NewInvoice(**good)], by=None, now=NOW)
    assert [*made.refused[0]] == [field]
    assert len(made.ids) == 1


def test_a_deal_of_somebody_else_is_refused() -> None:
    who, other = contact(), contact("Otto")
    pipeline = Pipeline.objects.first()
    assert pipeline is not None
    deal = Deal.objects.create(name="D", contact=other, pipeline=pipeline, stage=pipeline.stages.first())
    made = issue([NewInvoice(contact_id=who.pk, amount=5, deal_id=deal.pk)], by=None, now=NOW)
    assert made.refused == {0: {"deal": "This deal is not one of the contact's."}}


def test_an_issue_is_taken_back_and_its_number_is_free_again(people: People) -> None:
    who = contact()
    made = issue([NewInvoice(contact_id=who.pk, amount=5)], by=people.sam, now=NOW)
    assert made.undo_id
    take_back(made.undo_id, by=people.sam, now=NOW)
    assert not Invoice.objects.alive().exists()
    assert invoice(who).number == "2026-0001"


def test_an_unpaid_invoice_is_changed_and_the_change_taken_back(people: People) -> None:
    one = invoice(contact())
    result = change(only(one), changes={"amount": "80", "due_on": date(2026, 4, 1)}, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.amount, one.due_on, one.look_on, one.version) == (80, date(2026, 4, 1), date(2026, 4, 2), 2)
    assert Event.objects.get(kind="invoice_changed").data["fields"] == "amount, due day"
    assert result.undo_id
    take_back(result.undo_id, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.amount, one.due_on) == (100, date(2026, 3, 16))


def test_a_change_to_the_same_says_nothing() -> None:
    one = invoice(contact())
    assert change(only(one), changes={"amount": "100.00"}, by=None, now=NOW).done == []
    assert told(one) == ["invoice_issued"]


def test_a_stale_version_changes_nothing() -> None:
    one = invoice(contact())
    assert change(only(one), changes={"amount": 5}, by=None, now=NOW, version=7).stale == [one.pk]


def test_a_paid_invoice_keeps_all_but_its_notes() -> None:
    one = invoice(contact())
    pay(one)
    assert change(only(one), changes={"amount": 5}, by=None, now=NOW).refused == {
        one.pk: "It is already paid, so it cannot be changed."
    }
    assert change(only(one), changes={"notes": "Thanks"}, by=None, now=NOW).done == [one.pk]


def test_what_is_paid_in_part_keeps_its_currency_and_at_least_that_amount() -> None:
    one = invoice(contact())
    pay(one, 60)
    assert "stays in EUR" in change(only(one), changes={"currency": "USD"}, by=None, now=NOW).refused[one.pk]
    assert "€60.00 is paid" in change(only(one), changes={"amount": 50}, by=None, now=NOW).refused[one.pk]
    change(only(one), changes={"amount": 60}, by=None, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.look_on, one.paid_at) == ("paid", None, NOW)
    assert told(one)[-2:] == ["invoice_changed", "invoice_paid"]


def test_another_invoices_number_is_refused() -> None:
    who = contact()
    invoice(who, number="A-1")
    with pytest.raises(BadInvoice, match="There is an invoice A-1 already"):
        change(only(invoice(who)), changes={"number": "A-1"}, by=None, now=NOW)


def test_void_needs_a_reason_and_is_taken_back(people: People) -> None:
    one = invoice(contact())
    with pytest.raises(BadInvoice, match="Say why"):
        void(only(one), reason=" ", by=None, now=NOW)
    result = void(only(one), reason="Sent twice", by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.void_reason, one.look_on) == ("void", "Sent twice", None)
    assert result.undo_id
    take_back(result.undo_id, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.void_reason, one.look_on) == ("issued", "", date(2026, 3, 17))
    assert told(one) == ["invoice_issued", "invoice_voided", "invoice_reopened"]


def test_only_what_is_void_is_reopened() -> None:
    one = invoice(contact())
    assert "still unpaid" in reopen(only(one), by=None, now=NOW + timedelta(days=1)).refused[one.pk]
