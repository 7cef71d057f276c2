"""Partners are added, changed, given, deleted and linked with clients; nothing is there twice; all can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact, Event, Partner, PartnerContact
from crm.partners.changing import change_partner, delete, give, restore
from crm.partners.linking import BadRole, link, unlink
from crm.partners.making import NewPartner, create_partners
from crm.searching import search
from crm.undo import take_back
from tests.factories import NOW, contact, contacts, partner
from tests.people import People

SOON = NOW + timedelta(minutes=1)


def one(pk: int) -> Any:
    return Partner.objects.filter(pk=pk)


def test_addresses_are_stored_in_their_one_form(people: People) -> None:
    made = create_partners(
        [NewPartner(name="  Alba   College ", email="Office@Alba.EDU", phone="020 7946 0018", country="gb", website="alba.edu")],
        by=people.sam, now=NOW,
    )  # fmt: skip
    alba = Partner.objects.get(pk=made.ids[0])

    assert (alba.email, alba.phone, alba.country) == ("office@alba.edu", "+442079460018", "GB")
    assert alba.website == "https://alba.edu"
    assert alba.created_by == people.sam


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": " "}, "name", "needs a name"),
        ({"name": "x" * 201}, "name", "at most 200"),
        ({"name": "A\0B"}, "name", "NUL"),
        ({"email": "nobody"}, "email", "not an e-mail"),
        ({"phone": "12"}, "phone", "12"),
        ({"kind": "planet"}, "kind", "one of"),
        ({"website": "javascript:alert(1)"}, "website", "web address"),
        ({"website": "https://a b"}, "website", "web address"),
        ({"country": "Atlantis"}, "country", "not a country"),
        ({"time_zone": "Mars/Base"}, "time_zone", "not a time zone"),
        ({"notes": "x" * 20_001}, "notes", "20,000"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    people: People, fields: dict[str, str], field: str, words: str
) -> None:
    made = create_partners([NewPartner(**({"name": "Alba"} | fields))], by=people.sam, now=NOW)
    assert not made.ids
    assert words in made.refused[0][field]


def test_a_name_that_is_taken_says_who_has_it_however_it_is_written(people: People) -> None:
    alba = partner("Alba College", city="Edinburgh")
    made = create_partners([NewPartner(name="ALBA college"), NewPartner(name="Other")], by=people.sam, now=NOW)

    assert "“Alba College” in Edinburgh" in made.refused[0]["name"]
    assert made.same_as == {0: alba.pk}
    assert len(made.ids) == 1


def test_a_list_with_a_name_twice_keeps_the_first(people: People) -> None:
    made = create_partners([NewPartner(name="Alba"), NewPartner(name="alba")], by=None, now=NOW)
    assert len(made.ids) == 1
    assert "twice" in made.refused[1]["name"]


def test_the_name_of_a_deleted_partner_is_free_and_its_owner_stays_away(people: People) -> None:
    alba = partner()
    delete(one(alba.pk), by=people.sam, now=NOW)
    partner()
    result = restore(one(alba.pk), by=people.sam, now=SOON)

    assert result.done == []
    assert "already" in result.refused[alba.pk]


def test_a_change_tells_what_and_can_be_taken_back(people: People) -> None:
    alba = partner(city="Edinburgh")
    changed = change_partner(one(alba.pk), by=people.sam, now=NOW, changes={"city": "Glasgow"}, version=1)
    alba.refresh_from_db()
    assert (changed.done, changed.version, alba.city, alba.version) == (True, 2, "Glasgow", 2)
    assert Event.objects.get(kind="partner_changed").data["fields"] == "city"

    assert take_back(changed.undo_id or 0, by=people.sam, now=SOON).done == [alba.pk]
    alba.refresh_from_db()
    assert alba.city == "Edinburgh"


def test_a_stale_change_shows_what_is_in_force(people: People) -> None:
    alba = partner()
    change_partner(one(alba.pk), by=people.sam, now=NOW, changes={"city": "Glasgow"})
    changed = change_partner(one(alba.pk), by=people.noor, now=NOW, changes={"city": "Perth"}, version=1)
    assert not changed.done
    assert changed.stale is not None
    assert changed.stale["city"] == "Glasgow"


def test_a_change_to_a_taken_name_is_refused(people: People) -> None:
    alba, bell = partner("Alba"), partner("Bell")
    changed = change_partner(one(bell.pk), by=people.sam, now=NOW, changes={"name": "alba"})
    assert (changed.done, changed.same_as) == (False, alba.pk)


def test_giving_goes_to_whoever_can_hold_it(people: People) -> None:
    alba = partner(owner_id=people.sam.pk)
    assert give(one(alba.pk), to=people.vera, by=people.ada, now=NOW).refused
    result = give(one(alba.pk), to=people.noor, by=people.ada, now=NOW)
    assert (result.done, one(alba.pk).get().owner) == ([alba.pk], people.noor)
    take_back(result.undo_id or 0, by=people.ada, now=SOON)
    assert one(alba.pk).get().owner == people.sam


def test_deleting_keeps_the_clients_and_undo_brings_all_of_it_back(people: People) -> None:
    alba, maria = partner(), contact("Maria", owner=people.sam)
    link(alba, Contact.objects.all(), role="Applies to", by=people.sam, now=NOW)
    result = delete(one(alba.pk), by=people.sam, now=NOW)
    assert not Partner.objects.visible_to(people.sam).exists()

    take_back(result.undo_id or 0, by=people.sam, now=SOON)
    assert list(Partner.objects.visible_to(people.sam)) == [alba]
    assert list(alba.links.values_list("contact_id", flat=True)) == [maria.pk]


def test_a_link_is_told_on_the_clients_timeline_and_can_be_taken_back(people: People) -> None:
    alba, maria = partner(), contact("Maria")
    result = link(alba, Contact.objects.all(), role="Applies to", by=people.sam, now=NOW)
    event = Event.objects.get(kind="partner_linked")

    assert (event.contact_id, event.subject_kind, event.subject_id) == (maria.pk, "partner", alba.pk)
    assert event.data["role"] == "Applies to"
    assert take_back(result.undo_id or 0, by=people.sam, now=SOON).done == [maria.pk]
    assert not PartnerContact.objects.exists()
    assert Event.objects.filter(kind="partner_unlinked", contact=maria).exists()


def test_the_same_link_again_changes_nothing_and_another_role_takes_its_place(people: People) -> None:
    alba, _ = partner(), contact()
    link(alba, Contact.objects.all(), role="Applies to", by=people.sam, now=NOW)
    assert link(alba, Contact.objects.all(), role="Applies to", by=people.sam, now=SOON).done == []
    changed = link(alba, Contact.objects.all(), role="Studies at", by=people.sam, now=SOON)
    assert alba.links.get().role == "Studies at"

    take_back(changed.undo_id or 0, by=people.sam, now=SOON)
    assert alba.links.get().role == "Applies to"


def test_a_role_that_is_too_long_is_refused(people: People) -> None:
    contact()
    with pytest.raises(BadRole, match="80 characters"):
        link(partner(), Contact.objects.all(), role="x" * 81, by=people.sam, now=NOW)


def test_unlinking_can_be_taken_back_with_its_role(people: People) -> None:
    alba, _ = partner(), contact()
    link(alba, Contact.objects.all(), role="Applies to", by=people.sam, now=NOW)
    result = unlink(alba, Contact.objects.all(), by=people.sam, now=SOON)
    assert not alba.links.exists()
    take_back(result.undo_id or 0, by=people.sam, now=SOON)
    assert alba.links.get().role == "Applies to"


def test_many_links_cost_what_one_costs(people: People) -> None:
    alba = partner()
    few = contacts(2)
    with CaptureQueriesContext(
        connection,
    ) as one_by_one:
        link(alba, Contact.objects.filter(pk__in=[who.pk for who in few]), role="x", by=people.sam, now=NOW)
    many = contacts(60)
    with CaptureQueriesContext(connection) as all_at_once:
        link(alba, Contact.objects.filter(pk__in=[who.pk for who in many]), role="x", by=people.sam, now=NOW)
    assert len(all_at_once) == len(one_by_one)


@pytest.mark.parametrize("who", ["ada", "mara", "sam", "otto", "vera"])
def test_everybody_finds_a_partner_by_its_words(people: People, who: str) -> None:
    alba = partner("Álba College", person="Morag Stewart", phone="+442079460018")
    user = getattr(people, who)
    for words in ("alba", "morag stew", "+44 20 7946"):
        assert [(hit.kind, hit.id) for hit in search(user, words, kinds=["partner"])] == [("partner", alba.pk)], words
    delete(one(alba.pk), by=people.ada, now=NOW)
    assert search(user, "alba", kinds=["partner"]) == []
