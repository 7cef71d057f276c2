"""Follow-ups that the world settles: what they waited for has come, is no longer needed, or is asked for again.

Nobody spoke with the client, so none of this counts as contact, and it is told in the product's own name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crm.zones import local_day
from followups.changing import Row, changing
from followups.due import Due, due_by
from followups.lifecycle import CANCELLED, COMPLETED, PENDING
from followups.models import FollowUp, FollowUpType, Outcome, Sense


def settle(notes: Mapping[int, str], *, now: datetime) -> list[int]:
    """Complete follow-ups, by id, each with the note that says why; those that are not open are left alone."""
    if not notes:
        return []
    done = _done()
    with changing("complete", FollowUp.objects.open().filter(pk__in=notes), by=None, now=now) as change:
        change.write(
            status=COMPLETED,
            completed_at=now,
            completed_by_id=None,
            outcome_id=done.pk if done else None,
            duration_minutes=None,
            snoozed_until=None,
            each={"completion_notes": [notes[row["id"]] for row in change.rows]},
        )
        if not change.rows:
            return []
        change.end_reminders()
        change.close_escalations()
        types = {one.pk: one for one in FollowUpType.objects.filter(pk__in={row["type_id"] for row in change.rows})}
        change.tell(
            "followup_completed",
            lambda row: {
                "type": types[row["type_id"]].slug,
                "type_name": types[row["type_id"]].name,
                "channel": types[row["type_id"]].channel,
                "outcome": done.slug if done else "",
                "outcome_label": done.label if done else "Done",
                "sense": done.sense if done else Sense.NEUTRAL,
                "notes": notes[row["id"]],
                "duration_minutes": None,
                "due_by": row["due_by"].isoformat(),
                "on_time": now <= row["due_by"],
                "suggestion": "",
                "by_itself": True,
            },
        )
    return change.result.done


def call_off(reasons: Mapping[int, str], *, now: datetime) -> list[int]:
    """Cancel follow-ups, by id, each with its own reason; those that are not open are left alone."""
    if not reasons:
        return []
    with changing("cancel", FollowUp.objects.open().filter(pk__in=reasons), by=None, now=now) as change:
        change.write(
            status=CANCELLED,
            cancelled_at=now,
            snoozed_until=None,
            each={"cancel_reason": [reasons[row["id"]][:300] for row in change.rows]},
        )
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_cancelled", lambda row: {"reason": reasons[row["id"]]})
    return change.result.done


def take_up_again(reasons: Mapping[int, str], *, now: datetime) -> list[int]:
    """Put follow-ups that were settled by themselves back onto the list, each with the reason. One whose day has passed
    is due tomorrow."""
    if not reasons:
        return []
    with changing("reopen", FollowUp.objects.filter(pk__in=reasons), by=None, now=now) as change:
        dues = {row["id"]: _due_again(row, change.zone_of(row), now) for row in change.rows}
        change.write(
            status=PENDING,
            started_at=None,
            completed_at=None,
            completed_by_id=None,
            completion_notes="",
            outcome_id=None,
            cancelled_at=None,
            cancel_reason="",
            missed_at=None,
            each={
                "due_on": [dues[row["id"]].on for row in change.rows],
                "due_at": [dues[row["id"]].at for row in change.rows],
                "due_by": [due_by(dues[row["id"]], change.zone_of(row)) for row in change.rows],
            },
        )
        change.revive_reminders(
            [{**row, "due_on": dues[row["id"]].on, "due_at": dues[row["id"]].at} for row in change.rows]
        )
        change.tell("followup_reopened", lambda row: {"reason": reasons[row["id"]]})
    return change.result.done


def to_take_up(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[int]:
    """Which of what was settled together is to be done again: what lies ahead, else only the last of it, so that
    nobody gets three reminders at once. Needs `id`, `due_by` and `ended_at`."""
    if not rows:
        return []
    last = max(row["ended_at"] for row in rows)
    together = sorted((row for row in rows if row["ended_at"] == last), key=lambda row: (row["due_by"], row["id"]))
    ahead = [row["id"] for row in together if row["due_by"] > now]
    return ahead or [together[-1]["id"]]


def _due_again(row: Row, zone_name: str, now: datetime) -> Due:
    if row["due_by"] > now:
        return Due(on=row["due_on"], at=row["due_at"])
    return Due(on=local_day(now, zone_name) + timedelta(days=1))


def _done() -> Outcome | None:
    """ "Done", or the first plain outcome that the organisation has in use for every type."""
    plain = list(Outcome.objects.filter(type=None, sense=Sense.NEUTRAL, archived_at__isnull=True))
    return next((one for one in plain if one.slug == "done"), plain[0] if plain else None)
