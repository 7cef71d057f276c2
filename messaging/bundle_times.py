"""When mails that can wait leave together."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo


def next_bundle(written_at: datetime, minutes: int, zone: tzinfo) -> datetime:
    """The first moment after `written_at` that is a whole number of `minutes` after the person's midnight, or midnight."""
    local = written_at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    passed = written_at - midnight  # in real time: where the clocks moved today, bundles keep their distance
    step = timedelta(minutes=minutes)
    tomorrow = (midnight + timedelta(days=1)).replace(fold=0)
    leaves = midnight.astimezone(written_at.tzinfo) + (passed // step + 1) * step
    return min(leaves, tomorrow.astimezone(written_at.tzinfo))
