"""Messages over the API: written by the same rules, taken back, and never a silent no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.consent import set_consent
from messaging.models import ContactPolicy, Message
from tests.api.calling import api_of
from tests.factories import contact
from tests.messaging.inbox.talks import from_them, from_us


@pytest.fixture
def maria(people):
    ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True)
    return contact("Maria", last_name="Santos", owner=people.sam, phone="+639175554410")


@pytest.fixture
def sam(people):
    return api_of(people.sam)


def test_a_message_is_written_and_shown(sam, people, maria):
    answer = sam.post("/messages", {"contact": maria.pk, "channel": "email", "subject": "Hi", "body": "Dear Maria"})
    assert answer.status_code == 201
    said = answer.json()
    assert (said["status"], said["channel"], said["body"], said["author"]) == (
        "pending",
        "email",
        "Dear Maria",
        people.sam.pk,
    )
    assert sam.get(f"/messages/{said['id']}").json()["topic"] == "service"


def test_the_best_way_is_chosen_where_none_is_named(sam, maria):
    said = sam.post("/messages", {"contact": maria.pk, "body": "Hi"}).json()
    assert said["channel"] == "email"
    assert said["reason"]


def test_a_rule_that_says_no_is_answered_with_its_reason(sam, people, maria):
    set_consent([maria.pk], "sms", "all", "withdrawn", "Phone", people.sam, timezone.now(), "")
    answer = sam.post("/messages", {"contact": maria.pk, "channel": "sms", "body": "Hi"})
    assert answer.status_code == 201
    said = answer.json()
    assert said["status"] == "suppressed"
    assert "opted out of SMS" in said["reason"]
    why = sam.get(f"/messages/{said['id']}/why").json()
    assert why["decisions"][0]["rule"] == "opted_out"


def test_the_same_key_writes_once(sam, maria):
    body = {"contact": maria.pk, "body": "Hi"}
    first = sam.post("/messages", body, Idempotency_Key="a").json()
    assert sam.post("/messages", body, Idempotency_Key="a").json()["id"] == first["id"]
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"contact": 999999}, "contact"),
        ({"template": 999999}, "template"),
        ({"body": "Hi {{ contact.nickname }}"}, "body"),
        ({"body": ""}, None),
        ({"channel": "pigeon"}, "channel"),
        ({"topic": "all"}, "topic"),
        ({"send_after": "2026-01-01T10:00:00"}, "send_after"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_written(sam, maria, given, field):
    answer = sam.post("/messages", {"contact": maria.pk, "body": "Hi"} | given)
    assert answer.status_code == 422
    assert field is None or field in answer.json()["errors"][0]["field"]
    assert not Message.objects.exists()


def test_who_may_not_insist_is_refused(sam, people, maria):
    body = {"contact": maria.pk, "body": "Hi", "insist": "They asked on the phone"}
    assert sam.post("/messages", body).status_code == 403
    assert api_of(people.mara).post("/messages", body).status_code == 201


def test_a_message_is_taken_back_until_it_has_left(sam, people, maria):
    later = (timezone.now() + timedelta(hours=5)).isoformat()
    pk = sam.post("/messages", {"contact": maria.pk, "body": "Hi", "send_after": later}).json()["id"]
    assert sam.post(f"/messages/{pk}/cancel").json()["status"] == "suppressed"
    sent = from_us(maria, people.sam, "Gone", at=timezone.now(), topic="service")
    answer = sam.post(f"/messages/{sent.pk}/cancel")
    assert answer.status_code == 409
    assert answer.json()["current"]["status"] == "delivered"
    theirs = from_them(maria, "Hello", at=timezone.now())
    assert sam.post(f"/messages/{theirs.pk}/cancel").status_code == 409


def test_lists_are_narrowed_by_direction_and_cause(sam, people, maria):
    ours = from_us(maria, None, "Hi", at=timezone.now(), cause_kind="followup", cause_id=5, kind="nudge")
    theirs = from_them(maria, "Hello", at=timezone.now(), answers=ours.pk)
    [one] = sam.get("/messages?direction=in").json()["items"]
    assert (one["id"], one["answers"], one["sender"]) == (theirs.pk, ours.pk, maria.email)
    [one] = sam.get("/messages?followup=5").json()["items"]
    assert (one["id"], one["followup"]) == (ours.pk, 5)


def test_how_a_talk_stands_is_read(sam, people, maria):
    assert sam.get(f"/contacts/{maria.pk}/thread").json()["last_at"] is None
    from_them(maria, "Hello", at=timezone.now() - timedelta(hours=2), channel="whatsapp")
    said = sam.get(f"/contacts/{maria.pk}/thread").json()
    assert said["snippet"] == "Hello"
    assert said["waiting_since"]
    assert said["whatsapp_open_until"]
    assert api_of(people.otto).get(f"/contacts/{maria.pk}/thread").status_code == 404


def test_reading_alone_writes_nothing(people, maria):
    reader = api_of(people.sam, "messages:read")
    assert reader.post("/messages", {"contact": maria.pk, "body": "Hi"}).status_code == 403
