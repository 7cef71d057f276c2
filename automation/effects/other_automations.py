"""People put into other automations, and taken out of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from automation.effects.sharing import together
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationState, Enrollment
from automation.stopping import stop
from crm.causes import cause_for


def start(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Let each into the other automation, by its own rules; a refusal is no failure."""
    there = _there(orders)
    entries = {one.enrollment_id: _entry(one, now) for one in orders if not _gone(there.get(one.effect.automation_id))}
    entered = enroll(list(entries.values()), now=now) if entries else None
    done = []
    for one in orders:
        entry = entries.get(one.enrollment_id)
        if entry is None or entered is None:
            done.append(Done(failed=_gone(there.get(one.effect.automation_id))))
            continue
        name, key = there[one.effect.automation_id][0], (entry.automation_id, entry.contact_id, entry.about)
        if key in entered.ids:
            done.append(Done(f"Entered “{name}”.", {"enrollment": entered.ids[key]}))
        else:
            done.append(Done(f"Did not enter “{name}”: {entered.refused.get(key, 'They are inside already.')}"))
    return done


def stop_others(orders: Sequence[Order], now: datetime) -> list[Done]:
    """End their rounds in the other automation; who is in none stays as they are."""
    there = _there(orders)
    done: dict[int, Done] = {}
    for automation_id, some in together(orders, lambda one: one.effect.automation_id).items():
        if automation_id not in there:
            gone = "The automation that was to be stopped was deleted. Choose another one."
            done |= dict.fromkeys([one.enrollment_id for one in some], Done(failed=gone))
            continue
        name = there[automation_id][0]
        rounds = Enrollment.objects.inside().filter(
            automation=automation_id, contact__in=[one.contact_id for one in some]
        )
        rounds = rounds.exclude(pk__in=[one.enrollment_id for one in some])
        whose = dict(rounds.values_list("contact_id", "pk"))
        stopped = set(stop(rounds, why="Another automation stopped it.", by=None, now=now).done) if whose else set()
        for one in some:
            out = whose.get(one.contact_id) in stopped
            done[one.enrollment_id] = Done(f"Left “{name}”." if out else f"They were not in “{name}”.")
    return [done[one.enrollment_id] for one in orders]


def _there(orders: Sequence[Order]) -> dict[int, tuple[str, str]]:
    """Name and state of the automations that are asked for; the deleted are not among them."""
    rows = Automation.objects.alive().filter(pk__in={one.effect.automation_id for one in orders})
    return {pk: (name, state) for pk, name, state in rows.values_list("pk", "name", "state")}


def _gone(found: tuple[str, str] | None) -> str:
    if found is None:
        return "The automation that was to be started was deleted. Choose another one."
    return f"“{found[0]}” was put away. Choose another one." if found[1] == AutomationState.ARCHIVED else ""


def _entry(one: Order, now: datetime) -> Entry:
    """They enter for the same record, with what their trigger knew."""
    cause, about = cause_for(one.contact_id), one.state.about
    return Entry(
        automation_id=one.effect.automation_id,
        contact_id=one.contact_id,
        at=now,
        about=f"{about.kind}:{about.id}" if about else "",
        cause_id=cause.event_id if cause else None,
        depth=cause.depth if cause else 0,
        words=one.words,
    )
