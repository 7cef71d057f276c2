"""Everything that can be done to follow-ups. Each verb takes a set that came through the door, and says what it did.

All are one transaction with a fixed number of statements; rows that may not move come back with the reason. A
`version` makes a set of one refuse, as stale, a row that somebody else changed first.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from crm.models import Role
from followups.changing import Result, Row, changing
from followups.completing import complete
from followups.due import Due, due_by, in_words
from followups.editing import edit, tag
from followups.lifecycle import CANCELLED, IN_PROGRESS, MISSED, OPEN, PENDING, BadAssignee, BadChange
from followups.models import Priority
from followups.telling import Given, tell_assignees

if TYPE_CHECKING:
    from crm.models import User
    from followups.models.followup import FollowUpQuerySet

__all__ = [
    "BadChange",
    "Result",
    "cancel",
    "complete",
    "delegate",
    "delete",
    "edit",
    "pin",
    "reopen",
    "reschedule",
    "restore",
    "set_priority",
    "snooze",
    "start",
    "tag",
    "wake",
]


def start(followups: FollowUpQuerySet, *, by: User, now: datetime, version: int | None = None) -> Result:
    """Say that somebody is working on it; the clock runs on."""
    with changing("start", followups, by=by, now=now, version=version, undo_as="Started") as change:
        change.write(status=IN_PROGRESS, started_at=now)
        change.tell("followup_started")
    return change.result


def cancel(
    followups: FollowUpQuerySet, *, by: User | None, now: datetime, reason: str = "", version: int | None = None
) -> Result:
    """End it undone; its reminders and escalation end with it."""
    reason = reason.replace("\0", "").strip()[:300]
    with changing("cancel", followups, by=by, now=now, version=version, undo_as="Cancelled") as change:
        change.write(status=CANCELLED, cancelled_at=now, cancel_reason=reason, snoozed_until=None)
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_cancelled", reason=reason)
    return change.result


def reopen(followups: FollowUpQuerySet, *, by: User, now: datetime, version: int | None = None) -> Result:
    """Take an ended one back onto the list; reminders whose time is still to come wait again."""
    with changing("reopen", followups, by=by, now=now, version=version, undo_as="Reopened") as change:
        change.write(
            status=PENDING,
            started_at=None,
            completed_at=None,
            completed_by_id=None,
            outcome_id=None,
            cancelled_at=None,
            missed_at=None,
        )
        change.revive_reminders(change.rows)
        change.tell("followup_reopened")
    return change.result


def reschedule(
    followups: FollowUpQuerySet, *, by: User | None, now: datetime, due: Due, version: int | None = None
) -> Result:
    """Give it a new due time. A missed one is to be done again, a snoozed one wakes, reminders move along.

    `due` refuses impossible times when it is made (BadDue).
    """
    with changing("reschedule", followups, by=by, now=now, version=version, undo_as="Rescheduled") as change:
        change.write(
            due_on=due.on,
            due_at=due.at,
            snoozed_until=None,
            missed_at=None,
            each={
                "due_by": [due_by(due, change.zone_of(row)) for row in change.rows],
                "status": [PENDING if row["status"] == MISSED else row["status"] for row in change.rows],
                "reschedule_count": [row["reschedule_count"] + 1 for row in change.rows],
            },
        )
        change.move_reminders(
            [{**row, "due_on": due.on, "due_at": due.at, "snoozed_until": None} for row in change.rows]
        )
        change.close_escalations()
        change.tell(
            "followup_rescheduled",
            lambda row: {
                "was": change.due_words(row),
                "due": in_words(due, change.zone_of(row)),
                "was_due_by": row["due_by"].isoformat(),
                "due_by": due_by(due, change.zone_of(row)).isoformat(),
            },
        )
    return change.result


def snooze(
    followups: FollowUpQuerySet, *, by: User, now: datetime, until: datetime, version: int | None = None
) -> Result:
    """Keep it quiet until a moment; the due time stays. Raises BadChange for a moment that is not to come."""
    if until.utcoffset() is None:
        raise BadChange("The time until which to snooze needs its time zone.")
    if until <= now:
        raise BadChange("That time has passed already; choose one that is still to come.")
    Due(at=until)  # refuses what no calendar holds
    with changing("snooze", followups, by=by, now=now, version=version, undo_as="Snoozed") as change:
        change.write(snoozed_until=until, each={"snooze_count": [row["snooze_count"] + 1 for row in change.rows]})
        change.move_reminders([{**row, "snoozed_until": until} for row in change.rows])
        change.tell(
            "followup_snoozed",
            lambda row: {"until": until.isoformat(), "until_words": in_words(Due(at=until), change.zone_of(row))},
        )
    return change.result


def wake(followups: FollowUpQuerySet, *, by: User, now: datetime, version: int | None = None) -> Result:
    """End the quiet at once."""
    with changing("wake", followups, by=by, now=now, version=version, undo_as="Woken") as change:
        change.refuse(lambda row: "" if _is_snoozed(row, now) else "It is not snoozed.")
        change.write(snoozed_until=None)
        change.move_reminders([{**row, "snoozed_until": None} for row in change.rows])
        change.tell("followup_woken")
    return change.result


def delegate(
    followups: FollowUpQuerySet,
    *,
    by: User | None,
    now: datetime,
    to: User,
    because: str = "",
    version: int | None = None,
) -> Result:
    """Give it to somebody else, with its waiting reminders; they are told once for the whole set, unless it is they
    who took it. Raises BadAssignee for somebody who may not hold follow-ups."""
    if not to.is_active or to.role == Role.VIEWER:
        raise BadAssignee(to.name)
    because = because.replace("\0", "").strip()[:300]
    with changing("delegate", followups, by=by, now=now, version=version, undo_as="Delegated") as change:
        change.refuse(lambda row: f"It is {to.name}'s already." if row["assignee_id"] == to.pk else "")
        change.write(
            assignee_id=to.pk,
            assigned_because=because,
            each={"due_by": [_due_by_of(row, to.time_zone) for row in change.rows]},
        )
        change.hand_over_reminders(lambda row: to.pk)
        change.tell(
            "followup_delegated",
            lambda row: {
                "from": change.people[row["assignee_id"]].name,
                "from_id": row["assignee_id"],
                "to": to.name,
                "to_id": to.pk,
                "because": because,
            },
        )
        given = [Given(row["id"], row["version"] + 1, row["subject"], to.pk, row["contact_id"]) for row in change.rows]
        tell_assignees(given, giver_id=by.pk if by else None, giver=change.actor_name, now=now)
    return change.result


def pin(
    followups: FollowUpQuerySet, *, by: User, now: datetime, pinned: bool = True, version: int | None = None
) -> Result:
    """Keep it on top of lists, or no longer."""
    undo_as = "Pinned" if pinned else "Unpinned"
    with changing("pin", followups, by=by, now=now, version=version, undo_as=undo_as) as change:
        change.refuse(lambda row: f"It is {'already' if pinned else 'not'} pinned." if row["pinned"] == pinned else "")
        change.write(pinned=pinned)
        change.tell("followup_pinned", pinned=pinned, pin_words=undo_as.lower())
    return change.result


def set_priority(
    followups: FollowUpQuerySet, *, by: User | None, now: datetime, priority: str, version: int | None = None
) -> Result:
    """Say how much it matters: a person's word, which no score overrides. Raises BadChange for an unknown one."""
    if priority not in Priority.values:
        raise BadChange(f"“{priority}” is not a priority. Choose one of: {', '.join(Priority.values)}.")
    with changing("set_priority", followups, by=by, now=now, version=version, undo_as="Prioritised") as change:
        change.refuse(lambda row: f"Its priority is {priority} already." if row["priority"] == priority else "")
        change.write(priority=priority)
        change.tell("followup_priority_changed", lambda row: {"was": row["priority"]}, priority=priority)
    return change.result


def delete(followups: FollowUpQuerySet, *, by: User, now: datetime, version: int | None = None) -> Result:
    """Put it into the bin; it can be restored."""
    with changing("delete", followups, by=by, now=now, version=version, undo_as="Deleted") as change:
        change.write(deleted_at=now)
        change.end_reminders()
        change.close_escalations()
        change.tell("followup_deleted")
    return change.result


def restore(followups: FollowUpQuerySet, *, by: User, now: datetime, version: int | None = None) -> Result:
    """Take it out of the bin, as it was; `followups` came through `deleted_followups_for`."""
    with changing("restore", followups, by=by, now=now, version=version, undo_as="Restored") as change:
        change.write(deleted_at=None)
        change.revive_reminders([row for row in change.rows if row["status"] in OPEN])
        change.tell("followup_restored")
    return change.result


def _is_snoozed(row: Row, now: datetime) -> bool:
    return row["snoozed_until"] is not None and row["snoozed_until"] > now


def _due_by_of(row: Row, zone: str) -> Any:
    return due_by(Due(on=row["due_on"], at=row["due_at"]), zone)
