"""The overdue sweep: what is past its time becomes missed, its person is told once for the lot, and the climb begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Value

from followups.changing import Change, changing
from followups.escalation import open_escalations
from followups.lifecycle import MISSED, PENDING
from followups.models import FollowUp, FollowUpType
from followups.models.followup import FollowUpQuerySet
from followups.telling import tell_missed

BATCH = 2000

#: Rides the index followups_to_miss. First contacts whose clock runs are passed on first, see `speed_to_lead`.
DUE_SQL = (
    "EXISTS (SELECT FROM followups_followup f JOIN followups_followuptype t ON t.id = f.type_id"
    " WHERE f.deleted_at IS NULL AND f.status = 'pending' AND f.due_by <= %(now)s"
    " AND f.due_by + t.miss_after_minutes * interval '1 minute' <= %(now)s"
    " AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)"
    " AND NOT (f.speed_to_lead AND f.reschedule_count = 0))"
)


def to_miss(now: datetime) -> FollowUpQuerySet:
    """Pending, past due by what their type allows, awake, and not a first contact that is still passed on."""
    patience = ExpressionWrapper(
        F("type__miss_after_minutes") * Value(timedelta(minutes=1)), output_field=DurationField()
    )
    return (
        FollowUp.objects.alive()
        .awake(now)
        .filter(status=PENDING, due_by__lte=now, type__miss_after_minutes__isnull=False)
        .exclude(speed_to_lead=True, reschedule_count=0)
        .filter(due_by__lte=Value(now) - patience)
    )


def sweep_overdue(now: datetime) -> int:
    """Miss all that is due, batch by batch; returns how many were missed."""
    total = 0
    while count := _miss_batch(now):
        total += count
        if count < BATCH:
            break
    return total


def _miss_batch(now: datetime) -> int:
    return miss(to_miss(now).order_by("due_by", "pk")[:BATCH], now=now)


def miss(due: FollowUpQuerySet, *, now: datetime) -> int:
    """Miss these, tell their people once for the lot, and begin the climb; returns how many were missed."""
    with changing("miss", due, by=None, now=now, skip_locked=True) as change:
        change.refuse(lambda row: "It has just been moved." if row["due_by"] > now else "")
        mark_missed(change)
        tell_missed(change.rows, change.people, now=now)
        open_escalations(change.ids, now=now)
    return len(change.result.done)


def mark_missed(change: Change) -> None:
    """Write and record what was missed."""
    change.write(status=MISSED, missed_at=change.now)
    words = {row["id"]: change.due_words(row) for row in change.rows}
    slugs = dict(FollowUpType.objects.values_list("pk", "slug")) if change.rows else {}
    change.tell(
        "followup_missed",
        lambda row: {
            "type": slugs[row["type_id"]],
            "due": words[row["id"]],
            "due_by": row["due_by"].isoformat(),
            "assignee": change.people[row["assignee_id"]].name,
            "assignee_id": row["assignee_id"],
        },
    )
