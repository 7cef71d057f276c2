"""Changing, giving, deleting deals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.deals.changing import change_deal, delete, give, restore
from crm.handing_over import hand_over
from crm.models import Deal, Event, SearchEntry
from crm.searching import search
from crm.undo import take_back
from tests.crm.deals.given import deal, these
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def test_a_change_is_one_event_that_says_what(people: People) -> None:
    one = deal(contact=contact())
    done = change_deal(
        these(one), by=people.sam, now=NOW, changes={"name": "New name", "expected_on": "2026-04-01"}, version=1
    )
    one.refresh_from_db()
    assert (done.done, done.version, one.expected_on) == (True, 2, date(2026, 4, 1))
    event = Event.objects.get(kind="deal_changed")
    assert event.data["fields"] == "name, day it should be decided"
    assert event.data["deal"] == "New name"


def test_a_stale_change_is_refused_with_what_is_in_force(people: People) -> None:
    one = deal()
    change_deal(these(one), by=people.sam, now=NOW, changes={"name": "Theirs"})
    late = change_deal(these(one), by=people.noor, now=NOW, changes={"name": "Mine"}, version=1)
    assert late.stale is not None
    assert late.stale["name"] == "Theirs"


def test_nothing_changed_is_no_event(people: People) -> None:
    one = deal(amount=10, currency="EUR")
    assert change_deal(these(one), by=people.sam, now=NOW, changes={"name": one.name, "amount": "10.00"}).done
    assert not Event.objects.filter(kind="deal_changed").exists()


def test_the_same_number_in_another_currency_is_asked_about(people: People) -> None:
    one = deal(amount=1200, currency="EUR")
    asked = change_deal(these(one), by=people.sam, now=NOW, changes={"currency": "JPY"})
    assert asked.refused["currency"].startswith("€1,200.00 would become ¥1,200.")
    meant = change_deal(these(one), by=people.sam, now=NOW, changes={"currency": "JPY"}, number_meant=True)
    assert meant.done
    assert Deal.objects.get().currency == "JPY"


def test_another_number_in_another_currency_is_plain(people: People) -> None:
    one = deal(amount=1200, currency="EUR")
    assert change_deal(these(one), by=people.sam, now=NOW, changes={"amount": "195000", "currency": "jpy"}).done
    assert Deal.objects.get().amount == Decimal(195000)


def test_an_amount_has_the_decimals_of_the_deals_currency(people: People) -> None:
    one = deal(amount=1200, currency="JPY")
    assert change_deal(these(one), by=people.sam, now=NOW, changes={"amount": "12.50"}).refused["amount"]


def test_a_change_is_taken_back(people: People) -> None:
    one = deal(amount=10, currency="EUR", expected_on="2026-05-01")
    done = change_deal(these(one), by=people.sam, now=NOW, changes={"amount": 20, "expected_on": None, "name": "Other"})
    assert done.undo_id
    take_back(done.undo_id, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.amount, one.expected_on, one.name) == (Decimal(10), date(2026, 5, 1), "Visa for Maria")


def test_deals_are_given_but_not_to_viewers(people: People) -> None:
    one, two = deal(by=people.sam), deal("Two", by=people.sam)
    assert len(give(these(one, two), to=people.noor, by=people.mara, now=NOW).done) == 2
    assert Event.objects.filter(kind="deal_given").count() == 2
    assert give(these(one), to=people.vera, by=people.mara, now=NOW).refused


def test_giving_is_taken_back(people: People) -> None:
    one = deal(by=people.sam)
    step = give(these(one), to=people.noor, by=people.mara, now=NOW).undo_id
    assert step
    take_back(step, by=people.mara, now=NOW)
    assert Deal.objects.get().owner == people.sam


def test_everything_that_a_person_holds_includes_their_deals(people: People) -> None:
    deal(by=people.sam)
    assert hand_over(people.sam, to=people.noor, by=people.ada, now=NOW)["Deals"] == 1
    assert Deal.objects.get().owner == people.noor


def test_a_deleted_deal_is_out_of_sight_and_comes_back(people: People) -> None:
    one = deal(by=people.sam, external_id="K")
    step = delete(these(one), by=people.mara, now=NOW).undo_id
    assert not Deal.objects.visible_to(people.ada).exists()
    assert step
    take_back(step, by=people.mara, now=NOW)
    assert Deal.objects.visible_to(people.ada).exists()
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True))[-2:] == ["deal_deleted", "deal_restored"]


def test_a_deal_whose_external_id_was_given_away_does_not_come_back() -> None:
    one = deal(external_id="K")
    delete(these(one), by=None, now=NOW)
    deal("Other", external_id="K")
    assert "external id K" in restore(these(one), by=None, now=NOW + timedelta(days=1)).refused[one.pk]


def test_search_finds_a_deal_for_those_who_see_it(people: People) -> None:
    maria = contact(owner=people.noor)
    deal("Große Reise", contact=maria, by=people.sam, notes="with cello")
    for person, sees in ((people.sam, 1), (people.noor, 1), (people.mara, 1), (people.otto, 0), (people.ada, 1)):
        assert len(search(person, "grosse", kinds=["deal"])) == sees, person
    assert search(people.sam, "cell", kinds=["deal"])[0].title == "Große Reise"


def test_search_follows_the_contact_to_its_new_owner_and_forgets_the_deleted(people: People) -> None:
    from crm.contact_sets import delete as delete_contacts
    from crm.contact_sets import give as give_contacts
    from crm.models import Contact

    maria = contact(owner=people.sam)
    one = deal("Atlas", contact=maria)
    give_contacts(Contact.objects.all(), to=people.otto, by=None, now=NOW)
    assert search(people.otto, "atlas", kinds=["deal"])
    assert not search(people.sam, "atlas", kinds=["deal"])
    delete_contacts(Contact.objects.all(), by=None, now=NOW)
    assert not SearchEntry.objects.filter(kind="deal", object_id=one.pk).exists()
