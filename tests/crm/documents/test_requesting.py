"""Asking for documents: one, a checklist, a new one for an old one."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from crm.documents.handling import receive
from crm.documents.requesting import NewRequest, renew, request_checklist, request_documents
from crm.models import CaseKind, Contact, Document, DocumentKind, Event
from crm.undo import take_back
from tests.crm.documents.making import approved, document, emptied, kind, only, told
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db


def test_one_is_asked_for_with_the_event_that_rules_need() -> None:
    one = document(contact(), due_on=date(2026, 3, 16))
    event = Event.objects.get(kind="document_requested")
    assert (event.subject_kind, event.subject_id, event.contact_id) == ("document", one.pk, one.contact_id)
    wanted = {"document": "Passport", "document_id": one.pk, "kind_id": one.kind_id, "due_on": "2026-03-16"}
    assert wanted.items() <= event.data.items()


def test_a_checklist_asks_for_all_its_documents_with_their_due_days() -> None:
    who, case = contact(), CaseKind.objects.get(name="Student visa")
    made = request_checklist(case, Contact.objects.filter(pk=who.pk), by=None, now=NOW)
    rows = list(Document.objects.filter(pk__in=made.ids).order_by("pk").values_list("name", "required", "due_on"))
    assert len(rows) == 7
    assert rows[0] == ("Passport", True, date(2026, 3, 16))
    assert rows[-1] == ("Health insurance", False, date(2026, 5, 1))


def test_the_same_kind_is_not_asked_for_twice_while_one_is_open() -> None:
    who = contact()
    one = document(who)
    row = NewRequest(contact_id=who.pk, kind_id=one.kind_id)
    said = {"kind": "Passport is asked for already, or waits to be looked at."}
    assert request_documents([row], by=None, now=NOW).refused == {0: said}
    receive(only(one), by=None, now=NOW)
    assert request_documents([row], by=None, now=NOW).refused == {0: said}


def test_one_call_does_not_ask_twice_either() -> None:
    row = NewRequest(contact_id=contact().pk, kind_id=kind().pk)
    made = request_documents([row, row], by=None, now=NOW)
    assert (len(made.ids), [*made.refused]) == (1, [1])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_ask_once() -> None:
    emptied()
    who, ready = contact(), Barrier(3)
    row = NewRequest(contact_id=who.pk, kind_id=kind().pk)

    def ask() -> None:
        ready.wait()
        request_documents([row], by=None, now=NOW)
        connection.close()

    threads = [Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Document.objects.count() == 1


def test_a_checklist_for_many_leaves_out_what_is_open_or_approved() -> None:
    first, second = contacts(2)
    document(first)
    approved(second)
    case = CaseKind.objects.get(name="Student visa")
    made = request_checklist(case, Contact.objects.all(), by=None, now=NOW)
    assert len(made.ids) == 12
    assert list(made.refused.values()) == [
        {"kind": "Passport is asked for already, or waits to be looked at."},
        {"kind": "Passport is here and approved."},
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0"}, "name"),
        ({"kind_id": 10**15}, "kind"),
        ({"case_kind_id": 10**15, "name": "A"}, "case_kind"),
        ({"contact_id": 10**15, "name": "A"}, "contact"),
        ({"name": "A", "due_on": date(1, 1, 1)}, "due_on"),
    ],
)
def test_what_cannot_be_asked_for_is_named(fields: dict[str, object], field: str) -> None:
    who = contact()
    made = request_documents([NewRequest(**{"contact_id": who.pk, **fields})], by=None, now=NOW)
    assert [*made.refused[0]] == [field]


def test_a_request_is_taken_back(people: People) -> None:
    who = contact()
    made = request_documents([NewRequest(contact_id=who.pk, name="Letter")], by=people.sam, now=NOW)
    assert made.undo_id
    take_back(made.undo_id, by=people.sam, now=NOW)
    assert not Document.objects.alive().exists()
    assert Event.objects.filter(kind="document_withdrawn").exists()


def test_a_renewal_takes_the_place_of_the_old_one_and_is_asked_for_once() -> None:
    old = approved(contact(), date(2026, 6, 1))
    made = renew(only(old), by=None, now=NOW)
    new = Document.objects.get(pk=made.ids[0])
    assert (new.replaces_id, new.kind_id, new.state, new.expires_on) == (old.pk, old.kind_id, "requested", None)
    assert renew(only(old), by=None, now=NOW).refused == {old.pk: {"": "A new Passport is asked for already."}}
    assert told(new) == ["requested"]


def test_what_has_not_come_is_not_renewed() -> None:
    one = document(contact())
    assert renew(only(one), by=None, now=NOW).refused == {one.pk: {"": "It is not here yet, so it cannot be renewed."}}


def test_an_archived_kind_is_left_out_of_checklists() -> None:
    DocumentKind.objects.filter(name="Photograph").update(archived_at=NOW)
    who, case = contact(), CaseKind.objects.get(name="Student visa")
    assert len(request_checklist(case, Contact.objects.filter(pk=who.pk), by=None, now=NOW).ids) == 6
