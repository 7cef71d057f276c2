"""Dynamic audiences follow their contacts: who changed, who time changed, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.crm.audiences.making import CLIENTS, catch_up, dynamic, members, static, told
from tests.factories import NOW, contact, contacts

if TYPE_CHECKING:
    from crm.models import Audience
    from tests.people import People

pytestmark = pytest.mark.django_db


def picked(*rows: Any) -> Any:
    from crm.models import Contact

    return Contact.objects.filter(pk__in=[one.pk for one in rows])


def reloaded(audience: Audience) -> Audience:
    from crm.models import Audience as Model

    return Model.objects.get(pk=audience.pk)


def make_clients(*rows: Any, to: str = "client") -> None:
    from crm.contact_sets import set_lifecycle

    set_lifecycle(picked(*rows), to=to, by=None, now=NOW)


def test_a_new_audience_is_filled_with_who_fits_and_says_so() -> None:
    fits, other = contact("Maria", lifecycle="client"), contact("Jonas")
    audience = dynamic()
    assert members(audience) == {fits.pk}
    assert told(audience) == [(fits.pk, "joined", True)]
    assert (audience.state, audience.count) == ("ready", 1)
    assert other.pk not in members(audience)


def test_who_begins_to_fit_comes_and_who_ceases_goes_with_one_event_each() -> None:
    audience, maria = dynamic(), contact("Maria")
    make_clients(maria)
    catch_up()
    make_clients(maria, to="lost")
    catch_up()
    assert told(audience) == [(maria.pk, "joined", False), (maria.pk, "left", False)]
    assert (members(audience), reloaded(audience).count) == (set(), 0)


def test_who_is_deleted_goes_and_comes_back_restored() -> None:
    from crm.contact_sets import delete, restore

    maria = contact("Maria", lifecycle="client")
    audience = dynamic()
    delete(picked(maria), by=None, now=NOW)
    catch_up()
    assert members(audience) == set()
    restore(picked(maria), by=None, now=NOW)
    catch_up()
    assert members(audience) == {maria.pk}


def test_a_contact_put_in_by_hand_stays_whatever_the_condition_says() -> None:
    from crm.audiences.members import add_members, remove_members

    audience, maria = dynamic(), contact("Maria")
    add_members(audience, picked(maria), by=None, now=NOW)
    make_clients(maria)
    catch_up()
    make_clients(maria, to="lost")
    catch_up()
    assert members(audience) == {maria.pk}
    remove_members(audience, picked(maria), by=None, now=NOW)
    assert told(audience) == [(maria.pk, "joined", False), (maria.pk, "left", False)]


def test_taken_out_by_hand_who_fits_stays_in_by_the_condition() -> None:
    from crm.audiences.members import add_members, remove_members

    maria = contact("Maria", lifecycle="client")
    audience = dynamic()
    add_members(audience, picked(maria), by=None, now=NOW)
    remove_members(audience, picked(maria), by=None, now=NOW)
    assert members(audience) == {maria.pk}
    assert remove_members(audience, picked(maria), by=None, now=NOW).refused
    assert len(told(audience)) == 1


def test_time_alone_brings_and_takes_contacts() -> None:
    day = timedelta(days=1)
    fresh = contact("Maria", created_at=NOW - 6 * day)
    audience = dynamic({"field": "created_at", "op": "longer_ago", "value": 7})
    assert members(audience) == set()
    catch_up(NOW + day)
    assert members(audience) == set()
    catch_up(NOW + 2 * day)
    assert members(audience) == {fresh.pk}


def test_the_clock_is_looked_at_every_five_minutes_and_only_where_time_plays_a_part() -> None:
    from crm.due import sweeps_with_work

    dynamic()
    assert "audiences" not in {one.name for one in sweeps_with_work(NOW + timedelta(days=1))}
    dynamic({"field": "created_at", "op": "within_last", "value": 7}, "New ones")
    assert "audiences" not in {one.name for one in sweeps_with_work(NOW + timedelta(minutes=4))}
    assert "audiences" in {one.name for one in sweeps_with_work(NOW + timedelta(minutes=6))}


def test_an_older_look_never_undoes_what_the_clock_has_found() -> None:
    from crm.audiences.noticing import note_contacts
    from crm.audiences.refreshing import refresh

    day = timedelta(days=1)
    maria = contact("Maria", created_at=NOW - 6 * day)
    audience = dynamic({"field": "created_at", "op": "longer_ago", "value": 7})
    catch_up(NOW + 3 * day)
    note_contacts([maria.pk], now=NOW)
    refresh(NOW)  # a worker that began before
    assert members(audience) == {maria.pk}


def test_events_cost_nothing_where_there_is_no_dynamic_audience() -> None:
    from crm.models import ChangedContact

    static()
    make_clients(contact("Maria"))
    catch_up()
    assert not ChangedContact.objects.exists()


def test_a_change_is_passed_on_to_the_audience_that_asks_for_another() -> None:
    inner = static("Inner")
    outer = dynamic({"field": "audience", "op": "has_any", "value": [inner.pk]}, "Outer")
    from crm.audiences.members import add_members

    maria = contact("Maria")
    add_members(inner, picked(maria), by=None, now=NOW)
    catch_up()
    assert members(outer) == {maria.pk}


def test_coming_to_an_audience_that_nobody_asks_for_moves_nothing() -> None:
    from crm.dispatching import dispatch_pending
    from crm.models import ChangedContact

    contact("Maria", lifecycle="client")
    dynamic()
    dispatch_pending(NOW)
    assert not ChangedContact.objects.exists()


def test_an_audience_whose_tag_is_gone_breaks_alone_and_keeps_its_members() -> None:
    from crm.models import Tag
    from crm.tagging import delete_tags, make_tag, tag

    vip, maria = make_tag("VIP"), contact("Maria")
    tag(picked(maria), add=[vip.pk], by=None, now=NOW)
    broken = dynamic({"field": "tags", "op": "has_any", "value": [vip.pk]}, "VIPs")
    whole = dynamic()
    delete_tags(Tag.objects.filter(pk=vip.pk), by=None, now=NOW)
    make_clients(maria)
    catch_up()
    assert (reloaded(broken).state, members(broken)) == ("broken", {maria.pk})
    assert "tag" in reloaded(broken).problem
    assert (reloaded(whole).state, members(whole)) == ("ready", {maria.pk})


def test_a_changed_condition_puts_it_together_anew() -> None:
    from crm.audiences.making import change_audience
    from crm.models import Audience

    one, two = contact("Maria", lifecycle="client"), contact("Jonas", lifecycle="lost")
    audience = dynamic()
    change_audience(
        Audience.objects.filter(pk=audience.pk), by=None, now=NOW, changes={"condition": CLIENTS | {"value": "lost"}}
    )
    assert reloaded(audience).state == "filling"
    catch_up()
    assert members(audience) == {two.pk}
    assert told(audience)[1:] == [(two.pk, "joined", True), (one.pk, "left", True)]


def test_filling_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    from crm.audiences import filling

    monkeypatch.setattr(filling, "BATCH", 3)
    everybody = contacts(10, lifecycle="client")
    audience = dynamic(filled=False)
    known, pk = filling.Known(), audience.pk
    assert filling._fill_batch(pk, known, NOW)
    make_clients(everybody[0], everybody[9], to="lost")  # one was looked at, the other is still to come
    catch_up()
    assert members(audience) == {one.pk for one in everybody[1:9]}
    assert len(told(audience)) == 8 + 2  # the first came and went; nobody came twice
    assert reloaded(audience).count == 8


def test_a_thousand_changes_cost_as_many_statements_as_one() -> None:
    from crm.audiences.noticing import note_contacts
    from crm.audiences.refreshing import refresh

    everybody = contacts(1000, lifecycle="client")
    dynamic()

    def asked(rows: list[Any]) -> int:
        note_contacts([one.pk for one in rows], now=NOW)
        with CaptureQueriesContext(connection) as seen:
            assert refresh(NOW) == len(rows)
        return len(seen)

    assert asked(everybody) == asked(everybody[:1])


CONDITIONS: list[Any] = [
    CLIENTS,
    {"any": [CLIENTS, {"field": "country", "op": "equals", "value": "IN"}]},
    {"none": [{"field": "city", "op": "set"}]},
    {"all": [{"field": "created_at", "op": "longer_ago", "value": 3}, {"none": [CLIENTS]}]},
]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_members_are_those_that_fit(seed: int) -> None:
    from crm.audiences.comparing import moment_of
    from crm.audiences.knowing import Known
    from crm.conditions.compiling import as_q
    from crm.contact_sets import delete, restore, set_lifecycle
    from crm.contacts import change_contact
    from crm.models import Contact

    chance, now = Random(seed), NOW
    everybody = contacts(12)
    audiences = [dynamic(one, f"A{i}", now=now) for i, one in enumerate(CONDITIONS)]
    audiences.append(dynamic({"field": "audience", "op": "has_none", "value": [audiences[0].pk]}, "Not A0", now=now))
    for _ in range(18):
        some, one = picked(*chance.sample(everybody, 3)), picked(chance.choice(everybody))
        chance.choice(
            [
                lambda some=some, now=now: set_lifecycle(some, to=chance.choice(["client", "lost"]), by=None, now=now),
                lambda some=some, now=now: delete(some, by=None, now=now),
                lambda some=some, now=now: restore(some, by=None, now=now),
                lambda one=one, now=now: change_contact(
                    one, by=None, now=now, changes={"city": chance.choice(["", "Rom"])}
                ),
                lambda one=one, now=now: change_contact(one, by=None, now=now, changes={"country": "IN"}),
            ]
        )()
        now += timedelta(hours=chance.choice([0, 1, 7]))
        if chance.random() < 0.4:
            catch_up(now)
    catch_up(now := now + timedelta(minutes=6))
    known = Known()
    for audience in map(reloaded, audiences):
        fits = as_q(known.of(audience), now=moment_of(audience, now), zone=known.zone)
        wanted = set(Contact.objects.filter(fits, deleted_at=None).values_list("pk", flat=True))
        assert members(audience) == wanted, audience.name
        assert audience.count == len(wanted)
        comings = [one for one in told(audience) if one[1] == "joined"]
        assert len(comings) - (len(told(audience)) - len(comings)) == len(wanted)


def test_the_check_finds_who_is_missing_and_who_is_too_many() -> None:
    from crm.integrity import count_problems
    from crm.models import AudienceMember, Contact

    maria, jonas = contact("Maria", lifecycle="client"), contact("Jonas")
    dynamic()
    catch_up()
    assert count_problems(now=NOW)["audience_members_off"] == 0
    Contact.objects.filter(pk=jonas.pk).update(lifecycle="client")  # behind everybody's back
    AudienceMember.objects.filter(contact=maria).delete()
    found = count_problems(now=NOW)
    assert found["audience_members_off"] == 2
    assert found["audience_counts_off"] == 1


def test_merging_hands_memberships_on_and_counts_them_once() -> None:
    from crm.audiences.members import add_members
    from crm.merging.merging import merge
    from crm.models import Contact

    maria, double = contact("Maria", lifecycle="client"), contact("Mary", lifecycle="lost")
    by_hand, clients = static(), dynamic()
    lost = dynamic(CLIENTS | {"value": "lost"}, "Lost")
    add_members(by_hand, picked(double), by=None, now=NOW)
    catch_up()
    merge(Contact.objects.all(), kept=maria.pk, gone=double.pk, by=None, now=NOW)
    catch_up()
    assert maria.pk in members(by_hand)
    assert (members(clients), members(lost)) == ({maria.pk}, set())
    assert [reloaded(one).count for one in (by_hand, clients, lost)] == [1, 1, 0]


def test_whom_a_changed_partner_a_changed_stage_or_a_deal_handed_over_moves_is_looked_at(people: People) -> None:
    from crm.deals.changing import change_deal
    from crm.deals.pipelines import StageValues, change_stage
    from crm.models import Contact, Partner, Stage
    from crm.partners import changing as partners
    from crm.partners.linking import link
    from crm.undo import take_back
    from tests.crm.deals.given import deal, stage, these
    from tests.factories import partner

    maria, mariana = contacts(2)
    alba, new = partner("Alba"), stage("New")
    visa = deal("Visa", contact=maria)
    link(alba, Contact.objects.filter(pk=maria.pk), role="", by=None, now=NOW)
    linked = dynamic({"some": "partners", "where": [{"field": "kind", "op": "equals", "value": "agency"}]}, "Linked")
    sure = dynamic(
        {"some": "deals", "where": [{"field": "probability", "op": "greater", "value": 90}]}, name="As good as won"
    )
    holders = dynamic(
        {"some": "deals", "where": [{"field": "status", "op": "equals", "value": "open"}]}, name="Holders"
    )
    assert (members(linked), members(sure), members(holders)) == ({maria.pk}, set(), {maria.pk})

    partners.delete(Partner.objects.filter(pk=alba.pk), by=None, now=NOW)
    change_stage(Stage.objects.filter(pk=new.pk), StageValues("New", "open", 95, 3), now=NOW)
    catch_up()
    assert (members(linked), members(sure)) == (set(), {maria.pk})

    done = change_deal(these(visa), by=people.ada, now=NOW, changes={"contact_id": mariana.pk})
    catch_up()
    assert members(holders) == {mariana.pk}
    take_back(done.undo_id, by=people.ada, now=NOW)
    catch_up()
    assert members(holders) == {maria.pk}
