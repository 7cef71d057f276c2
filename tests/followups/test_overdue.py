"""What is past its time becomes missed: recorded, told once for the lot, and on its way up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.due import run_until_quiet, sweeps_with_work
from crm.models import Event
from followups import transitions as do
from followups.creating import create
from followups.due import Due
from followups.models import Escalation, FollowUp, FollowUpType
from followups.overdue import sweep_overdue
from messaging.models import Message
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.followups.test_together import at_once
from tests.people import People

DUE = NOW + timedelta(hours=1)


def told(**of: object) -> list[Message]:
    return list(Message.objects.filter(kind="overdue", channel="in_app", **of).order_by("pk"))


def test_past_due_becomes_missed_with_event_notice_and_climb(people: People) -> None:
    one = followup(contact(), people.sam, due=Due(at=DUE))
    assert sweep_overdue(DUE - timedelta(seconds=1)) == 0
    assert sweep_overdue(DUE) == 1
    assert sweep_overdue(DUE) == 0
    one.refresh_from_db()

    assert (one.status, one.missed_at, one.version) == ("missed", DUE, 2)
    assert Event.objects.get(kind="followup_missed").data["due"] == "Mon 2 Mar 2026, 10:00"
    assert told()[0].subject == "“Call Maria” was missed"
    assert Escalation.objects.get(followup=one).next_at == DUE + timedelta(hours=24)


def test_the_climb_begins_in_working_hours(people: People) -> None:
    friday = datetime(2026, 3, 6, 17, tzinfo=UTC)
    followup(contact(), people.sam, due=Due(at=friday))
    sweep_overdue(friday)
    assert Escalation.objects.get().next_at == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_a_type_may_wait_longer_or_for_ever(people: People) -> None:
    FollowUpType.objects.filter(slug="email").update(miss_after_minutes=60)
    FollowUpType.objects.filter(slug="payment").update(miss_after_minutes=None)
    mail = followup(contact(), people.sam, type="email", due=Due(at=DUE))
    followup(contact(), people.sam, type="payment", due=Due(at=DUE))
    assert sweep_overdue(DUE + timedelta(minutes=59)) == 0
    assert sweep_overdue(DUE + timedelta(days=99)) == 1
    assert FollowUp.objects.get(status="missed") == mail


def test_what_somebody_works_on_or_put_off_is_left_alone(people: People) -> None:
    started, asleep = (followup(one, people.sam, due=Due(at=DUE)) for one in contacts(2))
    do.start(only(started), by=people.sam, now=NOW)
    do.snooze(only(asleep), by=people.sam, now=NOW, until=DUE + timedelta(hours=3))
    assert sweep_overdue(DUE + timedelta(hours=2)) == 0
    assert "overdue" not in [sweep.name for sweep in sweeps_with_work(DUE + timedelta(hours=2))]
    assert run_until_quiet(DUE + timedelta(hours=3))["overdue"] == 1


def test_a_thousand_missed_of_one_person_are_one_notice(people: People) -> None:
    create([new_followup(one, people.sam, due=Due(at=DUE)) for one in contacts(1000)], by=None, now=NOW)
    create([new_followup(one, people.noor, due=Due(at=DUE)) for one in contacts(2)], by=None, now=NOW)
    assert sweep_overdue(DUE) == 1002
    assert [message.subject for message in told(user=people.sam)] == ["1000 follow-ups were missed"]
    assert [message.subject for message in told(user=people.noor)] == ["2 follow-ups were missed"]
    assert Event.objects.filter(kind="followup_missed").count() == Escalation.objects.count() == 1002


def test_it_costs_as_many_queries_for_a_thousand_as_for_two(people: People) -> None:
    def cost(number: int) -> int:
        create([new_followup(one, people.sam, due=Due(at=DUE)) for one in contacts(number)], by=None, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert sweep_overdue(DUE) == number
        return len(queries)

    assert cost(2) == cost(1000) <= 20


def test_two_workers_miss_each_once(committing: People) -> None:
    create([new_followup(one, committing.sam, due=Due(at=DUE)) for one in contacts(300)], by=None, now=NOW)
    results = at_once(lambda: sweep_overdue(DUE), lambda: sweep_overdue(DUE))
    sweep_overdue(DUE)
    assert all(isinstance(result, int) for result in results), results
    assert Event.objects.filter(kind="followup_missed").count() == 300
    assert Escalation.objects.count() == 300
