"""The pages of the rules and of stopped addresses."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.test import Client

from crm.models import Event
from messaging.models import ContactPolicy, ProviderState, Suppression
from messaging.policy_settings import BadPolicy, change_policy
from messaging.suppressing import Stop, suppress
from tests.factories import contact

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RULES = "/settings/messages/"
STOPS = "/settings/suppressions/"


@pytest.fixture
def ada(people):
    client = Client()
    client.force_login(people.ada)
    return client


def said(**changes):
    """The form as the page shows it first."""
    return {
        "quiet_from": "21:00", "quiet_to": "08:00", "cap_per_day": "3", "cap_per_week": "10", "gap_minutes": "60",
        "automations_per_day": "2", "late_hours": "72", "ask_first": ["sms", "whatsapp"], "soft_bounces": "3", "soft_bounce_days": "14",
        "automatic_answers": "3", "tracking": "on", "postal_address": "", "cost_email": "0.0005", "cost_sms": "0.05",
        "cost_whatsapp": "0.01", "rate_keep": "",
    } | changes  # fmt: skip


def test_the_rules_are_changed_and_what_was_before_is_kept(ada):
    answer = ada.post(RULES, said(cap_per_day="", weekends="on", quiet_to="09:30", cost_sms="0.02"))
    assert answer.status_code == 302
    policy = ContactPolicy.objects.current()
    assert (policy.cap_per_day, policy.weekends, policy.quiet_to) == (None, True, time(9, 30))
    assert policy.costs == {"email": 0.0005, "whatsapp": 0.01, "sms": 0.02}
    assert ContactPolicy.pgh_event_model.objects.get().cap_per_day == 3


def test_a_form_that_changes_nothing_changes_nothing(ada):
    ada.post(RULES, said())
    assert not ContactPolicy.pgh_event_model.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cap_per_day": "0"}, "nought would stop every message"),
        ({"gap_minutes": "0"}, "nought would stop every message"),
        ({"automations_per_day": "0"}, "nought would stop every message"),
        ({"cap_per_day": "20"}, "A week cannot have fewer messages"),
        ({"quiet_to": ""}, "need a beginning and an end"),
        ({"quiet_from": "08:30", "quiet_to": "08:15"}, "less than an hour of the day"),
        ({"rate_keep": "0"}, "greater than or equal to 1"),
    ],
)
def test_rules_that_cannot_work_are_refused_and_what_was_typed_stays(ada, changes, words):
    answer = ada.post(RULES, said(postal_address="1 Main Street", **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "1 Main Street" in page
    assert not ContactPolicy.pgh_event_model.objects.exists()


def test_the_verb_refuses_nought_by_itself():
    with pytest.raises(BadPolicy):
        change_policy({"cap_per_week": 0})


def test_a_provider_gets_no_more_than_its_rate(ada):
    ada.post(RULES, said(rate_keep="200"))
    assert ProviderState.objects.get(provider="keep").per_hour == 200
    ada.post(RULES, said())
    assert ProviderState.objects.get(provider="keep").per_hour is None


def test_the_settings_show_both_pages_to_who_may_open_them(ada, people):
    page = ada.get("/settings/").content.decode()
    assert RULES in page
    assert STOPS in page
    agent = Client()
    agent.force_login(people.sam)
    page = agent.get("/settings/").content.decode()
    assert RULES not in page
    assert STOPS not in page


def test_stopped_addresses_are_found_by_address_channel_and_reason(ada):
    suppress([Stop("email", "ana@example.org", "complaint"), Stop("sms", "+639171234567", "opt_out")], by=None, now=NOW)
    for query, found in (
        ("", {"ana@", "+6391"}),
        ("?q=ANA@example.org", {"ana@"}),
        ("?q=%2B63+917+123+4567", {"+6391"}),
        ("?channel=sms", {"+6391"}),
        ("?reason=complaint", {"ana@"}),
        ("?lifted=1", set()),
        ("?q=nobody", set()),
    ):
        page = ada.get(STOPS + query).content.decode().split("<tbody>")[-1]
        assert {one for one in ("ana@", "+6391") if f"<bdi>{one}" in page} == found, query


def test_an_address_is_stopped_and_released_by_hand(ada, people):
    ana = contact("Ana", email="ana@example.org")
    ada.post(f"{STOPS}new/", {"channel": "email", "address": " Ana@Example.org", "detail": "Her lawyer wrote"})
    stop = Suppression.objects.get()
    assert (stop.address, stop.reason, stop.created_by) == ("ana@example.org", "by_hand", people.ada)
    ada.post(f"{STOPS}{stop.pk}/lift/")
    stop.refresh_from_db()
    assert stop.lifted_by == people.ada
    kinds = Event.objects.filter(contact_id=ana.pk).order_by("pk").values_list("kind", flat=True)
    assert [kind for kind in kinds if kind.startswith("address_")] == ["address_suppressed", "address_released"]


@pytest.mark.parametrize(("channel", "address"), [("email", "nobody"), ("sms", "12"), ("sms", "0917 123 4567")])
def test_what_is_no_address_is_refused_and_stays_in_the_form(ada, channel, address):
    answer = ada.post(f"{STOPS}new/", {"channel": channel, "address": address, "detail": "Because"})
    assert answer.status_code == 422
    assert address in answer.content.decode()
    assert not Suppression.objects.exists()


def test_a_long_list_has_pages(ada, django_assert_max_num_queries):
    suppress([Stop("email", f"p{n}@example.org", "hard_bounce") for n in range(60)], by=None, now=NOW)
    page = ada.get(STOPS).content.decode()
    assert page.count("<bdi>p") == 50
    later = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    with django_assert_max_num_queries(14):
        assert ada.get(later).content.decode().count("<bdi>p") == 10
