"""Taking back what was done to follow-ups: each row that nobody has touched since is as it was."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm.timeline import Happening, record
from crm.undo import UndoResult
from followups import reminder_rows
from followups.models import FollowUp

if TYPE_CHECKING:
    from crm.models import User

KIND, KIND_CREATED = "followups", "followups_created"

#: The columns that changes write, with their types in the database.
COLUMNS: dict[str, str] = {
    "subject": "text",
    "description": "text",
    "type_id": "bigint",
    "priority": "text",
    "status": "text",
    "due_on": "date",
    "due_at": "timestamptz",
    "due_by": "timestamptz",
    "assignee_id": "bigint",
    "assigned_because": "text",
    "pinned": "bool",
    "group": "text",
    "snoozed_until": "timestamptz",
    "snooze_count": "int",
    "reschedule_count": "int",
    "passes": "int",
    "started_at": "timestamptz",
    "completed_at": "timestamptz",
    "completed_by_id": "bigint",
    "outcome_id": "bigint",
    "completion_notes": "text",
    "duration_minutes": "int",
    "missed_at": "timestamptz",
    "cancelled_at": "timestamptz",
    "cancel_reason": "text",
    "deleted_at": "timestamptz",
}


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def take_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Write the rows of an undo step back where their version is still the one that the step left."""
    images: list[dict[str, Any]] = payload["rows"]
    result, subjects = _sort(images)
    images = [image for image in images if image["id"] in subjects]
    if not images:
        return result
    columns = [name for name in images[0] if name in COLUMNS]
    with transaction.atomic(), connection.cursor() as cursor:
        if columns:
            sets = ", ".join(f'"{name}" = b."{name}"' for name in columns) + ", "
            types = "".join(f', "{name}" {COLUMNS[name]}' for name in columns)
        else:
            sets = types = ""
        cursor.execute(
            f"""
            UPDATE followups_followup f SET {sets}version = f.version + 1, updated_at = %s
            FROM jsonb_to_recordset(%s::jsonb) AS b(id bigint, version int{types})
            WHERE f.id = b.id AND f.version = b.version RETURNING f.id
            """,
            [now, json.dumps(images)],
        )
        result.done = sorted(row[0] for row in cursor.fetchall())
        whole = not result.refused
        _put_aside_back(payload, set(result.done), whole)
        _tell(result.done, subjects, by, now)
    return result


def take_back_created(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Put follow-ups that were just made into the bin, if nobody has worked on them."""
    result = take_back({"rows": [{**image, "deleted_at": now.isoformat()} for image in payload["rows"]]}, by, now)
    reminder_rows.cancel(result.done)
    return result


def _sort(images: list[dict[str, Any]]) -> tuple[UndoResult, dict[int, tuple[str, int | None]]]:
    """Lock the rows; those as the step left them with subject and contact, the rest with why not."""
    wanted = {image["id"]: image["version"] for image in images}
    locked = FollowUp.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    found = {
        pk: (version, subject, contact)
        for pk, version, subject, contact in locked.values_list("pk", "version", "subject", "contact_id")
    }
    result = UndoResult()
    subjects: dict[int, tuple[str, int | None]] = {}
    for pk, version in wanted.items():
        if pk not in found:
            result.refused[pk] = "It is no longer there."
        elif found[pk][0] != version:
            result.refused[pk] = f"“{found[pk][1]}” has changed since, so it stays as it is."
        else:
            _, subject, contact = found[pk]
            subjects[pk] = (subject, contact)
    return result, subjects


def _put_aside_back(payload: dict[str, Any], done: set[int], whole: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM followups_reminder WHERE id = ANY(%s) AND followup_id = ANY(%s)",
            [[image[0] for image in payload.get("reminders", [])], list(done)],
        )
        mine = {row[0] for row in cursor.fetchall()}
        reminder_rows.put_back([image for image in payload.get("reminders", []) if image[0] in mine])
        cursor.execute(
            "UPDATE followups_escalation e SET closed_at = NULL WHERE id = ANY(%s) AND followup_id = ANY(%s) AND"
            " NOT EXISTS (SELECT FROM followups_escalation o WHERE o.followup_id = e.followup_id AND o.closed_at IS NULL)",
            [payload.get("escalations", []), list(done)],
        )
        for action, pairs in payload.get("tags", {}).items():
            _swap_tags(action, [pair for pair in pairs if pair[0] in done])
        # When the client was last spoken to, unless they have been since.
        cursor.execute(
            """
            UPDATE crm_contact c SET
                last_two_way_at = CASE WHEN c.last_two_way_at = t.moved THEN t.two_way ELSE c.last_two_way_at END,
                last_attempt_at = CASE WHEN c.last_attempt_at = t.moved THEN t.attempt ELSE c.last_attempt_at END
            FROM jsonb_to_recordset(%s::jsonb) AS t(id bigint, moved timestamptz, two_way timestamptz, attempt timestamptz)
            WHERE c.id = t.id AND %s
            """,
            [json.dumps(payload.get("contacts", [])), whole],
        )


def _swap_tags(action: str, pairs: list[list[int]]) -> None:
    """Undo "added" by removing and "removed" by adding (follow-up, tag) pairs."""
    statement = (
        "DELETE FROM followups_followuptag x USING unnest(%s::bigint[], %s::bigint[]) AS t(followup_id, tag_id)"
        " WHERE x.followup_id = t.followup_id AND x.tag_id = t.tag_id"
        if action == "added"
        else "INSERT INTO followups_followuptag (followup_id, tag_id)"
        " SELECT t.* FROM unnest(%s::bigint[], %s::bigint[]) AS t(followup_id, tag_id)"
        " JOIN crm_tag g ON g.id = t.tag_id ON CONFLICT DO NOTHING"
    )
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(statement, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])


def _tell(done: list[int], subjects: dict[int, tuple[str, int | None]], by: User, now: datetime) -> None:
    record(
        [
            Happening(
                "followup_undone",
                subjects[pk][1],
                now,
                actor="person",
                user_id=by.pk,
                subject_kind="followup",
                subject_id=pk,
                data={"what": f"the last change to “{subjects[pk][0]}”", "by": by.name},
            )
            for pk in done
        ],
        now=now,
    )
