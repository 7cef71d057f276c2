"""The list of automations, a new one, another name, a copy."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation.models import Automation, AutomationVersion
from tests.automation.making import automation
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(client: Client, people: People) -> Client:
    """Mara, who may make and switch on automations."""
    client.force_login(people.mara)
    return client


def test_the_list_costs_the_same_however_many_there_are(mara: Client) -> None:
    automation({"kind": "end"})
    mara.get("/automations/")
    with CaptureQueriesContext(connection) as few:
        mara.get("/automations/")
    for _ in range(5):
        automation({"kind": "end"})
    with CaptureQueriesContext(connection) as many:
        mara.get("/automations/")
    assert len(many) == len(few)


def test_a_new_one_is_an_empty_draft_of_its_kind(mara: Client) -> None:
    answer = mara.post("/automations/new/", {"name": "  Speed to\tlead ", "kind": "sequence"})
    made = Automation.objects.get()
    assert answer["Location"] == f"/automations/{made.pk}/"
    assert (made.name, made.kind, made.state) == ("Speed to lead", "sequence", "draft")
    assert AutomationVersion.objects.get().published_at is None


@pytest.mark.parametrize("name", ["", " \0 ", "x" * 121])
def test_a_name_that_cannot_be_is_refused_in_place(mara: Client, name: str) -> None:
    answer = mara.post("/automations/new/", {"name": name, "kind": "workflow"})
    assert answer.status_code == 422
    assert "between 1 and 120 characters" in answer.content.decode()
    assert not Automation.objects.exists()


def test_a_second_click_makes_nothing_more(mara: Client) -> None:
    form: dict[str, Any] = {"name": "Once", "kind": "workflow", "once": "abc"}
    assert mara.post("/automations/new/", form)["Location"] == mara.post("/automations/new/", form)["Location"]
    assert Automation.objects.count() == 1


def test_a_copy_has_the_steps_and_nobody_inside(mara: Client) -> None:
    one = automation({"kind": "wait", "amount": 1, "unit": "days"}, stop_on_reply=False)
    mara.post(f"/automations/{one.pk}/duplicate/", {"name": "Second"})
    copy = AutomationVersion.objects.get(automation__name="Second")
    assert copy.published_at is None
    assert one.live is not None
    assert copy.definition == one.live.definition


def test_another_name_is_kept(mara: Client) -> None:
    one = automation({"kind": "end"})
    mara.post(f"/automations/{one.pk}/rename/", {"name": "Other", "description": "Why"})
    one.refresh_from_db()
    assert (one.name, one.description) == ("Other", "Why")


def test_the_list_says_who_is_inside(mara: Client) -> None:
    from automation.entering import Entry, enroll
    from tests.factories import NOW

    one = automation({"kind": "wait", "amount": 1, "unit": "days"})
    enroll([Entry(one.pk, contact().pk, NOW)], now=NOW)
    page = mara.get("/automations/?q=nurt").content.decode()
    assert "Nurture" in page
    assert "No automation like that" in mara.get("/automations/?q=other").content.decode()
