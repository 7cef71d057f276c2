"""Escalation: what was missed climbs from person to person, in working hours, until somebody says "I see to it"."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm.due import Sweep, register_sweep
from crm.event_kinds import EventKind, register_kinds
from crm.models import Organisation
from crm.timeline import Happening, record
from crm.working_time import NoWorkingTime, add_working_hours, next_working_moment
from followups.escalation_words import Told, notices_for
from followups.ladder import Step, next_rung
from followups.lifecycle import OPEN
from followups.models import Escalation
from followups.staff import Staff
from messaging.notices import NoticeKind, register_notice, tell

if TYPE_CHECKING:
    from crm.models import User
    from followups.models.followup import FollowUpQuerySet

BATCH = 500

#: True for each climb whose next step is due: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM followups_escalation WHERE closed_at IS NULL AND next_at <= %(now)s)"


def register() -> None:
    """Make the ladder known; called once at start-up."""
    register_kinds(
        EventKind("escalated", "“{subject}” climbed to {to}, {rung}", "siren", "followup"),
        EventKind("escalation_acknowledged", "{by} sees to “{subject}”", "hand", "followup"),
    )
    register_notice(
        NoticeKind(
            "escalation",
            "Escalations",
            ("in_app", "email"),
            urgent=True,
            help="When something overdue climbs to you because nobody settled it",
            icon="siren",
        )
    )
    register_sweep(Sweep("escalations", DUE_SQL, climb))


def open_escalations(followup_ids: Iterable[int], *, now: datetime, at: datetime | None = None, level: int = 0) -> int:
    """Begin a climb for each follow-up that is open and has none; returns how many began.

    The first step is at `at`, or so many hours after the follow-up was due as the organisation says, and in any case
    in working hours. `level` is the rung to begin on; a climb that has not come so far goes on from there.
    """
    ids = sorted(set(followup_ids))
    if not ids:
        return 0
    organisation = Organisation.objects.current()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, due_by FROM followups_followup WHERE id = ANY(%s) AND deleted_at IS NULL AND status = ANY(%s)",
            [ids, list(OPEN)],
        )
        wait = timedelta(hours=organisation.escalate_after_hours)
        firsts = {pk: _working(max(now, at or due_by + wait), organisation) for pk, due_by in cursor.fetchall()}
        cursor.execute(
            """
            INSERT INTO followups_escalation (followup_id, level, next_at, told, opened_at)
            SELECT t.id, %s, t.at, '[]', %s FROM unnest(%s::bigint[], %s::timestamptz[]) AS t(id, at)
            ON CONFLICT (followup_id) WHERE closed_at IS NULL DO UPDATE SET level = excluded.level, next_at = excluded.next_at
                WHERE followups_escalation.level < excluded.level RETURNING id
            """,
            [level, now, list(firsts), list(firsts.values())],
        )
        return len(cursor.fetchall())


def climb(now: datetime) -> int:
    """Sweep: take every climb that is due one step further; returns how many were looked at."""
    total = 0
    while count := _climb_batch(now):
        total += count
        if count < BATCH:
            break
    return total


def acknowledge(followups: FollowUpQuerySet, *, by: User, now: datetime) -> list[int]:
    """Say "I see to it" for a set that came through the door: nobody further is told. Returns the ids it was news for."""
    with transaction.atomic():
        open_ones = Escalation.objects.filter(followup__in=followups.values("pk"), closed_at__isnull=True)
        rows = list(
            open_ones.select_for_update(of=("self",))
            .order_by("pk")
            .values_list("pk", "followup_id", "followup__contact_id", "followup__subject")
        )
        Escalation.objects.filter(pk__in=[row[0] for row in rows], closed_at__isnull=True).update(
            acknowledged_at=now, acknowledged_by=by, closed_at=now, next_at=None
        )
        record(
            [
                Happening(
                    "escalation_acknowledged",
                    contact_id,
                    now,
                    actor="person",
                    user_id=by.pk,
                    subject_kind="followup",
                    subject_id=followup_id,
                    data={"subject": subject, "by": by.name},
                )
                for _, followup_id, contact_id, subject in rows
            ],
            now=now,
        )
    return [row[1] for row in rows]


@dataclass(slots=True)
class Climb:
    """One due climb with its follow-up."""

    id: int
    level: int
    told: list[dict[str, Any]]
    followup_id: int
    subject: str
    contact_id: int | None
    assignee_id: int
    due_by: datetime
    snoozed_until: datetime | None
    settled: bool
    next_at: datetime | None = None


@transaction.atomic
def _climb_batch(now: datetime) -> int:
    climbs = _due(now)
    if not climbs:
        return 0
    organisation, staff = Organisation.objects.current(), Staff.load(now)
    told: list[Told] = []
    for one in climbs:
        told += _one_step(one, staff, organisation, now)
    _store(climbs, now)
    record([_happening(one, now) for one in told if one.first_of_step], now=now)
    tell(notices_for(told, now=now), now=now)
    return len(climbs)


def _due(now: datetime) -> list[Climb]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, e.level, e.told::text, f.id, f.subject, f.contact_id, f.assignee_id, f.due_by, f.snoozed_until,
                NOT (f.status = ANY(%s) AND f.deleted_at IS NULL AND c.deleted_at IS NULL
                    AND (f.contact_id IS NOT NULL OR p.deleted_at IS NULL))
            FROM followups_escalation e JOIN followups_followup f ON f.id = e.followup_id
            LEFT JOIN crm_contact c ON c.id = f.contact_id LEFT JOIN crm_partner p ON p.id = f.partner_id
            WHERE e.closed_at IS NULL AND e.next_at <= %s ORDER BY e.next_at, e.id
            LIMIT %s FOR UPDATE OF e SKIP LOCKED
            """,
            [list(OPEN), now, BATCH],
        )
        return [Climb(pk, level, json.loads(told), *rest) for pk, level, told, *rest in cursor.fetchall()]


def _one_step(one: Climb, staff: Staff, organisation: Organisation, now: datetime) -> list[Told]:
    """Decide a climb's next step: sets `level`, `told` and `next_at`, and returns who hears of it."""
    if one.settled:
        return []
    begin = _working(max(now, one.snoozed_until or now), organisation)
    if begin > now:  # a snooze or the weekend: the same step, later
        one.next_at = begin
        return []
    step: Step = next_rung(staff.rungs(one.assignee_id), one.level, {entry["id"] for entry in one.told})
    one.level = step.level
    one.next_at = _later(now, organisation) if step.again else None
    one.told += [{"id": who.id, "name": who.name, "as": step.rung, "at": now.isoformat()} for who in step.tell]
    owner = staff.people.get(one.assignee_id)
    return [
        Told(
            one.id,
            one.followup_id,
            one.contact_id,
            one.subject,
            one.due_by,
            owner.name if owner else "",
            who,
            step,
            place == 0,
        )
        for place, who in enumerate(step.tell)
    ]


def _store(climbs: Sequence[Climb], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_escalation e SET level = t.level, told = t.told, next_at = t.next_at,
                closed_at = CASE WHEN t.settled THEN %s END
            FROM unnest(%s::bigint[], %s::int[], %s::jsonb[], %s::timestamptz[], %s::bool[])
                AS t(id, level, told, next_at, settled)
            WHERE e.id = t.id AND e.closed_at IS NULL
            """,
            [
                now,
                [one.id for one in climbs],
                [one.level for one in climbs],
                [json.dumps(one.told) for one in climbs],
                [one.next_at for one in climbs],
                [one.settled for one in climbs],
            ],
        )


def _happening(told: Told, now: datetime) -> Happening:
    names = ", ".join(who.name for who in told.step.tell)
    return Happening(
        "escalated",
        told.contact_id,
        now,
        subject_kind="followup",
        subject_id=told.followup_id,
        data={"subject": told.subject, "to": names, "rung": told.step.rung, "level": told.step.level},
    )


def _hours(organisation: Organisation) -> dict[str, Any]:
    return {
        "zone": organisation.time_zone,
        "days": organisation.working_days,
        "from_": organisation.working_from,
        "to": organisation.working_to,
    }


def _working(at: datetime, organisation: Organisation) -> datetime:
    """`at`, or when work next begins; a week without working hours has no weekends either."""
    try:
        return next_working_moment(at, **_hours(organisation))
    except NoWorkingTime:
        return at


def _later(now: datetime, organisation: Organisation) -> datetime:
    try:
        return add_working_hours(now, organisation.escalation_step_hours, **_hours(organisation))
    except NoWorkingTime:
        return now + timedelta(hours=organisation.escalation_step_hours)
