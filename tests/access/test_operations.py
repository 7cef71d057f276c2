"""The operations page: what is due, late and stuck, and what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.backlog import waiting
from crm.models import ParkedEvent, Slot
from followups.models import Reminder
from messaging.models import Arrival, Mailbox, ProviderState
from tests.factories import contact, followup
from tests.messaging.inbox.talks import from_them, from_us
from tests.people import People


@pytest.fixture
def admin(people: People) -> Client:
    client = Client()
    client.force_login(people.ada)
    return client


def parked(**fields: Any) -> ParkedEvent:
    plain = {"event_id": 1, "subscriber": "stats", "attempts": 6, "error": "ValueError('seven')"}
    return ParkedEvent.objects.create(**(plain | fields))


def test_the_page_shows_everything_even_without_processes(admin: Client) -> None:
    Slot.objects.create(job="check_ins", slot="2026-03-02", taken_at=timezone.now(), result={"made": 3})
    page = admin.get("/operations/").content.decode()
    for words in ("Not seen", "notifications", "Nothing due", "Check ins", "made 3", "crm_"):
        assert words in page, words


def test_a_poll_gets_the_figures_alone(admin: Client) -> None:
    page = admin.get("/operations/", headers={"HX-Request": "true"}).content.decode()
    assert "Due now" in page
    assert "<html" not in page


def test_what_is_past_its_time_is_late(people: People, admin: Client) -> None:
    call = followup(contact("Maria", owner=people.sam), people.sam)
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    Reminder.objects.create(
        followup=call, user=people.sam, before_minutes=5, slot="before:5", fire_at=now - timedelta(minutes=3)
    )
    [reminders] = [one for one in waiting(now=now) if one.name == "reminders"]
    assert (reminders.count, reminders.oldest) == (1, now - timedelta(minutes=3))
    assert "Late" in admin.get("/operations/").content.decode()


def test_a_given_up_event_is_tried_again_or_left_out(admin: Client) -> None:
    first, second = parked(), parked(event_id=2)
    assert "ValueError" in admin.get("/operations/").content.decode()
    admin.post(f"/operations/parked/{first.pk}/retry/")
    first.refresh_from_db()
    assert (first.attempts, first.next_at is not None) == (0, True)
    admin.post(f"/operations/parked/{second.pk}/skip/")
    assert not ParkedEvent.objects.filter(pk=second.pk).exists()


def set_aside(key: str) -> Arrival:
    return Arrival.objects.create(
        kind="mail", provider="imap", key=key, received_at=timezone.now(), due_at=timezone.now(), state="parked",
        attempts=6, error="It is longer than 30 MB."
    )  # fmt: skip


def test_what_could_not_be_read_is_read_again_or_left(admin: Client) -> None:
    first, second = set_aside("1"), set_aside("2")
    assert "longer than 30 MB" in admin.get("/operations/").content.decode()
    admin.post(f"/operations/arrivals/{first.pk}/again/")
    admin.post(f"/operations/arrivals/{second.pk}/leave/")
    assert dict(Arrival.objects.values_list("key", "state")) == {"1": "waiting", "2": "done"}


def test_a_provider_that_is_left_alone_and_a_mailbox_that_cannot_be_read_are_shown(admin: Client) -> None:
    ProviderState.objects.create(
        provider="twilio", failures=5, open_until=timezone.now() + timedelta(minutes=1), last_error="503"
    )
    Mailbox.objects.create(name="crm@mail.example/INBOX", checked_at=timezone.now(), error="The password is wrong.")
    page = admin.get("/operations/").content.decode()
    assert "after 5 failures: 503" in page
    assert "The password is wrong." in page


def test_what_came_in_and_what_waits_says_nothing_of_a_provider(people: People, admin: Client) -> None:
    maria = contact("Maria", owner=people.sam)
    from_them(maria, "Hello", at=timezone.now(), provider="keep")
    from_us(maria, people.sam, "Later", at=timezone.now(), status="scheduled")
    assert "1 of 1" not in admin.get("/operations/").content.decode()
    assert "no provider yet" not in admin.get("/operations/").content.decode()
    from_us(maria, people.sam, "Now", at=timezone.now(), status="sent", provider="keep")
    cache.clear()
    assert "1 of 1" in admin.get("/operations/").content.decode()


def test_only_administrators_touch_parked_events(people: People) -> None:
    one = parked()
    client = Client()
    client.force_login(people.mara)
    assert client.get("/operations/").status_code == 403
    assert client.post(f"/operations/parked/{one.pk}/skip/").status_code == 403
    assert ParkedEvent.objects.exists()


def test_the_page_stands_when_redis_is_gone(admin: Client, settings: Any, monkeypatch: Any) -> None:
    from config import heartbeat

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    heartbeat._redis.cache_clear()
    page = admin.get("/operations/").content.decode()
    heartbeat._redis.cache_clear()
    assert "Does not answer" in page
