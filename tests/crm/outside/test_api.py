"""Events of other systems over the API: stored once, in order, and none lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.calling import Api, api_of

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def shop(people: People) -> Api:
    return api_of(people.ada, "events:write")


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


def stored() -> list[Any]:
    from crm.models import Event

    return list(Event.objects.order_by("pk"))


def test_an_order_lies_on_the_timeline_of_whom_the_address_names(shop: Api) -> None:
    from tests.factories import contact

    maria = contact("Maria", email="maria@example.org")
    at = (timezone.now() - timedelta(hours=1)).replace(microsecond=0)
    answer = shop.post(
        "/events",
        {"contact": "Maria@Example.org", "kind": "order_placed", "occurred_at": at.isoformat(), "key": "shop-1",
         "amount": 12.5, "currency": "eur", "data": {"item": "Blue shirt"}},
    )  # fmt: skip
    assert (answer.status_code, answer.json()) == (201, {"stored": 1, "known": 0, "refused": []})
    [event] = stored()
    assert (event.contact_id, event.kind, event.occurred_at) == (maria.pk, "order_placed", at)
    assert event.data["amount"] == "12.50"
    assert event.data["amount_words"] == "€12.50"


@pytest.mark.parametrize("name", ["number", "external"])
def test_a_contact_is_named_by_number_or_external_id_too(shop: Api, name: str) -> None:
    from tests.factories import contact

    maria = contact("Maria", external_id="S-77")
    assert shop.post("/events", {"contact": {"number": maria.pk, "external": "S-77"}[name], "kind": "webinar"})
    assert [(one.contact_id, one.kind) for one in stored()] == [(maria.pk, "custom.webinar")]


def test_a_repeat_of_the_key_stores_nothing_and_says_so(shop: Api) -> None:
    from tests.factories import contact

    one = {"contact": contact("Maria").pk, "kind": "payment_received", "key": "p-1"}
    assert shop.post("/events", one).status_code == 201
    answer = shop.post("/events", one)
    assert (answer.status_code, answer.json()) == (200, {"stored": 0, "known": 1, "refused": []})
    assert shop.post("/events", [one, one | {"key": "p-2"}, one | {"key": "p-2"}]).json()["known"] == 2
    assert len(stored()) == 2


def test_of_a_list_the_good_are_stored_in_order_and_the_bad_named(shop: Api) -> None:
    from crm.models import RefusedEvent
    from tests.factories import contact

    maria = contact("Maria")
    answer = shop.post(
        "/events",
        [
            {"contact": maria.pk, "kind": "page_viewed", "data": {"page": "Prices"}},
            {"contact": maria.pk, "kind": "followup_completed"},
            {"contact": "nobody@example.org", "kind": "form_submitted", "key": "f-1"},
            {"contact": maria.pk, "kind": "class_enrolled"},
            7,
        ],
    )
    said = answer.json()
    assert (answer.status_code, said["stored"]) == (201, 2)
    assert [(one["index"], one["field"]) for one in said["refused"]] == [(1, "kind"), (2, "contact"), (4, "")]
    assert [one.kind for one in stored()] == ["page_viewed", "class_enrolled"]
    assert RefusedEvent.objects.values_list("contact", "kind", "key").get() == (
        "nobody@example.org", "form_submitted", "f-1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contact": "nobody"}, "contact"),
        ({"contact": 0}, "contact"),
        ({"contact": 2**70}, "contact"),
        ({"contact": True}, "contact"),
        ({"kind": "contact_deleted"}, "kind"),
        ({"kind": "Möbel!"}, "kind"),
        ({"kind": "{kind}"}, "kind"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-01-01T10:00:00"}, "occurred_at"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"key": "x" * 500}, "key"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": 1e300, "currency": "EUR"}, "amount"),
        ({"amount": 5, "currency": "ZZZ"}, "currency"),
        ({"amount": 1.5, "currency": "JPY"}, "amount"),
        ({"data": []}, "data"),
        ({"data": {"text": "x" * 20_000}}, "data"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_single_event_that_cannot_be_is_refused_by_field(shop: Api, wrong: dict[str, Any], field: str) -> None:
    from tests.factories import contact

    answer = shop.post("/events", {"contact": contact("Maria").pk, "kind": "order_paid"} | wrong)
    assert (answer.status_code, fields(answer)) == (422, [field])
    assert not stored()


def test_whom_the_sender_may_not_see_counts_as_nobody(people: People) -> None:
    from tests.factories import contact

    theirs = contact("Maria", owner=people.sam)
    answer = api_of(people.otto).post("/events", {"contact": theirs.pk, "kind": "order_paid"})
    assert (answer.status_code, fields(answer)) == (422, ["contact"])


def test_one_that_was_merged_away_stands_for_the_one_that_was_kept(shop: Api) -> None:
    from crm.merging.merging import merge
    from crm.models import Contact
    from tests.factories import contact

    first, second, third = contact("Maria"), contact("Mary", external_id="S-2"), contact("M.")
    everybody = Contact.objects.all()
    merge(everybody, kept=third.pk, gone=second.pk, by=None, now=timezone.now())
    merge(everybody, kept=first.pk, gone=third.pk, by=None, now=timezone.now())
    for name in (second.pk, third.pk, "S-2"):
        assert shop.post("/events", {"contact": name, "kind": "order_paid"}).status_code == 201
    assert [one.contact_id for one in stored() if one.kind == "order_paid"] == [first.pk] * 3


def test_a_shared_address_names_nobody(shop: Api) -> None:
    from tests.factories import contact

    contact("Maria", email="family@example.org", shares_address=True)
    assert shop.post("/events", {"contact": "family@example.org", "kind": "order_paid"}).status_code == 422


def test_an_event_that_found_nobody_and_comes_again_settles_the_first(shop: Api) -> None:
    from crm.models import RefusedEvent
    from tests.factories import contact

    one = {"contact": "late@example.org", "kind": "order_paid", "key": "o-9"}
    assert shop.post("/events", one).status_code == 422
    assert shop.post("/events", one).status_code == 422
    assert RefusedEvent.objects.count() == 1
    contact("Late", email="late@example.org")
    assert shop.post("/events", one).status_code == 201
    assert RefusedEvent.objects.get().settled_at


def test_a_thousand_cost_as_many_statements_as_one(shop: Api) -> None:
    from tests.factories import contacts

    people = contacts(500)

    def asked(number: int) -> int:
        body = [
            {"contact": people[i % 500].email, "kind": "page_viewed", "key": f"{number}-{i}"} for i in range(number)
        ]
        body.append({"contact": "x@example.org", "kind": "login"})
        with CaptureQueriesContext(connection) as seen:
            assert shop.post("/events", body).json()["stored"] == number
        return len(seen)

    asked(2)  # the token's first call of the minute notes that it is used
    assert asked(999) == asked(1)


@pytest.mark.parametrize("number", [0, 1001])
def test_a_list_has_between_one_and_a_thousand(shop: Api, number: int) -> None:
    assert shop.post("/events", [{"contact": 1, "kind": "login"}] * number).status_code == 422


def test_a_token_without_the_scope_may_not_send(people: People) -> None:
    assert api_of(people.ada, "contacts:read").post("/events", {"contact": 1, "kind": "login"}).status_code == 403
