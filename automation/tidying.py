"""What is put in order every night: old versions that nobody is inside any more are no longer asked (D6)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.models import Organisation
from crm.nightly import take_slot

JOB = "automation_versions"
HOUR = 3

#: True once the hour of the night has come, and on the very first day, when the clock is not set yet.
DUE_SQL = (
    f"NOT EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}')"
    f" OR EXISTS (SELECT FROM crm_clock WHERE job = '{JOB}' AND next_at <= %(now)s)"
)


def tidy_versions(now: datetime) -> int:
    """Sweep: once a night; returns how many versions are no longer in use."""
    with transaction.atomic():
        slot = take_slot(JOB, hour=HOUR, zone_name=Organisation.objects.current().time_zone, now=now)
        if slot is None:
            return 0
        done = let_go()
        slot.note({"versions": done})
    return done


def let_go() -> int:
    """Mark versions as out of use that are not live and that nobody is inside."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_automationversion v SET in_use = false
            WHERE v.in_use AND NOT EXISTS (SELECT FROM automation_automation a WHERE a.live_id = v.id)
                AND NOT EXISTS (
                    SELECT FROM automation_enrollment e WHERE e.automation_version_id = v.id
                        AND e.status IN ('active', 'waiting', 'paused', 'paused_ooo', 'failed'))
            """
        )
        return int(cursor.rowcount)
