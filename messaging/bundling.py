"""Mails to one colleague that waited for each other leave as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from messaging.claimed import Claimed
from messaging.facts import People
from messaging.kinds import NoticeKind, described, register_notice
from messaging.outbox import dumped, one_line
from messaging.policy import Verdict
from messaging.stopping import stop

KIND = "bundle"


def register() -> None:
    """Make the kind known; called once at start-up."""
    register_notice(NoticeKind(KIND, "Mails that came together", ("email",), renderer="bundle", choosable=False))


def waits_from(row: Claimed, people: People) -> datetime | None:
    """When a mail that may wait for others was written; None for what leaves by itself."""
    if row.channel != "email" or not described(row.kind).bundles:
        return None
    person = people.people.get(row.user_id or 0)
    return row.created_at if person is not None and person.bundle_minutes else None


@transaction.atomic
def bundled(
    allowed: Sequence[Claimed],
    stopped: Sequence[tuple[int, Verdict]],
    people: People,
    *,
    worker: str,
    now: datetime,
) -> list[Claimed]:
    """Let one mail of each person carry what the others of the batch say; stop those, and what was stopped before.

    Returns what is left to send. In one transaction: either a mail is said in another, or it goes by itself.
    """
    together: dict[int, list[Claimed]] = {}
    for row in allowed:
        if row.user_id and waits_from(row, people) is not None:
            together.setdefault(row.user_id, []).append(row)
    said: list[tuple[int, Verdict]] = []
    carriers = []
    for rows in together.values():
        if len(rows) > 1:
            carriers.append(_carry(rows))
            words = f"It was said in one mail with {_others(len(rows) - 1)}, message {rows[0].pk}."
            said += [(row.pk, Verdict("refuse", "bundled", words)) for row in rows[1:]]
    if carriers:
        _store(carriers, worker)
    stop([*stopped, *said], worker=worker, now=now)
    gone = {pk for pk, _ in said}
    return [row for row in allowed if row.pk not in gone]


def _carry(rows: Sequence[Claimed]) -> Claimed:
    first = rows[0]
    notices = [
        {"subject": row.subject, "url": row.data.get("url", ""), "lines": row.data.get("lines") or []} for row in rows
    ]
    first.kind, first.data = KIND, {"notices": notices}
    first.subject = one_line(f"{len(rows)} notices: {rows[0].subject}")
    return first


def _store(carriers: Sequence[Claimed], worker: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_message m SET kind = %s, subject = c.subject, data = c.data
            FROM unnest(%s::bigint[], %s::text[], %s::jsonb[]) AS c(id, subject, data)
            WHERE m.id = c.id AND m.claimed_by = %s AND m.status = 'sending'
            """,
            [
                KIND,
                [row.pk for row in carriers],
                [row.subject for row in carriers],
                [dumped(row.data) for row in carriers],
                worker,
            ],
        )


def _others(count: int) -> str:
    return "one other" if count == 1 else f"{count} others"
