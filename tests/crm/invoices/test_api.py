"""Invoices over the API."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Payment
from tests.api.calling import Api, api_of
from tests.crm.invoices.making import invoice
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(people: People) -> Api:
    return api_of(people.sam, "records:read", "records:write")


def test_issue_change_pay_and_read(sam: Api, people: People) -> None:
    mine = contact(owner=people.sam)
    body = {"contact": mine.pk, "amount": 1204.5, "currency": "usd", "issued_on": "2026-03-02"}
    made = sam.post("/invoices", body)
    assert made.status_code == 201
    one = made.json()
    assert (one["number"], one["amount"], one["currency"], one["due_on"]) == (
        "2026-0001",
        "1204.50",
        "USD",
        "2026-03-16",
    )
    here = f"/invoices/{one['id']}"
    assert sam.patch(here, {"due_on": "2026-04-01", "version": 1}).json()["due_on"] == "2026-04-01"
    assert sam.patch(here, {"amount": 5, "version": 1}).status_code == 409
    assert sam.post(f"{here}/payments", {"amount": "204.50", "key": "k"}).status_code == 201
    again = sam.post(f"{here}/payments", {"amount": "204.50", "key": "k"})
    assert (again.status_code, Payment.objects.count()) == (200, 1)
    paid = sam.post(f"{here}/payments", {}).json()
    assert (paid["state"], paid["open"], len(paid["payments"])) == ("paid", "0.00", 2)
    assert sam.get("/invoices?state=paid").json()["items"][0]["id"] == one["id"]
    assert sam.get(f"/contacts/{mine.pk}/invoices").json()["next"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": -5}, "amount"),
        ({"amount": "x"}, "amount"),
        ({"amount": 5, "currency": "QQQ"}, "currency"),
        ({"amount": 5, "deal": 999}, "deal"),
        ({"amount": 5, "due_on": "2001-01-01"}, "due_on"),
        ({"amount": 5, "surprise": 1}, "surprise"),
        ({"amount": 1e40}, "amount"),
    ],
)
def test_what_makes_no_invoice_is_a_422(sam: Api, people: People, body: dict[str, Any], field: str) -> None:
    answer = sam.post(f"/contacts/{contact(owner=people.sam).pk}/invoices", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].split(".")[0] == field


def test_a_payment_in_another_currency_is_a_clear_422(sam: Api, people: People) -> None:
    one = invoice(contact(owner=people.sam))
    answer = sam.post(f"/invoices/{one.pk}/payments", {"amount": 5, "currency": "USD"})
    assert answer.status_code == 422
    assert "An amount has one currency" in answer.json()["detail"]


def test_what_the_state_does_not_allow_is_a_409_with_the_state(sam: Api, people: People) -> None:
    one = invoice(contact(owner=people.sam))
    here = f"/invoices/{one.pk}"
    assert sam.post(f"{here}/reopen", {}).status_code == 409
    assert sam.post(f"{here}/void", {"reason": "Twice"}).json()["state"] == "void"
    refused = sam.post(f"{here}/payments", {})
    assert (refused.status_code, refused.json()["current"]["state"]) == (409, "void")
    assert sam.post(f"{here}/reopen", {}).json()["state"] == "issued"


def test_somebody_elses_invoice_is_not_there(sam: Api) -> None:
    one = invoice(contact("Foreign"))
    for answer in (
        sam.get(f"/invoices/{one.pk}"),
        sam.patch(f"/invoices/{one.pk}", {"amount": 5}),
        sam.post(f"/invoices/{one.pk}/payments", {}),
        sam.get(f"/contacts/{one.contact_id}/invoices"),
        sam.get("/invoices/99999999999999999999"),
    ):
        assert answer.status_code == 404
    assert sam.post("/invoices", {"contact": one.contact_id, "amount": 5}).status_code == 422
