"""The escalation ladder: up, in working hours, past the absent, until somebody sees to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Absence, Event, Organisation, User
from followups import transitions
from followups.due import Due
from followups.escalation import acknowledge, climb, open_escalations
from followups.ladder import RUNGS, Climber, next_rung
from followups.models import Escalation, FollowUp
from messaging.models import Message
from tests.factories import contact, followup, only

#: A Wednesday; follow-ups of these tests were due on Tuesday at noon.
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DUE = NOW - timedelta(days=1)

climbers = st.lists(st.builds(Climber, st.integers(1, 8), st.just("x"), st.booleans()), max_size=3)


@given(st.lists(climbers, min_size=4, max_size=4))
def test_a_climb_ends_tells_somebody_and_nobody_twice(rungs):
    level, told, again = 0, [], True
    for _ in range(20):
        step = next_rung(rungs, level, set(told))
        assert step.level >= level
        assert all(one.present for one in step.tell)
        told += [*{one.id for one in step.tell}]
        if not step.tell and step.again:  # everybody comes back to work
            rungs = [[Climber(one.id, one.name) for one in rung] for rung in rungs]
        level, again = step.level, step.again
        if not again:
            break
    assert not again
    assert len(told) == len(set(told))
    assert bool(told) == any(rungs)


def test_absent_people_are_passed_over():
    rungs = [[Climber(1, "Sam", present=False)], [], [Climber(2, "Mara")], [Climber(3, "Ada")]]
    step = next_rung(rungs, 0, ())
    assert ([one.id for one in step.tell], step.rung, step.level) == ([2], "team lead", 3)


@pytest.fixture
def late(people):
    """Sam's follow-up, overdue for a day, with Noor as Sam's deputy."""
    User.objects.filter(pk=people.sam.pk).update(deputy=people.noor)
    return followup(contact(owner=people.sam), people.sam, due=Due(at=DUE), now=DUE - timedelta(days=1))


def told():
    """Who was told of an escalation in the app, in order, by name."""
    return list(
        Message.objects.filter(kind="escalation", channel="in_app")
        .order_by("pk")
        .values_list("user__full_name", flat=True)
    )


def test_it_climbs_rung_by_rung_in_working_hours(late):
    open_escalations([late.pk], now=NOW)
    moments = []
    for _ in range(6):
        row = Escalation.objects.get()
        if row.next_at is None:
            break
        moments.append(row.next_at)
        climb(row.next_at)
    assert told() == ["Sam", "Noor", "Mara", "Ada"]
    # Every four working hours from noon: 16:00, then the next morning from nine.
    assert [f"{at:%d %H:%M}" for at in moments] == ["04 12:00", "04 16:00", "05 11:00", "05 15:00"]
    assert [entry["as"] for entry in Escalation.objects.get().told] == list(RUNGS)
    assert Event.objects.filter(kind="escalated").count() == 4


def test_nothing_climbs_over_the_weekend(late):
    friday = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
    open_escalations([late.pk], now=friday)
    climb(friday)
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    Escalation.objects.update(next_at=saturday)
    climb(saturday)
    assert told() == ["Sam"]
    assert Escalation.objects.get().next_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_it_begins_a_day_after_the_due_time_in_working_hours(late):
    FollowUp.objects.filter(pk=late.pk).update(due_by=datetime(2026, 3, 6, 20, tzinfo=UTC))
    open_escalations([late.pk], now=datetime(2026, 3, 6, 21, tzinfo=UTC))
    assert Escalation.objects.get().next_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_whoever_is_away_today_is_passed_over(late, people):
    for who in (people.sam, people.noor):
        Absence.objects.create(user=who, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 4))
    open_escalations([late.pk], now=NOW)
    climb(NOW)
    assert told() == ["Mara"]


def test_when_everybody_left_is_away_it_waits_for_them(late, people):
    for who in (people.sam, people.noor, people.mara, people.ada):
        Absence.objects.create(user=who, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 4))
    open_escalations([late.pk], now=NOW)
    climb(NOW)
    assert told() == []
    climb(datetime(2026, 3, 5, 10, tzinfo=UTC))
    assert told() == ["Sam"]


def test_an_absence_counts_by_the_local_day_of_its_person(late, people):
    User.objects.filter(pk=people.sam.pk).update(time_zone="Pacific/Kiritimati")  # it is the 5th there
    Absence.objects.create(user=people.sam, starts_on=date(2026, 3, 5), ends_on=date(2026, 3, 5))
    open_escalations([late.pk], now=NOW)
    climb(NOW)
    assert told() == ["Noor"]


def test_seeing_to_it_stops_the_climb(late, people):
    open_escalations([late.pk], now=NOW)
    climb(NOW)
    assert acknowledge(only(late), by=people.noor, now=NOW) == [late.pk]
    assert acknowledge(only(late), by=people.sam, now=NOW) == []
    climb(NOW + timedelta(days=9))
    assert told() == ["Sam"]
    row = Escalation.objects.get()
    assert (row.acknowledged_by, row.closed_at) == (people.noor, NOW)
    assert Event.objects.get(kind="escalation_acknowledged").data["by"] == "Noor"


@pytest.mark.parametrize("how", ["complete", "cancel", "delete", "reschedule"])
def test_settling_the_followup_ends_the_climb(late, people, how):
    open_escalations([late.pk], now=NOW)
    settle = {
        "complete": lambda: transitions.complete(only(late), by=people.sam, now=NOW, outcome="spoke"),
        "cancel": lambda: transitions.cancel(only(late), by=people.sam, now=NOW),
        "delete": lambda: transitions.delete(only(late), by=people.sam, now=NOW),
        "reschedule": lambda: transitions.reschedule(
            only(late), by=people.sam, now=NOW, due=Due(at=NOW + timedelta(days=2))
        ),
    }[how]
    settle()
    climb(NOW + timedelta(days=1))
    assert told() == []


def test_a_snoozed_one_climbs_no_further_until_it_wakes(late):
    open_escalations([late.pk], now=NOW)
    FollowUp.objects.filter(pk=late.pk).update(snoozed_until=NOW + timedelta(hours=3))
    climb(NOW)
    assert told() == []
    assert Escalation.objects.get().next_at == NOW + timedelta(hours=3)


def test_a_followup_climbs_once_at_a_time(late):
    assert open_escalations([late.pk], now=NOW) == 1
    assert open_escalations([late.pk, late.pk], now=NOW) == 0


def test_many_at_once_make_one_notice_a_person_and_cost_no_more(people, django_assert_max_num_queries):
    rows = [followup(contact(), people.sam, due=Due(at=DUE), now=DUE) for _ in range(30)]
    open_escalations([row.pk for row in rows], now=NOW)
    with django_assert_max_num_queries(25):
        assert climb(NOW) == 30
    assert told() == ["Sam"]
    assert (
        Message.objects.get(kind="escalation", channel="in_app").subject
        == "30 follow-ups of yours are overdue and wait for you"
    )


def test_a_week_without_working_hours_does_not_stop_the_ladder(late):
    Organisation.objects.update(working_days=[])
    open_escalations([late.pk], now=NOW)
    climb(NOW)
    assert told() == ["Sam"]
