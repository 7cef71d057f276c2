"""A condition that would keep the database busy for minutes is given up, and said to be."""

from __future__ import annotations

import pytest
from django.db import connection

from crm.audiences import editing
from crm.conditions import patience, views
from tests.access.house import signed_in
from tests.api.calling import api_of
from tests.people import People, everybody

BUILT = {
    "condition_group": "all",
    "condition-0_what": "field:city",
    "condition-0_op": "equals",
    "condition-0_value": "Rome",
    "name": "Romans",
    "look": "1",
}


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(patience, "PATIENCE_MS", 50)
    return everybody()


def sleep(*_: object) -> tuple[int, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(2)")
    return 0, False


def test_work_that_takes_too_long_is_cut_off_and_the_connection_goes_on(people: People) -> None:
    assert patience.in_time(sleep) is None
    assert patience.in_time(lambda: 7) == 7
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_builder_says_that_it_takes_too_long(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "some", sleep)
    monkeypatch.setattr(editing, "some", sleep)
    client = signed_in(people, "ada")
    assert "too many to count" in client.post("/conditions/builder/", BUILT).content.decode()
    answer = client.post("/audiences/new/", BUILT)
    assert (answer.status_code, "takes too long" in answer.content.decode()) == (200, True)


def test_the_api_leaves_the_count_out(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.models.contact.ContactQuerySet.count", lambda rows: sleep())
    asked = {"condition": {"field": "city", "op": "equals", "value": "Rome"}}
    answer = api_of(people.ada).post("/conditions/check", asked)
    assert (answer.json()["ok"], answer.json()["count"]) == (True, None)
