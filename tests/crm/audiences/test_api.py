"""Audiences over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.calling import Api, api_of
from tests.crm.audiences.making import CLIENTS, catch_up, dynamic, members, static
from tests.factories import contact

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def adas(people: People) -> Api:
    return api_of(people.ada, "records:write", "records:read")


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


def test_a_dynamic_audience_is_made_filled_and_read(adas: Api) -> None:
    maria = contact("Maria", lifecycle="client")
    made = adas.post("/audiences", {"name": "Clients", "kind": "dynamic", "condition": CLIENTS})
    assert (made.status_code, made.json()["state"], made.json()["words"]) == (201, "filling", "is a client")
    catch_up()
    pk = made.json()["id"]
    assert adas.get(f"/audiences/{pk}").json()["count"] == 1
    [row] = adas.get(f"/audiences/{pk}/members").json()["items"]
    assert (row["contact"], row["by_hand"]) == (maria.pk, False)
    assert [one["id"] for one in adas.get("/audiences?kind=dynamic").json()["items"]] == [pk]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " ", "kind": "static"}, "name"),
        ({"name": "A", "kind": "static", "condition": CLIENTS}, "condition"),
        ({"name": "A", "kind": "dynamic"}, "condition"),
        ({"name": "A", "kind": "dynamic", "condition": {"all": []}}, "condition.all"),
        (
            {"name": "A", "kind": "dynamic", "condition": {"field": "shoe", "op": "equals", "value": 1}},
            "condition.field",
        ),
        ({"name": "Taken", "kind": "static"}, "name"),
    ],
)
def test_what_cannot_be_an_audience_is_refused_by_field(adas: Api, body: dict[str, Any], field: str) -> None:
    static("Taken")
    answer = adas.post("/audiences", body)
    assert (answer.status_code, fields(answer)) == (422, [field])


def test_an_audience_that_would_find_itself_is_refused_with_the_way(adas: Api) -> None:
    def asks(*inner: Any) -> dict[str, Any]:
        return {"field": "audience", "op": "has_any", "value": [one.pk for one in inner]}

    first = dynamic(name="First")
    second = dynamic(asks(first), "Second")
    third = dynamic(asks(second), "Third")
    answer = adas.patch(f"/audiences/{first.pk}", {"condition": asks(third)})
    assert answer.status_code == 422
    assert "“First” asks for “Third”, which asks for “Second”, which asks for “First” again" in answer.json()["detail"]
    assert adas.patch(f"/audiences/{first.pk}", {"condition": asks(first)}).status_code == 422
    assert adas.delete(f"/audiences/{first.pk}").status_code == 409
    assert adas.delete(f"/audiences/{third.pk}").status_code == 204


def test_a_stale_version_is_told_how_it_is_now(adas: Api) -> None:
    one = static()
    assert adas.patch(f"/audiences/{one.pk}", {"name": "New", "version": 1}).json()["version"] == 2
    answer = adas.patch(f"/audiences/{one.pk}", {"name": "Newer", "version": 1})
    assert (answer.status_code, answer.json()["current"]["name"]) == (409, "New")


def test_contacts_are_put_in_and_taken_out(adas: Api) -> None:
    one, maria = static(), contact("Maria")
    assert adas.post(f"/audiences/{one.pk}/members", {"contacts": [maria.pk]}).json()["changed"] == [maria.pk]
    assert adas.post(f"/audiences/{one.pk}/members", {"contacts": [maria.pk]}).json()["changed"] == []
    assert members(one) == {maria.pk}
    assert fields(adas.post(f"/audiences/{one.pk}/members", {"contacts": [maria.pk, 999_999]})) == ["contacts.1"]
    assert adas.delete(f"/audiences/{one.pk}/members", {"contacts": [maria.pk]}).json()["changed"] == [maria.pk]
    assert adas.get(f"/audiences/{one.pk}").json()["count"] == 0


def test_who_is_in_by_the_condition_is_not_taken_out(adas: Api) -> None:
    maria = contact("Maria", lifecycle="client")
    answer = adas.delete(f"/audiences/{dynamic().pk}/members", {"contacts": [maria.pk]}).json()
    assert (answer["changed"], [one["contact"] for one in answer["refused"]]) == ([], [maria.pk])
