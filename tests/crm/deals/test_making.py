"""Making deals: what is filled in, what is refused, what is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.deals.making import BadDeals, NewDeal, create_deals, refusals
from crm.models import Deal, Event, Organisation
from tests.crm.deals.given import deal, reason, stage
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def why(**fields: object) -> dict[str, str]:
    fields.setdefault("name", "One")
    fields.setdefault("stage_id", stage().pk)
    return refusals([NewDeal(**fields)]).get(0, {})  # type: ignore[arg-type]  # what people type


def test_a_deal_is_its_makers_and_an_amount_is_in_the_organisations_currency(people: People) -> None:
    Organisation.objects.update(currency="JPY")
    made = deal(by=people.sam, amount="1,200", contact=contact())
    assert (made.owner, made.amount, made.currency, made.status) == (people.sam, Decimal(1200), "JPY", "open")


def test_making_tells_the_timeline_with_ids_and_words(people: People) -> None:
    maria = contact()
    made = deal(by=people.sam, contact=maria, amount=10)
    event = Event.objects.get(contact=maria, kind="deal_created")
    assert (event.subject_kind, event.subject_id) == ("deal", made.pk)
    assert event.data["stage"] == "New"
    assert event.data["deal_id"] == made.pk
    assert event.data["amount"] == "10.00"


def test_a_deal_of_the_past_keeps_when_and_why_it_ended() -> None:
    then = NOW - timedelta(days=90)
    made = deal(at="Lost", closed_at=then, close_reason_id=reason().pk, external_id="OPP-1")
    assert (made.status, made.closed_at, made.stage_since, made.close_reason) == ("lost", then, then, reason())


def test_an_open_stage_has_no_day_of_closing() -> None:
    assert why(closed_at=NOW) == {"closed_at": "A deal in an open stage has not ended."}


def test_a_reason_fits_the_way_it_ended() -> None:
    assert "close_reason_id" in why(stage_id=stage("Won").pk, close_reason_id=reason().pk)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "  "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"notes": "x" * 10_000_000}, "notes"),
        ({"notes": "a\0b"}, "notes"),
        ({"amount": "lots"}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": "1" * 30}, "amount"),
        ({"amount": "nan"}, "amount"),
        ({"amount": "1.234", "currency": "EUR"}, "amount"),
        ({"amount": 1, "currency": "XXQ"}, "currency"),
        ({"probability": 101}, "probability"),
        ({"probability": "soon"}, "probability"),
        ({"expected_on": "31/02/2026"}, "expected_on"),
        ({"expected_on": "9999-12-31"}, "expected_on"),
        ({"stage_id": 2**70}, "stage_id"),
        ({"contact_id": 10**18}, "contact_id"),
        ({"owner_id": -5}, "owner_id"),
        ({"external_id": "x" * 201}, "external_id"),
    ],
)
def test_what_cannot_be_stored_is_named(fields: dict[str, object], wrong: str) -> None:
    assert list(why(**fields)) == [wrong]


def test_a_name_that_turns_the_direction_of_reading_loses_the_turn() -> None:
    assert deal("evil\u202egnp.exe").name == "evilgnp.exe"


def test_one_bad_deal_among_good_ones_stores_nothing_and_is_named_by_its_place() -> None:
    good = NewDeal(name="Good", stage_id=stage().pk)
    with pytest.raises(BadDeals) as problem:
        create_deals([good, NewDeal(name="", stage_id=stage().pk)], by=None, now=NOW)
    assert list(problem.value.refused) == [1]
    assert not Deal.objects.exists()


def test_an_external_id_is_given_once(people: People) -> None:
    deal(external_id="A1")
    assert "external_id" in why(external_id="A1")
    twice = [NewDeal(name=name, stage_id=stage().pk, external_id="B") for name in ("One", "Two")]
    assert list(refusals(twice)) == [1]


def test_a_viewer_holds_no_deals(people: People) -> None:
    assert deal(by=people.vera).owner is None
    assert "owner_id" in why(owner_id=people.vera.pk)


def test_a_thousand_deals_are_stored_with_as_many_queries_as_one(
    people: People, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    maria = contact()
    rows = [
        NewDeal(name=f"Deal {n}", stage_id=stage().pk, contact_id=maria.pk, expected_on=date(2026, 5, 1))
        for n in range(1000)
    ]
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the plugin's own fixture
        assert len(create_deals(rows, by=people.sam, now=NOW)) == 1000
