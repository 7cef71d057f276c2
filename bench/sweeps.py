"""The sweeps, each against one bare statement that does the same writes on the same tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection

from bench import fill
from bench.measurement import Measurement, seconds

BATCH = 1000


def run(sql: str, parameters: list[object] | None = None) -> int:
    """Execute one statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return int(cursor.rowcount)


def due_rows(size: int) -> int:
    """Return how many rows are made due: what a busy installation of that size may have at once."""
    return max(5_000, min(50_000, size // 10))


def best(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """Return the best of each: what disturbs a run only ever makes it slower."""
    return max(ours), max(theirs)


# --- reminders --------------------------------------------------------------------------------------

REMINDER_CEILING = """
WITH due AS (
    UPDATE followups_reminder SET state = 'fired', fired_at = %s
    WHERE id IN (SELECT id FROM followups_reminder WHERE state = 'waiting' AND fire_at <= %s
                 ORDER BY fire_at, id FOR UPDATE SKIP LOCKED)
    RETURNING id, user_id, followup_id
)
INSERT INTO messaging_message (channel, direction, kind, user_id, "to", subject, data, cause_kind, cause_id, dedupe_key,
    status, reason, send_after, claimed_by, attempts, provider, provider_id, created_at)
SELECT c.channel, 'out', 'reminder', due.user_id, '', 'Reminder', '{}'::jsonb, 'followup', due.followup_id,
    'ceiling:' || due.id || ':' || c.channel, c.status, '', now(), '', 0, '', '', now()
FROM due, (VALUES ('in_app', 'delivered'), ('email', 'pending')) AS c(channel, status)
"""


def fresh_reminders(count: int) -> datetime:
    """Make so many reminders due and return the time at which they are."""
    now = datetime.now(UTC)
    run("TRUNCATE followups_reminder")
    run("TRUNCATE messaging_message CASCADE")
    fill.reminders(count, due_at=now - timedelta(seconds=30))
    run("ANALYZE followups_reminder")
    return now


def reminder_sweep(size: int) -> Iterable[Measurement]:
    """Due reminders to outbox rows, policy and preferences applied."""
    from followups.reminders import sweep_reminders

    count = due_rows(size)
    fill.lay_out()
    ours, ceiling = [], []
    for _ in range(3):
        now = fresh_reminders(count)
        ours.append(count / seconds(lambda now=now: sweep_reminders(now)))
        now = fresh_reminders(count)
        ceiling.append(count / seconds(lambda now=now: run(REMINDER_CEILING, [now, now])))
    value, top = best(ours, ceiling)
    yield Measurement("reminder_sweep", value, "rows/s", 0.25, "higher", top, value / top, size=size)


# --- events -----------------------------------------------------------------------------------------

CLAIM = """
DELETE FROM crm_pendingevent WHERE event_id IN (
    SELECT event_id FROM crm_pendingevent ORDER BY event_id LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING event_id
"""


def fresh_events(count: int) -> datetime:
    """Queue so many events of a kind that no subscriber asks for."""
    now = datetime.now(UTC)
    run("TRUNCATE crm_pendingevent")
    run(
        """
        WITH new AS (
            INSERT INTO crm_event (contact_id, kind, occurred_at, recorded_at, actor, subject_kind, data, two_way, key, depth)
            SELECT c.id, 'custom.bench', now(), now(), 'system', '', '{}', false, '', 0
            FROM generate_series(1, %s) n, LATERAL (
                SELECT (SELECT min(id) FROM crm_contact) + n %% (SELECT count(*) FROM crm_contact) AS id) c
            RETURNING id, contact_id)
        INSERT INTO crm_pendingevent (event_id, shard) SELECT id, contact_id %% 16 FROM new
        """,
        [count],
    )
    run("ANALYZE crm_pendingevent")
    return now


def event_dispatch(size: int) -> Iterable[Measurement]:
    """Events through all subscribers that have nothing to do, against a bare claim of the same batches."""
    from crm.dispatching import dispatch_pending

    count = due_rows(size)
    ours, ceiling = [], []

    def claim_all() -> None:
        while run(CLAIM):
            pass

    for _ in range(3):
        now = fresh_events(count)
        ours.append(count / seconds(lambda now=now: dispatch_pending(now)))
        fresh_events(count)
        ceiling.append(count / seconds(claim_all))
    value, top = best(ours, ceiling)
    yield Measurement("event_dispatch", value, "events/s", 0.3, "higher", top, value / top, size=size)


# --- overdue ----------------------------------------------------------------------------------------

OVERDUE_CEILING = """
WITH due AS (
    UPDATE followups_followup SET status = 'missed', missed_at = %s, version = version + 1, updated_at = %s
    WHERE id IN (SELECT id FROM followups_followup WHERE status = 'pending' AND deleted_at IS NULL AND due_by <= %s
                 FOR UPDATE SKIP LOCKED)
    RETURNING id, contact_id, assignee_id
), events AS (
    INSERT INTO crm_event (contact_id, kind, occurred_at, recorded_at, actor, subject_kind, subject_id, data, two_way, key, depth)
    SELECT contact_id, 'followup_missed', now(), now(), 'system', 'followup', id, '{}', false, '', 0 FROM due
    RETURNING id, contact_id
), queue AS (
    INSERT INTO crm_pendingevent (event_id, shard) SELECT id, contact_id %% 16 FROM events
), climbs AS (
    INSERT INTO followups_escalation (followup_id, level, next_at, told, opened_at) SELECT id, 0, now(), '[]', now() FROM due
)
INSERT INTO messaging_message (channel, direction, kind, user_id, "to", subject, data, cause_kind, dedupe_key,
    status, reason, send_after, claimed_by, attempts, provider, provider_id, created_at)
SELECT 'in_app', 'out', 'overdue', assignee_id, '', count(*) || ' are overdue', '{}'::jsonb, '', 'ceiling:' || assignee_id || ':' || now(),
    'delivered', '', now(), '', 0, '', '', now()
FROM due GROUP BY assignee_id
"""


def fresh_overdue(count: int) -> datetime:
    """Make so many pending follow-ups past due, and everything else not."""
    now = datetime.now(UTC)
    run("TRUNCATE followups_escalation")
    run("TRUNCATE messaging_message CASCADE")
    run("TRUNCATE crm_pendingevent")
    run(
        """
        UPDATE followups_followup f
        SET status = 'pending', missed_at = NULL, due_at = t.due, due_by = t.due
        FROM (SELECT id, CASE WHEN row_number() OVER (ORDER BY id) <= %s THEN %s ELSE %s END AS due
              FROM followups_followup WHERE status IN ('pending', 'missed')) t
        WHERE t.id = f.id AND (f.status, f.due_by) IS DISTINCT FROM ('pending', t.due)
        """,
        [count, now - timedelta(minutes=10), now + timedelta(days=9)],
    )
    run("VACUUM ANALYZE followups_followup")
    return now


def overdue_sweep(size: int) -> Iterable[Measurement]:
    """Past-due follow-ups marked, events written, people told."""
    from followups.overdue import sweep_overdue

    count = min(size // 10, 20_000)
    ours, ceiling = [], []
    for _ in range(3):
        now = fresh_overdue(count)
        ours.append(count / seconds(lambda now=now: sweep_overdue(now)))
        now = fresh_overdue(count)
        ceiling.append(count / seconds(lambda now=now: run(OVERDUE_CEILING, [now, now, now])))
    value, top = best(ours, ceiling)
    yield Measurement("overdue_sweep", value, "follow-ups/s", 0.3, "higher", top, value / top, size=size)
