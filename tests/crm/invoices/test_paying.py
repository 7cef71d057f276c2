"""Payments: in full, in part, too much, given back, in another currency, sent twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm.integrity import count_problems
from crm.invoices.overdue import tell_overdue
from crm.invoices.paying import NewPayment, note_payments
from crm.models import Event, Invoice, Payment
from crm.undo import take_back
from tests.crm.invoices.making import emptied, invoice, pay, told
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 16)
LATE = NOW + timedelta(days=20)


def test_a_part_and_then_the_rest() -> None:
    one = invoice(contact())
    assert pay(one, "40") == ""
    assert (one.state, one.paid, one.paid_at, one.look_on) == ("part_paid", 40, None, date(2026, 3, 17))
    assert pay(one) == ""
    assert (one.state, one.paid, one.paid_at, one.look_on) == ("paid", 100, NOW, None)
    assert told(one) == ["invoice_issued", "invoice_part_paid", "invoice_paid"]
    assert Event.objects.get(kind="invoice_part_paid").data["paid_words"] == "€40.00"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "100.01"}, "€100.00 is open; €100.01 is more than that."),
        ({"amount": "-1"}, "€0.00 came in so far; no more can be given back."),
        ({"amount": "0"}, "Nothing was paid: leave it out."),
        ({"amount": "50", "currency": "USD"}, "An amount has one currency"),
        ({"amount": "50", "currency": "XYZ"}, "is not a currency"),
        ({"amount": "50.001"}, "EUR has 2 decimals"),
        ({"amount": "lots"}, "not a number"),
        ({"amount": "50", "paid_on": date(2027, 1, 1)}, "cannot lie ahead"),
        ({"amount": "50", "note": "x" * 301}, "at most 300"),
        ({"amount": "50", "method": "a\0b"}, "NUL"),
    ],
)
def test_what_cannot_be_a_payment_is_refused_with_the_reason(fields: dict[str, Any], words: str) -> None:
    one = invoice(contact())
    assert words in pay(one, **fields)
    assert not Payment.objects.exists()
    assert one.state == "issued"


def test_a_paid_invoice_takes_no_more() -> None:
    one = invoice(contact())
    pay(one)
    assert pay(one, 1) == "It is paid already."


def test_money_given_back_opens_it_again_and_its_being_late_is_news_again() -> None:
    one = invoice(contact())
    tell_overdue(LATE)
    pay(one, now=LATE)
    assert pay(one, "-30", now=LATE) == ""
    assert (one.state, one.paid, one.paid_at, one.look_on) == ("part_paid", 70, None, date(2026, 3, 17))
    tell_overdue(LATE)
    assert told(one)[1:] == ["invoice_overdue", "invoice_paid", "invoice_reopened", "invoice_overdue"]


def test_the_same_key_notes_once() -> None:
    one = invoice(contact())
    assert pay(one, 40, key="bank-7") == ""
    assert pay(one, 40, key="bank-7") == ""
    assert Payment.objects.count() == 1
    assert pay(one, 41, key="bank-7") == "This key was used for another payment."


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_note_one_payment() -> None:
    emptied()
    who, ready = contact(), Barrier(2)
    ones = [invoice(who), invoice(who)]
    seen: list[Any] = []

    def send(one: Invoice) -> None:
        ready.wait()
        row = NewPayment(invoice_id=one.pk, amount=40, key="bank-7")
        seen.append(note_payments([row], by=None, now=NOW))
        connection.close()

    threads = [Thread(target=send, args=[one]) for one in ones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Payment.objects.count() == 1
    assert sorted(bool(noted.refused) for noted in seen) == [False, True]


def test_a_payment_is_taken_back(people: People) -> None:
    one = invoice(contact())
    noted = note_payments([NewPayment(invoice_id=one.pk, amount=100)], by=people.sam, now=NOW)
    assert noted.undo_id
    take_back(noted.undo_id, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.paid, one.paid_at, one.look_on) == ("issued", 0, None, date(2026, 3, 17))
    assert told(one)[-1] == "invoice_reopened"


def test_a_payment_that_others_built_on_stays(people: People) -> None:
    one = invoice(contact())
    noted = note_payments([NewPayment(invoice_id=one.pk, amount=40)], by=people.sam, now=NOW)
    pay(one, 10)
    assert noted.undo_id
    assert take_back(noted.undo_id, by=people.sam, now=NOW).refused == {
        one.pk: "Somebody has changed this invoice since."
    }


class AnyPayments(TestCase):
    """What holds whatever is paid and given back."""

    @settings(max_examples=25)
    @given(st.lists(st.integers(-60, 80).filter(bool), max_size=8))
    def test_the_sum_paid_is_that_of_the_payments_and_never_beyond_the_amount(self, amounts: list[int]) -> None:
        one = invoice(contact())
        for amount in amounts:
            pay(one, amount)
            assert one.paid == sum((row.amount for row in one.payments.all()), Decimal(0))
            assert 0 <= one.paid <= one.amount
        assert count_problems(now=NOW)["invoices_paid_off"] == 0
