"""The nightly check-ins: for whoever has gone quiet, once, for somebody who is there."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Absence, Clock, Contact, Organisation, Slot, User
from crm.nightly import last_and_next
from crm.zones import zone, zone_names
from followups import transitions
from followups.checkins import run_check_ins
from followups.choosing import Candidate, Need
from followups.models import FollowUp
from followups.sharing_check_ins import Neglected, share_check_ins
from messaging.models import Message
from tests.factories import contact, followup, only

#: Two at night on a Wednesday, in UTC.
NIGHT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


def quiet(owner=None, days=40, **fields):
    """A client without contact for so many days, a rhythm of 30."""
    return contact(owner=owner, lifecycle="client", created_at=NIGHT - timedelta(days=days), **fields)


@pytest.fixture
def clock(people):
    """The clock as the night before left it."""
    Clock.objects.create(job="check_ins", next_at=NIGHT)
    return people


def made():
    return list(FollowUp.objects.filter(source_key__startswith="check-in:").order_by("pk"))


def test_a_quiet_client_gets_a_check_in_for_its_owner_due_that_day(clock):
    maria = quiet(clock.sam)
    assert run_check_ins(NIGHT) == 1
    [check_in] = made()
    assert (check_in.subject, check_in.assignee, check_in.due_on) == (
        "Check in with Maria",
        clock.sam,
        date(2026, 3, 4),
    )
    assert check_in.source_key == f"check-in:{maria.pk}:{NIGHT - timedelta(days=10):%Y-%m-%d}"
    assert check_in.assigned_because == "Sam is the owner"


@pytest.mark.parametrize("spare", ["planned", "fresh", "lost", "deleted"])
def test_others_are_left_in_peace(clock, spare):
    fields = {"fresh": {"days": 10}, "planned": {}, "lost": {}, "deleted": {"deleted_at": NIGHT}}[spare]
    one = quiet(clock.sam, **fields)
    if spare == "planned":
        followup(one, clock.sam)
    if spare == "lost":
        Contact.objects.filter(pk=one.pk).update(lifecycle="lost")
    run_check_ins(NIGHT)
    assert made() == []


def test_the_most_neglected_come_first_and_nobody_gets_more_than_allowed(clock):
    Organisation.objects.update(check_ins_per_person=3)
    for days in range(40, 60):
        quiet(clock.sam, days, first_name=f"Client{days}")
    run_check_ins(NIGHT)
    assert [one.subject for one in made()] == [
        "Check in with Client59",
        "Check in with Client58",
        "Check in with Client57",
    ]


def test_what_nobody_owns_goes_to_whoever_has_most_room(clock):
    Organisation.objects.update(check_ins_per_person=2)
    for _ in range(9):
        quiet()
    run_check_ins(NIGHT)
    held = [one.assignee.full_name for one in made()]
    assert all(held.count(name) <= 2 for name in held)
    assert {"Sam", "Noor", "Otto"} <= set(held)


def test_an_absent_owner_is_stood_in_for(clock):
    User.objects.filter(pk=clock.sam.pk).update(deputy=clock.noor)
    Absence.objects.create(user=clock.sam, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 9))
    quiet(clock.sam)
    run_check_ins(NIGHT)
    assert (made()[0].assignee, made()[0].assigned_because) == (clock.noor, "Sam is away and Noor stands in")


def test_the_manager_hears_once_how_many(clock):
    for owner in (clock.sam, clock.sam, clock.noor):
        quiet(owner)
    run_check_ins(NIGHT)
    [notice] = Message.objects.filter(kind="check_ins")
    assert (notice.user, notice.subject) == (clock.mara, "3 check-ins were made overnight for 2 people")
    assert notice.data["facts"] == [["Noor", "1"], ["Sam", "2"]]


def test_a_second_run_the_same_night_makes_nothing(clock):
    quiet(clock.sam)
    assert run_check_ins(NIGHT) == 1
    assert run_check_ins(NIGHT) == 0
    Clock.objects.update(next_at=NIGHT)  # a scheduler that thinks it is due
    quiet(clock.sam)
    assert run_check_ins(NIGHT + timedelta(minutes=1)) == 0
    assert len(made()) == 1


def test_missed_nights_are_made_up_for_by_one_run(clock):
    quiet(clock.sam)
    later = NIGHT + timedelta(days=3, hours=5)
    assert run_check_ins(later) == 1
    assert made()[0].due_on == date(2026, 3, 7)
    assert Clock.objects.get().next_at == NIGHT + timedelta(days=4)
    assert Slot.objects.get().result == {"made": 1}


def test_the_first_day_only_sets_the_clock(people):
    quiet(people.sam)
    assert run_check_ins(NIGHT + timedelta(hours=7)) == 0
    assert Clock.objects.get().next_at == NIGHT + timedelta(days=1)


def test_a_check_in_that_came_to_nothing_is_repeated_a_week_later(clock):
    quiet(clock.sam)
    run_check_ins(NIGHT)
    transitions.complete(only(made()[0]), by=clock.sam, now=NIGHT + timedelta(hours=9), outcome="no_answer")
    for day in range(1, 8):
        assert run_check_ins(NIGHT + timedelta(days=day)) == 0
    assert run_check_ins(NIGHT + timedelta(days=8)) == 1
    assert made()[1].source_key.endswith(":2")


def test_a_night_costs_as_many_queries_for_many_as_for_one(clock, django_assert_max_num_queries):
    Organisation.objects.update(check_ins_per_person=50)
    for _ in range(60):
        quiet(clock.sam)
    with django_assert_max_num_queries(50):
        assert run_check_ins(NIGHT) == 50


def test_two_workers_at_once_make_one_run(committing):
    Clock.objects.create(job="check_ins", next_at=NIGHT)
    for _ in range(4):
        quiet(committing.sam)
    barrier, results = threading.Barrier(2), []

    def work():
        try:
            barrier.wait()
            results.append(run_check_ins(NIGHT))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results) == [0, 4]
    assert len(made()) == 4


@given(
    st.lists(st.tuples(st.sampled_from([None, 1, 2, 3, 9]), st.integers(0, 50)), max_size=40),
    st.sets(st.sampled_from([1, 2, 3])),
    st.integers(1, 4),
)
def test_sharing_keeps_the_limit_and_doubles_nobody(clients, away, most):
    people = [Candidate(n, f"P{n}", absent=n in away) for n in (1, 2, 3)]
    neglected = [
        Neglected(pk, f"C{pk}", owner, Need(), NIGHT - timedelta(days=days), days, 30)
        for pk, (owner, days) in enumerate(clients)
    ]
    plans = share_check_ins(neglected, people, {1: 2}, most)
    held = [plan.assignee_id for plan in plans]
    assert all(held.count(person) <= most for person in held)
    assert len({plan.client.contact_id for plan in plans}) == len(plans)


@given(
    st.integers(946_684_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(0, 23),
    st.sampled_from(sorted(zone_names())),
)
def test_every_local_day_has_its_run_in_every_zone(now, hour, name):
    day, next_at = last_and_next(hour, name, now)
    assert next_at > now
    assert next_at - now <= timedelta(hours=50)
    assert datetime.combine(day, time(hour), tzinfo=zone(name)) <= now + timedelta(hours=1)
