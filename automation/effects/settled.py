"""Follow-ups closed: what they asked for has come, or is not needed any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from followups.settling import call_off, settle

NOTE = "Closed by an automation."


def close(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Close the open follow-ups that each round has made; nobody spoke with them, so it counts as no contact."""
    closed: set[int] = set()
    for how, verb in (("complete", settle), ("cancel", call_off)):
        mine = [one for one in orders if one.effect.how == how]
        closed.update(verb({pk: one.effect.note or NOTE for one in mine for pk in one.made}, now=now))
    done = []
    for one in orders:
        ids = sorted(closed.intersection(one.made))
        word = "Completed" if one.effect.how == "complete" else "Cancelled"
        some = "1 follow-up" if len(ids) == 1 else f"{len(ids)} follow-ups"
        done.append(Done(f"{word} {some}." if ids else "None of its follow-ups was open.", {"followups": ids}))
    return done
