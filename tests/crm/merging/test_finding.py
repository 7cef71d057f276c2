"""Looking through everybody, and soon after somebody has changed."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.db.backends.utils import CursorWrapper

from crm.access import contacts_for
from crm.contacts import NewContact, change_contact, create_contacts
from crm.due import run_until_quiet
from crm.merging import finding, fresh, pairs
from crm.merging.being_typed import alike
from crm.merging.finding import search_all, search_for
from crm.merging.merging import merge
from crm.models import Clock, Contact, DuplicatePair, NameKey, Slot, UncomparedContact
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def found() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.filter(state="open").values_list("first_id", "second_id"))


def two(**more: str) -> tuple[Contact, Contact]:
    """Two records that are one person's, by name and organisation."""
    return (
        contact("Jürgen", last_name="Müller", organisation="Acme", **more),
        contact("Juergen", last_name="Mueller", organisation="Acme"),
    )


def test_a_search_offers_the_pair_with_reasons() -> None:
    one, other = two()
    contact("Maria", last_name="Silva")
    assert search_all(NOW)["pairs"] == 1
    pair = DuplicatePair.objects.get()
    assert (pair.first_id, pair.second_id) == (one.pk, other.pk)
    assert pair.reasons == ["Same name", "Same organisation"] or "organisation" in " ".join(pair.reasons)
    assert search_all(NOW)["pairs"] == 1


def test_the_deleted_are_not_looked_at() -> None:
    one, _ = two()
    Contact.objects.filter(pk=one.pk).update(deleted_at=NOW)
    assert search_all(NOW)["pairs"] == 0


def test_a_pair_that_is_alike_no_more_goes() -> None:
    one, _ = two()
    search_all(NOW)
    Contact.objects.filter(pk=one.pk).update(first_name="Rosa", last_name="Lopes")
    search_all(NOW)
    assert found() == set()


@pytest.mark.parametrize("everybody", [True, False])
def test_two_people_stay_two_until_what_was_compared_changes(people: People, everybody: bool) -> None:
    one, other = two()

    def search() -> None:
        search_all(NOW) if everybody else search_for([one.pk, other.pk], NOW)

    search()
    assert pairs.dismiss(DuplicatePair.objects.all(), by=people.ada, now=NOW).undo_id
    search()
    assert found() == set()
    Contact.objects.filter(pk=one.pk).update(job_title="Cook")
    search()
    assert found() == set()
    Contact.objects.filter(pk=one.pk).update(city="Porto")
    search()
    assert found() == {(one.pk, other.pk)}


def test_whoever_is_new_is_compared_soon(people: People) -> None:
    contact("Jürgen", last_name="Müller", organisation="Acme")
    search_all(NOW)
    made = create_contacts(
        [NewContact(first_name="Juergen", last_name="Mueller", organisation="Acme")], by=people.ada, now=NOW
    )
    run_until_quiet(NOW)
    assert {second for _, second in found()} == set(made.ids)
    assert not UncomparedContact.objects.exists()


def test_a_change_of_nothing_that_counts_makes_no_work(people: People) -> None:
    one, _ = two()
    rows = Contact.objects.filter(pk=one.pk)
    change_contact(rows, by=people.ada, now=NOW, changes={"job_title": "Cook"})
    run_until_quiet(NOW)
    assert not NameKey.objects.filter(contact_id=one.pk).exists()
    change_contact(rows, by=people.ada, now=NOW, changes={"city": "Bonn"})
    run_until_quiet(NOW)
    assert NameKey.objects.filter(contact_id=one.pk).exists()


def test_the_night_searches_once_whoever_calls() -> None:
    two()
    fresh.search_nightly(NOW)
    assert Clock.objects.filter(job=fresh.JOB).exists()
    assert fresh.search_nightly(NOW + timedelta(days=1)) == 2
    assert fresh.search_nightly(NOW + timedelta(days=1)) == 0
    assert Slot.objects.get(job=fresh.JOB).result == {"contacts": 2, "pairs": 1}


def test_thousands_of_the_same_name_do_not_explode() -> None:
    Contact.objects.bulk_create(
        [
            Contact(first_name="Maria", last_name="Garcia", email=f"m{i}@example.org", city=f"City {i % 3}")
            for i in range(2_000)
        ]
        + [Contact(first_name="Client", last_name=str(i)) for i in range(1_000)]
    )
    start = time.monotonic()
    search_all(NOW)
    assert time.monotonic() - start < 20
    assert not found()


def test_one_found_in_a_large_block_by_what_else_agrees() -> None:
    Contact.objects.bulk_create(
        [Contact(first_name="Maria", last_name="Garcia", email=f"m{i}@e.org") for i in range(200)]
    )
    one = contact("Maria", last_name="Garcia", organisation="Acme", city="Vigo")
    other = contact("Maria", last_name="Garcia", organisation="Acme", city="Vigo")
    search_all(NOW)
    assert found() == {(one.pk, other.pk)}


def test_a_merge_during_the_search_is_not_offered_anew(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = two()
    search_all(NOW)
    store = finding._store

    def late(cursor: CursorWrapper, now: datetime) -> int:
        merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
        return store(cursor, now)

    monkeypatch.setattr(finding, "_store", late)
    search_all(NOW)
    assert found() == set()
    assert DuplicatePair.objects.get().state == "merged"


def test_what_is_typed_finds_whom_one_may_see(people: People) -> None:
    mine = contact("Jürgen", last_name="Müller", owner=people.sam)
    contact("Jürgen", last_name="Müller", owner=people.otto)
    search_all(NOW)
    assert alike(people.sam, first_name="juergen", last_name="mueller") == [mine]
    assert alike(people.sam, first_name="Mueller", last_name="Jürgen", but=mine.pk) == []
    assert alike(people.sam, first_name="J", last_name="") == []
