"""What a person does with webhooks that were not taken, who is told of them, and how long they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.due import sweeps_with_work
from messaging.models import Message, WebhookCall
from messaging.webhooks.deciding import calls_for, give_up, try_again
from messaging.webhooks.forgetting import KEPT, forget_calls
from messaging.webhooks.news import tell_of_parked
from tests.factories import NOW
from tests.people import People

pytestmark = pytest.mark.django_db
ALL = ["pending", "scheduled", "sending", "sent", "failed", "parked", "dropped"]


@pytest.fixture
def calls() -> dict[str, WebhookCall]:
    """One in each state, tried seven times."""
    made = WebhookCall.objects.bulk_create(
        WebhookCall(
            key=status, url="https://a.example.com/", host="a.example.com", status=status, attempts=7, next_at=NOW,
            last_error="No.", created_at=NOW, tried_at=NOW,
        )
        for status in ALL
    )  # fmt: skip
    return {call.status: call for call in made}


def test_what_was_not_taken_can_be_tried_again_from_the_beginning(
    calls: dict[str, WebhookCall], people: People
) -> None:
    later = NOW + timedelta(hours=1)
    result = try_again(calls_for(people.ada), by=people.ada, now=later)
    assert set(result.done) == {calls[status].pk for status in ("scheduled", "failed", "parked", "dropped")}
    assert set(result.refused) == {calls[status].pk for status in ("pending", "sending", "sent")}
    for call in WebhookCall.objects.filter(pk__in=result.done):
        assert (call.status, call.attempts, call.next_at, call.last_error) == ("pending", 0, later, "No.")
    assert WebhookCall.objects.get(key="sending").attempts == 7


def test_what_was_not_taken_can_be_given_up(calls: dict[str, WebhookCall], people: People) -> None:
    result = give_up(calls_for(people.ada), by=people.ada, now=NOW)
    assert set(result.done) == {calls[status].pk for status in ("pending", "scheduled", "failed", "parked")}
    assert set(result.refused) == {calls[status].pk for status in ("sending", "sent", "dropped")}
    call = WebhookCall.objects.get(key="parked")
    assert (call.status, call.last_error) == ("dropped", f"Given up by {people.ada.name}. No.")


def test_only_who_looks_after_operations_sees_calls(calls: dict[str, WebhookCall], people: People) -> None:
    assert calls_for(people.ada).count() == len(ALL)
    assert not calls_for(people.sam).exists()


def parked(key: str, at: datetime) -> None:
    WebhookCall.objects.create(
        key=key,
        url="https://a.example.com/",
        host="a.example.com",
        status="parked",
        next_at=at,
        created_at=at,
        tried_at=at,
    )


def news_due(now: datetime) -> bool:
    return "webhook_news" in {sweep.name for sweep in sweeps_with_work(now)}


def test_administrators_are_told_once_of_what_waits_for_them(people: People) -> None:
    assert not news_due(NOW)
    assert tell_of_parked(NOW) == 0
    parked("one", NOW)
    parked("two", NOW)
    assert news_due(NOW)
    assert tell_of_parked(NOW) > 0
    said = Message.objects.filter(cause_kind="webhooks", channel="in_app")
    assert {one.user for one in said} == {people.ada}
    assert said.get().subject == "2 webhooks wait for a person: a.example.com did not take them"
    assert not news_due(NOW + timedelta(days=1))
    assert tell_of_parked(NOW + timedelta(days=1)) == 0


def test_they_are_not_told_by_the_hour(people: People) -> None:
    parked("one", NOW)
    tell_of_parked(NOW)
    parked("two", NOW + timedelta(hours=1))
    assert not news_due(NOW + timedelta(hours=5))
    assert news_due(NOW + timedelta(hours=7))
    tell_of_parked(NOW + timedelta(hours=7))
    newest = Message.objects.filter(cause_kind="webhooks", channel="in_app").order_by("-pk").first()
    assert newest is not None
    assert newest.subject.startswith("1 webhook waits")


def test_what_is_over_is_forgotten_after_a_month_and_what_waits_is_not(calls: dict[str, WebhookCall]) -> None:
    def due(now: datetime) -> bool:
        return "webhooks_forgotten" in {sweep.name for sweep in sweeps_with_work(now)}

    assert not due(NOW + KEPT)
    assert forget_calls(NOW + KEPT - timedelta(seconds=1)) == 0
    assert due(NOW + KEPT + timedelta(hours=1))
    assert forget_calls(NOW + KEPT) == 3
    assert set(WebhookCall.objects.values_list("status", flat=True)) == {"pending", "scheduled", "sending", "parked"}
