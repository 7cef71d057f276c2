"""What somebody started and did not settle climbs, too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followups.access import followups_for
from followups.escalation import acknowledge, climb
from followups.left_started import sweep_left_started
from followups.models import Escalation, FollowUp, Status
from followups.transitions import complete, start
from tests.factories import NOW, contact, followup
from tests.people import People, everybody

DAY = timedelta(days=1)


@pytest.fixture
def people(db: None) -> People:
    return everybody()


def started(people: People) -> FollowUp:
    made = followup(contact(owner=people.sam), people.sam)
    start(followups_for(people.sam).filter(pk=made.pk), by=people.sam, now=NOW)
    return made


def test_it_climbs_a_day_after_its_time_and_stays_in_progress(people: People) -> None:
    made = started(people)
    late = made.due_at + timedelta(minutes=1)

    assert (sweep_left_started(made.due_at - timedelta(minutes=1)), sweep_left_started(late)) == (0, 1)
    assert (climb(late), climb(late + DAY)) == (0, 1)
    assert FollowUp.objects.get(pk=made.pk).status == Status.IN_PROGRESS


def test_it_begins_once_even_after_somebody_saw_to_it(people: People) -> None:
    made = started(people)
    late = made.due_at + timedelta(minutes=1)
    sweep_left_started(late)

    acknowledge(followups_for(people.mara).filter(pk=made.pk), by=people.mara, now=late)

    assert sweep_left_started(late + DAY) == 0
    assert Escalation.objects.count() == 1


def test_what_was_completed_in_time_does_not_climb(people: People) -> None:
    made = started(people)
    complete(followups_for(people.sam).filter(pk=made.pk), by=people.sam, now=NOW, outcome="spoke")

    assert sweep_left_started(made.due_at + DAY) == 0
