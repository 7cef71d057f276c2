"""Who waits for an answer: how many, and the word that there is nothing to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.utils.dateparse import parse_datetime

from crm.results import Result
from crm.timeline import Happening, record
from crm.undo import UndoResult, register_undoer, remember
from messaging.access import threads_for
from messaging.inbox.listing import waiting
from messaging.models import Thread

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.thread import ThreadQuerySet

#: A number past this is shown as it is; nobody counts further.
MOST_COUNTED = 100
#: Seconds that a count stands: every page shows it. What one does oneself, and what comes in, shows at once.
KEPT = 20
UNDO = "nothing_to_answer"


def register() -> None:
    """Say how the verb of this module is taken back; called once at start-up."""
    register_undoer(UNDO, _wait_again)


def waiting_count(user: User) -> int:
    """How many talks wait for an answer, among those this person may see."""
    if not user.can("messages.view"):
        return 0
    kept: int | None = cache.get(_key(user.pk))
    if kept is None:
        kept = waiting(threads_for(user)).order_by()[:MOST_COUNTED].count()
        cache.set(_key(user.pk), kept, KEPT)
    return kept


def forget_waiting(user_ids: Iterable[int]) -> None:
    """Count anew for these people next time."""
    cache.delete_many([_key(user_id) for user_id in user_ids])


def _key(user_id: int) -> str:
    return f"messaging.waiting:{user_id}"


def nothing_to_answer(threads: ThreadQuerySet, *, by: User, now: datetime) -> Result:
    """Let talks wait no longer, without an answer; undoable. What comes in later makes them wait again."""
    with transaction.atomic():
        held = dict(
            threads.filter(waiting_since__isnull=False)
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", "waiting_since")
        )
        if not held:
            return Result()
        Thread.objects.filter(pk__in=held).update(waiting_since=None)
        since = {str(pk): at.isoformat() for pk, at in held.items() if at}
        record([_said("answer_waived", pk, by, now) for pk in held], now=now)
        step = remember(user=by, label="Nothing to answer", kind=UNDO, payload={"since": since}, now=now)
    return Result(done=list(held), undo_id=step)


def _said(kind: str, contact_id: int, by: User, now: datetime) -> Happening:
    return Happening(kind, contact_id, now, actor="person", user_id=by.pk, data={"by": by.name})


def _wait_again(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    result = UndoResult()
    for pk, since in payload["since"].items():
        fresh = Thread.objects.filter(pk=int(pk), waiting_since__isnull=True).update(
            waiting_since=parse_datetime(since)
        )
        if fresh:
            result.done.append(int(pk))
        else:
            result.refused[int(pk)] = "They have written again meanwhile, and wait already."
    record([_said("answer_awaited", pk, by, now) for pk in result.done], now=now)
    return result
