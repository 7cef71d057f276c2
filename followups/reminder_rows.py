"""The reminders of a set of follow-ups: planned, moved, cancelled and waiting again, a few statements for any number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from crm.sql_arrays import array, id_array, text_array
from followups.models import Reminder
from followups.reminder_plans import Firing, ReminderPlan, Standing, firing, replan, revive

#: What undo puts back: id, state, fire_at, late, user_id.
Image = list[Any]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the reminders of one follow-up count from."""

    at: datetime
    snoozed_until: datetime | None
    assignee_id: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder to be stored."""

    followup_id: int
    plan: ReminderPlan
    anchor: Anchor


def add(planned: Sequence[Planned], *, now: datetime) -> list[Image]:
    """Store reminders. At the same person's same slot a cancelled one waits again, any other is left alone; returns,
    for undo, the new ones as cancelled."""
    if not planned:
        return []
    planned = list(
        {(one.followup_id, one.plan.user_id or one.anchor.assignee_id, one.plan.slot): one for one in planned}.values()
    )
    fires = [
        firing(
            one.plan.before_minutes, one.plan.at, anchor=one.anchor.at, snoozed_until=one.anchor.snoozed_until, now=now
        )
        for one in planned
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO followups_reminder
                (followup_id, user_id, before_minutes, at, slot, channels, fire_at, late, state, error)
            SELECT followup_id, user_id, before_minutes, at, slot, string_to_array(channels, ','), fire_at, late,
                'waiting', ''
            FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[], %s::text[], %s::text[],
                %s::timestamptz[], %s::bool[])
                AS t(followup_id, user_id, before_minutes, at, slot, channels, fire_at, late)
            ON CONFLICT (followup_id, user_id, slot) DO UPDATE
                SET state = 'waiting', fire_at = excluded.fire_at, late = excluded.late, channels = excluded.channels
                WHERE followups_reminder.state = 'cancelled'
            RETURNING id, fire_at, late, user_id
            """,
            [
                id_array(one.followup_id for one in planned),
                array(one.plan.user_id or one.anchor.assignee_id for one in planned),
                array(one.plan.before_minutes for one in planned),
                array(one.plan.at for one in planned),
                text_array(one.plan.slot for one in planned),
                text_array(",".join(one.plan.channels) for one in planned),
                array(fire.fire_at for fire in fires),
                array(fire.late for fire in fires),
            ],
        )
        return [[pk, "cancelled", fire_at.isoformat(), late, user] for pk, fire_at, late, user in cursor.fetchall()]


def cancel(followup_ids: Sequence[int]) -> list[Image]:
    """Cancel what waits; returns it as it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_reminder SET state = 'cancelled' WHERE followup_id = ANY(%s) AND state = 'waiting'
            RETURNING id, fire_at, late, user_id
            """,
            [list(followup_ids)],
        )
        return [[pk, "waiting", fire_at.isoformat(), late, user] for pk, fire_at, late, user in cursor.fetchall()]


def move(anchors: Mapping[int, Anchor], *, now: datetime) -> list[Image]:
    """Plan again what moved with its follow-up's due time or snooze; returns what changed as it was."""
    return _again(anchors, replan, now)


def wait_again(anchors: Mapping[int, Anchor], *, now: datetime) -> list[Image]:
    """Let cancelled reminders wait again where their time is still to come; returns them as they were."""
    return _again(anchors, revive, now)


def _again(anchors: Mapping[int, Anchor], decide: Callable[..., dict[int, Firing]], now: datetime) -> list[Image]:
    stored: dict[int, list[Standing]] = {}
    facts: dict[int, tuple[bool, int]] = {}
    rows = Reminder.objects.filter(followup_id__in=list(anchors)).values_list(
        "followup_id", "pk", "before_minutes", "at", "state", "fire_at", "late", "user_id"
    )
    for followup_id, pk, before, at, state, fire_at, late, user_id in rows:
        stored.setdefault(followup_id, []).append(Standing(pk, before, at, state, fire_at))
        facts[pk] = (late, user_id)
    changed: dict[int, Firing] = {}
    images: list[Image] = []
    for followup_id, standings in stored.items():
        anchor = anchors[followup_id]
        new = decide(standings, anchor=anchor.at, snoozed_until=anchor.snoozed_until, now=now)
        changed |= new
        images += [[one.id, one.state, one.fire_at.isoformat(), *facts[one.id]] for one in standings if one.id in new]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE followups_reminder r SET fire_at = t.fire_at, late = t.late, state = 'waiting'
                FROM unnest(%s::bigint[], %s::timestamptz[], %s::bool[]) AS t(id, fire_at, late) WHERE r.id = t.id
                """,
                [list(changed), [one.fire_at for one in changed.values()], [one.late for one in changed.values()]],
            )
    return images


def hand_over(changes: Sequence[tuple[int, int, int]]) -> list[Image]:
    """Let the waiting reminders of an old assignee go to the new one, (follow-up, old, new) each; returns them as
    they were. What the new one already has at the same slot is cancelled instead."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
                SELECT r.id, r.state, r.fire_at, r.late, r.user_id, t.new,
                    EXISTS (SELECT FROM followups_reminder o
                            WHERE o.followup_id = r.followup_id AND o.user_id = t.new AND o.slot = r.slot) AS has
                FROM followups_reminder r
                JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t(followup_id, old, new)
                    ON t.followup_id = r.followup_id AND t.old = r.user_id
                WHERE r.state = 'waiting' AND t.old <> t.new
            ), written AS (
                UPDATE followups_reminder r SET user_id = CASE WHEN m.has THEN r.user_id ELSE m.new END,
                    state = CASE WHEN m.has THEN 'cancelled' ELSE r.state END
                FROM moved m WHERE m.id = r.id
            )
            SELECT id, state, fire_at, late, user_id FROM moved
            """,
            [[one[0] for one in changes], [one[1] for one in changes], [one[2] for one in changes]],
        )
        return [[pk, state, fire_at.isoformat(), late, user] for pk, state, fire_at, late, user in cursor.fetchall()]


def put_back(images: Sequence[Image]) -> None:
    """Undo: what has not fired since is as it was."""
    if not images:
        return
    first = {image[0]: image for image in reversed(images)}.values()  # one changed twice: as it was before both
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE followups_reminder r SET state = t.state, fire_at = t.fire_at, late = t.late, user_id = t.user_id
            FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bool[], %s::bigint[])
                AS t(id, state, fire_at, late, user_id)
            WHERE r.id = t.id AND r.state <> 'fired'
            """,
            [list(column) for column in zip(*first, strict=True)],
        )
