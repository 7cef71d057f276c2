"""The pages of duplicates, and where merged contacts are found again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.access import contacts_for
from crm.duplicates import find_same
from crm.merging.merging import merge
from crm.models import Contact, DuplicatePair, Merge
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def pair(one: Contact, other: Contact) -> DuplicatePair:
    return DuplicatePair.objects.create(first=one, second=other, likeness=91, reasons=["Same name"])


def test_a_pair_is_merged_on_its_page_and_taken_back_by_the_toast(people: People, as_) -> None:
    ada = as_(people.ada)
    one, other = contact("Maria", city="Porto", phone="+351211111111"), contact("Mariana", city="Faro")
    page = f"/duplicates/{pair(one, other).pk}/"
    assert b"Are they one person?" in ada.get(page).content
    form = {"kept": one.pk, "step": "look", "take-city": other.pk, "ids": f"{one.pk},{other.pk}"}
    shown = ada.post(page, form).content.decode()
    assert "<dt>City</dt><dd>Faro</dd>" in shown
    answer = ada.post(page, form | {"step": "merge"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/contacts/{one.pk}/"
    one.refresh_from_db()
    assert (one.city, one.other_emails) == ("Faro", [other.email])
    assert b"/undo/" in answer.content
    assert DuplicatePair.objects.get().state == "merged"
    row = Merge.objects.get()
    assert b"Take back" in ada.get("/duplicates/merges/").content
    ada.post(f"/duplicates/merges/{row.pk}/undo/")
    assert Contact.objects.get(pk=other.pk).deleted_at is None
    assert DuplicatePair.objects.get().state == "open"


def test_a_form_that_is_behind_is_refused_in_place(people: People, as_) -> None:
    one, other = contact("Maria"), contact("Mariana")
    form = {"kept": one.pk, "step": "merge", "ids": f"{one.pk},{other.pk}", f"version-{one.pk}": one.version}
    Contact.objects.filter(pk=one.pk).update(version=9)
    answer = as_(people.ada).post(f"/contacts/merge/?ids={one.pk},{other.pk}", form)
    assert answer.status_code == 409
    assert b"Somebody has changed one of the two first" in answer.content


def test_an_old_link_leads_to_the_one_that_was_kept(people: People, as_) -> None:
    one, two, three = contact("A", owner=people.sam), contact("B", owner=people.sam), contact("C", owner=people.sam)
    merge(contacts_for(people.ada), kept=two.pk, gone=one.pk, by=people.ada, now=NOW)
    merge(contacts_for(people.ada), kept=three.pk, gone=two.pk, by=people.ada, now=NOW)
    answer = as_(people.sam).get(f"/contacts/{one.pk}/timeline/?group=note")
    assert (answer.status_code, answer["Location"]) == (302, f"/contacts/{three.pk}/timeline/?group=note")
    assert as_(people.otto).get(f"/contacts/{one.pk}/").status_code == 404


def test_an_external_id_of_a_merged_one_means_the_kept_one(people: People) -> None:
    one, two, three = contact("A", external_id="X1"), contact("B", external_id="X2"), contact("C")
    merge(contacts_for(people.ada), kept=two.pk, gone=one.pk, by=people.ada, now=NOW)
    merge(contacts_for(people.ada), kept=three.pk, gone=two.pk, by=people.ada, now=NOW)
    assert find_same([("id", "X1"), ("id", "X2")]) == {("id", "X1"): three.pk, ("id", "X2"): three.pk}


def test_a_pair_of_which_one_is_out_of_sight_is_not_shown(people: People, as_) -> None:
    hidden = pair(contact("Maria", owner=people.sam), contact("Mariana", owner=people.otto))
    mara = as_(people.mara)
    assert b"Nobody is here twice" in mara.get("/duplicates/").content
    assert mara.get(f"/duplicates/{hidden.pk}/").status_code == 404
    assert mara.post(f"/duplicates/{hidden.pk}/dismiss/").status_code == 404
    ids = f"{hidden.first_id},{hidden.second_id}"
    assert mara.get(f"/contacts/merge/?ids={ids}").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_twenty(people: People, as_) -> None:
    ada = as_(people.ada)
    pair(contact("Maria"), contact("Mariana"))
    ada.get("/duplicates/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        ada.get("/duplicates/")
    for _ in range(19):
        pair(contact("Maria", owner=people.sam), contact("Mariana", owner=people.noor))
    with CaptureQueriesContext(connection) as many:
        ada.get("/duplicates/")
    assert len(many) == len(few)


@pytest.mark.parametrize("ids", ["", "1", "1,2,3", "x,y", "99999999999999999999,1", "5,5"])
def test_ids_that_make_no_sense_get_an_answer(people: People, as_, ids: str) -> None:
    assert as_(people.ada).get("/contacts/merge/", {"ids": ids}).status_code in (302, 404)


def test_the_bar_under_the_list_leads_to_the_comparison(people: People, as_) -> None:
    one, other = contact("Maria"), contact("Mariana")
    answer = as_(people.ada).post("/contacts/merge/", {"ids": [one.pk, other.pk], "query": "", "next": "/contacts/"})
    assert answer["Location"] == f"/contacts/merge/?ids={one.pk},{other.pk}"


def test_merging_with_somebody_offers_who_is_alike(people: People, as_) -> None:
    one, other = contact("Maria"), contact("Mariana")
    pair(one, other)
    assert f"ids={one.pk},{other.pk}" in as_(people.ada).get(f"/contacts/{one.pk}/merge/").content.decode()
    found = as_(people.ada).get(f"/contacts/{one.pk}/merge/?q=mariana").content.decode()
    assert f"ids={one.pk},{other.pk}" in found
