"""Receiving, approving, rejecting, withdrawing and changing documents."""

from __future__ import annotations

from datetime import date

import pytest

from crm.documents.handling import approve, change, receive, reject, withdraw
from crm.documents.requesting import BadDocument, renew
from crm.documents.standing import OPEN
from crm.models import Document, Event
from crm.undo import take_back
from tests.crm.documents.making import approved, document, only, told
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def test_the_way_of_a_document_from_asked_for_to_approved() -> None:
    one = document(contact())
    receive(only(one), by=None, now=NOW)
    approve(only(one), by=None, now=NOW, expires_on=date(2030, 1, 1))
    one.refresh_from_db()
    assert (one.state, one.received_at, one.expires_on, one.version) == ("approved", NOW, date(2030, 1, 1), 3)
    assert one.look_on == date(2029, 7, 5)
    assert told(one) == ["requested", "received", "approved"]


def test_what_is_rejected_is_asked_for_again_with_the_reason(people: People) -> None:
    one = document(contact())
    receive(only(one), by=people.sam, now=NOW)
    reject(only(one), reason="Cut off", by=people.sam, now=NOW, due_on=date(2026, 3, 9))
    one.refresh_from_db()
    assert (one.state, one.reject_reason, one.due_on, one.reviewed_by) == (
        "rejected", "Cut off", date(2026, 3, 9), people.sam,
    )  # fmt: skip
    assert Event.objects.get(kind="document_rejected").data["reason"] == "Cut off"
    assert receive(only(one), by=None, now=NOW).done == [one.pk]


def test_a_rejection_without_a_reason_is_refused() -> None:
    one = document(contact())
    with pytest.raises(BadDocument, match="Say what is wrong"):
        reject(only(one), reason="", by=None, now=NOW)


def test_only_what_has_come_is_approved() -> None:
    one = document(contact())
    assert approve(only(one), by=None, now=NOW).refused == {one.pk: "It is not here yet, so it cannot be approved."}


def test_a_stale_version_changes_nothing() -> None:
    one = document(contact())
    assert receive(only(one), by=None, now=NOW, version=4).stale == [one.pk]


def test_each_step_is_taken_back_to_the_letter(people: People) -> None:
    one = document(contact())
    before = Document.objects.filter(pk=one.pk).values("state", "received_at", "reviewed_at", "expires_on", "due_on")
    for step in (
        lambda: receive(only(one), by=people.sam, now=NOW),
        lambda: approve(only(one), by=people.sam, now=NOW, expires_on=date(2030, 1, 1)),
        lambda: reject(only(one), reason="Torn", by=people.sam, now=NOW),
        lambda: withdraw(only(one), by=people.sam, now=NOW),
    ):
        was = before.get()
        undo_id = step().undo_id
        assert undo_id
        assert before.get() != was or not only(one).filter(deleted_at__isnull=True).exists()
        take_back(undo_id, by=people.sam, now=NOW)
        assert before.get() == was
        step()
    assert "requested" in told(one)[2:3]


def test_an_undo_leaves_alone_what_others_changed_since(people: People) -> None:
    one = document(contact())
    undo_id = receive(only(one), by=people.sam, now=NOW).undo_id
    approve(only(one), by=None, now=NOW)
    assert undo_id
    assert take_back(undo_id, by=people.sam, now=NOW).refused == {one.pk: "Somebody has changed this document since."}


def test_no_way_leads_to_two_open_ones_of_a_kind(people: People) -> None:
    who = contact()
    one = document(who)
    undo_id = withdraw(only(one), by=people.sam, now=NOW).undo_id
    document(who)
    assert undo_id
    assert take_back(undo_id, by=people.sam, now=NOW).refused
    old = approved(who, of="Visa", expires_on=date(2026, 6, 1))
    renew(only(old), by=None, now=NOW)
    assert "asked for already" in reject(only(old), reason="Forged", by=None, now=NOW).refused[old.pk]
    letter = document(who, "Letter")
    assert change(only(letter), changes={"kind_id": old.kind_id}, by=None, now=NOW).refused
    asked = list(Document.objects.alive().filter(state__in=OPEN, kind__isnull=False).values_list("kind", flat=True))
    assert len(asked) == len(set(asked))


def test_a_later_last_day_wakes_what_has_expired() -> None:
    one = approved(contact(), date(2026, 6, 1))
    only(one).update(state="expired", look_on=None, warned_days=30)
    change(only(one), changes={"expires_on": date(2026, 12, 31)}, by=None, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.warned_days, one.look_on) == ("approved", None, date(2026, 7, 4))


def test_changes_are_named_and_the_same_again_says_nothing() -> None:
    one = document(contact(), "Letter")
    change(only(one), changes={"name": " New  name ", "required": False}, by=None, now=NOW)
    assert Event.objects.get(kind="document_changed").data["fields"] == "name, whether it is required"
    assert change(only(one), changes={"required": False}, by=None, now=NOW).done == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"due_on": date(9999, 12, 31)}, "due_on"),
        ({"kind_id": 10**15}, "kind"),
    ],
)
def test_what_no_document_can_have_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadDocument) as problem:
        change(only(document(contact())), changes=changes, by=None, now=NOW)
    assert problem.value.field == field
