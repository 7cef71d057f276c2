"""What must hold is looked at, and what does not is named."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from automation.entering import Entry, enroll
from automation.models import AutomationVersion, Enrollment, StepVisit
from crm.integrity import count_problems
from tests.automation.making import automation, goes_on
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db

OURS = (
    "enrollments_nobody_takes", "enrollments_without_a_next_look", "enrollments_in_unused_versions", "visits_missing",
)  # fmt: skip


def wrong(now: datetime = NOW) -> list[str]:
    return [name for name, count in count_problems(now=now).items() if count and name in OURS]


@pytest.fixture
def inside() -> Enrollment:
    made, maria = automation({"kind": "wait", "amount": 0}, {"kind": "wait", "amount": 2}), contact()
    enroll([Entry(made.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    return Enrollment.objects.get()


def test_somebody_on_their_way_is_in_order(inside: Enrollment) -> None:
    assert StepVisit.objects.count() == 1
    assert wrong() == []


def test_each_thing_that_is_wrong_is_named(inside: Enrollment) -> None:
    assert wrong(NOW + timedelta(days=3)) == ["enrollments_nobody_takes"]
    Enrollment.objects.update(status="active", next_at=None)
    assert wrong() == ["enrollments_without_a_next_look"]
    Enrollment.objects.update(status="waiting", next_at=NOW + timedelta(days=1))
    AutomationVersion.objects.update(in_use=False)
    assert wrong() == ["enrollments_in_unused_versions"]
    AutomationVersion.objects.update(in_use=True)
    StepVisit.objects.all().delete()
    assert wrong() == ["visits_missing"]
