"""The demo's automations: active, with people inside who still wait, and nothing written to anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from automation.models import Automation, Enrollment, EnrollmentStatus
from config.demo.filling import fill
from messaging.models import Message

NOW = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)


def test_three_are_active_and_nobody_was_written_to(db: None, settings: Any) -> None:
    settings.SMS_PROVIDER = "twilio"
    counts = fill(contacts=400, followups=300, seed=1, now=NOW)
    assert counts["automations"] == 3
    assert set(Automation.objects.values_list("state", flat=True)) == {"active"}
    inside = Enrollment.objects.filter(status=EnrollmentStatus.WAITING)
    assert inside.filter(next_at__gt=NOW).count() == inside.count() >= 5
    assert not Enrollment.objects.filter(status=EnrollmentStatus.FAILED).exists()
    assert not Message.objects.filter(kind="automation").exists()
    assert counts["followups"] == 300


@pytest.mark.parametrize("contacts", [1, 30])
def test_a_small_installation_is_no_error(db: None, contacts: int) -> None:
    assert fill(contacts=contacts, followups=0, seed=2, now=NOW)["automations"] == 3
