"""Triggers: a hundred thousand events against two hundred active automations, of which hardly one is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from bench.measurement import Measurement, seconds
from bench.sweeps import best, run

EVENTS, AUTOMATIONS = 100_000, 200

#: One kind of trigger each, with what tells the many apart; of kinds of event that nothing else listens to.
TRIGGERS: tuple[Callable[[int], dict[str, Any]], ...] = (
    lambda n: {"kind": "form_submitted", "form": f"form {n}"},
    lambda n: {"kind": "tag_added", "tag": n + 1},
    lambda n: {"kind": "tag_removed", "tag": n + 1},
    lambda n: {"kind": "audience_joined", "audience": n + 1},
    lambda n: {"kind": "audience_left", "audience": n + 1},
    lambda n: {"kind": "order_paid", "item": f"course {n}"},
    lambda n: {"kind": "order_abandoned", "item": f"course {n}"},
    lambda n: {"kind": "class_enrolled", "item": f"class {n}"},
    lambda n: {"kind": "class_missed", "item": f"class {n}"},
    lambda n: {"kind": "custom_event", "event": "custom.bench", "name": "plan", "value": f"plan {n}"},
)
#: What happens: each is of a kind that twenty automations listen to; one in a thousand lets somebody in.
HAPPENS = """
    (0, 'form_submitted', '{"form": "prices"}'), (1, 'tag_added', '{"tag": "VIP", "tag_id": 900001}'),
    (2, 'tag_removed', '{"tag": "VIP", "tag_id": 900001}'),
    (3, 'audience_joined', '{"audience": "Warm", "audience_id": 900001, "filling": false}'),
    (4, 'audience_left', '{"audience": "Warm", "audience_id": 900001, "filling": false}'),
    (5, 'order_paid', '{"item": "Handbook"}'), (6, 'order_abandoned', '{"item": "Handbook"}'),
    (7, 'class_enrolled', '{"item": "Yoga"}'), (8, 'class_missed', '{"item": "Yoga"}'), (9, 'custom.bench', '{"plan": "pro"}')
"""


def trigger_matching(size: int) -> Iterable[Measurement]:
    """Events through the dispatcher with every trigger asked that may be meant, against the same with nobody listening."""
    from crm.dispatching import dispatch_pending

    ours, bare = [], []
    before = _last_event()
    for _ in range(3):
        _tidy()
        now = _fresh_events()
        bare.append(EVENTS / seconds(lambda now=now: dispatch_pending(now)))  # type: ignore[misc]
        _lay()
        now = _fresh_events()
        ours.append(EVENTS / seconds(lambda now=now: dispatch_pending(now)))  # type: ignore[misc]
        if not run("SELECT FROM automation_enrollment"):
            raise RuntimeError("nobody was let in")
    _tidy()
    _forget_events(before)
    value, top = best(ours, bare)
    yield Measurement("trigger_matching", value, "events/s", 0.2, "higher", top, value / top, size=size)


def _lay() -> None:
    """Make and switch on the automations."""
    from automation.publishing import create, publish

    now = datetime.now(UTC)
    end = {"id": "end", "kind": "end"}
    for number in range(AUTOMATIONS):
        trigger = TRIGGERS[number % len(TRIGGERS)](number)
        definition = {"triggers": [trigger], "start": "end", "steps": [end]}
        publish(create(name=f"Bench {number}", definition=definition, by=None, now=now), by=None, now=now)


def _fresh_events() -> datetime:
    """Queue the events, shared out over the contacts; every thousandth is one that lets in."""
    now = datetime.now(UTC)
    run("TRUNCATE crm_pendingevent, automation_enrollment, automation_refusedentry CASCADE")
    run(
        f"""
        WITH new AS (
            INSERT INTO crm_event (contact_id, kind, occurred_at, recorded_at, actor, subject_kind, data, two_way, key, depth)
            SELECT c.id, k.kind, now(), now() + n * interval '1 microsecond', 'system', '', CASE WHEN n %% 1000 = 0
                THEN '{{"form": "form 0"}}' ELSE k.data END::jsonb, false, '', 0
            FROM generate_series(1, %s) n JOIN (VALUES {HAPPENS}) AS k(number, kind, data) ON k.number = n %% 10,
            LATERAL (
                SELECT (SELECT min(id) FROM crm_contact) + n %% (SELECT count(*) FROM crm_contact) AS id) c
            RETURNING id, contact_id)
        INSERT INTO crm_pendingevent (event_id, shard) SELECT id, contact_id %% 16 FROM new
        """,
        [EVENTS],
    )
    run("ANALYZE crm_pendingevent")
    return now


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM crm_event")
        return int(cursor.fetchone()[0])


def _forget_events(before: int) -> None:
    """Remove what was made to happen: at the smallest size it is hundreds of events for each contact, which the engine
    would read past at every turn."""
    with transaction.atomic():
        run("SET LOCAL session_replication_role = 'replica'")  # no foreign key that leads to an event is set yet
        run("DELETE FROM crm_event WHERE id > %s", [before])
    run("VACUUM ANALYZE crm_event")


def _tidy() -> None:
    """Take everything away again: nobody else must pay for it."""
    from automation import compiling
    from automation.triggers import listening

    run("UPDATE automation_automation SET live_id = NULL, state = 'draft'")
    run("TRUNCATE automation_automation, automation_automationversion, automation_enrollment CASCADE")
    compiling.forget()
    listening.forget()
