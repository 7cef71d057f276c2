"""Who enters, how often, and why not: the rules of entry through the real shell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.behind import Asked, behind
from automation.compiling import forget
from automation.engine.entry import MOST_ROUNDS
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationVersion, Enrollment, EnrollmentStatus, RefusedEntry
from automation.refusing import KEPT, forget_refusals
from automation.running import sweep_enrollments
from automation.stopping import stop
from automation.tidying import let_go
from crm.access import contacts_for
from crm.contact_sets import delete, restore
from crm.contacts import NewContact, change_contact, create_contacts
from crm.dispatching import dispatch_pending
from crm.merging.merging import merge
from crm.models import Audience, AudienceMember, Contact, CustomField, Event, Tag
from crm.tagging import tag
from messaging.models import ContactPreference
from tests.automation.making import automation, goes_on, happens, where
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WAIT = {"kind": "wait", "amount": 2, "unit": "days"}
END = {"kind": "end"}
FORM = [{"kind": "form_submitted"}]


def enters(made: Automation, *who: Contact, now: Any = NOW, **more: Any) -> Any:
    return enroll([Entry(made.pk, one.pk, now, **more) for one in who], now=now)


def rounds(who: Contact) -> list[str]:
    return list(Enrollment.objects.filter(contact=who).order_by("round").values_list("status", flat=True))


def reasons(who: Contact) -> list[str]:
    return list(RefusedEntry.objects.filter(contact=who).order_by("pk").values_list("reason", flat=True))


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ({"reentry": "never"}, [0]),
        ({"reentry": "after_finish"}, [0, 2, 4, 6, 8]),
        ({"reentry": "after_days", "reentry_days": 5}, [0, 7]),
        ({"reentry": "always"}, [0, 2, 4, 6, 8]),
    ],
)
def test_people_enter_again_as_the_rule_says(rules: dict[str, Any], days: list[int]) -> None:
    made, maria = automation(WAIT, triggers=FORM, **rules), contact()
    for day in range(10):
        goes_on(NOW + day * DAY)
        happens(maria, "form_submitted", now=NOW + day * DAY)
    assert [(at - NOW).days for at in made.enrollments.order_by("pk").values_list("entered_at", flat=True)] == days
    assert list(made.enrollments.order_by("pk").values_list("round", flat=True)) == list(range(1, len(days) + 1))


@pytest.mark.parametrize(("rule", "rounds_made"), [("after_finish", 1), ("always", 2)])
def test_who_left_before_the_end_enters_again_only_if_always(rule: str, rounds_made: int) -> None:
    automation(WAIT, triggers=FORM, reentry=rule)
    maria = contact()
    happens(maria, "form_submitted", now=NOW)
    goes_on(NOW)
    happens(maria, "message_received", now=NOW + MINUTE, two_way=True)
    goes_on(NOW + MINUTE)
    happens(maria, "form_submitted", now=NOW + DAY)
    assert len(rounds(maria)) == rounds_made


def test_ten_entries_in_a_second_make_one_round_and_one_refusal() -> None:
    made, maria = automation(WAIT, triggers=FORM, reentry="always"), contact()
    for number in range(10):
        enters(made, maria, now=NOW + number * MINUTE / 600)
    assert rounds(maria) == ["active"]
    assert reasons(maria) == ["They are inside already."]
    assert Event.objects.filter(contact=maria, kind="automation_entered").count() == 1


def test_the_same_reason_is_written_once_a_day_and_forgotten_in_the_end() -> None:
    made, maria = automation(WAIT), contact()
    for hour in range(50):
        enters(made, maria, now=NOW + hour * 60 * MINUTE)
    assert len(reasons(maria)) == 3
    assert forget_refusals(NOW + KEPT - MINUTE) == 0
    assert forget_refusals(NOW + KEPT + 3 * DAY) == 3


def test_each_record_has_its_own_round_where_wished() -> None:
    made, maria = automation(WAIT, per_record=True), contact()
    enroll([Entry(made.pk, maria.pk, NOW, about=f"invoice:{pk}") for pk in (1, 2, 2)], now=NOW)
    assert sorted(made.enrollments.values_list("per", "round")) == [("invoice:1", 1), ("invoice:2", 1)]
    other = automation(WAIT)
    enroll([Entry(other.pk, maria.pk, NOW, about=f"invoice:{pk}") for pk in (1, 2)], now=NOW)
    assert list(other.enrollments.values_list("about", "per")) == [("invoice:1", "")]
    assert reasons(maria) == ["They are inside already."]


def test_nobody_enters_who_is_elsewhere_not_even_in_the_same_moment() -> None:
    first = automation(WAIT)
    second = automation(WAIT, not_while_in=[first.pk])
    maria = contact()
    result = enroll([Entry(one.pk, maria.pk, NOW) for one in (first, second)], now=NOW)
    assert [key[0] for key in result.ids] == [first.pk]
    assert reasons(maria) == ["They are in another automation that this one keeps clear of."]


def test_only_those_enter_whom_it_is_for() -> None:
    who = {"all": [{"field": "city", "op": "equals", "value": "Cebu"}]}
    made, maria, jose = automation(WAIT, who=who), contact(city="Cebu"), contact("Jose")
    enters(made, maria, jose)
    assert rounds(maria) == ["active"]
    assert reasons(jose) == ["They do not fit the condition for entering."]


def test_who_is_held_out_never_goes_in_and_is_told_nothing() -> None:
    made, everybody = automation(WAIT, hold_out_percent=50, reentry="always"), contacts(40)
    enters(made, *everybody)
    out = set(made.enrollments.filter(status="held_out").values_list("contact_id", flat=True))
    assert 5 < len(out) < 35
    assert not Event.objects.filter(kind="automation_entered", contact__in=out).exists()
    enters(made, *everybody, now=NOW + DAY)
    assert made.enrollments.count() == 40
    assert not Enrollment.objects.filter(status="held_out", next_at__isnull=False).exists()


def test_entering_is_told_as_one_set_in_a_fixed_number_of_queries() -> None:
    who = {"all": [{"field": "city", "op": "equals", "value": "Cebu"}]}
    made = automation(WAIT, who=who)
    counts = []
    for number in (2, 40):
        some = contacts(number, city="Cebu")
        forget()
        with CaptureQueriesContext(connection) as queries:
            enters(made, *some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Event.objects.filter(kind="automation_entered", subject_id=made.pk).count() == 42


def audience(*members: Contact) -> Audience:
    made = Audience.objects.create(name="Warm", kind="static", created_at=NOW, updated_at=NOW)
    for one in members:
        AudienceMember.objects.create(audience=made, contact=one, since=NOW)
    return made


def moves(who: Contact, warm: Audience, kind: str, now: Any) -> None:
    if kind == "audience_left":
        AudienceMember.objects.filter(contact=who).delete()
    else:
        AudienceMember.objects.create(audience=warm, contact=who, since=now)
    happens(who, kind, now=now, data={"audience_id": warm.pk, "filling": False})


def test_leaving_the_audience_pauses_and_coming_back_goes_on() -> None:
    maria = contact()
    warm = audience()
    automation(WAIT, triggers=[{"kind": "audience_joined", "audience": warm.pk}], leaving_audience="pause")
    moves(maria, warm, "audience_joined", NOW)
    goes_on(NOW)
    moves(maria, warm, "audience_left", NOW + DAY)
    assert (where(maria).status, where(maria).paused_by) == (EnrollmentStatus.PAUSED, "audience")
    goes_on(NOW + 5 * DAY)
    assert where(maria).status == EnrollmentStatus.PAUSED
    moves(maria, warm, "audience_joined", NOW + 6 * DAY)
    goes_on(NOW + 6 * DAY)
    assert (where(maria).status, where(maria).round) == (EnrollmentStatus.FINISHED, 1)


@pytest.mark.parametrize(("rule", "status"), [("stay", "waiting"), ("exit", "stopped")])
def test_leaving_the_audience_stays_or_ends(rule: str, status: str) -> None:
    maria = contact()
    warm = audience()
    automation(WAIT, triggers=[{"kind": "audience_joined", "audience": warm.pk}], leaving_audience=rule)
    moves(maria, warm, "audience_joined", NOW)
    goes_on(NOW)
    moves(maria, warm, "audience_left", NOW + DAY)
    assert where(maria).status == status
    assert where(maria).stop_reason == ("left_audience" if rule == "exit" else "")


def test_whoever_is_away_stands_still_until_they_are_back() -> None:
    automation(WAIT, triggers=FORM)
    maria = contact(time_zone="Europe/Paris")
    happens(maria, "form_submitted", now=NOW)
    goes_on(NOW)
    ContactPreference.objects.create(contact=maria, away_until=(NOW + 10 * DAY).date(), updated_at=NOW)
    happens(maria, "out_of_office", now=NOW + DAY, data={"until": "2026-03-12"})
    goes_on(NOW + DAY)
    assert where(maria).status == EnrollmentStatus.AWAY
    assert where(maria).why == "They are away until 12 March 2026."
    goes_on(NOW + 9 * DAY)
    assert where(maria).status == EnrollmentStatus.AWAY
    goes_on(NOW + 10 * DAY)
    assert where(maria).status == EnrollmentStatus.FINISHED


def test_a_deleted_contact_leaves_and_a_restored_one_does_not_start_again() -> None:
    made, maria = automation(WAIT), contact()
    enters(made, maria)
    goes_on(NOW)
    delete(Contact.objects.filter(pk=maria.pk), by=None, now=NOW + MINUTE)
    dispatch_pending(NOW + MINUTE)
    goes_on(NOW + MINUTE)
    assert (where(maria).status, where(maria).stop_reason) == ("stopped", "gone")
    restore(Contact.objects.filter(pk=maria.pk), by=None, now=NOW + DAY)
    dispatch_pending(NOW + DAY)
    goes_on(NOW + 5 * DAY)
    assert rounds(maria) == ["stopped"]
    assert enters(made, contact("Gone", deleted_at=NOW)).refused


def test_a_merge_takes_the_rounds_along_and_ends_what_would_be_twice(people: People) -> None:
    both, one_only, again = automation(WAIT), automation(WAIT), automation(WAIT, triggers=FORM, reentry="always")
    kept, gone = contact(), contact("Mariana")
    for who in (kept, gone):
        enters(again, who)
        goes_on(NOW)
        goes_on(NOW + 3 * DAY)
    enters(both, kept, gone, now=NOW + 3 * DAY)
    enters(one_only, gone, now=NOW + 3 * DAY)
    merge(contacts_for(people.ada), kept=kept.pk, gone=gone.pk, by=people.ada, now=NOW + 3 * DAY)
    assert not gone.enrollments.exists()
    assert sorted(kept.enrollments.filter(automation=again).values_list("round", flat=True)) == [1, 3]
    assert one_only.enrollments.get().contact_id == kept.pk
    running = both.enrollments.exclude(stop_reason="gone")
    assert [row.contact_id for row in running] == [kept.pk]
    enters(again, kept, now=NOW + 4 * DAY)
    assert again.enrollments.count() == 3


def test_after_a_merge_the_last_round_is_the_one_that_began_last(people: People) -> None:
    made, kept, gone = automation(WAIT, reentry="after_finish"), contact(), contact("Mariana")
    enters(made, gone)
    stop(gone.enrollments.all(), by=None, now=NOW)
    enters(made, kept, now=NOW + DAY)
    goes_on(NOW + DAY)
    goes_on(NOW + 4 * DAY)
    merge(contacts_for(people.ada), kept=kept.pk, gone=gone.pk, by=people.ada, now=NOW + 4 * DAY)
    assert enters(made, kept, now=NOW + 5 * DAY).refused == {}
    assert sorted(made.enrollments.values_list("round", "status")) == [(1, "finished"), (3, "stopped"), (4, "active")]


def test_old_versions_that_nobody_is_inside_are_let_go() -> None:
    from automation.publishing import publish

    made, maria = automation(WAIT), contact()
    enters(made, maria)
    AutomationVersion.objects.create(
        automation=made, number=2, definition=made.live.definition, created_at=NOW, updated_at=NOW  # type: ignore[union-attr]
    )  # fmt: skip
    publish(made, by=None, now=NOW)
    assert let_go() == 0
    Enrollment.objects.update(status="finished", ended_at=NOW)
    assert let_go() == 1
    assert list(AutomationVersion.objects.filter(in_use=True).values_list("number", flat=True)) == [2]


def city(to: str, **more: Any) -> dict[str, Any]:
    return {"kind": "set_field", "field": "city", "value": to, **more}


def changed(field: str, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": "field_changed", "field": field, **more}]


def test_an_automation_leaves_alone_what_it_did_itself() -> None:
    automation(city("Cebu"), triggers=changed("city"), reentry="always")
    maria = contact(city="Manila")
    change_contact(Contact.objects.filter(pk=maria.pk), by=None, now=NOW, changes={"city": "Davao"})
    dispatch_pending(NOW)
    for minute in range(5):
        goes_on(NOW + minute * MINUTE)
    assert rounds(maria) == ["finished"]
    assert Contact.objects.get(pk=maria.pk).city == "Cebu"


def test_two_that_set_each_other_off_come_to_an_end() -> None:
    automation(city("Cebu"), triggers=changed("city", becomes="Davao"), reentry="always")
    automation(city("Davao"), triggers=changed("city", becomes="Cebu"), reentry="always")
    maria = contact(city="Manila")
    change_contact(Contact.objects.filter(pk=maria.pk), by=None, now=NOW, changes={"city": "Davao"})
    dispatch_pending(NOW)
    for minute in range(40):
        goes_on(NOW + minute * MINUTE)
    assert len(rounds(maria)) == 8
    assert reasons(maria) == ["It was set off by a chain of 8 automations; that looks like a loop."]


def test_a_circle_that_no_chain_shows_ends_with_the_day() -> None:
    made, maria = automation(END, triggers=FORM, reentry="always"), contact()
    for minute in range(40):
        happens(maria, "form_submitted", now=NOW + minute * MINUTE)
        goes_on(NOW + minute * MINUTE)
    assert made.enrollments.count() == 24
    assert reasons(maria) == ["They have entered it 24 times within a day; that looks like a loop."]
    happens(maria, "form_submitted", now=NOW + 2 * DAY)
    assert made.enrollments.count() == 25


def test_every_way_of_changing_a_field_tells_before_and_after() -> None:
    CustomField.objects.create(slug="visa", label="Visa", kind="text")
    for trigger in (changed("custom.visa", was="nothing", becomes="Student"), changed("lifecycle", becomes="client"),
                    [{"kind": "contact_updated"}]):  # fmt: skip
        automation(WAIT, triggers=trigger)
    maria = contact()
    mine = Contact.objects.filter(pk=maria.pk)
    change_contact(
        mine, by=None, now=NOW, changes={"custom": {"visa": "Student"}, "lifecycle": "client", "city": "Cebu"}
    )
    dispatch_pending(NOW)
    assert maria.enrollments.count() == 3
    assert reasons(maria) == []


def test_what_one_transaction_changes_and_changes_back_lets_nobody_in() -> None:
    automation(WAIT, triggers=changed("city"))
    maria = contact(city="Manila")
    mine = Contact.objects.filter(pk=maria.pk)
    for name in ("Cebu", "Manila"):
        change_contact(mine, by=None, now=NOW, changes={"city": name})
    dispatch_pending(NOW)
    assert not maria.enrollments.exists()


def test_tags_let_in_however_they_come() -> None:
    vip = Tag.objects.create(name="VIP", slug="vip")
    automation(WAIT, triggers=[{"kind": "tag_added", "tag": vip.pk}])
    made = create_contacts([NewContact(first_name="New", tag_ids=[vip.pk])], by=None, now=NOW)
    old = contact("Old")
    tag(Contact.objects.filter(pk=old.pk), add=[vip.pk], by=None, now=NOW)
    dispatch_pending(NOW)
    assert set(Enrollment.objects.values_list("contact_id", flat=True)) == {*made.ids, old.pk}


def test_a_batch_of_events_costs_the_same_however_many_there_are() -> None:
    for number in range(20):
        automation(WAIT, triggers=[{"kind": "form_submitted", "form": f"form {number}"}])
    counts = []
    for number in (3, 60):
        for who in contacts(number):
            from crm.timeline import Happening, record

            record([Happening("form_submitted", who.pk, NOW, data={"form": "form 3"})], now=NOW)
        forget()
        with CaptureQueriesContext(connection) as queries:
            from automation.noticing import notice

            notice(list(Event.objects.filter(kind="form_submitted").order_by("-pk")[:number]), NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Enrollment.objects.count() == 63
    assert sweep_enrollments(NOW)


def test_what_an_automation_does_to_audiences_bears_its_cause() -> None:
    warm = audience()
    first = automation({"kind": "add_to_audience", "audience": warm.pk}, triggers=FORM)
    second = automation(WAIT, triggers=[{"kind": "audience_joined", "audience": warm.pk}])
    third = automation(END, triggers=[{"kind": "audience_joined", "audience": warm.pk}], reentry="always")
    maria = contact()
    happens(maria, "form_submitted", now=NOW)
    goes_on(NOW)
    joined = Event.objects.get(contact=maria, kind="audience_joined")
    assert (joined.depth, joined.data["automation_id"]) == (1, first.pk)
    assert [one.enrollments.get().depth for one in (second, third)] == [1, 1]


def test_however_often_somebody_went_round_little_is_read_of_it() -> None:
    who, made = contact(), automation({"kind": "wait", "amount": 0}, reentry="always")
    for number in range(40):
        at = NOW + timedelta(days=number)
        enroll([Entry(made.pk, who.pk, at)], now=at)
        goes_on(at)
    [was] = behind([Asked(who.pk, made.pk, "", "")])[who.pk].rounds.values()
    assert (was.rounds, len(was.entered), was.inside) == (40, MOST_ROUNDS, False)
    assert was.last_ended == NOW + timedelta(days=39)


def test_of_other_automations_only_where_they_are_inside_is_read() -> None:
    who, done, waits = contact(), automation({"kind": "wait", "amount": 0}), automation({"kind": "wait", "amount": 1})
    enroll([Entry(done.pk, who.pk, NOW), Entry(waits.pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    was = behind([Asked(who.pk, 0, "", "")])[who.pk]
    assert {place: one.inside for place, one in was.rounds.items()} == {(waits.pk, ""): True}
