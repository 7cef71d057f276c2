"""When a person's next digest is due: at their own hour, once a local day, whatever clocks and zones do. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from crm.zones import local_day, moment


def next_digest(now: datetime, *, zone_name: str, hour: int, last: date | None) -> datetime:
    """The next moment after `now` at which it is `hour` on a local day that has had no digest yet.

    `last` is the local date of the latest digest: whoever flies west lives that day twice and gets it once.
    """
    day = local_day(now, zone_name)
    if last is not None and last >= day:
        day = last + timedelta(days=1)
    at = moment(day, time(hour), zone_name)
    while at <= now:
        day += timedelta(days=1)
        at = moment(day, time(hour), zone_name)
    return at
