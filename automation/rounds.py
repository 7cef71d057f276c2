"""A round of somebody in an automation as the engine takes it up: only the columns that a turn reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from automation.engine.state import About, State
from automation.models import Enrollment
from automation.models.enrollment import EnrollmentQuerySet


@dataclass(frozen=True, slots=True)
class Round:
    """The columns of an enrollment, by their names there."""

    pk: int
    automation_id: int
    automation_version_id: int
    contact_id: int
    about: str
    step: str
    since: datetime
    visits: int
    memory: Mapping[str, Any]
    entered_at: datetime
    entered_by_id: int | None
    cause_id: int | None
    depth: int


COLUMNS = tuple(one.name for one in fields(Round))


def lock_rounds(rows: EnrollmentQuerySet, limit: int | None = None) -> list[Round]:
    """Lock these rows, so many at most, but for those that somebody else holds. Call inside a transaction."""
    free = rows.select_for_update(skip_locked=True, of=("self",))
    return [Round(*row) for row in free.values_list(*COLUMNS)[:limit]]


def round_of(row: Enrollment) -> Round:
    """The same of a row that was read before."""
    return Round(*(getattr(row, name) for name in COLUMNS))


def state_of(row: Round) -> State:
    """Where a round is, as the engine takes it."""
    return State(
        step=row.step or None,
        since=row.since,
        entered_at=row.entered_at,
        visits=row.visits,
        about=about_of(row.about),
        memory=row.memory,
    )


def about_of(text: str) -> About | None:
    """ "invoice:12" as a record; None for nothing."""
    if not text:
        return None
    kind, _, pk = text.partition(":")
    return About(kind, int(pk)) if pk else None
