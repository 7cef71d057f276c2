"""The engine: people in a library of mixed automations, moved on step by step by two processes for weeks.

The ceiling is what two processes claim in batches of 500 from a narrow table with one partial index, doing nothing else.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import connections

from bench import fill
from bench.measurement import Measurement, seconds
from bench.sweeps import run

BATCH = 500
PROCESSES = 2
FORKS = multiprocessing.get_context("fork")
#: At the largest size the engine is asked among so many contacts.
MANY_CONTACTS, MANY_INSIDE = 1_000_000, 100_000
#: When people are looked at again, after they have entered: enough for everybody to come to the end.
DAYS = (0, 1, 3, 4, 6)


def steps(template: int, tag: int) -> list[dict[str, Any]]:
    """A nurture of nine steps: half are told apart, tagged and written to, a fifth gets a call to make."""
    talked = {"some": "followups", "where": [{"field": "status", "op": "equals", "value": "completed"}]}
    return [
        {"id": "warm", "kind": "branch", "exits": {"client": "tag", "else": "first"},
         "choices": [{"name": "client", "label": "Client", "when": {"field": "lifecycle", "op": "equals", "value": "client"}}]},
        {"id": "tag", "kind": "add_tag", "tag": tag, "exits": {"next": "call"}},
        {"id": "call", "kind": "create_followup", "subject": "Call {{ client.first_name }}", "type": "call",
         "exits": {"next": "first"}},
        {"id": "first", "kind": "send_email", "template": template, "exits": {"next": "rest"}},
        {"id": "rest", "kind": "wait", "amount": 1, "unit": "days", "exits": {"next": "answer"}},
        {"id": "answer", "kind": "wait_for_event", "events": [{"event": "reply"}], "amount": 2, "unit": "days",
         "exits": {"happened": None, "timed_out": "talked"}},
        {"id": "talked", "kind": "branch", "exits": {"yes": "second", "else": "pause"},
         "choices": [{"name": "yes", "label": "Talked", "when": talked}]},
        {"id": "second", "kind": "send_email", "template": template, "exits": {"next": "pause"}},
        {"id": "pause", "kind": "wait", "amount": 1, "unit": "days", "exits": {"next": "end"}},
        {"id": "end", "kind": "end"},
    ]  # fmt: skip


def workflow_steps(size: int) -> Iterable[Measurement]:
    """Steps decided, done and written down in a second, by two processes."""
    from automation.models import StepVisit

    people = _people(size)
    now = datetime.now(UTC)
    _lay(people, now)
    together = FORKS.Barrier(PROCESSES)
    taken = seconds(lambda: _both(_sweep, (now, together)))
    visits = StepVisit.objects.count()
    left = run("SELECT FROM automation_enrollment WHERE status <> 'finished'")
    if left:
        raise RuntimeError(f"{left} of {len(people)} did not come to the end")
    value, top = visits / taken, _ceiling(len(people))
    _tidy()
    yield Measurement("workflow_steps", value, "steps/s", 5_000, "higher", top, value / top, judged="value", size=size)
    yield Measurement("workflow_claim", value, "steps/s", 0.05, "higher", top, value / top, size=size)


def _people(size: int) -> list[int]:
    from crm.models import Contact

    if size >= MANY_CONTACTS and (missing := MANY_CONTACTS - Contact.objects.count()) > 0:
        fill.more_contacts(missing)
    rows = Contact.objects.alive().order_by("pk").values_list("pk", flat=True)
    return list(rows[: MANY_INSIDE if size >= MANY_CONTACTS else max(2_000, size // 10)])


def _lay(people: list[int], now: datetime) -> None:
    """Make the automation and let everybody in."""
    from automation.entering import Entry, enroll
    from automation.publishing import create, publish
    from crm.models import Tag
    from messaging.models import MessageTemplate, TemplateVariant

    _tidy()
    tag, _ = Tag.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    template, _ = MessageTemplate.objects.get_or_create(
        name="Bench", channel="email", defaults={"topic": "service", "created_at": now, "updated_at": now}
    )
    TemplateVariant.objects.get_or_create(
        template=template, language="en", defaults={"subject": "Ready", "text": "Hello {{ contact.first_name|there }}"}
    )
    definition = {
        "triggers": [{"kind": "manual"}],
        "rules": {"reentry": "always"},
        "start": "warm",
        "steps": steps(template.pk, tag.pk),
    }
    made = create(name="Bench", definition=definition, by=None, now=now)
    publish(made, by=None, now=now)
    for start in range(0, len(people), 1_000):
        enroll([Entry(made.pk, pk, now) for pk in people[start : start + 1_000]], now=now)
    run("TRUNCATE crm_pendingevent")
    run("VACUUM ANALYZE automation_enrollment")


def _tidy() -> None:
    run("TRUNCATE automation_automation CASCADE")
    run("TRUNCATE messaging_message CASCADE")
    ours = "(SELECT id FROM followups_followup WHERE source_key LIKE 'automation:%')"
    for table in ("followups_reminder", "followups_escalation", "followups_followuptag"):
        run(f"DELETE FROM {table} WHERE followup_id IN {ours}")
    run("DELETE FROM followups_followup WHERE source_key LIKE 'automation:%'")
    run("DELETE FROM crm_contacttag USING crm_tag t WHERE t.id = tag_id AND t.slug = 'bench'")
    run("TRUNCATE crm_pendingevent")


def _sweep(given: tuple[datetime, Barrier]) -> None:
    """All the days, as a worker lives through them; nobody begins the next one before the others are through."""
    from automation.running import sweep_enrollments

    now, together = given
    try:
        for day in DAYS:
            sweep_enrollments(now + timedelta(days=day))
            together.wait()
    except BaseException:
        together.abort()
        raise


def _both(work: Callable[[Any], None], given: Any) -> None:
    """Do the same work in two processes at once, each with connections of its own."""
    connections.close_all()
    workers = [FORKS.Process(target=_alone, args=(work, given)) for _ in range(PROCESSES)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    if any(one.exitcode for one in workers):
        raise RuntimeError("a worker broke off")


def _alone(work: Callable[[Any], None], given: Any) -> None:
    try:
        work(given)
    finally:
        connections.close_all()


CLAIM = f"""
UPDATE bench_due SET next_at = NULL WHERE id IN (
    SELECT id FROM bench_due WHERE next_at <= now() ORDER BY next_at, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED)
"""


def _ceiling(count: int) -> float:
    """Rows a second that two processes claim, and nothing else."""
    run("DROP TABLE IF EXISTS bench_due")
    run("CREATE TABLE bench_due AS SELECT n AS id, now() AS next_at FROM generate_series(1, %s) AS n", [count])
    run("CREATE INDEX ON bench_due (next_at, id) WHERE next_at IS NOT NULL")
    run("VACUUM ANALYZE bench_due")
    took = seconds(lambda: _both(_claim, None))
    run("DROP TABLE bench_due")
    return count / took


def _claim(_: Any) -> None:
    while run(CLAIM):
        pass
