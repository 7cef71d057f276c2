"""The organisation's working hours, as the sweeps ask for them. A week without any counts as always open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crm.models import Organisation
from crm.working_time import NoWorkingTime, is_working, working_hours_before


def hours_of(organisation: Organisation) -> dict[str, Any]:
    """The arguments that the functions of `crm.working_time` take."""
    return {
        "zone": organisation.time_zone,
        "days": organisation.working_days,
        "from_": organisation.working_from,
        "to": organisation.working_to,
    }


def is_open(organisation: Organisation, now: datetime) -> bool:
    """Whether people are at work."""
    try:
        return is_working(now, **hours_of(organisation))
    except NoWorkingTime:
        return True


def minutes_ago(organisation: Organisation, now: datetime, minutes: int) -> datetime:
    """The latest moment since which so many minutes of work have passed."""
    try:
        return working_hours_before(now, minutes / 60, **hours_of(organisation))
    except NoWorkingTime:
        return now - timedelta(minutes=minutes)
