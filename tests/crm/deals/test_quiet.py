"""When a deal has gone quiet: the database and the plain rule say the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.deals.quiet import gone_quiet, quiet_days
from crm.models import Deal
from tests.crm.deals.given import deal
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("moved", [0, 2, 3, 10])
@pytest.mark.parametrize("spoken", [None, 0, 3, 20])
@pytest.mark.parametrize("at", ["New", "Won", "Negotiation"])
def test_rule_and_query_agree(moved: int, spoken: int | None, at: str) -> None:
    last: datetime | None = NOW - timedelta(days=spoken) if spoken is not None else None
    one = deal(contact=contact(last_two_way_at=last), at=at, stage_since=NOW - timedelta(days=moved))
    told = quiet_days(one.stage_since, last, one.stage.rotting_days, NOW)
    assert Deal.objects.filter(gone_quiet(NOW)).exists() == (told is not None)


def test_a_deal_without_contact_is_quiet_by_its_stage_alone() -> None:
    deal(stage_since=NOW - timedelta(days=4))
    assert Deal.objects.filter(gone_quiet(NOW)).exists()


def test_three_quiet_days_are_said() -> None:
    assert quiet_days(NOW - timedelta(days=3), None, 3, NOW) == 3
    assert quiet_days(NOW - timedelta(days=3), NOW - timedelta(days=1), 3, NOW) is None
