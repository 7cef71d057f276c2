"""Use case 7: clients of high value are called each month, unless somebody just spoke with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from automation.models import StepVisit
from crm.consent import withdraw
from crm.contact_sets import set_lifecycle
from crm.models import Contact, Tag
from crm.tagging import tag
from followups.models import FollowUp
from tests.automation.effects.acting import does
from tests.automation.effects.test_messages import said
from tests.automation.library.playing import DAY, HOUR, finish, passes, planned, plans, switched_on
from tests.automation.making import template
from tests.factories import NOW, contact
from tests.people import People

CALL = "Monthly check-in with Maria"
#: The first working days of the next months.
APRIL, MAY, JUNE = (datetime(2026, month, day, 8, tzinfo=UTC) for month, day in ((4, 1), (5, 1), (6, 1)))


@pytest.fixture
def maria(people: People) -> Contact:
    switched_on("monthly-checkin")
    one = contact(
        "Maria", owner=people.sam, lifecycle="client", created_at=NOW - 400 * DAY, last_two_way_at=NOW - 90 * DAY
    )
    tag(Contact.objects.filter(pk=one.pk), add=[Tag.objects.get(name="High value").pk], by=None, now=NOW)
    return one


def month(first: datetime) -> None:
    """The days around the first working day."""
    passes(first + DAY, since=first - DAY, step=4 * HOUR)


def test_on_the_first_working_day_the_owner_is_to_call(people: People, maria: Contact) -> None:
    passes(APRIL - HOUR)
    assert not FollowUp.objects.exists()
    month(APRIL)
    one = FollowUp.objects.get()
    assert (one.subject, one.assignee, one.priority, one.due_on) == (CALL, people.sam, "high", APRIL.date())


def test_in_may_it_is_again_with_the_notes_of_last_time(people: People, maria: Contact) -> None:
    month(APRIL)
    finish(planned(maria), "spoke", APRIL + DAY, people.sam, notes="Wants to move to Lisbon")
    month(MAY)
    assert plans(maria) == [CALL, CALL]
    assert "Wants to move to Lisbon" in planned(maria).get().description


def test_it_is_skipped_and_says_so_where_somebody_just_spoke_with_them(people: People, maria: Contact) -> None:
    Contact.objects.filter(pk=maria.pk).update(last_two_way_at=APRIL - 5 * DAY)
    month(APRIL)
    assert not FollowUp.objects.exists()
    assert StepVisit.objects.get(step="needed").why.startswith("Spoken with in the last 10 days")


def test_one_that_is_still_open_is_not_doubled(people: People, maria: Contact) -> None:
    month(APRIL)
    month(MAY)
    assert plans(maria) == [CALL]


def test_it_moves_where_last_months_came_late(people: People, maria: Contact) -> None:
    month(APRIL)
    finish(planned(maria), "spoke", MAY - 8 * DAY, people.sam)
    month(MAY)
    one = planned(maria).get()
    assert one.due_on == (MAY + timedelta(days=14)).date()


def test_it_comes_on_their_own_clock(people: People, maria: Contact) -> None:
    Contact.objects.filter(pk=maria.pk).update(time_zone="Asia/Tokyo")
    passes(APRIL - 10 * HOUR, since=APRIL - 12 * HOUR)
    assert not FollowUp.objects.exists()
    passes(APRIL - 8 * HOUR, since=APRIL - 10 * HOUR)
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("how", ["former", "opted out", "untagged"])
def test_it_ends_with_the_client_and_with_an_opt_out(people: People, maria: Contact, how: str) -> None:
    rows = Contact.objects.filter(pk=maria.pk)
    if how == "former":
        set_lifecycle(rows, to="former", by=people.sam, now=NOW)
    elif how == "opted out":
        withdraw(rows, channel="email", source="phone", by=people.sam, now=NOW)
    else:
        Tag.objects.all().delete()
    month(APRIL)
    assert not FollowUp.objects.exists()


def test_the_notes_are_for_colleagues_alone(people: People, maria: Contact) -> None:
    month(APRIL)
    finish(planned(maria), "spoke", APRIL + DAY, people.sam, notes="Hard to please")
    does({"kind": "send_email", "template": template(text="{{ data.last_notes|nothing }}")}, maria)
    assert said(maria) == "nothing"
