"""The second look: facts are read again just before a message leaves, and the policy speaks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from messaging.bundling import bundled, waits_from
from messaging.claimed import Claimed
from messaging.facts import People, load_people
from messaging.judging_contacts import judge_contacts
from messaging.kinds import described
from messaging.notices import CHOSEN
from messaging.policy import Asked, Verdict, decide

TOO_LATE = Verdict("refuse", "too_late", "Too late: it was no longer worth saying.")


def judge(rows: Sequence[Claimed], *, worker: str, now: datetime) -> list[Claimed]:
    """Return those that may leave now, with the address they go to; hold or refuse the others, with their reasons."""
    to_contacts = [row for row in rows if row.contact_id is not None]
    to_people = [row for row in rows if row.contact_id is None]
    allowed = _judge_people(to_people, worker=worker, now=now) if to_people else []
    if to_contacts:
        allowed += judge_contacts(to_contacts, worker=worker, now=now)
    return allowed


def _judge_people(rows: Sequence[Claimed], *, worker: str, now: datetime) -> list[Claimed]:
    people = load_people({row.user_id for row in rows if row.user_id}, {row.kind for row in rows})
    verdicts: dict[tuple[Any, ...], Verdict] = {}
    allowed, stopped = [], []
    for row in rows:
        if row.hook_id is not None:  # a room of colleagues: who is told there was decided when it was set up
            if row.expires_at is None or now < row.expires_at:
                allowed.append(row)
            else:
                stopped.append((row.pk, TOO_LATE))
            continue
        chosen = bool(row.data.get(CHOSEN))
        which = (row.user_id, row.kind, row.channel, row.expires_at, chosen, waits_from(row, people))
        if which not in verdicts:
            verdicts[which] = _verdict(row, chosen, people, now)
        if verdicts[which].verdict == "send":
            person = people.people[row.user_id or 0]
            row.address, row.name = (person.address if row.channel == "email" else ""), person.name
            allowed.append(row)
        else:
            stopped.append((row.pk, verdicts[which]))
    return bundled(allowed, stopped, people, worker=worker, now=now)


def _verdict(row: Claimed, chosen: bool, people: People, now: datetime) -> Verdict:
    person = people.wanting(row.user_id, row.kind)
    asked = Asked(row.channel, row.kind, described(row.kind).urgent, row.expires_at, waits_from(row, people))
    return decide(asked, people.explicit(person) if chosen else person, now)
