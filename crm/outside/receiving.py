"""Taking in what other systems send: stored once, in the order it came, and nothing lost that names nobody (A11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.models import Organisation, RefusedEvent, User
from crm.outside.finding import find_contacts
from crm.outside.reading import BadEvent, Sent, read
from crm.timeline import Happening, record

#: How many events one call may bring.
MOST = 1_000
NOBODY = "Nobody with this number, e-mail address or external id, or you may not see them."
#: Before the sender's own key, so that no sender can take a key of ours.
PREFIX = "outside:"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one event was not stored: its place in what was sent, the field, a sentence."""

    index: int
    field: str
    message: str


@dataclass(slots=True)
class Received:
    """`known` were stored before, by their key."""

    stored: int = 0
    known: int = 0
    refused: list[Refusal] = field(default_factory=list)


def receive(given: Sequence[Any], *, by: User, now: datetime) -> Received:
    """Store what can be stored and say of each other one why not; statements do not grow with the number.

    What names nobody is kept in `RefusedEvent`, once a key. Events lie on the timeline in the order they were sent.
    """
    result, good = Received(), dict[int, Sent]()
    currency = Organisation.objects.current().currency
    for index, one in enumerate(given):
        try:
            good[index] = read(one, now=now, currency=currency)
        except BadEvent as problem:
            result.refused.append(Refusal(index, problem.field, str(problem)))
    owners = dict(zip(good, find_contacts([sent.contact for sent in good.values()], by=by), strict=True))
    with transaction.atomic():
        ours = [(sent, pk) for index, sent in good.items() if (pk := owners[index])]
        result.stored = len(store(ours, by=by, now=now))
        result.known = len(ours) - result.stored
        keep_refused([(sent, given[index]) for index, sent in good.items() if not owners[index]], by=by, now=now)
        settle_keys({sent.key for sent, _ in ours if sent.key}, now=now)
    result.refused += [Refusal(index, "contact", NOBODY) for index in good if not owners[index]]
    result.refused.sort(key=lambda one: one.index)
    return result


def store(events: Sequence[tuple[Sent, int]], *, by: User | None, now: datetime) -> list[int]:
    """Put events on the timelines of their contacts; one whose key is known is left out. Returns the ids."""
    return record(
        [
            Happening(
                sent.kind,
                pk,
                sent.occurred_at,
                actor="contact",
                user_id=None,
                data=sent.data | ({"sent_by": by.name} if by else {}),
                key=PREFIX + sent.key if sent.key else "",
            )
            for sent, pk in events
        ],
        now=now,
    )


def keep_refused(events: Sequence[tuple[Sent, Any]], *, by: User, now: datetime) -> None:
    """Keep what names nobody until somebody says whose it is; the same key waits once."""
    RefusedEvent.objects.bulk_create(
        [
            RefusedEvent(
                contact=str(sent.contact)[:300],
                kind=sent.kind,
                key=sent.key,
                # The moment is written down: sent again later, it must not become another.
                payload={**given, "occurred_at": sent.occurred_at.isoformat()},
                reason=NOBODY,
                received_at=now,
                sent_by=by,
            )
            for sent, given in events
        ],
        ignore_conflicts=True,
    )


def settle_keys(keys: set[str], *, now: datetime) -> None:
    """What was refused once and has arrived since needs nobody any more."""
    if keys:
        RefusedEvent.objects.filter(settled_at__isnull=True, key__in=keys).update(settled_at=now)
