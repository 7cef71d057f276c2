"""A merge that is taken back leaves both contacts as they were, to the letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.access import contacts_for, deleted_contacts_for
from crm.contacts import change_contact
from crm.merging.merging import UNDOABLE, merge
from crm.merging.undoing import CannotTakeApart, TakenApart, take_apart
from crm.models import Consent, Contact, Event, Merge, Note
from crm.undo import take_back
from tests.crm.merging.things import NOW, World, everything_of
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def undo(merge_id: int, people: People, now=LATER) -> TakenApart:
    ada = people.ada
    return take_apart(merge_id, kept=contacts_for(ada), gone=deleted_contacts_for(ada), by=ada, now=now)


@pytest.mark.parametrize("seed", range(12))
def test_every_row_of_both_is_as_it_was(people: People, seed: int) -> None:
    world = World(people, seed)
    one, other = world.somebody("Maria"), world.somebody("Mariana")
    before = everything_of(one.pk, other.pk)
    done = merge(
        contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW,
        choices={"first_name": "gone", "email": "gone", "owner_id": "gone"},
    )  # fmt: skip
    assert everything_of(one.pk, other.pk) != before
    undo(done.merge_id, people)
    after = everything_of(one.pk, other.pk)
    for table in before:
        assert after[table] == before[table], table


def test_the_toast_takes_it_back(people: People, world: World) -> None:
    one, other = world.somebody(), world.somebody("Mariana")
    before = everything_of(one.pk, other.pk)
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    assert done.undo_id is not None
    assert sorted(take_back(done.undo_id, by=people.ada, now=NOW).done) == [one.pk, other.pk]
    assert everything_of(one.pk, other.pk) == before


def test_what_happened_since_stays_with_the_kept_one(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana", city="Porto")
    Note.objects.create(contact=other, text="Hers")
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    new = Note.objects.create(contact_id=one.pk, text="Since")
    change_contact(Contact.objects.filter(pk=one.pk), by=people.ada, now=LATER, changes={"city": "Faro"})
    result = undo(done.merge_id, people)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.city, other.city, other.deleted_at) == ("Faro", "Porto", None)
    assert result.stayed == ["City"]
    assert result.since == 1
    assert Note.objects.get(pk=new.pk).contact_id == one.pk
    assert list(other.notes.values_list("text", flat=True)) == ["Hers"]
    assert one.version > done.merge_id


def test_an_opt_out_said_since_stays_and_the_earlier_one_goes_back(people: People) -> None:
    from crm.consent import set_consent

    one, other = contact("Maria"), contact("Mariana")
    set_consent([other.pk], "email", "all", "withdrawn", "a form", people.ada, NOW)
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    set_consent([one.pk], "sms", "all", "withdrawn", "a call", people.ada, LATER)
    undo(done.merge_id, people)
    said = set(Consent.objects.values_list("contact_id", "channel", "state"))
    assert said == {(other.pk, "email", "withdrawn"), (one.pk, "sms", "withdrawn")}


def test_both_timelines_tell_of_it(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    undo(done.merge_id, people)
    told = set(Event.objects.values_list("contact_id", "kind"))
    assert told == {(pk, kind) for pk in (one.pk, other.pk) for kind in ("contacts_merged", "merge_undone")}


def test_it_is_refused_twice_too_late_and_where_the_address_was_given_away(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana", email="m@example.org")
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    with pytest.raises(CannotTakeApart, match="30 days"):
        undo(done.merge_id, people, NOW + UNDOABLE)
    change_contact(Contact.objects.filter(pk=one.pk), by=people.ada, now=LATER, changes={"other_emails": []})
    third = contact("Miriam", email="m@example.org")
    with pytest.raises(CannotTakeApart, match=r"Another contact has m@example\.org"):
        undo(done.merge_id, people)
    third.delete()
    undo(done.merge_id, people)
    with pytest.raises(CannotTakeApart, match="already"):
        undo(done.merge_id, people)


def test_of_two_merges_in_a_row_the_later_goes_back_first(people: People) -> None:
    one, two, three = contact("A"), contact("B"), contact("C")
    before = everything_of(one.pk, two.pk, three.pk)
    seen = contacts_for(people.ada)
    first = merge(seen, kept=two.pk, gone=one.pk, by=people.ada, now=NOW)
    second = merge(seen, kept=three.pk, gone=two.pk, by=people.ada, now=NOW + timedelta(minutes=1))
    with pytest.raises(CannotTakeApart, match="merge back first"):
        undo(first.merge_id, people)
    undo(second.merge_id, people)
    undo(first.merge_id, people)
    assert everything_of(one.pk, two.pk, three.pk) == before
    assert Merge.objects.filter(undone_at=None).count() == 0


def test_who_does_not_see_the_kept_one_takes_nothing_apart(people: People) -> None:
    one, other = contact("Maria", owner=people.otto), contact("Mariana", owner=people.otto)
    done = merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    mara = people.mara
    with pytest.raises(CannotTakeApart, match="not for you"):
        take_apart(done.merge_id, kept=contacts_for(mara), gone=deleted_contacts_for(mara), by=mara, now=LATER)
