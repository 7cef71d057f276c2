"""The second look at messages to contacts: the gate speaks again, one worker at a time for each contact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from messaging.claimed import Claimed
from messaging.contact_facts import ContactBook, load_book
from messaging.contact_policy import AskedContact, decide_for_contact
from messaging.contact_rules import OF_THE_CHANNEL
from messaging.fallback import fall_back
from messaging.ledger import write_repeated
from messaging.models import Approval, MessageTemplate
from messaging.policy import Verdict
from messaging.stopping import stop
from messaging.writing import CHOICE, DUE, INSIST, MEDIA, WRITTEN

#: The family of advisory locks that this module takes, one lock for each contact.
LOCKS = 0x67617465

#: Answers in a conversation that they began do not count against the caps.
UNCOUNTED = "conversation"


@transaction.atomic
def judge_contacts(rows: Sequence[Claimed], *, worker: str, now: datetime) -> list[Claimed]:
    """Return those that may leave now, with address and words; hold or refuse the others, and write down every verdict.

    Two workers with messages to the same contact come after each other: the second counts what the first let pass.
    """
    _lock(_contacts_of(rows))
    return judge_alone(rows, worker=worker, now=now)


def judge_alone(rows: Sequence[Claimed], *, worker: str, now: datetime) -> list[Claimed]:
    """The same for who is alone with these contacts: it takes no lock. Call inside a transaction."""
    book = load_book(_contacts_of(rows), now=now, leaving_out=[row.pk for row in rows])
    approved = _approved({row.template_id for row in rows if row.channel == "whatsapp" and row.template_id})
    facts, passed, against = dict(book.facts), [], []
    for row in rows:
        asked = asked_of(row, templated=row.template_id in approved)
        known = facts.get(row.contact_id or 0) or book.of(None)
        verdict = decide_for_contact(asked, known, book.rules, now)
        if verdict.verdict != "send":
            against.append((row.pk, verdict))
            continue
        passed.append((row, verdict))
        facts[known.contact_id] = known.touched(now, counts=verdict.rule != UNCOUNTED, answers=asked.answers)
    ours = _let_pass(passed, worker, now)
    write_repeated([(row.pk, verdict) for row, verdict in passed if row.pk in ours], now=now)
    stopped = stop(against, worker=worker, now=now)
    fall_back([pk for pk, verdict in against if pk in stopped and verdict.rule in OF_THE_CHANNEL], now=now)
    return [_addressed(row, book) for row, _ in passed if row.pk in ours]


def _contacts_of(rows: Sequence[Claimed]) -> list[int]:
    return sorted({row.contact_id for row in rows if row.contact_id is not None})


def asked_of(row: Claimed, *, templated: bool) -> AskedContact:
    """The question to the gate."""
    due, written = row.data.get(DUE), row.data.get(WRITTEN)
    return AskedContact(
        channel=row.channel,
        topic=row.topic or "service",
        by_hand=row.by_hand,
        insist=str(row.data.get(INSIST) or ""),
        stops_on_reply=row.stops_on_reply,
        created_at=datetime.fromisoformat(written) if written else row.created_at,
        due_at=datetime.fromisoformat(due) if due else row.created_at,
        expires_at=row.expires_at,
        templated=templated,
        answers=not row.by_hand and row.cause_kind == "message",
        sender=row.sender,
    )


def _lock(contact_ids: Sequence[int]) -> None:
    # Not the contacts' own rows: an import holds thousands of those for seconds. In one order, so that two batches which
    # share contacts wait for each other instead of deadlocking.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_advisory_xact_lock(%s, key) FROM (
                SELECT DISTINCT (id %% 2147483647)::int AS key FROM unnest(%s::bigint[]) AS t(id) ORDER BY key
            ) AS ordered
            """,
            [LOCKS, list(contact_ids)],
        )


def _approved(template_ids: Collection[int]) -> set[int]:
    if not template_ids:
        return set()
    found = MessageTemplate.objects.filter(pk__in=template_ids, whatsapp_state=Approval.APPROVED)
    return set(found.exclude(whatsapp_sid="").values_list("pk", flat=True))


def _let_pass(passed: Sequence[tuple[Claimed, Verdict]], worker: str, now: datetime) -> set[int]:
    """Mark those that are still the worker's as allowed, which is what counts against the caps; returns their ids."""
    if not passed:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_message m SET allowed_at = CASE WHEN p.counts THEN %s END, reason = p.reason
            FROM unnest(%s::bigint[], %s::text[], %s::bool[]) AS p(id, reason, counts)
            WHERE m.id = p.id AND m.claimed_by = %s AND m.status = 'sending'
            RETURNING m.id
            """,
            [
                now,
                [row.pk for row, _ in passed],
                [f"{row.data.get(CHOICE, '')} {verdict.sentence}".strip()[:300] for row, verdict in passed],
                [verdict.rule != UNCOUNTED for _, verdict in passed],
                worker,
            ],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _addressed(row: Claimed, book: ContactBook) -> Claimed:
    facts, words = book.of(row.contact_id), book.words[row.contact_id or 0]
    row.address = facts.addresses.get(row.channel, "")
    row.name = f"{words.first_name} {words.last_name}".strip() or words.organisation
    row.contact = words
    row.media = tuple(row.data.get(MEDIA) or ())
    return row
