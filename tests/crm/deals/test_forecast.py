"""What open deals will bring, by month and currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.deals.forecast import Read, altogether, lines, read_months
from crm.models import Deal
from tests.crm.deals.given import deal

TODAY = date(2026, 11, 21)
AMOUNTS = st.decimals(0, 10**9, places=2)


@given(
    st.lists(
        st.tuples(st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.sampled_from(["EUR", "JPY"]), AMOUNTS)
    )
)
def test_no_deal_is_lost_between_the_lines(rows: list[tuple[date | None, str, Decimal]]) -> None:
    read = [Read(1, day.replace(day=1) if day else None, code, 1, amount, None, amount) for day, code, amount in rows]
    whole = altogether(lines(read, TODAY))
    assert whole.deals == len(rows)
    for code in ("EUR", "JPY"):
        assert whole.open.get(code, 0) == sum(amount for _, one, amount in rows if one == code)


def test_months_are_named_and_the_far_ones_put_together() -> None:
    months = [None, date(2026, 10, 1), date(2026, 11, 1), date(2027, 2, 1), date(2027, 3, 1), date(2028, 1, 1)]
    found = lines([Read(1, month, "EUR", 1, Decimal(1), None, Decimal(1)) for month in months], TODAY)
    assert [line.label for line in found] == [
        "Should have been decided",
        "November",
        "February 2027",
        "Later",
        "No day set",
    ]


@pytest.mark.django_db
def test_a_deals_own_chance_goes_before_its_stages() -> None:
    deal(amount=1000, currency="EUR", expected_on="2026-11-30")  # New: 10 per cent
    deal(amount=1000, currency="EUR", expected_on="2026-11-30", probability=80)
    deal(amount=100000, currency="EUR", expected_on="2026-11-30", at="Won")
    [line] = lines(read_months(Deal.objects.alive()), TODAY)
    assert line.open == {"EUR": Decimal(2000)}
    assert line.committed == {"EUR": Decimal(1000)}
    assert line.weighted == {"EUR": Decimal(900)}
