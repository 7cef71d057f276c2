"""Pausing, going on, putting away and deleting automations, and what becomes of those inside (D5, D14).

An automation that does not run lets nobody in. Pausing also holds everybody inside, and what waits in the outbox; their
time goes on, so whoever waited long enough meanwhile goes on at once afterwards. Put away or deleted, it lets them finish or
stops them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from django.db.models import F, Q

from automation.braking import count_anew
from automation.clocks import set_clocks
from automation.effects.messages import CAUSE
from automation.engine.state import ARCHIVED
from automation.house_rules import give_way
from automation.models import (
    RUNNING,
    Automation,
    AutomationState,
    AutomationVersion,
    Enrollment,
    EnrollmentStatus,
)
from automation.models.automation import AutomationQuerySet
from automation.stopping import BY_AUTOMATION, BY_BRAKE
from crm.results import Result
from crm.undo import UndoResult, register_undoer, remember
from messaging.holding import hold_back, let_go
from messaging.models import Message

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet

Inside = Literal["finish", "stop"]
UNDO = "automations"
HELD = "The automation is paused."
STILL_EMPTIED = "Everybody who was inside is still being stopped. Try again in a minute."


def pause(
    automations: AutomationQuerySet, *, by: User | None, now: datetime, reason: str = "", waits: bool = True
) -> Result:
    """Switch active ones off for a while and hold everybody inside. `reason` is said on the page where no person did it.

    Without `waits` what another holds at this moment is left out: an automation that is just being switched, which then is
    in neither part of the result, and people on the move, whom the engine holds at their next turn. What has to be waited
    for is done right after the commit."""
    held_by = BY_BRAKE if reason else BY_AUTOMATION
    with transaction.atomic():
        result = _move(
            automations, {AutomationState.ACTIVE}, AutomationState.PAUSED, "It is not active.", now, reason, waits=waits
        )
        running = Enrollment.objects.filter(automation__in=result.done, status__in=RUNNING)
        running.in_order(waits=waits).update(
            status=EnrollmentStatus.PAUSED, paused_by=held_by, why=(reason or HELD)[:300]
        )
        hold_back(_messages(result.done), reason=HELD, now=now, waits=waits)
        if result.done and not waits:
            transaction.on_commit(partial(_catch_up, result.done, now), robust=True)
    return result


def _catch_up(automation_ids: list[int], now: datetime) -> None:
    """What a pause that waited for nobody has left, for those that are paused still. A message that somebody held at that
    moment, as who approves or changes it does, would otherwise leave when it is due: nothing asks again."""
    with transaction.atomic():
        paused = Automation.objects.filter(pk__in=automation_ids, state=AutomationState.PAUSED).order_by("pk")
        ids = list(paused.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        set_clocks(ids, now)
        give_way(ids, now=now)
        hold_back(_messages(ids), reason=HELD, now=now)


def resume(automations: AutomationQuerySet, *, by: User | None, now: datetime) -> Result:
    """Switch paused ones on again with the version that is live, and let those whom the pause held go on: their step is
    asked anew at once. The brake counts the day anew. Whom a person paused stays paused. One that is still being emptied is
    refused: whoever came in now would be stopped with the others."""
    emptied = Q(state=AutomationState.PAUSED) & ~Q(emptying="")
    with transaction.atomic():
        some = automations.exclude(emptied)
        result = _move(some, {AutomationState.PAUSED}, AutomationState.ACTIVE, "It is not paused.", now)
        result.refused |= dict.fromkeys(automations.filter(emptied).values_list("pk", flat=True), STILL_EMPTIED)
        count_anew(result.done, now=now)
        release(result.done, now=now)
    return result


def release(automation_ids: Iterable[int], *, now: datetime) -> None:
    """Let those go on whom the pause of an automation held, and leave what waits for them in the outbox."""
    ids = list(automation_ids)
    by_us = Q(status=EnrollmentStatus.PAUSED, paused_by__in=(BY_AUTOMATION, BY_BRAKE))
    held = Enrollment.objects.filter(by_us | Q(status__in=RUNNING, why=HELD), automation__in=ids)
    held.in_order().update(status=EnrollmentStatus.ACTIVE, paused_by="", why="", next_at=now)
    let_go(_messages(ids), reason=HELD, now=now)


def _messages(automation_ids: list[int]) -> MessageQuerySet:
    """What they have written, also for those who have finished since."""
    rounds = Enrollment.objects.filter(automation__in=automation_ids)
    return Message.objects.filter(cause_kind=CAUSE, cause_id__in=rounds.values("pk"))


def archive(automations: AutomationQuerySet, *, inside: Inside, by: User | None, now: datetime) -> Result:
    """Put automations away: nobody enters any more. Those inside finish, or are all stopped; held ones go on where they
    are to finish."""
    before = dict(automations.values_list("pk", "state"))
    with transaction.atomic():
        states = set(AutomationState.values) - {AutomationState.ARCHIVED}
        result = _move(automations, states, AutomationState.ARCHIVED, "It is put away already.", now)
        _empty(result.done, inside, now)
        if by is not None and result.done and inside == "finish":
            payload = {"archived": {str(pk): before[pk] for pk in result.done}}
            result.undo_id = remember(user=by, label="Put away", kind=UNDO, payload=payload, now=now)
    return result


def restore(automations: AutomationQuerySet, *, by: User | None, now: datetime) -> Result:
    """Take automations out again: paused, or a draft where none was ever published. Nobody who was stopped comes back."""
    result = Result()
    with transaction.atomic():
        for published, state in ((True, AutomationState.PAUSED), (False, AutomationState.DRAFT)):
            some = automations.filter(live__isnull=not published)
            done = _move(some, {AutomationState.ARCHIVED}, state, "It is not put away.", now)
            result.done += done.done
            result.refused |= done.refused
        _emptied(result.done)
    return result


def delete(automations: AutomationQuerySet, *, inside: Inside, by: User | None, now: datetime) -> Result:
    """Delete automations; what they did stays on the timelines. Those inside finish, or are all stopped. What is taken
    back within minutes does not start again whom it has stopped."""
    before = dict(automations.values_list("pk", "state"))
    with transaction.atomic():
        result = _move(automations, set(AutomationState.values), AutomationState.ARCHIVED, "", now)
        Automation.objects.filter(pk__in=result.done).update(deleted_at=now)
        _empty(result.done, inside, now)
        if by is not None and result.done:
            payload = {"deleted": {str(pk): before[pk] for pk in result.done}}
            result.undo_id = remember(user=by, label="Deleted", kind=UNDO, payload=payload, now=now)
    return result


def register() -> None:
    """Make known how putting away and deleting are taken back; called once at start-up."""
    register_undoer(UNDO, _take_back)


def _move(
    automations: AutomationQuerySet, of: set[Any], to: AutomationState, otherwise: str, now: datetime, reason: str = "",
    *, waits: bool = True,
) -> Result:  # fmt: skip
    """Lock the set and change the state of those that are in one of these states. Who is just being let in is not kept
    waiting: the engine may hold others inside, for whom it is waited here."""
    locked = automations.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=not waits)
    rows = list(locked.values_list("pk", "state"))
    result = Result(done=[pk for pk, state in rows if state in of])
    result.refused = {pk: otherwise for pk, state in rows if state not in of}
    Automation.objects.filter(pk__in=result.done).update(
        state=to, pause_reason=reason[:300], updated_at=now, version=F("version") + 1
    )
    if waits:
        set_clocks(result.done, now)
        give_way(result.done, now=now)
    return result


def _empty(automation_ids: list[int], inside: Inside, now: datetime) -> None:
    """What becomes of those inside. To be stopped they are held first, at once; `automation/emptying.py` stops them."""
    if inside == "finish":
        release(automation_ids, now=now)
        return
    running = Enrollment.objects.filter(automation__in=automation_ids, status__in=RUNNING)
    running.in_order().update(status=EnrollmentStatus.PAUSED, paused_by=BY_AUTOMATION, why="They are being stopped.")
    Automation.objects.filter(pk__in=automation_ids).update(emptying=ARCHIVED)


def _emptied(automation_ids: list[int]) -> None:
    """What is in use again stops nobody any more, unless somebody is left who was to be stopped."""
    left = Enrollment.objects.inside().filter(automation__in=automation_ids).values("automation")
    Automation.objects.filter(pk__in=automation_ids).exclude(pk__in=left).update(emptying="")


def _take_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Bring back what is still as it was left: in the state it had, but paused where it was active and others may have
    relied on its standing still."""
    result = UndoResult()
    for kind in ("archived", "deleted"):
        for text, state in payload.get(kind, {}).items():
            rows = Automation.objects.filter(
                pk=int(text), state=AutomationState.ARCHIVED, deleted_at__isnull=kind == "archived"
            )
            again = AutomationState.PAUSED if state == AutomationState.ACTIVE and kind == "deleted" else state
            if rows.update(state=again, deleted_at=None, updated_at=now, version=F("version") + 1):
                set_clocks([int(text)], now)
                give_way([int(text)], now=now)
                if again != AutomationState.ARCHIVED:
                    _emptied([int(text)])
                result.done.append(int(text))
            else:
                result.refused[int(text)] = "It has changed since."
    return result


def in_use_elsewhere(automation: Automation) -> list[str]:
    """The names of other automations whose live version or draft starts, stops or keeps clear of this one."""
    rows = AutomationVersion.objects.filter(automation__deleted_at__isnull=True).exclude(automation=automation)
    rows = rows.filter(published_at__isnull=True) | rows.filter(pk=F("automation__live"))
    named = rows.select_related("automation").only("definition", "automation__name").order_by("automation__name")
    return list(dict.fromkeys(one.automation.name for one in named if _names(one.definition, automation.pk)))


def _names(definition: dict[str, Any], pk: int) -> bool:
    steps = definition.get("steps", [])
    return pk in definition.get("rules", {}).get("not_while_in", []) or any(
        one.get("kind") in ("start_automation", "stop_automation") and one.get("automation") == pk for one in steps
    )
