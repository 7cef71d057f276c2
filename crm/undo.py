"""Taking an action back for a short time: each floor says how its own rows go back to what they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm.models import UndoStep

if TYPE_CHECKING:
    from crm.models import User

#: How long the page offers it, and how long it works after that for who left the page open.
SHOWN_SECONDS = 10
KEPT = timedelta(minutes=10)


class CannotUndo(ValueError):
    """The step is not there, not this person's, used or too old; its text says which."""


@dataclass(slots=True)
class UndoResult:
    """Which rows are as they were, and why the others are not: somebody has changed them since."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


Undoer = Callable[[dict[str, Any], "User", datetime], UndoResult]
_undoers: dict[str, Undoer] = {}


def register_undoer(kind: str, undoer: Undoer) -> None:
    """Make known how steps of a kind are taken back; called once by the floor that owns the rows."""
    _undoers[kind] = undoer


def remember(*, user: User, label: str, kind: str, payload: dict[str, Any], now: datetime) -> int:
    """Keep what is needed to take an action back; returns the step's id. Raises KeyError for an unknown kind.

    Call inside the transaction of the action. `payload` is plain JSON.
    """
    if kind not in _undoers:
        raise KeyError(kind)
    step = UndoStep.objects.create(
        user=user, label=label[:300], kind=kind, payload=payload, created_at=now, expires_at=now + KEPT
    )
    return step.pk


def take_back(step_id: int, *, by: User, now: datetime) -> UndoResult:
    """Undo one's own action, once, all rows that are still as it left them. Raises CannotUndo."""
    with transaction.atomic():
        step = UndoStep.objects.select_for_update().filter(pk=step_id, user=by).first()
        if step is None:
            raise CannotUndo("There is nothing to take back.")
        if step.used_at is not None:
            raise CannotUndo("This was already taken back.")
        if step.expires_at <= now:
            raise CannotUndo("It is too late to take this back.")
        result = _undoers[step.kind](step.payload, by, now)
        UndoStep.objects.filter(pk=step.pk).update(used_at=now)
    return result


def forget_expired(now: datetime) -> int:
    """Remove the steps that can no longer be taken back; returns how many."""
    return UndoStep.objects.filter(expires_at__lte=now).delete()[0]
