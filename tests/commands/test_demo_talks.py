"""The demo's talks: believable, over three channels, the same each time, and never to a real provider."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from config.demo.filling import fill
from crm.models import User
from followups.models import FollowUp
from messaging.inbox.waiting import waiting_count
from messaging.models import Message


@pytest.fixture
def keeping(settings: Any, tmp_path: Any) -> None:
    settings.KEEP_DIR = str(tmp_path)


@pytest.mark.parametrize("day", [16, 17, 18, 19, 20, 21, 22])
def test_whatever_the_day_the_talks_have_their_parts(db: None, keeping: None, day: int) -> None:
    fill(contacts=60, followups=60, seed=1, now=datetime(2026, 3, day, 14, 0, tzinfo=UTC))
    ours = Message.objects.filter(user=None, direction="out")
    assert set(ours.exclude(status="scheduled").values_list("status", flat=True)) <= {"delivered", "read"}
    held = ours.get(status="scheduled")
    assert "23:10" in held.reason
    assert {"email", "sms", "whatsapp"} <= set(Message.objects.filter(user=None).values_list("channel", flat=True))
    assert Message.objects.filter(direction="in", contact=None).count() == 1
    assert Message.objects.filter(data__classified="out_of_office").count() == 1
    assert waiting_count(User.objects.get(email="agent@example.com")) == 2
    assert FollowUp.objects.count() == 60
    told = list(Message.objects.filter(user=None).order_by("pk").values_list("created_at", flat=True))
    assert told == sorted(told)


def test_the_same_seed_gives_the_same_talks(db: None, keeping: None) -> None:
    def told() -> list[tuple[Any, ...]]:
        with transaction.atomic():
            fill(contacts=40, followups=10, seed=3, now=datetime(2026, 3, 18, 14, 0, tzinfo=UTC))
            talks = Message.objects.filter(user=None).order_by("pk")
            said = list(talks.values_list("channel", "direction", "status", "reason", "body__text", "created_at"))
            transaction.set_rollback(True)
        return said

    first = told()
    assert len(first) >= 10
    assert told() == first


def test_nothing_made_up_goes_to_a_real_provider(db: None, settings: Any) -> None:
    settings.SMS_PROVIDER = "twilio"
    counts = fill(contacts=10, followups=5, seed=1, now=datetime(2026, 3, 18, 14, 0, tzinfo=UTC))
    assert counts["messages"] == 0
    assert not Message.objects.exists()


def test_an_installation_of_one_contact_is_no_error(db: None, keeping: None) -> None:
    fill(contacts=1, followups=0, seed=1, now=datetime(2026, 3, 18, 14, 0, tzinfo=UTC))
