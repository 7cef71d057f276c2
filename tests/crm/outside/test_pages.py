"""The page of events of other systems: what came, and what waits for somebody to say whose it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.api.calling import api_of

if TYPE_CHECKING:
    from crm.models import RefusedEvent, User
    from tests.people import People

    SignIn = Callable[[User], Client]


@pytest.fixture
def lost(people: People) -> RefusedEvent:
    """Somebody unknown ordered a shirt yesterday."""
    from crm.models import RefusedEvent

    api_of(people.ada).post(
        "/events", {"contact": "late@example.org", "kind": "order_paid", "key": "o-1", "data": {"item": "Shirt"}}
    )
    return RefusedEvent.objects.get()


def stored() -> list[tuple[int | None, str]]:
    from crm.models import Event

    return list(Event.objects.filter(kind="order_paid").values_list("contact_id", "key"))


def test_the_page_shows_what_came_and_what_waits(people: People, as_: SignIn, lost: RefusedEvent) -> None:
    from tests.factories import contact

    api_of(people.ada).post("/events", {"contact": contact("Maria").pk, "kind": "webinar_joined"})
    shown = as_(people.ada).get("/events/").content.decode()
    for words in ("Webinar joined", "custom.webinar_joined", "Maria", "Paid an order: Shirt", "late@example.org"):
        assert words in shown
    assert "Paid an order: Shirt" in as_(people.ada).get(f"/events/{lost.pk}/").content.decode()


def test_it_is_given_to_the_contact_that_somebody_names(people: People, as_: SignIn, lost: RefusedEvent) -> None:
    from tests.factories import contact

    maria, ada = contact("Maria"), as_(people.ada)
    assert ada.post(f"/events/{lost.pk}/attach/", {"contact": "999999"}).url == f"/events/{lost.pk}/"  # type: ignore[attr-defined]
    assert ada.post(f"/events/{lost.pk}/attach/", {"contact": str(maria.pk)}).status_code == 302
    assert stored() == [(maria.pk, "outside:o-1")]
    assert ada.get(f"/events/{lost.pk}/").status_code == 404
    assert ada.post(f"/events/{lost.pk}/attach/", {"contact": str(maria.pk)}).status_code == 404


def test_trying_again_stores_what_names_somebody_now(people: People, as_: SignIn, lost: RefusedEvent) -> None:
    from tests.factories import contact

    ada = as_(people.ada)
    ada.post("/events/again/", {"all": "1"})
    assert not stored()
    late = contact("Late", email="late@example.org")
    ada.post("/events/again/", {"ids": str(lost.pk)})
    assert stored() == [(late.pk, "outside:o-1")]
    lost.refresh_from_db()
    assert lost.settled_at


def test_what_was_left_can_be_brought_back(people: People, as_: SignIn, lost: RefusedEvent) -> None:
    from crm.models import UndoStep

    ada = as_(people.ada)
    ada.post("/events/leave/", {"ids": str(lost.pk)})
    lost.refresh_from_db()
    assert lost.settled_at
    ada.post(f"/undo/{UndoStep.objects.get().pk}/")
    lost.refresh_from_db()
    assert not lost.settled_at


def test_after_ninety_days_it_is_forgotten(lost: RefusedEvent) -> None:
    from crm.due import pulse

    assert "refused_events" not in pulse(lost.received_at + timedelta(days=89))
    assert pulse(lost.received_at + timedelta(days=91))["refused_events"] == 1


def test_the_timeline_has_a_group_for_them(people: People, as_: SignIn) -> None:
    from tests.factories import contact

    maria, api = contact("Maria"), api_of(people.ada)
    api.post("/events", [{"contact": maria.pk, "kind": kind} for kind in ("webinar_joined", "class_missed")])
    shown = as_(people.ada).get(f"/contacts/{maria.pk}/timeline/?group=outside").content.decode()
    assert "Webinar joined" in shown
    assert "Missed a class" in shown
    said: Any = api.get(f"/contacts/{maria.pk}/timeline?group=outside").json()
    assert {one["group"] for one in said["items"]} == {"outside"}
    assert len(said["items"]) == 2
