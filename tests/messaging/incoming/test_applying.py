"""What providers tell: kept once, in any order, and never a step back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Consent, Event
from messaging.addresses import token_of
from messaging.hooks.applying import apply_events
from messaging.hooks.events import PROVES, ProviderEvent, rank, risen
from messaging.models import Message, MessageEvent, SoftBounce, Suppression, Thread
from tests.factories import NOW, contact, contacts
from tests.messaging.incoming.messages import sent

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def event(message: Message, kind: str, minutes: int = 1, **fields: Any) -> ProviderEvent:
    return ProviderEvent(
        message.provider, kind, NOW + timedelta(minutes=minutes), provider_id=message.provider_id, **fields
    )


def status(message: Message) -> str:
    message.refresh_from_db()
    return message.status


@given(
    st.sampled_from(["pending", "uncertain", "sending", *PROVES.values()]), st.lists(st.sampled_from(sorted(PROVES)))
)
def test_a_status_only_rises_whatever_is_told_in_whatever_order(before: str, kinds: list[str]) -> None:
    after = risen(before, kinds)
    assert rank(after) >= rank(before)
    assert after == risen(before, reversed(kinds))
    one_by_one = before
    for kind in kinds:
        one_by_one = risen(one_by_one, [kind])
    assert rank(one_by_one) == rank(after)


def test_every_order_of_news_ends_in_the_same() -> None:
    ana = contact()
    ends = set()
    for order in permutations(["sent", "delivered", "read", "opened"]):
        with transaction.atomic():
            message = sent(ana, status="uncertain", sent_at=None, provider_id="same")
            for kind in order:
                minutes = ["sent", "delivered", "opened", "read"].index(kind)
                apply_events([event(message, kind, minutes)], now=LATER)
            message.refresh_from_db()
            ends.add((message.status, message.sent_at, message.delivered_at, message.read_at))
            transaction.set_rollback(True)
    assert ends == {("read", NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))}


def test_every_order_of_a_bounce_ends_in_the_same() -> None:
    ana = contact()
    ends = set()
    for order in permutations(["sent", "delivered", "bounced", "deferred"]):
        with transaction.atomic():
            message = sent(ana, provider_id="same")
            for kind in order:
                apply_events([event(message, kind, bounce="hard" if kind == "bounced" else "")], now=LATER)
            ends.add(
                (status(message), Suppression.objects.count(), Event.objects.filter(kind="message_bounced").count())
            )
            transaction.set_rollback(True)
    assert ends == {("bounced", 1, 1)}


def test_news_told_twice_counts_once() -> None:
    message = sent(contact())
    once = event(message, "bounced", bounce="soft", detail="mailbox full")
    assert apply_events([once, once], now=LATER).new == 1
    assert apply_events([once], now=LATER).new == 0
    assert MessageEvent.objects.count() == 1
    assert SoftBounce.objects.count() == 1


def test_a_late_sent_never_takes_back_delivered() -> None:
    message = sent(contact())
    apply_events([event(message, "delivered")], now=LATER)
    apply_events([event(message, "sent", 5)], now=LATER)
    assert status(message) == "delivered"


def test_any_news_settles_an_uncertain_message_and_tells_the_timeline() -> None:
    ana = contact()
    message = sent(ana, status="uncertain", sent_at=None, reason="The answer was lost.", look_up_at=NOW)
    apply_events([event(message, "deferred")], now=LATER)
    message.refresh_from_db()
    assert (message.status, message.reason, message.look_up_at) == ("sent", "", None)
    assert Event.objects.filter(kind="message_sent", contact_id=ana.pk).count() == 1
    assert Thread.objects.get(pk=ana.pk).last_out_at is not None


def test_a_message_is_found_by_our_own_name_before_the_provider_told_its_own() -> None:
    message = sent(contact(), status="sending", sent_at=None, provider_id="", claimed_by="w1")
    own = ProviderEvent(
        "mailgun", "delivered", NOW, provider_id="<p@x>", message_id=message.pk,
        token=token_of(message.pk, message.created_at),
    )  # fmt: skip
    assert apply_events([own], now=LATER).new == 1
    message.refresh_from_db()
    assert (message.status, message.provider_id, message.claimed_by) == ("delivered", "<p@x>", "w1")


def test_a_number_of_another_database_is_a_stranger() -> None:
    message = sent(contact())
    other = ProviderEvent("mailgun", "bounced", NOW, message_id=message.pk, token="0123456789ab", bounce="hard")
    applied = apply_events([other], now=LATER)
    assert (applied.new, len(applied.strangers)) == (0, 1)
    assert status(message) == "sent"


def test_a_hard_bounce_stops_the_address_at_once_and_is_told() -> None:
    ana = contact(email="ana@example.org")
    apply_events([event(sent(ana), "bounced", bounce="hard", detail="there is no such mailbox")], now=LATER)
    stop = Suppression.objects.get()
    assert (stop.channel, stop.address, stop.reason) == ("email", "ana@example.org", "hard_bounce")
    told = Event.objects.get(kind="message_bounced")
    assert told.data["why"] == "there is no such mailbox"
    assert told.contact_id == ana.pk


def test_a_bounce_that_is_our_own_fault_never_touches_the_contact() -> None:
    message = sent(contact())
    apply_events([event(message, "bounced", bounce="ours", detail="our server was refused")], now=LATER)
    assert status(message) == "bounced"
    assert not Suppression.objects.exists()
    assert not SoftBounce.objects.exists()


def test_a_complaint_stops_the_address_and_marketing() -> None:
    ana = contact()
    apply_events([event(sent(ana), "complained")], now=LATER)
    assert Suppression.objects.get().reason == "complaint"
    consent = Consent.objects.get(contact=ana)
    assert (consent.channel, consent.topic, consent.state) == ("email", "marketing", "withdrawn")
    assert Event.objects.filter(kind="complained", contact_id=ana.pk).exists()


def test_unsubscribing_at_the_provider_ends_marketing_by_mail_and_no_more() -> None:
    ana = contact()
    apply_events([event(sent(ana), "unsubscribed")], now=LATER)
    assert Consent.objects.get(contact=ana).topic == "marketing"
    assert not Suppression.objects.exists()
    assert Event.objects.get(kind="unsubscribed").data["channel"] == "E-mail (Marketing)"


def test_twilios_stop_holds_for_the_number_it_was_said_to() -> None:
    ana = contact(phone="+4917012345678")
    message = sent(ana, channel="sms", sender="+4930111111")
    apply_events([event(message, "failed", code="21610", detail="They said stop.")], now=LATER)
    stop = Suppression.objects.get()
    assert (stop.channel, stop.address, stop.scope, stop.reason) == ("sms", "+4917012345678", "+4930111111", "opt_out")
    assert status(message) == "failed"
    assert message.reason == "They said stop."


def test_a_failure_tries_the_next_channel_and_is_told() -> None:
    ana = contact(phone="+4917012345678", email="ana@example.org")
    message = sent(ana, channel="sms", fallback=["email"])
    apply_events([event(message, "failed", detail="The number cannot be reached.")], now=LATER)
    again = Message.objects.get(fallback_of=message.pk)
    assert again.channel == "email"
    assert Event.objects.filter(kind="message_failed", contact_id=ana.pk).count() == 1
    assert message.decisions.get().sentence == "The number cannot be reached."


def test_a_bounce_tries_the_next_channel_too() -> None:
    ana = contact(phone="+4917012345678", email="ana@example.org")
    message = sent(ana, fallback=["sms"])
    apply_events([event(message, "bounced", bounce="hard", detail="there is no such mailbox")], now=LATER)
    assert Message.objects.filter(fallback_of=message.pk, channel="sms").count() == 1


def test_opens_and_clicks_go_where_ours_go_and_wait_to_be_judged() -> None:
    message = sent(contact())
    click = event(message, "clicked", url="https://example.com/", user_agent="Mozilla", ip="192.0.2.7")
    apply_events([click, click, event(message, "opened")], now=LATER)
    kept = MessageEvent.objects.order_by("kind")
    assert [(one.kind, one.actor) for one in kept] == [("clicked", ""), ("opened", "")]
    assert kept[0].data["url"] == "https://example.com/"
    assert status(message) == "delivered"


def test_a_late_failure_of_an_earlier_try_changes_nothing() -> None:
    message = sent(
        contact(phone="+4917012345678"), channel="sms", provider_id="SM2", status="delivered", fallback=["email"]
    )
    token = token_of(message.pk, message.created_at)
    late = ProviderEvent("twilio", "failed", NOW, provider_id="SM1", message_id=message.pk, token=token, code="30008")
    assert apply_events([late], now=LATER).strangers == ()
    assert status(message) == "delivered"
    assert Message.objects.count() == 1


def test_the_price_told_is_kept() -> None:
    from decimal import Decimal

    message = sent(contact(phone="+4917012345678"), channel="sms")
    apply_events([replace(event(message, "delivered"), cost=Decimal("0.075"), currency="USD")], now=LATER)
    message.refresh_from_db()
    assert (message.cost, message.currency) == (Decimal("0.07500"), "USD")


def test_nothing_happens_tomorrow() -> None:
    message = sent(contact())
    apply_events([event(message, "delivered", 60 * 24 * 365)], now=LATER)
    message.refresh_from_db()
    assert message.delivered_at == LATER


def test_news_of_a_message_to_a_colleague_concerns_no_contact(people: Any) -> None:
    message = sent(None, user=people.sam, to="sam@example.com", contact=None)
    apply_events([event(message, "bounced", bounce="hard")], now=LATER)
    assert status(message) == "bounced"
    assert not Suppression.objects.exists()


def test_a_thousand_events_take_as_many_queries_as_ten() -> None:
    counts = []
    kinds = ["delivered", "bounced", "complained", "unsubscribed", "failed", "opened"]
    for number in (12, 1000):
        messages = [sent(one, status="uncertain") for one in contacts(number)]
        told = [
            event(one, kinds[i % 6], bounce=["hard", "soft"][i % 2] if i % 6 in (1, 4) else "")
            for i, one in enumerate(messages)
        ]
        with CaptureQueriesContext(connection) as seen:
            assert apply_events(told, now=LATER).new == number
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 60, counts
