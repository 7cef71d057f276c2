"""Use case 3: clients who have gone quiet are called, once a silence and week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.models import Contact, Organisation
from followups.checkins import make_check_ins
from followups.models import FollowUp
from tests.automation.library.playing import DAY, finish, passes, planned, plans, switched_on
from tests.factories import NOW, contact, followup
from tests.people import People

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=70)


def quiet(name: str = "Maria", **fields: object) -> Contact:
    """A client without real contact for seventy days."""
    fields = {"lifecycle": "client", "created_at": LONG_AGO - 100 * DAY, "last_two_way_at": LONG_AGO, **fields}
    return contact(name, **fields)


def test_a_quiet_client_gets_one_urgent_call_for_its_owner(people: People) -> None:
    switched_on("reactivation")
    maria = quiet(owner=people.sam)
    passes(NOW + 3 * DAY)
    one = FollowUp.objects.get()
    assert (one.subject, one.assignee, one.priority) == ("Check-in with Maria", people.sam, "high")
    assert one.due_on == (NOW + DAY).date()
    assert "71 days since you last spoke" in one.description
    assert planned(maria).count() == 1


def test_the_houses_own_check_in_does_not_double_it(people: People) -> None:
    switched_on("reactivation")
    quiet(owner=people.sam)
    assert make_check_ins(Organisation.objects.current(), today=NOW.date(), now=NOW) == 0


@pytest.mark.parametrize("spare", ["spoken", "planned", "lead", "former", "deleted"])
def test_whoever_needs_none_gets_none(people: People, spare: str) -> None:
    switched_on("reactivation")
    fields = {
        "spoken": {"last_two_way_at": NOW - 5 * DAY}, "lead": {"lifecycle": "new"}, "former": {"lifecycle": "former"},
        "deleted": {"deleted_at": NOW},
    }.get(spare, {})  # fmt: skip
    maria = quiet(owner=people.sam, **fields)
    if spare == "planned":
        followup(maria, people.sam)
    passes(NOW + 3 * DAY)
    assert "Check-in with Maria" not in plans(maria)


def test_who_is_past_their_own_rhythm_is_called_before_the_sixty_days(people: People) -> None:
    switched_on("reactivation")
    maria = quiet(owner=people.sam, last_two_way_at=NOW - 31 * DAY)
    passes(NOW + DAY)
    assert plans(maria) == ["Check-in with Maria"]


def test_a_call_in_vain_comes_again_after_a_week_and_one_that_reached_them_does_not(people: People) -> None:
    switched_on("reactivation")
    maria = quiet(owner=people.sam)
    passes(NOW + DAY)
    finish(planned(maria), "no_answer", NOW + DAY, people.sam)
    passes(NOW + 6 * DAY, since=NOW + DAY)
    assert len(plans(maria)) == 1
    passes(NOW + 9 * DAY, since=NOW + 6 * DAY)
    assert len(plans(maria)) == 2
    finish(planned(maria), "spoke", NOW + 9 * DAY, people.sam)
    passes(NOW + 25 * DAY, since=NOW + 9 * DAY)
    assert len(plans(maria)) == 2
