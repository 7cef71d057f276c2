"""Automations over the API: made, changed, switched on, and people put in."""

from typing import Any

import pytest

from automation.models import Automation, AutomationState
from tests.api.calling import Api, api_of
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db

WAIT = {"id": "a", "kind": "wait", "amount": 2, "unit": "days", "exits": {"next": None}}
GOOD: dict[str, Any] = {"triggers": [{"kind": "manual"}], "start": "a", "steps": [WAIT]}


@pytest.fixture
def api(people: People) -> Api:
    """Mara's."""
    return api_of(people.mara)


def test_made_switched_on_and_entered(api: Api) -> None:
    made = api.post("/automations", {"name": "Nurture", "definition": GOOD})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert made.json()["draft"]["definition"] == GOOD
    assert api.post(f"/automations/{pk}/activate", {}).json()["state"] == "active"
    ana = contact()
    done = api.post(f"/automations/{pk}/enroll", {"contacts": [ana.pk]}).json()
    assert [one["contact"] for one in done["entered"]] == [ana.pk]
    again = api.post(f"/automations/{pk}/enroll", {"contacts": [ana.pk]}).json()
    assert [one["message"] for one in again["refused"]] == ["They are inside already."]
    rows = api.get(f"/automations/{pk}/enrollments?contact={ana.pk}").json()["items"]
    assert [(row["status"], row["version"]) for row in rows] == [("active", 1)]
    assert api.get("/automations?state=active").json()["items"][0]["inside"] == 1


def test_what_can_never_work_is_refused_at_its_step(api: Api) -> None:
    bad = {**GOOD, "steps": [{**WAIT, "exits": {"next": "gone"}}]}
    answer = api.post("/automations", {"name": "Nurture", "definition": bad})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["definition.steps.a.exits.next"]
    assert not Automation.objects.exists()


def test_what_is_unfinished_is_kept_and_not_switched_on(api: Api) -> None:
    made = api.post("/automations", {"name": "Nurture", "definition": {**GOOD, "triggers": []}}).json()
    answer = api.post(f"/automations/{made['id']}/activate", {})
    assert answer.status_code == 409
    assert [one["field"] for one in answer.json()["errors"]] == ["triggers"]


def test_a_change_of_an_active_one_is_a_new_draft(api: Api) -> None:
    pk = api.post("/automations", {"name": "Nurture", "definition": GOOD}).json()["id"]
    api.post(f"/automations/{pk}/activate", {})
    changed = api.patch(f"/automations/{pk}", {"definition": {**GOOD, "rules": {"reentry": "always"}}}).json()
    assert (changed["live"], changed["draft"]["number"], changed["definition"]) == (1, 2, GOOD)


def test_a_change_with_an_old_lock_is_refused(api: Api) -> None:
    made = api.post("/automations", {"name": "Nurture", "definition": GOOD}).json()
    first = {"definition": {**GOOD, "rules": {"reentry": "always"}}, "lock": made["draft"]["lock"]}
    assert api.patch(f"/automations/{made['id']}", first).status_code == 200
    assert api.patch(f"/automations/{made['id']}", first | {"definition": GOOD}).status_code == 409


def test_paused_gone_on_and_put_away(api: Api) -> None:
    pk = api.post("/automations", {"name": "Nurture", "definition": GOOD}).json()["id"]
    api.post(f"/automations/{pk}/activate", {})
    assert api.post(f"/automations/{pk}/pause").json()["state"] == "paused"
    assert api.post(f"/automations/{pk}/pause").status_code == 409
    assert api.post(f"/automations/{pk}/activate", {}).json()["state"] == "active"
    assert api.post(f"/automations/{pk}/archive", {"inside": "stop"}).json()["state"] == "archived"
    assert Automation.objects.get().state == AutomationState.ARCHIVED


def test_the_schema_names_every_step_trigger_and_condition(api: Api) -> None:
    from automation.steps.registry import KINDS as STEPS
    from automation.triggers.registry import KINDS as TRIGGERS

    said = api.get("/automations/schema").json()
    assert {one["kind"] for one in said["steps"]} == set(STEPS)
    assert {one["kind"] for one in said["triggers"]} == set(TRIGGERS)
    assert said["conditions"]


def test_who_may_only_look_changes_nothing(people: People) -> None:
    api = api_of(people.vera)
    assert api.get("/automations").status_code == 200
    assert api.post("/automations", {"name": "Nurture"}).status_code == 403
