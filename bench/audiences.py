"""Ten dynamic audiences brought up to date after a thousand contacts changed, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bench.measurement import Measurement, seconds
from bench.sweeps import run

CHANGED = 1_000
LIFECYCLES = ("new", "working", "qualified", "client", "lost")


def conditions() -> list[dict[str, Any]]:
    """What ten audiences of an agency ask for: fields, days, and records of the contact."""
    fields: list[dict[str, Any]] = [
        {"field": "lifecycle", "op": "equals", "value": lifecycle} for lifecycle in LIFECYCLES
    ]
    return [
        *fields,
        {"all": [fields[3], {"field": "last_two_way_at", "op": "longer_ago", "value": 30}]},
        {"all": [fields[0], {"field": "open_followups", "op": "equals", "value": 0}]},
        {"any": [fields[1], {"all": [fields[2], {"field": "country", "op": "equals", "value": "DE"}]}]},
        {"all": [{"field": "created_at", "op": "within_last", "value": 90}, {"none": [fields[4]]}]},
        {"some": "followups", "where": [{"field": "status", "op": "equals", "value": "pending"}]},
    ]


def lay_audiences() -> None:
    """Make the audiences and put them together."""
    from crm.audiences.filling import fill_waiting
    from crm.audiences.making import make_audience

    run("TRUNCATE crm_audience CASCADE")
    run("TRUNCATE crm_changedcontact")
    now = datetime.now(UTC)
    for number, condition in enumerate(conditions()):
        make_audience(name=f"Bench {number}", kind="dynamic", condition=condition, by=None, now=now)
    fill_waiting(now)
    run("TRUNCATE crm_pendingevent")
    run("VACUUM ANALYZE crm_audiencemember")


def change() -> int:
    """Move a thousand contacts on in their lifecycle, spread over all; queued as the dispatcher would."""
    run("TRUNCATE crm_changedcontact")
    return run(
        """
        WITH span AS (SELECT min(id) AS low, count(*) AS number FROM crm_contact),
        moved AS (
            UPDATE crm_contact SET lifecycle = CASE lifecycle WHEN 'client' THEN 'lost' ELSE 'client' END
            WHERE id IN (SELECT low + n * greatest(number / %s, 1) FROM span, generate_series(0, %s - 1) AS n) RETURNING id)
        INSERT INTO crm_changedcontact (contact_id, changed_at) SELECT id, now() FROM moved
        """,
        [CHANGED, CHANGED],
    )


def audience_refresh(size: int) -> Iterable[Measurement]:
    """Seconds from a thousand changed contacts to ten audiences that are right again, events included."""
    from crm.audiences.refreshing import refresh

    lay_audiences()
    taken = []
    for _ in range(3):
        change()
        now = datetime.now(UTC)
        taken.append(seconds(lambda now=now: refresh(now)))
    run("TRUNCATE crm_audience CASCADE")
    run("TRUNCATE crm_pendingevent")
    yield Measurement("audience_refresh", min(taken), "s", 2.0, "lower", judged="value", size=size)
