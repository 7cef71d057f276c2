"""Keeping hits as they come: one statement, once each, and never more than is sensible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries

from messaging.models import MessageEvent
from messaging.tracking import noting
from messaging.tracking.noting import Hit, network_of, note
from tests.messaging.tracking.conftest import NOW

if TYPE_CHECKING:
    from messaging.models import Message


def test_a_thousand_hits_are_one_statement(mail: Message, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    hits = [Hit(mail.pk, "opened", NOW, key=f"provider:{n}") for n in range(400)]
    with django_assert_num_queries(1):
        assert note(hits, now=NOW) == 400


def test_what_a_provider_says_twice_counts_once(mail: Message) -> None:
    hit = Hit(mail.pk, "clicked", NOW, url="https://a.example", key="sendgrid:abc", provider="sendgrid")
    assert [note([hit, hit], now=NOW), note([hit], now=NOW)] == [1, 0]


def test_the_same_call_of_our_own_address_counts_each_time(mail: Message) -> None:
    hit = Hit(mail.pk, "opened", NOW)
    assert note([hit, hit], now=NOW) == 2


def test_hits_of_messages_that_are_gone_are_left_out(mail: Message) -> None:
    assert note([Hit(10**9, "opened", NOW), Hit(mail.pk, "opened", NOW)], now=NOW) == 1


def test_a_clock_that_runs_ahead_is_set_right(mail: Message) -> None:
    note([Hit(mail.pk, "opened", NOW + timedelta(hours=3))], now=NOW)
    assert MessageEvent.objects.get().at == NOW


def test_somebody_who_calls_in_a_loop_fills_no_disk(mail: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "MOST", 20)
    for _ in range(30):
        note([Hit(mail.pk, "opened", NOW)], now=NOW)
    assert MessageEvent.objects.count() == 20


def test_strange_letters_break_nothing(mail: Message) -> None:
    hit = Hit(
        mail.pk, "clicked", NOW, url="https://a.example/\x00\ud800", user_agent="\x00\udfff" * 999, ip="no address"
    )
    note([hit, replace(hit, key="\x00k")], now=NOW)
    assert MessageEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        ("unknown", ""),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_networks_are_kept_without_the_address(ip: str, network: str) -> None:
    assert network_of(ip) == network
