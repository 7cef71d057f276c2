"""The second look: facts are read again just before a message leaves, and the policy speaks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from messaging.facts import People, load_people
from messaging.kinds import described
from messaging.ledger import write_decisions
from messaging.letters import Claimed
from messaging.notices import CHOSEN
from messaging.policy import Asked, Verdict, decide


def judge(rows: Sequence[Claimed], *, worker: str, now: datetime) -> list[Claimed]:
    """Return those that may leave now, with the address they go to; hold or refuse the others, with their reasons."""
    people = load_people({row.user_id for row in rows if row.user_id}, {row.kind for row in rows})
    verdicts: dict[tuple[Any, ...], Verdict] = {}
    allowed, stopped = [], []
    for row in rows:
        chosen = bool(row.data.get(CHOSEN))
        which = (row.user_id, row.kind, row.channel, row.expires_at, chosen)
        if which not in verdicts:
            verdicts[which] = _verdict(row, chosen, people, now)
        if verdicts[which].verdict == "send":
            person = people.people[row.user_id or 0]
            row.address, row.name = (person.address if row.channel == "email" else ""), person.name
            allowed.append(row)
        else:
            stopped.append((row.pk, verdicts[which]))
    if stopped:
        _stop(stopped, worker=worker, now=now)
    return allowed


def _verdict(row: Claimed, chosen: bool, people: People, now: datetime) -> Verdict:
    if row.user_id is None:
        return Verdict("refuse", "to_contact", "Messages to clients are not sent by this installation.")
    person = people.wanting(row.user_id, row.kind)
    asked = Asked(row.channel, row.kind, described(row.kind).urgent, row.expires_at)
    return decide(asked, people.explicit(person) if chosen else person, now)


@transaction.atomic
def _stop(stopped: Sequence[tuple[int, Verdict]], *, worker: str, now: datetime) -> None:
    """Put back what is held, which costs it no attempt, and end what is refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_message m SET
                status = CASE WHEN s.until IS NULL THEN 'suppressed' ELSE 'scheduled' END,
                attempts = CASE WHEN s.until IS NULL THEN m.attempts ELSE m.attempts - 1 END,
                send_after = coalesce(s.until, m.send_after), reason = s.sentence, claimed_by = '', lease_until = NULL
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS s(id, until, sentence)
            WHERE m.id = s.id AND m.claimed_by = %s AND m.status = 'sending'
            RETURNING m.id
            """,
            [
                [pk for pk, _ in stopped],
                [verdict.until for _, verdict in stopped],
                [verdict.sentence[:300] for _, verdict in stopped],
                worker,
            ],
        )
        ours = {row[0] for row in cursor.fetchall()}
    write_decisions([(pk, verdict) for pk, verdict in stopped if pk in ours], now=now)
