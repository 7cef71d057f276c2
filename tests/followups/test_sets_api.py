"""Sets over the API."""

from __future__ import annotations

from typing import Any

import pytest

from crm.tokens import create_token
from followups.models import FollowUp, FollowUpSet
from tests.api.calling import Api
from tests.crm.deals.given import deal, stage
from tests.factories import NOW, contact
from tests.followups.happening import a_set, template
from tests.people import People


def api_of(user: Any) -> Api:
    scopes = ["followups:read", "followups:write", "admin:write"]
    return Api(create_token(user, name="x", now=NOW, scopes=scopes)[1])


def test_a_set_is_made_read_changed_and_put_away(people: People) -> None:
    api, ring, write = api_of(people.ada), template("Ring"), template("Write")
    sent = {"name": "Mine", "occasion": "stage_entered", "stage": stage("Qualified").pk}
    made = api.post("/sets", sent | {"items": [{"template": ring.pk, "days": 3, "priority": "high"}]})
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["stage"], one["items"][0]["days"], one["archived"]) == (stage("Qualified").pk, 3, False)

    items = [{"id": one["items"][0]["id"], "template": ring.pk, "days": 9}, {"template": write.pk}]
    changed = api.patch(f"/sets/{one['id']}", {"items": items, "archived": True})
    assert changed.status_code == 200, changed.content
    assert [(item["template"], item["days"]) for item in changed.json()["items"]] == [(write.pk, 0), (ring.pk, 9)]
    assert changed.json()["items"][1]["id"] == one["items"][0]["id"]
    assert changed.json()["archived"]
    assert api.get(f"/sets/{one['id']}").json() == changed.json()
    assert api.call("DELETE", f"/sets/{one['id']}").status_code == 204


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Payment"}, "name"),
        ({"name": "\0 "}, "name"),
        ({"occasion": "stage_entered"}, "stage"),
        ({"occasion": "stage_entered", "stage": 2**62}, "stage"),
        ({"items": []}, "items"),
        ({"items": [{"template": 2**62}]}, "items"),
        ({"items": [{"template": 1, "days": -1}]}, "items"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_named(people: People, wrong: dict[str, Any], field: str) -> None:
    sent = {"name": "Mine", "items": [{"template": template().pk}]} | wrong
    answer = api_of(people.ada).post("/sets", sent)
    assert answer.status_code == 422, answer.content
    assert field in answer.content.decode()
    assert not FollowUpSet.objects.filter(name="Mine").exists()


def test_all_sets_are_listed_page_by_page(people: People) -> None:
    api, found, after = api_of(people.sam), [], ""
    while after is not None:
        page = api.get(f"/sets?limit=5&cursor={after}").json()
        found += [one["name"] for one in page["items"]]
        after = page["next"]
    assert sorted(found) == sorted(FollowUpSet.objects.values_list("name", flat=True))


def test_a_set_is_used_for_contacts_and_for_a_deal(people: People) -> None:
    maria, ana = contact("Maria", owner=people.sam), contact("Ana", owner=people.sam)
    set_, visa = a_set("Ours", (template("Ring"), 1)), deal(contact=maria)
    api = api_of(people.sam)
    both = api.post(f"/sets/{set_.pk}/use", {"contacts": [maria.pk, ana.pk]})
    assert both.status_code == 201
    assert set(FollowUp.objects.values_list("contact", flat=True)) == {maria.pk, ana.pk}
    assert api.post(f"/sets/{set_.pk}/use", {"contacts": [maria.pk]}).json() == {"ids": [], "undo": None}
    hers = api.post(f"/sets/{set_.pk}/use", {"contacts": [maria.pk], "deal": visa.pk}).json()["ids"]
    assert FollowUp.objects.get(pk__in=hers).deal == visa


def test_nobody_is_reached_who_may_not_be(people: People) -> None:
    mine, theirs = contact(owner=people.sam), contact(owner=people.otto)
    set_, away = a_set("Ours", (template("Ring"), 1)), a_set("Old", (template("Write"), 1), archived_at=NOW)
    api = api_of(people.sam)
    assert api.post(f"/sets/{set_.pk}/use", {"contacts": [mine.pk, theirs.pk]}).status_code == 422
    assert api.post(f"/sets/{set_.pk}/use", {"contacts": [mine.pk], "deal": deal(contact=theirs).pk}).status_code == 422
    assert api.post(f"/sets/{away.pk}/use", {"contacts": [mine.pk]}).status_code == 422
    assert api.post(f"/sets/{2**62}/use", {"contacts": [mine.pk]}).status_code == 404
    assert not FollowUp.objects.exists()
