"""The focus queue: the one follow-up that pays most now, what to know about it, and what comes after."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from crm.models import User
from followups.completing import outcomes_for
from followups.models import Outcome
from followups.reading import sentences
from followups.reading.day import Edges, day_rows, put_in_order, totals
from followups.reading.facing import Facing, facing
from followups.reading.figures import figures
from followups.reading.following import Template, templates_for
from followups.reading.likely import likely
from followups.reading.notes import NoteLine, notes_of
from followups.reading.rows import Row
from followups.reading.scopes import MINE, Scope


@dataclass(frozen=True, slots=True)
class Focus:
    """`number` of `total` counts what was done today; `facing` is None when the list is finished."""

    facing: Facing | None
    number: int
    total: int
    left: str
    after: Row | None
    coming: Row | None
    likely: list[Outcome]
    rest: list[Outcome]
    then: list[tuple[Template, str]]
    ready: Template | None
    notes: list[NoteLine]
    skipped: list[int]
    done_today: int


def focus(user: User, skip: Collection[int], wanted: int | None, now: datetime) -> Focus:
    """Read the queue of one person in a fixed number of queries. `skip` are put behind the rest, `wanted` first."""
    edges = Edges.of(user, now)
    scope = Scope(MINE, "my day", (user.pk,), is_mine=True)
    counted, done = totals(user, scope, edges), figures(user, scope, now)
    late, today, coming = day_rows(user, scope, edges, counted, 1)
    rows, reasons = put_in_order(late + today, edges)
    queue = [row for row in rows if row["id"] not in skip] + [row for row in rows if row["id"] in skip]
    queue.sort(key=lambda row: row["id"] != wanted)  # stable: the rest stays as it was
    current = queue[0] if queue else None
    templates = templates_for(user, current, now, zone_name=user.time_zone) if current else []
    suiting = [one for one in templates if current and one.suits][:2]
    few, rest = likely(outcomes_for(current["type_id"]), current["type__channel"]) if current else ([], [])
    return Focus(
        facing=facing(user, current, reasons[current["id"]] if current else "", now),
        number=done.today_done + 1,
        total=done.today_done + counted.to_do,
        left=sentences.about(counted.minutes),
        after=queue[1] if len(queue) > 1 else None,
        coming=coming[0] if coming else None,
        likely=few,
        rest=rest,
        then=[(one, sentences.when_said(one.due.at or one.due.on, now, edges.zone)) for one in suiting],
        ready=next(
            (one for one in templates if current and one.type_id == current["type_id"] and one.description), None
        ),
        notes=notes_of(user, (current["contact_id"] if current else None) or 0),
        skipped=[one for one in skip if any(row["id"] == one for row in rows)],
        done_today=done.today_done,
    )
