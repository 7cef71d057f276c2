"""The plain rules of invoices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.invoices.standing import (
    ISSUED,
    PAID,
    PART_PAID,
    VOID,
    days_overdue,
    how_they_pay,
    look_on,
    payment_event,
    refusal,
    state_after,
)

DAY = date(2026, 3, 2)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
sums = st.decimals(0, 10**6, places=2)


@given(sums.filter(bool), sums)
def test_an_invoice_is_paid_exactly_when_nothing_is_open(amount: Decimal, paid: Decimal) -> None:
    state = state_after(amount, paid)
    assert (state == PAID) == (paid >= amount)
    assert (state == ISSUED) == (paid == 0)


@pytest.mark.parametrize(
    ("verb", "state", "allowed"),
    [
        ("change", ISSUED, True),
        ("change", PAID, False),
        ("change", VOID, False),
        ("pay", PART_PAID, True),
        ("pay", VOID, False),
        ("void", ISSUED, True),
        ("void", PAID, False),
        ("reopen", VOID, True),
        ("reopen", ISSUED, False),
        ("reopen", PAID, False),
    ],
)
def test_each_verb_has_its_states(verb: str, state: str, allowed: bool) -> None:
    assert (refusal(verb, state) == "") == allowed


def test_what_is_paid_in_part_is_not_made_void() -> None:
    assert "given back first" in refusal("void", PART_PAID, paid=True)


@given(st.sampled_from([ISSUED, PART_PAID, PAID, VOID]), days, days, st.booleans())
def test_it_is_looked_at_the_day_after_it_is_due_unless_that_was_told(
    state: str, due_on: date, today: date, told: bool
) -> None:
    found = look_on(state, due_on, told=told, today=today)
    if state in (PAID, VOID) or (told and due_on < today):
        assert found is None
    else:
        assert found == due_on + timedelta(days=1)
        assert days_overdue(state, due_on, found) == 1


def test_nothing_is_overdue_on_the_due_day_itself() -> None:
    assert days_overdue(ISSUED, DAY, DAY) == 0
    assert days_overdue(PAID, DAY, DAY + timedelta(days=9)) == 0


def test_a_refund_of_a_paid_invoice_opens_it_again() -> None:
    assert payment_event(PAID, PART_PAID, Decimal(-5)) == "invoice_reopened"
    assert payment_event(PART_PAID, ISSUED, Decimal(-5)) == "invoice_changed"
    assert payment_event(PART_PAID, PAID, Decimal(5)) == "invoice_paid"


@pytest.mark.parametrize(
    ("late", "sentence"),
    [
        ([], "Nothing of theirs has been paid yet, so nobody knows how they pay."),
        ([0], "Paid the one invoice in time."),
        ([-3, 0, 0], "Paid all 3 invoices in time."),
        ([0, 0, 4], "Paid 2 of 3 invoices in time, the other 4 days late."),
        ([0, 1, 1], "Paid 1 of 3 invoices in time, the others a day late."),
        ([4], "Paid the one invoice 4 days late."),
        ([4, 6], "Paid late each time, 5 days on average."),
    ],
)
def test_how_somebody_pays_is_a_sentence(late: list[int], sentence: str) -> None:
    assert how_they_pay(late) == sentence
