"""Deals over the API."""

from __future__ import annotations

import pytest

from crm.models import Deal, Event
from tests.api.calling import Api, api_of
from tests.crm.deals.given import deal, stage
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(people: People) -> Api:
    return api_of(people.sam)


def test_a_deal_is_made_read_changed_and_deleted(people: People, sam: Api) -> None:
    maria = contact(owner=people.sam)
    made = sam.post("/deals", {"name": "Visa", "contact": maria.pk, "amount": "1200.50", "currency": "eur"})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["owner"], body["amount"], body["currency"], body["stage_name"], body["chance"]) == (
        people.sam.pk,
        "1200.50",
        "EUR",
        "New",
        10,
    )
    changed = sam.patch(f"/deals/{body['id']}", {"probability": 30, "version": 1})
    assert (changed.json()["chance"], changed.json()["version"]) == (30, 2)
    assert sam.patch(f"/deals/{body['id']}", {"name": "Late", "version": 1}).status_code == 409
    assert api_of(people.mara).delete(f"/deals/{body['id']}").status_code == 204
    assert sam.get(f"/deals/{body['id']}").status_code == 404


def test_a_new_currency_needs_its_amount(people: People, sam: Api) -> None:
    one = deal(by=people.sam, amount=1200, currency="EUR")
    assert sam.patch(f"/deals/{one.pk}", {"currency": "JPY"}).json()["errors"][0]["field"] == "currency"
    assert sam.patch(f"/deals/{one.pk}", {"currency": "JPY", "amount": 1200}).status_code == 200


def test_a_deal_goes_its_way(people: People, sam: Api) -> None:
    one = deal(by=people.sam)
    moved = sam.post(f"/deals/{one.pk}/move", {"stage": stage("Negotiation").pk, "version": 1})
    assert (moved.status_code, moved.json()["stage_name"]) == (200, "Negotiation")
    stale = sam.post(f"/deals/{one.pk}/win", {"version": 1})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    assert sam.post(f"/deals/{one.pk}/lose", {}).status_code == 422
    assert sam.post(f"/deals/{one.pk}/lose", {"reason": "Boredom"}).status_code == 422
    lost = sam.post(f"/deals/{one.pk}/lose", {"reason": "no budget", "note": "Next year"}).json()
    assert (lost["status"], lost["close_reason"], lost["close_note"]) == ("lost", "No budget", "Next year")
    assert sam.post(f"/deals/{one.pk}/reopen", {}).json()["stage_name"] == "Negotiation"
    assert sam.post(f"/deals/{one.pk}/reopen", {}).status_code == 409
    assert sam.post(f"/deals/{one.pk}/win", {}).json()["status"] == "won"
    assert Event.objects.filter(subject_kind="deal", subject_id=one.pk).count() == 5


def test_lists_are_narrowed_sorted_and_paged(people: People, sam: Api) -> None:
    maria = contact("Maria", owner=people.sam)
    for n in range(5):
        deal(f"Deal {n}", by=people.sam, contact=maria, amount=n or None, currency="EUR")
    first = sam.get("/deals?limit=3&sort=-amount").json()
    rest = sam.get(f"/deals?limit=3&sort=-amount&cursor={first['next']}").json()
    assert [one["name"] for one in [*first["items"], *rest["items"]]] == [
        "Deal 4",
        "Deal 3",
        "Deal 2",
        "Deal 1",
        "Deal 0",
    ]
    assert len(sam.get("/deals?amount_from=3").json()["items"]) == 2
    assert len(sam.get("/deals?q=maria").json()["items"]) == 5
    assert sam.get("/deals?quiet=true").status_code == 200
    assert len(sam.get(f"/contacts/{maria.pk}/deals?limit=2").json()["items"]) == 2
    assert api_of(people.otto).get("/deals").json()["items"] == []
    assert api_of(people.otto).get(f"/contacts/{maria.pk}/deals").status_code == 404


def test_a_contact_that_one_does_not_see_takes_no_deal(people: People) -> None:
    maria = contact(owner=people.sam)
    answer = api_of(people.otto).post("/deals", {"name": "Visa", "contact": maria.pk})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "contact")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a\x00"},
        {"name": "One", "amount": -1},
        {"name": "One", "amount": 10**18},
        {"name": "One", "amount": "1.234", "currency": "EUR"},
        {"name": "One", "currency": "XXQ", "amount": 1},
        {"name": "One", "probability": 200},
        {"name": "One", "stage": 2**62},
        {"name": "One", "owner": 2**62},
        {"name": "One", "product": 2**70},
        {"name": "One", "expected_on": "9999-01-01"},
        {"name": "One", "colour": "red"},
        {"name": "x" * 1000},
    ],
)
def test_what_cannot_be_stored_is_a_422(body: dict[str, object], sam: Api) -> None:
    assert sam.post("/deals", body).status_code == 422
    assert not Deal.objects.exists()


def test_pipelines_come_with_stages_and_reasons(sam: Api) -> None:
    sales = sam.get("/pipelines").json()["items"][0]
    assert sales["name"] == "Sales"
    assert sales["stages"][0] == {
        "id": stage().pk,
        "name": "New",
        "kind": "open",
        "position": 0,
        "probability": 10,
        "rotting_days": 3,
    }
    assert "No budget" in sales["reasons"]["lost"]


def test_products_are_added_by_those_who_manage(people: People, sam: Api) -> None:
    assert sam.post("/products", {"name": "Student visa"}).status_code == 403
    ada = api_of(people.ada)
    assert ada.post("/products", {"name": "Student visa", "price": "1450"}).json()["price"] == "1450.00"
    assert ada.post("/products", {"name": "Student visa"}).status_code == 422
    assert sam.get("/products").json()["items"][0]["name"] == "Student visa"
