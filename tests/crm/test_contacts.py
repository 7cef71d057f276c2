"""The verbs on contacts, tags, notes and consent: sets in, one event a change, and a way back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import consent, notes
from crm.contacts import NewContact, change_contact, create_contacts, delete, give, restore, set_lifecycle
from crm.custom_fields import make_field
from crm.custom_values import BadCustomValue, parse_value, show_value
from crm.models import Consent, Contact, ContactTag, Event, Note, User
from crm.rich_text import clean_html, plain_text
from crm.tagging import BadTag, make_tag, tag
from crm.undo import take_back
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[dict[str, Any]]:
    """The data of the events of a kind, oldest first."""
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


def only(one: Contact) -> Any:
    return Contact.objects.filter(pk=one.pk)


def test_new_contacts_are_stored_normalised_with_one_event_each(people: People) -> None:
    made = create_contacts(
        [
            NewContact(first_name=" Maria ", email="MARIA@Example.org", phone="0917 555 4410", country="Philippines"),
            NewContact(organisation="Oakwood"),
        ],
        by=people.sam,
        now=NOW,
    )
    maria = Contact.objects.get(pk=made.ids[0])
    assert (maria.first_name, maria.email, maria.phone, maria.country) == (
        "Maria",
        "maria@example.org",
        "+639175554410",
        "PH",
    )
    assert maria.created_by == people.sam
    assert told("contact_created") == [{"by": "Sam", "lifecycle": "new", "speed_to_lead": True}] * 2


def test_a_bad_row_is_named_and_the_others_are_stored(people: People) -> None:
    made = create_contacts(
        [
            NewContact(first_name="Ana"),
            NewContact(first_name="x" * 201),
            NewContact(email="nowhere"),
            NewContact(city="Manila"),
            NewContact(first_name="A\x00B"),
            NewContact(first_name="Ben", time_zone="Mars/North"),
        ],
        by=people.sam,
        now=NOW,
    )
    assert len(made.ids) == 1
    assert {position: list(why) for position, why in made.refused.items()} == {
        1: ["first_name"],
        2: ["email"],
        3: [""],
        4: ["first_name"],
        5: ["time_zone"],
    }


def test_the_same_person_is_known_by_any_of_their_addresses(people: People) -> None:
    known = contact(
        "Maria", email="maria@example.org", other_emails=["m@work.example"], phone="+639175554410", external_id="X1"
    )
    made = create_contacts(
        [
            NewContact(email="M@work.example"),
            NewContact(phone="+63 917 555 4410"),
            NewContact(external_id="X1"),
            NewContact(email="maria@example.org", shares_address=True),
        ],
        by=people.sam,
        now=NOW,
    )
    assert made.same_as == {0: known.pk, 1: known.pk, 2: known.pk}
    assert len(made.ids) == 1


def test_a_change_bumps_the_version_and_says_what_changed(people: People) -> None:
    one = contact("Maria", city="Manila")
    changed = change_contact(only(one), by=people.sam, now=NOW, changes={"city": "Cebu", "job_title": ""}, version=1)
    assert (changed.done, changed.version) == (True, 2)
    assert told("contact_changed") == [{"fields": "city", "changes": {"city": ["Manila", "Cebu"]}}]


def test_a_change_that_changes_nothing_leaves_no_trace(people: People) -> None:
    one = contact("Maria", city="Manila")
    assert change_contact(only(one), by=people.sam, now=NOW, changes={"city": " Manila "}).done
    assert Event.objects.count() == 0
    assert Contact.objects.get(pk=one.pk).version == 1


def test_a_stale_change_is_refused_with_the_state_in_force(people: People) -> None:
    one = contact("Maria", city="Cebu", version=3)
    changed = change_contact(only(one), by=people.sam, now=NOW, changes={"city": "Davao"}, version=2)
    assert not changed.done
    assert changed.stale is not None
    assert (changed.stale["city"], changed.stale["version"]) == ("Cebu", 3)


def test_own_fields_are_checked_merged_and_taken_away(people: People) -> None:
    make_field(label="Passport expires", kind="date")
    make_field(label="Intake", kind="choice", choices=["May", "September"])
    one = contact("Maria")
    change_contact(
        only(one), by=people.sam, now=NOW, changes={"custom": {"intake": "May", "passport-expires": "12.05.2027"}}
    )
    refused = change_contact(
        only(one),
        by=people.sam,
        now=NOW,
        changes={"custom": {"intake": "June", "nothing": 1, "passport-expires": "31/02/2027"}},
    )
    assert set(refused.refused) == {"custom.intake", "custom.nothing", "custom.passport-expires"}
    change_contact(only(one), by=people.sam, now=NOW, changes={"custom": {"intake": None}})
    assert Contact.objects.get(pk=one.pk).custom == {"passport-expires": "2027-05-12"}


def test_giving_contacts_tells_and_can_be_taken_back(people: People) -> None:
    mine, nobodys = contact("Mine", owner=people.sam), contact("Free")
    given_away = give(Contact.objects.all(), to=people.noor, by=people.mara, now=NOW)
    assert sorted(given_away.done) == sorted([mine.pk, nobodys.pk])
    assert [one["to"] for one in told("owner_changed")] == ["Noor", "Noor"]
    assert given_away.undo_id is not None
    take_back(given_away.undo_id, by=people.mara, now=NOW)
    assert dict(Contact.objects.values_list("first_name", "owner")) == {"Mine": people.sam.pk, "Free": None}


def test_a_viewer_is_given_nothing(people: People) -> None:
    contact("Maria")
    refused = give(Contact.objects.all(), to=people.vera, by=people.mara, now=NOW)
    assert not refused.done
    assert "cannot hold contacts" in next(iter(refused.refused.values()))


def test_what_somebody_changed_since_is_not_taken_back(people: People) -> None:
    one, other = contact("One"), contact("Other")
    moved = set_lifecycle(Contact.objects.all(), to="client", by=people.mara, now=NOW)
    change_contact(only(one), by=people.sam, now=NOW, changes={"lifecycle": "lost"})
    assert moved.undo_id is not None
    back = take_back(moved.undo_id, by=people.mara, now=NOW)
    assert back.done == [other.pk]
    assert set(back.refused) == {one.pk}
    assert dict(Contact.objects.values_list("first_name", "lifecycle")) == {"One": "lost", "Other": "new"}


def test_deleted_contacts_leave_search_and_come_back(people: People) -> None:
    one = contact("Maria")
    gone = delete(only(one), by=people.mara, now=NOW)
    assert Contact.objects.alive().count() == 0
    assert gone.undo_id is not None
    assert restore(only(one), by=people.mara, now=NOW).done == [one.pk]
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "contact_deleted",
        "contact_restored",
    ]


def test_a_contact_whose_address_went_to_another_is_not_restored(people: People) -> None:
    one = contact("Maria", email="m@example.org")
    delete(only(one), by=people.mara, now=NOW)
    contact("New Maria", email="m@example.org")
    assert "m@example.org" in restore(only(one), by=people.mara, now=NOW).refused[one.pk]


def test_tagging_is_one_event_a_change_and_goes_back(people: People) -> None:
    contacts(3)
    nursing = make_tag("Nursing")
    put = tag(Contact.objects.all(), add=[nursing.pk], by=people.mara, now=NOW)
    assert len(put.done) == 3
    assert tag(Contact.objects.all(), add=[nursing.pk], by=people.mara, now=NOW).done == []
    assert len(told("tag_added")) == 3
    assert put.undo_id is not None
    take_back(put.undo_id, by=people.mara, now=NOW)
    assert ContactTag.objects.count() == 0


@pytest.mark.parametrize("name", ["", "!!!", "x" * 61])
def test_a_tag_needs_a_name_that_can_be_one(name: str) -> None:
    with pytest.raises(BadTag):
        make_tag(name)


def test_a_verb_on_a_set_costs_the_same_for_one_and_for_a_thousand(
    people: People, django_assert_max_num_queries: Any
) -> None:
    contacts(1_000)
    made = make_tag("a")
    with django_assert_max_num_queries(12):
        tag(Contact.objects.all(), add=[made.pk], by=people.mara, now=NOW)
    with django_assert_max_num_queries(12):
        give(Contact.objects.all(), to=people.sam, by=people.mara, now=NOW)


def test_a_note_tells_those_it_names(people: People) -> None:
    one = contact("Maria")
    notes.add_note(one, by=people.sam, now=NOW, body="Ask @noor, not sam@example.com, and @nobody")
    assert [note["mentions"] for note in told("note_added")] == [[people.noor.pk]]
    assert list(Note.objects.get().mentions.all()) == [people.noor]


def test_an_empty_note_is_refused(people: People) -> None:
    with pytest.raises(notes.BadNote):
        notes.add_note(contact("Maria"), by=people.sam, now=NOW, body=" <p> </p> ")


@given(st.text(max_size=300))
def test_no_script_survives_in_rich_text(text: str) -> None:
    safe = clean_html(f"<p>{text}</p><script>x</script><a href='javascript:x()'>y</a>")
    assert "<script" not in safe
    assert "javascript:" not in safe
    assert "\x00" not in safe


def test_plain_text_keeps_its_lines_and_links() -> None:
    safe = clean_html("5 < 6 & more\nsee https://example.org/?a=1&b=2\n\nNew")
    assert safe.count("<p>") == 2
    assert 'href="https://example.org/?a=1&amp;b=2"' in safe
    assert plain_text(safe) == "5 < 6 & more\nsee https://example.org/?a=1&b=2\nNew"


def test_consent_is_told_only_when_it_changes(people: People) -> None:
    contacts(2)
    everybody = Contact.objects.all()
    assert len(consent.withdraw(everybody, channel="email", source="form", by=people.sam, now=NOW)) == 2
    assert consent.withdraw(everybody, channel="email", source="form", by=people.sam, now=NOW) == []
    assert len(consent.grant(everybody, channel="email", source="phone", by=people.sam, now=NOW)) == 2
    assert [one["state"] for one in told("consent_changed")] == ["Opted out"] * 2 + ["Granted"] * 2
    assert Consent.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("number", "1,204.50", 1204.5), ("number", "1.204,50", 1204.5), ("number", "1 204", 1204), ("number", "-3", -3), ("number", "1,204", 1204),
        ("money", "€ 1.200,00", 1200), ("date", "2026-11-20T10:00:00Z", "2026-11-20"), ("date", "20 Nov 2026", "2026-11-20"),
        ("yes_no", "Ja", True), ("yes_no", "нет", False), ("choices", "a; b |c", ["a", "b", "c"]), ("text", " hi ", "hi"), ("text", "", None),
    ],
)  # fmt: skip
def test_own_values_are_read_as_people_write_them(kind: str, typed: str, stored: Any) -> None:
    assert parse_value(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "many"),
        ("date", "2026-02-30"),
        ("date", "99999-01-01"),
        ("yes_no", "perhaps"),
        ("text", "a\x00b"),
        ("number", "9" * 30),
    ],
)
def test_own_values_that_do_not_fit_are_refused(kind: str, typed: str) -> None:
    with pytest.raises(BadCustomValue):
        parse_value(kind, typed)


@given(st.sampled_from(["number", "yes_no", "date"]), st.data())
def test_an_own_value_that_is_shown_reads_back_the_same(kind: str, data: st.DataObject) -> None:
    values = {
        "number": st.integers(-(10**15), 10**15),
        "yes_no": st.booleans(),
        "date": st.dates().filter(lambda day: day.year >= 1000).map(str),
    }
    value = data.draw(values[kind])
    assert parse_value(kind, show_value(kind, value)) == value


def test_who_may_see_which_contact(people: People) -> None:
    owned = {user.first_name: contact(user.first_name, owner=user) for user in (people.sam, people.noor, people.otto)}
    owned["free"] = contact("free")
    owned["schools"] = contact("schools", team=people.schools)
    owned["made"] = contact("made", owner=people.otto, created_by=people.sam)
    for one in owned.values():
        notes.add_note(one, by=None, now=NOW, body="x")

    def seen(user: User) -> set[str]:
        names = set(Contact.objects.visible_to(user).values_list("first_name", flat=True))
        assert set(Note.objects.visible_to(user).values_list("contact__first_name", flat=True)) == names
        assert set(Event.objects.visible_to(user).values_list("contact__first_name", flat=True)) == names
        return names

    assert seen(people.ada) == seen(people.vera) == {"Sam", "Noor", "Otto", "free", "schools", "made"}
    assert seen(people.mara) == {"Sam", "Noor", "free"}
    assert seen(people.sam) == {"Sam", "made"}
    assert seen(people.otto) == {"Otto", "made"}
    people.otto.is_active = False
    assert seen(people.otto) == set()
