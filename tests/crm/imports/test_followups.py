"""Files of follow-ups: every row stored or named, nothing twice, and our own export comes back as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Tag
from followups.completing import complete
from followups.exporting import export_rows
from followups.models import FollowUp, FollowUpTag, Outcome
from followups.transitions import cancel
from tests.crm.importing import outcome, reasons
from tests.crm.imports.test_records import taken, undone
from tests.factories import NOW, contact, followup
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]

TASKS = """Subject,Due date,Priority,Status,Assigned to,Contact e-mail,Completed on
Call Maria,2026-03-05,High,Not started,Sam,maria@example.org,
Send the form,2026-03-05 15:00,,Not Started,,maria@example.org,
Asked her,2026-01-05,Normal,Completed,Nobody,maria@example.org,2026-01-06
Never,2026-01-05,,Cancelled,,maria@example.org,
Call Ben,2026-03-05,,,,ben@example.org,
,2026-03-05,,,,maria@example.org,
When,someday,,,,maria@example.org,
Odd,2026-03-05,,Perhaps,,maria@example.org,
Whose,2026-03-05,,,,,
"""


def tasks(people: People, **fields: Any) -> Any:
    return taken(TASKS, by=people.ada, options={"zone": "Europe/Berlin", **fields})


def test_tasks_become_follow_ups_of_their_contacts(people: People) -> None:
    maria = contact("Maria", email="maria@example.org")
    batch = tasks(people)
    assert batch.kind == "followups"
    assert outcome(batch) == (4, 0, 0, 5)
    call, form, asked, never = FollowUp.objects.order_by("pk")
    assert {one.contact_id for one in (call, form, asked, never)} == {maria.pk}
    assert (call.due_on, call.priority, call.status, call.assignee) == (
        date(2026, 3, 5),
        "high",
        "pending",
        people.sam,
    )
    assert form.due_at == datetime(2026, 3, 5, 14, tzinfo=UTC)
    assert (asked.status, asked.completed_at) == ("completed", datetime(2026, 1, 6, 11, tzinfo=UTC))
    assert (never.status, never.cancelled_at) == ("cancelled", datetime(2026, 1, 5, tzinfo=UTC))
    assert [(row, column) for row, column, _ in reasons(batch)] == [
        (4, "Assigned to"),
        (6, "Contact e-mail"),
        (7, "Subject"),
        (8, "Due date"),
        (9, "Status"),
        (10, ""),
    ]


def test_a_second_import_of_tasks_adds_nothing_and_all_of_them_are_taken_back(people: People) -> None:
    contact("Maria", email="maria@example.org")
    first = tasks(people)
    assert outcome(tasks(people)) == (0, 0, 4, 5)
    undone(first)
    assert FollowUp.objects.alive().count() == 0
    assert outcome(tasks(people, dry_run=True)) == (4, 0, 0, 5)
    assert FollowUp.objects.alive().count() == 0
    assert outcome(tasks(people)) == (4, 0, 0, 5)


def exported() -> str:
    held = io.StringIO(newline="")
    csv.writer(held).writerows(export_rows(FollowUp.objects.alive().order_by("pk"), ZoneInfo("Asia/Manila")))
    return held.getvalue()


def test_an_export_of_follow_ups_that_is_imported_gives_the_same(people: People) -> None:
    maria = contact("Maria", email="maria@example.org", owner=people.sam)
    late = followup(maria, people.sam, subject="=Call, “later”", priority="urgent", pinned=True, group="Visa")
    tag = Tag.objects.create(name="Berlin", slug="berlin")
    FollowUpTag.objects.create(followup=late, tag=tag)
    done = followup(maria, people.noor, subject="Ask")
    ask = Outcome.objects.filter(type=None).order_by("pk")[0]
    complete(
        FollowUp.objects.filter(pk=done.pk),
        by=people.noor,
        now=NOW,
        outcome=ask.slug,
        notes="Fine",
        duration_minutes=12,
    )
    gone = followup(maria, people.sam, subject="Drop")
    cancel(FollowUp.objects.filter(pk=gone.pk), by=people.sam, now=NOW, reason="Not needed")
    before = exported()
    assert outcome(taken(before, by=people.ada)) == (0, 0, 3, 0)
    FollowUp.objects.update(deleted_at=NOW)
    batch = taken(before, by=people.ada)
    assert outcome(batch) == (3, 0, 0, 0), reasons(batch)
    changes = {"Follow-up number", "Created by", "Created at"}

    def told(text: str) -> list[dict[str, str]]:
        return [{k: v for k, v in row.items() if k not in changes} for row in csv.DictReader(io.StringIO(text))]

    assert told(exported()) == told(before)


def test_a_batch_of_follow_ups_costs_the_same_queries_for_ten_rows_and_for_five_hundred(people: People) -> None:
    contact("Maria", email="maria@example.org")
    counts = []
    for number in (10, 500):
        rows = "".join(
            f"Call {number} {at},{(NOW + timedelta(days=at)):%Y-%m-%d},maria@example.org\n" for at in range(number)
        )
        with CaptureQueriesContext(connection) as captured:
            assert outcome(taken(f"Subject,Due date,E-mail\n{rows}", by=people.ada))[0] == number
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 2
