"""The clocks of triggers of time: made when a version goes live, closed when it no longer lets people in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from automation.engine.spans import Hours
from automation.loading import organisation_hours
from automation.models import Automation, AutomationState, AutomationVersion, TriggerClock
from automation.triggers.listening import definitions
from automation.triggers.shape import Trigger
from automation.triggers.timed import Timed


def open_clocks(version: AutomationVersion, now: datetime) -> int:
    """Let the version's triggers of time look from now on; returns how many there are. One that another version of the
    automation has just the same looks on from where that one came to, so that nobody is missed in between; those of the
    other versions are closed. Call inside the transaction that makes the version live."""
    others = TriggerClock.objects.filter(automation_version__automation=version.automation_id, active=True).exclude(
        automation_version=version
    )
    before = {
        _same(trigger): clock.looked_until
        for clock in others
        for trigger in _triggers(clock.automation_version_id)[clock.place :][:1]
    }
    others.update(active=False)
    going = set(TriggerClock.objects.filter(automation_version=version, active=True).values_list("place", flat=True))
    timed = {
        place: one for place, one in enumerate(_triggers(version.pk)) if isinstance(one, Timed) and place not in going
    }
    week = organisation_hours() if timed else Hours()
    TriggerClock.objects.bulk_create(
        [
            TriggerClock(
                automation_version=version, place=place, looked_until=since,
                next_at=one.next_look(since, week), active=True, until=None, after=0,
            )
            for place, one in timed.items()
            for since in [min(before.get(_same(one), now), now)]
        ],
        update_conflicts=True,
        unique_fields=["automation_version", "place"],
        update_fields=["looked_until", "next_at", "active", "until", "after"],
    )  # fmt: skip
    return len(timed)


def set_clocks(automation_ids: Iterable[int], now: datetime) -> None:
    """Open the clocks of those that let people in now, close those of the others. Call inside the transaction that
    switches them."""
    for one in Automation.objects.filter(pk__in=list(automation_ids)).select_related("live"):
        if one.live is None:
            continue
        if one.state == AutomationState.ACTIVE and one.deleted_at is None:
            open_clocks(one.live, now)
        else:
            close_clocks(one.live)


def close_clocks(version: AutomationVersion) -> int:
    """Let its triggers of time rest; what comes due meanwhile is not made up for when they are opened again."""
    return TriggerClock.objects.filter(automation_version=version, active=True).update(active=False)


def _triggers(version_id: int) -> list[Trigger]:
    """None for a version that cannot be read any more."""
    return [one for _, definition in definitions([version_id]).values() for one in definition.triggers]


def _same(trigger: Trigger) -> str:
    """What two triggers have in common that look for the same."""
    return trigger.model_dump_json()
