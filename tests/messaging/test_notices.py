"""Telling colleagues: over which channels, once, and at what cost."""

from datetime import UTC, datetime, time

import pytest
from django.db import transaction

from crm.models import User
from messaging.models import Decision, Message, NotificationPreference
from messaging.notices import Notice, NoticeKind, register_notice, tell
from messaging.outbox import NewMessage, put

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 15, 10, tzinfo=UTC)
register_notice(
    NoticeKind("test_note", "Test", ("in_app", "email")),
    NoticeKind("test_alarm", "Alarm", ("in_app", "email"), urgent=True),
)


def ana(**fields):
    return User.objects.create_user("ana@example.com", full_name="Ana Reyes", **fields)


def notice(user, key="k1", **changes):
    return Notice(**{"user_id": user.pk, "kind": "test_note", "subject": "Call Maria", "dedupe_key": key} | changes)


def test_a_notice_goes_over_the_kinds_own_channels():
    tell([notice(ana())], now=NOW)
    assert dict(Message.objects.values_list("dedupe_key", "status")) == {
        "k1:in_app": "delivered",
        "k1:email": "pending",
    }
    assert (
        Message.objects.get(channel="email").reason
        == "Ana Reyes is told of this kind by e-mail and has not chosen otherwise."
    )


def test_the_same_key_tells_nobody_twice():
    person = ana()
    assert len(tell([notice(person)], now=NOW)) == 2
    assert tell([notice(person)], now=NOW) == []
    assert len(tell([notice(person, "k2"), notice(person, "k2")], now=NOW)) == 2


def test_the_persons_choice_of_channels_counts():
    person = ana()
    NotificationPreference.objects.create(user=person, kind="test_note", channels=["email"])
    tell([notice(person)], now=NOW)
    assert list(Message.objects.values_list("channel", flat=True)) == ["email"]


def test_a_muted_kind_leaves_one_line_that_says_why():
    person = ana()
    NotificationPreference.objects.create(user=person, kind="test_note", channels=[])
    tell([notice(person), notice(person, "k2", channels=["email"])], now=NOW)
    assert set(Message.objects.values_list("status", flat=True)) == {"suppressed"}
    assert set(Decision.objects.values_list("rule", "sentence")) == {
        ("muted", "Ana Reyes has muted this kind of notification.")
    }


def test_quiet_hours_hold_with_a_reason_and_an_hour():
    person = ana(time_zone="Asia/Manila", quiet_from=time(22), quiet_to=time(7))
    tell([notice(person), notice(person, "alarm", kind="test_alarm")], now=NOW)
    states = dict(Message.objects.values_list("dedupe_key", "status"))
    assert states == {
        "k1:in_app": "scheduled",
        "k1:email": "scheduled",
        "alarm:in_app": "delivered",
        "alarm:email": "scheduled",
    }
    assert Message.objects.get(dedupe_key="k1:email").send_after == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert Decision.objects.filter(verdict="hold").count() == 3


def test_a_closed_account_is_told_nothing():
    tell([notice(ana(is_active=False))], now=NOW)
    assert set(Message.objects.values_list("status", flat=True)) == {"suppressed"}


def test_a_thousand_notices_cost_as_many_queries_as_one(django_assert_num_queries):
    people = [User.objects.create_user(f"p{n}@example.com") for n in range(15)]
    with transaction.atomic(), django_assert_num_queries(5):  # people, choices, insert and its savepoint
        tell([notice(people[n % 15], f"k{n}") for n in range(1000)], now=NOW)
    assert Message.objects.count() == 2000


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        tell([notice(ana(), kind="never_registered")], now=NOW)


def test_line_breaks_and_nuls_never_reach_subject_or_facts():
    person = ana()
    tell(
        [notice(person, subject="Call\r\nBcc: x@example.com\x00", data={"who": "a\x00b"}, channels=["email"])], now=NOW
    )
    sent = Message.objects.get()
    assert sent.subject == "Call Bcc: x@example.com"
    assert sent.data["who"] == "ab"


def test_ready_words_go_into_the_outbox_with_their_message():
    person = ana()
    ids = put([NewMessage("email", "test_note", "raw", user_id=person.pk, text="Hello")], now=NOW)
    assert Message.objects.get(pk=ids[0]).body.text == "Hello"
    assert put([NewMessage("email", "test_note", "raw", user_id=person.pk, text="Hello")], now=NOW) == []


def test_what_is_rolled_back_was_never_said():
    person = ana()
    with transaction.atomic():
        tell([notice(person)], now=NOW)
        transaction.set_rollback(True)
    assert not Message.objects.exists()
