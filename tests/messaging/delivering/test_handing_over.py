"""Providers that are down, busy or limited: what waits says why, and waiting costs no attempt."""

from datetime import timedelta

import pytest

from crm.models import User
from messaging import delivery, provider_states
from messaging.channels.shape import Answer, Outcome
from messaging.delivery import deliver_due
from messaging.models import Decision, Message, MessageEvent, ProviderState
from messaging.notices import Notice, NoticeKind, register_notice, tell
from messaging.rescue import rescue_messages
from messaging.turns import Turn
from messaging.writing import ToContact, write_to_contacts
from tests.messaging.delivering.conftest import NOW
from tests.messaging.sink import Told

register_notice(NoticeKind("test_mail", "Test mails", ("email",)))
pytestmark = pytest.mark.django_db
DOWN = Answer(Outcome.LATER, "Nobody there.", down=True)


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana@example.com", full_name="Ana Reyes")


def say(person, count, start=0):
    tell([Notice(person.pk, "test_mail", f"Call {n}", {}, f"key{start + n}") for n in range(count)], now=NOW)


def states():
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def test_a_provider_that_is_down_is_left_alone_and_what_waits_says_why(ana, provider):
    channel = provider(*[DOWN] * 50)
    say(ana, 30)
    deliver_due(NOW)
    assert len(channel.letters) == 5
    held = Message.objects.filter(attempts=0)
    assert (held.count(), Message.objects.filter(attempts=1).count()) == (25, 5)
    assert {one.reason.split(" UTC")[0] for one in held} == {"Told is out of order, so it is left alone until 12:01"}
    assert {one.send_after.replace(microsecond=0) for one in held} == {NOW + timedelta(minutes=1)}
    assert Decision.objects.filter(rule="provider_down").count() == 25
    assert MessageEvent.objects.filter(kind="not_now").count() == 5


def test_while_it_is_left_alone_nothing_is_handed_over(ana, provider):
    channel = provider(*[DOWN] * 50)
    say(ana, 5)
    deliver_due(NOW)
    say(ana, 5, start=5)
    deliver_due(NOW + timedelta(seconds=30))
    assert len(channel.letters) == 5
    assert Message.objects.filter(attempts=0, status="scheduled").count() == 5


def test_then_one_message_shows_whether_it_is_well_again(ana, provider):
    channel = provider(*[DOWN] * 5, DOWN)
    say(ana, 12)
    deliver_due(NOW)
    deliver_due(NOW + timedelta(minutes=1, seconds=5))
    assert len(channel.letters) == 6
    deliver_due(NOW + timedelta(minutes=1, seconds=30))
    assert len(channel.letters) == 6
    deliver_due(NOW + timedelta(minutes=20))
    assert set(states()) == {"sent"}
    state = ProviderState.objects.get()
    assert (state.failures, state.open_until, state.last_error) == (0, None, "Nobody there.")


def test_only_one_worker_tries_it(ana, provider):
    channel = provider()
    say(ana, 3)
    ProviderState.objects.create(provider="told", failures=6, open_until=NOW - timedelta(seconds=1))
    circuit = provider_states.Circuit(6, NOW - timedelta(seconds=1))
    assert provider_states.begin_trial("told", circuit, now=NOW)
    assert not provider_states.begin_trial("told", circuit, now=NOW)
    deliver_due(NOW)
    assert channel.letters == []


def test_a_held_message_is_explained_once_an_hour_however_often_it_is_held(ana, provider):
    provider(*[DOWN] * 50)
    say(ana, 6)
    for minutes in (0, 2, 5, 10, 19):
        deliver_due(NOW + timedelta(minutes=minutes))
    held = Message.objects.order_by("pk").last()
    assert Decision.objects.filter(message=held, rule="provider_down").count() == 1


def test_a_provider_that_asks_to_wait_is_asked_nothing_until_then(ana, provider):
    channel = provider(Answer(Outcome.TAKEN), Answer(Outcome.LATER, "Too fast.", retry_after=90.0))
    say(ana, 30)
    deliver_due(NOW)
    # The answer after the wish to wait is a yes again, so the group's rest is tried with the next.
    waits = [one.send_after - NOW for one in Message.objects.filter(reason="Too fast.")]
    assert len(channel.letters) < 30
    assert waits
    assert min(waits) >= timedelta(seconds=90)
    assert max(waits) < timedelta(seconds=105)


def test_a_rate_lets_pass_a_minutes_worth_and_spreads_the_rest(ana, provider):
    channel = provider()
    provider_states.set_rate("told", 120)
    say(ana, 10)
    deliver_due(NOW)
    assert len(channel.letters) == 2
    waiting = list(Message.objects.filter(status="scheduled").order_by("pk"))
    assert [one.attempts for one in waiting] == [0] * 8
    assert len({one.send_after for one in waiting}) == 8
    assert waiting[0].reason == "Told may be given 120 messages an hour; it leaves when its turn comes."
    assert Decision.objects.filter(rule="provider_rate").count() == 8


def test_with_time_everything_passes_the_rate(ana, provider):
    channel = provider()
    provider_states.set_rate("told", 120)
    say(ana, 10)
    for minutes in range(12):
        deliver_due(NOW + timedelta(minutes=minutes))
    assert (len(channel.letters), set(states())) == (10, {"sent"})


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(ValueError, match="left out of the settings"):
        provider_states.set_rate("told", 0)


def test_a_worker_that_stood_still_begins_nothing_more(ana, provider, monkeypatch):
    channel = provider()
    say(ana, 10)
    monkeypatch.setattr(delivery, "LEASE", timedelta(0))
    deliver_due(NOW)
    assert channel.letters == []
    assert set(states()) == {"scheduled"}


def test_cost_and_the_providers_code_are_kept(ana, provider):
    from decimal import Decimal

    provider(
        Answer(Outcome.TAKEN, "yes", "id-1", cost=Decimal("0.0075"), currency="USD"),
        Answer(Outcome.REFUSED, "No such person.", code="550"),
    )
    say(ana, 2)
    deliver_due(NOW)
    first, second = Message.objects.order_by("pk")
    assert (first.cost, first.currency, second.status) == (Decimal("0.00750"), "USD", "failed")
    assert MessageEvent.objects.get(message=second).data == {"code": "550"}


def test_mail_to_colleagues_costs_no_more_queries_for_all_that(ana, provider, django_assert_num_queries):
    provider()
    say(ana, 40)
    # Claim, facts and words; then one statement, in its transaction, for each group of ten and the last fates.
    with django_assert_num_queries(11 + 3 * 5):
        deliver_due(NOW)


def test_settings_that_are_wrong_hold_up_their_own_channel_only(ana, settings, tmp_path):
    settings.EMAIL_PROVIDER, settings.KEEP_DIR = "keep", tmp_path
    settings.WEB_PUSH_KEY = "nonsense, not a key"
    register_notice(NoticeKind("test_push_or_mail", "Both", ("push", "email")))
    tell([Notice(ana.pk, "test_push_or_mail", "Call", {}, "both")], now=NOW)
    deliver_due(NOW)
    push, mail = Message.objects.get(channel="push"), Message.objects.get(channel="email")
    assert (push.status, push.attempts, mail.status) == ("scheduled", 0, "sent")
    assert push.reason.startswith("The channel is not set up rightly.")
    settings.EMAIL_PROVIDER = "pigeon"
    say(ana, 1)
    deliver_due(NOW)
    assert "choose one of: smtp, keep" in Message.objects.get(dedupe_key="key0:email").reason


def test_what_is_left_of_a_group_is_put_back_and_not_forgotten(ana, provider):
    provider(Answer(Outcome.TAKEN), Answer(Outcome.LATER, "Too fast.", retry_after=90.0))
    say(ana, 10)
    deliver_due(NOW)
    assert states() == ["sent"] + ["scheduled"] * 9
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0] * 8 + [1, 1]


def test_a_slow_provider_costs_nobody_an_attempt_and_starves_no_other_channel(ana, maria, monkeypatch):
    seconds = [0.0]

    class Slow(Told):
        def deliver(self, letters):
            for _ in letters:
                seconds[0] += 10
                rescue_messages(NOW + timedelta(seconds=seconds[0]))
                yield Answer(Outcome.TAKEN)

    slow, quick = Slow(), Told()
    monkeypatch.setattr(delivery, "channel_named", lambda name: slow if name == "email" else quick)
    monkeypatch.setattr(Turn, "now", lambda self: NOW + timedelta(seconds=seconds[0]))
    say(ana, 20)
    words = ToContact(maria.pk, "message", "sms", channel="sms", text="Hi", fallback=False)
    write_to_contacts([words], now=NOW)
    say(ana, 300, start=20)
    for _ in range(30):
        deliver_due(NOW + timedelta(seconds=seconds[0]))
    assert len(quick.letters) == 1
    assert set(states()) <= {"sent", "scheduled", "pending"}
    assert max(Message.objects.exclude(status="sent").values_list("attempts", flat=True), default=0) <= 1
