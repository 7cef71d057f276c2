"""Mails that can wait come together, where a colleague wants it so (C4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import User
from crm.zones import zone_names
from messaging.bundle_times import next_bundle
from messaging.delivery import deliver_due
from messaging.models import Decision, Message, MessageBody, MessageStatus
from messaging.notices import Notice, tell
from tests.people import People, everybody

TEN_PAST = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)
TEN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def people(db: None) -> People:
    people = everybody()
    User.objects.filter(pk=people.sam.pk).update(bundle_minutes=60, time_zone="UTC")
    return people


def hear(user: User, number: int, *, kind: str = "assigned", at: datetime = TEN_PAST) -> None:
    tell(
        [
            Notice(
                user.pk,
                kind,
                f"Call client {number}",
                {"url": f"/followups/{number}/"},
                f"{kind}:{number}",
                channels=("email",),
            )
        ],
        now=at,
    )


def test_mails_that_can_wait_leave_as_one_at_the_hour(people: People) -> None:
    for number in (1, 2, 3):
        hear(people.sam, number, at=TEN_PAST + timedelta(minutes=number))
    assert deliver_due(TEN - timedelta(seconds=1)) == 0
    deliver_due(TEN)
    sent = Message.objects.get(status=MessageStatus.SENT)
    assert sent.subject == "3 notices: Call client 1"
    body = MessageBody.objects.get(message=sent)
    assert all(f"/followups/{number}/" in body.text and f"/followups/{number}/" in body.html for number in (1, 2, 3))
    others = Message.objects.filter(status=MessageStatus.SUPPRESSED)
    assert {one.reason for one in others} == {f"It was said in one mail with 2 others, message {sent.pk}."}
    assert Decision.objects.filter(message__in=others, rule="bundled", verdict="refuse").count() == 2


def test_one_alone_leaves_as_it_is(people: People) -> None:
    hear(people.sam, 1)
    deliver_due(TEN)
    assert Message.objects.get(status=MessageStatus.SENT).subject == "Call client 1"


def test_why_it_waits_is_said(people: People) -> None:
    hear(people.sam, 1)
    held = Message.objects.get()
    assert (held.status, held.send_after) == (MessageStatus.SCHEDULED, TEN)
    assert held.reason == "Sam gets mails that can wait together; this one leaves at 10:00 with what else there is."


def test_reminders_and_other_people_do_not_wait(people: People) -> None:
    tell(
        [Notice(people.sam.pk, "reminder", "Call", {"url": "/", "subject": "Call", "due": "15:00"}, "r")], now=TEN_PAST
    )
    hear(people.noor, 2)
    assert not Message.objects.filter(status=MessageStatus.SCHEDULED).exists()


@given(
    st.timedeltas(timedelta(0), timedelta(days=1000)),
    st.sampled_from([30, 60, 240]),
    st.sampled_from(sorted(zone_names())),
)
def test_the_next_bundle_is_always_ahead_and_never_far(later: timedelta, minutes: int, zone: str) -> None:
    at = TEN - timedelta(days=500) + later
    leaves = next_bundle(at, minutes, ZoneInfo(zone))
    assert at < leaves <= at + timedelta(minutes=minutes)
