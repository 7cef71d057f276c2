"""Delivery: at most once to a person, never lost in silence."""

from datetime import UTC, datetime, time, timedelta

import pytest

from crm.models import User
from messaging import delivery
from messaging.channels.shape import Answer, Outcome
from messaging.delivery import deliver_due
from messaging.looking_up import look_ups
from messaging.models import Decision, Message, MessageEvent, NotificationPreference
from messaging.notices import Notice, NoticeKind, register_notice, tell
from messaging.rescue import rescue_messages
from messaging.retrying import ATTEMPTS, wait_before
from tests.messaging.sink import Told

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
register_notice(NoticeKind("test_mail", "Test mails", ("email",)), NoticeKind("test_bell", "Test bells"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana@example.com", full_name="Ana Reyes", time_zone="Asia/Manila")


@pytest.fixture
def provider(monkeypatch):
    """Let `provider(...)` answer for every channel."""
    import messaging.looking_up

    def use(*answers, **known):
        channel = Told(*answers, **known)
        monkeypatch.setattr(delivery, "channel_named", lambda name: channel)
        monkeypatch.setattr(messaging.looking_up, "channel_named", lambda name: channel)
        return channel

    return use


def say(person, count=1, kind="test_mail", **fields):
    tell(
        [
            Notice(
                person.pk, kind, f"Call {n}", {"url": "/followups/1/", "lines": ["Soon & soft"]}, f"key{n}", **fields
            )
            for n in range(count)
        ],
        now=NOW,
    )


def test_a_message_is_written_when_it_leaves_and_marked_sent(ana, provider):
    channel = provider()
    say(ana)
    assert deliver_due(NOW) == 1
    message = Message.objects.get()
    assert (message.status, message.to, message.provider, message.provider_id) == (
        "sent",
        "ana@example.com",
        "told",
        f"id-{message.pk}",
    )
    assert message.sent_at >= NOW
    assert "Soon & soft" in message.body.text
    assert "Soon &amp; soft" in message.body.html
    assert channel.letters[0].subject == "Call 0"
    assert list(MessageEvent.objects.values_list("kind", flat=True)) == ["sent"]


def test_what_was_sent_is_never_due_again(ana, provider):
    channel = provider()
    say(ana, 25)
    deliver_due(NOW)
    deliver_due(NOW + timedelta(days=400))
    assert len(channel.letters) == 25


def test_a_refusal_for_good_fails_with_its_words(ana, provider):
    provider(Answer(Outcome.REFUSED, "No such person."))
    say(ana)
    deliver_due(NOW)
    message = Message.objects.get()
    assert (message.status, message.reason) == ("failed", "No such person.")
    assert Decision.objects.get().rule == "failed"


def test_later_means_again_after_a_growing_while_and_then_given_up(ana, provider):
    channel = provider(*[Answer(Outcome.LATER, "Busy.")] * 20)
    say(ana)
    now, waits = NOW, []
    while Message.objects.get().status in ("pending", "scheduled"):
        assert deliver_due(now) == 1
        waits.append(Message.objects.get().send_after - now)
        now = Message.objects.get().send_after
    assert len(channel.letters) == ATTEMPTS
    assert Message.objects.get().reason == f"Given up after {ATTEMPTS} attempts. Busy."
    assert waits[0] >= timedelta(seconds=15)
    assert waits[-2] > 10 * waits[0]


def test_waiting_grows_and_spreads_and_ends():
    assert wait_before(1, 0.5) == timedelta(seconds=30)
    assert wait_before(3, 0.0) == timedelta(seconds=240)
    assert wait_before(6, 1.0) <= timedelta(hours=9)
    assert wait_before(ATTEMPTS, 0.5) is None


def test_a_provider_that_takes_nothing_is_not_asked_for_each_of_the_rest(ana, provider):
    channel = provider(*[Answer(Outcome.LATER, "Down.")] * 100)
    say(ana, 50)
    deliver_due(NOW)
    assert len(channel.letters) == 10
    assert set(Message.objects.values_list("status", "reason")) == {("scheduled", "Down.")}


def test_a_worker_that_dies_after_handing_over_leaves_it_uncertain_and_never_resent(ana, provider):
    channel = provider(Answer(Outcome.TAKEN), SystemExit("killed"))
    say(ana, 30)
    with pytest.raises(SystemExit):
        deliver_due(NOW)
    assert rescue_messages(NOW + timedelta(minutes=6)) == 30
    # Ten were marked as handed over; the others had not left and go out now, each once.
    assert deliver_due(NOW + timedelta(minutes=7)) == 20
    handed = [letter.message_id for letter in channel.letters]
    assert len(handed) == len(set(handed)) == 22
    assert Message.objects.filter(status="uncertain").count() == 10
    assert rescue_messages(NOW + timedelta(days=9)) == 0
    assert deliver_due(NOW + timedelta(days=9)) == 0


def test_a_provider_that_can_be_asked_settles_the_doubt(ana, provider):
    provider(SystemExit("killed"), known=Answer(Outcome.TAKEN, "Found."))
    say(ana)
    with pytest.raises(SystemExit):
        deliver_due(NOW)
    rescue_messages(NOW + timedelta(minutes=6))
    assert Message.objects.get().status == "uncertain"
    assert look_ups(NOW + timedelta(minutes=6)) == 1
    assert Message.objects.get().status == "sent"


def test_a_slow_worker_may_still_bring_the_answer(ana, provider, monkeypatch):
    channel = provider()
    say(ana)
    deliver = channel.deliver

    def slowly(letters):
        rescue_messages(NOW + timedelta(minutes=6))
        assert Message.objects.get().status == "uncertain"
        return deliver(letters)

    monkeypatch.setattr(channel, "deliver", slowly)
    deliver_due(NOW)
    assert Message.objects.get().status == "sent"


def test_a_worker_that_lost_its_claim_before_handing_over_sends_nothing(ana, provider, monkeypatch):
    channel = provider()
    say(ana)
    real = delivery.letters_of

    def slowly(*args, **kwargs):
        rescue_messages(NOW + timedelta(minutes=6))
        return real(*args, **kwargs)

    monkeypatch.setattr(delivery, "letters_of", slowly)
    deliver_due(NOW)
    assert channel.letters == []
    assert Message.objects.get().status == "pending"


def test_quiet_hours_that_began_meanwhile_hold_it_at_no_cost(ana, provider):
    channel = provider()
    say(ana)
    User.objects.filter(pk=ana.pk).update(quiet_from=time(20), quiet_to=time(21))
    deliver_due(NOW)  # 20:00 in Manila
    message = Message.objects.get()
    assert (message.status, message.attempts, channel.letters) == ("scheduled", 0, [])
    assert message.send_after == NOW + timedelta(hours=1)
    assert message.reason == "It is 20:00 for Ana Reyes, inside quiet hours; it leaves at 21:00."


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda user: User.objects.filter(pk=user.pk).update(is_active=False), "inactive"),
        (lambda user: NotificationPreference.objects.create(user=user, kind="test_mail", channels=[]), "muted"),
        (lambda user: Message.objects.update(expires_at=NOW), "too_late"),
    ],
)
def test_facts_are_read_again_at_the_moment_of_sending(ana, provider, change, rule):
    channel = provider()
    say(ana)
    change(ana)
    deliver_due(NOW)
    assert channel.letters == []
    assert Message.objects.get().status == "suppressed"
    assert Decision.objects.get().rule == rule


def test_channels_picked_for_the_notice_are_still_picked_when_it_leaves(ana, provider):
    channel = provider()
    NotificationPreference.objects.create(user=ana, kind="test_mail", channels=["in_app"])
    say(ana, channels=["email"])
    deliver_due(NOW)
    assert len(channel.letters) == 1


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(ana, provider, monkeypatch):
    provider()
    say(ana, 3)
    Message.objects.filter(subject="Call 1").update(data={"facts": 7})
    deliver_due(NOW)
    states = dict(Message.objects.values_list("subject", "status"))
    assert states == {"Call 0": "sent", "Call 1": "failed", "Call 2": "sent"}
    assert Message.objects.get(subject="Call 1").reason.startswith("It could not be written")


def test_a_channel_without_provider_says_so(ana, settings):
    settings.SMS_PROVIDER = "none"
    say(ana, channels=["sms"])
    deliver_due(NOW)
    assert Message.objects.get().reason == "No provider for this channel is set up on this installation."


def test_a_held_bell_rings_when_the_quiet_is_over(ana):
    User.objects.filter(pk=ana.pk).update(quiet_from=time(20), quiet_to=time(21))
    say(ana, kind="test_bell")
    assert deliver_due(NOW) == 0
    assert deliver_due(NOW + timedelta(hours=1)) == 1
    message = Message.objects.get()
    assert (message.status, message.delivered_at >= NOW + timedelta(hours=1)) == ("delivered", True)


def test_a_batch_costs_as_many_queries_as_its_groups(ana, provider, django_assert_max_num_queries):
    provider()
    say(ana, 100)
    with django_assert_max_num_queries(60):  # claim, facts, words; then three for each group of ten
        deliver_due(NOW)
