"""Completing follow-ups: what came of them, whether the client was really reached, and what follows from that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from crm.models import Contact
from followups.changing import Change, Result, Row, changing
from followups.lifecycle import COMPLETED, BadChange, UnknownOutcome, is_attempt, is_two_way
from followups.models import FollowUpType, Outcome
from followups.undoing import as_json

if TYPE_CHECKING:
    from crm.models import User
    from followups.models.followup import FollowUpQuerySet

#: So many attempts in vain, one after the other, and the page suggests to let the lead go.
ATTEMPTS = 3

#: Two months of working days without a break; longer is a slip of the keyboard.
LONGEST_MINUTES = 60 * 24 * 60


def complete(
    followups: FollowUpQuerySet,
    *,
    by: User | None,
    now: datetime,
    outcome: str,
    notes: str = "",
    duration_minutes: int | None = None,
    version: int | None = None,
) -> Result:
    """Say what came of it. Reaching the client counts as real contact, trying in vain as an attempt.

    Rows whose type does not offer the outcome are refused. Raises UnknownOutcome for one that no type offers.
    """
    if duration_minutes is not None and not 0 <= duration_minutes <= LONGEST_MINUTES:
        raise BadChange("The duration is a number of minutes from 0 up to two months.")
    chosen = _outcome(outcome)
    notes = notes.replace("\0", "").strip()
    with changing("complete", followups, by=by, now=now, version=version, undo_as="Completed") as change:
        types = {one.pk: one for one in FollowUpType.objects.all()}
        if chosen.type_id is not None:
            change.refuse(
                lambda row: "" if row["type_id"] == chosen.type_id else _not_offered(chosen, types[row["type_id"]])
            )
        change.write(
            status=COMPLETED,
            completed_at=now,
            completed_by_id=by.pk if by else None,
            outcome_id=chosen.pk,
            completion_notes=notes,
            duration_minutes=duration_minutes,
            snoozed_until=None,
        )
        if change.rows:
            change.end_reminders()
            change.close_escalations()
            _reach(change, chosen, types, notes=notes, minutes=duration_minutes)
    return change.result


def _reach(
    change: Change, outcome: Outcome, types: dict[int, FollowUpType], *, notes: str, minutes: int | None
) -> None:
    """Write the events, which move the contacts' last contact, and advise where nobody answers."""
    two_way = {pk: is_two_way(one.channel, outcome.sense) for pk, one in types.items()}
    attempt = is_attempt(outcome.sense)
    reached = [row for row in change.rows if attempt or two_way[row["type_id"]]]
    if reached:
        change.aside["contacts"] = _last_contact(reached, change.now)
    silent = _three_in_a_row({row["contact_id"] for row in change.rows} - {None}) if attempt else {}
    change.tell(
        "followup_completed",
        lambda row: {
            "two_way": two_way[row["type_id"]],
            "attempt": attempt,
            "type": types[row["type_id"]].slug,
            "type_name": types[row["type_id"]].name,
            "channel": types[row["type_id"]].channel,
            "outcome": outcome.slug,
            "outcome_label": outcome.label,
            "sense": outcome.sense,
            "notes": notes,
            "duration_minutes": minutes,
            "due_by": row["due_by"].isoformat(),
            "on_time": change.now <= row["due_by"],
            "suggestion": silent.get(row["contact_id"], ""),
        },
    )
    if len(silent) == 1:
        change.result.suggestion = next(iter(silent.values()))
    elif silent:
        change.result.suggestion = (
            f"{len(silent)} leads have not answered {ATTEMPTS} attempts in a row. Move them to lost?"
        )


def _outcome(slug: str) -> Outcome:
    """The outcome in use. Raises UnknownOutcome with those that are."""
    known = Outcome.objects.filter(archived_at__isnull=True)
    for one in known:
        if one.slug == slug:
            return one
    raise UnknownOutcome(slug, [one.slug for one in known])


def outcomes_for(type_id: int) -> list[Outcome]:
    """What may come of a follow-up of the type, in the order in which it is offered."""
    return list(Outcome.objects.filter(Q(type=None) | Q(type=type_id), archived_at__isnull=True))


def _not_offered(outcome: Outcome, kind: FollowUpType) -> str:
    return f"“{outcome.label}” is not an outcome of the type {kind.name}."


def _last_contact(rows: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
    """When the contacts were last reached and tried, for undo."""
    facts = Contact.objects.filter(pk__in={row["contact_id"] for row in rows}).values_list(
        "pk", "last_two_way_at", "last_attempt_at"
    )
    return [
        {"id": pk, "moved": now.isoformat(), "two_way": as_json(two_way), "attempt": as_json(attempt)}
        for pk, two_way, attempt in facts
    ]


def _three_in_a_row(contact_ids: Collection[int]) -> dict[int, str]:
    """The leads whose last three completed follow-ups all reached nobody, each with the advice to give."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM unnest(%s::bigint[]) AS t(id) JOIN crm_contact c ON c.id = t.id
            CROSS JOIN LATERAL (
                SELECT count(*) AS number, bool_and(last.sense = 'no_contact') AS silent, min(last.completed_at) AS since
                FROM (SELECT o.sense, f.completed_at
                      FROM followups_followup f JOIN followups_outcome o ON o.id = f.outcome_id
                      WHERE f.contact_id = c.id AND f.deleted_at IS NULL AND f.status = 'completed'
                      ORDER BY f.completed_at DESC, f.id DESC LIMIT %s) last) attempts
            WHERE c.lifecycle IN ('new', 'working', 'qualified') AND attempts.number = %s AND attempts.silent
                AND (c.last_two_way_at IS NULL OR c.last_two_way_at < attempts.since)
            """,
            [sorted(contact_ids), ATTEMPTS, ATTEMPTS],
        )
        found = [row[0] for row in cursor.fetchall()]
    if not found:
        return {}
    return {
        contact.pk: f"{contact.name} has not answered {ATTEMPTS} attempts in a row. Move them to lost, or try another way?"
        for contact in Contact.objects.filter(pk__in=found).only(
            "first_name", "last_name", "organisation", "email", "phone", "external_id"
        )
    }
