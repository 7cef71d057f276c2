"""Duplicates and merging over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Contact, DuplicatePair, User
from crm.tokens import create_token
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db


def call(user: User, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    _, key = create_token(user, name="Test", scopes=["contacts:read", "contacts:write"], now=timezone.now())
    answer = Client().generic(
        method,
        f"/api/v1{path}",
        json.dumps(body or {}) if method == "POST" else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer.status_code, answer.json() if answer.content else None


def test_two_are_merged_and_taken_apart(people: People) -> None:
    one, other = contact("Maria", city="Porto"), contact("Mariana", city="Faro", owner=people.sam)
    body = {"kept": one.pk, "gone": other.pk, "fields": {"city": "gone", "owner": "gone"}, "version": 1}
    status, done = call(people.ada, "POST", "/contacts/merge", body)
    assert status == 200, done
    one.refresh_from_db()
    assert (one.city, one.owner) == ("Faro", people.sam)
    status, gone = call(people.ada, "GET", f"/contacts/{other.pk}")
    assert (status, gone["merged_into"]) == (404, one.pk)
    status, back = call(people.ada, "POST", f"/contacts/merge/{done['id']}/undo")
    assert (status, back["stayed"]) == (200, [])
    assert call(people.ada, "GET", f"/contacts/{other.pk}")[0] == 200
    assert call(people.ada, "POST", f"/contacts/merge/{done['id']}/undo")[0] == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"gone": 2**63 - 1}, 404),
        ({"gone": 2**63}, 422),
        ({"fields": {"version": "gone"}}, 422),
        ({"fields": {"city": "third"}}, 422),
        ({"fields": {"custom.\x00": "gone"}}, 422),
        ({"version": 7}, 409),
        ({"more": 1}, 422),
    ],
)
def test_what_cannot_be_done_is_said(people: People, change: dict[str, Any], status: int) -> None:
    one, other = contact("Maria"), contact("Mariana")
    assert call(people.ada, "POST", "/contacts/merge", {"kept": one.pk, "gone": other.pk} | change)[0] == status


def test_one_with_itself_is_a_wrong_field(people: People) -> None:
    one = contact("Maria")
    assert call(people.ada, "POST", "/contacts/merge", {"kept": one.pk, "gone": one.pk})[0] == 422


def test_pairs_are_listed_and_dismissed(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    pair = DuplicatePair.objects.create(first=one, second=other, likeness=91, reasons=["Same name"])
    status, page = call(people.ada, "GET", "/duplicates?limit=1")
    assert (status, [item["id"] for item in page["items"]], page["next"]) == (200, [pair.pk], None)
    assert call(people.ada, "POST", f"/duplicates/{pair.pk}/dismiss")[0] == 204
    assert call(people.ada, "GET", "/duplicates")[1]["items"] == []
    assert call(people.ada, "POST", f"/duplicates/{pair.pk}/dismiss")[0] == 404


def test_an_agent_may_not(people: People) -> None:
    one, other = contact("Maria", owner=people.sam), contact("Mariana", owner=people.sam)
    assert call(people.sam, "POST", "/contacts/merge", {"kept": one.pk, "gone": other.pk})[0] == 403
    assert Contact.objects.alive().count() == 2
