"""Attempts in vain, on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from automation.effects.sharing import together
from followups.logging_contact import log_attempts


def log_attempt(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Write one event for each; no real contact."""
    for (channel, notes), some in together(orders, lambda one: (one.effect.channel, one.effect.notes)).items():
        keys = {one.contact_id: f"automation:{one.key}" for one in some}
        log_attempts(keys, channel, notes=notes, now=now)
    return [Done("An attempt is on the timeline.")] * len(orders)
