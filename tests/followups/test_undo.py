"""Taking back: every row that nobody has touched since is as it was, with all that went along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm.models import Tag
from crm.undo import CannotUndo, take_back
from followups import transitions as do
from followups.access import deleted_followups_for
from followups.due import Due
from followups.models import Escalation, FollowUp
from followups.reminder_plans import ReminderPlan
from tests.factories import NOW, contact, contacts, followup, only
from tests.people import People

LATER = NOW + timedelta(hours=1)
SOON = LATER + timedelta(seconds=8)
UNTOUCHED = {"version", "updated_at"}


def image(one: FollowUp) -> dict[str, Any]:
    """Everything stored about it, but that it was touched."""
    row = {k: v for k, v in FollowUp.objects.filter(pk=one.pk).values().get().items() if k not in UNTOUCHED}
    waiting = list(
        one.reminders.exclude(state="cancelled").order_by("pk").values("pk", "state", "fire_at", "late", "user")
    )
    return row | {"reminders": waiting, "tags": set(one.tags.values_list("pk", flat=True))}


def verbs(people: People, tag: Tag) -> dict[str, dict[str, Any]]:
    return {
        "start": {},
        "complete": {"outcome": "spoke", "notes": "Said yes", "duration_minutes": 5},
        "cancel": {"reason": "Moved away"},
        "reschedule": {"due": Due(on=date(2026, 4, 1))},
        "snooze": {"until": NOW + timedelta(days=2)},
        "delegate": {"to": people.noor, "because": "She speaks Spanish"},
        "pin": {},
        "set_priority": {"priority": "urgent"},
        "delete": {},
        "tag": {"add": [tag.pk]},
        "edit": {"subject": "Other words", "group": "Summer", "reminders": [ReminderPlan(before_minutes=3)]},
    }


@pytest.mark.parametrize("verb", ["start", "complete", "cancel", "reschedule", "snooze", "delegate", "pin",
                                  "set_priority", "delete", "tag", "edit"])  # fmt: skip
def test_each_change_can_be_taken_back(people: People, verb: str) -> None:
    tag = Tag.objects.create(name="Visa", slug="visa")
    ones = [
        followup(one, people.sam, group="Spring", reminders=[ReminderPlan(before_minutes=60)]) for one in contacts(2)
    ]
    before = [image(one) for one in ones]
    result = getattr(do, verb)(FollowUp.objects.all(), by=people.sam, now=LATER, **verbs(people, tag)[verb])
    assert [image(one) for one in ones] != before

    undone = take_back(result.undo_id, by=people.sam, now=SOON)
    assert undone.done == [one.pk for one in ones]
    assert [image(one) for one in ones] == before


def test_reopening_can_be_taken_back(people: People) -> None:
    one = followup(contact(), people.sam)
    do.complete(only(one), by=people.sam, now=LATER, outcome="spoke", notes="Said yes")
    before = image(one)
    result = do.reopen(only(one), by=people.sam, now=LATER)
    take_back(result.undo_id or 0, by=people.sam, now=SOON)
    assert image(one) == before


def test_restoring_can_be_taken_back(people: People) -> None:
    one = followup(contact(), people.sam)
    do.delete(only(one), by=people.sam, now=LATER)
    result = do.restore(deleted_followups_for(people.sam), by=people.sam, now=LATER)
    take_back(result.undo_id or 0, by=people.sam, now=SOON)
    assert deleted_followups_for(people.sam).get() == one


def test_what_somebody_changed_since_stays_and_is_named(people: People) -> None:
    first, second = (followup(one, people.sam, subject=f"Call {one.pk}") for one in contacts(2))
    result = do.complete(FollowUp.objects.all(), by=people.sam, now=LATER, outcome="spoke")
    do.reopen(only(first), by=people.noor, now=LATER)
    undone = take_back(result.undo_id or 0, by=people.sam, now=SOON)

    assert undone.done == [second.pk]
    assert undone.refused == {first.pk: f"“{first.subject}” has changed since, so it stays as it is."}


def test_the_escalation_climbs_on_and_the_client_rots_on(people: People) -> None:
    maria = contact(last_two_way_at=datetime(2026, 1, 1, tzinfo=UTC))
    one = followup(maria, people.sam)
    Escalation.objects.create(followup=one, opened_at=NOW)
    result = do.complete(only(one), by=people.sam, now=LATER, outcome="spoke")
    take_back(result.undo_id or 0, by=people.sam, now=SOON)
    maria.refresh_from_db()

    assert maria.last_two_way_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert Escalation.objects.get().closed_at is None


def test_a_step_is_ones_own_works_once_and_for_ten_minutes(people: People) -> None:
    one = followup(contact(), people.sam)
    result = do.pin(only(one), by=people.sam, now=LATER)
    step = result.undo_id or 0

    with pytest.raises(CannotUndo, match="nothing to take back"):
        take_back(step, by=people.noor, now=SOON)
    with pytest.raises(CannotUndo, match="too late"):
        take_back(step, by=people.sam, now=LATER + timedelta(minutes=10))
    take_back(step, by=people.sam, now=SOON)
    with pytest.raises(CannotUndo, match="already"):
        take_back(step, by=people.sam, now=SOON)
