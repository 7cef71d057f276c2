"""Making one contact of two: what comes over, what the stricter says, and who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.access import contacts_for
from crm.consent import set_consent
from crm.contact_sets import restore
from crm.contacts import change_contact
from crm.merging import relations, stragglers
from crm.merging.choosing import suggest, unite
from crm.merging.merging import CannotMerge, Merged, merge
from crm.models import AudienceMember, Consent, Contact, ContactTag, Event, Merge, Note, Tag
from crm.timeline import Happening, record
from followups.models import FollowUp
from messaging.models import ContactPreference, Thread
from messaging.threads import Line, note_lines
from tests.crm.merging.things import World
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def merged(people: People, kept: Contact, gone: Contact, **more: object) -> Merged:
    return merge(contacts_for(people.ada), kept=kept.pk, gone=gone.pk, by=people.ada, now=NOW, **more)  # type: ignore[arg-type]


def test_every_relation_is_movable_or_says_what_it_does() -> None:
    relations.relations.cache_clear()
    assert {one.table for one in relations.moving()} >= {
        "crm_event",
        "crm_note",
        "followups_followup",
        "messaging_message",
    }


def test_a_relation_in_which_a_contact_stands_once_must_be_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {name: one for name, one in relations._said.items() if name != "messaging.thread"}
    monkeypatch.setattr(relations, "_said", said)
    relations.relations.cache_clear()
    try:
        with pytest.raises(relations.Unregistered, match=r"messaging\.Thread"):
            relations.relations()
    finally:
        monkeypatch.undo()
        relations.relations.cache_clear()


@pytest.mark.parametrize("seed", range(100, 106))
def test_no_row_of_history_is_lost(people: People, seed: int) -> None:
    world = World(people, seed)
    one, other = world.somebody("Maria"), world.somebody("Mariana")
    both = [one.pk, other.pk]
    before = {model: model.objects.filter(contact__in=both).count() for model in (Note, FollowUp, Event)}
    tags = set(ContactTag.objects.filter(contact__in=both).values_list("tag_id", flat=True))
    groups = set(AudienceMember.objects.filter(contact__in=both).values_list("audience_id", flat=True))
    spoken = Contact.objects.filter(pk__in=both).values_list("last_two_way_at", flat=True)
    latest = max((at for at in spoken if at), default=None)
    merged(people, one, other)
    one.refresh_from_db()
    after = {model: model.objects.filter(contact=one).count() for model in (Note, FollowUp)}
    assert after == {model: before[model] for model in after}
    assert Event.objects.filter(contact=one).exclude(kind="contacts_merged").count() == before[Event]
    assert set(ContactTag.objects.filter(contact=one).values_list("tag_id", flat=True)) == tags
    assert set(AudienceMember.objects.filter(contact=one).values_list("audience_id", flat=True)) == groups
    assert one.last_two_way_at == latest
    assert one.open_followups == FollowUp.objects.open().filter(contact=one).count()


@pytest.mark.parametrize("who", ["kept", "gone"])
def test_an_opt_out_of_either_holds(people: People, who: str) -> None:
    one, other = contact("Maria"), contact("Mariana")
    no, yes = (one, other) if who == "kept" else (other, one)
    set_consent([no.pk], "email", "all", "withdrawn", "a letter", people.ada, NOW)
    set_consent([yes.pk], "email", "all", "granted", "a form", people.ada, NOW)
    merged(people, one, other)
    assert Consent.objects.get(contact=one).state == "withdrawn"
    assert Consent.objects.get(contact=one).source == "a letter"


def test_the_stricter_wishes_hold_and_the_talk_is_one(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    common = {"quiet_to": "08:00", "updated_at": NOW}
    ContactPreference.objects.create(contact=one, quiet_from="22:00", weekends=True, tracking=True, **common)
    ContactPreference.objects.create(
        contact=other, quiet_from="18:00", weekends=False, tracking=False, away_until=date(2026, 5, 1), **common
    )
    note_lines([Line(one.pk, "email", "out", NOW, "Ours", person=True)])
    note_lines([Line(other.pk, "sms", "in", NOW + timedelta(hours=1), "Theirs", person=True)])
    merged(people, one, other)
    wish = ContactPreference.objects.get(contact=one)
    assert (wish.quiet_from.hour, wish.weekends, wish.tracking, wish.away_until) == (18, False, False, date(2026, 5, 1))
    talk = Thread.objects.get(contact=one)
    assert (talk.snippet, talk.last_channel, talk.waiting_since) == ("Theirs", "sms", NOW + timedelta(hours=1))


def test_who_does_not_see_both_merges_nothing(people: People) -> None:
    one, other = contact("Maria", owner=people.sam), contact("Mariana", owner=people.otto)
    with pytest.raises(CannotMerge, match="not for you"):
        merge(contacts_for(people.mara), kept=one.pk, gone=other.pk, by=people.mara, now=NOW)
    assert not Merge.objects.exists()


def test_what_was_changed_first_or_is_the_same_is_refused(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    with pytest.raises(CannotMerge) as stale:
        merged(people, one, other, versions={other.pk: 7})
    assert stale.value.stale
    with pytest.raises(CannotMerge, match="itself"):
        merged(people, one, one)
    merged(people, one, other)
    with pytest.raises(CannotMerge, match="not there"):
        merged(people, one, other)


def test_a_merged_contact_is_not_restored_by_hand(people: People) -> None:
    one, other = contact("Maria"), contact("", email="", last_name="Silva")
    merged(people, one, other)
    result = restore(Contact.objects.filter(pk=other.pk), by=people.ada, now=NOW)
    assert "Take the merge back" in result.refused[other.pk]


def test_what_was_under_way_follows(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    done = merged(people, one, other)
    later = NOW + timedelta(seconds=5)
    # A worker that had read the contact before the merge writes after it.
    record([Happening("call_logged", other.pk, later, data={"outcome": "reached"}, two_way=True)], now=later)
    set_consent([other.pk], "sms", "all", "withdrawn", "STOP", None, later)
    note = Note.objects.create(contact=other, text="Said meanwhile")
    assert stragglers.look_again(NOW + timedelta(seconds=11)) == 1
    one.refresh_from_db()
    assert one.last_two_way_at == later
    assert Event.objects.filter(contact=one, kind="call_logged").exists()
    assert Consent.objects.get(contact=one, channel="sms").state == "withdrawn"
    assert Note.objects.get(pk=note.pk).contact_id == one.pk
    assert not Event.objects.filter(contact=other).exclude(kind="contacts_merged").exists()
    for hours in (1, 2, 25, 26):
        stragglers.look_again(NOW + timedelta(hours=hours))
    assert Merge.objects.get(pk=done.merge_id).look_again_at is None


def test_what_is_not_chosen_is_kept_beside(people: People) -> None:
    one = contact("Maria", email="a@example.org", phone="+351211111111", custom={"passport": "1"})
    other = contact(
        "Mariana", email="b@example.org", phone="+351222222222", custom={"passport": "2", "visa": "F"}, city="Faro"
    )
    merged(people, one, other, choices={"email": "gone", "custom.passport": "gone", "first_name": "gone"})
    one.refresh_from_db()
    assert (one.first_name, one.email, one.other_emails) == ("Mariana", "b@example.org", ["a@example.org"])
    assert (one.phone, one.other_phones) == ("+351211111111", ["+351222222222"])
    assert (one.custom, one.city) == ({"passport": "2", "visa": "F"}, "Faro")
    with pytest.raises(KeyError):
        unite({}, {}, {"version": "gone"})


def test_the_fuller_and_the_newer_are_suggested(people: People) -> None:
    from crm.contact_state import state_of

    one, other = contact("M.", city="Porto", lifecycle="client"), contact("Maria", city="Faro", lifecycle="new")
    change_contact(Contact.objects.filter(pk=other.pk), by=None, now=NOW + timedelta(days=1), changes={"city": "Lagos"})
    other.refresh_from_db()
    found = suggest(state_of(one) | {"updated_at": one.updated_at}, state_of(other) | {"updated_at": other.updated_at})
    assert found["first_name"] == "gone"
    assert found["city"] == "gone"
    assert found["lifecycle"] == "kept"


def test_a_name_in_capitals_is_not_suggested_over_one_that_is_not(people: People) -> None:
    from crm.contact_state import state_of

    one, other = contact("Rahul", last_name="Iyer"), contact("Rahul", last_name="IYER")
    first, second = (state_of(who) | {"updated_at": NOW + timedelta(days=who.pk)} for who in (one, other))
    assert suggest(first, second)["last_name"] == "kept"
    assert suggest(second, first)["last_name"] == "gone"


def test_a_tag_worn_by_both_is_worn_once(people: People) -> None:
    one, other, tag = contact("Maria"), contact("Mariana"), Tag.objects.create(name="Visa", slug="visa")
    ContactTag.objects.bulk_create([ContactTag(contact=one, tag=tag), ContactTag(contact=other, tag=tag)])
    merged(people, one, other)
    assert one.tags.count() == 1


def test_the_event_says_what_came_from_where(people: People) -> None:
    one, other = contact("Maria"), contact("Mariana")
    Note.objects.create(contact=other, text="Hello")
    merged(people, one, other)
    told = Event.objects.get(contact=one, kind="contacts_merged")
    assert told.data["other"] == "Mariana"
    assert told.data["moved"] == {"crm_note": 1}
